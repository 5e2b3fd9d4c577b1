//! What a `with` holds: a lock, a transaction, a deadline.

use tree_sitter::Node;

use super::collect::{Guard, Kind, guard};
use crate::rules::knowledge::locks::{is_lock, makes_lock};
use crate::syntax::Unit;
use crate::syntax::flow::with_items;
use crate::syntax::nodes::{Walk, children, field, walk};

fn is_transaction(unit: &Unit<'_>, item: Node<'_>) -> bool {
    let name = unit
        .slice(field(item, "function").unwrap_or(item))
        .to_lowercase();
    [
        "atomic",
        "transaction",
        "begin",
        "savepoint",
        "begin_nested",
    ]
    .iter()
    .any(|part| name.rsplit('.').next().is_some_and(|last| last == *part))
        || name.contains("transaction")
}

/// Whether the lock is made in this very call: nobody else can hold it.
pub(super) fn is_own_lock(unit: &Unit<'_>, item: Node<'_>) -> bool {
    if makes_lock(item, unit.file) {
        return unit.is_function();
    }
    let name = unit.slice(item);
    // Whoever else is given the lock can hold it.
    let only_here = || {
        let mut many = 0;
        walk(unit.node, &mut |node| {
            many += usize::from(node.kind() == "identifier" && unit.slice(node) == name);
            Walk::Into
        });
        many <= 2
    };
    unit.is_function()
        && item.kind() == "identifier"
        && unit
            .only_value(name)
            .is_some_and(|value| makes_lock(value, unit.file))
        && only_here()
}

/// Whether nothing runs inside.
fn is_empty(with: Node<'_>) -> bool {
    field(with, "body").is_some_and(|body| children(body).all(|one| one.kind() == "pass_statement"))
}

/// `asyncio.timeout(5)`, `anyio.fail_after(5)`.
pub(super) fn is_deadline(unit: &Unit<'_>, item: Node<'_>) -> bool {
    let callee = field(item, "function").map_or("", |function| unit.slice(function));
    let last = callee.rsplit('.').next().unwrap_or(callee);
    matches!(
        last,
        "timeout" | "timeout_at" | "fail_after" | "move_on_after"
    )
}

pub(super) fn withs<'a>(unit: &Unit<'a>, node: Node<'a>, found: &mut Vec<Guard<'a>>) {
    for item in with_items(node) {
        let kind = if is_lock(unit, item) {
            if is_own_lock(unit, item) || is_empty(node) {
                continue;
            }
            Kind::Lock
        } else if is_deadline(unit, item) {
            Kind::Deadline
        } else if is_transaction(unit, item) {
            Kind::Transaction
        } else {
            continue;
        };
        let mut one = guard(kind, node, unit.slice(item).to_owned(), unit.slice(item));
        one.shown = item.byte_range();
        found.push(one);
    }
}
