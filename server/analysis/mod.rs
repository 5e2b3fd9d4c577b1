//! Snapshot → findings: the pure core that the language server and the command line share.
//!
//! Rules run on both sides of every definition that the hotfix touches; what production has as
//! well is subtracted (`compare::subtract`). Nothing here reads git, disk or clock.

mod acknowledge;
mod actions;
mod allow;
mod base_side;
mod complete;
mod findings;
mod judge;
mod leaving;
mod marks;
mod newness;
mod pairs;
mod places;
mod repeated;
pub mod risk;
mod side;
mod touched;
mod trials;

use std::ops::Range;
use std::sync::Arc;

pub use acknowledge::acknowledge;
pub use actions::{fix_all, fixes, hunk_actions, restore_imports, restore_layout};
pub use allow::{Allow, allow_at, allows};
pub use base_side::BaseSide;
pub use complete::{Completion, completions};
pub use judge::{Analysis, Partial, Skeleton};
pub use leaving::{Leaving, leaving};
pub use marks::marked;
pub use trials::Trials;

use crate::compare::branch::Branch;
use crate::config::Settings;
use crate::rules::{self, Finding};
use crate::syntax::{Cancel, Cancelled, Source};
use crate::vcs::Hunk;

/// Everything one analysis needs, immutable and cheap to clone.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The file's path relative to its repository, with `/`.
    pub path: String,
    /// Whether the file holds tests (`config::Settings::is_test`).
    pub is_test: bool,
    /// What the user has now.
    pub head: Source,
    /// What it is compared with.
    pub base: Comparison,
    /// The team's settings.
    pub settings: Arc<Settings>,
    /// The hotfix's version (`v1.2.1`), for the hotfix comment.
    pub version: Option<String>,
    /// What the branch does to all of its files; none where that is not known (yet).
    pub branch: Option<Arc<Branch>>,
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
    /// Production's version of a file that the hotfix deletes; head is empty.
    Gone(Arc<BaseSide>),
}

impl Comparison {
    /// Production's version, if production has the file.
    #[must_use]
    pub fn production(&self) -> Option<&Arc<BaseSide>> {
        match self {
            Self::AllNew => None,
            Self::Production(side) | Self::Gone(side) => Some(side),
        }
    }
}

/// The outcome of one analysis.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What is shown, sorted by place.
    pub findings: Vec<Finding>,
    /// What a comment of the user allows (for the report of deliberate exceptions).
    pub allowed: Vec<Finding>,
    /// What the hotfix changes in this file.
    pub hunks: Vec<Hunk>,
    /// Bytes of head that could not be judged, because their syntax is broken just now. A caller
    /// that has older findings there keeps them.
    pub unjudged: Vec<Range<usize>>,
}

/// Judges one snapshot.
///
/// # Errors
/// [`Cancelled`] when the snapshot's flag was set meanwhile.
pub fn analyse(snapshot: &Snapshot) -> Result<Report, Cancelled> {
    Analysis::new(snapshot).whole()
}

/// The text of the file at `path` (relative to the repository, with `/`), parsed if it is Python.
#[must_use]
pub fn source(path: &str, text: impl Into<Arc<str>>) -> Source {
    if rules::read_other(path) {
        Source::plain(text)
    } else {
        Source::parse(text)
    }
}

impl Snapshot {
    /// What the hotfix changes; the whole file where all of it is new.
    #[must_use]
    pub fn hunks(&self) -> Vec<Hunk> {
        match &self.base {
            Comparison::AllNew => {
                let lines = u32::try_from(self.head.lines().count()).unwrap_or(u32::MAX);
                vec![Hunk {
                    base: 0..0,
                    head: 0..lines,
                }]
            }
            Comparison::Production(side) => side.hunks(self.head.text()),
            Comparison::Gone(side) => {
                let lines = u32::try_from(side.source().lines().count()).unwrap_or(u32::MAX);
                vec![Hunk {
                    base: 0..lines,
                    head: 0..0,
                }]
            }
        }
    }
}
