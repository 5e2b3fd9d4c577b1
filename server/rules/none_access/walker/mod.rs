//! Walks a function forward and knows, at each place, which names may be None.

mod expression;
mod narrow;

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::source::{Why, may_be_none, never_returns};
use crate::rules::Confidence;
use crate::rules::knowledge::keys::{Keys, operator, path, root};
use crate::syntax::Unit;
use crate::syntax::flow::{handler_names, with_items};
use crate::syntax::nodes::{bare, children, exits, field, fields, positional};

/// What may be None, by path; `None`: this place is never reached.
type State<'a> = Option<BTreeMap<String, Why<'a>>>;

/// A use of a value that may be None.
#[derive(Debug, Clone)]
pub(super) struct Access<'a> {
    /// The expression that may be None.
    pub object: Node<'a>,
    /// Its path.
    pub path: String,
    pub why: Why<'a>,
}

#[derive(Default)]
struct Loop<'a> {
    breaks: State<'a>,
    continues: State<'a>,
}

pub(super) struct Walker<'u, 'a> {
    unit: &'u Unit<'a>,
    keys: Keys<'u, 'a>,
    found: BTreeMap<usize, Access<'a>>,
    loops: Vec<Loop<'a>>,
    caught: usize,
    depth: usize,
}

/// Expressions nested deeper than this are left alone: the stack of a worker is small.
const DEEPEST: usize = 200;

/// All first uses of values that may be None; `entry` is what is known of the parameters.
pub(super) fn accesses<'a>(
    unit: &Unit<'a>,
    entry: BTreeMap<String, Why<'a>>,
) -> Vec<Access<'a>> {
    let Some(body) = field(unit.node, "body") else {
        return Vec::new();
    };
    let mut walker = Walker {
        unit,
        keys: Keys::new(unit),
        found: BTreeMap::new(),
        loops: Vec::new(),
        caught: 0,
        depth: 0,
    };
    walker.block(body, Some(entry));
    walker.found.into_values().collect()
}

fn join<'a>(left: State<'a>, right: State<'a>) -> State<'a> {
    let (left, right) = match (left, right) {
        (None, one) | (one, None) => return one,
        (Some(left), Some(right)) => (left, right),
    };
    let mut all = BTreeMap::new();
    for (path, why) in &left {
        let mut why = why.clone();
        if why.placeholder && !right.contains_key(path) {
            why.confidence = Confidence::Possible;
        }
        all.insert(path.clone(), why);
    }
    for (path, why) in right {
        let mut why = why;
        if why.placeholder && !left.contains_key(&path) {
            why.confidence = Confidence::Possible;
        }
        match all.get(&path) {
            // One way may have set the placeholder again: then it stays a possibility.
            Some(other) if why.placeholder && other.confidence < why.confidence => {}
            Some(other) if !why.placeholder && why.confidence <= other.confidence => {}
            _ => drop(all.insert(path, why)),
        }
    }
    Some(all)
}

/// Forgets a path and everything reached through it.
fn forget(state: &mut BTreeMap<String, Why<'_>>, path: &str) {
    state.retain(|known, _| {
        known
            .strip_prefix(path)
            .is_none_or(|rest| !rest.is_empty() && !rest.starts_with(['.', '[', '(']))
    });
}

impl<'a> Walker<'_, 'a> {
    fn block(&mut self, block: Node<'a>, mut state: State<'a>) -> State<'a> {
        for statement in children(block) {
            state = self.statement(statement, state?);
        }
        state
    }

    fn statement(&mut self, node: Node<'a>, mut state: BTreeMap<String, Why<'a>>) -> State<'a> {
        match node.kind() {
            "if_statement" => self.if_statement(node, state),
            "for_statement" => self.for_statement(node, state),
            "while_statement" => self.while_statement(node, state),
            "try_statement" => self.try_statement(node, state),
            "with_statement" => self.with_statement(node, state),
            "match_statement" => self.match_statement(node, state),
            "return_statement" | "raise_statement" => {
                for child in children(node) {
                    self.expression(child, &mut state);
                }
                None
            }
            "break_statement" | "continue_statement" => {
                if let Some(innermost) = self.loops.last_mut() {
                    let slot = if node.kind() == "break_statement" {
                        &mut innermost.breaks
                    } else {
                        &mut innermost.continues
                    };
                    *slot = join(slot.take(), Some(state));
                }
                None
            }
            "assert_statement" => {
                let condition = node.named_child(0)?;
                self.expression(condition, &mut state);
                self.narrow(condition, true, &mut state);
                Some(state)
            }
            "delete_statement" | "global_statement" | "nonlocal_statement" => {
                for child in children(node) {
                    if let Some(path) = path(self.unit, child) {
                        forget(&mut state, &path);
                    }
                }
                Some(state)
            }
            "function_definition" | "class_definition" | "decorated_definition" => {
                self.closure(node, &mut state);
                Some(state)
            }
            "import_statement" | "import_from_statement" => {
                for item in fields(node, "name") {
                    let name = field(item, "alias").unwrap_or(item);
                    forget(&mut state, self.unit.slice(name));
                }
                Some(state)
            }
            "expression_statement" => {
                for child in children(node) {
                    self.expression(child, &mut state);
                    self.after_call(child, &mut state);
                }
                (!exits(node, self.unit.source()) && !self.leaves(node)).then_some(state)
            }
            _ => {
                for child in children(node) {
                    self.expression(child, &mut state);
                }
                Some(state)
            }
        }
    }

    /// A function defined here may bind names of this one (`nonlocal`); its body is judged alone.
    fn closure(&mut self, node: Node<'a>, state: &mut BTreeMap<String, Why<'a>>) {
        if self.unit.slice(node).contains("nonlocal ") {
            state.clear();
        }
        let defined = field(node, "definition").unwrap_or(node);
        if let Some(name) = field(defined, "name") {
            forget(state, self.unit.slice(name));
        }
    }

    /// A call as a statement whose name says that it does not come back.
    fn leaves(&self, statement: Node<'a>) -> bool {
        statement.named_child(0).is_some_and(|call| {
            let Some(function) = field(call, "function") else {
                return false;
            };
            let text = self.unit.slice(function);
            let last = text.rsplit('.').next().unwrap_or(text);
            let logs = text.contains("log") || text.contains("LOG") || text.contains("warn");
            call.kind() == "call" && !logs && never_returns(last)
        })
    }

    /// `self.assertIsNotNone(x)`, `check(x)`: what was handed to a check is taken as checked.
    fn after_call(&mut self, call: Node<'a>, state: &mut BTreeMap<String, Why<'a>>) {
        if call.kind() != "call" {
            return;
        }
        let name = field(call, "function").map_or("", |function| self.unit.slice(function));
        let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
        let checks = ["assert", "ensure", "require", "check", "valid", "verify"]
            .iter()
            .any(|word| last.contains(word));
        if checks {
            for argument in positional(call) {
                self.narrow(argument, true, state);
            }
        }
    }

    fn if_statement(&mut self, node: Node<'a>, mut state: BTreeMap<String, Why<'a>>) -> State<'a> {
        let mut out = None;
        let (Some(condition), Some(body)) = (field(node, "condition"), field(node, "consequence"))
        else {
            return Some(state);
        };
        self.expression(condition, &mut state);
        let mut taken = state.clone();
        self.narrow(condition, true, &mut taken);
        self.narrow(condition, false, &mut state);
        out = join(out, self.block(body, Some(taken)));
        let mut has_else = false;
        for alternative in fields(node, "alternative") {
            if let Some(condition) = field(alternative, "condition") {
                self.expression(condition, &mut state);
                let mut taken = state.clone();
                self.narrow(condition, true, &mut taken);
                self.narrow(condition, false, &mut state);
                if let Some(body) = field(alternative, "consequence") {
                    out = join(out, self.block(body, Some(taken)));
                }
            } else if let Some(body) = field(alternative, "body") {
                has_else = true;
                out = join(out, self.block(body, Some(state.clone())));
            }
        }
        if has_else { out } else { join(out, Some(state)) }
    }

    /// Two rounds: the second knows what the first left behind.
    fn looped(
        &mut self,
        entry: BTreeMap<String, Why<'a>>,
        round: &mut dyn FnMut(&mut Self, BTreeMap<String, Why<'a>>) -> State<'a>,
    ) -> (State<'a>, State<'a>) {
        let mut entry = Some(entry);
        let mut breaks = None;
        let rounds = if self.loops.len() < 3 { 2 } else { 1 };
        for _ in 0..rounds {
            self.loops.push(Loop::default());
            let start = entry.clone().unwrap_or_default();
            let end = round(self, start);
            let done = self.loops.pop().unwrap_or_default();
            breaks = join(breaks, done.breaks);
            entry = join(entry, join(end, done.continues));
        }
        (entry, breaks)
    }

    fn for_statement(&mut self, node: Node<'a>, mut state: BTreeMap<String, Why<'a>>) -> State<'a> {
        let (Some(left), Some(right), Some(body)) =
            (field(node, "left"), field(node, "right"), field(node, "body"))
        else {
            return Some(state);
        };
        self.expression(right, &mut state);
        self.used(right, &mut state);
        let (end, breaks) = self.looped(state, &mut |walker, mut state| {
            walker.bind(left, None, &mut state);
            walker.block(body, Some(state))
        });
        self.after_loop(node, end, breaks)
    }

    fn while_statement(&mut self, node: Node<'a>, state: BTreeMap<String, Why<'a>>) -> State<'a> {
        let (Some(condition), Some(body)) = (field(node, "condition"), field(node, "body")) else {
            return Some(state);
        };
        let (end, breaks) = self.looped(state, &mut |walker, mut state| {
            walker.expression(condition, &mut state);
            walker.narrow(condition, true, &mut state);
            walker.block(body, Some(state))
        });
        if matches!(self.unit.slice(bare(condition)), "True" | "1") {
            return breaks;
        }
        let end = end.map(|mut state| {
            self.narrow(condition, false, &mut state);
            state
        });
        self.after_loop(node, end, breaks)
    }

    fn after_loop(&mut self, node: Node<'a>, end: State<'a>, breaks: State<'a>) -> State<'a> {
        let end = match field(node, "alternative").and_then(|clause| field(clause, "body")) {
            Some(body) => self.block(body, end),
            None => end,
        };
        join(end, breaks)
    }

    fn try_statement(&mut self, node: Node<'a>, state: BTreeMap<String, Why<'a>>) -> State<'a> {
        const KINDS: [&str; 4] = ["AttributeError", "TypeError", "Exception", "BaseException"];
        let Some(body) = field(node, "body") else {
            return Some(state);
        };
        let clauses: Vec<_> = children(node).collect();
        let catches = clauses
            .iter()
            .filter(|one| one.kind() == "except_clause")
            .flat_map(|one| handler_names(*one, self.unit.source()))
            .any(|name| KINDS.contains(&name));
        self.caught += usize::from(catches);
        let mut thrown = Some(state.clone());
        let mut end = Some(state);
        for statement in children(body) {
            let Some(known) = end else { break };
            end = self.statement(statement, known);
            thrown = join(thrown, end.clone());
        }
        self.caught -= usize::from(catches);
        let mut out = None;
        let mut finally = None;
        for clause in clauses {
            match clause.kind() {
                "except_clause" | "except_group_clause" => {
                    if let Some(body) = children(clause).last() {
                        out = join(out, self.block(body, thrown.clone()));
                    }
                }
                "else_clause" => {
                    if let Some(body) = field(clause, "body") {
                        end = self.block(body, end.take());
                    }
                }
                "finally_clause" => finally = children(clause).last(),
                _ => {}
            }
        }
        out = join(out, end);
        match finally {
            Some(body) if out.is_none() => {
                self.block(body, thrown);
                None
            }
            Some(body) => self.block(body, out),
            None => out,
        }
    }

    fn with_statement(&mut self, node: Node<'a>, mut state: BTreeMap<String, Why<'a>>) -> State<'a> {
        let mut suppresses = false;
        for item in with_items(node) {
            self.expression(item, &mut state);
            suppresses |= self.unit.slice(item).contains("suppress");
        }
        let mut targets = Vec::new();
        for clause in children(node).filter(|child| child.kind() == "with_clause") {
            crate::syntax::nodes::walk(clause, &mut |inner| {
                if inner.kind() == "as_pattern_target" {
                    targets.push(inner);
                }
                crate::syntax::nodes::Walk::Into
            });
        }
        for target in targets.into_iter().filter_map(|target| target.named_child(0)) {
            self.bind(target, None, &mut state);
        }
        let Some(body) = field(node, "body") else {
            return Some(state);
        };
        self.caught += usize::from(suppresses);
        let before = suppresses.then(|| state.clone());
        let end = self.block(body, Some(state));
        self.caught -= usize::from(suppresses);
        join(end, before)
    }

    fn match_statement(&mut self, node: Node<'a>, mut state: BTreeMap<String, Why<'a>>) -> State<'a> {
        let Some(subject) = field(node, "subject") else {
            return Some(state);
        };
        self.expression(subject, &mut state);
        let name = path(self.unit, subject);
        let mut out = None;
        let Some(body) = field(node, "body") else {
            return Some(state);
        };
        let mut complete = false;
        for clause in children(body).filter(|one| one.kind() == "case_clause") {
            let patterns: Vec<_> = children(clause)
                .filter(|one| one.kind() == "case_pattern")
                .map(|one| self.unit.slice(one))
                .collect();
            let guarded = field(clause, "guard");
            let mut taken = state.clone();
            let open = patterns.iter().any(|text| {
                text.chars().all(|c| c.is_alphanumeric() || c == '_') && *text != "None"
                    && !matches!(*text, "True" | "False") && !text.starts_with(char::is_numeric)
            });
            let for_none = patterns.iter().any(|text| text.split('|').any(|one| one.trim() == "None"));
            if let Some(name) = &name {
                if !open && !for_none {
                    forget(&mut taken, name);
                }
                if for_none && guarded.is_none() {
                    forget(&mut state, name);
                }
            }
            if let Some(guard) = guarded.and_then(|guard| guard.named_child(0)) {
                self.expression(guard, &mut taken);
                self.narrow(guard, true, &mut taken);
            }
            complete |= open && guarded.is_none();
            if let Some(body) = field(clause, "consequence") {
                out = join(out, self.block(body, Some(taken)));
            }
        }
        if complete { out } else { join(out, Some(state)) }
    }

    /// Binds a target to a value (none: something that is not known to be None).
    fn bind(
        &mut self,
        target: Node<'a>,
        value: Option<Node<'a>>,
        state: &mut BTreeMap<String, Why<'a>>,
    ) {
        match target.kind() {
            "identifier" | "attribute" | "subscript" => {
                if target.kind() != "identifier" {
                    for child in children(target).filter(|one| one.kind() != "identifier" || target.kind() == "subscript") {
                        self.expression(child, state);
                    }
                    if let Some(object) = field(target, "object").or_else(|| field(target, "value")) {
                        self.used(object, state);
                    }
                }
                let Some(name) = path(self.unit, target) else {
                    return;
                };
                let known = value.and_then(|value| {
                    path(self.unit, value)
                        .and_then(|from| state.get(&from).cloned())
                        .or_else(|| may_be_none(self.unit, &self.keys, value))
                });
                forget(state, &name);
                if let Some(why) = known
                    && target.kind() != "subscript"
                {
                    state.insert(name, why);
                }
            }
            _ => {
                let targets: Vec<_> = children(target).collect();
                let values: Vec<_> = value
                    .filter(|one| matches!(one.kind(), "tuple" | "expression_list"))
                    .map(|one| children(one).collect())
                    .unwrap_or_default();
                let pairs = targets.len() == values.len();
                for (index, target) in targets.into_iter().enumerate() {
                    let value = if pairs { values.get(index).copied() } else { None };
                    self.bind(target, value, state);
                }
            }
        }
    }
}
