//! `lock.acquire()` outside of `with` and `try`/`finally`.

use tree_sitter::Node;

use super::super::knowledge::origins::{self, Origin};
use super::super::{Confidence, Draft};
use super::holds::{End, Life};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, field, positional, statement_of, walk};

/// The kinds of locks of `threading`, `multiprocessing` and `asyncio`.
const LOCKS: &[&str] = &[
    "Lock",
    "RLock",
    "Semaphore",
    "BoundedSemaphore",
    "Condition",
];

/// The lock of `lock.acquire()` as a statement that has to let go of it again.
#[must_use]
pub fn taken<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Node<'a>> {
    let lock = acquired(unit, call)?;
    // Giving back what the caller holds (`Condition.wait`) is not taking it.
    let gives_back = crate::syntax::nodes::ancestors(call)
        .take_while(|up| *up != unit.node)
        .any(|up| up.kind() == "finally_clause");
    (!gives_back).then_some(lock)
}

/// Judges what became of a lock.
#[must_use]
pub fn judge<'a>(
    unit: &Unit<'a>,
    call: Node<'a>,
    lock: Node<'a>,
    life: &Life<'a>,
) -> Option<Draft> {
    let name = unit.slice(lock);
    let own = unit
        .qualname
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_half = ["acquire", "lock", "enter", "begin", "wait"]
        .iter()
        .any(|word| own.contains(word));
    let releases = releases(unit, unit.node, name);
    if releases.is_empty() {
        // Another method lets go: `start` acquires, `stop` releases.
        let elsewhere = unit.source().text().contains(&format!("{name}.release"));
        if is_half || elsewhere {
            return None;
        }
        let message = format!("{name} is acquired and never released");
        return Some(Draft::at(call, Confidence::Likely, message));
    }
    let (confidence, message, exit) = match life.end() {
        // Nothing between the two can fail today; the next line that is written there may.
        End::Always if is_by_hand(call, &releases) => (
            Confidence::Possible,
            format!(
                "{name} is released by hand: a failure before {name}.release() leaves it locked"
            ),
            releases.first().copied(),
        ),
        End::Always => return None,
        End::Leak(exit) => (
            Confidence::Certain,
            format!("{name} stays locked on a way that does not reach {name}.release()"),
            exit,
        ),
        End::UnlessFailure => (
            Confidence::Likely,
            format!("{name} stays locked if something fails before {name}.release()"),
            releases.first().copied(),
        ),
    };
    let draft = Draft::at(call, confidence, message);
    Some(match exit {
        Some(exit) => draft.related(exit, "This is the way that matters"),
        None => draft,
    })
}

/// Whether the lock is let go of by a statement beside the one that takes it, not in `finally`.
fn is_by_hand(call: Node<'_>, releases: &[Node<'_>]) -> bool {
    let block = statement_of(call).parent();
    releases
        .iter()
        .all(|one| statement_of(*one).parent() == block)
}

/// The lock of `lock.acquire()` where the call is a whole statement.
#[must_use]
pub fn acquired<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Node<'a>> {
    let function = field(call, "function").filter(|function| function.kind() == "attribute")?;
    if unit.slice(field(function, "attribute")?) != "acquire" {
        return None;
    }
    let mut statement = call.parent()?;
    if statement.kind() == "await" {
        statement = statement.parent()?;
    }
    let plain = statement.kind() == "expression_statement" && positional(call).is_empty();
    let lock = field(function, "object")?;
    (plain && is_lock(unit, lock)).then_some(lock)
}

fn is_lock(unit: &Unit<'_>, lock: Node<'_>) -> bool {
    let name = unit.slice(lock);
    if unit.file.settings.locks.iter().any(|one| one == name) {
        return true;
    }
    if let Some(bound) = origins::of(unit, lock) {
        let known = bound.origins.iter().any(|origin| match origin {
            Origin::Value(value) if value.kind() == "call" => field(*value, "function")
                .is_some_and(|function| {
                    let text = unit.slice(function);
                    LOCKS.contains(&text.rsplit('.').next().unwrap_or(text))
                }),
            _ => false,
        });
        if known {
            return true;
        }
    }
    let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    last == "mutex"
        || last == "lock"
        || last.ends_with("_lock")
        || last.ends_with("_mutex")
        || last.ends_with("semaphore")
}

/// All `lock.release()` in the scope.
#[must_use]
pub fn releases<'a>(unit: &Unit<'a>, scope: Node<'a>, name: &str) -> Vec<Node<'a>> {
    let wanted = format!("{name}.release");
    let mut found = Vec::new();
    walk(scope, &mut |node| {
        if node.kind() == "attribute" && unit.slice(node) == wanted {
            found.push(node);
        }
        Walk::Into
    });
    found
}
