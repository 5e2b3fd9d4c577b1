//! Private names that go and that nothing ever read.

use std::collections::BTreeSet;
use std::ops::Range;

use super::draft;
use super::everywhere::{has_word, words};
use crate::compare::statements::Statement;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::field;
use tree_sitter::Node;

/// Names that are used more often than this are not looked at.
const MOST_PLACES: usize = 20;

/// More names than this are not looked at.
const MOST_NAMES: usize = 50;

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    if change.head.is_test {
        return;
    }
    let mut told = BTreeSet::new();
    for hunk in 0..change.hunks.len() {
        let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
        if base.broken || head.broken || change.edits.same_code(hunk).is_some() {
            continue;
        }
        for one in base.statements {
            let Some((name, place)) = given(change.base.source, one) else {
                continue;
            };
            if MOST_NAMES <= told.len() {
                return;
            }
            if !told.insert(name)
                || has_word(change.head.source, name)
                || !only_given(change.base.source, name)
            {
                continue;
            }
            let span = shown(change, hunk);
            let message = format!("{name} goes: this file only ever set it");
            reporter.report(
                Draft {
                    confidence: Confidence::Possible,
                    ..draft(span, message, name)
                }
                .production(place.byte_range(), "production sets it"),
            );
        }
    }
}

/// The line of head that shows what goes in a hunk; an empty one shows nothing.
fn shown(change: &FileChange<'_>, hunk: usize) -> Range<usize> {
    let (lines, text) = (change.head.source.lines(), change.head.source.text());
    let first = change.hunks[hunk].shown_in_head().start as usize;
    let mut line = first.min(lines.count().saturating_sub(1));
    while 0 < line && text[lines.content(line, text)].trim().is_empty() {
        line -= 1;
    }
    lines.content(line, text)
}

/// The private name that a statement gives a value.
fn given<'a>(source: &'a Source, statement: &Statement<'a>) -> Option<(&'a str, Node<'a>)> {
    let assignment = statement.node.named_child(0)?;
    if statement.node.kind() != "expression_statement" || assignment.kind() != "assignment" {
        return None;
    }
    let left = field(assignment, "left")?;
    let name = match left.kind() {
        "identifier" => left,
        "attribute" => field(left, "attribute")?,
        _ => return None,
    };
    let text = source.slice(name);
    let private = text.starts_with('_') && !text.starts_with("__") && 1 < text.len();
    private.then_some((text, name))
}

/// Whether every place that has the name gives it a value.
fn only_given(source: &Source, name: &str) -> bool {
    let all: Vec<usize> = words(source, name).take(MOST_PLACES + 1).collect();
    all.len() <= MOST_PLACES
        && all.iter().all(|&at| {
            let Some(node) = source.node_at(at..at + name.len()) else {
                return false;
            };
            if node.kind() != "identifier" || source.slice(node) != name {
                return false;
            }
            let attribute = node.parent().filter(|one| one.kind() == "attribute");
            let given = attribute.unwrap_or(node);
            let outer = given.parent().filter(|one| one.kind() == "assignment");
            outer.is_some_and(|outer| field(outer, "left") == Some(given))
        })
}
