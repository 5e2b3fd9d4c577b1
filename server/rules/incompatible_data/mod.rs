//! `incompatible-data`: a name that outlives the process changes, so that production and the hotfix
//! no longer find what the other one wrote.

mod fields;
mod names;
mod tasks;

use std::ops::Range;

use super::knowledge::public::is_shipped;
use super::{Confidence, Draft, FileChange, Group, Meta, Reporter, Rule, Trial};
use crate::compare::edits::Part;
use names::{Kind, Name};

pub struct IncompatibleData;

static META: Meta = Meta {
    name: "incompatible-data",
    group: Group::Rollback,
    highest: Confidence::Likely,
    checklist: "Rollback plan in place",
    noqa: &[],
    docs: include_str!("../docs/incompatible-data.md"),
    pattern: None,
};

impl Rule for IncompatibleData {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        if change.head.is_test || change.head.source.is_broken() || !is_shipped(change.path) {
            return;
        }
        let assigns = |name: &str| {
            let mut all = change.head.outline.assigned.iter();
            all.any(|(one, _)| one == name)
        };
        if assigns("revision") && assigns("down_revision") {
            // A migration has its own rule.
            return;
        }
        tasks::compare(change, reporter);
        fields::compare(change, reporter);
        for (index, hunk) in change.hunks.iter().enumerate() {
            let was = on_lines(change.edits.base(index), &hunk.base);
            let now = on_lines(change.edits.head(index), &hunk.head);
            let gone = was
                .into_iter()
                .filter(|one| !one.is_in(change.head.source.text()));
            let new: Vec<_> = now
                .into_iter()
                .filter(|one| !one.is_in(change.base.source.text()))
                .collect();
            let mut taken = vec![false; new.len()];
            for old in gone {
                let free = |(at, one): &(usize, &Name<'_>)| one.kind == old.kind && !taken[*at];
                let Some((at, other)) = new.iter().enumerate().find(free) else {
                    continue;
                };
                reporter.report(draft(&old, other));
                taken[at] = true;
            }
        }
    }
}

/// The names on the lines of a hunk: a statement may reach further.
fn on_lines<'a>(part: Part<'_, 'a>, lines: &Range<u32>) -> Vec<Name<'a>> {
    let all = part.statements.iter();
    let all = all.flat_map(|one| names::in_statement(part.source, one));
    all.filter(|one| {
        let line = part.source.lines().line_of(one.span.start);
        u32::try_from(line).is_ok_and(|line| lines.contains(&line))
    })
    .collect()
}

fn draft(old: &Name<'_>, new: &Name<'_>) -> Draft {
    let (was, now) = (old.text, new.text);
    let message = match new.kind {
        Kind::Environment => format!(
            "The environment variable {was} is {now} now: set both until no release reads {was}"
        ),
        Kind::Address => format!(
            "The address {was} is {now} now: callers of {was} fail, and those of {now} after a rollback"
        ),
        Kind::Message => format!(
            "Messages go by {now} and no longer by {was}: what waits under one name is lost for the other release"
        ),
        Kind::Cache => format!(
            "The stored key {was} is {now} now: neither release finds what the other one stored"
        ),
        Kind::Metric => {
            format!("The metric {was} is {now} now: dashboards and alerts on {was} fall silent")
        }
        Kind::Stored => format!(
            "The stored name {was} is {now} now: production and a rollback do not find the data"
        ),
    };
    Draft {
        covers: &["new-feature", "api-change"],
        detail: was.to_owned(),
        ..Draft::over(new.span.clone(), Confidence::Likely, message)
    }
    .production(old.span.clone(), "production's name")
}
