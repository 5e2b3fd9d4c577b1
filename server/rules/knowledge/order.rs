//! Whether a part of a statement may be computed one line earlier.

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{children, field};

/// Functions that read an iterable to its end before they return.
const EAGER: &[&str] = &[
    "sum",
    "max",
    "min",
    "any",
    "all",
    "sorted",
    "list",
    "set",
    "dict",
    "tuple",
    "frozenset",
    "len",
    "join",
    "Counter",
];

/// Whether the statement computes `value` always, once, and before anything else that could
/// matter.
#[must_use]
pub fn runs_first(unit: &Unit<'_>, value: Node<'_>, statement: Node<'_>) -> bool {
    let mut at = value;
    while at != statement {
        let Some(parent) = at.parent() else {
            return false;
        };
        let first = parent.named_child(0) == Some(at);
        let fine = match parent.kind() {
            "attribute"
            | "await"
            | "parenthesized_expression"
            | "keyword_argument"
            | "return_statement"
            | "expression_statement" => true,
            "call" | "subscript" => first || quiet_before(unit, parent, at),
            "argument_list" => quiet_before(unit, parent, at),
            "assignment" => {
                field(parent, "right") == Some(at) && !unit.slice(parent).contains(":=")
            }
            "for_statement" => field(parent, "right") == Some(at),
            "if_statement" => field(parent, "condition") == Some(at),
            "comparison_operator" | "binary_operator" => first,
            "for_in_clause" => field(parent, "right") == Some(at) && is_first_clause(parent),
            // Only the first iterable is computed once, and outside of the comprehension's scope.
            "list_comprehension" | "set_comprehension" | "dictionary_comprehension" => {
                at.kind() == "for_in_clause"
            }
            "generator_expression" => at.kind() == "for_in_clause" && read_at_once(unit, parent),
            _ => false,
        };
        if !fine {
            return false;
        }
        at = parent;
    }
    true
}

fn is_first_clause(clause: Node<'_>) -> bool {
    clause
        .parent()
        .and_then(|comprehension| children(comprehension).find(|one| one.kind() == "for_in_clause"))
        == Some(clause)
}

fn read_at_once(unit: &Unit<'_>, generator: Node<'_>) -> bool {
    let Some(parent) = generator.parent() else {
        return false;
    };
    let call = if parent.kind() == "argument_list" {
        parent.parent()
    } else {
        Some(parent)
    };
    call.filter(|call| call.kind() == "call")
        .and_then(|call| field(call, "function"))
        .is_some_and(|function| {
            let text = unit.slice(function);
            EAGER.contains(&text.rsplit('.').next().unwrap_or(text))
        })
}

/// Whether nothing before `at` in its parent calls anything.
fn quiet_before(unit: &Unit<'_>, parent: Node<'_>, at: Node<'_>) -> bool {
    children(parent)
        .take_while(|child| *child != at)
        .all(|child| !unit.slice(child).contains('('))
}
