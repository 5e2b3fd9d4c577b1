//! What callers are told to do without: warnings of deprecation and notes of it in docstrings.

use std::ops::Range;

use tree_sitter::Node;

use super::place_of_deletion;
use crate::compare::edits::Part;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::nodes::{Walk, field, walk};
use crate::syntax::{File, Source};

/// Categories of warnings that tell callers to change.
const CATEGORIES: [&str; 4] = [
    "DeprecationWarning",
    "PendingDeprecationWarning",
    "FutureWarning",
    "deprecat",
];

/// Last names of functions that say something to a user.
const SAYS: [&str; 9] = [
    "warn", "warning", "warnings", "err", "error", "echo", "secho", "print", "line",
];

/// How a docstring marks what is deprecated.
const NOTES: [&str; 3] = [".. deprecated::", "@deprecated", ".. versionremoved::"];

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    if !warned(change, reporter) {
        noted(change, reporter);
    }
}

/// Warnings of deprecation that only one side gives; whether there are any.
fn warned(change: &FileChange<'_>, reporter: &mut Reporter) -> bool {
    let all: Vec<_> = (0..change.hunks.len())
        .map(|index| {
            let (base, head) = (change.edits.base(index), change.edits.head(index));
            (warnings(base), warnings(head))
        })
        .collect();
    let before: usize = all.iter().map(|(was, _)| was.len()).sum();
    let now: usize = all.iter().map(|(_, now)| now.len()).sum();
    let mut more = now.saturating_sub(before);
    let mut less = before.saturating_sub(now);
    // Where code moves, a warning may leave one hunk and come to another.
    for (was, now) in &all {
        if 0 < more && was.len() < now.len() {
            more = more.saturating_sub(now.len() - was.len());
            if let Some(call) = now.last() {
                begins(change, *call, reporter);
            }
        } else if 0 < less && now.len() < was.len() {
            less = less.saturating_sub(was.len() - now.len());
            if let Some(call) = was.last() {
                ends(change, call.byte_range(), reporter);
            }
        }
    }
    before != now
}

fn begins(change: &FileChange<'_>, call: Node<'_>, reporter: &mut Reporter) {
    let what = around(change.head, call.start_byte());
    let message = format!("{what} deprecates something: callers are told to change");
    let first = change.head.source.slice(call).lines().next();
    let end = call.start_byte() + first.map_or(0, str::len);
    let span = call.start_byte()..end;
    // A line in a log tells whoever runs it, not those who call.
    let confidence = if is_pythons_own(change.head.source, call) {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    reporter.report(Draft::over(span, confidence, message));
}

/// Whether Python's own means tell the callers: `warnings.warn` with a category of deprecation, or a
/// decorator `deprecated` (PEP 702).
fn is_pythons_own(source: &Source, node: Node<'_>) -> bool {
    if node.kind() == "decorator" {
        return true;
    }
    let ends_with = |part: &str| {
        field(node, "function")
            .is_some_and(|one| source.slice(one).rsplit('.').next() == Some(part))
    };
    let arguments = field(node, "arguments").map_or("", |one| source.slice(one));
    ends_with("warn") && CATEGORIES.iter().any(|one| arguments.contains(one))
}

fn ends(change: &FileChange<'_>, was: Range<usize>, reporter: &mut Reporter) {
    let what = around(change.base, was.start);
    let message = format!("{what} ends a deprecation: production still does what it warns of");
    let span = place_of_deletion(change, was.start);
    reporter.report(
        Draft {
            detail: message.clone(),
            ..Draft::over(span, Confidence::Possible, message)
        }
        .production(was, "production's warning"),
    );
}

/// Notes in docstrings that only one side has.
fn noted(change: &FileChange<'_>, reporter: &mut Reporter) {
    let side = |file: File<'_>, lines: &dyn Fn(usize) -> Range<u32>| -> Vec<Range<usize>> {
        let all = (0..change.hunks.len()).flat_map(lines);
        let (text, starts) = (file.source.text(), file.source.lines());
        all.map(|line| starts.content(line as usize, text))
            .filter(|line| text.get(line.clone()).is_some_and(is_note))
            .collect()
    };
    let was = side(change.base, &|index| change.hunks[index].base.clone());
    let now = side(change.head, &|index| change.hunks[index].head.clone());
    if was.len() < now.len()
        && let Some(line) = now.first()
    {
        let text = &change.head.source.text()[line.clone()];
        let start = line.start + (text.len() - text.trim_start().len());
        let what = around(change.head, start);
        let message = format!("{what} is called deprecated: callers are told to change");
        reporter.report(Draft::over(start..line.end, Confidence::Likely, message));
    } else if now.len() < was.len()
        && let Some(line) = was.first()
    {
        ends(change, line.clone(), reporter);
    }
}

fn is_note(line: &str) -> bool {
    let line = line.trim_start();
    NOTES.iter().any(|note| line.starts_with(note)) && !line.contains('(')
}

fn around(file: File<'_>, at: usize) -> &str {
    match file.outline.enclosing(at).qualname.as_str() {
        "" => "This module",
        name => name,
    }
}

/// The calls and decorators in a hunk that warn of a deprecation.
fn warnings<'a>(part: Part<'_, 'a>) -> Vec<Node<'a>> {
    let mut found = Vec::new();
    for statement in part.statements {
        walk(statement.node, &mut |node| {
            if statement.span.end <= node.start_byte() {
                return Walk::Over;
            }
            if statement.span.start <= node.start_byte() && warns(part.source, node) {
                found.push(node);
                return Walk::Over;
            }
            Walk::Into
        });
    }
    found
}

fn warns(source: &Source, node: Node<'_>) -> bool {
    let called = match node.kind() {
        "call" => field(node, "function"),
        "decorator" => node.named_child(0),
        _ => None,
    };
    let Some(called) = called else {
        return false;
    };
    let name = source.slice(called).rsplit('.').next().unwrap_or_default();
    let name = name
        .split('(')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if name.starts_with("deprecat") || name.ends_with("_deprecated") {
        return true;
    }
    let arguments = field(node, "arguments").map_or("", |one| source.slice(one));
    if name.starts_with("warn") && CATEGORIES.iter().any(|one| arguments.contains(one)) {
        return true;
    }
    let told = arguments.to_ascii_lowercase();
    SAYS.contains(&name.as_str())
        && (told.contains("is deprecated") || told.contains("deprecation:"))
}
