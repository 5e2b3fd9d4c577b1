//! Where lines begin, by the rules that the Language Server Protocol and Python share:
//! a line ends at `\n`, `\r\n` or a lone `\r`, and nowhere else (not at form feeds, U+2028, …).

use std::ops::Range;

/// Byte offsets of the line starts of one text. Lines count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    starts: Vec<usize>,
    len: usize,
}

impl Lines {
    /// Finds the line starts of `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(at + 1);
        }
        Self {
            starts,
            len: bytes.len(),
        }
    }

    /// The number of lines. An empty text has one line; a final line end opens an empty last line.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line that holds the byte `at` (an offset beyond the end belongs to the last line).
    #[must_use]
    pub fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at) - 1
    }

    /// The first byte of `line`; the text's length for a line beyond the end.
    #[must_use]
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.len)
    }

    /// The bytes of `line` with its line end.
    #[must_use]
    pub fn full(&self, line: usize) -> Range<usize> {
        self.start(line)..self.start(line + 1)
    }

    /// The bytes of `line` without its line end.
    #[must_use]
    pub fn content(&self, line: usize, text: &str) -> Range<usize> {
        let full = self.full(line);
        let trimmed = text[full.clone()].trim_end_matches(['\n', '\r']).len();
        full.start..full.start + trimmed
    }

    /// The bytes of the lines `lines` with their line ends.
    #[must_use]
    pub fn bytes(&self, lines: Range<usize>) -> Range<usize> {
        self.start(lines.start)..self.start(lines.end)
    }

    /// The half-open range of lines that the byte range touches; an empty range touches one line.
    #[must_use]
    pub fn touched(&self, bytes: Range<usize>) -> Range<usize> {
        let first = self.line_of(bytes.start);
        let last = self.line_of(bytes.end.saturating_sub(1).max(bytes.start));
        first..last + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_python_line_ends_break_lines() {
        let text = "a\r\nb\rc\u{c}d\u{2028}e\n";
        let lines = Lines::new(text);
        assert_eq!(lines.count(), 4);
        assert_eq!(&text[lines.content(0, text)], "a");
        assert_eq!(&text[lines.content(1, text)], "b");
        assert_eq!(&text[lines.content(2, text)], "c\u{c}d\u{2028}e");
        assert_eq!(&text[lines.content(3, text)], "");
    }

    #[test]
    fn an_empty_range_touches_its_line() {
        let lines = Lines::new("a\nb\nc\n");
        assert_eq!(lines.touched(2..2), 1..2);
        assert_eq!(lines.touched(0..4), 0..2);
    }
}
