//! The small shapes of keys: memberships, literals, operators.

use tree_sitter::Node;

use super::{Unit, bare, children, field, positional, string_value};

pub(super) fn stores_or_leaves(statement: Node<'_>) -> bool {
    matches!(statement.kind(), "raise_statement" | "return_statement")
        || statement
            .named_child(0)
            .and_then(|inner| field(inner, "left"))
            .is_some_and(|left| left.kind() == "subscript")
}

/// Names of functions that look at a mapping and complain.
pub(super) fn is_check_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    [
        "valid", "check", "require", "ensure", "assert", "verify", "schema",
    ]
    .iter()
    .any(|word| last.contains(word))
}

/// Key, mapping and whether it says "has": `"k" in d` / `"k" not in d`.
pub(super) fn membership<'a>(unit: &Unit<'a>, node: Node<'a>) -> Option<(&'a str, Node<'a>, bool)> {
    if node.kind() != "comparison_operator" {
        return None;
    }
    let operands: Vec<_> = children(node).collect();
    let [left, right] = operands.as_slice() else {
        return None;
    };
    let has = match operator(node).as_str() {
        "in" => true,
        "not in" => false,
        _ => return None,
    };
    let key = string_value(bare(*left), unit.source())?;
    Some((key, keys_of(unit, *right), has))
}

/// The operator of a comparison of two, with single spaces.
#[must_use]
pub fn operator(comparison: Node<'_>) -> String {
    let mut cursor = comparison.walk();
    let parts: Vec<&str> = comparison
        .children_by_field_name("operators", &mut cursor)
        .map(|one| one.kind())
        .collect();
    parts.join(" ")
}

/// `d` for `d.keys()`, `set(d)`, `list(d)`; the node itself otherwise.
pub(super) fn keys_of<'a>(unit: &Unit<'a>, node: Node<'a>) -> Node<'a> {
    let node = bare(node);
    let Some(function) = field(node, "function") else {
        return node;
    };
    if let (Some(object), Some(name)) = (field(function, "object"), field(function, "attribute"))
        && unit.slice(name) == "keys"
    {
        return bare(object);
    }
    match (unit.slice(function), positional(node).first()) {
        ("set" | "frozenset" | "list" | "tuple" | "sorted", Some(inner)) => keys_of(unit, *inner),
        _ => node,
    }
}

/// The constant keys that `update(…)` or `dict(…)` gives.
pub(super) fn keys_given<'a>(unit: &Unit<'a>, call: Node<'a>) -> Vec<&'a str> {
    let Some(arguments) = field(call, "arguments") else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    for argument in children(arguments) {
        match argument.kind() {
            "keyword_argument" => keys.extend(field(argument, "name").map(|name| unit.slice(name))),
            "dictionary" => keys.extend(
                children(argument)
                    .filter_map(|pair| string_value(field(pair, "key")?, unit.source())),
            ),
            _ => {}
        }
    }
    keys
}

/// Whether the expression is a mapping (or collection of keys) in which the key stands.
#[must_use]
pub fn literal_holds(unit: &Unit<'_>, node: Node<'_>, key: &str) -> bool {
    let node = bare(node);
    match node.kind() {
        "dictionary" => children(node).any(|pair| {
            field(pair, "key").and_then(|one| string_value(one, unit.source())) == Some(key)
        }),
        "set" | "list" | "tuple" => {
            children(node).any(|one| string_value(one, unit.source()) == Some(key))
        }
        "call" => {
            let function = field(node, "function").map_or("", |function| unit.slice(function));
            let arguments = positional(node);
            match function {
                "dict" => {
                    let holds = |one: &Node<'_>| match one.kind() {
                        // `dict([("open", 1), ("closed", 2)])`
                        "list" | "tuple" => children(*one).any(|pair| {
                            children(pair)
                                .next()
                                .is_some_and(|name| string_value(name, unit.source()) == Some(key))
                        }),
                        _ => literal_holds(unit, *one, key),
                    };
                    crate::syntax::nodes::keyword(node, key, unit.source()).is_some()
                        || arguments.iter().any(holds)
                }
                // `Order(id=1)`, a typed dictionary
                _ if function.starts_with(char::is_uppercase) => {
                    crate::syntax::nodes::keyword(node, key, unit.source()).is_some()
                        || arguments
                            .iter()
                            .any(|one| one.kind() == "dictionary" && literal_holds(unit, *one, key))
                }
                "set" | "frozenset" | "dict.fromkeys" => arguments
                    .first()
                    .is_some_and(|one| literal_holds(unit, *one, key)),
                _ => false,
            }
        }
        "conditional_expression" => {
            let parts: Vec<_> = children(node).collect();
            parts.len() == 3
                && literal_holds(unit, parts[0], key)
                && literal_holds(unit, parts[2], key)
        }
        "binary_operator" => ["left", "right"]
            .iter()
            .filter_map(|side| field(node, side))
            .any(|side| literal_holds(unit, side, key)),
        _ => false,
    }
}

pub(super) fn is_literal(node: Node<'_>) -> bool {
    matches!(bare(node).kind(), "set" | "list" | "tuple" | "dictionary")
}

pub(super) fn is_false(unit: &Unit<'_>, node: Node<'_>) -> bool {
    matches!(
        unit.slice(node),
        "None" | "False" | "\"\"" | "''" | "0" | "{}" | "[]" | "()"
    )
}

/// The value of a module-level name that is assigned once.
#[must_use]
pub fn module_value<'a>(unit: &Unit<'a>, name: &str) -> Option<Node<'a>> {
    let mut places = unit
        .file
        .outline
        .assigned
        .iter()
        .filter(|(assigned, _)| assigned == name);
    let (_, range) = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let mut node = unit.source().node_at(range.clone())?;
    while node.kind() != "assignment" {
        node = node.named_child(0)?;
    }
    field(node, "right")
}
