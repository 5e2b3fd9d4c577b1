//! A hotfix that is larger than hotfixes are.

use std::ops::Range;

use super::{Confidence, Draft, FileChange, Group, LoneFile, Meta, Reporter, Rule, Trial};
use crate::compare::branch::Branch;
use crate::compare::size::Oversize;
use crate::syntax::Source;

pub struct OversizedChange;

static META: Meta = Meta {
    name: "oversized-change",
    group: Group::Scope,
    highest: Confidence::Certain,
    checklist: "The change is minimal and targeted",
    noqa: &[],
    docs: include_str!("docs/oversized-change.md"),
    pattern: None,
};

impl Rule for OversizedChange {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        let Some(oversize) = shown_in(change.branch, change.path) else {
            return;
        };
        let first = change.hunks.first().map(|hunk| hunk.shown_in_head().start);
        let span = line(change.head.source, first.unwrap_or(0) as usize);
        reporter.report(draft(span, oversize));
    }

    fn added_file(&self, added: &LoneFile<'_>, reporter: &mut Reporter) {
        if let Some(oversize) = shown_in(added.branch, added.path) {
            reporter.report(draft(line(added.file.source, 0), oversize));
        }
    }
}

/// The branch is one thing, so one file speaks for it: the one with most of the change.
fn shown_in<'a>(branch: &'a Branch, path: &str) -> Option<&'a Oversize> {
    branch.oversize.as_ref().filter(|one| one.path == path)
}

fn draft(span: Range<usize>, oversize: &Oversize) -> Draft {
    let parts = oversize.parts();
    let (confidence, message) = if oversize.is_over() {
        (
            Confidence::Certain,
            format!("The hotfix exceeds its budget ({parts}): keep only the fix"),
        )
    } else {
        (
            Confidence::Likely,
            format!("The hotfix has used most of its budget ({parts})"),
        )
    };
    Draft {
        detail: "size".to_owned(),
        ..Draft::over(span, confidence, message)
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
