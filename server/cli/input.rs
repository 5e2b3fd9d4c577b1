//! Reading a Python file: bytes, byte order mark, text.

use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use super::trouble::Trouble;
use crate::text::{read_limited, read_regular};
use crate::vcs::LIMIT_BYTES;

pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file's text, and what is needed to write it back as it was.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The bytes as they were read.
    pub bytes: Vec<u8>,
    /// Whether they begin with a byte order mark.
    pub marked: bool,
    /// The text without the byte order mark, with the file's own line ends.
    pub text: String,
}

impl Input {
    /// The bytes of `text`, with the byte order mark that the file had.
    pub fn encode(&self, text: &str) -> Vec<u8> {
        [self.mark(), text].concat().into_bytes()
    }

    /// The byte order mark that the file begins with, if any.
    pub fn mark(&self) -> &'static str {
        if self.marked { BYTE_ORDER_MARK } else { "" }
    }

    /// Takes bytes for the content of the file `shown`.
    pub fn from_bytes(bytes: Vec<u8>, shown: &str) -> Result<Self, Trouble> {
        if bytes.contains(&0) {
            let message = "the file is binary: name Python files only, or add it to `exclude`";
            return Err(Trouble::at(shown, message));
        }
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return Err(Trouble::at(shown, not_utf8(&bytes)));
        };
        let unmarked = text.strip_prefix(BYTE_ORDER_MARK);
        Ok(Self {
            marked: unmarked.is_some(),
            text: unmarked.unwrap_or(text).to_owned(),
            bytes,
        })
    }
}

/// Reads the file at `path`, or the pipe: a shell hands one over for `<(git show …)`. `shown` is how
/// the user would write it.
pub fn read(path: &Path, shown: &str) -> Result<Input, Trouble> {
    let bytes = read_limited(path, LIMIT_BYTES).map_err(|error| unreadable(shown, &error))?;
    Input::from_bytes(bytes, shown)
}

/// Reads a file of a repository. A pipe that lies there would keep us waiting for ever.
pub fn read_file(path: &Path, shown: &str) -> Result<Input, Trouble> {
    let bytes = read_regular(path, LIMIT_BYTES).map_err(|error| unreadable(shown, &error))?;
    Input::from_bytes(bytes, shown)
}

/// Reads stdin for the content of the file `shown`.
pub fn read_stdin(shown: &str) -> Result<Input, Trouble> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(LIMIT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Trouble::at(shown, format!("stdin cannot be read: {error}")))?;
    if LIMIT_BYTES < bytes.len() as u64 {
        return Err(Trouble::at(shown, too_large()));
    }
    Input::from_bytes(bytes, shown)
}

/// What to do about a file that is not UTF-8. Python reads one whose first lines name another
/// encoding, so such a file is not to be changed for our sake.
fn not_utf8(bytes: &[u8]) -> String {
    let lines = bytes.split(|&byte| byte == b'\n').take(2);
    let named = lines.filter_map(|line| {
        let line = std::str::from_utf8(line).ok()?;
        let (_, rest) = line.trim_start().strip_prefix('#')?.split_once("coding")?;
        let rest = rest.strip_prefix([':', '='])?.trim_start();
        let end = rest.find(|one: char| !one.is_alphanumeric() && !"-_.".contains(one));
        Some(&rest[..end.unwrap_or(rest.len())])
    });
    match named.filter(|name| !name.is_empty()).last() {
        Some(name) => format!(
            "the file says that it is {name}, and hotfix-ls reads UTF-8 only: review it by hand, and \
             add it to `exclude`"
        ),
        None => "the file is not UTF-8 text: save it as UTF-8, or add it to `exclude`".to_owned(),
    }
}

fn too_large() -> String {
    let megabytes = LIMIT_BYTES / (1024 * 1024);
    format!("the file is larger than {megabytes} MB, so it was not judged: add it to `exclude`")
}

/// Why a path cannot be read, and what to do.
pub fn unreadable(shown: &str, error: &io::Error) -> Trouble {
    let message = match error.kind() {
        ErrorKind::NotFound => "no such file or folder: check the spelling".to_owned(),
        ErrorKind::PermissionDenied => {
            "no permission to read it: change its mode or run as its owner".to_owned()
        }
        ErrorKind::FileTooLarge => too_large(),
        ErrorKind::InvalidInput => {
            format!("{error}: name Python files only, or add it to `exclude`")
        }
        ErrorKind::IsADirectory => "this is a folder, not a file: name a file".to_owned(),
        _ => format!("it cannot be read ({error}): check the disk and the path"),
    };
    Trouble::at(shown, message)
}
