//! What must not be None for a step of the code to succeed.

use super::lattice::MayBeNone;
use super::refuses::refused;
use crate::syntax::flow::{Bound, Event, Place, Step};

impl MayBeNone<'_, '_, '_> {
    /// The expressions that must not be None for this step to succeed, and whether that is so for
    /// an operator.
    pub(super) fn needs(&self, event: Event) -> Vec<(Place, bool)> {
        let flat = self.flat();
        let at = event.at;
        let one = |place: Option<Place>| place.map(|place| (place, false)).into_iter().collect();
        match (event.step, flat.kind(at)) {
            (Step::Bind(Bound::Part(value)), _) => vec![(value, true)],
            (Step::Value | Step::Bind(_), "attribute") => {
                let name = flat
                    .field(at, "attribute")
                    .map_or("", |name| flat.slice(name));
                // None has `__class__` and its like, but no name. Who asks for one has mostly a module
                // or a function in hand.
                let is_name = matches!(name, "__name__" | "__file__");
                let is_its_own = name.starts_with("__") && !is_name;
                let object = flat.field(at, "object").filter(|_| !is_its_own);
                object.map(|object| (object, is_name)).into_iter().collect()
            }
            (Step::Value | Step::Bind(_), "subscript") => one(flat.field(at, "value")),
            (Step::Value, "call") => {
                let function = flat.field(at, "function");
                // `self.on_end()`, `handlers.get(name)()`, `None()`
                let function = function
                    .map(|function| flat.bare(function))
                    .filter(|function| {
                        matches!(
                            flat.kind(*function),
                            "identifier" | "attribute" | "call" | "none"
                        )
                    });
                let mut all: Vec<(Place, bool)> = one(function);
                all.extend(
                    refused(self.unit, flat, at)
                        .into_iter()
                        .map(|one| (one, true)),
                );
                all
            }
            (Step::Iterate | Step::Enter, _) => vec![(at, false)],
            (Step::Value, "unary_operator") => flat
                .field(at, "argument")
                .map(|one| (one, true))
                .into_iter()
                .collect(),
            (Step::Value, "binary_operator") => {
                let operator = flat.field(at, "operator").map_or("", |one| flat.kind(one));
                // `str | None` is a type, and other classes define these as they like.
                let plain = !matches!(operator, "|" | "&" | "^" | "@");
                let left = flat.field(at, "left").filter(|_| plain);
                // A text formats None with `%`.
                let right = flat.field(at, "right").filter(|_| plain && operator != "%");
                left.into_iter()
                    .chain(right)
                    .map(|one| (one, true))
                    .collect()
            }
            (Step::Value, "comparison_operator") => self.compared(at),
            _ => Vec::new(),
        }
    }

    /// `a < b` needs both, `a in b` what stands on the right.
    fn compared(&self, comparison: Place) -> Vec<(Place, bool)> {
        let flat = self.flat();
        let operators: Vec<&str> = flat
            .fields(comparison, "operators")
            .map(|one| flat.kind(one))
            .collect();
        let operands: Vec<Place> = flat
            .children(comparison)
            .filter(|one| flat.role(*one) != "operators")
            .collect();
        let ([operator], [left, right]) = (operators.as_slice(), operands.as_slice()) else {
            return Vec::new();
        };
        match *operator {
            "<" | ">" | "<=" | ">=" => vec![(*left, true), (*right, true)],
            "in" | "not in" => vec![(*right, true)],
            _ => Vec::new(),
        }
    }
}
