//! Comments of one scope, and which of them production does not have.

use std::collections::HashMap;

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, walk};

/// The comments of this scope, in source order. Those of nested functions and classes belong to
/// these, the ones between a `def` line and its body included, so that each belongs to one scope.
#[must_use]
pub fn own<'a>(unit: &Unit<'a>) -> Vec<Node<'a>> {
    let mut found = Vec::new();
    walk(unit.node, &mut |node| {
        let nested =
            node != unit.node && matches!(node.kind(), "function_definition" | "class_definition");
        if nested {
            return Walk::Over;
        }
        if node.kind() == "comment" {
            found.push(node);
        }
        Walk::Into
    });
    found
}

/// The comments of `head` that its counterpart in production does not have as often. Looking for
/// a text in two whole files costs their size, and most comments need no such look.
#[must_use]
pub fn not_in_counterpart<'a>(base: Option<&Unit<'_>>, head: &Unit<'a>) -> Vec<Node<'a>> {
    let mut known = HashMap::<&str, usize>::new();
    if let Some(base) = base {
        for comment in own(base) {
            *known.entry(words(base.slice(comment))).or_default() += 1;
        }
    }
    let mut found = own(head);
    found.retain(|comment| match known.get_mut(words(head.slice(*comment))) {
        Some(count) if 0 < *count => {
            *count -= 1;
            false
        }
        _ => true,
    });
    found
}

/// What a comment says, without its marks: `#x` and `# x` say the same.
#[must_use]
pub fn words(comment: &str) -> &str {
    comment.trim_start_matches('#').trim()
}

/// How often `needle` stands in `text`.
#[must_use]
pub fn count(text: &str, needle: &str) -> usize {
    memchr::memmem::find_iter(text.as_bytes(), needle.as_bytes()).count()
}

/// How often `needle` stands in `text` at the end of a line.
#[must_use]
pub fn count_at_line_ends(text: &str, needle: &str) -> usize {
    memchr::memmem::find_iter(text.as_bytes(), needle.as_bytes())
        .filter(|at| {
            let rest = &text[at + needle.len()..];
            rest.lines()
                .next()
                .is_none_or(|rest| rest.trim().is_empty())
        })
        .count()
}
