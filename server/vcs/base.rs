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

/// Why one file cannot be compared. `Display` is one clear sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// The production version is not UTF-8 text.
    #[error("production's version of this file is not UTF-8 text: convert it before the hotfix")]
    NotUtf8,
    /// The production version holds NUL bytes.
    #[error("production's version of this file is binary: add it to `exclude`")]
    Binary,
    /// The production version is larger than the limit.
    #[error(
        "production's version of this file has {size} bytes and the limit is {limit}: add it to `exclude`"
    )]
    TooLarge {
        /// The blob's size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The production version is a Git LFS pointer, not the text.
    #[error(
        "production's version of this file is a Git LFS pointer: store Python files in git itself, or add it to `exclude`"
    )]
    LfsPointer,
    /// The production version was never fetched into this partial clone.
    #[error(
        "production's version of this file was not fetched into this partial clone: run `git cat-file -p {blob}` once to fetch it"
    )]
    MissingBlob {
        /// The blob's object id.
        blob: String,
    },
    /// The folder that holds the production version was never fetched into this partial clone.
    #[error(
        "production's folders were not fetched into this partial clone: run `git ls-tree -rt {commit}` once to fetch them"
    )]
    MissingFolder {
        /// The base commit.
        commit: String,
    },
    /// A symbolic link, here or in production.
    #[error("this file is a symbolic link, here or in production: open the file that it points to")]
    Symlink,
    /// Production has a submodule at or above this path.
    #[error("production has a submodule at {path}: open the file in the submodule's own checkout")]
    Submodule {
        /// The submodule's path in the outer repository.
        path: String,
    },
    /// Production has a folder where the file is now.
    #[error("production has a folder at {path}: give the file another name")]
    Folder {
        /// The path, relative to the repository.
        path: String,
    },
    /// The file lies outside of the work tree, or in git's own folder.
    #[error("this file is outside of the work tree {root}: open the folder that holds it")]
    Outside {
        /// The root of the work tree.
        root: String,
    },
    /// Git could not read production's version.
    #[error("git cannot read production's version of this file ({message}): run `git fsck`")]
    Git {
        /// What libgit2 says.
        message: String,
    },
}

impl NotComparable {
    /// Whether Python text was there to judge and could not be judged, which is exit code 2. A
    /// link, a submodule and a file elsewhere are judged where they really lie.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(
            self,
            Self::Symlink | Self::Submodule { .. } | Self::Outside { .. }
        )
    }
}

/// Why nothing is judged on purpose, which is exit code 0. `Display` says how to change that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Inactive {
    /// The branch is not a hotfix branch.
    #[error(
        "branch {branch} is not a hotfix branch ({patterns}): set `branches` or use `--base REF`"
    )]
    NotHotfixBranch {
        /// The branch's short name.
        branch: String,
        /// The patterns that were tried.
        patterns: String,
    },
    /// HEAD is on no branch.
    #[error("HEAD is detached at {commit}: switch to the hotfix branch or use `--base REF`")]
    DetachedHead {
        /// The abbreviated object id of HEAD.
        commit: String,
    },
    /// Git ignores the file and production does not have it.
    #[error("{path} is ignored by git: use `check --all {path}` to judge it all the same")]
    Ignored {
        /// The path, relative to the repository.
        path: String,
    },
}
