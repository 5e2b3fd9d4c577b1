//! Changed line ranges between two texts.
//!
//! Lines are those of [`crate::text::Lines`]: they end at `\n`, `\r\n` or a lone `\r`. Only their
//! content counts, so neither another kind of line end nor a missing one at the end of the text is
//! a difference, and the empty "line" after a final line end is none. A byte order mark at the
//! start is no difference either.

mod base_lines;
mod interned;
mod line_map;
mod segments;

use std::ops::Range;

pub use base_lines::BaseLines;
pub use line_map::{LineMap, Mapped};

/// A contiguous range of changed lines, counted from 0. Either side may be empty, not both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The lines on production's side.
    pub base: Range<u32>,
    /// The lines on the hotfix's side.
    pub head: Range<u32>,
}

impl Hunk {
    /// Whether lines were only added.
    #[must_use]
    pub fn is_addition(&self) -> bool {
        self.base.is_empty()
    }

    /// Whether lines were only removed.
    #[must_use]
    pub fn is_deletion(&self) -> bool {
        self.head.is_empty()
    }

    /// The head lines that show this hunk: its own, or the line after a deletion. After a deletion
    /// at the end of the text that line is the number of lines, one more than the last.
    #[must_use]
    pub fn shown_in_head(&self) -> Range<u32> {
        shown(&self.head)
    }

    /// Whether this hunk touches the head lines `lines`. A deletion touches the line after it.
    #[must_use]
    pub fn touches_head(&self, lines: &Range<u32>) -> bool {
        overlap(&self.shown_in_head(), lines)
    }

    /// Whether this hunk touches production's lines `lines`. An addition touches the line after it.
    #[must_use]
    pub fn touches_base(&self, lines: &Range<u32>) -> bool {
        overlap(&shown(&self.base), lines)
    }
}

fn shown(lines: &Range<u32>) -> Range<u32> {
    lines.start..lines.end.max(lines.start + 1)
}

fn overlap(one: &Range<u32>, two: &Range<u32>) -> bool {
    one.start < two.end && two.start < one.end
}

/// The hunks between two texts, sorted and disjoint. Where the same base is compared again and
/// again, keep its [`BaseLines`] instead.
#[must_use]
pub fn diff(base: &str, head: &str) -> Vec<Hunk> {
    BaseLines::new(base.into()).diff(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(base: &str, head: &str, expected: &[(Range<u32>, Range<u32>)]) {
        let expected: Vec<Hunk> = expected
            .iter()
            .map(|(base, head)| Hunk {
                base: base.clone(),
                head: head.clone(),
            })
            .collect();
        assert_eq!(diff(base, head), expected, "{base:?} → {head:?}");
    }

    #[test]
    fn changed_added_and_deleted_lines_are_told_apart() {
        case("a\nb\nc\n", "a\nB\nc\n", &[(1..2, 1..2)]);
        case("a\nc\n", "a\nb\nc\n", &[(1..1, 1..2)]);
        case("a\nb\nc\n", "a\nc\n", &[(1..2, 1..1)]);
        case("a\nb\n", "a\n", &[(1..2, 1..1)]);
        case("", "a\nb", &[(0..0, 0..2)]);
        case("a\nb", "", &[(0..2, 0..0)]);
        case("", "", &[]);
    }

    #[test]
    fn line_ends_and_a_mark_are_no_difference() {
        case("a\nb\n", "a\r\nb\r\n", &[]);
        case("a\nb\n", "a\rb", &[]);
        case("a\nb", "a\nb\n", &[]);
        case("a\rb\n", "a\r\nb\n", &[]);
        case("a\r\nb\n", "a\r\r\nb\n", &[(1..1, 1..2)]);
        case("a\nb\n", "\u{feff}a\nb\n", &[]);
        case("\u{feff}a\nb\n", "a\nB\n", &[(1..2, 1..2)]);
    }

    #[test]
    fn an_empty_line_at_the_end_is_a_line_only_when_it_is_ended() {
        case("a\n", "a\n\n", &[(1..1, 1..2)]);
        case("a\n", "a\n ", &[(1..1, 1..2)]);
    }

    #[test]
    fn only_the_line_ends_of_python_break_lines() {
        case("a\u{c}b\n", "a\u{c}c\n", &[(0..1, 0..1)]);
        case("x\na\u{2028}b\n", "x\na\u{2028}c\n", &[(1..2, 1..2)]);
    }

    #[test]
    fn a_longer_last_line_is_not_taken_for_its_beginning() {
        case("a\nb", "a\nbc\nd\n", &[(1..2, 1..3)]);
        case("a\nbc\n", "a\nb", &[(1..2, 1..2)]);
    }

    #[test]
    fn a_new_function_is_one_hunk_at_the_border_of_functions() {
        let one = "def a():\n    x()\n    return 1\n\n\n";
        let two = "def b():\n    y()\n    return 1\n\n\n";
        let end = "def c():\n    z()\n    return 1\n";
        case(
            &format!("{one}{end}"),
            &format!("{one}{two}{end}"),
            &[(5..5, 5..10)],
        );
    }

    #[test]
    fn changes_far_apart_are_found_in_a_long_text() {
        let lines: Vec<String> = (0..300).map(|line| format!("line {line}\n")).collect();
        let mut head = lines.clone();
        head[290] = "changed\n".to_owned();
        head.drain(150..152);
        head.insert(100, "new\n".to_owned());
        case(
            &lines.concat(),
            &head.concat(),
            &[
                (100..100, 100..101),
                (150..152, 151..151),
                (290..291, 289..290),
            ],
        );
    }

    #[test]
    fn a_moved_block_is_one_deletion_and_one_addition() {
        let lines: Vec<String> = (0..300).map(|line| format!("line {line}\n")).collect();
        let mut head = lines.clone();
        let block: Vec<String> = head.drain(50..90).collect();
        head.splice(200..200, block).for_each(drop);
        case(
            &lines.concat(),
            &head.concat(),
            &[(50..90, 50..50), (240..240, 200..240)],
        );
    }

    #[test]
    fn a_deletion_touches_the_line_after_it() {
        let hunk = Hunk {
            base: 3..5,
            head: 3..3,
        };
        assert!(hunk.touches_head(&(3..4)));
        assert!(!hunk.touches_head(&(2..3)));
        assert!(hunk.touches_base(&(4..9)));
        assert!(!hunk.touches_base(&(5..9)));
    }
}

#[cfg(test)]
mod properties;
