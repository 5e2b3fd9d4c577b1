//! What a condition asks, through `not`, `and` and `or`.

use tree_sitter::Node;

use crate::syntax::nodes::{bare, field};

/// The first answer of `leaf` for a part of the condition that is sure to have been asked with a
/// known outcome where the condition comes out as `holds`: `leaf` gets the part and that outcome.
pub(super) fn known_within<'a, T>(
    condition: Node<'a>,
    holds: bool,
    leaf: &dyn Fn(Node<'a>, bool) -> Option<T>,
) -> Option<T> {
    let condition = bare(condition);
    match condition.kind() {
        "not_operator" => known_within(field(condition, "argument")?, !holds, leaf),
        "boolean_operator" => {
            // Of an `and` that does not hold nobody knows which side it was; of an `or` that does
            // neither.
            let and = field(condition, "operator").is_some_and(|one| one.kind() == "and");
            if and != holds {
                return None;
            }
            ["left", "right"]
                .into_iter()
                .filter_map(|side| field(condition, side))
                .find_map(|side| known_within(side, holds, leaf))
        }
        _ => leaf(condition, holds),
    }
}
