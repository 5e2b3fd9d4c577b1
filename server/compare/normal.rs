//! Normalised syntax: the tokens of a node, whatever their layout and comments.

use std::hash::Hasher;
use std::ops::Range;

use tree_sitter::Node;

use crate::syntax::Source;
use crate::syntax::nodes::{Walk, walk_with_parent};

/// The tokens of the smallest node around `range` that lie inside `range`, joined by one space.
/// Comments, layout, redundant parentheses around a whole expression and trailing commas are
/// left out; string contents stay.
#[must_use]
pub fn tokens(source: &Source, range: Range<usize>) -> Vec<&str> {
    let Some(node) = source.node_at(range.clone()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    walk_with_parent(node, &mut |node, parent| {
        if node.kind() == "comment"
            || node.end_byte() <= range.start
            || range.end <= node.start_byte()
        {
            return Walk::Over;
        }
        if node.kind() == "string" {
            found.push(source.slice(node));
            return Walk::Over;
        }
        if node.child_count() == 0 {
            let text = source.slice(node);
            if !text.is_empty() && !is_layout(node, parent) {
                found.push(text);
            }
        }
        Walk::Into
    });
    found
}

fn is_layout(node: Node<'_>, parent: Option<Node<'_>>) -> bool {
    match node.kind() {
        "(" | ")" => parent.is_some_and(|parent| parent.kind() == "parenthesized_expression"),
        "," => {
            parent.is_some_and(|parent| parent.kind() != "tuple")
                && node
                    .next_sibling()
                    .is_some_and(|next| matches!(next.kind(), ")" | "]" | "}"))
        }
        "line_continuation" => true,
        _ => false,
    }
}

/// The tokens as the comparison sees them: quotes and the way in which a string is split up do not
/// count.
#[must_use]
pub fn values(tokens: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::with_capacity(tokens.len());
    let mut in_string = false;
    for token in tokens {
        let is_string = token.ends_with(['"', '\'']);
        match found.last_mut().filter(|_| is_string && in_string) {
            Some(before) => before.push_str(&super::strings::value(token)),
            None if is_string => found.push(format!("\"{}", super::strings::value(token))),
            None => found.push((*token).to_owned()),
        }
        in_string = is_string;
    }
    found
}

/// The tokens as one text.
#[must_use]
pub fn text(source: &Source, range: Range<usize>) -> String {
    tokens(source, range).join(" ")
}

/// A hash that is the same in every run, release and machine (FNV-1a, 64 bits).
#[must_use]
pub fn stable_hash(parts: &[&str]) -> u64 {
    let mut hasher = fnv::FnvHasher::default();
    for part in parts {
        hasher.write(part.as_bytes());
        hasher.write_u8(0);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(left: &str, right: &str) {
        let (left, right) = (Source::parse(left), Source::parse(right));
        assert_eq!(
            text(&left, 0..left.text().len()),
            text(&right, 0..right.text().len())
        );
    }

    #[test]
    fn layout_does_not_count() {
        same("f(a, b)\n", "f(\n    a,  # why\n    b,\n)\n");
        same("x = (a or b)\n", "x = a or b\n");
    }

    #[test]
    fn quotes_do_not_count_and_contents_do() {
        assert_eq!(
            values(&["d", "[", "'a'", "]"]),
            values(&["d", "[", "\"a\"", "]"])
        );
        assert_eq!(values(&["'a'", "\"b\""]), values(&["'ab'"]));
        assert_ne!(values(&["'a'"]), values(&["a"]));
        assert_ne!(values(&["'a'"]), values(&["b'a'"]));
    }

    #[test]
    fn string_contents_count() {
        let (left, right) = (Source::parse("'a  b'\n"), Source::parse("'a b'\n"));
        assert_ne!(text(&left, 0..6), text(&right, 0..5));
    }
}
