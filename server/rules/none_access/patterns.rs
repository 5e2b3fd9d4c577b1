//! Regular expressions that match every text.

use regex_syntax::Parser;
use regex_syntax::hir::{Hir, HirKind};

/// Whether the pattern matches at the start of every text, so that `re.match` and `re.search` never
/// give None. `literal` is the string as it is written, with its prefix and quotes.
///
/// Patterns that only Python knows (lookahead, references) are taken for ones that may not match.
/// Line breaks count as nothing unusual: `.*` is taken for any text.
pub(super) fn matches_all(literal: &str) -> bool {
    let Some(begin) = literal.find(['"', '\'']) else {
        return false;
    };
    let (prefix, quoted) = literal.split_at(begin);
    if prefix.contains(['f', 'F', 't', 'T']) {
        return false;
    }
    let text = quoted.trim_matches(['"', '\'']);
    let text = text.strip_prefix('^').unwrap_or(text);
    let (text, ends) = match text.strip_suffix('$') {
        Some(before) if !before.ends_with('\\') => (before, true),
        _ => (text, false),
    };
    // Named groups are written the same way in both; possessive forms are refused by the parser.
    let Ok(hir) = Parser::new().parse(text) else {
        return false;
    };
    let properties = hir.properties();
    !quoted.trim_matches(['"', '\'']).is_empty()
        && properties.look_set().is_empty()
        && properties.minimum_len() == Some(0)
        && (!ends || takes_all(&hir))
}

/// Whether some part takes any text of any length, so that the end is always reached.
fn takes_all(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(one) => {
            one.max.is_none()
                && one.sub.properties().maximum_len().is_some()
                && matches!(one.sub.kind(), HirKind::Class(class) if is_any(class))
        }
        HirKind::Capture(one) => takes_all(&one.sub),
        HirKind::Concat(parts) => parts.iter().any(takes_all),
        _ => false,
    }
}

/// Whether a class is that of `.`, with or without the line break.
fn is_any(class: &regex_syntax::hir::Class) -> bool {
    use regex_syntax::hir::Class;
    let Class::Unicode(class) = class else {
        return false;
    };
    let letters: u32 = class
        .iter()
        .map(|one| u32::from(one.end()) - u32::from(one.start()) + 1)
        .sum();
    // All of Unicode, but for the surrogates that the first range leaves out and a line break.
    letters >= 0x0011_0000 - 0x900
}

#[cfg(test)]
mod tests {
    use super::matches_all;

    #[test]
    fn what_may_be_left_out_always_matches() {
        for pattern in [
            r#"r"\s*""#,
            r#""[ \t]*""#,
            r#"r"^(x?)""#,
            r#"r"a|b*""#,
            r"r'[ \t]*(?:#.*)?'",
            r#"r"(.*?)(\.dev.*)?$""#,
            r#"rb"(?P<name>\w*)""#,
        ] {
            assert!(matches_all(pattern), "{pattern}");
        }
    }

    #[test]
    fn what_needs_a_letter_an_end_or_a_look_may_not_match() {
        for pattern in [
            r#"r"\s+""#,
            r#"r"\d*$""#,
            r#"r"(a?)(?=b)""#,
            r#"r"\b""#,
            r#"f"{name}*""#,
            r#"r"x?\$""#,
            r#"r"(.*)-(.*)$""#,
            r#""""#,
        ] {
            assert!(!matches_all(pattern), "{pattern}");
        }
    }
}
