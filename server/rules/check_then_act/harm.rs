//! Whether it does harm when two get through the check.

use tree_sitter::Node;

use super::races::{Race, Shape};
use super::state::{Act, How};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, bare, children, field, fields, walk};

/// Functions whose answer is the same for both, and costs nothing but time.
const PURE: [&str; 24] = [
    "list",
    "set",
    "dict",
    "tuple",
    "frozenset",
    "str",
    "int",
    "float",
    "bool",
    "bytes",
    "len",
    "max",
    "min",
    "sum",
    "sorted",
    "defaultdict",
    "OrderedDict",
    "getLogger",
    "compile",
    "maketrans",
    "getattr",
    "getenv",
    "environ",
    "tell",
];

/// Whether the second one through only repeats what the first one did.
pub(super) fn is_harmless_twice(unit: &Unit<'_>, race: &Race<'_>) -> bool {
    if race.shape != Shape::Check {
        return false;
    }
    is_flag(race.act)
        || (asks_if_empty(unit, race) && (fills_alike(unit, race.act) || touches_content(race)))
        || only_notes_down(unit, race)
}

/// `done = True`: setting it twice changes nothing.
fn is_flag(act: Act<'_>) -> bool {
    act.how == How::Set
        && field(act.node, "right")
            .is_some_and(|value| matches!(value.kind(), "true" | "false" | "none"))
}

/// `if table is None:`, `if not table:`, and `if table:` with a way out.
fn asks_if_empty(unit: &Unit<'_>, race: &Race<'_>) -> bool {
    is_for_emptiness(unit, bare(race.check), race.act.state.text)
}

fn is_for_emptiness(unit: &Unit<'_>, condition: Node<'_>, state: &str) -> bool {
    match condition.kind() {
        // `if self.stdin and self._input is None:`: the side that speaks of the state counts.
        "boolean_operator" => ["left", "right"]
            .iter()
            .filter_map(|side| field(condition, side))
            .filter(|side| unit.slice(*side).contains(state))
            .all(|side| is_for_emptiness(unit, bare(side), state)),
        "identifier" | "attribute" => true,
        "not_operator" => field(condition, "argument")
            .is_some_and(|inner| matches!(bare(inner).kind(), "identifier" | "attribute")),
        "comparison_operator" => {
            let parts: Vec<Node<'_>> = children(condition).collect();
            let word = fields(condition, "operators")
                .next()
                .map(|one| unit.slice(one));
            parts.last().is_some_and(|last| last.kind() == "none")
                && word.is_some_and(|word| word.starts_with("is"))
        }
        _ => false,
    }
}

/// `table = list(…)`: the same table twice.
fn fills_alike(unit: &Unit<'_>, act: Act<'_>) -> bool {
    if act.how != How::Set {
        return false;
    }
    let Some(value) = field(act.node, "right").map(bare) else {
        return false;
    };
    // `table = str.maketrans(…)` and then `cache = table`.
    let value = match value.kind() {
        "identifier" => unit
            .last_value(unit.slice(value), value.start_byte())
            .map_or(value, bare),
        _ => value,
    };
    match value.kind() {
        "call" => field(value, "function").is_some_and(|function| {
            let name = unit.slice(function);
            PURE.contains(&name.rsplit('.').next().unwrap_or(name))
        }),
        "await" => false,
        _ => true,
    }
}

/// The check asks for None; the change goes into the content, which the check did not ask about.
fn touches_content(race: &Race<'_>) -> bool {
    race.act.how == How::Content && bare(race.check).kind() == "comparison_operator"
}

/// `if name not in warned: warned.add(name)`, and nothing else but a message.
fn only_notes_down(unit: &Unit<'_>, race: &Race<'_>) -> bool {
    let adds = field(race.act.node, "function")
        .and_then(|function| field(function, "attribute"))
        .is_some_and(|verb| matches!(unit.slice(verb), "add" | "append"));
    if !adds || race.region.0 != race.region.1 {
        return false;
    }
    let Some(body) = field(race.region.0, "consequence") else {
        return false;
    };
    let mut calls = Vec::new();
    walk(body, &mut |node| {
        if node.kind() == "call" {
            calls.extend(field(node, "function").map(|one| unit.slice(one)));
            return Walk::Over;
        }
        Walk::Into
    });
    calls.iter().all(|name| {
        let last = name.rsplit('.').next().unwrap_or(name);
        matches!(
            last,
            "add"
                | "append"
                | "warn"
                | "warning"
                | "info"
                | "debug"
                | "error"
                | "print"
                | "write"
                | "log"
        )
    })
}
