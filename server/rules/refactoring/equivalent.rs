//! Code that is written another way and does the same.

use super::draft;
use super::rearranged::line_of;
use crate::compare::edits::Part;
use crate::compare::statements::{Statement, one_way, untyped};
use crate::rules::{Confidence, Draft, FileChange, Reporter};

/// In longer hunks nothing is looked for.
const MOST_STATEMENTS: usize = 200;

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    for hunk in 0..change.hunks.len() {
        let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
        let same = change.edits.same_code(hunk).is_some();
        if base.broken || head.broken || same || MOST_STATEMENTS < head.statements.len() {
            continue;
        }
        let Some((old, new)) = pair(base, head) else {
            continue;
        };
        let span = line_of(change.head.source, new);
        let place = line_of(change.base.source, old);
        let message = "This is only written another way: production's does the same".to_owned();
        reporter.report(
            Draft {
                confidence: Confidence::Possible,
                ..draft(span, message, "way")
            }
            .production(place, "production's way"),
        );
    }
}

/// The first two statements that are written in different ways.
fn pair<'p, 'a>(
    base: Part<'p, 'a>,
    head: Part<'p, 'a>,
) -> Option<(&'p Statement<'a>, &'p Statement<'a>)> {
    if base.statements.len() != head.statements.len() {
        return None;
    }
    let mut pairs = base.statements.iter().zip(head.statements);
    pairs.find(|(old, new)| {
        let docstring = |one: &Statement<'_>| {
            one.tokens
                .first()
                .is_some_and(|one| one.text == "docstring")
        };
        old.tokens != new.tokens
            && old.depth == new.depth
            && old.node.kind() == new.node.kind()
            && !docstring(old)
            && !docstring(new)
            && one_way(base.source, old) == one_way(head.source, new)
            && untyped(base.source, old) != untyped(head.source, new)
    })
}
