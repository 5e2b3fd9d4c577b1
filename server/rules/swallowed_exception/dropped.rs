//! Failures that no handler catches and that are lost all the same: `return` in `finally`, the
//! answers of `gather`, a cancellation that a loop ignores.

use tree_sitter::Node;

use super::super::{Confidence, Draft, Reporter};
use crate::syntax::Unit;
use crate::syntax::flow::last_part;
use crate::syntax::nodes::{Walk, ancestors, children, field, is_scope, keyword, walk};

/// `return`, `break` or `continue` in a `finally` throws away whatever was raised.
pub(super) fn left_by_finally(unit: &Unit<'_>, reporter: &mut Reporter) {
    // What leaves the block is handed to `__exit__`; Python raises it again behind its return.
    let name = field(unit.node, "name").map_or("", |name| unit.slice(name));
    if matches!(name, "__exit__" | "__aexit__") {
        return;
    }
    for clause in unit.own(&["finally_clause"]) {
        let Some(leaves) = leaves(clause) else {
            continue;
        };
        let word = unit
            .slice(leaves)
            .split_whitespace()
            .next()
            .unwrap_or("return");
        let message = format!(
            "{word} in finally throws every exception away, also those that nobody expects: put it behind the try"
        );
        reporter.report(Draft::at(leaves, Confidence::Certain, message));
    }
}

/// The first statement that leaves a `finally`; loops inside of it have their own `break`.
fn leaves(clause: Node<'_>) -> Option<Node<'_>> {
    let mut found = None;
    walk(clause, &mut |node| {
        if found.is_some() || is_scope(node) {
            return Walk::Over;
        }
        let in_own_loop = || {
            ancestors(node)
                .take_while(|up| *up != clause)
                .any(|up| matches!(up.kind(), "for_statement" | "while_statement"))
        };
        match node.kind() {
            "return_statement" => found = Some(node),
            "break_statement" | "continue_statement" if !in_own_loop() => found = Some(node),
            _ => {}
        }
        Walk::Into
    });
    found
}

/// `await asyncio.gather(…, return_exceptions=True)` whose answer nobody looks at.
pub(super) fn gathered(unit: &Unit<'_>, reporter: &mut Reporter) {
    let text = unit.slice(unit.node);
    if !text.contains("return_exceptions") || ends_tasks(unit, text) {
        return;
    }
    for call in unit.own(&["call"]) {
        let gathers = unit
            .callee(call)
            .is_some_and(|name| matches!(name.as_str(), "asyncio.gather" | "gather"));
        let quiet = gathers
            && keyword(call, "return_exceptions", unit.source())
                .is_some_and(|value| value.kind() == "true");
        let dropped = quiet
            && call.parent().is_some_and(|up| {
                up.kind() == "await"
                    && up
                        .parent()
                        .is_some_and(|it| it.kind() == "expression_statement")
            });
        let in_finally = || {
            ancestors(call)
                .take_while(|up| !is_scope(*up))
                .any(|up| up.kind() == "finally_clause")
        };
        if dropped && !in_finally() {
            reporter.report(Draft::at(
                call,
                Confidence::Certain,
                "gather gives the exceptions as answers here, and nobody looks at them: every failure disappears",
            ));
        }
    }
}

/// Whether the function ends tasks, whose cancellation is no failure, or asks each for its answer.
fn ends_tasks(unit: &Unit<'_>, text: &str) -> bool {
    const ENDS: [&str; 12] = [
        "stop",
        "close",
        "shutdown",
        "cancel",
        "cleanup",
        "teardown",
        "aexit",
        "drain",
        "wait",
        "kill",
        "terminate",
        "disconnect",
    ];
    let name = unit.qualname.rsplit('.').next().unwrap_or_default();
    [".cancel(", ".exception(", ".result(", "add_done_callback"]
        .iter()
        .any(|word| text.contains(word))
        || ENDS.iter().any(|word| name.contains(word))
}

/// Whether the handler of a cancellation lets an endless loop go on. A task that the function
/// cancelled itself is another matter.
pub(super) fn goes_on_when_cancelled(unit: &Unit<'_>, clause: Node<'_>, names: &[&str]) -> bool {
    let cancelled = |name: &&str| last_part(name) == "CancelledError";
    if !unit.is_async() || names.is_empty() || !names.iter().all(cancelled) {
        return false;
    }
    let text = unit.slice(unit.node);
    let in_loop = ancestors(clause)
        .take_while(|up| !is_scope(*up))
        .find(|up| matches!(up.kind(), "while_statement" | "for_statement"))
        .filter(|up| up.kind() == "while_statement")
        .and_then(|up| field(up, "condition"))
        .is_some_and(|condition| matches!(unit.slice(condition), "True" | "1"));
    // `break` or `return` behind the `try` leaves the loop.
    let goes_on = clause
        .parent()
        .and_then(|attempt| attempt.next_named_sibling())
        .is_none_or(|next| !matches!(next.kind(), "break_statement" | "return_statement"));
    let has_finally = clause
        .parent()
        .is_some_and(|attempt| children(attempt).any(|part| part.kind() == "finally_clause"));
    let stays = children(clause)
        .filter(|part| part.kind() == "block")
        .flat_map(children)
        .all(|one| !matches!(one.kind(), "break_statement" | "return_statement"));
    in_loop && stays && goes_on && !has_finally && !text.contains(".cancel(")
}
