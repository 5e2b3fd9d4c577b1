//! How an instance is made: the constructor that a data class or a named tuple gets.

use super::function::{self, Difference};
use crate::compare::constructed::{constructor, written};
use crate::rules::{Confidence, FileChange};
use crate::syntax::nodes::{children, field, string_value};
use crate::syntax::unit::definition_node;
use crate::syntax::{Definition, File, Source};
use tree_sitter::Node;

/// What callers notice of the way that a class is made, where it is written for the class on one
/// side at least.
pub(super) fn compare(
    change: &FileChange<'_>,
    old: &Definition,
    (before, now): (Node<'_>, Node<'_>),
) -> Vec<Difference> {
    let (base, head) = (change.base, change.head);
    let was = constructor(base.source, &base.outline.names, before);
    let is = constructor(head.source, &head.outline.names, now);
    let (was, is) = match (was, is) {
        (None, None) => return Vec::new(),
        (Some(was), Some(is)) => (Some(was), Some(is)),
        (Some(was), None) => (Some(was), written(head.source, now)),
        (None, Some(is)) => (written(base.source, before), Some(is)),
    };
    match (was, is) {
        (Some(was), Some(is)) => {
            let mut all = function::parameters(&old.qualname, &was, &is);
            // That a call may give more is what `new-feature` says of the field.
            all.retain(|one| one.confidence != Confidence::Possible);
            all
        }
        _ => Vec::new(),
    }
}

/// Whether the constructor of the class `name` is written for it.
pub(super) fn is_made(file: File<'_>, name: &str) -> bool {
    let class = file.outline.find(name);
    class
        .and_then(|one| definition_node(file.source, one))
        .is_some_and(|node| constructor(file.source, &file.outline.names, node).is_some())
}

/// Whether `name` is a field of the class in production, whose change [`compare`] tells.
pub(super) fn has_field(change: &FileChange<'_>, class: &Definition, name: &str) -> bool {
    let (base, head) = (change.base, change.head);
    let fields = definition_node(base.source, class)
        .and_then(|node| constructor(base.source, &base.outline.names, node));
    fields.is_some_and(|one| one.find(name).is_some()) && is_made(head, &class.qualname)
}

/// Whether both sides list the fields of a named tuple: `namedtuple("P", "a b")`.
pub(super) fn are_listed(
    (base, old): (&Source, Node<'_>),
    (head, new): (&Source, Node<'_>),
) -> bool {
    listed(base, old).is_some() && listed(head, new).is_some()
}

/// What differs between two such lists.
pub(super) fn fields(
    name: &str,
    (base, old): (&Source, Node<'_>),
    (head, new): (&Source, Node<'_>),
) -> Option<String> {
    let (was, is) = (listed(base, old)?, listed(head, new)?);
    differ(name, &was, &is, !head.slice(new).contains("defaults"))
}

/// `all_needed` says that no field has a default.
fn differ(name: &str, was: &[String], is: &[String], all_needed: bool) -> Option<String> {
    if let Some(gone) = was.iter().find(|one| !is.contains(one)) {
        return Some(format!(
            "{name} has no field {gone} any more: whoever reads it fails"
        ));
    }
    let moved = was.iter().zip(is).find(|(old, new)| old != new);
    if let Some((_, now)) = moved {
        return Some(format!(
            "{name} has {now} at another place: values given by their place end elsewhere"
        ));
    }
    let more = is.get(was.len())?;
    all_needed.then(|| format!("{name} needs {more} now: calls without it fail"))
}

/// The fields of `namedtuple("P", "a b")` and `namedtuple("P", ["a", "b"])`.
fn listed(source: &Source, call: Node<'_>) -> Option<Vec<String>> {
    let function = source.slice(field(call, "function")?);
    if function.rsplit('.').next() != Some("namedtuple") {
        return None;
    }
    let list = children(field(call, "arguments")?).nth(1)?;
    if let Some(text) = string_value(list, source) {
        let words = text.split([' ', ',']).filter(|one| !one.is_empty());
        return Some(words.map(str::to_owned).collect());
    }
    if !matches!(list.kind(), "list" | "tuple") {
        return None;
    }
    let all = children(list).filter(|one| one.kind() != "comment");
    all.map(|one| string_value(one, source).map(str::to_owned))
        .collect()
}
