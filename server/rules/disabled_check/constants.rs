//! Values that are the same constant on every way.

use tree_sitter::Node;

use crate::rules::knowledge::origins::{self, Origin};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, string_value};

/// `False`, `0`.
pub(super) fn is_false(unit: &Unit<'_>, value: Node<'_>) -> bool {
    constant(unit, value, &|node| {
        node.kind() == "false" || (node.kind() == "integer" && unit.slice(node) == "0")
    })
}

/// `True`.
pub(super) fn is_true(unit: &Unit<'_>, value: Node<'_>) -> bool {
    constant(unit, value, &|node| node.kind() == "true")
}

/// `ssl.CERT_NONE`, `"CERT_NONE"`, `None`.
pub(super) fn is_cert_none(unit: &Unit<'_>, value: Node<'_>) -> bool {
    constant(unit, value, &|node| match node.kind() {
        "none" => true,
        "string" => string_value(node, unit.source())
            .is_some_and(|text| matches!(text, "CERT_NONE" | "none")),
        _ => unit.slice(node).ends_with("CERT_NONE"),
    })
}

/// Whether the value, or everything that its name is bound to, is such a constant.
fn constant(unit: &Unit<'_>, value: Node<'_>, is: &dyn Fn(Node<'_>) -> bool) -> bool {
    let value = bare(value);
    if is(value) {
        return true;
    }
    if value.kind() != "identifier" || unit.names().is_imported(unit.slice(value)) {
        return false;
    }
    origins::of_name(unit, unit.slice(value)).is_some_and(|bound| {
        bound.origins.iter().all(|origin| match origin {
            Origin::Value(value) => is(bare(*value)),
            _ => false,
        })
    })
}
