//! `disabled-test`: a test of production is skipped, gone, or proves less.
//!
//! `assertions` reads what a test proves (`strength` how much each statement does), `weaker`
//! compares both sides, `files` looks at whole files, `skips` reads what keeps a test from running, `cases` the cases that it
//! runs on, `collected` whether it is found at all, `fix` brings production's back.

mod assertions;
mod cases;
mod collected;
mod files;
mod fix;
mod skips;
mod strength;
mod weaker;

use super::{FileChange, Finding, FixContext, Group, LoneFile, Meta, Pair, Reporter, Rule, Trial};
use crate::fixes::Fix;

/// A test of production is skipped, gone, or proves less.
pub struct DisabledTest;

static META: Meta = Meta {
    name: "disabled-test",
    group: Group::Shortcuts,
    highest: super::Confidence::Certain,
    checklist: "All existing tests still pass",
    noqa: &[],
    docs: include_str!("../docs/disabled-test.md"),
    pattern: None,
};

impl Rule for DisabledTest {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        files::renamed(change, reporter);
    }

    fn deleted_file(&self, deleted: &LoneFile<'_>, reporter: &mut Reporter) {
        files::deleted(deleted, reporter);
    }

    fn compare(&self, pair: &Pair<'_>, reporter: &mut Reporter) {
        if !pair.head_file.is_test {
            return;
        }
        match (pair.base, pair.head) {
            (Some(base), Some(head)) => {
                collected::renamed(pair, base, head, reporter);
                skips::compare(base, head, reporter);
                cases::compare(base, head, reporter);
                weaker::compare(pair, base, head, reporter);
            }
            (Some(base), None) => collected::removed(pair, base, reporter),
            (None, Some(head)) => {
                collected::hides_another(pair, head, reporter);
                skips::born_disabled(head, reporter);
            }
            (None, None) => {}
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fixes(context, finding)
    }
}
