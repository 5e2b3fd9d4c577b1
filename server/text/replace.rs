//! Writing a file in one step, and only when it is still the file that was read.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Why a file was not written. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Somebody else wrote it meanwhile.
    #[error("it changed meanwhile, so nothing was written to it: run the same command again")]
    Changed,
    /// It is there already.
    #[error("it exists already, so nothing was written to it")]
    Exists,
    /// It may not be written.
    #[error("it is read-only, so nothing was written to it: make it writable first")]
    ReadOnly,
    /// The disk or the system said no.
    #[error("it cannot be written ({}), so it is as it was: check the disk and the folder's mode", .0.kind())]
    Io(#[from] io::Error),
}

/// Replaces what `file` holds by `new`, in one step: whoever reads meanwhile sees the old file or
/// the new one, never half of it. Mode bits are kept, a symbolic link keeps pointing to its file.
///
/// # Errors
/// [`WriteError::Changed`] when the file does not hold `expected` any more.
pub fn replace(file: &Path, expected: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let file = file.canonicalize()?;
    let permissions = fs::metadata(&file)?.permissions();
    if permissions.readonly() {
        return Err(WriteError::ReadOnly);
    }
    let temporary = beside(&file, new)?;
    temporary.as_file().set_permissions(permissions)?;
    temporary.as_file().sync_all()?;
    // The last look, as near to the rename as it can be.
    if fs::read(&file)? != expected {
        return Err(WriteError::Changed);
    }
    temporary
        .persist(&file)
        .map_err(|error| WriteError::Io(error.error))?;
    Ok(())
}

/// Writes a new file in one step. Its folder must exist.
///
/// # Errors
/// [`WriteError::Exists`] when there is a file, a folder or a link of this name, also when that
/// came a moment ago.
pub fn create(file: &Path, text: &[u8]) -> Result<(), WriteError> {
    if file.symlink_metadata().is_ok() {
        return Err(WriteError::Exists);
    }
    let temporary = beside(file, text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // A temporary file is closed to others, and this one is for everybody who reads the code.
        let open = fs::Permissions::from_mode(0o644);
        temporary.as_file().set_permissions(open)?;
    }
    temporary.as_file().sync_all()?;
    match temporary.persist_noclobber(file) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::Exists),
        Err(error) => Err(WriteError::Io(error.error)),
    }
}

/// A temporary file in the same folder, because a rename does not cross file systems.
fn beside(file: &Path, text: &[u8]) -> io::Result<NamedTempFile> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new()
        .prefix(".hotfix-ls-")
        .tempfile_in(folder)?;
    temporary.write_all(text)?;
    Ok(temporary)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone_and_no_temporary_file_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("orders.py");
        fs::write(&file, "theirs\n").expect("a file");
        let outcome = replace(&file, b"as it was read\n", b"ours\n");
        assert!(matches!(outcome, Err(WriteError::Changed)));
        assert_eq!(fs::read(&file).expect("a file"), b"theirs\n");
        assert_eq!(names(folder.path()), ["orders.py"]);
    }

    #[test]
    fn a_new_file_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("record.md");
        create(&file, b"ours\n").expect("a new file");
        let outcome = create(&file, b"again\n");
        assert!(matches!(outcome, Err(WriteError::Exists)));
        assert_eq!(fs::read(&file).expect("a file"), b"ours\n");
        assert_eq!(names(folder.path()), ["record.md"]);
    }

    #[cfg(unix)]
    #[test]
    fn mode_bits_and_symbolic_links_are_kept() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (folder.path().join("run.py"), folder.path().join("link.py"));
        fs::write(&file, "old\n").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o751)).expect("a mode");
        symlink("run.py", &link).expect("a link");
        replace(&link, b"old\n", b"new\n").expect("the file is as it was read");
        assert_eq!(fs::read(&file).expect("a file"), b"new\n");
        let mode = fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o751);
        assert!(link.is_symlink());
    }

    #[test]
    fn a_read_only_file_is_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("orders.py");
        fs::write(&file, "old\n").expect("a file");
        let mut permissions = fs::metadata(&file).expect("a file").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).expect("a mode");
        let outcome = replace(&file, b"old\n", b"new\n");
        assert!(matches!(outcome, Err(WriteError::ReadOnly)));
    }
}
