//! Sums, comparisons and arguments with a value that may be None: what speaks for a mistake.

use tree_sitter::Node;

use super::DEFAULT;
use super::lattice::Access;
use crate::syntax::Unit;
use crate::syntax::flow::Fact;
use crate::syntax::nodes::{
    Walk, ancestors, bare, children, field, is_scope, statement_of, walk_near,
};

/// Whether the code around speaks for it that an operand is None at times.
pub(super) fn speaks_for_it(unit: &Unit<'_>, facts: &[Fact<'_>], access: &Access<'_>) -> bool {
    access.why.reason == DEFAULT
        && (is_asked_behind(unit, access)
            || !hangs_on_another(unit, facts) && is_never_asked(unit, access))
}

/// A condition on another parameter decides on the use: both may be passed together.
fn hangs_on_another(unit: &Unit<'_>, facts: &[Fact<'_>]) -> bool {
    let parameters = unit.parameters();
    facts.iter().any(|fact| {
        parameters
            .iter()
            .filter(|one| one.name != "self")
            .any(|one| unit.mentions(fact.condition, one.name))
    })
}

/// Whether a statement that follows, here or further out, asks for the same value.
fn is_asked_behind(unit: &Unit<'_>, access: &Access<'_>) -> bool {
    let path = access.path.as_str();
    let mut asked = false;
    let mut at = statement_of(access.object);
    loop {
        let mut next = at.next_named_sibling();
        while let Some(one) = next.filter(|_| !asked) {
            asked |= one.kind() != "elif_clause"
                && one.kind() != "else_clause"
                && !is_filled(
                    unit,
                    path,
                    statement_of(access.object).start_byte(),
                    one.start_byte(),
                )
                && asks_for(unit, one, path);
            next = one.next_named_sibling();
        }
        match at.parent() {
            Some(up) if !asked && !is_scope(up) => at = up,
            _ => return asked,
        }
    }
}

/// Whether anything but None is put there between two bytes.
fn is_filled(unit: &Unit<'_>, name: &str, since: usize, until: usize) -> bool {
    unit.bound(name).iter().any(|one| {
        since <= one.name.start_byte()
            && one.name.start_byte() < until
            && one.value().is_none_or(|value| bare(value).kind() != "none")
    })
}

/// Whether no condition of the function asks for the parameter, and nothing fills it: then the
/// default itself fails.
fn is_never_asked(unit: &Unit<'_>, access: &Access<'_>) -> bool {
    let name = access.path.as_str();
    unit.bindings(name).is_empty() && !asks_for(unit, unit.node, name)
}

/// Whether any condition below the node is about the name.
pub(super) fn asks_for(unit: &Unit<'_>, node: Node<'_>, name: &str) -> bool {
    let mut asked = false;
    walk_near(node, unit.source(), name, &mut |one| {
        if one.kind() == "identifier" && unit.slice(one) == name {
            asked |= is_in_condition(one);
        }
        if asked { Walk::Over } else { Walk::Into }
    });
    asked
}

/// Whether the name itself decides on something: `if x`, `x or y`, `x is None`.
fn is_in_condition(name: Node<'_>) -> bool {
    let mut at = name;
    for up in ancestors(name) {
        match up.kind() {
            "not_operator" | "parenthesized_expression" => at = up,
            "boolean_operator" | "assert_statement" | "match_statement" => return true,
            "comparison_operator" => {
                return children(up).any(|one| bare(one).kind() == "none");
            }
            "if_statement" | "elif_clause" | "while_statement" => {
                return field(up, "condition") == Some(at);
            }
            "conditional_expression" => return children(up).nth(1) == Some(at),
            _ => return false,
        }
    }
    false
}

/// `found, row = look()`: whoever asks for one of them knows what the other one is.
pub(super) fn is_sibling_asked(unit: &Unit<'_>, access: &Access<'_>) -> bool {
    let place = access.why.place;
    let Some(assignment) = ancestors(place).find(|up| up.kind() == "assignment") else {
        return true;
    };
    let Some(left) = field(assignment, "left") else {
        return true;
    };
    children(left)
        .filter(|one| one.kind() == "identifier" && unit.slice(*one) != access.path)
        .any(|one| asks_for_anything(unit, unit.slice(one)))
}

/// Whether the name stands anywhere in a condition of the function.
fn asks_for_anything(unit: &Unit<'_>, name: &str) -> bool {
    let mut asked = false;
    walk_near(unit.node, unit.source(), name, &mut |one| {
        if one.kind() == "identifier" && unit.slice(one) == name {
            asked |= ancestors(one)
                .take_while(|up| !matches!(up.kind(), "block" | "module"))
                .any(|up| {
                    matches!(
                        up.kind(),
                        "boolean_operator"
                            | "comparison_operator"
                            | "assert_statement"
                            | "conditional_expression"
                    ) || matches!(
                        up.kind(),
                        "if_statement" | "elif_clause" | "while_statement"
                    ) && field(up, "condition").is_some_and(|condition| {
                        condition.start_byte() <= one.start_byte()
                            && one.end_byte() <= condition.end_byte()
                    })
                });
        }
        if asked { Walk::Over } else { Walk::Into }
    });
    asked
}
