//! Lines that are indented deeper than the parser can bear.
//!
//! The scanner of tree-sitter-python writes its stack of indents into a buffer of 1024 bytes, two
//! bytes for each, and does not notice when the last one no longer fits: the process is aborted.
//! Python itself allows 100 levels, so nothing real is lost when such lines are left blank.

use std::borrow::Cow;

/// From this width in columns on, a line is left blank. Each level is at least one column wider
/// than the one around it, and 255 open quotes (the most that are written) leave room for 383.
const TOO_DEEP: usize = 380;

/// Each run of white space that is wide enough has at least `TOO_DEEP / 8` bytes, so that looking
/// at every so many finds it.
const STRIDE: usize = 32;

/// `text` with blanks in place of what stands too deep. All bytes keep their places.
pub(super) fn bearable(text: &[u8]) -> Cow<'_, [u8]> {
    let mut text = Cow::Borrowed(text);
    let (mut at, mut done) = (0, 0);
    while at < text.len() {
        if !is_space(text[at]) {
            at += STRIDE;
            continue;
        }
        let start = text[done..at]
            .iter()
            .rposition(|&byte| !is_space(byte))
            .map_or(done, |last| done + last + 1);
        let space = text[start..].iter().take_while(|&&byte| is_space(byte));
        let end = start + space.count();
        at = end;
        if TOO_DEEP <= width(&text[start..end]) {
            let line =
                memchr::memchr(b'\n', &text[end..]).map_or(text.len(), |length| end + length);
            text.to_mut()[end..line].fill(b' ');
            at = line;
        }
        done = at;
        at += 1;
    }
    text
}

/// What the scanner skips before it measures. Behind a backslash it goes on counting.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'\\')
}

/// The widest indent that the scanner may read at the end of a line in `space`.
fn width(space: &[u8]) -> usize {
    let mut width = 0;
    let mut widest = 0;
    let mut joined = false;
    for byte in space {
        match byte {
            b' ' => width += 1,
            b'\t' => width += 8,
            b'\n' if !joined => width = 0,
            _ => {}
        }
        widest = widest.max(width);
        joined = *byte == b'\\' || (joined && *byte == b'\r');
    }
    widest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Source;

    #[test]
    fn no_depth_ends_the_process() {
        let mut text = String::from("def f(d):\n");
        for depth in 1..1500 {
            text.push_str(&" ".repeat(depth));
            text.push_str("for a in d:\n");
        }
        text.push_str(&" ".repeat(1500));
        text.push_str("d['x']\n");
        let source = Source::parse(text.as_str());
        assert_eq!(source.root().end_byte(), text.len());
    }

    #[test]
    fn no_depth_ends_the_process_behind_backslashes() {
        let mut text = String::new();
        for depth in 1..600 {
            text.push_str(&" \\\n".repeat(depth / 40));
            text.push_str(&" ".repeat(depth - depth / 40));
            text.push_str("if a['x']:\n");
        }
        let source = Source::parse(text.as_str());
        assert_eq!(source.root().end_byte(), text.len());
    }

    #[test]
    fn only_lines_that_stand_too_deep_are_left_out() {
        let deep = " ".repeat(TOO_DEEP);
        let tabs = "\t".repeat(TOO_DEEP / 8 + 1);
        let text = format!("a = 1\n{deep}b = 2\nc = 3\n\n\n{tabs}d = 4\n  e = 5\n");
        let read = String::from_utf8(bearable(text.as_bytes()).into_owned()).expect("UTF-8");
        assert_eq!(
            read,
            text.replace("b = 2", "     ").replace("d = 4", "     ")
        );
        let usual = format!("a = (\n{}1)\n", " ".repeat(TOO_DEEP - 1));
        assert!(matches!(bearable(usual.as_bytes()), Cow::Borrowed(_)));
    }
}
