//! How the file is laid out: line ends, indentation, what a new line must look like.

use tree_sitter::Node;

use crate::syntax::Source;
use crate::syntax::nodes::{Walk, walk};

/// The line end that the file uses.
#[must_use]
pub fn line_end(source: &Source) -> &'static str {
    let text = source.text();
    match memchr::memchr2(b'\n', b'\r', text.as_bytes()) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        _ => "\n",
    }
}

/// The line end of the line at byte `at`, or of the line before where the text ends there; that of
/// the file where neither has one. A file may mix them, and each line keeps its own.
#[must_use]
pub fn line_end_at(source: &Source, at: usize) -> &'static str {
    let text = source.text();
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let line = match memchr::memchr(b'\n', after.as_bytes()) {
        Some(end) => &after[..=end],
        None => before,
    };
    match line {
        line if line.ends_with("\r\n") => "\r\n",
        line if line.ends_with('\n') => "\n",
        _ => line_end(source),
    }
}

/// One level of indentation as the file writes it: that of the first indented block; four spaces
/// if there is none.
#[must_use]
pub fn indent_unit(source: &Source) -> String {
    let mut unit = None;
    walk(source.root(), &mut |node| {
        if unit.is_some() {
            return Walk::Over;
        }
        if node.kind() == "block"
            && let Some(parent) = node.parent()
            && let Some(first) = node.named_child(0)
        {
            let (outer, inner) = (indent_of(source, parent), indent_of(source, first));
            if let Some(step) = inner.strip_prefix(outer)
                && !step.is_empty()
            {
                unit = Some(step.to_owned());
            }
        }
        Walk::Into
    });
    unit.unwrap_or_else(|| "    ".to_owned())
}

/// The white space at the beginning of the node's first line.
#[must_use]
pub fn indent_of<'s>(source: &'s Source, node: Node<'_>) -> &'s str {
    let line = source.lines().line_of(node.start_byte());
    let content = &source.text()[source.lines().content(line, source.text())];
    &content[..content.len() - content.trim_start_matches([' ', '\t', '\u{c}']).len()]
}

/// Whether the node is the first code on its line.
#[must_use]
pub fn begins_line(source: &Source, node: Node<'_>) -> bool {
    let start = source
        .lines()
        .start(source.lines().line_of(node.start_byte()));
    source.text()[start..node.start_byte()].trim().is_empty()
}

/// Whether nothing but a comment follows the node on its last line.
#[must_use]
pub fn ends_line(source: &Source, node: Node<'_>) -> bool {
    let line = source.lines().line_of(node.end_byte());
    let end = source.lines().content(line, source.text()).end;
    let rest = source.text()[node.end_byte().min(end)..end].trim_start();
    rest.is_empty() || rest.starts_with('#')
}

/// The first byte of the line after the node's last line; with the text's end if it is the last.
#[must_use]
pub fn next_line(source: &Source, node: Node<'_>) -> usize {
    source
        .lines()
        .start(source.lines().line_of(node.end_byte()) + 1)
}

/// Whether the line (from 0) begins inside a string that began on an earlier line, so that its
/// white space is content and must not be touched.
#[must_use]
pub fn inside_string(source: &Source, line: usize) -> bool {
    let start = source.lines().start(line);
    let Some(mut node) = source.root().descendant_for_byte_range(start, start) else {
        return false;
    };
    loop {
        if node.kind() == "string" {
            return node.start_byte() < start && start < node.end_byte();
        }
        match node.parent() {
            Some(parent) => node = parent,
            None => return false,
        }
    }
}
