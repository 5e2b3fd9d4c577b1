//! What a call says about its timeout.

use tree_sitter::Node;

use super::super::knowledge::origins;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field, has_splat, keyword, positional, string_value};

/// What a call says about its timeout.
pub enum Given {
    /// Nothing.
    Missing,
    /// `None`, written here or under a name.
    Never,
    /// Only a part is set: `(3, None)`.
    Partly,
    /// A timeout, or something that cannot be judged.
    Set,
}

/// Reads the `timeout` argument, given by name or as the positional argument `index`.
#[must_use]
pub fn given(unit: &Unit<'_>, call: Node<'_>, index: Option<usize>) -> Given {
    if has_splat(call) && !known_without(unit, call, "timeout") {
        return Given::Set;
    }
    let arguments = positional(call);
    let spread = arguments.iter().any(|one| one.kind() == "list_splat");
    let by_place = index.and_then(|index| arguments.get(index).copied());
    match keyword(call, "timeout", unit.source()).or(by_place) {
        Some(value) => value_given(unit, bare(value)),
        None if spread && index.is_some() => Given::Set,
        None => Given::Missing,
    }
}

/// Whether everything that `**` spreads here is a literal of this file without the key.
fn known_without(unit: &Unit<'_>, call: Node<'_>, key: &str) -> bool {
    let Some(arguments) = field(call, "arguments") else {
        return false;
    };
    children(arguments)
        .filter(|one| one.kind() == "dictionary_splat")
        .all(|splat| {
            splat
                .named_child(0)
                .and_then(|value| literal(unit, bare(value)))
                .is_some_and(|pairs| {
                    children(pairs).all(|pair| {
                        field(pair, "key")
                            .and_then(|one| string_value(one, unit.source()))
                            .is_some_and(|one| one != key)
                    })
                })
        })
}

/// The dictionary that the expression is, or that its name is bound to and that nothing changes.
fn literal<'a>(unit: &Unit<'a>, value: Node<'a>) -> Option<Node<'a>> {
    let value = match value.kind() {
        "identifier" => {
            let name = unit.slice(value);
            let bound = origins::of_name(unit, name)?;
            let [origins::Origin::Value(only)] = bound.origins.as_slice() else {
                return None;
            };
            let text = unit.source().text();
            let changed = [format!("{name}["), format!("{name}.")];
            if changed.iter().any(|one| text.contains(one)) {
                return None;
            }
            bare(*only)
        }
        _ => value,
    };
    (value.kind() == "dictionary").then_some(value)
}

fn value_given(unit: &Unit<'_>, value: Node<'_>) -> Given {
    match value.kind() {
        "none" => Given::Never,
        "identifier" if constant_none(unit, value) => Given::Never,
        "tuple" => {
            let parts: Vec<_> = children(value).collect();
            let none = parts.iter().filter(|one| one.kind() == "none").count();
            match none {
                0 => Given::Set,
                _ if none == parts.len() => Given::Never,
                _ => Given::Partly,
            }
        }
        _ => Given::Set,
    }
}

/// A name whose only value is `None`. A parameter with this default is the caller's choice.
fn constant_none(unit: &Unit<'_>, name: Node<'_>) -> bool {
    origins::of_name(unit, unit.slice(name)).is_some_and(|bound| {
        matches!(bound.origins.as_slice(), [origins::Origin::Value(value)] if value.kind() == "none")
    })
}
