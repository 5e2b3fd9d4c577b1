//! Targets: names, attributes, items, and lists of them.

use super::{Bound, Builder, Place};

impl Builder<'_, '_, '_> {
    /// Binds a target, or each part of it.
    pub(super) fn bind_all(&mut self, target: Place, bound: Bound) {
        match self.flat.kind(target) {
            "identifier" => self.bind(target, bound),
            "attribute" | "subscript" => {
                self.parts_of_target(target);
                self.bind(target, bound);
            }
            "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" | "list"
            | "expression_list" => {
                self.unpack(target, bound);
            }
            // `*rest`, `(name)`
            _ => {
                let source = match bound {
                    Bound::Value(value)
                    | Bound::Item(value)
                    | Bound::Entered(value)
                    | Bound::Part(value) => Bound::Part(value),
                    other => other,
                };
                let splat = self.flat.kind(target).ends_with("splat_pattern");
                for inner in self.flat.children(target) {
                    self.bind_all(inner, if splat { source } else { bound });
                }
            }
        }
    }

    fn unpack(&mut self, target: Place, bound: Bound) {
        let targets: Vec<Place> = self.flat.children(target).collect();
        let values: Vec<Place> = match bound {
            Bound::Value(value)
                if matches!(
                    self.flat.kind(self.flat.bare(value)),
                    "tuple" | "list" | "expression_list"
                ) =>
            {
                self.flat.children(self.flat.bare(value)).collect()
            }
            _ => Vec::new(),
        };
        let spread = |one: &Place| self.flat.kind(*one).contains("splat");
        let pairs = targets.len() == values.len() && !targets.iter().chain(&values).any(spread);
        for (index, inner) in targets.iter().enumerate() {
            let part = match (pairs, values.get(index), bound) {
                (true, Some(value), _) => Bound::Value(*value),
                (
                    _,
                    _,
                    Bound::Value(value)
                    | Bound::Item(value)
                    | Bound::Entered(value)
                    | Bound::Part(value),
                ) => Bound::Part(value),
                (_, _, other) => other,
            };
            self.bind_all(*inner, part);
        }
    }

    /// What is computed before an attribute or item is bound: the object and the key.
    pub(super) fn parts_of_target(&mut self, target: Place) {
        for part in self.flat.children(target) {
            if self.flat.role(part) != "attribute" {
                self.expression(part);
            }
        }
    }

    pub(super) fn delete(&mut self, target: Place) {
        match self.flat.kind(target) {
            "identifier" => self.bind(target, Bound::Deleted),
            "attribute" | "subscript" => {
                self.parts_of_target(target);
                self.bind(target, Bound::Deleted);
            }
            _ => {
                for inner in self.flat.children(target) {
                    self.delete(inner);
                }
            }
        }
    }
}
