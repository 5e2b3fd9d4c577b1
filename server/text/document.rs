//! A text that somebody types into: a rope, its version, and the edits since somebody last asked.

use std::ops::Range;
use std::sync::Arc;

use ropey::Rope;

use super::change::{Change, Point};
use super::position::{Encoding, Position};

/// An open document. Cloning it is cheap: the rope is shared until one side changes.
#[derive(Debug, Clone)]
pub struct Document {
    rope: Rope,
    version: i32,
    changes: Vec<Change>,
}

impl Document {
    /// A document as the client opened it.
    #[must_use]
    pub fn new(text: &str, version: i32) -> Self {
        Self {
            rope: Rope::from_str(text),
            version,
            changes: Vec::new(),
        }
    }

    /// The version that the client gave to the present text.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.version
    }

    /// Notes the version that the client gives to the present text.
    pub fn set_version(&mut self, version: i32) {
        self.version = version;
    }

    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A copy of the whole text.
    #[must_use]
    pub fn text(&self) -> Arc<str> {
        let mut text = String::with_capacity(self.len());
        for chunk in self.rope.chunks() {
            text.push_str(chunk);
        }
        text.into()
    }

    /// The changes since the document was opened or [`Document::forget_changes`] was called,
    /// oldest first. Each one speaks of the text that the one before it left.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Forgets the oldest `count` changes: somebody has taken note of them.
    pub fn forget_changes(&mut self, count: usize) {
        self.changes.drain(..count.min(self.changes.len()));
    }

    /// Replaces the text between two positions (put in order if they are not).
    pub fn replace(&mut self, positions: Range<Position>, text: &str, encoding: Encoding) {
        let start = self.offset(positions.start, encoding);
        let end = self.offset(positions.end, encoding);
        self.replace_bytes(start.min(end)..start.max(end), text);
    }

    /// Replaces the whole text. Only what differs between its two ends counts as a change, so
    /// that a client which always sends everything costs no more than one that sends its edits.
    pub fn replace_all(&mut self, text: &str) {
        let old = self.text();
        let prefix = common_prefix(&old, text);
        let suffix = common_suffix(&old[prefix..], &text[prefix..]);
        if prefix == old.len() && prefix == text.len() {
            return;
        }
        self.replace_bytes(
            prefix..old.len() - suffix,
            &text[prefix..text.len() - suffix],
        );
    }

    /// Whether the text equals `other`, in which line ends are folded to `\n` and which has no
    /// byte order mark. Stops at the first difference.
    #[must_use]
    pub fn equals_folded(&self, other: &str) -> bool {
        let mut other = other.as_bytes();
        let mut at_start = true;
        let mut after_cr = false;
        for chunk in self.rope.chunks() {
            let mut chunk = chunk.as_bytes();
            if std::mem::take(&mut at_start) {
                chunk = chunk.strip_prefix("\u{feff}".as_bytes()).unwrap_or(chunk);
            }
            if !chunk.contains(&b'\r') && !after_cr {
                let Some(rest) = other.strip_prefix(chunk) else {
                    return false;
                };
                other = rest;
                continue;
            }
            for &byte in chunk {
                let lone_cr = after_cr && byte != b'\n';
                after_cr = byte == b'\r';
                if lone_cr {
                    let Some(rest) = other.strip_prefix(b"\r") else {
                        return false;
                    };
                    other = rest;
                }
                if !after_cr {
                    let Some(rest) = other.strip_prefix(&[byte]) else {
                        return false;
                    };
                    other = rest;
                }
            }
        }
        if after_cr {
            return other == b"\r";
        }
        other.is_empty()
    }

    /// The byte offset of a position, clamped as [`super::position::offset`] does.
    fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let line = position.line as usize;
        if self.rope.len_lines() <= line {
            return self.len();
        }
        let start = self.rope.line_to_byte(line);
        let content = String::from(self.rope.line(line));
        let content = content.trim_end_matches(['\n', '\r']);
        start + encoding.bytes(content, position.column as usize)
    }

    /// Replaces the bytes `range`, which lie on character boundaries.
    fn replace_bytes(&mut self, range: Range<usize>, text: &str) {
        let start = self.point(range.start);
        let old_end = self.point(range.end);
        let chars = self.rope.byte_to_char(range.start)..self.rope.byte_to_char(range.end);
        let at = chars.start;
        self.rope.remove(chars);
        self.rope.insert(at, text);
        let new_end_byte = range.start + text.len();
        self.changes.push(Change {
            start_byte: range.start,
            old_end_byte: range.end,
            new_end_byte,
            start,
            old_end,
            new_end: start.after(text),
        });
    }

    /// The place of a byte as tree-sitter counts: rows by `\n` alone, columns in bytes.
    fn point(&self, at: usize) -> Point {
        let mut point = Point::default();
        let mut left = at;
        for chunk in self.rope.chunks() {
            let seen = chunk.as_bytes().get(..left).unwrap_or(chunk.as_bytes());
            point = point.after_bytes(seen);
            left -= seen.len();
            if left == 0 {
                break;
            }
        }
        point
    }
}

/// The length of the longest common start of two texts, on a character boundary of both.
fn common_prefix(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    (0..=same)
        .rev()
        .find(|&at| a.is_char_boundary(at) && b.is_char_boundary(at))
        .unwrap_or(0)
}

/// The length of the longest common end of two texts, on a character boundary of both.
fn common_suffix(a: &str, b: &str) -> usize {
    let same = a
        .bytes()
        .rev()
        .zip(b.bytes().rev())
        .take_while(|(a, b)| a == b)
        .count();
    (0..=same)
        .rev()
        .find(|&n| a.is_char_boundary(a.len() - n) && b.is_char_boundary(b.len() - n))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
