//! String literals as values: quotes, the case of prefixes and needless escapes are layout.

/// How a literal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// `r"…"`.
    is_raw: bool,
    /// `b"…"`.
    pub is_bytes: bool,
    /// `f"…"`, where braces are doubled.
    is_format: bool,
}

impl Shape {
    /// The shape of a literal with this text.
    pub fn of(literal: &str) -> Self {
        let prefix = literal.split(['"', '\'']).next().unwrap_or_default();
        let has = |letter: char| prefix.chars().any(|one| one.eq_ignore_ascii_case(&letter));
        Self {
            is_raw: has('r'),
            is_bytes: has('b'),
            is_format: has('f') || has('t'),
        }
    }
}

impl Shape {
    /// Whether it is text without places for values.
    pub fn is_plain(self) -> bool {
        !self.is_bytes && !self.is_format
    }

    /// The same with doubled braces, as `str.format` reads it.
    pub fn for_format(self) -> Self {
        Self {
            is_format: true,
            ..self
        }
    }
}

/// Whether an interpolation shows its own text (`{x=}`), which makes its layout matter.
pub(super) fn shows_itself(interpolation: &str) -> bool {
    let inner = interpolation.trim_end_matches('}').trim_end();
    let inner = inner
        .rsplit_once(['!', ':'])
        .map_or(inner, |(before, _)| before.trim_end());
    inner.ends_with('=')
}

/// Appends a stretch of a literal's content to `to`.
pub(super) fn append(to: &mut String, content: &str, shape: Shape) {
    let mut rest = content.chars().peekable();
    while let Some(one) = rest.next() {
        match one {
            '\\' if shape.is_raw => to.push_str("\\\\"),
            '\\' => match rest.next() {
                Some(quote @ ('\'' | '"')) => to.push(quote),
                Some('\n') => {}
                Some(other) => {
                    to.push('\\');
                    to.push(other);
                }
                None => to.push('\\'),
            },
            brace @ ('{' | '}') if shape.is_format && rest.peek() == Some(&brace) => {
                rest.next();
                to.push(brace);
            }
            other => to.push(other),
        }
    }
}

/// What a literal stands for, told apart from that of another kind.
pub(super) fn value(literal: &str) -> String {
    let shape = Shape::of(literal);
    let mut plain = String::new();
    if shape.is_bytes {
        plain.push_str("b:");
    }
    append(&mut plain, quoted(literal), shape);
    plain
}

/// What stands between the quotes.
fn quoted(literal: &str) -> &str {
    let start = literal.find(['"', '\'']).unwrap_or(0);
    let quoted = &literal[start..];
    let size = match quoted.as_bytes() {
        [a, b, c, ..] if a == b && b == c && 6 <= quoted.len() => 3,
        _ => 1,
    };
    quoted
        .get(size..quoted.len().saturating_sub(size))
        .unwrap_or_default()
}

/// A docstring without what layout adds to it: quotes, indentation, blanks at the ends.
pub(super) fn docstring(literal: &str) -> String {
    let mut plain = String::new();
    append(&mut plain, quoted(literal), Shape::of(literal));
    let lines: Vec<&str> = plain.lines().map(str::trim_end).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines
        .iter()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(indent)
        .min()
        .unwrap_or(0);
    let mut clean: Vec<&str> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        clean.push(if number == 0 {
            line.trim_start()
        } else {
            line.get(common..).unwrap_or_default()
        });
    }
    clean.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_docstring_keeps_its_words_and_relative_indentation() {
        let one = "\"\"\" Adds.\n\n        a: one  \n          b: two\n    \"\"\"";
        let two = "'''Adds.\n\n    a: one\n      b: two'''";
        assert_eq!(docstring(one), docstring(two));
        assert_ne!(docstring("'''a b'''"), docstring("'''a  b'''"));
    }

    #[test]
    fn what_shows_itself_is_kept_as_it_is() {
        assert!(shows_itself("{x = }"));
        assert!(shows_itself("{x=!r}"));
        assert!(!shows_itself("{x == y}"));
        assert!(!shows_itself("{x:>=10}"));
    }
}
