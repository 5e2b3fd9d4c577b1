//! What an open document or a changed file is compared with.

use std::path::PathBuf;
use std::sync::Arc;

use super::status::Mode;
use crate::analysis::{Comparison, Snapshot};
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
            cancel,
        }
    }

    /// Production's text, if production has the file.
    pub fn production(&self) -> Option<&str> {
        match &self.comparison {
            Comparison::AllNew => None,
            Comparison::Production(base) => Some(&base.production.text),
        }
    }
}
