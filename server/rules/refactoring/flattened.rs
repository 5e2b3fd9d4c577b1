//! Statements of a function that stand less deep: a nested block that is flattened.

use std::collections::HashMap;
use std::ops::Range;

use super::draft;
use super::rearranged::{Changed, groups, line_of};
use crate::compare::canonical::tokens;
use crate::compare::statements::Statement;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::outline::Kind;
use crate::syntax::unit::definition_node;

/// Fewer statements may leave a block because they did not belong to it.
const FEWEST: usize = 6;

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    // What a test does stays the same in another block.
    if change.head.is_test {
        return;
    }
    let (gone, come) = groups(change);
    for (index, new) in &come {
        let one = &change.head.outline.definitions[*index];
        let Some(old) = old_of(change, &gone, *index) else {
            continue;
        };
        if one.kind == Kind::Class || is_same(change, *index) {
            continue;
        }
        let Some((count, first, was)) = less_deep(old, new) else {
            continue;
        };
        let message = format!("{count} statements stand less deep here than in production");
        let place = line_of(change.base.source, was);
        report(reporter, line_of(change.head.source, first), message, place);
    }
}

fn old_of<'c, 'p, 'a>(
    change: &FileChange<'_>,
    gone: &'c Changed<'p, 'a>,
    index: usize,
) -> Option<&'c Vec<&'p Statement<'a>>> {
    gone.get(&change.matching.base_of(index)?)
}

/// Whether the whole definition says what it said: the comparison of lines may pair lines that only
/// look alike.
fn is_same(change: &FileChange<'_>, index: usize) -> bool {
    let Some(partner) = change.matching.base_of(index) else {
        return false;
    };
    let (base, head) = (change.base, change.head);
    let old = definition_node(base.source, &base.outline.definitions[partner]);
    let new = definition_node(head.source, &head.outline.definitions[index]);
    let both = old.zip(new);
    both.is_some_and(|(old, new)| tokens(base.source, old) == tokens(head.source, new))
}

fn report(reporter: &mut Reporter, span: Range<usize>, message: String, place: Range<usize>) {
    reporter.report(
        Draft {
            confidence: Confidence::Possible,
            ..draft(span, message, "depth")
        }
        .production(place, "production's block"),
    );
}

/// How many statements stand less deep, if most do, with the first of them on both sides.
fn less_deep<'p, 'a>(
    old: &[&'p Statement<'a>],
    new: &[&'p Statement<'a>],
) -> Option<(usize, &'p Statement<'a>, &'p Statement<'a>)> {
    let mut left = HashMap::<String, Vec<&'p Statement<'a>>>::new();
    for one in old.iter().rev() {
        left.entry(said(one)).or_default().push(one);
    }
    let (mut less, mut other, mut first) = (0, 0, None);
    for one in new {
        match left.get_mut(&said(one)).and_then(Vec::pop) {
            Some(was) if one.depth < was.depth => {
                less += 1;
                first = first.or(Some((*one, was)));
            }
            _ => other += 1,
        }
    }
    let (one, was) = first?;
    (FEWEST <= less && other <= less).then_some((less, one, was))
}

fn said(statement: &Statement<'_>) -> String {
    let texts: Vec<&str> = statement.tokens.iter().map(|one| &*one.text).collect();
    format!("{} {}", statement.node.kind(), texts.join(" "))
}
