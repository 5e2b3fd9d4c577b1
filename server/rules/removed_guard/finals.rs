//! What a `try` does at its end: work in `finally` that runs only where all went well now, and a
//! handler that passed an exception on in front of a broader one.

use tree_sitter::Node;

use super::collect::{names_in, normal, shorten};
use super::conditions::protected_anew;
use super::loss::{Loss, Repair};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::flow::{Catches, catches, handler_names};
use crate::syntax::nodes::{ancestors, children, field, is_scope, statement_of};

/// What the ends of production's `try` statements lose.
pub(super) fn losses<'h>(base: &Unit<'_>, head: &Unit<'h>) -> Vec<Loss<'h>> {
    let tries = base.own(&["try_statement"]);
    if tries.is_empty() || protected_anew(base, head) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for tried in tries {
        found.extend(cleanup(base, head, tried));
        found.extend(passed_on(base, head, tried));
    }
    found
}

/// Last names of calls that give something back.
const RELEASES: &[&str] = &[
    "close",
    "aclose",
    "release",
    "unlock",
    "remove",
    "unlink",
    "rmtree",
    "rmdir",
    "terminate",
    "kill",
    "stop",
    "shutdown",
    "disconnect",
    "quit",
    "cleanup",
    "clean_up",
    "restore",
    "reset",
    "cancel",
    "rollback",
    "join",
    "delete",
    "detach",
    "deactivate",
    "free",
    "dispose",
    "unsubscribe",
];

fn calls_in<'t>(unit: &Unit<'t>, top: Node<'_>) -> Vec<Node<'t>> {
    let mut all = unit.own(&["call"]);
    all.retain(|one| top.start_byte() <= one.start_byte() && one.end_byte() <= top.end_byte());
    all
}

fn callee<'u>(unit: &Unit<'u>, call: Node<'_>) -> &'u str {
    field(call, "function").map_or("", |function| unit.slice(function))
}

fn last(callee: &str) -> &str {
    callee.rsplit('.').next().unwrap_or(callee)
}

fn is_within(node: Node<'_>, kinds: &[&str]) -> bool {
    ancestors(node)
        .take_while(|up| !is_scope(*up))
        .any(|up| kinds.contains(&up.kind()))
}

fn cleanup<'h>(base: &Unit<'_>, head: &Unit<'h>, tried: Node<'_>) -> Option<Loss<'h>> {
    let clause = children(tried).find(|part| part.kind() == "finally_clause")?;
    let block = children(clause).find(|part| part.kind() == "block")?;
    let body = field(tried, "body")?;
    // Another `with`, `finally` or handler may do the work.
    let many = |unit: &Unit<'_>, kind: &str| unit.own(&[kind]).len();
    if many(base, "with_statement") < many(head, "with_statement")
        || many(base, "finally_clause") <= many(head, "finally_clause")
        || many(base, "except_clause") < many(head, "except_clause")
    {
        return None;
    }
    let work: Vec<String> = calls_in(base, body)
        .into_iter()
        .map(|call| callee(base, call).to_owned())
        .collect();
    let still = head
        .own(&["call"])
        .into_iter()
        .find(|call| work.iter().any(|one| one == callee(head, *call)))?;
    let ends: Vec<Node<'_>> = children(block)
        .filter(|one| !matches!(one.kind(), "comment" | "pass_statement"))
        .collect();
    let released = |one: &Node<'_>| {
        calls_in(base, *one)
            .into_iter()
            .any(|call| RELEASES.contains(&last(callee(base, call)).trim_start_matches('_')))
    };
    let end = ends
        .iter()
        .copied()
        .find(released)
        .or_else(|| ends.first().copied())?;
    let text = normal(base, end);
    let now = head
        .own(&[end.kind()])
        .into_iter()
        .find(|one| normal(head, *one) == text);
    let words = shorten(base.slice(end));
    let (place, confidence, message) = match now {
        Some(one) if is_within(one, &["except_clause", "finally_clause", "with_statement"]) => {
            return None;
        }
        Some(one) => (
            one,
            if released(&end) {
                Confidence::Certain
            } else {
                Confidence::Likely
            },
            format!(
                "Production runs `{words}` in `finally`; the hotfix does not when something fails before it"
            ),
        ),
        None => {
            // What is given back may not be taken any more, or another call gives it back.
            let kept = |name: &String| {
                let root = name.split('.').next().unwrap_or(name);
                let whole = if matches!(root, "self" | "cls") {
                    name.as_str()
                } else {
                    root
                };
                head.mentions(head.node, whole)
            };
            let calls = calls_in(base, end);
            let is_called = calls.iter().any(|call| {
                let name = last(callee(base, *call));
                head.slice(head.node).contains(&format!("{name}("))
            });
            let names = names_in(base, end);
            if calls.is_empty() || is_called || names.is_empty() || !names.iter().all(kept) {
                return None;
            }
            (
                statement_of(still),
                Confidence::Likely,
                format!(
                    "Production ends this by `{words}` in `finally`, whatever happens; the hotfix does not"
                ),
            )
        }
    };
    Some(Loss {
        name: "finally",
        subject: words,
        place,
        shown: end.byte_range(),
        confidence,
        message,
        covers: &["unclosed-resource"],
        repair: Repair::None,
    })
}

/// Whether a clause does nothing but pass the exception on.
fn only_raises(clause: Node<'_>) -> bool {
    let body = children(clause).last();
    body.and_then(|block| children(block).find(|one| one.kind() != "comment"))
        .is_some_and(|first| first.kind() == "raise_statement" && first.named_child_count() == 0)
}

fn passed_on<'h>(base: &Unit<'_>, head: &Unit<'h>, tried: Node<'_>) -> Option<Loss<'h>> {
    let before = clauses_of(tried);
    let first = *before.iter().find(|clause| only_raises(**clause))?;
    let kinds = handler_names(first, base.source());
    let broader = *before.iter().find(|clause| {
        first.end_byte() <= clause.start_byte() && !base.slice(**clause).contains("raise")
    })?;
    let caught = handler_names(broader, base.source());
    let lost = kinds
        .iter()
        .copied()
        .find(|kind| caught.is_empty() || catches(&caught, kind) == Catches::Surely)?;
    let wanted = normal(base, body(broader)?);
    let clause = head.own(&["except_clause"]).into_iter().find(|clause| {
        let same = body(*clause).is_some_and(|block| normal(head, block) == wanted);
        let beside = clause.parent().map(clauses_of).unwrap_or_default();
        let kept = beside
            .iter()
            .any(|one| *one != *clause && handler_names(*one, head.source()).contains(&lost));
        let names = handler_names(*clause, head.source());
        let catches_it = names.is_empty() || catches(&names, lost) == Catches::Surely;
        same && !kept && catches_it
    })?;
    let value = children(clause)
        .find(|part| part.kind() != "block")
        .unwrap_or(clause);
    let shown = first.start_byte()
        ..first.start_byte() + base.slice(first).lines().next().map_or(6, str::len);
    Some(Loss {
        name: "passed-on",
        subject: lost.to_owned(),
        place: value,
        shown,
        confidence: if matches!(
            lost,
            "KeyboardInterrupt" | "SystemExit" | "CancelledError" | "GeneratorExit"
        ) {
            Confidence::Certain
        } else {
            Confidence::Likely
        },
        message: format!(
            "Production lets {lost} through here; the hotfix catches it with the others"
        ),
        covers: &["swallowed-exception"],
        repair: Repair::None,
    })
}

fn body(clause: Node<'_>) -> Option<Node<'_>> {
    children(clause)
        .last()
        .filter(|part| part.kind() == "block")
}

fn clauses_of(tried: Node<'_>) -> Vec<Node<'_>> {
    let parts = children(tried);
    parts
        .filter(|part| part.kind() == "except_clause")
        .collect()
}
