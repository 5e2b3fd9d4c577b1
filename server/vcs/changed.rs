//! What the branch changes: production's tree against the work tree, new files included.
//!
//! Git (or libgit2, where git is not installed) only says which paths *may* differ; each of them is
//! then judged here by its bytes. So a file that was merely touched, or that differs in its line
//! ends alone, is not listed, and no filter of the repository has to run to find that out.

mod child;
mod command;
mod library;
mod rename;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use git2::{ObjectType, Oid};

use super::blob::{self, LIMIT_BYTES};
use super::error::BaseError;
use super::lookup::{self, Entry};
use super::repository::Repository;
use super::scope::BaseCommit;

/// How long a list of deleted files is believed. A plain `mv` moves no ref that could tell; `check`
/// asks for many new files in a row.
const FRESH: Duration = Duration::from_secs(2);

/// How coarse the times of files may be: a list that began less than this after a file came to its
/// path may have missed the file's old path.
const COARSE: Duration = Duration::from_millis(100);

/// A file that differs from production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path relative to the root, with `/`; of a deleted file the path it had.
    pub path: String,
    /// How it differs.
    pub change: FileChange,
}

/// How a file differs from production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChange {
    /// Production does not have it. Untracked files count, ignored ones do not.
    Added,
    /// Its content differs.
    Modified,
    /// Production has it by another name, which is gone here; its content may differ as well.
    Renamed {
        /// The path in production.
        from: String,
    },
    /// It is gone.
    Deleted,
    /// A link became a file, a file became a link, or a folder became a file.
    TypeChange,
}

/// A file of production that the work tree lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    pub path: String,
    pub blob: Oid,
}

/// The last list of deleted files: of which base, when, and what.
pub(super) type GoneList = (Oid, SystemTime, Arc<Vec<Gone>>);

impl Repository {
    /// The files in which the work tree differs from `base`, sorted by path. Submodules are left
    /// out, and so are files that a sparse checkout leaves out.
    ///
    /// # Errors
    /// [`BaseError`] when git cannot read the base or the work tree.
    pub fn changed_files(&self, base: &BaseCommit) -> Result<Vec<ChangedFile>, BaseError> {
        self.with(|git| {
            let began = SystemTime::now();
            let paths = candidates(git, self.root(), base.id, Untracked::Listed)?;
            let mut changes = Vec::new();
            let mut gone = Vec::new();
            let mut unnameable = Vec::new();
            for path in paths {
                let (change, blob) = judge(git, self.root(), base.id, &path)?;
                if change.is_none() && blob.is_none() && path.contains('\u{fffd}') {
                    unnameable.push(path);
                    continue;
                }
                if let (Some(FileChange::Deleted), Some(blob)) = (&change, blob) {
                    gone.push(Gone {
                        path: path.clone(),
                        blob,
                    });
                }
                changes.extend(change.map(|change| ChangedFile { path, change }));
            }
            *self
                .unnameable
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = unnameable;
            let gone = Arc::new(gone);
            self.remember_gone(base.id, began, &gone);
            self.pair_renames(git, &gone, &mut changes);
            Ok(changes)
        })
    }

    /// The files of the last list whose names are not UTF-8, as they can be shown. They are in no
    /// list of changes, because no path here can name them.
    #[must_use]
    pub fn unnameable(&self) -> Vec<String> {
        let names = self.unnameable.lock();
        names.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The paths of all files that git tracks, relative to the root, with `/`.
    ///
    /// # Errors
    /// [`BaseError`] when git's index cannot be read.
    pub fn tracked_files(&self) -> Result<Vec<String>, BaseError> {
        self.with(|git| {
            let index = git.index()?;
            let paths = index.iter().map(|entry| String::from_utf8(entry.path));
            Ok(paths.filter_map(Result::ok).collect())
        })
    }

    /// The file of production that `path` was renamed from; none when it is really new.
    pub(super) fn renamed_from(
        &self,
        git: &git2::Repository,
        base: &BaseCommit,
        path: &str,
    ) -> Option<Gone> {
        let bytes = read_limited(&self.root().join(path))?;
        let gone = self.gone(git, base.id, came(&self.root().join(path)))?;
        rename::origin(self, git, &gone, path, &bytes).cloned()
    }

    /// The files that production has and the work tree lacks, as they were after `came`.
    fn gone(
        &self,
        git: &git2::Repository,
        base: Oid,
        came: Option<SystemTime>,
    ) -> Option<Arc<Vec<Gone>>> {
        let known = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, began, list)) = known.as_ref()
            && *of == base
            && began.elapsed().is_ok_and(|age| age < FRESH)
            && came.is_some_and(|came| came + COARSE < *began)
        {
            return Some(Arc::clone(list));
        }
        drop(known);
        let began = SystemTime::now();
        let mut list = Vec::new();
        for path in candidates(git, self.root(), base, Untracked::LeftOut).ok()? {
            if let (Some(FileChange::Deleted), Some(blob)) =
                judge(git, self.root(), base, &path).ok()?
            {
                list.push(Gone { path, blob });
            }
        }
        let list = Arc::new(list);
        self.remember_gone(base, began, &list);
        Some(list)
    }

    fn remember_gone(&self, base: Oid, began: SystemTime, list: &Arc<Vec<Gone>>) {
        let mut known = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((base, began, Arc::clone(list)));
    }

    /// Turns an added and a deleted file with much in common into a renamed one.
    fn pair_renames(&self, git: &git2::Repository, gone: &[Gone], changes: &mut Vec<ChangedFile>) {
        let read = |path: &str| read_limited(&self.root().join(path));
        self.pair_renames_by(git, gone, changes, read);
    }

    /// The same, with the new files' bytes from elsewhere.
    pub(super) fn pair_renames_by(
        &self,
        git: &git2::Repository,
        gone: &[Gone],
        changes: &mut Vec<ChangedFile>,
        read: impl Fn(&str) -> Option<Vec<u8>>,
    ) {
        if gone.is_empty() {
            return;
        }
        let mut left = BTreeSet::new();
        for changed in changes.iter_mut() {
            if changed.change != FileChange::Added {
                continue;
            }
            let Some(bytes) = read(&changed.path) else {
                continue;
            };
            if let Some(origin) = rename::origin(self, git, gone, &changed.path, &bytes) {
                left.insert(origin.path.clone());
                changed.change = FileChange::Renamed {
                    from: origin.path.clone(),
                };
            }
        }
        changes.retain(|it| it.change != FileChange::Deleted || !left.contains(&it.path));
    }
}

/// When the file came to this path: a rename changes its status, not its contents.
#[cfg(unix)]
fn came(path: &Path) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let status = std::fs::metadata(path).ok()?;
    let seconds = u64::try_from(status.ctime()).ok()?;
    let nanos = u32::try_from(status.ctime_nsec()).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos))
}

/// Elsewhere nothing tells it, so that each look-up lists anew.
#[cfg(not(unix))]
fn came(_path: &Path) -> Option<SystemTime> {
    None
}

/// Whether files that git does not track are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Untracked {
    Listed,
    LeftOut,
}

/// The paths that may differ, sorted. Git itself is three times as fast as libgit2 here.
fn candidates(
    git: &git2::Repository,
    root: &Path,
    base: Oid,
    untracked: Untracked,
) -> Result<BTreeSet<String>, BaseError> {
    match command::candidates(root, base, untracked) {
        Ok(paths) => Ok(paths),
        // What holds git up would hold libgit2 up as well, and without a limit.
        Err(reason) if reason.kind() == std::io::ErrorKind::TimedOut => Err(BaseError::TooSlow {
            seconds: command::PATIENCE.as_secs(),
        }),
        Err(reason) => {
            tracing::debug!("libgit2 compares the work tree, because git did not: {reason}");
            library::candidates(git, base, untracked).map_err(|error| explain(git, base, error))
        }
    }
}

/// How one path differs, and production's blob; no change when it does not differ after all.
fn judge(
    git: &git2::Repository,
    root: &Path,
    base: Oid,
    path: &str,
) -> Result<(Option<FileChange>, Option<Oid>), BaseError> {
    let old = lookup::entry(git, base, path).map_err(|error| explain(git, base, error))?;
    let file = root.join(path);
    let new = file.symlink_metadata().ok().filter(|it| !it.is_dir());
    Ok(match (old, new) {
        (Entry::Submodule { .. }, _) | (Entry::Absent | Entry::Folder { .. }, None) => (None, None),
        (Entry::Absent, Some(_)) => (Some(FileChange::Added), None),
        (Entry::Folder { .. }, Some(_)) => (Some(FileChange::TypeChange), None),
        (Entry::File { id, .. } | Entry::Link { id }, None) => {
            (Some(FileChange::Deleted), Some(id))
        }
        (Entry::File { id, .. }, Some(new)) => {
            // Else a link, or a named pipe: reading that would wait for ever.
            let change = if new.is_file() {
                (!same_content(git, id, &file)).then_some(FileChange::Modified)
            } else {
                Some(FileChange::TypeChange)
            };
            (change, Some(id))
        }
        (Entry::Link { id }, Some(new)) => {
            let change = if new.is_symlink() {
                (!same_target(git, id, &file)).then_some(FileChange::Modified)
            } else {
                Some(FileChange::TypeChange)
            };
            (change, Some(id))
        }
    })
}

/// Tells an object that was not fetched from one that is lost.
fn explain(git: &git2::Repository, base: Oid, error: git2::Error) -> BaseError {
    if lookup::is_unfetched(git, &error) {
        let commit = base.to_string();
        return BaseError::MissingHistory { commit };
    }
    error.into()
}

fn same_target(git: &git2::Repository, id: Oid, link: &Path) -> bool {
    let target = std::fs::read_link(link).ok();
    let target = target.as_deref().and_then(Path::to_str).map(str::as_bytes);
    let blob = git.find_blob(id).ok();
    blob.as_ref().map(git2::Blob::content) == target
}

/// Whether the file holds the blob, apart from line ends and a byte order mark.
fn same_content(git: &git2::Repository, id: Oid, file: &Path) -> bool {
    if Oid::hash_file(ObjectType::Blob, file).is_ok_and(|it| it == id) {
        return true;
    }
    let (Some(bytes), Ok(blob)) = (read_limited(file), git.find_blob(id)) else {
        return false;
    };
    let old = blob::comparable(blob.content());
    old.is_ok() && old == blob::comparable(&bytes)
}

/// The bytes of a regular file that is not too large to be compared.
fn read_limited(file: &Path) -> Option<Vec<u8>> {
    let about = file.symlink_metadata().ok()?;
    if !about.is_file() || LIMIT_BYTES < about.len() {
        return None;
    }
    std::fs::read(file).ok()
}

#[cfg(test)]
mod tests;
