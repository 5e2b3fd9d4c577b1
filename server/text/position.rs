//! Byte offsets ↔ (line, column) in the encodings that editors speak.
//!
//! All functions are total: what lies outside of the text is clamped to it, and what lies inside
//! of a character goes to that character's start. A column beyond the end of its line means the
//! end of that line, before its line end, as the Language Server Protocol says.

use std::ops::Range;

use super::Lines;

/// The unit in which a client counts columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16: the protocol's default.
    #[default]
    Utf16,
    /// Unicode characters.
    Utf32,
}

/// A place in a text. Lines and columns count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// The line, ended by `\n`, `\r\n` or `\r`.
    pub line: u32,
    /// The column, in units of an [`Encoding`].
    pub column: u32,
}

impl Encoding {
    /// The length of `text` in units of this encoding.
    #[must_use]
    pub fn len(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        }
    }

    /// The bytes of `line` that `column` units cover. A column beyond the end covers all of it,
    /// a column inside of a character covers what stands before that character.
    #[must_use]
    pub fn bytes(self, line: &str, column: usize) -> usize {
        let mut units = 0;
        for (at, character) in line.char_indices() {
            units += match self {
                Self::Utf8 => character.len_utf8(),
                Self::Utf16 => character.len_utf16(),
                Self::Utf32 => 1,
            };
            if column < units {
                return at;
            }
        }
        line.len()
    }
}

/// The position of the byte `at`.
#[must_use]
pub fn position(text: &str, lines: &Lines, at: usize, encoding: Encoding) -> Position {
    let at = floor(text, at.min(text.len()));
    let line = lines.line_of(at);
    let content = lines.content(line, text);
    let before = &text[content.start..at.clamp(content.start, content.end)];
    Position {
        line: clamp_u32(line),
        column: clamp_u32(encoding.len(before)),
    }
}

/// The byte offset of `position`.
#[must_use]
pub fn offset(text: &str, lines: &Lines, position: Position, encoding: Encoding) -> usize {
    let line = position.line as usize;
    if lines.count() <= line {
        return text.len();
    }
    let content = lines.content(line, text);
    content.start + encoding.bytes(&text[content], position.column as usize)
}

/// The byte range of two positions, put in order.
#[must_use]
pub fn range(
    text: &str,
    lines: &Lines,
    positions: Range<Position>,
    encoding: Encoding,
) -> Range<usize> {
    let start = offset(text, lines, positions.start, encoding);
    let end = offset(text, lines, positions.end, encoding);
    start.min(end)..start.max(end)
}

/// The start of the character that holds the byte `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

fn clamp_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    #[track_caller]
    fn case(text: &str, at: usize, encoding: Encoding, line: u32, column: u32) {
        let lines = Lines::new(text);
        let expected = Position { line, column };
        assert_eq!(position(text, &lines, at, encoding), expected);
        assert_eq!(offset(text, &lines, expected, encoding), at);
    }

    #[test]
    fn columns_count_in_the_clients_unit() {
        let text = "x = '🐍é'  # ok\n";
        let after = text.find("'  #").unwrap_or_default();
        case(text, after, Encoding::Utf8, 0, 11);
        case(text, after, Encoding::Utf16, 0, 8);
        case(text, after, Encoding::Utf32, 0, 7);
    }

    #[test]
    fn the_middle_of_a_surrogate_pair_is_its_start() {
        let text = "a🐍b";
        let lines = Lines::new(text);
        let inside = Position { line: 0, column: 2 };
        assert_eq!(offset(text, &lines, inside, Encoding::Utf16), 1);
    }

    #[test]
    fn a_column_beyond_the_line_stops_before_its_line_end() {
        let text = "ab\r\ncd\ref";
        let lines = Lines::new(text);
        let far = |line| Position { line, column: 99 };
        assert_eq!(offset(text, &lines, far(0), Encoding::Utf16), 2);
        assert_eq!(offset(text, &lines, far(1), Encoding::Utf16), 6);
        assert_eq!(offset(text, &lines, far(2), Encoding::Utf16), 9);
        assert_eq!(offset(text, &lines, far(3), Encoding::Utf16), 9);
    }

    #[test]
    fn a_byte_between_cr_and_lf_is_the_end_of_its_line() {
        let text = "ab\r\ncd";
        let lines = Lines::new(text);
        let found = position(text, &lines, 3, Encoding::Utf16);
        assert_eq!(found, Position { line: 0, column: 2 });
    }

    proptest! {
        #[test]
        fn every_offset_on_a_character_comes_back(text in "([a\r\n🐍é]|\r\n){0,40}") {
            let lines = Lines::new(&text);
            for encoding in ALL {
                for (at, _) in text.char_indices() {
                    let between = text[..at].ends_with('\r') && text[at..].starts_with('\n');
                    let back = offset(&text, &lines, position(&text, &lines, at, encoding), encoding);
                    prop_assert_eq!(back, if between { at - 1 } else { at });
                }
            }
        }

        #[test]
        fn every_position_lies_inside_of_the_text(
            text in "([a\r\n🐍é]|\r\n){0,20}",
            line in 0_u32..30,
            column in prop_oneof![0_u32..30, Just(u32::MAX)],
        ) {
            let lines = Lines::new(&text);
            for encoding in ALL {
                let at = offset(&text, &lines, Position { line, column }, encoding);
                prop_assert!(text.is_char_boundary(at));
            }
        }
    }
}
