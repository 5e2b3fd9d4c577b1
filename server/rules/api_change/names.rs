//! Module-level names: constants, and what `__all__` lists.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{is_public, made, place_of_deletion, still_has};
use crate::compare::canonical;
use crate::rules::knowledge::public::exported;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::nodes::field;
use crate::syntax::{File, Source};
use tree_sitter::Node;

pub(super) fn compare(
    change: &FileChange<'_>,
    names: Option<&BTreeSet<String>>,
    reporter: &mut Reporter,
) {
    let (base, head) = (change.base, change.head);
    for (name, bytes) in &base.outline.assigned {
        let dunder = name.starts_with("__");
        if dunder || !is_public(name, names) || !is_touched(change, bytes) {
            continue;
        }
        let mut now = head.outline.assigned.iter().filter(|(one, _)| one == name);
        match (now.next(), now.next()) {
            (Some((_, new)), None) => value(change, name, bytes, new, reporter),
            (None, _) if !still_has(head, name) => {
                let span = place_of_deletion(change, bytes.start);
                let message = format!("{name} is gone: whoever uses it fails");
                reporter.report(
                    Draft {
                        // What stands where something is gone is another thing.
                        covers: &[],
                        ..draft(span, Confidence::Certain, message)
                    }
                    .production(bytes.clone(), "production has it"),
                );
            }
            _ => {}
        }
    }
    left_out(change, names, reporter);
}

pub(super) fn draft(span: Range<usize>, confidence: Confidence, message: String) -> Draft {
    Draft {
        span: span.clone(),
        anchor: span,
        detail: message.clone(),
        message,
        confidence,
        related: Vec::new(),
        covers: &["refactoring"],
    }
}

fn is_touched(change: &FileChange<'_>, bytes: &Range<usize>) -> bool {
    let lines = change.base.source.lines().touched(bytes.clone());
    let at = change
        .hunks
        .partition_point(|hunk| hunk.base.end as usize <= lines.start);
    change
        .hunks
        .get(at)
        .is_some_and(|hunk| (hunk.base.start as usize) < lines.end)
}

/// Another value, or one of another type.
fn value(
    change: &FileChange<'_>,
    name: &str,
    old: &Range<usize>,
    new: &Range<usize>,
    reporter: &mut Reporter,
) {
    let before = right(change.base.source, old);
    let after = right(change.head.source, new);
    if let (Some(before), Some(after)) = (before, after) {
        value_change(change, name, before, after, reporter);
    }
}

/// Another value in production (`before`) than in the hotfix, or one of another type.
pub(super) fn value_change(
    change: &FileChange<'_>,
    name: &str,
    before: Node<'_>,
    after: Node<'_>,
    reporter: &mut Reporter,
) {
    let text = |file: File<'_>, node| canonical::text(file.source, node);
    if text(change.base, before) == text(change.head, after) {
        return;
    }
    let sides = ((change.base.source, before), (change.head.source, after));
    if made::are_listed(sides.0, sides.1) {
        let told = made::fields(name, sides.0, sides.1);
        reporter.report_if(told.map(|message| {
            draft(after.byte_range(), Confidence::Certain, message)
                .production(before.byte_range(), "production's fields")
        }));
        return;
    }
    let literal = |node: Node<'_>| -> Option<&'static str> {
        Some(match node.kind() {
            "string" | "concatenated_string" => "a string",
            "integer" | "float" => "a number",
            "true" | "false" => "a truth value",
            "none" => "None",
            "list" | "tuple" => "a list",
            "dictionary" => "a dictionary",
            "set" => "a set",
            _ => return None,
        })
    };
    let (confidence, what) = match (literal(before), literal(after)) {
        (Some(old), Some(new)) if old != new && ![old, new].contains(&"None") => {
            (Confidence::Likely, "a value of another type")
        }
        _ => (Confidence::Possible, "another value"),
    };
    let message = format!("{name} has {what} for everybody who uses it");
    reporter.report(
        draft(after.byte_range(), confidence, message)
            .production(before.byte_range(), "production's value"),
    );
}

fn right<'s>(source: &'s Source, statement: &Range<usize>) -> Option<Node<'s>> {
    let node = source.node_at(statement.clone())?;
    let node = match node.kind() {
        "expression_statement" => node.named_child(0)?,
        _ => node,
    };
    field(node, "right")
}

/// Names that `__all__` no longer lists. Those that are gone altogether are reported as that.
fn left_out(change: &FileChange<'_>, names: Option<&BTreeSet<String>>, reporter: &mut Reporter) {
    let (Some(before), Some(now)) = (names, exported(change.head)) else {
        return;
    };
    let Some((_, bytes)) = change
        .head
        .outline
        .assigned
        .iter()
        .find(|(name, _)| name == "__all__")
    else {
        return;
    };
    for name in before.difference(&now) {
        if change.base.outline.find(name).is_some() && !still_has(change.head, name) {
            continue;
        }
        reporter.report(draft(
            bytes.start..bytes.start + "__all__".len(),
            Confidence::Certain,
            format!("__all__ no longer lists {name}: `import *` and readers miss it"),
        ));
    }
}
