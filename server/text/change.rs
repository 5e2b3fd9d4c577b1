//! What changed between two states of a text, and where other places have moved to.

use std::ops::Range;

/// A place as tree-sitter counts: the row is the number of `\n` before it (a lone `\r` does not
/// count), the column is in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Point {
    /// Counted from 0.
    pub row: usize,
    /// Bytes since the last `\n`.
    pub column: usize,
}

impl Point {
    /// The place after `text` was written here.
    #[must_use]
    pub fn after(self, text: &str) -> Self {
        self.after_bytes(text.as_bytes())
    }

    pub(super) fn after_bytes(self, bytes: &[u8]) -> Self {
        match memchr::memrchr(b'\n', bytes) {
            None => Self {
                row: self.row,
                column: self.column + bytes.len(),
            },
            Some(last) => Self {
                row: self.row + memchr::memchr_iter(b'\n', bytes).count(),
                column: bytes.len() - last - 1,
            },
        }
    }
}

/// One replacement, in all the units that an incremental parser wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Where it begins.
    pub start_byte: usize,
    /// Where the replaced text ended.
    pub old_end_byte: usize,
    /// Where the new text ends.
    pub new_end_byte: usize,
    /// Where it begins.
    pub start: Point,
    /// Where the replaced text ended.
    pub old_end: Point,
    /// Where the new text ends.
    pub new_end: Point,
}

impl Change {
    /// Where `range` has moved to; `None` if the change touches it.
    #[must_use]
    pub fn shift(&self, range: Range<usize>) -> Option<Range<usize>> {
        if range.end < self.start_byte {
            return Some(range);
        }
        if self.old_end_byte < range.start {
            let moved = |at: usize| at - self.old_end_byte + self.new_end_byte;
            return Some(moved(range.start)..moved(range.end));
        }
        None
    }
}

/// Where `range` has moved to after all `changes`; `None` if one of them touches it.
#[must_use]
pub fn shift(changes: &[Change], range: Range<usize>) -> Option<Range<usize>> {
    changes
        .iter()
        .try_fold(range, |range, change| change.shift(range))
}

/// The bytes that `changes` wrote, as they stand after all of them. What an edit removed without
/// writing anything is an empty range.
#[must_use]
pub fn written(changes: &[Change]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::with_capacity(changes.len());
    for change in changes {
        let by = |at: usize| at - change.old_end_byte + change.new_end_byte;
        for range in &mut ranges {
            if change.old_end_byte <= range.start {
                *range = by(range.start)..by(range.end);
            } else if change.start_byte < range.end {
                let end = range.end.max(change.old_end_byte);
                *range = range.start.min(change.start_byte)..by(end);
            }
        }
        ranges.push(change.start_byte..change.new_end_byte);
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_stands_where_later_edits_move_it() {
        let typed = [change(5, 5, 6), change(6, 6, 7), change(0, 0, 2)];
        assert_eq!(written(&typed), [7..8, 8..9, 0..2]);
        let replaced = [change(5, 5, 15), change(10, 20, 11)];
        assert_eq!(written(&replaced), [5..11, 10..11]);
        let removed = [change(5, 5, 15), change(0, 30, 0)];
        assert_eq!(written(&removed), [0..0, 0..0]);
    }

    fn change(start_byte: usize, old_end_byte: usize, new_end_byte: usize) -> Change {
        Change {
            start_byte,
            old_end_byte,
            new_end_byte,
            start: Point::default(),
            old_end: Point::default(),
            new_end: Point::default(),
        }
    }

    #[test]
    fn places_after_a_change_move_with_it() {
        let changes = [change(2, 4, 10), change(0, 0, 1)];
        assert_eq!(shift(&changes, 5..7), Some(12..14));
        assert_eq!(shift(&changes, 1..1), Some(2..2));
    }

    #[test]
    fn a_touched_place_is_gone() {
        assert_eq!(change(2, 4, 10).shift(3..8), None);
        assert_eq!(change(2, 4, 10).shift(4..8), None);
        assert_eq!(change(2, 2, 3).shift(0..2), None);
    }

    #[test]
    fn only_line_feeds_count_as_rows() {
        let point = Point::default().after("a\rb\r\ncd");
        assert_eq!(point, Point { row: 1, column: 2 });
    }
}
