//! Private names that go and that nothing ever read.

use std::collections::BTreeSet;

use super::draft;
use super::everywhere::{has_word, words};
use crate::compare::statements::Statement;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::field;
use crate::syntax::unit::binds;
use tree_sitter::Node;

/// Names that are used more often than this are not looked at.
const MOST_PLACES: usize = 20;

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
            if has_word(change.head.source, name)
                || !told.insert(name)
                || !only_given(change.base.source, name)
            {
                continue;
            }
            let lines = change.head.source.lines();
            let shown = change.hunks[hunk].shown_in_head().start as usize;
            let shown = shown.min(lines.count().saturating_sub(1));
            let span = lines.content(shown, change.head.source.text());
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
            match node.parent().filter(|one| one.kind() == "attribute") {
                Some(attribute) => {
                    let outer = attribute.parent();
                    outer.is_some_and(|outer| {
                        outer.kind() == "assignment" && field(outer, "left") == Some(attribute)
                    })
                }
                None => {
                    let outer = node.parent();
                    binds(node) && outer.is_some_and(|outer| outer.kind() == "assignment")
                }
            }
        })
}
