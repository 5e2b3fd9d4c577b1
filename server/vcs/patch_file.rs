//! A patch of one file as `git apply --3way` reads it, written and read by libgit2.

use std::ops::Range;
use std::path::Path;

use git2::{Diff, DiffLineType, DiffOptions, Patch};

use super::BaseError;

/// What one patch file changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchFile {
    /// The path of the file, relative to the repository, with `/`.
    pub path: String,
    /// The full object id of the blob that the patch was made for.
    pub blob: String,
    /// What it replaces, in order.
    pub parts: Vec<PatchPart>,
}

/// One run of lines that a patch replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchPart {
    /// The lines of the blob, counted from 0.
    pub old: Range<u32>,
    /// What stands there afterwards, each line with its line end (the last of a file may lack it).
    pub new: Vec<String>,
}

/// The patch from `old` to `new`, the whole contents of the file `path` of a repository.
///
/// # Errors
/// [`BaseError::Git`] when libgit2 cannot compare them, because they are no text for example.
pub fn write_patch(path: &str, old: &str, new: &str) -> Result<String, BaseError> {
    let mut options = DiffOptions::new();
    // Whole ids: `git apply --3way` looks the blob up, and short ones become ambiguous.
    options.id_abbrev(40).force_text(true);
    let path = Some(Path::new(path));
    let mut patch = Patch::from_buffers(
        old.as_bytes(),
        path,
        new.as_bytes(),
        path,
        Some(&mut options),
    )?;
    let text = patch.to_buf()?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Reads a patch of one file. What stands before it is left out, as git does. `None` when there is
/// no patch in `text`, or one of several files.
#[must_use]
pub fn read_patch(text: &str) -> Option<PatchFile> {
    let diff = Diff::from_buffer(text.as_bytes()).ok()?;
    if diff.deltas().len() != 1 {
        return None;
    }
    let patch = Patch::from_diff(&diff, 0).ok()??;
    let delta = patch.delta();
    let path = delta.new_file().path()?.to_str()?.to_owned();
    let blob = delta.old_file().id().to_string();
    let mut parts: Vec<PatchPart> = Vec::new();
    for hunk in 0..patch.num_hunks() {
        let about = patch.hunk(hunk).ok()?.0;
        // A hunk that only adds names the line before it.
        let only_adds = about.old_lines() == 0;
        let mut at = if only_adds {
            about.old_start()
        } else {
            about.old_start().checked_sub(1)?
        };
        let mut open: Option<PatchPart> = None;
        let mut is_added = false;
        for number in 0..patch.num_lines_in_hunk(hunk).ok()? {
            let line = patch.line_in_hunk(hunk, number).ok()?;
            let content = std::str::from_utf8(line.content()).ok()?;
            let part = || PatchPart {
                old: at..at,
                new: Vec::new(),
            };
            match line.origin_value() {
                DiffLineType::Context => {
                    parts.extend(open.take());
                    at += 1;
                }
                DiffLineType::Deletion => {
                    open.get_or_insert_with(part).old.end += 1;
                    at += 1;
                }
                DiffLineType::Addition => {
                    open.get_or_insert_with(part).new.push(content.to_owned());
                }
                // `\ No newline at end of file` behind an added line: libgit2 reads that with one.
                DiffLineType::AddEOFNL | DiffLineType::DeleteEOFNL if is_added => {
                    let last = open.as_mut().and_then(|part| part.new.last_mut());
                    if let Some(line) = last.filter(|line| line.ends_with('\n')) {
                        line.pop();
                    }
                }
                _ => {}
            }
            is_added = line.origin_value() == DiffLineType::Addition;
        }
        parts.extend(open);
    }
    (!parts.is_empty()).then_some(PatchFile { path, blob, parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parts(old: &str, new: &str) -> Vec<(Range<u32>, Vec<String>)> {
        let text = write_patch("shop/a b.py", old, new).expect("two texts");
        let patch = read_patch(&format!("Deferred from hotfix/v1.2.1\n\n{text}")).expect("a patch");
        assert_eq!(patch.path, "shop/a b.py");
        let blob = git2::Oid::hash_object(git2::ObjectType::Blob, old.as_bytes());
        assert_eq!(Some(patch.blob), blob.ok().map(|id| id.to_string()));
        let parts = patch.parts.into_iter();
        parts.map(|part| (part.old, part.new)).collect()
    }

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(parts("a\nb\nc\n", "a\nB\nc\n"), [(1..2, lines(&["B\n"]))]);
        assert_eq!(parts("a\nc\n", "a\nb\nc\n"), [(1..1, lines(&["b\n"]))]);
        assert_eq!(parts("a\nb\n", "a\n"), [(1..2, lines(&[]))]);
        assert_eq!(parts("a\n", "x\na\n"), [(0..0, lines(&["x\n"]))]);
    }

    #[test]
    fn two_changes_of_one_hunk_are_two_parts() {
        assert_eq!(
            parts("a\nb\nc\nd\n", "A\nb\nc\nD\n"),
            [(0..1, lines(&["A\n"])), (3..4, lines(&["D\n"]))]
        );
    }

    #[test]
    fn line_ends_are_kept_and_a_missing_one_stays_missing() {
        assert_eq!(
            parts("a\r\nb\r\n", "a\r\nB\r\n"),
            [(1..2, lines(&["B\r\n"]))]
        );
        assert_eq!(parts("a\nb\n", "a\nb"), [(1..2, lines(&["b"]))]);
        assert_eq!(parts("a", "a\nb"), [(0..1, lines(&["a\n", "b"]))]);
    }

    #[test]
    fn what_is_no_patch_of_one_file_is_refused() {
        assert_eq!(read_patch("a letter\n"), None);
        let one = write_patch("a.py", "a\n", "b\n").expect("two texts");
        let two = write_patch("b.py", "a\n", "b\n").expect("two texts");
        assert_eq!(read_patch(&format!("{one}{two}")), None);
    }
}
