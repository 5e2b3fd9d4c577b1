//! What users and operators rely on: options, their choices, settings.

use std::collections::BTreeSet;

use super::place_of_deletion;
use crate::rules::knowledge::switches::{self, Kind};
use crate::rules::{Confidence, Draft, FileChange, Reporter};

/// Options and choices that only production's file declares.
pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let (base, head) = (change.base.source, change.head.source.text());
    let mut told = BTreeSet::new();
    for (index, hunk) in change.hunks.iter().enumerate() {
        for statement in change.edits.base(index).statements {
            for one in switches::in_statement(base, statement) {
                let line = u32::try_from(base.lines().line_of(one.span.start));
                let touched = line.is_ok_and(|line| hunk.base.contains(&line));
                let what = match one.kind {
                    Kind::Option => "option",
                    Kind::Choice => "choice",
                    Kind::Declared => "setting",
                    _ => continue,
                };
                if !touched || one.is_known_in(head) || !told.insert(one.name.clone()) {
                    continue;
                }
                let message = format!("The {what} {} is gone: whoever sets it fails", one.name);
                let span = place_of_deletion(change, one.span.start);
                reporter.report(
                    Draft {
                        detail: one.name,
                        ..Draft::over(span, Confidence::Certain, message)
                    }
                    .production(one.span, "production has it"),
                );
            }
        }
    }
}
