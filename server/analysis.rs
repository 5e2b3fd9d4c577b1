//! Snapshot → findings: the pure core that the language server and the command line share.

use std::ops::Range;
use std::sync::Arc;

use crate::config::Settings;
use crate::fixes::Fix;
use crate::rules::Finding;
use crate::syntax::{Cancel, Cancelled, Source};
use crate::vcs::{Hunk, Production};

/// Everything one analysis needs, immutable and cheap to clone.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The file's path relative to its repository, with `/` (decides what is a test).
    pub path: String,
    /// What the user has now.
    pub head: Source,
    /// What it is compared with.
    pub base: Comparison,
    /// The team's settings.
    pub settings: Arc<Settings>,
    /// The hotfix's version (`v1.2.1`), for the hotfix comment.
    pub version: Option<String>,
    /// Polled between steps.
    pub cancel: Cancel,
}

/// The base of one analysis: only the states in which something is judged.
#[derive(Debug, Clone)]
pub enum Comparison {
    /// Everything in the file is new (an added file, `check --all`).
    AllNew,
    /// Compared with production's version.
    Production(Arc<BaseSide>),
}

/// Production's version, parsed when first needed and kept while the base stays.
#[derive(Debug)]
pub struct BaseSide {
    /// The file as production has it.
    pub production: Arc<Production>,
}

impl BaseSide {
    /// Wraps a production version; parsing waits until somebody asks.
    #[must_use]
    pub fn new(production: Arc<Production>) -> Self {
        Self { production }
    }
}

/// The outcome of one analysis.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What is shown, sorted by place.
    pub findings: Vec<Finding>,
    /// What a comment of the user allows, with its reason (for the report).
    pub allowed: Vec<Finding>,
    /// What the hotfix changes in this file.
    pub hunks: Vec<Hunk>,
}

/// Judges one snapshot.
///
/// # Errors
/// [`Cancelled`] when the snapshot's flag was set meanwhile.
pub fn analyse(snapshot: &Snapshot) -> Result<Report, Cancelled> {
    snapshot.cancel.check()?;
    Ok(Report::default())
}

/// The fixes of one finding of this snapshot, the preferred one first.
#[must_use]
pub fn fixes(_snapshot: &Snapshot, _finding: &Finding) -> Vec<Fix> {
    Vec::new()
}

/// What can be done with any hunk that touches `range` (bytes of head): hotfix comment,
/// docstring note, restore production's hunk or definition.
#[must_use]
pub fn hunk_actions(_snapshot: &Snapshot, _range: Range<usize>) -> Vec<Fix> {
    Vec::new()
}

/// One fix that holds every safe preferred fix of the report that does not get in another's way.
#[must_use]
pub fn fix_all(_snapshot: &Snapshot, _report: &Report) -> Option<Fix> {
    None
}
