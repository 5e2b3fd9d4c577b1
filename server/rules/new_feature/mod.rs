//! New things that users or callers can reach: a hotfix mends, it does not add.

mod grown;
mod handled;
mod hooks;
mod whole;

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use super::knowledge::public::{exported, is_exposed, is_public, is_shipped, still_has};
use super::knowledge::switches;
use super::knowledge::told::tell;
use super::{Confidence, Draft, FileChange, Group, LoneFile, Meta, Reporter, Rule, Texts, Trial};
use crate::compare::notes;
use crate::compare::signature::Signature;
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, decorators_of, field, walk};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;

pub struct NewFeature;

static META: Meta = Meta {
    name: "new-feature",
    group: Group::Scope,
    highest: Confidence::Likely,
    checklist: "The change is minimal and targeted",
    noqa: &[],
    docs: include_str!("../docs/new-feature.md"),
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

impl Rule for NewFeature {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn reads(&self, path: &str) -> bool {
        notes::reads(path)
    }

    fn compare_texts(&self, texts: &Texts<'_>, reporter: &mut Reporter) {
        let message = |word: &str| {
            format!("the release notes call this new ({word}): a hotfix mends what is there")
        };
        reporter.report_if(tell(
            texts,
            notes::Kind::Feature,
            Confidence::Likely,
            message,
        ));
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        if change.head.is_test || change.head.source.is_broken() {
            return;
        }
        if !is_shipped(change.path) {
            return;
        }
        let told = new_switches(change, reporter);
        let exposed = is_exposed(change);
        definitions(change, exposed, reporter);
        if exposed {
            parameters(change, reporter);
        }
        grown::compare(change, exposed, &told, reporter);
        handled::compare(change, reporter);
    }

    fn added_file(&self, added: &LoneFile<'_>, reporter: &mut Reporter) {
        if !added.file.is_test && !added.file.source.is_broken() {
            whole::compare(added, reporter);
        }
    }
}

/// Public definitions that production does not have. What stands in one that is new itself comes
/// with it. Of a private module it is less sure that anybody uses them.
fn definitions(change: &FileChange<'_>, exposed: bool, reporter: &mut Reporter) {
    let names = exported(change.head);
    for &index in change.in_head {
        let one = &change.head.outline.definitions[index];
        let new = one.kind != Kind::Module
            && change.matching.base_of(index).is_none()
            && (one.parent == 0 || change.matching.base_of(one.parent).is_some())
            && !still_has(change.base, &one.qualname);
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
        let closes = one.parent != 0
            && matches!(
                one.name.as_str(),
                "close" | "aclose" | "closed" | "shutdown"
            );
        if closes
            || decorators.iter().any(|one| one.contains("overload"))
            || hooks::is_check(change, one, &decorators)
            || hooks::was_attribute(change, one)
        {
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
        let confidence = if exposed && !hooks::is_called_by_framework(change, one) {
            Confidence::Likely
        } else {
            Confidence::Possible
        };
        report(reporter, name.byte_range(), confidence, message);
    }
}

/// `Order.total`, `class Order`.
fn shown(change: &FileChange<'_>, one: &Definition) -> String {
    match (one.kind, change.head.outline.definitions[one.parent].kind) {
        (Kind::Class, _) => format!("class {}", one.qualname),
        _ => format!("{}()", one.qualname),
    }
}

/// Options, settings and routes in the changed lines that production's file knows nothing of; gives
/// their places.
fn new_switches(change: &FileChange<'_>, reporter: &mut Reporter) -> Vec<usize> {
    let mut places = Vec::new();
    let (base, head) = (change.base.source.text(), change.head.source);
    let mut told = BTreeSet::new();
    for (index, hunk) in change.hunks.iter().enumerate() {
        for statement in change.edits.head(index).statements {
            for one in switches::in_statement(head, statement) {
                let line = u32::try_from(head.lines().line_of(one.span.start));
                let touched = line.is_ok_and(|line| hunk.head.contains(&line));
                if !touched || one.is_known_in(base) || !told.insert(one.name.clone()) {
                    continue;
                }
                let name = &one.name;
                let (confidence, message) = match one.kind {
                    switches::Kind::Option => (
                        Confidence::Likely,
                        format!("The option {name} is new: production has nothing like it"),
                    ),
                    switches::Kind::Choice => (
                        Confidence::Likely,
                        format!("The choice {name} is new: production does not offer it"),
                    ),
                    switches::Kind::Route => (
                        Confidence::Likely,
                        format!("The address {name} is new: production does not answer it"),
                    ),
                    switches::Kind::Environment => (
                        Confidence::Likely,
                        format!("The setting {name} is new: nobody who deploys this has set it"),
                    ),
                    switches::Kind::Declared => (
                        Confidence::Likely,
                        format!("The setting {name} is new: production has nothing like it"),
                    ),
                    switches::Kind::Setting => (
                        Confidence::Likely,
                        format!("The setting {name} decides here now: production does not ask it"),
                    ),
                    switches::Kind::Attribute => (
                        Confidence::Possible,
                        format!("{name} decides here now: production does not ask it"),
                    ),
                };
                places.push(one.span.start);
                report(reporter, one.span, confidence, message);
            }
        }
    }
    places
}

/// Optional parameters that the function asks for what to do.
fn parameters(change: &FileChange<'_>, reporter: &mut Reporter) {
    let names = exported(change.head);
    let (base, head) = (change.base, change.head);
    for &index in change.in_head {
        let new = &head.outline.definitions[index];
        let old = change.matching.base_of(index);
        let (Some(old), Kind::Function) = (old, new.kind) else {
            continue;
        };
        let old = &base.outline.definitions[old];
        let known = is_public(&new.qualname, names.as_ref()) && old.name == new.name;
        let (Some(before), Some(now)) = (
            definition_node(base.source, old),
            definition_node(head.source, new),
        ) else {
            continue;
        };
        if !known || before.has_error() || now.has_error() {
            continue;
        }
        let before = Signature::of(base.source, before, old.parent != 0);
        let after = Signature::of(head.source, now, new.parent != 0);
        for (at, one) in after.takes.iter().enumerate() {
            // Another name for a parameter adds none.
            let renamed = after.takes_over(at, &before).is_some();
            let optional = !renamed && one.default.is_some() && before.find(one.name).is_none();
            if optional && is_used(head.source, now, one.name) {
                let asked = is_asked(head.source, now, one.name);
                let message = if asked {
                    format!(
                        "{}() does something else when {} says so: production does not have it",
                        new.name, one.name
                    )
                } else {
                    format!(
                        "{}() goes by {} now: production does not have it",
                        new.name, one.name
                    )
                };
                report(
                    reporter,
                    one.node.byte_range(),
                    Confidence::Possible,
                    message,
                );
            }
        }
    }
}

/// Whether the function's body reads this name.
fn is_used(source: &Source, function: Node<'_>, name: &str) -> bool {
    let mut used = false;
    if let Some(body) = field(function, "body") {
        walk(body, &mut |node| {
            used |= node.kind() == "identifier" && source.slice(node) == name;
            Walk::Into
        });
    }
    used
}

/// Whether a condition in the function looks at this name.
fn is_asked(source: &Source, function: Node<'_>, name: &str) -> bool {
    let mut asked = false;
    walk(function, &mut |node| {
        let condition = match node.kind() {
            "if_statement" | "elif_clause" | "while_statement" => field(node, "condition"),
            "conditional_expression" => node.named_child(1),
            "boolean_operator" => Some(node),
            _ => None,
        };
        if let Some(condition) = condition {
            walk(condition, &mut |node| {
                asked |= node.kind() == "identifier" && source.slice(node) == name;
                Walk::Into
            });
        }
        Walk::Into
    });
    asked
}

fn report(reporter: &mut Reporter, span: Range<usize>, confidence: Confidence, message: String) {
    reporter.report(Draft::over(span, confidence, message));
}
