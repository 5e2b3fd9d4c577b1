//! Statements, one after the other, and branches.

use super::super::ending;
use super::frames::Jump;
use super::{Bound, Builder, Exit, Place, Step};
use crate::syntax::Definition;
use crate::syntax::nodes::{children, field, own};
use crate::syntax::unit::definition_node;

impl Builder<'_, '_, '_> {
    /// The statements of a block, as far as control comes.
    pub(super) fn suite(&mut self, block: Place) {
        for statement in self.flat.children(block) {
            if self.here.is_none() {
                return;
            }
            self.statement(statement);
        }
    }

    fn statement(&mut self, at: Place) {
        match self.flat.kind(at) {
            "if_statement" => self.branches(at),
            "while_statement" => self.while_loop(at),
            "for_statement" => self.for_loop(at),
            "try_statement" => self.attempt(at),
            "with_statement" => self.with(at),
            "match_statement" => self.cases(at),
            "return_statement" => {
                self.parts(at);
                self.emit(Step::Jump, at);
                self.jump(Jump::Return(at));
            }
            "break_statement" => {
                self.emit(Step::Jump, at);
                self.jump(Jump::Break);
            }
            "continue_statement" => {
                self.emit(Step::Jump, at);
                self.jump(Jump::Continue);
            }
            "raise_statement" => self.raise(at),
            "assert_statement" => self.assertion(at),
            "delete_statement" => {
                for target in self.flat.children(at) {
                    self.delete(target);
                }
            }
            "global_statement" | "nonlocal_statement" => self.emit(Step::Declare, at),
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                self.emit(Step::Import, at);
                for name in self.flat.fields(at, "name") {
                    let bound = self.flat.field(name, "alias").unwrap_or(name);
                    let first = self.flat.children(bound).next().unwrap_or(bound);
                    self.bind(first, Bound::Named);
                }
            }
            "function_definition" | "class_definition" | "decorated_definition" => {
                self.definition(at);
            }
            "expression_statement" => self.expression_statement(at),
            "type_alias_statement" | "pass_statement" => {}
            _ => self.parts(at),
        }
    }

    fn expression_statement(&mut self, at: Place) {
        self.parts(at);
        for child in self.flat.children(at) {
            let call = if self.flat.kind(child) == "await" {
                self.flat.children(child).next().unwrap_or(child)
            } else {
                child
            };
            let Some(function) = self.flat.field(call, "function") else {
                continue;
            };
            let function = self.slice(function);
            if ending::ends_process(function) {
                self.throw(Some("SystemExit"), at, Exit::Process);
            } else if ending::never_returns(function) || self.never_comes_back(function) {
                self.throw(None, at, Exit::Raise);
            }
        }
    }

    /// A function of this file that says `-> NoReturn`, or whose last statement is a `raise` that
    /// no `return` goes round.
    fn never_comes_back(&self, function: &str) -> bool {
        let outline = self.unit.file.outline;
        let method = function
            .strip_prefix("self.")
            .or_else(|| function.strip_prefix("cls."));
        let found = match (method, self.unit.qualname.rsplit_once('.')) {
            (Some(method), Some((class, _))) => outline.find(&format!("{class}.{method}")),
            (Some(_), None) => None,
            (None, _) => outline.find(function),
        };
        found.is_some_and(|one| {
            let text = &self.unit.source().text()[one.core.clone()];
            let head = text.split_once(":\n").map_or(text, |(head, _)| head);
            head.contains("-> NoReturn")
                || head.contains("-> Never")
                || head.contains(".NoReturn")
                || (one.range == one.core && self.always_raises(one, method.is_some()))
        })
    }

    /// What only says `raise NotImplementedError` waits for another class; so may a method that a
    /// class of this file defines again.
    fn always_raises(&self, definition: &Definition, by_self: bool) -> bool {
        let outline = self.unit.file.outline;
        let Some(node) = definition_node(self.unit.source(), definition) else {
            return false;
        };
        let last = field(node, "body").and_then(|body| children(body).last());
        let raises = last.is_some_and(|last| {
            last.kind() == "raise_statement"
                && !self.unit.slice(last).contains("NotImplemented")
                && node.child(0).is_none_or(|first| first.kind() != "async")
        });
        let again = || {
            let same = |one: &&Definition| one.name == definition.name;
            by_self && 1 < outline.definitions.iter().filter(same).count()
        };
        raises && own(node, &["return_statement", "yield"]).is_empty() && !again()
    }

    fn raise(&mut self, at: Place) {
        self.parts(at);
        self.emit(Step::Value, at);
        let raised = self
            .flat
            .children(at)
            .find(|one| self.flat.role(*one) != "cause");
        let class = raised.map(|one| self.flat.field(one, "function").unwrap_or(one));
        let name = class
            .filter(|one| matches!(self.flat.kind(*one), "identifier" | "attribute"))
            .map(|one| ending::last_part(self.slice(one)))
            .filter(|name| name.starts_with(char::is_uppercase));
        // `raise error`: what failed before is passed on.
        let exit = if name.is_some() {
            Exit::Raise
        } else {
            Exit::Failure
        };
        self.throw(name, at, exit);
    }

    fn assertion(&mut self, at: Place) {
        let mut parts = self.flat.children(at);
        let Some(condition) = parts.next() else {
            return;
        };
        let (holds, fails) = self.condition(condition);
        self.here = fails;
        for message in parts {
            self.expression(message);
        }
        self.throw(Some("AssertionError"), at, Exit::Raise);
        self.here = holds;
    }

    fn definition(&mut self, at: Place) {
        let defined = self.flat.field(at, "definition").unwrap_or(at);
        for decorator in self.flat.children(at) {
            if self.flat.kind(decorator) == "decorator" {
                self.parts(decorator);
            }
        }
        if let Some(bases) = self.flat.field(defined, "superclasses") {
            self.parts(bases);
        }
        if let Some(parameters) = self.flat.field(defined, "parameters") {
            for parameter in self.flat.children(parameters) {
                if let Some(default) = self.flat.field(parameter, "value") {
                    self.expression(default);
                }
            }
        }
        self.emit(Step::Define, defined);
        if let Some(name) = self.flat.field(defined, "name") {
            self.bind(name, Bound::Named);
        }
    }

    fn branches(&mut self, at: Place) {
        let mut ends = Vec::new();
        let mut arm = at;
        let mut alternatives = self.flat.fields(at, "alternative");
        while let Some(condition) = self.flat.field(arm, "condition") {
            let (holds, fails) = self.condition(condition);
            self.here = holds;
            if let Some(body) = self.flat.field(arm, "consequence") {
                self.suite(body);
            }
            ends.push(self.here);
            self.here = fails;
            let Some(next) = alternatives.next() else {
                break;
            };
            if let Some(body) = self.flat.field(next, "body") {
                self.suite(body);
                break;
            }
            arm = next;
        }
        ends.push(self.here);
        self.meet(ends);
    }
}
