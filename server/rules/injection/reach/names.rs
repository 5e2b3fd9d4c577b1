//! Where the value of a name comes from.

use tree_sitter::Node;

use super::{Reach, within};
use crate::rules::knowledge::keys::operator;
use crate::syntax::Unit;
use crate::syntax::flow::facts_at;
use crate::syntax::nodes::field;
use crate::syntax::unit::{bound_before, value_bound};

/// Where the value of a name comes from at this place.
pub(super) fn of_name<'a>(unit: &Unit<'a>, node: Node<'a>, depth: u8) -> Reach<'a> {
    let name = unit.slice(node);
    let constant = name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase);
    if constant || unit.names().is_imported(name) {
        return Reach::Constant;
    }
    if is_checked(unit, node, name) {
        return Reach::Safe;
    }
    let bound = unit.bindings(name);
    let mut found = Reach::Constant;
    let mut known = false;
    for one in bound
        .iter()
        .filter(|one| bound_before(**one, node.start_byte()) || is_loop(**one))
    {
        known = true;
        found = found.or(of_binding(unit, *one, depth));
    }
    // A statement of the function itself that gives it another value hides the parameter.
    let hidden = bound.iter().any(|one| {
        bound_before(*one, node.start_byte()) && always(unit, *one) && value_bound(*one).is_some()
    });
    if let Some(parameter) = unit.parameter(name).filter(|_| !hidden) {
        known = true;
        found = found.or(of_parameter(unit, parameter.annotation, parameter.name));
    }
    if known { found } else { of_outer(unit, name) }
}

fn of_parameter<'a>(unit: &Unit<'a>, annotation: Option<Node<'a>>, name: &'a str) -> Reach<'a> {
    if matches!(name, "self" | "cls") {
        return Reach::Constant;
    }
    let annotation = annotation.map_or("", |one| unit.slice(one));
    if matches!(
        annotation,
        "int"
            | "float"
            | "bool"
            | "int | None"
            | "Optional[int]"
            | "UUID"
            | "uuid.UUID"
            | "date"
            | "datetime"
            | "Decimal"
    ) {
        return Reach::Number(name);
    }
    if annotation.starts_with("Literal[") || annotation.starts_with("typing.Literal[") {
        return Reach::Safe;
    }
    Reach::Parameter(name)
}

fn is_loop(identifier: Node<'_>) -> bool {
    identifier.parent().is_some_and(|up| {
        matches!(
            up.kind(),
            "for_in_clause" | "for_statement" | "pattern_list" | "tuple_pattern"
        )
    })
}

/// Whether the binding is a statement of the function's own block.
fn always(unit: &Unit<'_>, identifier: Node<'_>) -> bool {
    let statement = crate::syntax::nodes::statement_of(identifier);
    statement
        .parent()
        .zip(field(unit.node, "body"))
        .is_some_and(|(block, body)| block == body)
}

fn of_binding<'a>(unit: &Unit<'a>, identifier: Node<'a>, depth: u8) -> Reach<'a> {
    if let Some(value) = value_bound(identifier) {
        return within(unit, value, depth);
    }
    let mut up = identifier.parent();
    for _ in 0..3 {
        let Some(node) = up else { break };
        match node.kind() {
            "for_statement" | "for_in_clause" | "assignment" => {
                return field(node, "right")
                    .map_or(Reach::Unknown, |right| within(unit, right, depth));
            }
            "augmented_assignment" => {
                return field(node, "right")
                    .map_or(Reach::Unknown, |right| within(unit, right, depth));
            }
            "as_pattern_target" => {
                let value = node.parent().and_then(|pattern| pattern.named_child(0));
                return value.map_or(Reach::Unknown, |value| within(unit, value, depth));
            }
            _ => up = node.parent(),
        }
    }
    Reach::Unknown
}

/// A name of the module or of a function around.
fn of_outer<'a>(unit: &Unit<'a>, name: &str) -> Reach<'a> {
    let assigned = &unit.file.outline.assigned;
    let constant = assigned
        .iter()
        .filter(|(known, _)| known == name)
        .all(|(_, range)| {
            unit.source().node_at(range.clone()).is_some_and(|node| {
                let assignment = if node.kind() == "assignment" {
                    Some(node)
                } else {
                    node.named_child(0)
                };
                assignment
                    .and_then(|one| field(one, "right"))
                    .is_some_and(|right| {
                        matches!(
                            right.kind(),
                            "string"
                                | "integer"
                                | "concatenated_string"
                                | "list"
                                | "tuple"
                                | "dictionary"
                        )
                    })
            })
        });
    if constant && assigned.iter().any(|(known, _)| known == name) {
        Reach::Constant
    } else {
        Reach::Unknown
    }
}

/// Whether a condition that holds here limits the name: membership, equality, digits, a pattern.
fn is_checked(unit: &Unit<'_>, node: Node<'_>, name: &str) -> bool {
    let whole = unit.slice(unit.node);
    if !(whole.contains("if ") || whole.contains("assert")) {
        return false;
    }
    facts_at(node, unit.source()).iter().any(|fact| {
        let condition = fact.condition;
        match condition.kind() {
            "comparison_operator" => {
                let about = condition
                    .named_child(0)
                    .is_some_and(|left| unit.mentions(left, name));
                let sign = operator(condition);
                about
                    && ((fact.holds && matches!(sign.as_str(), "in" | "=="))
                        || (!fact.holds && matches!(sign.as_str(), "not in" | "!=")))
            }
            "call" => {
                let text = unit.slice(condition);
                let limits = [
                    "isdigit",
                    "isidentifier",
                    "isalnum",
                    "isdecimal",
                    "isnumeric",
                    "isalpha",
                    "match(",
                    "fullmatch(",
                    "search(",
                    "isinstance(",
                    "valid",
                    "allowed",
                    "is_safe",
                    "check",
                ];
                unit.mentions(condition, name)
                    && limits.iter().any(|word| text.contains(word))
                    && !text.contains(", str)")
            }
            _ => false,
        }
    })
}
