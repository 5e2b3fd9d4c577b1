//! What a test proves: its assertions, and whether each is sure to be reached.

use tree_sitter::Node;

use super::strength::{self, Strength};
use crate::compare::normal;
use crate::syntax::Unit;
use crate::syntax::nodes::{children, field, fields};

/// One assertion of a test.
#[derive(Debug, Clone)]
pub(super) struct Assertion<'a> {
    /// The statement, the call, or the call in a `with`.
    pub node: Node<'a>,
    /// Its normalised text.
    pub text: String,
    /// What it proves; where `and` joins several conditions, each is an assertion.
    pub strength: Strength,
    /// It is reached only under a condition.
    pub conditional: bool,
    /// A handler around it hides its failure.
    pub swallowed: bool,
}

/// The assertions in the scope's own code, in source order.
pub(super) fn all<'a>(unit: &Unit<'a>) -> Vec<Assertion<'a>> {
    let mut found = Vec::new();
    let body = field(unit.node, "body").unwrap_or(unit.node);
    if unit.slice(unit.node).contains("assert")
        || unit.slice(unit.node).contains("raises")
        || unit.slice(unit.node).contains("warns")
    {
        collect(unit, body, Place::default(), &mut found);
    }
    found
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    conditional: bool,
    swallowed: bool,
}

fn collect<'a>(unit: &Unit<'a>, node: Node<'a>, place: Place, found: &mut Vec<Assertion<'a>>) {
    for child in children(node) {
        match child.kind() {
            "function_definition" | "class_definition" | "decorated_definition" | "lambda" => {}
            "assert_statement" => {
                let parts = child
                    .named_child(0)
                    .map(|condition| strength::of_condition(unit, condition))
                    .unwrap_or_default();
                let alone = parts.len() == 1;
                for (part, strength) in parts {
                    let named = if alone { child } else { part };
                    let text = normal::text(unit.source(), named.byte_range());
                    found.push(Assertion {
                        node: child,
                        text: if alone {
                            text
                        } else {
                            format!("assert {text}")
                        },
                        strength,
                        conditional: place.conditional,
                        swallowed: place.swallowed,
                    });
                }
            }
            "call" => {
                if let Some(strength) = strength::of_assert_call(unit, child) {
                    found.push(Assertion {
                        node: child,
                        text: normal::text(unit.source(), child.byte_range()),
                        strength,
                        conditional: place.conditional,
                        swallowed: place.swallowed,
                    });
                }
                collect(unit, child, place, found);
            }
            "if_statement" | "while_statement" | "match_statement" | "conditional_expression" => {
                collect(
                    unit,
                    child,
                    Place {
                        conditional: true,
                        ..place
                    },
                    found,
                );
            }
            "try_statement" => {
                let hidden = hides_failure(unit, child);
                for part in children(child) {
                    let inner = match part.kind() {
                        "block" => Place {
                            swallowed: place.swallowed || hidden,
                            ..place
                        },
                        "except_clause" => Place {
                            conditional: true,
                            ..place
                        },
                        _ => place,
                    };
                    collect(unit, part, inner, found);
                }
            }
            _ => collect(unit, child, place, found),
        }
    }
}

/// Whether a handler catches a failed assertion and goes on.
fn hides_failure(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    children(statement)
        .filter(|part| part.kind() == "except_clause")
        .any(|handler| {
            let parts: Vec<Node<'_>> = children(handler).collect();
            let Some((block, kinds)) = parts.split_last() else {
                return false;
            };
            let catches = kinds.first().is_none_or(|kinds| {
                let text = unit.slice(*kinds);
                ["AssertionError", "Exception", "BaseException"]
                    .iter()
                    .any(|name| {
                        text.split(|c: char| !c.is_alphanumeric() && c != '_')
                            .any(|word| word == *name)
                    })
            });
            let body = unit.slice(*block);
            catches
                && !["raise", "fail(", "assert", "skip"]
                    .iter()
                    .any(|word| body.contains(word))
        })
}

/// The literal lists that the scope's own loops go through.
pub(super) fn loops<'a>(unit: &Unit<'a>) -> Vec<Node<'a>> {
    unit.own(&["for_statement"])
        .into_iter()
        .flat_map(|one| fields(one, "right"))
        .filter(|right| matches!(right.kind(), "list" | "tuple"))
        .collect()
}
