//! Runs the rules that compare a definition with production's.

use std::collections::BTreeSet;

use super::side::{Raw, enabled, raw};
use crate::compare::matching::Matching;
use crate::rules::{FileChange, LoneFile, Pair, Reporter};
use crate::syntax::{File, Unit};

/// Runs the rules that look at both sides.
pub(super) fn both_sides(
    base: File<'_>,
    head: File<'_>,
    matching: &Matching,
    in_base: &BTreeSet<usize>,
    in_head: &BTreeSet<usize>,
) -> Vec<Raw> {
    let mut pairs: BTreeSet<(Option<usize>, Option<usize>)> = in_head
        .iter()
        .map(|&index| (matching.base_of(index), Some(index)))
        .collect();
    // While head's syntax is broken, a definition may only seem to be gone.
    if !head.source.is_broken() {
        pairs.extend(
            in_base
                .iter()
                .filter(|&&index| matching.head_of(index).is_none())
                .map(|&index| (Some(index), None)),
        );
    }
    let mut found = Vec::new();
    for (old, new) in pairs {
        let old = old.map_or_else(Vec::new, |index| {
            Unit::of_definition(base, &base.outline.definitions[index])
        });
        let new = new.map_or_else(Vec::new, |index| {
            Unit::of_definition(head, &head.outline.definitions[index])
        });
        compare_units(base, head, &old, &new, &mut found);
    }
    found
}

/// Runs the rules that look at the change of the whole file.
pub(super) fn whole_change(change: &FileChange<'_>) -> Vec<Raw> {
    let mut found = Vec::new();
    for rule in enabled(change.head) {
        let mut reporter = Reporter::default();
        rule.compare_files(change, &mut reporter);
        for draft in reporter.into_drafts() {
            let at = draft.anchor.start.min(change.head.source.text().len());
            let scope = &change.head.outline.enclosing(at).qualname;
            found.push(raw(change.head.source, rule, draft, scope));
        }
    }
    found
}

/// Runs the rules that look at a file that only one side has. `head` is empty where it is gone.
pub(super) fn lone_file(lone: &LoneFile<'_>, head: File<'_>, is_gone: bool) -> Vec<Raw> {
    let mut found = Vec::new();
    for rule in enabled(head) {
        let mut reporter = Reporter::default();
        if is_gone {
            rule.deleted_file(lone, &mut reporter);
        } else {
            rule.added_file(lone, &mut reporter);
        }
        let drafts = reporter.into_drafts().into_iter();
        found.extend(drafts.map(|draft| raw(head.source, rule, draft, "")));
    }
    found
}

fn compare_units(
    base_file: File<'_>,
    head_file: File<'_>,
    old: &[Unit<'_>],
    new: &[Unit<'_>],
    found: &mut Vec<Raw>,
) {
    // The first unit of each side is the definition itself, whatever its name; nested functions
    // are matched by what follows the definition's name.
    let inner = |units: &[Unit<'_>], unit: &Unit<'_>| {
        unit.qualname[units[0].qualname.len().min(unit.qualname.len())..].to_owned()
    };
    for (index, unit) in new.iter().enumerate() {
        let partner = if index == 0 {
            old.first()
        } else {
            let name = inner(new, unit);
            old.iter().skip(1).find(|other| inner(old, other) == name)
        };
        compare_pair(base_file, head_file, partner, Some(unit), found);
    }
    if new.is_empty() {
        for unit in old {
            compare_pair(base_file, head_file, Some(unit), None, found);
        }
    }
}

fn compare_pair(
    base_file: File<'_>,
    head_file: File<'_>,
    base: Option<&Unit<'_>>,
    head: Option<&Unit<'_>>,
    found: &mut Vec<Raw>,
) {
    let broken = |unit: Option<&Unit<'_>>| unit.is_some_and(|unit| unit.node.has_error());
    if broken(base) || broken(head) {
        return;
    }
    let pair = Pair {
        base,
        head,
        base_file,
        head_file,
    };
    let scope = head.or(base).map_or("", |unit| unit.qualname.as_str());
    for rule in enabled(head_file) {
        let mut reporter = Reporter::default();
        rule.compare(&pair, &mut reporter);
        let drafts = reporter.into_drafts().into_iter();
        found.extend(drafts.map(|draft| raw(head_file.source, rule, draft, scope)));
    }
}
