//! Names that a class gives to others: its own and those of its instances.

use std::collections::BTreeMap;
use std::ops::Range;

use tree_sitter::Node;

use super::inherited::{Inherits, inherits};
use super::names::{draft, value_change};
use super::{is_public, made, place_of_deletion, related};
use crate::compare::branch::is_enumeration;
use crate::compare::callers::Way;
use crate::rules::{Confidence, FileChange, Reporter};
use crate::syntax::nodes::{Walk, children, field, walk};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;
use crate::syntax::{File, Source};
use std::collections::BTreeSet;

/// A name of a class.
struct Attribute<'t> {
    /// The bytes of the statement.
    span: Range<usize>,
    /// What is assigned, if something is.
    value: Option<Node<'t>>,
    /// Whether only instances have it.
    of_instance: bool,
}

pub(super) fn compare(
    change: &FileChange<'_>,
    names: Option<&BTreeSet<String>>,
    reporter: &mut Reporter,
) {
    for old in &change.base.outline.definitions {
        let new = change.head.outline.find(&old.qualname);
        let (Kind::Class, Some(new)) = (old.kind, new.filter(|new| new.kind == Kind::Class)) else {
            continue;
        };
        if !is_public(&old.qualname, names) || !is_touched(change, &old.range) {
            continue;
        }
        class(change, old, new, reporter);
    }
}

fn is_touched(change: &FileChange<'_>, bytes: &Range<usize>) -> bool {
    let lines = change.base.source.lines().touched(bytes.clone());
    change
        .hunks
        .iter()
        .any(|hunk| (hunk.base.start as usize) < lines.end && lines.start < hunk.base.end as usize)
}

fn class(change: &FileChange<'_>, old: &Definition, new: &Definition, reporter: &mut Reporter) {
    let (base, head) = (change.base, change.head);
    let (Some(before), Some(now)) = (
        definition_node(base.source, old),
        definition_node(head.source, new),
    ) else {
        return;
    };
    if before.has_error() || now.has_error() {
        return;
    }
    let now_has = attributes(head.source, now);
    for (name, one) in attributes(base.source, before) {
        if name.starts_with('_') || !is_touched(change, &one.span) {
            continue;
        }
        let shown = format!("{}.{name}", old.qualname);
        if !now_has.contains_key(name) && made::has_field(change, old, name) {
            continue;
        }
        match now_has.get(name) {
            Some(new) => {
                let both = (one.value, new.value, one.of_instance || new.of_instance);
                if let (Some(old), Some(new), false) = both {
                    value_change(change, &shown, old, new, reporter);
                }
            }
            None if head.outline.find(&shown).is_none() && !is_still_set(head, new, name) => {
                let confidence = match (one.of_instance, inherits(head, &new.qualname, name)) {
                    (_, Inherits::Surely) => continue,
                    (_, Inherits::Perhaps) => Confidence::Possible,
                    (true, Inherits::Not) => Confidence::Likely,
                    (false, Inherits::Not) => Confidence::Certain,
                };
                let users = change
                    .branch
                    .users_by(Way::Member, change.base_path, &shown);
                // Nothing can inherit from an enumeration that has members, or hand some on.
                let listed = !one.of_instance && is_enumeration(base.source, before);
                let confidence = match (listed, users.is_empty()) {
                    (true, false) => Confidence::Certain,
                    (true, true) => Confidence::Likely,
                    (false, _) => confidence,
                };
                let span = place_of_deletion(change, one.span.start);
                let message = format!("{shown} is gone: whoever uses it fails");
                let mut draft =
                    draft(span, confidence, message).production(one.span, "production has it");
                draft.related.extend(related(users));
                reporter.report(draft);
            }
            None => {}
        }
    }
}

/// Whether some method or nested statement of the class still sets the name.
fn is_still_set(file: File<'_>, class: &Definition, name: &str) -> bool {
    let text = &file.source.text()[class.core.clone()];
    let ways = [
        format!(".{name} ="),
        format!(".{name}:"),
        format!("\"{name}\""),
        format!("'{name}'"),
    ];
    ways.iter().any(|way| text.contains(way.as_str())) || text.contains("__getattr__")
}

/// The names that a class body and its `__init__` assign, each with its last place.
fn attributes<'s>(source: &'s Source, class: Node<'s>) -> BTreeMap<&'s str, Attribute<'s>> {
    let mut found = BTreeMap::new();
    let Some(body) = field(class, "body") else {
        return found;
    };
    for statement in children(body) {
        let function = match statement.kind() {
            "expression_statement" => {
                if let Some((name, one)) = assigned(source, statement, "identifier") {
                    found.insert(name, one);
                }
                continue;
            }
            "function_definition" => statement,
            _ => continue,
        };
        let is_init = field(function, "name").is_some_and(|one| source.slice(one) == "__init__");
        if !is_init {
            continue;
        }
        walk(function, &mut |node| {
            if node.kind() == "expression_statement" {
                if let Some((name, one)) = assigned(source, node, "attribute") {
                    found.entry(name).or_insert(one);
                }
                return Walk::Over;
            }
            Walk::Into
        });
    }
    found
}

/// `name = …`, `name: …` or `self.name = …`.
fn assigned<'s>(
    source: &'s Source,
    statement: Node<'s>,
    kind: &str,
) -> Option<(&'s str, Attribute<'s>)> {
    let assignment = statement
        .named_child(0)
        .filter(|one| one.kind() == "assignment")?;
    let left = field(assignment, "left").filter(|one| one.kind() == kind)?;
    let of_instance = kind == "attribute";
    let name = if of_instance {
        let object = field(left, "object")?;
        (source.slice(object) == "self").then_some(())?;
        field(left, "attribute")?
    } else {
        left
    };
    let name = &source.text()[name.byte_range()];
    Some((
        name,
        Attribute {
            span: statement.byte_range(),
            value: field(assignment, "right"),
            of_instance,
        },
    ))
}
