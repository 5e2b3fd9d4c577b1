//! Guards that are no check for None, a key or a type: a condition under which the function goes
//! on, and what it protects.

use tree_sitter::Node;

use super::collect::{Guard, names_in, normal};
use super::equal::reads;
use super::since::Since;
use crate::syntax::Unit;
use crate::syntax::flow::withs_around;
use crate::syntax::names::dotted;
use crate::syntax::nodes::{bare, children, decorators_of, exits, field, is_scope};

/// Words of conditions that ask who may do something, whatever it is done with.
const MAY: [&str; 8] = [
    "admin",
    "allowed",
    "auth",
    "owner",
    "permission",
    "has_perm",
    "staff",
    "superuser",
];

/// Whether the `if` is a condition for what follows it, or for what it holds: it only leaves, or
/// it holds something that uses what it asks about.
pub(super) fn is_condition(unit: &Unit<'_>, node: Node<'_>, names: &[String]) -> bool {
    if node.kind() != "if_statement" || field(node, "alternative").is_some() {
        return false;
    }
    let Some(body) = field(node, "consequence") else {
        return false;
    };
    if exits(body, unit.source()) {
        return only_leaves(unit, body) || refuses(unit, body);
    }
    asks_permission(names) || children(body).any(|one| mentions(unit, one, names))
}

/// Whether a body does nothing but leave, and say so.
pub(super) fn only_leaves(unit: &Unit<'_>, body: Node<'_>) -> bool {
    children(body).all(|one| match one.kind() {
        "return_statement" => one.named_child(0).is_none_or(is_plain),
        "continue_statement" | "break_statement" | "pass_statement" | "comment" => true,
        "expression_statement" => one.named_child(0).is_some_and(|what| {
            let callee = field(what, "function").map_or("", |callee| unit.slice(callee));
            what.kind() == "string"
                || callee.to_lowercase().contains("log")
                || matches!(callee, "print" | "warnings.warn")
                || exits(one, unit.source())
        }),
        _ => false,
    })
}

/// Whether a body ends in an answer that refuses: `return HttpResponseForbidden()`,
/// `return jsonify(error=…), 400`, `return redirect(login)`.
pub(super) fn refuses(unit: &Unit<'_>, body: Node<'_>) -> bool {
    let last = children(body).last();
    let Some(value) = last
        .filter(|last| last.kind() == "return_statement")
        .and_then(|last| last.named_child(0))
    else {
        return false;
    };
    let text = unit.slice(value);
    let by_name = [
        "Forbidden",
        "BadRequest",
        "Unauthorized",
        "NotAllowed",
        "HTTPException",
    ];
    let by_status = |text: &str| {
        [
            "status=4",
            "status_code=4",
            "HTTP_4",
            ", 400",
            ", 401",
            ", 403",
            ", 404",
            ", 422",
            ", 429",
        ]
        .iter()
        .any(|mark| text.contains(mark))
    };
    let to_login = text.starts_with("redirect") && text.to_lowercase().contains("login");
    by_name.iter().any(|word| text.contains(word)) || by_status(text) || to_login
}

/// A value that says nothing was done.
fn is_plain(value: Node<'_>) -> bool {
    let value = bare(value);
    match value.kind() {
        "none" | "true" | "false" | "integer" | "float" | "string" => true,
        "list" | "dictionary" | "tuple" => value.named_child_count() == 0,
        _ => false,
    }
}

/// Whether a condition asks who may, or whether the value is right.
pub(super) fn decides_who(guard: &Guard<'_>) -> bool {
    let names: Vec<String> = guard.subject.split(' ').map(str::to_owned).collect();
    asks_permission(&names)
        || ["is_valid (", "check_password (", "has_perm (", "verify"]
            .iter()
            .any(|word| guard.asked.contains(word))
}

pub(super) fn asks_permission(names: &[String]) -> bool {
    names.iter().any(|name| {
        let name = name.to_lowercase();
        MAY.iter().any(|word| name.contains(word))
    })
}

fn root(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Whether a statement uses something of what the condition asks about.
fn mentions(unit: &Unit<'_>, statement: Node<'_>, names: &[String]) -> bool {
    let used = names_in(unit, statement);
    names.iter().any(|name| match root(name) {
        "self" | "cls" => used.contains(name),
        root => used.iter().any(|one| self::root(one) == root),
    })
}

/// What stands unprotected in head: the first statement behind production's condition, or inside
/// it, that head has as well, where head asks nothing about the same things.
///
/// `any` takes the first statement that does something; else it has to use what was asked about.
pub(super) fn unprotected<'h>(
    guard: &Guard<'_>,
    (base, head): (&Unit<'_>, &Unit<'h>),
    since: &Since<'_, 'h>,
    any: bool,
) -> Option<Node<'h>> {
    let names: Vec<String> = guard.subject.split(' ').map(str::to_owned).collect();
    let asked = |name: &String| match root(name) {
        "self" | "cls" => since.asks(name),
        root => since.asks_about(root),
    };
    if since.tries
        || names.iter().any(asked)
        || protected_anew(base, head)
        || !arrive_alike(base, head, &names)
        || is_filtered(head, &names)
    {
        return None;
    }
    let any = any || asks_permission(&names);
    let protected: Vec<String> = protected(base, guard.node)
        .into_iter()
        .filter(|one| any || mentions(base, *one, &names))
        .map(|one| normal(base, one))
        .collect();
    if protected.is_empty() {
        return None;
    }
    let mut statements = head.own(ACTING);
    statements.retain(|one| does_something(head, *one));
    statements
        .into_iter()
        .find(|one| protected.contains(&normal(head, *one)) && !is_suppressed(head, *one))
}

/// Whether a `with suppress(…)` takes what the condition kept away.
fn is_suppressed(unit: &Unit<'_>, node: Node<'_>) -> bool {
    withs_around(node)
        .iter()
        .any(|item| unit.slice(*item).contains("suppress("))
}

/// Whether a loop brings only chosen values: `for x in filter(…)`.
fn is_filtered(head: &Unit<'_>, names: &[String]) -> bool {
    head.own(&["for_statement"]).into_iter().any(|one| {
        let binds = field(one, "left").is_some_and(|left| {
            names_in(head, left)
                .iter()
                .any(|bound| names.iter().any(|name| root(name) == bound))
        });
        binds
            && field(one, "right").is_some_and(|right| {
                let text = head.slice(right);
                ["filter(", "filterfalse(", "exclude(", " if "]
                    .iter()
                    .any(|mark| text.contains(mark))
            })
    })
}

/// Statements that may do harm when a condition for them is gone.
pub(super) const ACTING: &[&str] = &[
    "expression_statement",
    "return_statement",
    "delete_statement",
    "raise_statement",
];

pub(super) fn does_something(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    let Some(what) = statement.named_child(0) else {
        return false;
    };
    if statement.kind() == "return_statement" {
        return !is_plain(what);
    }
    let callee = field(what, "function").map_or("", |callee| unit.slice(callee));
    what.kind() != "string" && !callee.to_lowercase().contains("log") && callee != "print"
}

/// The statements inside the condition, or behind it where it leaves.
fn protected<'b>(unit: &Unit<'b>, node: Node<'b>) -> Vec<Node<'b>> {
    let leaves = field(node, "consequence").is_none_or(|body| exits(body, unit.source()));
    let range = if leaves {
        let Some(block) = node.parent() else {
            return Vec::new();
        };
        node.end_byte()..block.end_byte()
    } else {
        node.byte_range()
    };
    let mut found = unit.own(ACTING);
    found.retain(|one| {
        range.start <= one.start_byte() && one.end_byte() <= range.end && does_something(unit, *one)
    });
    found
}

/// Whether head has a decorator that production does not have: it may ask instead.
pub(super) fn protected_anew(base: &Unit<'_>, head: &Unit<'_>) -> bool {
    let before: Vec<String> = decorators_of(base.node)
        .into_iter()
        .map(|one| normal(base, one))
        .collect();
    decorators_of(head.node)
        .into_iter()
        .any(|one| !before.contains(&normal(head, one)))
}

/// The values come the same way as before: parameters, or bound in both.
pub(super) fn arrive_alike(base: &Unit<'_>, head: &Unit<'_>, names: &[impl AsRef<str>]) -> bool {
    names.iter().all(|name| {
        let root = root(name.as_ref());
        let bound =
            |unit: &Unit<'_>| unit.parameter(root).is_some() || !unit.bindings(root).is_empty();
        // Bound once more, it may have been made valid.
        bound(base) == bound(head) && head.bindings(root).len() <= base.bindings(root).len()
    })
}

/// Whether some name comes from within the function: what a condition asks about modules and
/// constants alone is a setting.
pub(super) fn is_local(unit: &Unit<'_>, names: &[String]) -> bool {
    names.iter().any(|name| {
        let root = root(name);
        unit.parameter(root).is_some() || !unit.bindings(root).is_empty()
    })
}

/// Whether the function reads the subject outside of the condition.
pub(super) fn is_read_elsewhere(unit: &Unit<'_>, subject: &str, condition: Node<'_>) -> bool {
    reads(unit, subject).into_iter().any(|node| {
        node.end_byte() <= condition.start_byte() || condition.end_byte() <= node.start_byte()
    })
}

/// Whether the function reads the item that a check speaks of, as `mapping[key]`.
pub(super) fn reads_item(unit: &Unit<'_>, subject: &str) -> bool {
    unit.own(&["subscript"]).into_iter().any(|node| {
        field(node, "value")
            .and_then(|value| dotted(value, unit.source()))
            .zip(field(node, "subscript"))
            .is_some_and(|(mapping, key)| format!("{mapping}[{}]", unit.slice(key)) == subject)
    })
}

/// Whether a guard stands in a function: at module level conditions are settings.
pub(super) fn is_in_function(unit: &Unit<'_>) -> bool {
    is_scope(unit.node) && unit.node.kind() == "function_definition"
}
