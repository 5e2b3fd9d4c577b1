//! What is a lock, and where one is held.

use tree_sitter::Node;

use crate::syntax::nodes::{Walk, ancestors, field, is_scope};
use crate::syntax::{File, Unit, flow};

/// What makes a lock: `threading`, `multiprocessing`, `asyncio`, `_thread` and the usual packages
/// for locks in files.
const MAKERS: &[&str] = &[
    "Lock",
    "RLock",
    "Semaphore",
    "BoundedSemaphore",
    "Condition",
    "allocate_lock",
    "FileLock",
    "SoftFileLock",
    "InterProcessLock",
];

/// Whether a call makes a lock.
#[must_use]
pub fn makes_lock(call: Node<'_>, file: File<'_>) -> bool {
    call.kind() == "call"
        && field(call, "function").is_some_and(|function| {
            let text = file.source.slice(function);
            MAKERS.contains(&text.rsplit('.').next().unwrap_or(text))
        })
}

/// Whether an expression is or looks like a lock: by its name, by what the file assigns to it,
/// or because the team says so.
#[must_use]
pub fn is_lock(unit: &Unit<'_>, item: Node<'_>) -> bool {
    let text = unit.slice(item);
    if unit.file.settings.locks.iter().any(|lock| text == lock) {
        return true;
    }
    let name = unit.slice(field(item, "function").unwrap_or(item));
    named_like_lock(name.rsplit('.').next().unwrap_or(name)) || assigned_lock(unit.file, text)
}

/// Whether a name says that it is a lock.
#[must_use]
pub fn named_like_lock(name: &str) -> bool {
    let name = name.to_lowercase();
    ["lock", "mutex", "semaphore"]
        .iter()
        .any(|part| name.contains(part))
        || name
            .split('_')
            .any(|word| matches!(word, "cond" | "condition" | "cv" | "sem"))
}

/// Whether the file assigns a new lock to this dotted name somewhere.
fn assigned_lock(file: File<'_>, name: &str) -> bool {
    if !name
        .chars()
        .all(|one| one.is_alphanumeric() || matches!(one, '_' | '.'))
    {
        return false;
    }
    let mut found = false;
    file.source.walk_near(name, &mut |node| {
        if found {
            return Walk::Over;
        }
        if node.kind() == "assignment"
            && field(node, "left").is_some_and(|left| file.source.slice(left) == name)
            && field(node, "right").is_some_and(|right| makes_lock(right, file))
        {
            found = true;
        }
        Walk::Into
    });
    found
}

/// The lock that a `with` of the same function holds around the node, the nearest one.
#[must_use]
pub fn held_by_with<'a>(unit: &Unit<'a>, node: Node<'a>) -> Option<Node<'a>> {
    let mut at = node;
    for up in ancestors(node) {
        if is_scope(up) && field(up, "body") == Some(at) {
            return None;
        }
        if up.kind() == "with_statement"
            && field(up, "body") == Some(at)
            && let Some(lock) = flow::with_items(up)
                .into_iter()
                .find(|item| is_lock(unit, *item))
        {
            return Some(lock);
        }
        at = up;
    }
    None
}
