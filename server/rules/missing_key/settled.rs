//! What the code around a read tells of its key: who asked for it, and on what it depends.

use std::cell::Cell;
use std::collections::HashMap;

use tree_sitter::Node;

use crate::rules::knowledge::keys::{Keys, operator, root};
use crate::syntax::Unit;
use crate::syntax::flow::{Fact, facts_at};
use crate::syntax::nodes::{Walk, ancestors, children, field, positional, string_value, walk};

/// Counts the reads of one scope that were looked at more closely: each asks about all statements
/// before it.
#[derive(Debug, Default)]
pub(super) struct Looks(Cell<usize>);

impl Looks {
    /// Whether one more is not too many.
    pub fn is_worth_a_look(&self) -> bool {
        self.0.set(self.0.get() + 1);
        self.0.get() <= 16
    }
}

/// Whether the mapping got another value between the place that asks for the key and the read.
pub(super) fn is_another<'a>(
    keys: &Keys<'_, 'a>,
    asks: Node<'a>,
    read: Node<'a>,
    mapping: &str,
) -> bool {
    keys.bindings(root(mapping))
        .iter()
        .any(|one| asks.end_byte() <= one.start_byte() && one.end_byte() <= read.start_byte())
}

/// Whether a condition that holds here says that the key is there: a function was asked for it
/// (`has("auth")`), the loop over the keys arrived at it, or the form cleaned the field.
pub(super) fn is_there<'a>(unit: &Unit<'a>, facts: &[Fact<'a>], mapping: &str, key: &str) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    if mapping == "self.cleaned_data" && own.strip_prefix("clean_") == Some(key) {
        return true;
    }
    facts
        .iter()
        .filter(|fact| fact.holds)
        .any(|fact| match fact.condition.kind() {
            "call" => asks_function(unit, fact.condition, key),
            "comparison_operator" => equals(unit, fact)
                .is_some_and(|(name, value)| value == key && goes_through(unit, name, mapping)),
            _ => false,
        })
}

/// `self.has_extn("auth")`, `supports("auth")`.
fn asks_function(unit: &Unit<'_>, call: Node<'_>, key: &str) -> bool {
    let name = field(call, "function").map_or("", |function| unit.slice(function));
    let last = name.rsplit('.').next().unwrap_or(name);
    [
        "has", "support", "contain", "exist", "is_", "can_", "need", "want",
    ]
    .iter()
    .any(|word| last.contains(word))
        && positional(call)
            .iter()
            .any(|one| string_value(*one, unit.source()) == Some(key))
}

/// The name and the constant of `name == "constant"`.
fn equals<'a>(unit: &Unit<'a>, fact: &Fact<'a>) -> Option<(&'a str, &'a str)> {
    let parts: Vec<Node<'a>> = children(fact.condition).collect();
    let [name, value] = parts.as_slice() else {
        return None;
    };
    let same = operator(fact.condition) == "==" && name.kind() == "identifier";
    same.then(|| Some((unit.slice(*name), string_value(*value, unit.source())?)))?
}

/// `for name in mapping`, `for name in mapping.keys()`.
fn goes_through(unit: &Unit<'_>, name: &str, mapping: &str) -> bool {
    unit.bindings(name).iter().any(|one| {
        one.parent()
            .filter(|up| up.kind() == "for_statement")
            .and_then(|up| field(up, "right"))
            .is_some_and(|right| {
                let text = unit.slice(right);
                text == mapping || text.strip_prefix(mapping) == Some(".keys()")
            })
    })
}

/// Whether another parameter chose what to read: `if name == "started": … info["host"]` beside
/// another such question.
pub(super) fn is_chosen<'a>(unit: &Unit<'a>, facts: &[Fact<'a>], mapping: &str) -> bool {
    let chosen = facts
        .iter()
        .filter(|fact| fact.holds && fact.condition.kind() == "comparison_operator")
        .filter_map(|fact| equals(unit, fact))
        .find(|(name, _)| *name != root(mapping) && unit.parameter(name).is_some());
    chosen.is_some_and(|(name, _)| {
        let questions = unit.own(&["comparison_operator"]).into_iter();
        let same = questions.filter(|one| {
            operator(*one) == "=="
                && children(*one)
                    .next()
                    .is_some_and(|left| unit.slice(left) == name)
        });
        1 < same.count()
    })
}

/// Whether a condition on the way to the read is about the mapping: it may tell which of several
/// types it has.
pub(super) fn is_spoken_of<'a>(unit: &Unit<'a>, read: Node<'a>, object: Node<'a>) -> bool {
    let name = root(unit.slice(object));
    facts_at(read, unit.source())
        .iter()
        .any(|fact| unit.mentions(fact.condition, name))
        || ancestors(read).any(|up| matches!(up.kind(), "case_clause" | "match_statement"))
}

/// Whether the function stands inside another one.
pub(super) fn is_inner(unit: &Unit<'_>) -> bool {
    ancestors(unit.node).any(|above| above.kind() == "function_definition")
}

/// Whether the function around an inner one names the key as well: it may have looked whether the
/// key is there before it made the inner one.
pub(super) fn outer_names(unit: &Unit<'_>, key: &str) -> bool {
    let Some(outer) = ancestors(unit.node).find(|above| above.kind() == "function_definition")
    else {
        return false;
    };
    let strings = unit
        .file
        .facts
        .about(outer.start_byte(), || Strings::of(unit, outer));
    let inner = unit.node.byte_range();
    let places = strings.0.get(key).map_or(&[][..], Vec::as_slice);
    places.iter().any(|place| !inner.contains(place))
}

/// The first bytes of the constant strings in a function, by what they say.
struct Strings(HashMap<String, Vec<usize>>);

impl Strings {
    fn of(unit: &Unit<'_>, function: Node<'_>) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        walk(function, &mut |node| {
            if node.kind() != "string" {
                return Walk::Into;
            }
            if let Some(text) = string_value(node, unit.source()) {
                places
                    .entry(text.to_owned())
                    .or_default()
                    .push(node.start_byte());
            }
            Walk::Over
        });
        Self(places)
    }
}
