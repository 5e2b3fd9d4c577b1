//! `match`.

use super::{Bound, Builder, Given, Place};

impl Builder<'_, '_, '_> {
    pub(super) fn cases(&mut self, at: Place) {
        let (Some(subject), Some(body)) =
            (self.flat.field(at, "subject"), self.flat.field(at, "body"))
        else {
            return;
        };
        self.expression(subject);
        let mut ends = Vec::new();
        for clause in self.flat.children(body) {
            let Some(here) = self
                .here
                .filter(|_| self.flat.kind(clause) == "case_clause")
            else {
                continue;
            };
            let taken = self.behind(here, Given::Case(subject, clause, true));
            let mut left = vec![];
            let guard = self.flat.field(clause, "guard");
            if !takes_all(self, clause) {
                left.push(Some(self.behind(here, Given::Case(subject, clause, false))));
            }
            self.here = Some(taken);
            for pattern in self.flat.children(clause) {
                if self.flat.kind(pattern) == "case_pattern" {
                    self.captures(pattern, subject);
                }
            }
            if let Some(condition) = guard.and_then(|guard| self.flat.children(guard).next()) {
                let (holds, fails) = self.condition(condition);
                left.push(fails);
                self.here = holds;
            }
            if let Some(body) = self.flat.field(clause, "consequence") {
                self.suite(body);
            }
            ends.push(self.here);
            self.meet(left);
        }
        ends.push(self.here);
        self.meet(ends);
    }

    /// The names that a pattern binds.
    fn captures(&mut self, pattern: Place, subject: Place) {
        for inner in self.flat.children(pattern) {
            match self.flat.kind(inner) {
                "dotted_name"
                    if matches!(self.flat.kind(pattern), "case_pattern" | "keyword_pattern") =>
                {
                    let mut names = self.flat.children(inner);
                    if let (Some(name), None) = (names.next(), names.next()) {
                        self.bind(name, Bound::Captured(subject));
                    }
                }
                "identifier"
                    if matches!(self.flat.kind(pattern), "as_pattern" | "splat_pattern") =>
                {
                    self.bind(inner, Bound::Captured(subject));
                }
                _ => self.captures(inner, subject),
            }
        }
    }
}

/// Whether a clause takes whatever comes: `case _:`, `case name:`.
fn takes_all(builder: &Builder<'_, '_, '_>, clause: Place) -> bool {
    let flat = builder.flat;
    let mut patterns = flat
        .children(clause)
        .filter(|one| flat.kind(*one) == "case_pattern");
    let (Some(only), None) = (patterns.next(), patterns.next()) else {
        return false;
    };
    let text = flat.slice(only);
    text.chars().all(|one| one.is_alphanumeric() || one == '_')
        && !text.starts_with(|one: char| one.is_numeric())
        && !matches!(text, "None" | "True" | "False")
}
