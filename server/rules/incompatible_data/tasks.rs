//! Tasks that go over a queue by the name of their function.

use tree_sitter::Node;

use super::names::TASKS;
use crate::compare::canonical;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::nodes::{decorators_of, field, keyword};
use crate::syntax::unit::definition_node;
use crate::syntax::{Definition, File, Kind};

/// Tasks that have another name than in production, with the same parameters and body.
pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let (base, head) = (change.base, change.head);
    let only = |file: File<'_>, other: File<'_>, one: &Definition| {
        one.kind == Kind::Function
            && one.parent == 0
            && other.outline.find(&one.name).is_none()
            && file.outline.find(&one.name).is_some()
    };
    for &index in change.in_head {
        let new = &head.outline.definitions[index];
        if !only(head, base, new) {
            continue;
        }
        let Some(now) = task(head, new) else { continue };
        let says = content(head, now);
        let old = base
            .outline
            .definitions
            .iter()
            .filter(|one| only(base, head, one));
        let old = old
            .filter_map(|one| Some((one, task(base, one)?)))
            .find(|(_, before)| content(base, *before) == says);
        let (Some((old, before)), Some(name)) = (old, field(now, "name")) else {
            continue;
        };
        let (was, is) = (&old.name, &new.name);
        let message = format!(
            "The task {was} is called {is} now: messages for {was} that wait are lost, and those for {is} after a rollback"
        );
        let place = field(before, "name").unwrap_or(before).byte_range();
        reporter.report(
            Draft {
                covers: &["new-feature", "refactoring"],
                detail: was.clone(),
                ..Draft::at(name, Confidence::Likely, message)
            }
            .production(place, "production's name"),
        );
    }
}

/// The `def` of a task that is called by the name of its function.
fn task<'a>(file: File<'a>, definition: &Definition) -> Option<Node<'a>> {
    let node = definition_node(file.source, definition)?;
    let named_by_function = decorators_of(node).into_iter().any(|decorator| {
        let Some(value) = decorator.named_child(0) else {
            return false;
        };
        let function = field(value, "function").unwrap_or(value);
        let called = file.source.slice(function);
        let (owner, last) = called.rsplit_once('.').unwrap_or(("", called));
        let is_task = TASKS.contains(&last) && (last != "task" || !owner.is_empty());
        let names = ["name", "actor_name"];
        let named = names
            .iter()
            .any(|name| keyword(value, name, file.source).is_some());
        is_task && !named
    });
    named_by_function.then_some(node)
}

/// Parameters and body, in canonical form.
fn content(file: File<'_>, function: Node<'_>) -> Vec<String> {
    ["parameters", "body"]
        .iter()
        .filter_map(|part| field(function, part))
        .map(|node| canonical::text(file.source, node))
        .collect()
}
