//! What commands have shown so far, for the checklist.

use super::stamp::stamp;
use super::types::{Proof, Stamp};
use super::verify::{SuiteKind, SuiteResult, Verification};
use super::{load, store};
use crate::checklist::items::{Evidence, Outcome};
use crate::checklist::rollback;
use crate::config::Settings;
use crate::vcs::{BaseCommit, BaseError, Repository};

/// What `prove` and `verify` have shown on this branch, and whether it still holds; and the
/// rollback, tried out now.
///
/// # Errors
/// [`BaseError`] when git cannot be read.
pub fn evidence(
    repository: &Repository,
    base: &BaseCommit,
    version: Option<&str>,
    settings: &Settings,
) -> Result<Evidence, BaseError> {
    let changes = repository.changed_files(base)?;
    let now = stamp(repository, base, &changes, settings);
    let branch = base.branch.as_deref();
    let proof: Option<Proof> = load(repository, store::PROOF, branch);
    let suites: Option<Verification> = load(repository, store::VERIFICATION, branch);
    let plan = rollback::plan(repository, base, version, settings)?;
    Ok(Evidence {
        proof: proof.map(|proof| Outcome {
            is_good: proof.verdict.is_proven(),
            is_stale: proof.stamp != now,
            says: proof.summary,
        }),
        unit: suite(suites.as_ref(), SuiteKind::Unit, &now),
        integration: suite(suites.as_ref(), SuiteKind::Integration, &now),
        smoke: suite(suites.as_ref(), SuiteKind::Smoke, &now),
        rollback: plan.tried().map(|says| Outcome {
            is_good: plan.rehearsal.as_ref().is_some_and(|it| it.clean),
            is_stale: false,
            says: says.trim_end_matches('.').to_owned(),
        }),
    })
}

fn suite(suites: Option<&Verification>, kind: SuiteKind, now: &Stamp) -> Option<Outcome> {
    let mut suites = suites?.suites.iter();
    let suite = suites.find(|it| it.kind == kind && it.result != SuiteResult::NotConfigured)?;
    Some(Outcome {
        is_good: suite.result == SuiteResult::Passed,
        is_stale: suite.stamp != *now,
        says: suite.summary.clone(),
    })
}
