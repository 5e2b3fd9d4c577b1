//! What a file is compared with.

use std::sync::Arc;

/// What a file is compared with. One enum, so that no rule can forget a state.
#[derive(Debug, Clone)]
pub enum Base {
    /// The file's production version is known.
    Production(Arc<Production>),
    /// Production does not have the file: all of it is new.
    Added,
    /// The file cannot be compared, with the reason that is shown to the user.
    NotComparable(NotComparable),
    /// Nothing is judged here on purpose, with the reason that the status shows.
    Inactive(Inactive),
}

/// A file as production has it.
#[derive(Debug)]
pub struct Production {
    /// The full object id of the base commit (the merge base); empty where there is no git.
    pub commit: String,
    /// The production ref as a person names it (`origin/main`, `v1.2.0`).
    pub reference: String,
    /// The full object id of the file's blob; empty where there is no git.
    pub blob: String,
    /// The path that production knows the file by, relative to the repository, with `/`.
    pub path: String,
    /// The text, made comparable: no byte order mark, `\r\n` folded to `\n`.
    pub text: Arc<str>,
}

/// Why a file cannot be compared. `Display` is one clear sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// The production version is not UTF-8 text.
    #[error("production's version of this file is not UTF-8 text: convert it before the hotfix")]
    NotUtf8,
}

/// Why nothing is judged. `Display` says how to change that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Inactive {
    /// The branch is not a hotfix branch.
    #[error(
        "branch {branch} is not a hotfix branch ({patterns}): set `branches` or use `check --base REF`"
    )]
    NotHotfixBranch {
        /// The branch's short name.
        branch: String,
        /// The patterns that were tried.
        patterns: String,
    },
}
