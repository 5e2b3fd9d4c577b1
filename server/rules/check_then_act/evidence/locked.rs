//! Which locks guard the state elsewhere in the file.

use tree_sitter::Node;

use super::is_setup;
use crate::rules::check_then_act::state::{self, Owner, State, mentions};
use crate::rules::knowledge::held::Held;
use crate::rules::knowledge::locks;
use crate::syntax::nodes::{Walk, ancestors, field, walk_near};
use crate::syntax::{Unit, flow};

/// A lock that guards the same state elsewhere in the file.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules::check_then_act) struct Guarded<'a> {
    /// The `with` item.
    pub lock: Node<'a>,
    /// Whether the state is written there.
    pub written: bool,
    /// Whether it is an `async with`.
    pub asynchronous: bool,
}

/// The lock that guards the state elsewhere, one that guards a write first.
pub(in crate::rules::check_then_act) fn guarded<'a>(
    unit: &Unit<'a>,
    state: State<'a>,
    here: Node<'a>,
) -> Option<Guarded<'a>> {
    let mut best: Option<Guarded<'a>> = None;
    let text = unit.source().text();
    let words = [
        "lock", "Lock", "LOCK", "utex", "MUTEX", "emaphore", "ondition", "cond", "cv", "sem",
    ];
    if unit.file.settings.locks.is_empty() && !words.iter().any(|word| text.contains(word)) {
        return None;
    }
    let class = unit.class();
    let mut look = |node: Node<'a>| {
        if best.is_some_and(|best| best.written) {
            return Walk::Over;
        }
        if node.kind() != "with_statement" || node.byte_range().contains(&here.start_byte()) {
            return Walk::Into;
        }
        let Some(body) = field(node, "body") else {
            return Walk::Into;
        };
        let same_class = state.owner != Owner::Instance
            || ancestors(node).find(|up| up.kind() == "class_definition") == class;
        if !same_class || !mentions(unit, body, state.text) {
            return Walk::Into;
        }
        if let Some(lock) = flow::with_items(node)
            .into_iter()
            .find(|item| locks::is_lock(unit, *item) && guards_its_owner(unit, *item, state))
        {
            let one = Guarded {
                lock,
                written: writes(unit, body, state.text),
                asynchronous: node.child(0).is_some_and(|first| first.kind() == "async"),
            };
            if best.is_none_or(|best| one.written && !best.written) {
                best = Some(one);
            }
        }
        Walk::Into
    };
    match class.filter(|_| state.owner == Owner::Instance) {
        Some(class) => walk_near(class, unit.source(), state.text, &mut look),
        None => unit.source().walk_near(state.text, &mut look),
    }
    best
}

/// Whether the lock is the module's or belongs to the object that holds the state: what another
/// object locks for itself (`with self.queue.mutex`) says nothing of `self.size`.
fn guards_its_owner(unit: &Unit<'_>, lock: Node<'_>, state: State<'_>) -> bool {
    let owner = |text: &str| text.rsplit_once('.').map(|(owner, _)| owner.to_owned());
    let Some(of_lock) = owner(unit.slice(lock).split('(').next().unwrap_or_default()) else {
        return true;
    };
    if state.owner != Owner::Instance || !of_lock.starts_with("self.") {
        return true;
    }
    owner(state.text)
        .is_some_and(|of_state| of_state == of_lock || of_state.starts_with(&format!("{of_lock}.")))
}

fn writes(unit: &Unit<'_>, body: Node<'_>, text: &str) -> bool {
    let inner = Unit::new(
        unit.file,
        crate::syntax::nodes::scope_of(body),
        String::new(),
    );
    // What is written under a lock is shared by that alone; only the text has to agree.
    state::acts(&inner, body)
        .iter()
        .any(|act| act.state.text == text)
}

/// Whether every place of the file that calls the function holds a lock, or runs before anybody
/// else can.
pub(in crate::rules::check_then_act) fn callers_hold(
    unit: &Unit<'_>,
    function: Node<'_>,
    state: State<'_>,
    left: usize,
) -> bool {
    let Some(name) = field(function, "name").map(|name| unit.slice(name)) else {
        return false;
    };
    if left == 0
        || function
            .parent()
            .is_some_and(|up| up.kind() == "decorated_definition")
    {
        return false;
    }
    let mut calls = Vec::new();
    unit.source().walk_near(name, &mut |node| {
        if node.kind() == "call"
            && let Some(callee) = field(node, "function")
        {
            let text = unit.slice(callee);
            if text == name
                || text.strip_prefix("self.") == Some(name)
                || text.strip_prefix("cls.") == Some(name)
            {
                calls.push(node);
            }
        }
        Walk::Into
    });
    !calls.is_empty()
        && calls.into_iter().all(|call| {
            let caller = ancestors(call).find(|up| up.kind() == "function_definition");
            let Some(caller) = caller else {
                return state.owner == Owner::Module;
            };
            let caller_name = field(caller, "name").map_or("", |name| unit.slice(name));
            caller == function
                || (state.owner == Owner::Instance && is_setup(caller_name))
                || Held::new(&Unit::new(unit.file, caller, String::new())).at(call)
                || callers_hold(unit, caller, state, left - 1)
        })
}
