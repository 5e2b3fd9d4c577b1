//! Classes, modules and lists that hold more than in production.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Node;

use super::report;
use crate::compare::canonical;
use crate::rules::knowledge::public::{exported, is_public, still_has};
use crate::rules::{Confidence, FileChange, Reporter};
use crate::syntax::nodes::{children, field, fields};
use crate::syntax::outline::Kind;
use crate::syntax::unit::definition_node;
use crate::syntax::{File, Source};

/// Calls whose result is a module's own tool.
const TOOLS: [&str; 5] = ["getLogger", "get_logger", "TypeVar", "ParamSpec", "NewType"];

/// `exposed` says whether others may import from the module; `told` are places that are reported.
pub(super) fn compare(
    change: &FileChange<'_>,
    exposed: bool,
    told: &[usize],
    reporter: &mut Reporter,
) {
    for &index in change.in_head {
        let new = &change.head.outline.definitions[index];
        let old = change.matching.base_of(index);
        let (Some(old), Kind::Class) = (old, new.kind) else {
            continue;
        };
        let old = &change.base.outline.definitions[old];
        let (Some(before), Some(now)) = (
            definition_node(change.base.source, old),
            definition_node(change.head.source, new),
        ) else {
            continue;
        };
        if is_public(&new.qualname, None) && !before.has_error() && !now.has_error() {
            class(change, &new.qualname, (before, now), reporter);
        }
    }
    if exposed {
        names(change, told, reporter);
        offered(change, reporter);
    }
    lists(change, reporter);
}

/// Attributes that a class does not have in production.
fn class(
    change: &FileChange<'_>,
    class: &str,
    (before, now): (Node<'_>, Node<'_>),
    reporter: &mut Reporter,
) {
    let known = attributes(change.base.source, before);
    let production = change.base.source.slice(before);
    for (name, one) in attributes(change.head.source, now) {
        let shown = format!("{class}.{name}");
        if name.starts_with('_') {
            continue;
        }
        if let Some(old) = known.get(name) {
            longer(change, &shown, (old.value, one.value), reporter);
            continue;
        }
        // What production's methods set is only declared now.
        let is_set = production.contains(&format!("self.{name} = "))
            || production.contains(&format!("self.{name}: "));
        if is_set || still_has(change.base, &shown) {
            continue;
        }
        // A declared field is one of what is stored, sent or set.
        let field = one.value.is_none_or(|value| value.kind() == "call");
        let confidence = if field {
            Confidence::Likely
        } else {
            Confidence::Possible
        };
        let message = format!("{shown} is new: production has nothing like it");
        report(reporter, one.name.byte_range(), confidence, message);
    }
}

/// A name in a class body or module.
struct Named<'t> {
    name: Node<'t>,
    value: Option<Node<'t>>,
}

fn attributes<'s>(source: &'s Source, class: Node<'s>) -> BTreeMap<&'s str, Named<'s>> {
    let statements = field(class, "body").into_iter().flat_map(children);
    statements
        .filter_map(assigned)
        .map(|one| (source.slice(one.name), one))
        .collect()
}

fn assigned(statement: Node<'_>) -> Option<Named<'_>> {
    let assignment = match statement.kind() {
        "expression_statement" => statement.named_child(0)?,
        _ => statement,
    };
    let name = field(assignment, "left").filter(|one| one.kind() == "identifier")?;
    let value = field(assignment, "right");
    (assignment.kind() == "assignment").then_some(Named { name, value })
}

/// Names of the module that production's does not have.
fn names(change: &FileChange<'_>, told: &[usize], reporter: &mut Reporter) {
    let (base, head) = (change.base, change.head);
    let names = exported(head);
    for (name, bytes) in &head.outline.assigned {
        let known = still_has(base, name) || change.branch.came(change.path, name).is_some();
        if told.iter().any(|at| bytes.contains(at)) {
            continue;
        }
        if known || name.starts_with('_') || !is_public(name, names.as_ref()) {
            continue;
        }
        let Some(one) = head.source.node_at(bytes.clone()).and_then(assigned) else {
            continue;
        };
        let made = one.value.and_then(|value| field(value, "function"));
        let made = made.map_or("", |one| head.source.slice(one));
        if TOOLS.contains(&made.rsplit('.').next().unwrap_or(made)) {
            continue;
        }
        let message = format!("{name} is new: production's module has nothing like it");
        report(
            reporter,
            one.name.byte_range(),
            Confidence::Possible,
            message,
        );
    }
}

/// What `__all__` lists, or the package passes on, that production does not.
fn offered(change: &FileChange<'_>, reporter: &mut Reporter) {
    let (base, head) = (change.base, change.head);
    if let (Some(before), Some(now)) = (exported(base), exported(head)) {
        let more: BTreeSet<_> = now.difference(&before).collect();
        let list = head
            .outline
            .assigned
            .iter()
            .find(|(name, _)| name == "__all__");
        let known = |name: &&&String| {
            head.outline
                .find(name)
                .is_none_or(|_| still_has(base, name))
        };
        if let (Some(first), Some((_, bytes))) = (more.iter().find(known), list) {
            let message = format!("__all__ lists {first} as well: production does not offer it");
            let span = bytes.start..bytes.start + "__all__".len();
            report(reporter, span, Confidence::Likely, message);
        }
        return;
    }
    if change.path.rsplit('/').next() != Some("__init__.py") {
        return;
    }
    let statements = (0..change.hunks.len()).flat_map(|at| change.edits.head(at).statements);
    let imports =
        statements.filter(|one| one.depth == 0 && one.node.kind() == "import_from_statement");
    for statement in imports {
        let module = field(statement.node, "module_name").map_or("", |one| head.source.slice(one));
        let package = change.path.split('/').rev().nth(1).unwrap_or_default();
        let own = module.starts_with('.') || !package.is_empty() && module.contains(package);
        let new = fields(statement.node, "name").find_map(|one| {
            let name = field(one, "alias").unwrap_or(one);
            let text = head.source.slice(name);
            (!text.starts_with('_') && !still_has(base, text)).then_some((name, text))
        });
        if let (true, Some((name, text))) = (own, new) {
            let message = format!("{text} can be imported from this package now");
            report(reporter, name.byte_range(), Confidence::Possible, message);
        }
    }
}

/// Lists of the module that hold all that production's hold, and more.
fn lists(change: &FileChange<'_>, reporter: &mut Reporter) {
    let value = |file: File<'_>, bytes: &std::ops::Range<usize>| {
        let node = file.source.node_at(bytes.clone()).and_then(assigned);
        node.and_then(|one| one.value)
            .map(|value| value.byte_range())
    };
    for (name, bytes) in &change.head.outline.assigned {
        let once = |file: File<'_>| {
            let all = file.outline.assigned.iter();
            all.filter(|(one, _)| one == name).count() == 1
        };
        let mut before = change.base.outline.assigned.iter();
        let Some((_, old)) = before.find(|(one, _)| one == name) else {
            continue;
        };
        // Which of several values holds, only a run tells.
        if !once(change.base) || !once(change.head) {
            continue;
        }
        let (Some(old), Some(new)) = (value(change.base, old), value(change.head, bytes)) else {
            continue;
        };
        let (old, new) = (
            change.base.source.node_at(old),
            change.head.source.node_at(new),
        );
        if name != "__all__" && is_touched(change, new) {
            longer(change, name, (old, new), reporter);
        }
    }
}

fn is_touched(change: &FileChange<'_>, node: Option<Node<'_>>) -> bool {
    let lines = node.map(|node| change.head.source.lines().touched(node.byte_range()));
    lines.is_some_and(|lines| {
        let mut hunks = change.hunks.iter();
        hunks
            .any(|one| (one.head.start as usize) < lines.end && lines.start < one.head.end as usize)
    })
}

/// Says what a list has more, if it has all that it had.
fn longer(
    change: &FileChange<'_>,
    name: &str,
    (old, new): (Option<Node<'_>>, Option<Node<'_>>),
    reporter: &mut Reporter,
) {
    let (Some(old), Some(new)) = (old, new) else {
        return;
    };
    let is_list = |one: Node<'_>| matches!(one.kind(), "list" | "tuple" | "set" | "dictionary");
    if !is_list(old) || old.kind() != new.kind() || !is_touched(change, Some(new)) {
        return;
    }
    let key = |one| field(one, "key").unwrap_or(one);
    let items = |source: &Source, list| -> BTreeSet<String> {
        children(list)
            .map(|one| canonical::text(source, key(one)))
            .collect()
    };
    let before = items(change.base.source, old);
    let more = children(new).map(key).find(|one| {
        !matches!(one.kind(), "comment" | "call")
            && !before.contains(&canonical::text(change.head.source, *one))
    });
    let kept = before.is_subset(&items(change.head.source, new));
    if let (Some(more), true) = (more, kept) {
        let text = change.head.source.slice(more);
        let text = text.lines().next().unwrap_or(text);
        let message = format!("{name} holds {text} as well: production does not");
        let end = more.start_byte() + text.len();
        report(
            reporter,
            more.start_byte()..end,
            Confidence::Possible,
            message,
        );
    }
}
