//! Hunks that leave the hotfix for a feature branch: as a patch, and back again.

use super::{Edit, apply};
use crate::text::Lines;
use crate::vcs::hunks::{self, Hunk};
use crate::vcs::{PatchFile, read_patch, write_patch};

/// Why hunks cannot be deferred. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// libgit2 did not make a patch.
    #[error("git cannot make a patch of it ({0})")]
    NoPatch(String),
    /// The patch would not bring back what was typed.
    #[error(
        "its patch would not bring back the same text, so nothing was changed: another change \
         stands too close, or the lines end in different ways"
    )]
    NotTheSame,
}

/// Why a patch cannot be brought back. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} was changed meanwhile, where the patch belongs")]
pub struct Clash {
    /// The line of the present text, counted from 1.
    pub line: usize,
}

/// A deferral that was tried: the patch brings back what the edits take away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferral {
    /// The patch of the file, for production's blob.
    pub patch: String,
    /// What makes the hotfix's text one without the hunks.
    pub edits: Vec<Edit>,
}

/// Defers `hunks` of `head`. `stored` is what production's blob holds, `path` what production calls
/// the file, and `edits` bring production's lines back.
///
/// # Errors
/// [`Refusal`] when the patch would not bring back `head`, byte by byte.
pub fn defer(
    path: &str,
    stored: &str,
    head: &str,
    hunks: &[Hunk],
    edits: Vec<Edit>,
) -> Result<Deferral, Refusal> {
    let (mark, base) = split_mark(stored);
    let lines = Lines::new(head);
    let mut changed = base.to_owned();
    for hunk in hunks.iter().rev() {
        let new: Vec<&str> = (hunk.head.start..hunk.head.end)
            .map(|line| &head[lines.full(line as usize)])
            .collect();
        changed = splice(
            &changed,
            hunk.base.start as usize..hunk.base.end as usize,
            &new,
        );
    }
    let patch = write_patch(path, stored, &format!("{mark}{changed}"))
        .map_err(|error| Refusal::NoPatch(error.to_string()))?;
    let without = apply(head, &edits).ok_or(Refusal::NotTheSame)?;
    let back = read_patch(&patch).and_then(|patch| bring_back(&without, stored, &patch).ok());
    if back.as_deref() == Some(head) && without != head {
        Ok(Deferral { patch, edits })
    } else {
        Err(Refusal::NotTheSame)
    }
}

/// `text` with what the patch holds. `stored` is what the patch's blob holds.
///
/// # Errors
/// [`Clash`] when the place was changed since.
pub fn bring_back(text: &str, stored: &str, patch: &PatchFile) -> Result<String, Clash> {
    let (mark, text) = split_mark(text);
    let since = hunks::diff(split_mark(stored).1, text);
    let mut back = text.to_owned();
    for part in patch.parts.iter().rev() {
        let clash = since
            .iter()
            .find(|hunk| hunk.base.start <= part.old.end && part.old.start <= hunk.base.end);
        if let Some(hunk) = clash {
            return Err(Clash {
                line: hunk.head.start as usize + 1,
            });
        }
        let (mut added, mut removed) = (0, 0);
        for hunk in since.iter().filter(|hunk| hunk.base.end < part.old.start) {
            added += hunk.head.len();
            removed += hunk.base.len();
        }
        let place = |line: u32| line as usize + added - removed;
        // The mark is part of the blob's first line, and not of the text that an editor shows.
        let new: Vec<&str> = part.new.iter().map(|line| split_mark(line).1).collect();
        back = splice(&back, place(part.old.start)..place(part.old.end), &new);
    }
    Ok(format!("{mark}{back}"))
}

/// The byte order mark, and the text behind it.
fn split_mark(text: &str) -> (&str, &str) {
    text.split_at(if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    })
}

/// `text` with other lines in the place of `lines`. They get the line ends of `text`; only as the
/// last lines of a text may they lack one.
fn splice(text: &str, lines: std::ops::Range<usize>, new: &[&str]) -> String {
    let bytes = Lines::new(text).bytes(lines);
    let end = match memchr::memchr2(b'\n', b'\r', text.as_bytes()) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(_) => "\n",
        // A text of one line takes over the line ends of what comes.
        None if new.iter().any(|line| line.ends_with("\r\n")) => "\r\n",
        None => "\n",
    };
    let (before, after) = (&text[..bytes.start], &text[bytes.end..]);
    let mut whole = String::with_capacity(text.len() + 64 * new.len());
    whole.push_str(before);
    if !new.is_empty() && !before.is_empty() && !before.ends_with(['\n', '\r']) {
        whole.push_str(end);
    }
    for (number, line) in new.iter().enumerate() {
        let content = line.trim_end_matches(['\n', '\r']);
        whole.push_str(content);
        let is_last = number + 1 == new.len() && after.is_empty();
        if !is_last || content.len() < line.len() {
            whole.push_str(end);
        }
    }
    whole.push_str(after);
    whole
}

#[cfg(test)]
mod tests;
