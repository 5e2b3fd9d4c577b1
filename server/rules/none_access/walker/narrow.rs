//! What a condition proves where it holds, and where it does not.

use std::collections::BTreeMap;

use tree_sitter::Node;


use super::{Walker, Why, bare, field, forget, path, children, join, operator, positional, Confidence};

impl<'a> Walker<'_, 'a> {
    /// Takes from `state` what is not None where `condition` holds (or does not).
    pub(super) fn narrow(&mut self, condition: Node<'a>, holds: bool, state: &mut BTreeMap<String, Why<'a>>) {
        let condition = bare(condition);
        match condition.kind() {
            "not_operator" => {
                if let Some(inner) = field(condition, "argument") {
                    self.narrow(inner, !holds, state);
                }
            }
            "boolean_operator" => self.narrow_both(condition, holds, state),
            "comparison_operator" => self.narrow_comparison(condition, holds, state),
            "named_expression" if holds => {
                if let Some(name) = field(condition, "name") {
                    forget(state, self.unit.slice(name));
                }
            }
            "identifier" => {
                let name = self.unit.slice(condition);
                if holds {
                    forget(state, name);
                }
                // In `x = x and y` the name inside stands for an older value: following it to this
                // one would never end.
                if let Some(value) = self.keys.last_value(name, condition.start_byte())
                    && value.end_byte() <= condition.start_byte()
                {
                    self.narrow_behind(value, holds, state);
                }
            }
            "attribute" | "subscript" if holds => {
                if let Some(path) = path(self.unit, condition) {
                    forget(state, &path);
                }
            }
            "call" => self.narrow_call(condition, holds, state),
            _ => {}
        }
    }

    /// A name stands for the answer that was computed before.
    pub(super) fn narrow_behind(&mut self, value: Node<'a>, holds: bool, state: &mut BTreeMap<String, Why<'a>>) {
        let value = bare(value);
        match value.kind() {
            "comparison_operator" | "not_operator" => self.narrow(value, holds, state),
            "boolean_operator" if holds => self.narrow(value, holds, state),
            "conditional_expression" if holds => {
                let parts: Vec<_> = children(value).collect();
                if let [_, condition, otherwise] = parts.as_slice()
                    && matches!(otherwise.kind(), "none" | "false")
                {
                    self.narrow(*condition, true, state);
                }
            }
            "call" if holds => self.narrow_call(value, holds, state),
            _ => {}
        }
    }

    pub(super) fn narrow_both(&mut self, node: Node<'a>, holds: bool, state: &mut BTreeMap<String, Why<'a>>) {
        let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
            return;
        };
        let and = field(node, "operator").is_some_and(|one| one.kind() == "and");
        if and == holds {
            self.narrow(left, holds, state);
            self.narrow(right, holds, state);
            return;
        }
        let mut first = state.clone();
        self.narrow(left, holds, &mut first);
        let mut second = state.clone();
        self.narrow(left, !holds, &mut second);
        self.narrow(right, holds, &mut second);
        if let Some(both) = join(Some(first), Some(second)) {
            *state = both;
        }
    }

    pub(super) fn narrow_comparison(&mut self, node: Node<'a>, holds: bool, state: &mut BTreeMap<String, Why<'a>>) {
        let operands: Vec<_> = children(node).collect();
        let [left, right] = operands.as_slice() else {
            // `0 < x < 9`: None would have raised.
            for operand in operands {
                self.forget_operand(operand, state);
            }
            return;
        };
        let operator = operator(node);
        let none = [*left, *right].iter().any(|one| bare(*one).kind() == "none");
        if none {
            let other = if bare(*right).kind() == "none" { *left } else { *right };
            let not_none = match operator.as_str() {
                "is" | "==" => !holds,
                "is not" | "!=" => holds,
                _ => return,
            };
            if not_none {
                self.forget_operand(other, state);
            } else {
                self.learn_none(node, other, state);
            }
            return;
        }
        let proves = match operator.as_str() {
            "<" | ">" | "<=" | ">=" => true,
            "==" | "is" | "in" => holds,
            "!=" | "is not" | "not in" => !holds,
            _ => false,
        };
        if proves {
            self.forget_operand(*left, state);
            if !matches!(operator.as_str(), "in" | "not in") {
                self.forget_operand(*right, state);
            }
        }
        // `None in (a, b)` and `x in d`: the container is not None either way.
        if operator.ends_with("in") {
            self.forget_operand(*right, state);
        }
    }

    pub(super) fn forget_operand(&mut self, operand: Node<'a>, state: &mut BTreeMap<String, Why<'a>>) {
        let operand = bare(operand);
        if operand.kind() == "named_expression" {
            if let Some(name) = field(operand, "name") {
                forget(state, self.unit.slice(name));
            }
            return;
        }
        // `type(x) is int`, `x.kind == 3` speak of x as well.
        if operand.kind() == "call" {
            for argument in positional(operand) {
                self.forget_operand(argument, state);
            }
        }
        if let Some(path) = path(self.unit, operand) {
            forget(state, &path);
        }
    }

    /// `if x is None:` is evidence: where the branch does not leave, x may be None behind it.
    pub(super) fn learn_none(&mut self, test: Node<'a>, operand: Node<'a>, state: &mut BTreeMap<String, Why<'a>>) {
        let operand = bare(operand);
        if operand.kind() == "identifier" {
            let name = self.unit.slice(operand).to_owned();
            state.entry(name).or_insert_with(|| {
                Why::new(test, Confidence::Likely, "the code itself reckons with that")
            });
        }
    }

    pub(super) fn narrow_call(&mut self, call: Node<'a>, holds: bool, state: &mut BTreeMap<String, Why<'a>>) {
        let function = field(call, "function").map_or("", |function| self.unit.slice(function));
        let arguments = positional(call);
        match function {
            "isinstance" => {
                let for_none = arguments
                    .get(1)
                    .is_some_and(|kinds| self.unit.slice(*kinds).contains("None"));
                if holds != for_none
                    && let Some(first) = arguments.first()
                {
                    self.forget_operand(*first, state);
                }
            }
            "all" | "any" => {
                if (function == "all") == holds
                    && let Some(list) = arguments.first()
                    && matches!(list.kind(), "list" | "tuple" | "set")
                {
                    for one in children(*list) {
                        self.narrow(one, holds, state);
                    }
                }
            }
            "bool" => {
                if let Some(first) = arguments.first() {
                    self.narrow(*first, holds, state);
                }
            }
            // Any other question about the value may be the check.
            _ => {
                for argument in arguments {
                    self.forget_operand(argument, state);
                }
            }
        }
    }
}
