//! Which uses of a value that may be None are worth a word.

use super::DEFAULT;
use super::asked::is_of_containers;
use super::lattice::{Access, MayBeNone, Reason, State};
use super::source::{Ground, Why};
use crate::rules::Confidence;
use crate::syntax::flow::{Flat, Place};
use crate::syntax::nodes::field;

impl MayBeNone<'_, '_, '_> {
    pub(super) fn judge(&mut self, object: Place, by_operator: bool, state: &State) {
        let Some(reason) = self.reason_of_object(object, state) else {
            return;
        };
        // Sums and comparisons are everywhere: only what is certain is worth a word.
        let confidence = self.weighed(reason, object);
        let enough = if self.why(reason).placeholder || self.why(reason).against_its_type {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        // Nothing spreads None: `run(**options)`.
        let is_spread = self.is_spread(object) && self.why(reason).reason == DEFAULT;
        let by_operator = by_operator && confidence < enough && !is_spread;
        if by_operator && !self.may_count(reason) || self.is_caught(object) {
            return;
        }
        if by_operator_of(self.flat(), object).is_some_and(|other| self.has_operators(other)) {
            return;
        }
        let object = self.flat().bare(object);
        if self.why(reason).ground == Ground::FoundEmpty && !self.goes_into(object) {
            return;
        }
        let node = self.flat().node(object);
        let path = match self.flat().path(object) {
            Some(path) => self.flat().paths().text(path),
            None => self.flat().slice(object).to_owned(),
        };
        let why = Why {
            confidence,
            ..self.why(reason).clone()
        };
        self.found.entry(node.start_byte()).or_insert(Access {
            object: node,
            path,
            why,
            by_operator,
        });
    }

    /// Whether it is `*object` or `**object` in a call.
    pub(super) fn is_spread(&self, object: Place) -> bool {
        let flat = self.flat();
        flat.parent(object)
            .is_some_and(|up| flat.kind(up).ends_with("splat"))
    }

    /// Whether a sum or a comparison with the value may be worth a word after a second look: what
    /// stands around decides.
    fn may_count(&self, reason: Reason) -> bool {
        let why = self.why(reason);
        !reason.weak && (why.reason == DEFAULT || why.ground == Ground::AskedBelow)
    }

    /// Whether the use takes an object: an attribute that no text, list or mapping has, or a call.
    fn goes_into(&self, object: Place) -> bool {
        let flat = self.flat();
        flat.parent(object).is_some_and(|up| match flat.kind(up) {
            "attribute" => flat
                .field(up, "attribute")
                .is_some_and(|name| !is_of_containers(flat.slice(name))),
            "call" => flat.field(up, "function") == Some(object),
            _ => false,
        })
    }
}

impl MayBeNone<'_, '_, '_> {
    /// A placeholder that one way leaves as it is, used in a block around it: nothing but luck
    /// keeps that way from here.
    fn weighed(&self, reason: Reason, object: Place) -> Confidence {
        let why = self.why(reason);
        if !reason.weak || !why.placeholder {
            return self.confidence(reason);
        }
        let flat = self.flat();
        let block = |place: Place| {
            flat.ancestors(place)
                .find(|up| matches!(flat.kind(*up), "block" | "module"))
        };
        let conditional = flat
            .ancestors(object)
            .take_while(|up| !matches!(flat.kind(*up), "block" | "module"))
            .any(|up| {
                matches!(
                    flat.kind(up),
                    "conditional_expression"
                        | "boolean_operator"
                        | "lambda"
                        | "list_comprehension"
                        | "set_comprehension"
                        | "dictionary_comprehension"
                        | "generator_expression"
                )
            });
        let around = block(object).map(|block| cleaned(flat, block));
        let behind = flat
            .find(why.place)
            .is_some_and(|set| flat.ancestors(set).any(|up| Some(up) == around));
        if behind && !conditional {
            Confidence::Likely
        } else {
            Confidence::Possible
        }
    }
}

/// The other operand, if the place is one of a sum or a comparison.
fn by_operator_of(flat: &Flat<'_>, object: Place) -> Option<Place> {
    let up = flat.parent(object)?;
    if !matches!(flat.kind(up), "binary_operator" | "comparison_operator") {
        return None;
    }
    flat.children(up)
        .find(|one| *one != object && flat.role(*one) != "operators")
}

impl MayBeNone<'_, '_, '_> {
    /// Whether the operand is of a class of this file that has operators of its own: it may take
    /// None as well.
    fn has_operators(&self, operand: Place) -> bool {
        const OWN: [&str; 9] = [
            "__lt__",
            "__gt__",
            "__le__",
            "__ge__",
            "__add__",
            "__radd__",
            "__sub__",
            "__rsub__",
            "__contains__",
        ];
        let node = self.flat().node(self.flat().bare(operand));
        if node.kind() != "identifier" {
            return false;
        }
        let name = self.unit.slice(node);
        let declared = self.unit.parameter(name).and_then(|one| one.annotation);
        let class = declared.or_else(|| {
            let value = self.keys.last_value(name, node.start_byte());
            value.and_then(|value| field(value, "function"))
        });
        let class = class.map_or("", |class| self.unit.slice(class));
        let outline = &self.unit.file.outline;
        OWN.iter()
            .any(|own| !class.is_empty() && outline.find(&format!("{class}.{own}")).is_some())
    }
}

/// The block that a `finally` or a handler belongs to: every way into the `try` may end there.
fn cleaned(flat: &Flat<'_>, block: Place) -> Place {
    let mut at = block;
    while let Some(clause) = flat.parent(at)
        && matches!(flat.kind(clause), "finally_clause" | "except_clause")
        && let Some(outer) = flat
            .ancestors(clause)
            .find(|up| matches!(flat.kind(*up), "block" | "module"))
    {
        at = outer;
    }
    at
}
