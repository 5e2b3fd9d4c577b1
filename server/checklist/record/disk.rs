//! Where a record lies, and how it is read and written.

use std::io;
use std::path::{Path, PathBuf};

use super::{Record, RecordError};
use crate::config::Settings;
use crate::text::{self, WriteError};

/// More than this is no record, in bytes.
const LIMIT_BYTES: u64 = 1024 * 1024;

/// Why a record was not read or written. `Display` is one sentence that says what to do; it does
/// not name the file.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// There is none.
    #[error("there is no record yet: run `hotfix-ls start`")]
    Missing,
    /// It leads out of the repository.
    #[error("it leads out of the repository by a link: remove the link")]
    Outside,
    /// It is not text.
    #[error("it is not UTF-8: save it as UTF-8")]
    NotUtf8,
    /// Its structure is broken.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// It cannot be read.
    #[error("it cannot be read ({0})")]
    Read(io::Error),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// The path of the record of `branch`, relative to the repository with `/`.
#[must_use]
pub fn path(settings: &Settings, branch: &str) -> String {
    // Git allows these in a branch's name, and Windows in no file's.
    let name: String = branch
        .chars()
        .map(|c| if "<>|\"".contains(c) { '-' } else { c })
        .collect();
    settings.record.replace("{branch}", &name)
}

/// Reads the record at `path` (relative) of the repository at `root`.
///
/// # Errors
/// [`DiskError::Missing`] when there is none, else what is wrong with it.
pub fn load(root: &Path, path: &str) -> Result<Record, DiskError> {
    let file = root.join(path);
    if file.symlink_metadata().is_err() {
        return Err(DiskError::Missing);
    }
    inside(root, &file)?;
    let bytes = text::read_regular(&file, LIMIT_BYTES).map_err(DiskError::Read)?;
    let text = String::from_utf8(bytes).map_err(|_| DiskError::NotUtf8)?;
    Ok(Record::parse(text)?)
}

/// Writes a new record, with the folders above it.
///
/// # Errors
/// [`WriteError::Exists`] when there is a file of this name.
pub fn create(root: &Path, path: &str, record: &Record) -> Result<(), DiskError> {
    let file = root.join(path);
    if file.symlink_metadata().is_ok() {
        return Err(WriteError::Exists.into());
    }
    // Looked at before anything is made: a link among the folders may lead anywhere.
    inside(root, &file)?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(WriteError::Io)?;
    }
    inside(root, &file)?;
    text::create(&file, record.text().as_bytes())?;
    Ok(())
}

/// Writes `new` in the place of `old`, which was read from there. Nothing is written when both are
/// equal.
///
/// # Errors
/// [`WriteError::Changed`] when the file does not hold `old` any more.
pub fn save(root: &Path, path: &str, old: &Record, new: &Record) -> Result<(), DiskError> {
    if old.text() == new.text() {
        return Ok(());
    }
    let file = root.join(path);
    inside(root, &file)?;
    text::replace(&file, old.text().as_bytes(), new.text().as_bytes())?;
    Ok(())
}

/// Whether `file`, or the nearest folder above it that exists, lies in the repository. A cloned
/// repository may hold a link to any file of its user.
///
/// # Errors
/// [`DiskError::Outside`] when it does not.
pub(in crate::checklist) fn inside(root: &Path, file: &Path) -> Result<(), DiskError> {
    let real = |path: &Path| -> Option<PathBuf> {
        path.ancestors()
            .find(|path| path.symlink_metadata().is_ok())
            .and_then(|path| path.canonicalize().ok())
    };
    let (Some(root), Some(place)) = (real(root), real(file)) else {
        return Err(DiskError::Outside);
    };
    if place.starts_with(root) {
        Ok(())
    } else {
        Err(DiskError::Outside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record::parse("---\nversion: v1.2.1\n---\n").expect("a record")
    }

    #[test]
    fn a_record_lies_where_the_branch_says() {
        let mut settings = Settings::default();
        assert_eq!(path(&settings, "hotfix/v1.2.1"), ".hotfix/hotfix/v1.2.1.md");
        settings.record = "docs/{branch}.md".to_owned();
        assert_eq!(path(&settings, "hotfix-a|b"), "docs/hotfix-a-b.md");
    }

    #[test]
    fn what_was_created_is_read_and_saved_and_never_created_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (root, place) = (folder.path(), ".hotfix/hotfix/v1.2.1.md");
        assert!(matches!(load(root, place), Err(DiskError::Missing)));
        create(root, place, &record()).expect("it is new");
        let old = load(root, place).expect("it is there");
        let mut new = old.clone();
        new.set_front("severity", "high").expect("a value");
        save(root, place, &old, &new).expect("nobody else wrote it");
        assert_eq!(load(root, place).expect("it is there"), new);
        let again = create(root, place, &record());
        assert!(matches!(again, Err(DiskError::Write(WriteError::Exists))));
        let late = save(root, place, &old, &record());
        assert!(late.is_ok(), "old and new are equal: nothing is written");
        let mut other = old.clone();
        other.set_front("severity", "low").expect("a value");
        let late = save(root, place, &old, &other);
        assert!(matches!(late, Err(DiskError::Write(WriteError::Changed))));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_of_the_repository_is_not_followed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let elsewhere = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        symlink(elsewhere.path(), root.join(".hotfix")).expect("a link");
        let place = ".hotfix/hotfix/v1.2.1.md";
        let outcome = create(root, place, &record());
        assert!(matches!(outcome, Err(DiskError::Outside)));
        let made = std::fs::read_dir(elsewhere.path()).expect("a folder");
        assert_eq!(made.count(), 0);
        let secret = elsewhere.path().join("secret.md");
        std::fs::write(&secret, "---\n---\n").expect("a file");
        symlink(&secret, root.join("record.md")).expect("a link");
        assert!(matches!(load(root, "record.md"), Err(DiskError::Outside)));
    }
}
