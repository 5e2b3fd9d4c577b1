//! A repository that can be asked from every thread.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::base::NotComparable;
use super::cache::Cache;
use super::changed::GoneList;
use super::error::BaseError;
use super::head::{self, HeadState};
use super::locate;

/// How many bytes of production text one repository keeps.
const TEXT_CACHE_BYTES: usize = 64 * 1024 * 1024;
/// How many merge bases one repository keeps.
const MERGE_BASE_CACHE: usize = 256;
/// How many idle handles one repository keeps: more threads than this seldom ask at once.
const IDLE_HANDLES: usize = 4;

/// The merge base of two commits and how many there are.
pub(super) type MergeBase = Option<(git2::Oid, usize)>;

/// What a production blob holds.
pub(super) type Text = Result<Arc<str>, NotComparable>;

/// A repository with a work tree. `Send` and `Sync`: libgit2's own handles are lent out of a small
/// pool, one per caller at a time. Everything reads git and disk, so call it from worker threads.
pub struct Repository {
    root: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
    idle: Mutex<Vec<git2::Repository>>,
    pub(super) texts: Cache<git2::Oid, Text>,
    pub(super) merge_bases: Cache<(git2::Oid, git2::Oid), MergeBase>,
    pub(super) gone: Mutex<Option<GoneList>>,
    /// Files of the last list of changes whose names are not UTF-8.
    pub(super) unnameable: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

impl Repository {
    /// The repository that holds `path`, a file or folder that need not exist yet. A linked work
    /// tree and a submodule are repositories of their own; links in the path are resolved.
    ///
    /// # Errors
    /// [`BaseError`] when there is none, or it is bare, foreign, or of an unsupported format.
    pub fn discover(path: &Path) -> Result<Self, BaseError> {
        let git = locate::discover(path)?;
        let root = git.workdir().unwrap_or_else(|| git.path());
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        Ok(Self {
            root: real(root),
            git_dir: real(git.path()),
            common_dir: real(git.commondir()),
            idle: Mutex::new(vec![git]),
            texts: Cache::new(TEXT_CACHE_BYTES),
            merge_bases: Cache::new(MERGE_BASE_CACHE),
            gone: Mutex::new(None),
            unnameable: Mutex::default(),
        })
    }

    /// The root of the work tree, absolute, links resolved.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Git's folder of this work tree (holds `HEAD`).
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Git's folder that all linked work trees share (holds `refs` and `packed-refs`).
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// `file` relative to [`Self::root`], with `/`. The last component may be a link itself.
    ///
    /// # Errors
    /// [`NotComparable::Outside`] when the file lies elsewhere or in git's own folder.
    pub fn relative(&self, file: &Path) -> Result<String, NotComparable> {
        locate::relative(&self.root, file).ok_or_else(|| NotComparable::Outside {
            root: self.root.display().to_string(),
        })
    }

    /// Where HEAD stands now.
    ///
    /// # Errors
    /// [`BaseError::Git`] when HEAD cannot be read.
    pub fn head(&self) -> Result<HeadState, BaseError> {
        self.with(head::read)
    }

    /// Lends a handle to `ask`.
    pub(super) fn with<T>(
        &self,
        ask: impl FnOnce(&git2::Repository) -> Result<T, BaseError>,
    ) -> Result<T, BaseError> {
        let idle = self.handles().pop();
        let git = match idle {
            Some(git) => git,
            None => locate::open(self.way_in(), &self.root)?,
        };
        let answer = ask(&git);
        let mut handles = self.handles();
        if handles.len() < IDLE_HANDLES {
            handles.push(git);
        }
        answer
    }

    /// A handle of its own, for who adds to its object database.
    pub(super) fn fresh(&self) -> Result<git2::Repository, BaseError> {
        locate::open(self.way_in(), &self.root)
    }

    /// What libgit2 opens. From a git folder that lies elsewhere it would guess the wrong work tree,
    /// and with it the wrong ignore rules; from the work tree it finds the git folder.
    fn way_in(&self) -> &Path {
        if self.root.join(".git").exists() {
            &self.root
        } else {
            &self.git_dir
        }
    }

    /// Forgets the idle handles. A handle remembers the configuration and the border of a shallow
    /// clone as they were when it was opened, and both change under a running server.
    pub(super) fn reopen(&self) {
        self.handles().clear();
    }

    fn handles(&self) -> std::sync::MutexGuard<'_, Vec<git2::Repository>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
