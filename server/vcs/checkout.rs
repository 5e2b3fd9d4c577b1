//! Copies of the repository in other folders: plain files, without a work tree that git knows of.
//!
//! `git worktree add` would leave an entry in `.git/worktrees` when its maker is killed, run the
//! hooks of the repository and lock the branch. A copy that git does not know has none of that.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path};

use git2::{ObjectType, Oid, Tree};

use super::changed::{ChangedFile, FileChange};
use super::error::BaseError;
use super::repository::Repository;

/// Why a copy cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Git cannot read what is copied.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The disk says no.
    #[error("the copy of {path} cannot be written ({error}): make room in the temporary folder")]
    Disk {
        /// The file.
        path: String,
        /// What the disk says.
        error: io::Error,
    },
    /// The copy was given up.
    #[error("stopped before the end")]
    Stopped,
}

/// The modes of a tree's entries that are no plain file.
const MODE_LINK: i32 = 0o120_000;
const MODE_EXECUTABLE: i32 = 0o100_755;

impl Repository {
    /// Writes every file of a commit into the folder `to`. `go_on` is asked before each file.
    /// Submodules are left out; no filter runs. A pointer of Git LFS is replaced by the file of the
    /// work tree when that is there.
    ///
    /// # Errors
    /// [`CopyError`] when the commit cannot be read, the disk says no, or `go_on` does.
    pub fn copy_commit(
        &self,
        commit: &str,
        to: &Path,
        go_on: &dyn Fn() -> bool,
    ) -> Result<(), CopyError> {
        let git = self.fresh()?;
        let id: Oid = commit.parse().map_err(BaseError::from)?;
        let tree = git.find_commit(id).and_then(|commit| commit.tree());
        let tree = tree.map_err(BaseError::from)?;
        self.copy_tree(&git, &tree, "", to, go_on)
    }

    fn copy_tree(
        &self,
        git: &git2::Repository,
        tree: &Tree<'_>,
        above: &str,
        to: &Path,
        go_on: &dyn Fn() -> bool,
    ) -> Result<(), CopyError> {
        for entry in tree {
            let Ok(name) = entry.name() else { continue };
            let path = format!("{above}{name}");
            // A tree made by hand may hold what git itself would never write.
            if matches!(name, "." | ".." | "") || name.eq_ignore_ascii_case(".git") {
                continue;
            }
            if name.contains(['/', '\\']) {
                continue;
            }
            if !go_on() {
                return Err(CopyError::Stopped);
            }
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    let folder = git.find_tree(entry.id()).map_err(BaseError::from)?;
                    let made = fs::create_dir_all(to.join(&path));
                    made.map_err(|error| disk(&path, error))?;
                    self.copy_tree(git, &folder, &format!("{path}/"), to, go_on)?;
                }
                Some(ObjectType::Blob) => {
                    let blob = git.find_blob(entry.id()).map_err(BaseError::from)?;
                    let mode = entry.filemode_raw();
                    self.copy_blob(&blob, &path, mode, to)
                        .map_err(|error| disk(&path, error))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn copy_blob(&self, blob: &git2::Blob<'_>, path: &str, mode: i32, to: &Path) -> io::Result<()> {
        let file = to.join(path);
        if mode == MODE_LINK {
            return link(blob.content(), &file);
        }
        if super::blob::is_lfs_pointer(blob.content()) {
            let here = self.root().join(path);
            if here.symlink_metadata().is_ok_and(|it| it.is_file()) {
                return fs::copy(here, file).map(|_| ());
            }
        }
        let mut out = fs::File::create(&file)?;
        out.write_all(blob.content())?;
        if mode == MODE_EXECUTABLE {
            make_executable(&file)?;
        }
        Ok(())
    }

    /// Brings the copy of production's commit in `to` to what the work tree has, for `changes`.
    ///
    /// # Errors
    /// [`CopyError::Disk`].
    pub fn copy_changes(&self, changes: &[&ChangedFile], to: &Path) -> Result<(), CopyError> {
        for changed in changes {
            if let FileChange::Renamed { from } = &changed.change {
                remove(&to.join(from)).map_err(|error| disk(from, error))?;
            }
            if matches!(changed.change, FileChange::Deleted | FileChange::TypeChange) {
                remove(&to.join(&changed.path)).map_err(|error| disk(&changed.path, error))?;
            }
        }
        for changed in changes {
            if changed.change != FileChange::Deleted {
                self.copy_file(&changed.path, to)?;
            }
        }
        Ok(())
    }

    /// Copies a file or link of the work tree to the same path in `to`. What is neither, or gone
    /// meanwhile, is left out.
    ///
    /// # Errors
    /// [`CopyError::Disk`].
    pub fn copy_file(&self, path: &str, to: &Path) -> Result<(), CopyError> {
        let here = self.root().join(path);
        let Ok(about) = here.symlink_metadata() else {
            return Ok(());
        };
        let copy = || -> io::Result<()> {
            make_folders(to, path)?;
            let file = to.join(path);
            if about.is_symlink() {
                remove(&file)?;
                let target = fs::read_link(&here)?;
                return link(target.as_os_str().as_encoded_bytes(), &file);
            }
            if about.is_file() {
                // Never through a link that production has at this path.
                if file.symlink_metadata().is_ok_and(|it| !it.is_file()) {
                    remove(&file)?;
                }
                fs::copy(&here, &file)?;
            }
            Ok(())
        };
        copy().map_err(|error| disk(path, error))
    }

    /// Files and folders (with a final `/`) that git ignores, relative to the root. What is built
    /// in place is among them, and so are virtual environments.
    ///
    /// # Errors
    /// [`BaseError::Git`].
    pub fn ignored(&self) -> Result<Vec<String>, BaseError> {
        self.with(|git| {
            let mut options = git2::StatusOptions::new();
            options
                .include_untracked(false)
                .include_ignored(true)
                .recurse_ignored_dirs(false)
                .exclude_submodules(true)
                .update_index(false);
            let statuses = git.statuses(Some(&mut options))?;
            let ignored = statuses
                .iter()
                .filter(|entry| entry.status().contains(git2::Status::IGNORED))
                .filter_map(|entry| entry.path().ok().map(str::to_owned));
            Ok(ignored.collect())
        })
    }
}

fn disk(path: &str, error: io::Error) -> CopyError {
    CopyError::Disk {
        path: path.to_owned(),
        error,
    }
}

/// Makes the folders above `path` in `to`. Where production has a link or a file instead, a folder
/// takes its place: following the link could lead out of the copy.
fn make_folders(to: &Path, path: &str) -> io::Result<()> {
    let mut folder = to.to_path_buf();
    let Some(parent) = Path::new(path).parent() else {
        return Ok(());
    };
    for part in parent.components() {
        let Component::Normal(name) = part else {
            return Err(io::Error::other("the path leads out of the repository"));
        };
        folder.push(name);
        match folder.symlink_metadata() {
            Ok(about) if about.is_dir() => continue,
            Ok(_) => fs::remove_file(&folder)?,
            Err(_) => {}
        }
        fs::create_dir(&folder)?;
    }
    Ok(())
}

/// Removes a file, link or folder; nothing there is no error.
fn remove(path: &Path) -> io::Result<()> {
    let gone = match path.symlink_metadata() {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match gone {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(()),
        other => other,
    }
}

#[cfg(unix)]
fn link(target: &[u8], file: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), file)
}

/// Elsewhere a link needs rights that few have; git writes a file with the target as well.
#[cfg(not(unix))]
fn link(target: &[u8], file: &Path) -> io::Result<()> {
    fs::write(file, target)
}

#[cfg(unix)]
fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_file: &Path) -> io::Result<()> {
    Ok(())
}
