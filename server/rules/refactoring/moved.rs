//! Definitions that stand at another place among their neighbours.

use std::collections::BTreeMap;

use super::{draft, name_of};
use crate::compare::canonical::tokens;
use crate::rules::{FileChange, Reporter};
use crate::syntax::outline::Kind;
use crate::syntax::unit::definition_node;

/// Scopes with more definitions than this are not looked at.
const MOST: usize = 2000;

/// What a definition that the hotfix does not touch weighs: it is never said to have moved.
const UNTOUCHED: usize = 10_000;

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let mut scopes = BTreeMap::<usize, Vec<(usize, usize)>>::new();
    for (index, one) in change.head.outline.definitions.iter().enumerate() {
        if one.kind == Kind::Module {
            continue;
        }
        let Some(old) = change.matching.base_of(index) else {
            continue;
        };
        let before = &change.base.outline.definitions[old];
        let together = one.parent == 0 && before.parent == 0
            || change.matching.base_of(one.parent) == Some(before.parent);
        if together {
            scopes.entry(one.parent).or_default().push((index, old));
        }
    }
    for pairs in scopes.values() {
        let sorted = pairs.windows(2).all(|two| two[0].1 < two[1].1);
        if sorted || MOST < pairs.len() {
            continue;
        }
        for (new, old) in out_of_order(change, pairs) {
            report(change, new, old, reporter);
        }
    }
}

/// The pairs outside the heaviest sequence that kept its order.
fn out_of_order(change: &FileChange<'_>, pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let weight = |(new, _): &(usize, usize)| {
        if change.in_head.contains(new) {
            1
        } else {
            UNTOUCHED
        }
    };
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        let before = (0..at)
            .filter(|&other| pairs[other].1 < pair.1)
            .max_by_key(|&other| best[other].0);
        let sum = before.map_or(0, |other| best[other].0) + weight(pair);
        best.push((sum, before));
    }
    let mut kept = vec![false; pairs.len()];
    let mut at = (0..pairs.len()).max_by_key(|&at| best[at].0);
    while let Some(index) = at {
        kept[index] = true;
        at = best[index].1;
    }
    let moved = pairs.iter().zip(kept).filter(|(_, kept)| !kept);
    moved.map(|(pair, _)| *pair).collect()
}

fn report(change: &FileChange<'_>, new: usize, old: usize, reporter: &mut Reporter) {
    let (base, head) = (change.base, change.head);
    let (old, new) = (
        &base.outline.definitions[old],
        &head.outline.definitions[new],
    );
    let (Some(before), Some(now)) = (
        definition_node(base.source, old),
        definition_node(head.source, new),
    ) else {
        return;
    };
    if tokens(base.source, before) != tokens(head.source, now) {
        return;
    }
    let message = format!("{} only moves: production has it elsewhere", new.qualname);
    reporter.report(
        draft(name_of(head.source, new), message, "moved")
            .production(name_of(base.source, old), "its place in production"),
    );
}
