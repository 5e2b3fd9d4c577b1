//! What an open document or a changed file is compared with.

use std::path::PathBuf;
use std::sync::Arc;

use tree_sitter::Tree;

use super::status::{Mode, Status};
use crate::analysis::{Comparison, Snapshot};
use crate::compare::branch::Branch;
use crate::config::Settings;
use crate::syntax::{Cancel, Source};

/// What a document is compared with, as far as it is known.
#[derive(Debug, Clone)]
pub(super) enum FileBase {
    /// The background thread is finding out.
    Loading,
    /// Known: the document is judged.
    Ready(Arc<Ready>),
    /// Nothing is judged, with the reason.
    Silent {
        /// Whether that is on purpose.
        mode: Mode,
        /// One sentence for the status.
        reason: String,
    },
}

impl FileBase {
    /// Nothing is judged on purpose.
    pub fn silent(reason: impl Into<String>) -> Self {
        Self::Silent {
            mode: Mode::Inactive,
            reason: reason.into(),
        }
    }

    /// Whether nothing that happens to the file itself can change this.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Ready(ready) if ready.production().is_some())
    }

    /// Whether judging by `other` would say the same as judging by this.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ready(one), Self::Ready(two)) => one.is_same(two),
            _ => false,
        }
    }

    /// Why nothing is judged.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Silent { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// The status of a file that is in no repository.
    pub fn status(&self) -> Option<Status> {
        match self {
            Self::Silent { mode, reason } => Some(Status::silent(None, *mode, reason)),
            _ => None,
        }
    }

    /// It should be judged and cannot be.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Silent {
            mode: Mode::Error,
            reason: reason.into(),
        }
    }
}

/// All that judging one file needs beside its text.
#[derive(Debug)]
pub(super) struct Ready {
    /// The work tree of its repository.
    pub root: PathBuf,
    /// Its path in the repository, with `/`.
    pub path: String,
    /// Whether the settings say that it holds tests.
    pub is_test: bool,
    pub comparison: Comparison,
    pub settings: Arc<Settings>,
    /// The hotfix's version, for the hotfix comment.
    pub version: Option<String>,
    /// What the branch does to all of its files, once that is known.
    pub branch: Option<Arc<Branch>>,
}

impl Ready {
    /// The snapshot of one text.
    pub fn snapshot(&self, head: Source, cancel: Cancel) -> Snapshot {
        Snapshot {
            path: self.path.clone(),
            is_test: self.is_test,
            head,
            base: self.comparison.clone(),
            settings: Arc::clone(&self.settings),
            version: self.version.clone(),
            branch: self.branch.clone(),
            cancel,
        }
    }

    /// The same for a file that is gone from the disk.
    pub fn without_file(&self) -> Self {
        Self {
            root: self.root.clone(),
            path: self.path.clone(),
            is_test: self.is_test,
            comparison: match &self.comparison {
                Comparison::Production(side) => Comparison::Gone(Arc::clone(side)),
                other => other.clone(),
            },
            settings: Arc::clone(&self.settings),
            version: self.version.clone(),
            branch: self.branch.clone(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let of = |ready: &Self| match &ready.comparison {
            Comparison::AllNew => None,
            Comparison::Production(side) | Comparison::Gone(side) => Some((
                side.production.commit.clone(),
                side.production.reference.clone(),
                side.production.blob.clone(),
            )),
        };
        of(self) == of(other)
            && self.path == other.path
            && self.branch == other.branch
            && self.version == other.version
            && self.settings == other.settings
    }

    /// Parses a text from production's tree.
    pub fn parse_head(&self, text: &str) -> Option<Tree> {
        match &self.comparison {
            Comparison::AllNew | Comparison::Gone(_) => None,
            Comparison::Production(base) => base.parse_head(text),
        }
    }

    /// Whether production has the file under another name.
    pub fn is_moved(&self) -> bool {
        let side = self.comparison.production();
        side.is_some_and(|side| side.is_elsewhere(&self.path))
    }

    /// Production's text, if production has the file.
    pub fn production(&self) -> Option<&str> {
        let side = self.comparison.production()?;
        Some(&side.production.text)
    }
}
