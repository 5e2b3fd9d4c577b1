//! `revert-conflict`: production went on where the hotfix changes it, so that a plain revert of the
//! hotfix does not apply.

use std::ops::Range;

use super::{Confidence, Draft, FileChange, Group, LoneFile, Meta, Reporter, Rule, Trial};
use crate::syntax::Source;

pub struct RevertConflict;

static META: Meta = Meta {
    name: "revert-conflict",
    group: Group::Rollback,
    highest: Confidence::Likely,
    checklist: "Rollback plan in place",
    noqa: &[],
    docs: include_str!("docs/revert-conflict.md"),
    pattern: None,
};

impl Rule for RevertConflict {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        if change.branch.conflicts.contains(change.path) {
            let first = change.hunks.first().map(|hunk| hunk.shown_in_head().start);
            reporter.report(draft(line(change.head.source, first.unwrap_or(0) as usize)));
        }
    }

    fn added_file(&self, added: &LoneFile<'_>, reporter: &mut Reporter) {
        if added.branch.conflicts.contains(added.path) {
            reporter.report(draft(line(added.file.source, 0)));
        }
    }
}

fn draft(span: Range<usize>) -> Draft {
    let message = "Production has changed the same place since the hotfix left it: neither the \
                   merge nor a later revert applies by itself"
        .to_owned();
    Draft {
        detail: "revert".to_owned(),
        ..Draft::over(span, Confidence::Likely, message)
    }
}

/// What stands on a line, or on the last one where there are fewer.
fn line(source: &Source, line: usize) -> Range<usize> {
    let lines = source.lines();
    let line = line.min(lines.count().saturating_sub(1));
    let content = lines.content(line, source.text());
    let text = &source.text()[content.clone()];
    let start = content.start + (text.len() - text.trim_start().len());
    start..content.end
}
