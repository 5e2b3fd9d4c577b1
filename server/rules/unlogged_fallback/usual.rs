//! Guards that are taken all the time: nobody wants a log line for each.

use tree_sitter::Node;

use super::Way;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field, fields, positional, string_value};

/// Whether the guard makes what is not there yet: the item of a cache, an attribute, the default
/// of a parameter that may be left out.
pub(super) fn is_first_time(unit: &Unit<'_>, way: &Way<'_>) -> bool {
    if way.is_handler {
        return false;
    }
    let Some(made) = made(unit, bare(way.asked)) else {
        return false;
    };
    let mut makes = false;
    for statement in children(way.block) {
        let Some(left) = statement
            .named_child(0)
            .filter(|one| one.kind() == "assignment")
            .and_then(|one| field(one, "left"))
        else {
            continue;
        };
        makes |= tight(unit.slice(left)) == made.target;
    }
    makes && (made.is_part || is_optional(unit, &made.target))
}

/// Whether the guard only asks whether there is anything: `if not rows: return`.
pub(super) fn is_about_nothing(unit: &Unit<'_>, way: &Way<'_>) -> bool {
    let asked = bare(way.asked);
    let Some(name) = (asked.kind() == "not_operator" && !way.is_handler)
        .then(|| field(asked, "argument"))
        .flatten()
        .map(bare)
    else {
        return false;
    };
    let written = unit.slice(name);
    let last = written.rsplit('.').next().unwrap_or(written);
    let begun_empty = name.kind() == "identifier"
        && unit.bound(last).iter().any(|one| {
            one.value()
                .is_some_and(|value| is_collection(unit, bare(value)))
        });
    let plural = last.len() > 3 && last.ends_with('s') && !last.ends_with("ss");
    matches!(name.kind(), "identifier" | "attribute")
        && (begun_empty || plural || last.ends_with("list") || last.ends_with("queue"))
}

fn is_collection(unit: &Unit<'_>, value: Node<'_>) -> bool {
    match value.kind() {
        "list" | "dictionary" | "set" | "tuple" => true,
        kind if kind.ends_with("comprehension") => true,
        "call" => field(value, "function").is_some_and(|callee| {
            matches!(
                unit.slice(callee),
                "list" | "dict" | "set" | "tuple" | "sorted" | "frozenset"
            )
        }),
        _ => false,
    }
}

/// What a guard finds missing.
struct Made {
    /// As it would stand on the left of an assignment, without white space.
    target: String,
    /// An item or an attribute, and no plain name.
    is_part: bool,
}

fn made(unit: &Unit<'_>, asked: Node<'_>) -> Option<Made> {
    match asked.kind() {
        "comparison_operator" => {
            let parts: Vec<_> = children(asked).collect();
            let [left, right] = parts.as_slice() else {
                return None;
            };
            let operator: Vec<&str> = fields(asked, "operators")
                .flat_map(|one| unit.slice(one).split_whitespace())
                .collect();
            let (left, right) = (bare(*left), bare(*right));
            match operator.as_slice() {
                ["not", "in"] => Some(Made {
                    target: tight(&format!("{}[{}]", unit.slice(right), unit.slice(left))),
                    is_part: true,
                }),
                ["is"] if right.kind() == "none" => Some(Made {
                    target: tight(unit.slice(left)),
                    is_part: left.kind() != "identifier",
                }),
                _ => None,
            }
        }
        "not_operator" => {
            let inner = bare(field(asked, "argument")?);
            if inner.kind() != "call" {
                return Some(Made {
                    target: tight(unit.slice(inner)),
                    is_part: inner.kind() == "attribute",
                });
            }
            let arguments = positional(inner);
            let [object, name] = arguments.as_slice() else {
                return None;
            };
            let name = string_value(*name, unit.source())?;
            (unit.slice(field(inner, "function")?) == "hasattr").then(|| Made {
                target: tight(&format!("{}.{name}", unit.slice(*object))),
                is_part: true,
            })
        }
        _ => None,
    }
}

/// Whether the name is a parameter that callers may leave out.
fn is_optional(unit: &Unit<'_>, name: &str) -> bool {
    unit.parameter(name)
        .is_some_and(|one| one.default.is_some_and(|value| value.kind() == "none"))
}

fn tight(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Whether the guard asks for what is there or not by nature: a file, a part that an object may
/// have, the body of a message that a broker brings.
pub(super) fn is_by_nature(unit: &Unit<'_>, way: &Way<'_>) -> bool {
    if way.is_handler {
        return false;
    }
    let asked = bare(way.asked);
    let subject = match asked.kind() {
        "not_operator" => field(asked, "argument").map(bare),
        "comparison_operator" => {
            let parts: Vec<_> = children(asked).collect();
            match parts.as_slice() {
                [left, right] if right.kind() == "none" => Some(bare(*left)),
                _ => None,
            }
        }
        _ => None,
    };
    let Some(subject) = subject else {
        return false;
    };
    match subject.kind() {
        // `path.exists()`, `os.path.isfile(path)`, `hasattr(obj, "name")`.
        "call" => {
            let callee = field(subject, "function").map_or("", |one| unit.slice(one));
            matches!(
                callee.rsplit('.').next().unwrap_or(callee),
                "exists" | "is_file" | "is_dir" | "isfile" | "isdir" | "hasattr"
            )
        }
        "identifier" => unit
            .last_value(unit.slice(subject), way.asked.start_byte())
            .map(bare)
            .filter(|value| value.kind() == "call")
            .is_some_and(|value| {
                let callee = field(value, "function").map_or("", |one| unit.slice(one));
                callee == "getattr" && positional(value).len() == 3
            }),
        // A message without a body is how brokers clear what they kept.
        "attribute" => {
            field(subject, "attribute").is_some_and(|name| unit.slice(name) == "payload")
                && unit.file.source.text().contains("paho.mqtt")
        }
        _ => false,
    }
}
