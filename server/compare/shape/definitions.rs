//! What a change does to functions, classes and signatures.

use std::collections::BTreeSet;

use super::table::{Counts, Fact};
use super::{Changed, Side};
use crate::compare::canonical;
use crate::syntax::nodes::{decorators_of, field};
use crate::syntax::unit::definition_node;
use crate::syntax::{Definition, Kind};
use crate::vcs::Hunk;

/// Counts what happens to the definitions of production code.
pub(super) fn read(changed: &Changed<'_>, counts: &mut Counts) {
    let names = |file: Option<Side<'_>>| -> BTreeSet<String> {
        let file = file.into_iter();
        file.flat_map(|file| &file.outline.definitions)
            .map(|one| one.qualname.clone())
            .collect()
    };
    let (before, now) = (names(changed.base), names(changed.head));
    for (index, one) in definitions(changed.head) {
        let partner = changed.matching.and_then(|known| known.base_of(index));
        let came = || changed.branch.came(changed.path, &one.qualname);
        match (partner, changed.base) {
            (Some(old), Some(base)) => pair(changed, base, old, one, counts),
            _ if came().is_some() => counts.add(Fact::MovedDefinitions, 1),
            // What stands in something new comes with it.
            _ if !before.contains(&one.qualname) && !is_in_new(changed.head, one, &before) => {
                counts.add(new(one), 1);
            }
            _ => {}
        }
    }
    for (index, one) in definitions(changed.base) {
        let partner = changed.matching.and_then(|known| known.head_of(index));
        let went = || changed.branch.went(changed.path, &one.qualname);
        if partner.is_none()
            && !now.contains(&one.qualname)
            && !is_in_new(changed.base, one, &now)
            && went().is_none()
        {
            let fact = if is_public(one) {
                Fact::PublicRemoved
            } else {
                Fact::PrivateRemoved
            };
            counts.add(fact, 1);
        }
    }
}

/// Counts tests that come and go.
pub(super) fn read_tests(changed: &Changed<'_>, counts: &mut Counts) {
    let tests = |file: Option<Side<'_>>| -> BTreeSet<String> {
        definitions(file)
            .filter(|(_, one)| one.kind == Kind::Function && one.name.starts_with("test"))
            .map(|(_, one)| one.name.clone())
            .collect()
    };
    let (before, now) = (tests(changed.base), tests(changed.head));
    let count = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        u32::try_from(one.difference(other).count()).unwrap_or(u32::MAX)
    };
    counts.add(Fact::TestsAdded, count(&now, &before));
    counts.add(Fact::TestsRemoved, count(&before, &now));
}

fn definitions(file: Option<Side<'_>>) -> impl Iterator<Item = (usize, &Definition)> {
    let all = file.map_or(&[][..], |file| &file.outline.definitions);
    let all = all.iter().enumerate();
    all.filter(|(_, one)| one.kind != Kind::Module)
}

fn is_public(one: &Definition) -> bool {
    let private = |part: &str| part.starts_with('_') && !part.ends_with("__");
    !one.qualname.split('.').any(private)
}

fn is_in_new(file: Option<Side<'_>>, one: &Definition, known: &BTreeSet<String>) -> bool {
    let outer = file.and_then(|file| file.outline.definitions.get(one.parent));
    outer.is_some_and(|outer| outer.kind != Kind::Module && !known.contains(&outer.qualname))
}

fn new(one: &Definition) -> Fact {
    match (is_public(one), one.kind, one.parent) {
        (false, ..) => Fact::PrivateDefinitions,
        (_, Kind::Class, _) => Fact::PublicClasses,
        (_, _, 0) => Fact::PublicFunctions,
        _ => Fact::PublicMethods,
    }
}

/// Compares what both sides know.
fn pair(changed: &Changed<'_>, base: Side<'_>, old: usize, new: &Definition, counts: &mut Counts) {
    let (Some(old), Some(head)) = (base.outline.definitions.get(old), changed.head) else {
        return;
    };
    let side = |file: Side<'_>, one: &Definition, lines: fn(&Hunk) -> std::ops::Range<u32>| {
        let own = file.source.lines().touched(one.range.clone());
        changed.hunks.iter().any(|hunk| {
            let lines = lines(hunk);
            (lines.start as usize) < own.end && own.start < (lines.end as usize)
        })
    };
    if !side(base, old, |hunk| hunk.base.clone()) && !side(head, new, |hunk| hunk.head.clone()) {
        return;
    }
    if old.name != new.name {
        counts.add(Fact::Renamed, 1);
    }
    let (Some(before), Some(now)) = (
        definition_node(base.source, old),
        definition_node(head.source, new),
    ) else {
        return;
    };
    let decorators = |file: Side<'_>, node| -> Vec<String> {
        let all = decorators_of(node).into_iter();
        all.map(|one| canonical::text(file.source, one)).collect()
    };
    if decorators(base, before) != decorators(head, now) {
        counts.add(Fact::DecoratorsChanged, 1);
    }
    let part = |file: Side<'_>, node, name| {
        field(node, name).map(|part| canonical::text(file.source, part))
    };
    if new.kind == Kind::Class {
        if part(base, before, "superclasses") != part(head, now, "superclasses") {
            counts.add(Fact::BasesChanged, 1);
        }
        return;
    }
    counts.add(Fact::Definitions, 1);
    let parameters = |file: Side<'_>, node| -> BTreeSet<String> {
        let list = field(node, "parameters");
        let mut names = BTreeSet::new();
        if let Some(list) = list {
            let mut cursor = list.walk();
            for one in list.named_children(&mut cursor) {
                if one.kind().ends_with("_separator") {
                    continue;
                }
                let name = field(one, "name")
                    .or_else(|| one.named_child(0))
                    .unwrap_or(one);
                names.insert(file.source.slice(name).to_owned());
            }
        }
        names
    };
    let (were, are) = (parameters(base, before), parameters(head, now));
    let count = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        u32::try_from(one.difference(other).count()).unwrap_or(u32::MAX)
    };
    counts.add(Fact::ParametersAdded, count(&are, &were));
    counts.add(Fact::ParametersRemoved, count(&were, &are));
    let signature = |file, node| {
        let list = part(file, node, "parameters");
        (list, part(file, node, "return_type"))
    };
    if were == are && signature(base, before) != signature(head, now) {
        counts.add(Fact::SignaturesTyped, 1);
    }
}
