//! What a condition proves where it holds, and where it does not.

use super::lattice::{MayBeNone, State, plain_name};
use super::source::{Ground, Why};
use crate::rules::Confidence;
use crate::syntax::flow::{Lattice, Path, Place};
use crate::syntax::nodes::{ancestors, children, field};

impl MayBeNone<'_, '_, '_> {
    /// Takes from `state` what is not None where `condition` holds (or does not).
    pub(super) fn assume(&mut self, condition: Place, holds: bool, state: &mut State) {
        let condition = self.flat().bare(condition);
        match self.flat().kind(condition) {
            "not_operator" => {
                if let Some(inner) = self.flat().field(condition, "argument") {
                    self.assume(inner, !holds, state);
                }
            }
            "boolean_operator" => self.assume_both(condition, holds, state),
            "comparison_operator" => self.assume_comparison(condition, holds, state),
            "named_expression" if holds => {
                if let Some(name) = self.flat().field(condition, "name") {
                    self.not_none(name, state);
                }
                // `if found := row:` asks for the row as well.
                if let Some(value) = self.flat().field(condition, "value") {
                    self.assume(value, true, state);
                }
            }
            "identifier" => {
                if holds {
                    self.not_none(condition, state);
                } else {
                    self.learn_empty(condition, state);
                }
                self.assume_behind(condition, holds, state);
            }
            "attribute" | "subscript" if holds => self.not_none(condition, state),
            "attribute" => self.learn_empty(condition, state),
            "call" => self.assume_call(condition, holds, state),
            _ => {}
        }
    }

    fn not_none(&mut self, place: Place, state: &mut State) {
        if let Some(path) = self.flat().path(place) {
            self.forget(state, path);
        }
    }

    /// A name stands for the answer that was computed before.
    fn assume_behind(&mut self, name: Place, holds: bool, state: &mut State) {
        let node = self.flat().node(name);
        // In `x = x and y` the name inside stands for an older value: following it to this one
        // would never end.
        let value = self
            .keys
            .last_value(self.unit.slice(node), node.start_byte())
            .filter(|value| value.end_byte() <= node.start_byte())
            .and_then(|value| self.flat().find(value));
        let Some(value) = value.map(|value| self.flat().bare(value)) else {
            return;
        };
        match self.flat().kind(value) {
            "comparison_operator" | "not_operator" => self.assume(value, holds, state),
            "boolean_operator" if holds => self.assume(value, holds, state),
            "conditional_expression" if holds => {
                let parts: Vec<Place> = self.flat().children(value).collect();
                if let [_, condition, otherwise] = parts.as_slice()
                    && matches!(self.flat().kind(*otherwise), "none" | "false")
                {
                    self.assume(*condition, true, state);
                }
            }
            "call" if holds => self.assume_call(value, holds, state),
            _ => {}
        }
    }

    fn assume_both(&mut self, node: Place, holds: bool, state: &mut State) {
        let flat = self.flat();
        let (Some(left), Some(right)) = (flat.field(node, "left"), flat.field(node, "right"))
        else {
            return;
        };
        let and = flat
            .field(node, "operator")
            .is_some_and(|one| flat.kind(one) == "and");
        if and == holds {
            self.assume(left, holds, state);
            self.assume(right, holds, state);
            return;
        }
        let mut first = state.clone();
        self.assume(left, holds, &mut first);
        self.assume(left, !holds, state);
        self.assume(right, holds, state);
        self.join(state, &first);
    }

    fn assume_comparison(&mut self, node: Place, holds: bool, state: &mut State) {
        let flat = self.flat();
        let operands: Vec<Place> = flat
            .children(node)
            .filter(|one| flat.role(*one) != "operators")
            .collect();
        let [left, right] = operands.as_slice() else {
            // `0 < x < 9`: None would have raised.
            for operand in operands {
                self.speaks_of(operand, state);
            }
            return;
        };
        let operator: Vec<&str> = flat
            .fields(node, "operators")
            .map(|one| flat.kind(one))
            .collect();
        let operator = operator.join(" ");
        let is_none = |one: Place| flat.kind(flat.bare(one)) == "none";
        if is_none(*left) && operator.ends_with("in") {
            // `if None in (first, second): return`
            if holds == (operator == "not in") {
                let parts: Vec<Place> = flat.children(flat.bare(*right)).collect();
                for one in parts {
                    self.speaks_of(one, state);
                }
            }
            return;
        }
        if is_none(*left) || is_none(*right) {
            let other = if is_none(*right) { *left } else { *right };
            let not_none = match operator.as_str() {
                "is" | "==" => !holds,
                "is not" | "!=" => holds,
                _ => return,
            };
            if not_none {
                self.speaks_of(other, state);
            } else {
                self.learn_none(node, other, state);
            }
            return;
        }
        // `if value in (None, ""): return`
        let lists_none = operator.ends_with("in")
            && matches!(flat.kind(flat.bare(*right)), "tuple" | "list" | "set")
            && flat.children(flat.bare(*right)).any(is_none);
        if lists_none {
            if holds == (operator == "not in") {
                self.speaks_of(*left, state);
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
            self.speaks_of(*left, state);
            if !matches!(operator.as_str(), "in" | "not in") {
                self.speaks_of(*right, state);
            }
        }
        // `None in (a, b)` and `x in d`: the container is not None either way.
        if operator.ends_with("in") {
            self.speaks_of(*right, state);
        }
    }

    /// What the operand speaks of is not None.
    fn speaks_of(&mut self, operand: Place, state: &mut State) {
        let operand = self.flat().bare(operand);
        match self.flat().kind(operand) {
            "named_expression" => {
                if let Some(name) = self.flat().field(operand, "name") {
                    self.not_none(name, state);
                }
                if let Some(value) = self.flat().field(operand, "value") {
                    self.not_none(value, state);
                }
                return;
            }
            // `type(x) is int`, `x.kind == 3` speak of x as well.
            "call" => {
                for argument in self.arguments(operand) {
                    self.speaks_of(argument, state);
                }
            }
            _ => {}
        }
        self.not_none(operand, state);
    }

    /// `if x is None:` is evidence: where the branch does not leave, x may be None behind it.
    fn learn_none(&mut self, test: Place, operand: Place, state: &mut State) {
        let operand = self.flat().bare(operand);
        let Some(path) = self.flat().path(operand) else {
            return;
        };
        let followed =
            plain_name(self.flat(), path).is_some() || self.flat().kind(operand) == "attribute";
        if !followed || self.is_known(path, state) || !self.decides(test) {
            return;
        }
        let reason = self.remember(test, |lattice| {
            let node = lattice.flat().node(test);
            if lattice.was_proved(operand, test) {
                return None;
            }
            // `if x is None and …:` may go on because of the other half.
            let alone = lattice
                .flat()
                .parent(test)
                .is_none_or(|up| lattice.flat().kind(up) != "boolean_operator");
            // `except ImportError: yaml = None` is history more often than not.
            let imported = lattice
                .unit
                .names()
                .is_imported(lattice.flat().slice(operand));
            // What a handler behind `if x is None: raise …` does knows why it is there.
            let raises = ancestors(node)
                .find(|up| up.kind() == "if_statement")
                .and_then(|choice| field(choice, "consequence"))
                .and_then(|body| children(body).last())
                .is_some_and(|last| last.kind() == "raise_statement");
            let confidence = if alone && !imported && !raises {
                Confidence::Likely
            } else {
                Confidence::Possible
            };
            Some(Why::new(
                node,
                confidence,
                "the code itself reckons with that",
            ))
        });
        if let Some(reason) = reason {
            state.insert(path, reason);
        }
    }

    /// `if not user:` is weaker: an empty list is no error, so only uses of an object count.
    fn learn_empty(&mut self, test: Place, state: &mut State) {
        let flat = self.flat();
        let alone = flat
            .ancestors(test)
            .find(|up| !matches!(flat.kind(*up), "not_operator" | "parenthesized_expression"))
            .is_some_and(|up| flat.kind(up) == "if_statement");
        // A number's own `__bool__` asks for itself.
        let is_self = matches!(flat.slice(test), "self" | "cls");
        let Some(path) = flat.path(test).filter(|_| alone && !is_self) else {
            return;
        };
        if self.is_known(path, state) {
            return;
        }
        let reason = self.remember(test, |lattice| {
            let node = lattice.flat().node(test);
            let imported = lattice.unit.names().is_imported(lattice.flat().slice(test));
            let why = Why::new(
                node,
                Confidence::Possible,
                "the code itself reckons with that",
            );
            (!imported && !lattice.was_proved(test, test)).then(|| why.on(Ground::FoundEmpty))
        });
        if let Some(reason) = reason {
            state.insert(path, reason);
        }
    }

    /// Whether more is known of the path than that the function asks about it.
    fn is_known(&self, path: Path, state: &State) -> bool {
        state
            .get(path)
            .is_some_and(|reason| self.why(reason).ground != Ground::AskedBelow)
    }

    /// Whether an `assert` before the test already ruled None out: then the test is a habit.
    fn was_proved(&self, operand: Place, test: Place) -> bool {
        let text = self.flat().slice(operand);
        let test = self.flat().node(test);
        self.asserted.iter().any(|one| {
            let around = one.parent().is_some_and(|block| {
                one.end_byte() <= test.start_byte() && test.end_byte() <= block.end_byte()
            });
            let said = self.unit.slice(*one);
            around
                && !said.contains(" or ")
                && said
                    .strip_prefix("assert ")
                    .and_then(|said| said.strip_prefix(text))
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',']))
        })
    }

    /// Whether the test is (a part of) the condition of an `if` or `while`: only there its author
    /// thought of both ways.
    fn decides(&self, test: Place) -> bool {
        const PARTS: [&str; 3] = [
            "boolean_operator",
            "not_operator",
            "parenthesized_expression",
        ];
        let flat = self.flat();
        let whole = flat
            .ancestors(test)
            .find(|up| !PARTS.contains(&flat.kind(*up)));
        // Below `assert user is None` a name is None until something binds it.
        let is_name = || {
            flat.children(test)
                .next()
                .is_some_and(|one| flat.kind(one) == "identifier")
        };
        whole.is_some_and(|up| match flat.kind(up) {
            "if_statement" | "elif_clause" | "while_statement" => true,
            "assert_statement" => is_name(),
            _ => false,
        })
    }

    fn assume_call(&mut self, call: Place, holds: bool, state: &mut State) {
        let flat = self.flat();
        let function = flat
            .field(call, "function")
            .map_or("", |function| flat.slice(function));
        let arguments = self.arguments(call);
        match function {
            "isinstance" => {
                let for_none = arguments
                    .get(1)
                    .is_some_and(|kinds| flat.slice(*kinds).contains("None"));
                if holds != for_none
                    && let Some(first) = arguments.first()
                {
                    self.speaks_of(*first, state);
                }
            }
            "all" | "any" => {
                let listed = arguments
                    .first()
                    .filter(|list| matches!(flat.kind(**list), "list" | "tuple" | "set"));
                if let Some(list) = listed {
                    if (function == "all") != holds {
                        return;
                    }
                    let parts: Vec<Place> = flat.children(*list).collect();
                    for one in parts {
                        self.assume(one, holds, state);
                    }
                } else if let Some(questions) = flat.field(call, "arguments") {
                    // `any(one is None for one in (a, b))`
                    let parts: Vec<Place> = flat.below(questions).collect();
                    for one in parts {
                        self.not_none(one, state);
                    }
                }
            }
            "bool" => {
                if let Some(first) = arguments.first() {
                    self.assume(*first, holds, state);
                }
            }
            // Any other question about the value may be the check.
            _ => {
                for argument in arguments {
                    self.speaks_of(argument, state);
                }
            }
        }
    }
}
