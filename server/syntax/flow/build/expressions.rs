//! Expressions in the order in which they are computed, and conditions with their two ways.

use super::{BlockId, Bound, Builder, Given, Place, Step};

/// Expressions nested deeper than this are left alone: the stack of a worker is not endless.
const DEEPEST: usize = 400;

impl Builder<'_, '_, '_> {
    /// Everything right below `at`, in source order.
    pub(super) fn parts(&mut self, at: Place) {
        for child in self.flat.children(at) {
            self.expression(child);
        }
    }

    pub(super) fn expression(&mut self, at: Place) {
        if self.here.is_none() || self.depth == DEEPEST {
            return;
        }
        self.depth += 1;
        self.expression_of_kind(at);
        self.depth -= 1;
    }

    fn expression_of_kind(&mut self, at: Place) {
        match self.flat.kind(at) {
            "integer" | "float" | "true" | "false" | "none" | "ellipsis" | "type" | "comment"
            | "block" => {}
            "assignment" => self.assignment(at),
            "augmented_assignment" => self.update(at),
            "named_expression" => {
                self.walrus(at);
                self.emit(Step::Value, at);
            }
            "boolean_operator" => self.operands(at),
            "conditional_expression" => self.ternary(at),
            "list_comprehension"
            | "set_comprehension"
            | "dictionary_comprehension"
            | "generator_expression" => {
                self.comprehension(at);
            }
            "lambda" => self.emit(Step::Define, at),
            "attribute" => {
                if let Some(object) = self.flat.field(at, "object") {
                    self.expression(object);
                }
                self.emit(Step::Value, at);
            }
            "keyword_argument" => {
                if let Some(value) = self.flat.field(at, "value") {
                    self.expression(value);
                }
            }
            "parenthesized_expression"
            | "argument_list"
            | "pair"
            | "interpolation"
            | "string"
            | "concatenated_string"
            | "format_specifier"
            | "format_expression" => self.parts(at),
            _ => {
                self.parts(at);
                self.emit(Step::Value, at);
            }
        }
    }

    fn assignment(&mut self, at: Place) {
        let (Some(left), Some(right)) = (self.flat.field(at, "left"), self.flat.field(at, "right"))
        else {
            return;
        };
        self.expression(right);
        let mut value = right;
        while self.flat.kind(value) == "assignment"
            && let Some(inner) = self.flat.field(value, "right")
        {
            value = inner;
        }
        self.bind_all(left, Bound::Value(value));
    }

    fn update(&mut self, at: Place) {
        let (Some(left), Some(right)) = (self.flat.field(at, "left"), self.flat.field(at, "right"))
        else {
            return;
        };
        self.expression(left);
        self.expression(right);
        self.bind(left, Bound::Updated(right));
    }

    fn walrus(&mut self, at: Place) {
        if let (Some(name), Some(value)) =
            (self.flat.field(at, "name"), self.flat.field(at, "value"))
        {
            self.expression(value);
            self.bind(name, Bound::Value(value));
        }
    }

    /// `a and b`, `a or b` as a value.
    fn operands(&mut self, at: Place) {
        let (Some(left), Some(right)) = (self.flat.field(at, "left"), self.flat.field(at, "right"))
        else {
            return;
        };
        let (holds, fails) = self.condition(left);
        let (more, done) = if self.is_and(at) {
            (holds, fails)
        } else {
            (fails, holds)
        };
        self.here = more;
        self.expression(right);
        let end = self.here;
        self.meet([end, done]);
        self.emit(Step::Value, at);
    }

    fn is_and(&self, at: Place) -> bool {
        self.flat
            .field(at, "operator")
            .is_some_and(|operator| self.flat.kind(operator) == "and")
    }

    fn ternary(&mut self, at: Place) {
        let parts: Vec<Place> = self.flat.children(at).collect();
        let [body, condition, otherwise] = parts.as_slice() else {
            return self.parts(at);
        };
        let (holds, fails) = self.condition(*condition);
        self.here = holds;
        self.expression(*body);
        let first = self.here;
        self.here = fails;
        self.expression(*otherwise);
        let second = self.here;
        self.meet([first, second]);
        self.emit(Step::Value, at);
    }

    /// Goes through once or not at all: what a second round would tell is not worth a loop.
    fn comprehension(&mut self, at: Place) {
        let mut done: Vec<Option<BlockId>> = Vec::new();
        for clause in self.flat.children(at) {
            match self.flat.kind(clause) {
                "for_in_clause" => {
                    for iterated in self.flat.fields(clause, "right") {
                        self.expression(iterated);
                        self.emit(Step::Iterate, iterated);
                        if let (Some(here), Some(target)) =
                            (self.here, self.flat.field(clause, "left"))
                        {
                            done.push(Some(here));
                            self.here = Some(self.behind(here, Given::Always));
                            self.bind_all(target, Bound::Item(iterated));
                        }
                    }
                }
                "if_clause" => {
                    if let Some(condition) = self.flat.children(clause).next() {
                        let (holds, fails) = self.condition(condition);
                        done.push(fails);
                        self.here = holds;
                    }
                }
                _ => {}
            }
        }
        if let Some(body) = self.flat.field(at, "body") {
            self.expression(body);
        }
        done.push(self.here);
        self.meet(done);
        self.emit(Step::Value, at);
    }

    /// Computes a condition; gives the blocks where it holds and where it does not.
    pub(super) fn condition(&mut self, at: Place) -> (Option<BlockId>, Option<BlockId>) {
        let at = self.flat.bare(at);
        if self.depth == DEEPEST {
            return (self.here, self.here);
        }
        self.depth += 1;
        let ways = self.condition_of_kind(at);
        self.depth -= 1;
        ways
    }

    fn condition_of_kind(&mut self, at: Place) -> (Option<BlockId>, Option<BlockId>) {
        match self.flat.kind(at) {
            "not_operator" => {
                if let Some(inner) = self.flat.field(at, "argument") {
                    let (holds, fails) = self.condition(inner);
                    return (fails, holds);
                }
            }
            "boolean_operator" => {
                if let (Some(left), Some(right)) =
                    (self.flat.field(at, "left"), self.flat.field(at, "right"))
                {
                    return self.two_conditions(left, right, self.is_and(at));
                }
            }
            "true" => return (self.here.take(), None),
            "false" | "none" => return (None, self.here.take()),
            "integer" => {
                let here = self.here.take();
                return if self.slice(at) == "0" {
                    (None, here)
                } else {
                    (here, None)
                };
            }
            "named_expression" => self.walrus(at),
            _ => {}
        }
        if self.flat.kind(at) != "named_expression" {
            self.expression(at);
        }
        let Some(here) = self.here.take() else {
            return (None, None);
        };
        let holds = self.behind(here, Given::Condition(at, true));
        let fails = self.behind(here, Given::Condition(at, false));
        (Some(holds), Some(fails))
    }

    fn two_conditions(
        &mut self,
        left: Place,
        right: Place,
        and: bool,
    ) -> (Option<BlockId>, Option<BlockId>) {
        let (holds, fails) = self.condition(left);
        let (more, done) = if and { (holds, fails) } else { (fails, holds) };
        self.here = more;
        let (holds, fails) = self.condition(right);
        let (open, closed) = if and { (holds, fails) } else { (fails, holds) };
        self.meet([done, closed]);
        let met = self.here.take();
        if and { (open, met) } else { (met, open) }
    }
}
