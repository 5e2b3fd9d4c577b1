//! Names, messages and source lines as a terminal may show them. A repository chooses them, and
//! raw they could clear the screen, hide a finding, or turn a line of code around.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` on one line, with an escape such as `\u{1b}` for each character that a terminal obeys.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, obeyed)
}

/// A line of source: a tab and the end of a Windows line may stay.
pub fn visible_line(line: &str) -> Cow<'_, str> {
    let Some(content) = line.strip_suffix('\r') else {
        return escaped(line, |c| c != '\t' && obeyed(c));
    };
    match escaped(content, |c| c != '\t' && obeyed(c)) {
        Cow::Borrowed(_) => Cow::Borrowed(line),
        Cow::Owned(content) => Cow::Owned(content + "\r"),
    }
}

/// `text` of the same length in bytes without the controls from U+0080 to U+009F, which
/// annotate-snippets lets pass. It escapes all others itself.
pub fn inert(text: &str) -> Cow<'_, str> {
    let late = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
    if text.contains(late) {
        Cow::Owned(text.replace(late, "¿"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A path for the head of a diff, quoted as git quotes it where it must be.
pub fn diff_path(path: &str) -> String {
    if !path.contains(|c| c == '"' || c == '\\' || obeyed(c)) {
        return path.to_owned();
    }
    let mut out = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if obeyed(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\{byte:03o}");
                }
            }
            c => out.push(c),
        }
    }
    out + "\""
}

fn escaped(text: &str, bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if bad(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a terminal does something on this character instead of drawing it: controls, line ends
/// of all kinds, and marks that change the direction of text.
fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_spelled_out() {
        assert_eq!(visible("a\u{1b}[2J\n\u{9b}31m"), r"a\u{1b}[2J\n\u{9b}31m");
        assert_eq!(visible("\u{202e}live"), r"\u{202e}live");
        assert!(matches!(visible("naïve 😀 file.py"), Cow::Borrowed(_)));
    }

    #[test]
    fn source_keeps_its_tabs_and_line_ends() {
        assert_eq!(visible_line("\tx = 1\r"), "\tx = 1\r");
        assert_eq!(visible_line("\tx\r = \u{7}\r"), "\tx\\r = \\u{7}\r");
    }

    #[test]
    fn late_controls_leave_all_bytes_at_their_places() {
        assert_eq!(inert("a\u{9b}b"), "a¿b");
        assert_eq!(inert("a\u{9b}b").len(), "a\u{9b}b".len());
    }

    #[test]
    fn git_takes_the_path_of_a_diff() {
        assert_eq!(diff_path("a/naïve file.py"), "a/naïve file.py");
        assert_eq!(diff_path("a/x\n\"\u{1b}.py"), r#""a/x\012\"\033.py""#);
    }
}
