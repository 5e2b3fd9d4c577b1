//! Decorators that protect, and what may stand in their place.

use tree_sitter::Node;

use super::collect::Guard;
use crate::syntax::Unit;
use crate::syntax::nodes::{decorators_of, field};

/// What the decorators of a function call.
fn callees<'u>(unit: &Unit<'u>) -> Vec<&'u str> {
    let all = decorators_of(unit.node).into_iter();
    all.filter_map(|one| one.named_child(0))
        .map(|one| unit.slice(field(one, "function").unwrap_or(one)))
        .collect()
}

/// How much a decorator asks of who calls: 1 to be known, 2 to be allowed; `None` where it asks
/// something else.
fn strictness(callee: &str) -> Option<u8> {
    let name = callee.rsplit('.').next().unwrap_or(callee).to_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if holds(&["exempt", "optional", "anonymous"]) {
        None
    } else if holds(&[
        "permission",
        "staff",
        "superuser",
        "admin",
        "role",
        "passes_test",
        "scope",
        "owner",
    ]) {
        Some(2)
    } else {
        holds(&["login", "auth"]).then_some(1)
    }
}

/// The function's name, where head has nothing that asks as much as production's decorator.
pub(super) fn undecorated<'h>(
    guard: &Guard<'_>,
    base: &Unit<'_>,
    head: &Unit<'h>,
) -> Option<Node<'h>> {
    let kept = decorators_of(head.node).into_iter().any(|decorator| {
        decorator.named_child(0).is_some_and(|expression| {
            let callee = head.slice(field(expression, "function").unwrap_or(expression));
            callee == guard.subject || similar(callee, &guard.subject)
        })
    });
    // Another decorator of the same purpose is a replacement, unless it lets more in.
    let replaced = strictness(&guard.subject).is_some_and(|was| {
        callees(head)
            .into_iter()
            .filter(|one| !callees(base).contains(one))
            .any(|one| strictness(one).is_some_and(|is| was <= is))
    });
    let tries = |callee: &str| {
        let name = callee.to_lowercase();
        ["retry", "backoff", "stamina"]
            .iter()
            .any(|word| name.contains(word))
    };
    let replaced = replaced
        || tries(&guard.subject)
            && callees(head)
                .into_iter()
                .any(|one| tries(one) && !callees(base).contains(&one));
    if kept || replaced {
        None
    } else {
        field(head.node, "name")
    }
}

/// `login_required` and `auth.login_required`, or two names of the same purpose.
fn similar(left: &str, right: &str) -> bool {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
    let (left, right) = (last(left), last(right));
    left == right
        || [
            "permission",
            "login",
            "auth",
            "limit",
            "throttle",
            "atomic",
            "transaction",
            "retry",
        ]
        .iter()
        .any(|part| left.contains(part) && right.contains(part))
}
