//! Paths as the user would write them, and positions that count from 1.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use crate::text::Lines;

/// A position in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in Unicode characters, counted from 1.
    pub column: usize,
}

/// A range in a text; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// The character after the last one.
    pub end: Position,
}

/// The place of `bytes` in `text`.
pub fn span(text: &str, lines: &Lines, bytes: &Range<usize>) -> Span {
    Span {
        start: position(text, lines, bytes.start),
        end: position(text, lines, bytes.end),
    }
}

fn position(text: &str, lines: &Lines, at: usize) -> Position {
    let line = lines.line_of(at);
    let before = text.get(lines.start(line)..at).unwrap_or_default();
    Position {
        line: line + 1,
        column: before.chars().count() + 1,
    }
}

/// `path` without `.` and `..`, made absolute from `folder`. Links are not followed.
pub fn absolute(folder: &Path, path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in folder.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// `path` (absolute) as the user in `folder` would write it, with `/`.
pub fn shown(folder: &Path, path: &Path) -> String {
    let mut up = PathBuf::new();
    for ancestor in folder.ancestors() {
        if let Ok(rest) = path.strip_prefix(ancestor) {
            // Far away, the absolute path is easier to read than a row of `..`.
            if 3 < up.components().count() || ancestor.parent().is_none() {
                break;
            }
            let path = up.join(rest);
            return if path.as_os_str().is_empty() {
                ".".to_owned()
            } else {
                slashed(&path)
            };
        }
        up.push("..");
    }
    slashed(path)
}

/// `path` relative to `root`, with `/`; the whole path when it lies elsewhere.
pub fn relative(root: &Path, path: &Path) -> String {
    slashed(path.strip_prefix(root).unwrap_or(path))
}

fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// `text` as one word of a POSIX shell, so that advice can be pasted.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_not_bytes() {
        let text = "a\r\nää = \"😀x\"\n";
        let lines = Lines::new(text);
        let at = text.find('x').expect("the letter is there");
        let expected = Position { line: 2, column: 8 };
        assert_eq!(position(text, &lines, at), expected);
    }

    #[test]
    fn paths_are_shown_from_the_current_folder() {
        let folder = Path::new("/home/ada/shop/api");
        assert_eq!(shown(folder, Path::new("/home/ada/shop/api/a.py")), "a.py");
        assert_eq!(shown(folder, Path::new("/home/ada/shop/b.py")), "../b.py");
        assert_eq!(shown(folder, Path::new("/home/ada/shop/api")), ".");
        assert_eq!(shown(folder, Path::new("/srv/x/c.py")), "/srv/x/c.py");
    }

    #[test]
    fn dots_are_resolved_without_the_disk() {
        let path = absolute(Path::new("/a/b"), Path::new("../c/./d.py"));
        assert_eq!(path, Path::new("/a/c/d.py"));
    }
}
