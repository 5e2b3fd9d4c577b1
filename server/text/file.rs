//! Reading a file whose name somebody else chose. A cloned repository may hold a link to `/dev/zero`
//! or to a named pipe, and reading either of them never ends.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

/// The bytes of the regular file at `path`; links are followed.
///
/// # Errors
/// What the system says; [`ErrorKind::InvalidInput`] for a device or a pipe, and
/// [`ErrorKind::FileTooLarge`] for more than `limit` bytes.
pub fn read_regular(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Asked before the file is opened: opening a named pipe waits for somebody who writes.
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !about.is_file() {
        let message = "it is a device or a pipe, not a file";
        return Err(io::Error::new(ErrorKind::InvalidInput, message));
    }
    read_limited(path, limit)
}

/// The bytes of whatever is at `path`, also of a pipe, up to `limit`.
///
/// # Errors
/// What the system says, and [`ErrorKind::FileTooLarge`] for more than `limit` bytes.
pub fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if limit < bytes.len() as u64 {
        let message = format!("it has more than {limit} bytes");
        return Err(io::Error::new(ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_up_to_the_limit_is_read_and_a_longer_one_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.toml");
        std::fs::write(&file, "1234").expect("a file");
        assert_eq!(read_regular(&file, 4).expect("four bytes"), b"1234");
        let error = read_regular(&file, 3).expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_refused() {
        let endless = Path::new("/dev/zero");
        let error = read_regular(endless, 4).expect_err("a device");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let error = read_limited(endless, 4).expect_err("a device");
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    }
}
