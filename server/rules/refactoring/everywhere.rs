//! A name that is another one wherever the file has it: of something that stands elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::draft;
use crate::compare::canonical::{Role, Token};
use crate::compare::statements::Statement;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::field;
use tree_sitter::Node;

/// Fewer places may be a wrong name that is corrected.
const FEWEST: usize = 2;

/// Where a name changes.
#[derive(Default)]
struct Change {
    /// The other names that stand in its place.
    to: BTreeSet<String>,
    /// The places in head, those of production.
    places: Vec<(usize, usize)>,
}

pub(super) fn compare(change: &FileChange<'_>, told: &BTreeSet<String>, reporter: &mut Reporter) {
    // A test follows what it tests.
    if change.head.is_test {
        return;
    }
    let mut names = BTreeMap::<String, Change>::new();
    for index in 0..change.hunks.len() {
        let (base, head) = (change.edits.base(index), change.edits.head(index));
        if base.broken || head.broken || base.statements.len() != head.statements.len() {
            continue;
        }
        for (old, new) in base.statements.iter().zip(head.statements) {
            for (from, to) in renamings(old, new).unwrap_or_default() {
                let one = names.entry(from.text.to_string()).or_default();
                one.to.insert(to.text.to_string());
                one.places.push((to.at, from.at));
            }
        }
    }
    let mut heirs = BTreeMap::<String, usize>::new();
    for to in names.values().flat_map(|one| &one.to) {
        *heirs.entry(to.clone()).or_default() += 1;
    }
    for (from, one) in names {
        let (Some(to), true) = (
            one.to.first(),
            one.to.len() == 1 && FEWEST <= one.places.len(),
        ) else {
            continue;
        };
        // Two names that become one are another thing.
        if heirs.get(to).is_some_and(|count| 1 < *count) {
            continue;
        }
        let attribute = |source: &Source, at: usize| source.text()[..at].ends_with('.');
        let attributes = one.places.iter().all(|&(now, was)| {
            attribute(change.head.source, now) && attribute(change.base.source, was)
        });
        // An argument or a variable may be called like an attribute.
        let has = if attributes { has_attribute } else { has_word };
        let known = has(change.head.source, &from) || has(change.base.source, to);
        if known || told.contains(&from) {
            continue;
        }
        let is_given = |&(at, _): &(usize, usize)| is_bound(change.head.source, at, to);
        let bound = one.places.iter().any(is_given);
        // Where a public attribute is given its name, a change of the interface is told.
        let is_attribute = |at: usize| {
            let before = change.head.source.text().get(..at);
            before.is_some_and(|text| text.ends_with('.'))
        };
        let mut users = one.places.iter().filter(|place| !is_given(place));
        let user = users.find(|(at, _)| !from.starts_with('_') && is_attribute(*at));
        let (at, was) = *user.unwrap_or(&one.places[0]);
        if !bound && !change.branch.is_renamed(&from, to) {
            continue;
        }
        let places = one.places.len();
        let message = format!("Only a name changes in {places} places: {from} is {to} now");
        let span = at..at + to.len();
        reporter.report(
            Draft {
                confidence: Confidence::Possible,
                ..draft(span, message, "name")
            }
            .production(was..was + from.len(), "its name in production"),
        );
    }
}

/// Whether the name is given here: to a function, a class, a parameter, a variable or an attribute.
/// Only then it is the thing itself that is renamed; elsewhere another thing may be meant.
fn is_bound(source: &Source, at: usize, name: &str) -> bool {
    let Some(node) = source.node_at(at..at + name.len()) else {
        return false;
    };
    let Some(parent) = node.parent() else {
        return false;
    };
    let is_left = |one: Node<'_>| {
        let outer = one.parent().filter(|outer| outer.kind() == "assignment");
        outer.is_some_and(|outer| field(outer, "left") == Some(one))
    };
    match parent.kind() {
        "function_definition"
        | "class_definition"
        | "default_parameter"
        | "typed_default_parameter" => field(parent, "name") == Some(node),
        "parameters" | "typed_parameter" | "lambda_parameters" => true,
        "attribute" => {
            let own = field(parent, "object").map(|one| source.slice(one));
            field(parent, "attribute") == Some(node)
                && matches!(own, Some("self" | "cls"))
                && is_left(parent)
        }
        _ => is_left(node),
    }
}

/// The names that differ, if nothing else does.
fn renamings<'p, 'a>(
    old: &'p Statement<'a>,
    new: &'p Statement<'a>,
) -> Option<Vec<(&'p Token<'a>, &'p Token<'a>)>> {
    if old.tokens.len() != new.tokens.len() || old.node.kind() != new.node.kind() {
        return None;
    }
    let mut found = Vec::new();
    let imports = old.node.kind().starts_with("import");
    for (old, new) in old.tokens.iter().zip(&new.tokens) {
        if old == new {
            continue;
        }
        let name = |one: &Token<'_>| {
            one.role != Role::Other && is_name(&one.text) || imports && is_name(&one.text)
        };
        if old.role != new.role || !name(old) || !name(new) {
            return None;
        }
        found.push((old, new));
    }
    Some(found)
}

fn is_name(text: &str) -> bool {
    let start = text.starts_with(|one: char| one.is_alphabetic() || one == '_');
    start && text.chars().all(|one| one.is_alphanumeric() || one == '_')
}

/// Whether the file has the word in its code or texts.
pub(super) fn has_word(source: &Source, word: &str) -> bool {
    words(source, word).next().is_some()
}

/// The bytes where the word begins, in code or texts.
pub(super) fn words<'s>(source: &'s Source, word: &'s str) -> impl Iterator<Item = usize> + 's {
    let text = source.text().as_bytes();
    let is_part =
        |byte: Option<&u8>| byte.is_some_and(|one| one.is_ascii_alphanumeric() || *one == b'_');
    memchr::memmem::find_iter(text, word.as_bytes()).filter(move |&at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        !is_part(before) && !is_part(text.get(at + word.len()))
    })
}

/// Whether the file has an attribute of this name.
fn has_attribute(source: &Source, name: &str) -> bool {
    let text = source.text();
    words(source, name).any(|at| text[..at].ends_with('.'))
}
