//! Temporary folders that are recognised when their maker was killed.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How the folders' names begin.
const PREFIX: &str = "hotfix-ls-prove-";

/// The file whose lock says that the folder is in use. The system gives the lock up when the process
/// ends, however it ends.
const LOCK: &str = "lock";

/// A folder younger than this may be one that somebody is just about to lock.
const SETTLED: Duration = Duration::from_secs(30);

/// A temporary folder that only its owner can read. It goes away with this value.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes and locks it.
    pub fn make() -> io::Result<Self> {
        // Links resolved, because Python shows and compares resolved paths.
        let temporary = std::env::temp_dir().canonicalize()?;
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(temporary)?;
        let lock = File::create(folder.path().join(LOCK))?;
        lock.try_lock().map_err(io::Error::from)?;
        Ok(Self {
            path: folder.keep(),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes the folders that killed runs left behind.
pub(super) fn sweep() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // A link of that name leads to somebody else's folder.
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_left(&entry.path()) {
            remove(&entry.path());
        }
    }
}

fn is_left(folder: &Path) -> bool {
    let about = folder.metadata();
    let made = about.and_then(|about| about.modified());
    let now = SystemTime::now();
    if !made.is_ok_and(|made| now.duration_since(made).is_ok_and(|age| SETTLED < age)) {
        return false;
    }
    match File::open(folder.join(LOCK)) {
        Ok(lock) => !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Removes a folder, also one in which a test took the right to do so away.
pub(in crate::checklist::proof) fn remove(folder: &Path) {
    if fs::remove_dir_all(folder).is_ok() || !folder.exists() {
        return;
    }
    make_removable(folder);
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, folder = %folder.display(), "a temporary folder stays");
    }
}

#[cfg(unix)]
fn make_removable(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_removable(&entry.path());
        }
    }
}

#[cfg(not(unix))]
fn make_removable(_folder: &Path) {}
