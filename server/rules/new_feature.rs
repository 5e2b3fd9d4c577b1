//! New things that users or callers can reach: a hotfix mends, it does not add.

use std::ops::Range;

use tree_sitter::Node;

use super::knowledge::public::{exported, is_exposed, is_public};
use super::{Confidence, Draft, FileChange, Group, Meta, Reporter, Rule, Trial};
use crate::syntax::nodes::{Walk, children, decorators_of, field, walk};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;

pub struct NewFeature;

static META: Meta = Meta {
    name: "new-feature",
    group: Group::Scope,
    highest: Confidence::Likely,
    checklist: "The change is minimal and targeted",
    noqa: &[],
    docs: include_str!("docs/new-feature.md"),
    pattern: None,
};

/// Decorators that make a function answer requests.
const ROUTES: [&str; 9] = [
    "route",
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "websocket",
    "api_route",
    "command",
];

/// Calls that give a command line one more option.
const OPTIONS: [&str; 4] = ["add_argument", "add_option", "option", "Option"];

/// Calls that read a setting from the environment.
const SETTINGS: [&str; 3] = ["os.environ.get", "os.getenv", "environ.get"];

impl Rule for NewFeature {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        if change.head.is_test || change.head.source.is_broken() {
            return;
        }
        definitions(change, reporter);
        switches(change, reporter);
    }
}

/// Public definitions that production does not have. What stands in one that is new itself comes
/// with it.
fn definitions(change: &FileChange<'_>, reporter: &mut Reporter) {
    if !is_exposed(change) {
        return;
    }
    let names = exported(change.head);
    for &index in change.in_head {
        let one = &change.head.outline.definitions[index];
        let new = one.kind != Kind::Module
            && change.matching.base_of(index).is_none()
            && (one.parent == 0 || change.matching.base_of(one.parent).is_some())
            && change.base.outline.find(&one.qualname).is_none();
        let moved = change.branch.came(change.path, &one.qualname).is_some();
        if !new || moved || one.name.starts_with("__") || !is_public(&one.qualname, names.as_ref())
        {
            continue;
        }
        let Some(node) = definition_node(change.head.source, one) else {
            continue;
        };
        let Some(name) = field(node, "name") else {
            continue;
        };
        let text = |node: Node<'_>| &change.head.source.text()[node.byte_range()];
        let decorators: Vec<&str> = decorators_of(node).into_iter().map(text).collect();
        let called = |names: &[&str]| {
            decorators.iter().any(|one| {
                let name = one
                    .trim_start_matches('@')
                    .split('(')
                    .next()
                    .unwrap_or_default();
                names.contains(&name.rsplit('.').next().unwrap_or(name)) && one.contains('(')
            })
        };
        if decorators.iter().any(|one| one.contains("overload")) {
            continue;
        }
        let message = if called(&ROUTES) {
            format!(
                "{} is reachable from outside and new: production has nothing like it",
                one.name
            )
        } else {
            format!(
                "{} is new and public: a hotfix mends what is there",
                shown(change, one)
            )
        };
        report(reporter, name.byte_range(), message);
    }
}

/// `Order.total`, `class Order`.
fn shown(change: &FileChange<'_>, one: &Definition) -> String {
    match (one.kind, change.head.outline.definitions[one.parent].kind) {
        (Kind::Class, _) => format!("class {}", one.qualname),
        _ => format!("{}()", one.qualname),
    }
}

/// Options and settings in the changed statements whose names production's file does not have.
fn switches(change: &FileChange<'_>, reporter: &mut Reporter) {
    let source = change.head.source;
    for hunk in 0..change.hunks.len() {
        for statement in change.edits.head(hunk).statements {
            let Some(node) = source.node_at(statement.span.clone()) else {
                continue;
            };
            walk(node, &mut |node| {
                if node.start_byte() >= statement.span.end {
                    return Walk::Over;
                }
                if node.kind() == "call" && statement.span.start <= node.start_byte() {
                    switch(change, node, reporter);
                }
                Walk::Into
            });
        }
    }
}

fn switch(change: &FileChange<'_>, call: Node<'_>, reporter: &mut Reporter) {
    let text = |node: Node<'_>| &change.head.source.text()[node.byte_range()];
    let (Some(function), Some(arguments)) = (field(call, "function"), field(call, "arguments"))
    else {
        return;
    };
    let called = text(function);
    let last = called.rsplit('.').next().unwrap_or(called);
    let is_option = OPTIONS.contains(&last);
    let is_setting = SETTINGS.contains(&called);
    if !is_option && !is_setting {
        return;
    }
    let new = children(arguments).find(|one| {
        let value = text(*one).trim_matches(['"', '\'']);
        one.kind() == "string"
            && (is_setting || value.starts_with("--"))
            && !change.base.source.text().contains(value)
    });
    let Some(new) = new else { return };
    let name = text(new).trim_matches(['"', '\'']);
    let message = if is_option {
        format!("The option {name} is new: production has nothing like it")
    } else {
        format!("The setting {name} is new: nobody who deploys this has set it")
    };
    report(reporter, new.byte_range(), message);
}

fn report(reporter: &mut Reporter, span: Range<usize>, message: String) {
    reporter.report(Draft {
        span: span.clone(),
        anchor: span,
        message,
        confidence: Confidence::Likely,
        related: Vec::new(),
        detail: String::new(),
        covers: &[],
    });
}
