//! Where a name is read after it was bound.

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, ancestors, field, statement_of, walk};
use crate::syntax::unit::binds;

/// Whether the identifier is a variable that is read, not an attribute's or argument's name.
#[must_use]
pub fn reads(identifier: Node<'_>) -> bool {
    let Some(parent) = identifier.parent() else {
        return false;
    };
    let label = match parent.kind() {
        "attribute" => field(parent, "attribute") == Some(identifier),
        "keyword_argument" | "function_definition" | "class_definition" => {
            field(parent, "name") == Some(identifier)
        }
        "parameters" | "lambda_parameters" => true,
        "default_parameter" | "typed_default_parameter" => {
            field(parent, "name") == Some(identifier)
        }
        "typed_parameter" => parent.named_child(0) == Some(identifier),
        _ => false,
    };
    let augmented = parent.kind() == "augmented_assignment";
    !label && (augmented || !binds(identifier))
}

/// The places that read what `binding` (an identifier of the unit) bound: those behind it that no
/// later binding of the same name certainly replaced.
#[must_use]
pub fn after<'a>(unit: &Unit<'a>, binding: Node<'a>) -> Vec<Node<'a>> {
    let name = unit.slice(binding);
    let mut found = Vec::new();
    // Where each later binding is done, and the block in which it counts from there on.
    let later: Vec<(usize, Node<'a>)> = unit
        .bindings(name)
        .iter()
        .filter(|one| binding.end_byte() <= one.start_byte())
        .map(|one| statement_of(*one))
        .filter_map(|statement| Some((statement.end_byte(), statement.parent()?)))
        .collect();
    let bound = statement_of(binding);
    walk(unit.node, &mut |node| {
        if node.kind() != "identifier" || unit.slice(node) != name || !reads(node) {
            return Walk::Into;
        }
        let behind = bound.end_byte() <= node.start_byte()
            || (binding.end_byte() <= node.start_byte() && !in_value(binding, node));
        let replaced = later
            .iter()
            .any(|(end, block)| *end <= node.start_byte() && contains(*block, node));
        if behind && !replaced {
            found.push(node);
        }
        Walk::Into
    });
    found
}

/// Whether the place stands in the value that the binding's own assignment computes.
fn in_value(binding: Node<'_>, node: Node<'_>) -> bool {
    binding
        .parent()
        .and_then(|parent| field(parent, "right").or_else(|| field(parent, "value")))
        .is_some_and(|value| contains(value, node))
}

/// Whether `outer` encloses `inner` (or is it).
#[must_use]
pub fn contains(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
}

/// Whether a call only writes to a log or the terminal.
#[must_use]
pub fn only_logs(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let Some(function) = field(call, "function") else {
        return false;
    };
    let text = unit.slice(function);
    if matches!(
        text,
        "print" | "pprint" | "pprint.pprint" | "warnings.warn" | "repr" | "str"
    ) {
        return matches!(text, "print" | "pprint" | "pprint.pprint" | "warnings.warn");
    }
    let Some((object, level)) = text.rsplit_once('.') else {
        return false;
    };
    let levels = [
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "log",
        "success",
        "trace",
    ];
    let object = object
        .rsplit('.')
        .next()
        .unwrap_or(object)
        .to_ascii_lowercase();
    levels.contains(&level) && (object.contains("log") || object == "structlog")
        || unit.file.settings.loggers.contains(&object) && levels.contains(&level)
}

/// Whether the node stands in a call that only logs.
#[must_use]
pub fn logged(unit: &Unit<'_>, node: Node<'_>) -> bool {
    let statement = statement_of(node);
    ancestors(node)
        .take_while(|up| contains(statement, *up))
        .any(|up| up.kind() == "call" && only_logs(unit, up))
}

/// Whether the node stands in a `print`.
#[must_use]
pub fn printed(unit: &Unit<'_>, node: Node<'_>) -> bool {
    let statement = statement_of(node);
    ancestors(node)
        .take_while(|up| contains(statement, *up))
        .filter(|up| up.kind() == "call")
        .filter_map(|call| field(call, "function"))
        .any(|function| matches!(unit.slice(function), "print" | "pprint" | "pprint.pprint"))
}
