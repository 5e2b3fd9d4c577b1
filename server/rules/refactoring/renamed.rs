//! Definitions and variables that only have another name.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tree_sitter::Node;

use super::{draft, name_of};
use crate::compare::canonical::{Role, Token, tokens};
use crate::rules::{FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, walk};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::{binds, definition_node};

/// Reports renamed definitions and variables; gives production's names for them.
pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for &index in change.in_head {
        let new = &change.head.outline.definitions[index];
        let Some(old) = change.matching.base_of(index) else {
            continue;
        };
        let old = &change.base.outline.definitions[old];
        if new.kind == Kind::Module || (new.kind == Kind::Class && new.name == old.name) {
            continue;
        }
        if old.name != new.name {
            told.insert(old.name.clone());
        }
        pair(change, old, new, reporter, &mut told);
    }
    told
}

fn pair(
    change: &FileChange<'_>,
    old: &Definition,
    new: &Definition,
    reporter: &mut Reporter,
    told: &mut BTreeSet<String>,
) {
    let (base, head) = (change.base.source, change.head.source);
    let (Some(before), Some(now)) = (definition_node(base, old), definition_node(head, new)) else {
        return;
    };
    let (was, is) = (tokens(base, before), tokens(head, now));
    let Some(names) = renaming(&was, &is) else {
        return;
    };
    let parts = |one: &str| {
        one.rsplit_once('.')
            .map_or("", |(outer, _)| outer)
            .to_owned()
    };
    let own = names
        .get(old.name.as_str())
        .is_some_and(|&name| name == new.name);
    let locals: Vec<(&str, &str)> = names
        .iter()
        .map(|(old, new)| (*old, *new))
        // A renamed definition that is called here has its own finding.
        .filter(|(from, to)| !(own && *from == old.name || is_renamed_definition(change, from, to)))
        .collect();
    if !locals.is_empty() && !are_local(change, (before, old), now, &is, &locals) {
        return;
    }
    if old.name != new.name && own {
        let message = format!(
            "{} is production's {} under another name",
            new.qualname, old.qualname
        );
        reporter.report(
            draft(name_of(head, new), message, "renamed")
                .production(name_of(base, old), "its name in production"),
        );
    } else if old.name == new.name && parts(&old.qualname) != parts(&new.qualname) {
        let outer = parts(&old.qualname);
        let whole_class_renamed = change.base.outline.definitions[old.parent].kind == Kind::Class
            && change.matching.head_of(old.parent) == Some(new.parent);
        if !whole_class_renamed {
            let from = if outer.is_empty() {
                "the module"
            } else {
                &outer
            };
            let message = format!("{} only moves here from {from}", new.qualname);
            reporter.report(
                draft(name_of(head, new), message, "moved")
                    .production(name_of(base, old), "its place in production"),
            );
        }
    } else if let Some((from, to)) = locals.first() {
        told.extend(locals.iter().map(|(from, _)| (*from).to_owned()));
        let first = is
            .iter()
            .find(|one| one.role == Role::Name && one.text == *to);
        let at = first.map_or(now.start_byte(), |one| one.at);
        let more = match locals.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let message = format!(
            "Only names change in {}: {from} is {to} now{more}",
            new.name
        );
        let old_at = was
            .iter()
            .find(|one| one.role == Role::Name && one.text == *from);
        let old_at = old_at.map_or(before.start_byte(), |one| one.at);
        reporter.report(
            draft(at..at + to.len(), message, "variable")
                .production(old_at..old_at + from.len(), "its name in production"),
        );
    }
}

/// Old name → new name, if nothing else differs and no two names become one.
fn renaming<'t>(old: &'t [Token<'_>], new: &'t [Token<'_>]) -> Option<BTreeMap<&'t str, &'t str>> {
    if old.len() != new.len() {
        return None;
    }
    let mut to = BTreeMap::new();
    let mut from = BTreeMap::new();
    for (old, new) in old.iter().zip(new) {
        if old.role != new.role {
            return None;
        }
        if old.role != Role::Name {
            if old.text != new.text {
                return None;
            }
            continue;
        }
        if *to.entry(&*old.text).or_insert(&*new.text) != new.text
            || *from.entry(&*new.text).or_insert(&*old.text) != old.text
        {
            return None;
        }
    }
    to.retain(|old, new| old != new);
    Some(to)
}

/// Whether the names are the function's own business: its variables, or parameters that no caller
/// outside names.
fn are_local(
    change: &FileChange<'_>,
    (before, old): (Node<'_>, &Definition),
    now: Node<'_>,
    is: &[Token<'_>],
    names: &[(&str, &str)],
) -> bool {
    let was_bound = bound(change.base.source, before);
    let is_bound = bound(change.head.source, now);
    let still = |name: &str| {
        is.iter()
            .any(|one| one.role == Role::Name && one.text == name)
    };
    let private = old.name.starts_with('_');
    names.iter().all(|(from, to)| {
        let passed = was_bound.passed.contains(*from);
        let own = was_bound.own.contains(*from) && is_bound.own.contains(*to);
        let parameter = passed && private && is_bound.passed.contains(*to);
        !still(from) && (own && !passed || parameter)
    })
}

fn is_renamed_definition(change: &FileChange<'_>, from: &str, to: &str) -> bool {
    let (base, head) = (change.base, change.head);
    let definitions = base.outline.definitions.iter().enumerate();
    let mut of_name = definitions.filter(|(_, one)| one.name == from);
    of_name.any(|(index, _)| {
        change
            .matching
            .head_of(index)
            .is_some_and(|partner| head.outline.definitions[partner].name == to)
    })
}

#[derive(Default)]
pub(super) struct Bound<'s> {
    /// Names of the function's own variables.
    pub(super) own: HashSet<&'s str>,
    /// Names of the function's own parameters.
    pub(super) passed: HashSet<&'s str>,
}

pub(super) fn bound<'s>(source: &'s Source, function: Node<'_>) -> Bound<'s> {
    let mut found = Bound::default();
    let list = crate::syntax::nodes::field(function, "parameters");
    walk(function, &mut |node| match node.kind() {
        "parameters" | "lambda_parameters" => {
            passed(source, node, Some(node) == list, &mut found);
            Walk::Over
        }
        "identifier" if binds(node) => {
            found.own.insert(&source.text()[node.byte_range()]);
            Walk::Over
        }
        _ => Walk::Into,
    });
    found
}

/// The names in a list of parameters. To ask each name what stands around it would search the tree
/// from its root for every step up.
fn passed<'s>(source: &'s Source, list: Node<'_>, is_own: bool, found: &mut Bound<'s>) {
    walk(list, &mut |node| match node.kind() {
        "lambda_parameters" if node != list => {
            passed(source, node, false, found);
            Walk::Over
        }
        "identifier" => {
            let name = &source.text()[node.byte_range()];
            if is_own {
                found.passed.insert(name);
            } else {
                found.own.insert(name);
            }
            Walk::Over
        }
        _ => Walk::Into,
    });
}
