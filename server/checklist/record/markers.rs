//! The markers around generated parts.

use std::ops::Range;

use super::error::RecordError;
use crate::text::Lines;

/// What every marker begins with, inside its comment.
const PREFIX: &str = "hotfix-ls:";

/// A generated part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Bytes from the first marker to the last, both included, without the last line end.
    pub whole: Range<usize>,
    /// Bytes between the two markers' lines.
    pub inner: Range<usize>,
}

/// The marker before the part `name`.
pub(super) fn begin(name: &str) -> String {
    format!("<!-- {PREFIX}begin {name} -->")
}

/// The marker behind the part `name`.
pub(super) fn end(name: &str) -> String {
    format!("<!-- {PREFIX}end {name} -->")
}

enum Side {
    Begin,
    End,
}

/// The line of git's first conflict marker, counted from 1. In a block of code somebody may have
/// quoted one.
pub(super) fn conflict(text: &str) -> Option<usize> {
    let (mut is_code, mut from, mut half) = (false, None, false);
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") || line.starts_with("~~~") {
            is_code = !is_code;
        }
        if line.starts_with("<<<<<<< ") && !is_code {
            (from, half) = (Some(index + 1), false);
        }
        half |= line == "=======";
        if line.starts_with(">>>>>>> ") && half && from.is_some() {
            return from;
        }
    }
    None
}

/// The parts of `text`, found among its comments.
pub(super) fn pair(text: &str, comments: &[Range<usize>]) -> Result<Vec<Part>, RecordError> {
    let lines = Lines::new(text);
    let line = |at: usize| lines.line_of(at) + 1;
    let mut parts: Vec<Part> = Vec::new();
    let mut open: Option<(String, Range<usize>)> = None;
    for comment in comments {
        let at = line(comment.start);
        let Some((side, name)) = marker(&text[comment.clone()], at)? else {
            continue;
        };
        if !stands_alone(text, comment) {
            return Err(RecordError::NotAlone { line: at, name });
        }
        match (side, open.take()) {
            (Side::Begin, Some((outer, _))) => {
                return Err(RecordError::Nested {
                    line: at,
                    name,
                    outer,
                });
            }
            (Side::Begin, None) => {
                if let Some(first) = parts.iter().find(|part| part.name == name) {
                    let first = line(first.whole.start);
                    return Err(RecordError::Repeated {
                        line: at,
                        first,
                        name,
                    });
                }
                open = Some((name, comment.clone()));
            }
            (Side::End, Some((outer, from))) if outer == name => parts.push(Part {
                name,
                inner: after_line(text, from.end)..comment.start,
                whole: from.start..comment.end,
            }),
            (Side::End, _) => return Err(RecordError::Unopened { line: at, name }),
        }
    }
    match open {
        Some((name, from)) => Err(RecordError::Unclosed {
            line: line(from.start),
            name,
        }),
        None => Ok(parts),
    }
}

/// What the marker `comment` says; none when it is a comment of a person.
fn marker(comment: &str, line: usize) -> Result<Option<(Side, String)>, RecordError> {
    let inside = comment.trim_start_matches("<!--").trim_end_matches("-->");
    let Some(said) = inside.trim().strip_prefix(PREFIX) else {
        return Ok(None);
    };
    let mut words = said.split_whitespace();
    let side = match words.next() {
        Some("begin") => Side::Begin,
        Some("end") => Side::End,
        _ => return Err(RecordError::UnknownMarker { line }),
    };
    let is_name = |name: &&str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        name.chars().all(plain)
    };
    match (words.next().filter(is_name), words.next()) {
        (Some(name), None) => Ok(Some((side, name.to_owned()))),
        _ => Err(RecordError::UnknownMarker { line }),
    }
}

/// Whether nothing else stands in the comment's line. Indented, it would belong to a list.
fn stands_alone(text: &str, comment: &Range<usize>) -> bool {
    let before = &text[..comment.start];
    let rest = text[comment.end..].split('\n').next().unwrap_or_default();
    (before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}'])) && rest.trim().is_empty()
}

/// The beginning of the line below the one that holds `at`.
fn after_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}
