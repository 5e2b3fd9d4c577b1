//! What stands for code whose syntax is broken just now.

use std::borrow::Cow;
use std::ops::Range;

/// The text with blanks for `masks`. Line ends stay, so that rows do. Each mask becomes a
/// statement of its own: a function or class without a body, so that decorators above it stay
/// right, or else a short name.
pub(super) fn masked<'t>(text: &'t str, masks: &[Range<usize>]) -> Cow<'t, [u8]> {
    if masks.is_empty() {
        return text.as_bytes().into();
    }
    let mut bytes = text.as_bytes().to_vec();
    for mask in masks {
        let placeholder = placeholder(&text[mask.clone()]);
        for byte in &mut bytes[mask.clone()] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        bytes[mask.start..mask.start + placeholder.len()].copy_from_slice(placeholder);
    }
    bytes.into()
}

/// What stands for a broken stretch. It begins with the same byte if it can, and ends where a
/// character ends, since the tree's places are used with the real text.
pub(super) fn placeholder(broken: &str) -> &[u8] {
    let room = broken.find(['\n', '\r']).unwrap_or(broken.len());
    let (keyword, bodiless): (_, &[u8]) = match definition_header(broken) {
        Some((Keyword::Def, _)) => ("def", b"def _():0"),
        Some((Keyword::AsyncDef, _)) => ("async", b"async def _():0"),
        Some((Keyword::Class, _)) => ("class", b"class _:0"),
        None => ("", b""),
    };
    let fits = bodiless.len() <= room && broken.as_bytes()[..bodiless.len()].is_ascii();
    if !keyword.is_empty() && broken.starts_with(keyword) && fits {
        return bodiless;
    }
    let first = broken.chars().next().unwrap_or('_');
    if first.is_ascii_alphabetic() || first == '_' {
        &broken.as_bytes()[..1]
    } else {
        &b"____"[..first.len_utf8()]
    }
}

/// How a definition begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    /// `def`
    Def,
    /// `async def`
    AsyncDef,
    /// `class`
    Class,
}

/// What a stretch of broken code defines, below its decorators: the keyword and the name.
pub(super) fn definition_header(broken: &str) -> Option<(Keyword, &str)> {
    let line = broken
        .lines()
        .map(str::trim_start)
        .find(|line| !line.is_empty() && !line.starts_with(['@', '#']))?;
    let (keyword, rest) = if let Some(rest) = line.strip_prefix("def ") {
        (Keyword::Def, rest)
    } else if let Some(rest) = line.strip_prefix("class ") {
        (Keyword::Class, rest)
    } else {
        let rest = line.strip_prefix("async ")?.trim_start();
        (Keyword::AsyncDef, rest.strip_prefix("def ")?)
    };
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    let name = &rest[..end.unwrap_or(rest.len())];
    (!name.is_empty()).then_some((keyword, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_keeps_bytes_rows_and_characters() {
        let text = "é = (\nx = 1\ndef f(a:\n    return\n";
        let shown = masked(text, &[0..6, 13..33]);
        assert_eq!(
            std::str::from_utf8(&shown),
            Ok("__    \nx = 1\nd       \n          \n")
        );
        let longer = "async def read(a:\n    return\n";
        let all = std::slice::from_ref(&(0..28));
        assert_eq!(&masked(longer, all)[..18], b"async def _():0  \n");
    }

    #[test]
    fn broken_code_keeps_its_name() {
        let name = |broken| definition_header(broken).map(|(_, name)| name);
        assert_eq!(name("@a(\n@b\n# c\nasync def naïve(x"), Some("naïve"));
        assert_eq!(name("class K(\n    pass"), Some("K"));
        assert_eq!(name("def "), None);
        assert_eq!(name("x = def f"), None);
    }
}
