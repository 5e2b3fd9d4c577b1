//! A branch for what was deferred: patches committed on top of production, in memory.

use git2::{Diff, ErrorCode};

use super::error::BaseError;
use super::repository::Repository;

/// Why there is no branch. `Display` is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FeatureError {
    /// There is one of this name.
    #[error("there is a branch {0} already: take another name")]
    Exists(String),
    /// Git does not allow the name.
    #[error("{0} is no name for a branch: take another one")]
    Name(String),
    /// Git does not know who commits.
    #[error("git does not know who you are: set `git config user.name` and `user.email`")]
    Nobody,
    /// A patch does not fit on production.
    #[error("{path} does not fit on production ({message}): apply it by `git apply --3way {path}`")]
    DoesNotFit {
        /// The patch.
        path: String,
        /// What libgit2 says.
        message: String,
    },
    /// Git failed.
    #[error(transparent)]
    Git(#[from] BaseError),
}

impl From<git2::Error> for FeatureError {
    fn from(error: git2::Error) -> Self {
        Self::Git(error.into())
    }
}

impl Repository {
    /// Makes the branch `name` at the commit `start`, with one commit that holds the `patches` (path
    /// and text). The work tree, the index and HEAD stay as they are. Gives the new commit's id.
    ///
    /// # Errors
    /// [`FeatureError`]; there is no such branch then.
    pub fn feature_branch(
        &self,
        name: &str,
        start: &str,
        patches: &[(&str, &str)],
        message: &str,
    ) -> Result<String, FeatureError> {
        self.with(|git| Ok(branch(git, name, start, patches, message)))
            .map_err(FeatureError::from)?
    }

    /// What the blob of this id holds, if it is here and UTF-8.
    #[must_use]
    pub fn blob_text(&self, id: &str) -> Option<String> {
        let text = self.with(|git| {
            let blob = git.find_blob(id.parse()?)?;
            Ok(String::from_utf8(blob.content().to_vec()).ok())
        });
        text.ok().flatten()
    }
}

fn branch(
    git: &git2::Repository,
    name: &str,
    start: &str,
    patches: &[(&str, &str)],
    message: &str,
) -> Result<String, FeatureError> {
    if !git2::Branch::name_is_valid(name)? {
        return Err(FeatureError::Name(name.to_owned()));
    }
    match git.find_branch(name, git2::BranchType::Local) {
        Ok(_) => return Err(FeatureError::Exists(name.to_owned())),
        Err(error) if error.code() == ErrorCode::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let who = git.signature().map_err(|_| FeatureError::Nobody)?;
    let start = git.find_commit(start.parse().map_err(FeatureError::from)?)?;
    let mut tree = start.tree()?;
    for (path, text) in patches {
        let apply = || {
            let diff = Diff::from_buffer(text.as_bytes())?;
            let mut index = git.apply_to_tree(&tree, &diff, None)?;
            git.find_tree(index.write_tree_to(git)?)
        };
        tree = apply().map_err(|error| FeatureError::DoesNotFit {
            path: (*path).to_owned(),
            message: error.message().trim_end_matches('.').to_owned(),
        })?;
    }
    let commit = git.commit(None, &who, &who, message, &tree, &[&start])?;
    git.branch(name, &git.find_commit(commit)?, false)?;
    Ok(commit.to_string())
}
