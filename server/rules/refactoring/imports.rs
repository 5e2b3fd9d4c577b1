//! Imports that only stand in another order.

use super::draft;
use crate::compare::form::reordered_imports;
use crate::rules::{FileChange, Reporter};

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let all = reordered_imports(change.edits, change.hunks.len());
    let first = all.iter().find_map(|&hunk| {
        change
            .edits
            .head(hunk)
            .statements
            .first()
            .map(|one| one.span.clone())
    });
    if let Some(span) = first {
        let message = "Only the order of the imports changes".to_owned();
        reporter.report(draft(span, message, "imports"));
    }
}
