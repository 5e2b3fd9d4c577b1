//! Why nothing in a repository can be judged at all.

use std::path::{Path, PathBuf};

/// Why the base of a repository cannot be known. It is always shown and always exit code 2: a base
/// that is unknown must never look like "0 findings". `Display` is one sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseError {
    /// No git repository around the path.
    #[error("{} is in no git repository: run `hotfix-ls check --all` to judge files without git", path.display())]
    NotARepository {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// A repository without a work tree.
    #[error("{} is a bare repository: run this in a clone that has a work tree", path.display())]
    Bare {
        /// The repository's folder.
        path: PathBuf,
    },
    /// The repository belongs to another user, so git would not trust its configuration either.
    #[error(
        "{} belongs to another user: if you trust it, run `git config --global --add safe.directory {}`",
        path.display(), shell_word(path)
    )]
    ForeignOwner {
        /// The folder that has to be trusted.
        path: PathBuf,
    },
    /// Refs are kept in a reftable.
    #[error(
        "reftable is not supported: run `git refs migrate --ref-format=files` in this repository"
    )]
    Reftable,
    /// Object names are SHA-256.
    #[error(
        "SHA-256 repositories are not supported: run `hotfix-ls compare OLD NEW` on two folders instead"
    )]
    Sha256,
    /// Another format extension that is not understood.
    #[error(
        "this repository's format is not supported ({message}): run `hotfix-ls compare OLD NEW` on two folders instead"
    )]
    UnsupportedFormat {
        /// What libgit2 says of it.
        message: String,
    },
    /// HEAD names a branch that has no commit.
    #[error(
        "branch {branch} has no commit yet: start it from production with `git switch --force-create {branch} PRODUCTION`"
    )]
    Unborn {
        /// The branch's short name.
        branch: String,
    },
    /// Nothing that could be production exists here.
    #[error(
        "no production ref found (no origin/HEAD, no branch {names}, no tag): set `production` or pass `--base REF`"
    )]
    NoProduction {
        /// The branch names that were tried.
        names: String,
    },
    /// Nothing that could be production exists in this shallow clone.
    #[error(
        "this shallow clone holds no production ref: run `git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'`"
    )]
    ShallowWithoutProduction,
    /// None of the refs of the setting `production` exists.
    #[error(
        "none of the refs in `production` exists here ({names}): fetch one of them or correct the setting"
    )]
    UnknownProduction {
        /// The setting's refs.
        names: String,
    },
    /// The ref that the user asked for does not exist.
    #[error("there is no ref or commit {name}: check the spelling or run `git fetch`")]
    UnknownReference {
        /// What the user wrote.
        name: String,
    },
    /// The user's ref exists but leads to no commit.
    #[error("{name} is not a commit: name a branch, a tag or a commit")]
    NotACommit {
        /// What the user wrote.
        name: String,
    },
    /// HEAD and production share no commit.
    #[error(
        "HEAD and {reference} have no commit in common: name another production ref with `--base REF`"
    )]
    NoCommonAncestor {
        /// The production ref as a person writes it.
        reference: String,
    },
    /// The merge base lies beyond the border of a shallow clone.
    #[error(
        "this shallow clone ends before HEAD and {reference} meet: run `git fetch --unshallow`"
    )]
    Shallow {
        /// The production ref as a person writes it.
        reference: String,
    },
    /// A commit or a folder of a partial clone was never fetched.
    #[error(
        "part of production was not fetched into this partial clone: run `git ls-tree -rt {commit}` once to fetch it"
    )]
    MissingHistory {
        /// The commit whose folders are needed.
        commit: String,
    },
    /// Git did not end.
    #[error(
        "git did not say within {seconds} seconds what this branch changes: run `git status` in this repository to see what holds it up"
    )]
    TooSlow {
        /// How long it had.
        seconds: u64,
    },
    /// Git itself failed; the repository is probably damaged.
    #[error("git cannot read this repository ({message}): run `git fsck`")]
    Git {
        /// What libgit2 says.
        message: String,
    },
}

impl From<git2::Error> for BaseError {
    fn from(error: git2::Error) -> Self {
        Self::Git {
            message: error.message().trim_end_matches('.').to_owned(),
        }
    }
}

/// The path as one word of a POSIX shell, so that the advice can be pasted.
fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,\\".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_can_be_pasted_when_the_path_has_a_space() {
        let error = BaseError::ForeignOwner {
            path: PathBuf::from("/srv/it's mine"),
        };
        assert!(
            error
                .to_string()
                .ends_with(r"--add safe.directory '/srv/it'\''s mine'`")
        );
    }
}
