//! Places in a text that are judged apart: where an edit has code, and what is broken.

use std::ops::Range;

use crate::syntax::Source;
use crate::syntax::nodes::{Walk, walk};

/// Where the code begins on each line on which an edit lies. (At its own end a function is not
/// around the edit any more.)
pub(super) fn code_of(source: &Source, edit: &Range<usize>) -> Vec<usize> {
    let (lines, text) = (source.lines(), source.text());
    let first = |line| {
        let content = lines.content(line, text);
        let indent = text[content.clone()].find(|c: char| !c.is_whitespace())?;
        Some(content.start + indent)
    };
    let touched = lines.line_of(edit.start)..=lines.line_of(edit.end);
    let code: Vec<usize> = touched.filter_map(first).collect();
    if code.is_empty() {
        return vec![edit.start];
    }
    code
}

/// Functions and stretches whose syntax is broken.
pub(super) fn broken_parts(source: &Source) -> Vec<Range<usize>> {
    let root = source.root();
    let mut parts = source.masks().to_vec();
    if !root.has_error() {
        return parts;
    }
    walk(root, &mut |node| {
        if !node.has_error() && !node.is_missing() {
            return Walk::Over;
        }
        if node.is_error() || node.is_missing() || node.kind() == "function_definition" {
            parts.push(node.byte_range());
            return Walk::Over;
        }
        Walk::Into
    });
    parts
}
