//! One file of the hotfix and a line in it, as `defer` and `restore` take them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::branch::Branch;
use super::input::BYTE_ORDER_MARK;
use super::place;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::analysis::{self, BaseSide, Comparison, Leaving, Snapshot};
use crate::syntax::Cancel;
use crate::text::{self, WriteError};
use crate::vcs::{Base, LIMIT_BYTES, Production, Scope};

/// A file of the hotfix that production has, as it lies on disk.
pub struct Opened {
    file: PathBuf,
    /// As it was read.
    bytes: Vec<u8>,
    /// What production has.
    pub production: Arc<Production>,
    /// The two sides.
    pub snapshot: Snapshot,
}

/// Reads the file that is `written` on the command line.
pub fn open(branch: &Branch, written: &str, terminal: &Terminal) -> Result<Opened, Trouble> {
    let at = |message: String| Trouble::at(written, message);
    let file = place::absolute(&terminal.folder, Path::new(written));
    let scope = Scope::Judged(Arc::clone(&branch.base));
    let base = || branch.repository.base_for(&scope, &file);
    let bytes =
        text::read_regular(&file, LIMIT_BYTES).map_err(|error| at(unreadable(&error, base)))?;
    let head = std::str::from_utf8(&bytes)
        .map_err(|_| at("it is not UTF-8: save it as UTF-8 first".to_owned()))?;
    let production = match base() {
        Base::Production(production) => production,
        Base::Added => {
            let message = "production has no such file, so all of it would go: remove it, or \
                           move it to another branch, with git";
            return Err(at(message.to_owned()));
        }
        Base::Inactive(reason) => return Err(at(reason.to_string())),
        Base::NotComparable(reason) => return Err(at(reason.to_string())),
    };
    let path = branch
        .repository
        .relative(&file)
        .map_err(|error| at(error.to_string()))?;
    let head = head.strip_prefix('\u{feff}').unwrap_or(head).to_owned();
    let side = BaseSide::new(Arc::clone(&production));
    let snapshot = Snapshot {
        is_test: branch.settings.is_test(&path),
        head: analysis::source(&path, head),
        base: Comparison::Production(Arc::new(side)),
        settings: Arc::clone(&branch.settings),
        version: branch.version.clone(),
        branch: None,
        cancel: Cancel::default(),
        path,
    };
    Ok(Opened {
        file,
        bytes,
        production,
        snapshot,
    })
}

/// Why a file cannot be read; one that the hotfix deleted comes back with git.
fn unreadable(error: &std::io::Error, base: impl FnOnce() -> Base) -> String {
    if error.kind() == std::io::ErrorKind::NotFound
        && let Base::Production(production) = base()
    {
        let commit = production.commit.get(..10).unwrap_or(&production.commit);
        let path = place::shell_word(&production.path);
        return format!(
            "the hotfix deleted it: `git restore --source={commit} -- :/{path}` brings it back"
        );
    }
    format!("it cannot be read ({error})")
}

impl Opened {
    /// The byte order mark that the file begins with, if any.
    pub fn mark(&self) -> &'static str {
        if self.bytes.starts_with(BYTE_ORDER_MARK.as_bytes()) {
            BYTE_ORDER_MARK
        } else {
            ""
        }
    }

    /// Replaces the file by `text`, in one step.
    ///
    /// # Errors
    /// [`WriteError`] when the file changed meanwhile or cannot be written.
    pub fn write(&self, text: &str) -> Result<(), WriteError> {
        let whole = [self.mark(), text].concat();
        text::replace(&self.file, &self.bytes, whole.as_bytes())
    }
}

/// The hunk, or all that is changed in the definition around it.
///
/// # Errors
/// One sentence: there is no change, or it is not that of one definition.
pub fn pick(mut choice: Vec<Leaving>, definition: bool) -> Result<Leaving, &'static str> {
    let whole = choice.iter().position(|one| one.definition.is_some());
    match whole {
        _ if choice.is_empty() => Err(
            "the hotfix changes nothing here that can go by itself: name a changed line \
             (`hotfix-ls check` and `git diff` show them)",
        ),
        Some(whole) if definition => Ok(choice.swap_remove(whole)),
        // All that is changed in the definition is this hunk.
        None if definition && !choice[0].is_all => Err(
            "a change here reaches out of the function or class: leave --definition out to take \
             one hunk",
        ),
        _ => Ok(choice.swap_remove(0)),
    }
}

/// `shop/client.py:12` → the file and the line.
pub fn split(written: &str) -> Option<(&str, usize)> {
    let (file, line) = written.rsplit_once(':')?;
    let line = line.parse().ok().filter(|line| 0 < *line)?;
    Some((file, line))
}
