//! A branch for what was deferred, made without touching the work tree.

use std::collections::BTreeMap;
use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{ErrorCode, FileMode};

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
    /// Makes the branch `name` at the commit `start`, with one commit in which each of `files` (path
    /// and text) is as given. The work tree, the index and HEAD stay as they are. Gives the new
    /// commit's id.
    ///
    /// # Errors
    /// [`FeatureError`]; there is no such branch then.
    pub fn feature_branch(
        &self,
        name: &str,
        start: &str,
        files: &BTreeMap<String, String>,
        message: &str,
    ) -> Result<String, FeatureError> {
        self.with(|git| Ok(branch(git, name, start, files, message)))
            .map_err(FeatureError::from)?
    }

    /// What the file at `path` holds at a commit, if it is there and UTF-8.
    #[must_use]
    pub fn file_at(&self, commit: &str, path: &str) -> Option<String> {
        let blob = self.with(|git| {
            let tree = git.find_commit(commit.parse()?)?.tree()?;
            Ok(tree.get_path(Path::new(path))?.id().to_string())
        });
        self.blob_text(&blob.ok()?)
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
    files: &BTreeMap<String, String>,
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
    // As git does: the environment first (`GIT_AUTHOR_NAME`, …), then the configuration.
    let author = git.author_from_env().map_err(|_| FeatureError::Nobody)?;
    let committer = git.committer_from_env().map_err(|_| FeatureError::Nobody)?;
    let start = git.find_commit(start.parse().map_err(FeatureError::from)?)?;
    let old = start.tree()?;
    let mut update = TreeUpdateBuilder::new();
    for (path, text) in files {
        let mode = match old.get_path(Path::new(path))?.filemode() {
            0o100_755 => FileMode::BlobExecutable,
            _ => FileMode::Blob,
        };
        update.upsert(path.as_str(), git.blob(text.as_bytes())?, mode);
    }
    let tree = git.find_tree(update.create_updated(git, &old)?)?;
    let commit = git.commit(None, &author, &committer, message, &tree, &[&start])?;
    git.branch(name, &git.find_commit(commit)?, false)?;
    Ok(commit.to_string())
}
