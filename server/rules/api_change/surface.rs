//! What users and operators rely on: options, their choices, and what is not deprecated yet.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::place_of_deletion;
use crate::compare::edits::Part;
use crate::rules::knowledge::switches::{self, Kind};
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, field, walk};

/// Categories of warnings that tell callers to change.
const CATEGORIES: [&str; 4] = [
    "DeprecationWarning",
    "PendingDeprecationWarning",
    "FutureWarning",
    "deprecat",
];

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    gone(change, reporter);
    deprecated(change, reporter);
}

/// Options and choices that only production's file declares.
fn gone(change: &FileChange<'_>, reporter: &mut Reporter) {
    let (base, head) = (change.base.source, change.head.source.text());
    let mut told = BTreeSet::new();
    for (index, hunk) in change.hunks.iter().enumerate() {
        for statement in change.edits.base(index).statements {
            for one in switches::in_statement(base, statement) {
                let line = u32::try_from(base.lines().line_of(one.span.start));
                let touched = line.is_ok_and(|line| hunk.base.contains(&line));
                let what = match one.kind {
                    Kind::Option => "option",
                    Kind::Choice => "choice",
                    Kind::Declared => "setting",
                    _ => continue,
                };
                if !touched || one.is_known_in(head) || !told.insert(one.name.clone()) {
                    continue;
                }
                let message = format!("The {what} {} is gone: whoever sets it fails", one.name);
                let span = place_of_deletion(change, one.span.start);
                reporter.report(
                    Draft {
                        detail: one.name,
                        ..Draft::over(span, Confidence::Certain, message)
                    }
                    .production(one.span, "production has it"),
                );
            }
        }
    }
}

/// Warnings of deprecation that production does not give.
fn deprecated(change: &FileChange<'_>, reporter: &mut Reporter) {
    let hunks = 0..change.hunks.len();
    let all: Vec<_> = hunks
        .map(|index| {
            let before = warnings(change.edits.base(index)).len();
            (before, warnings(change.edits.head(index)))
        })
        .collect();
    let before: usize = all.iter().map(|(before, _)| before).sum();
    let mut more = all.iter().map(|(_, now)| now.len()).sum::<usize>();
    // Where code moves, a warning may leave one hunk and come to another.
    for (was, now) in &all {
        if more <= before || now.len() <= *was {
            continue;
        }
        more -= now.len() - was;
        if let Some(call) = now.last() {
            let name = &change.head.outline.enclosing(call.start_byte()).qualname;
            let what = if name.is_empty() { "This module" } else { name };
            let message = format!("{what} deprecates something: callers are told to change");
            let first = change.head.source.slice(*call).lines().next();
            let end = call.start_byte() + first.map_or(0, str::len);
            reporter.report(Draft::over(
                call.start_byte()..end,
                Confidence::Likely,
                message,
            ));
        }
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
    name.starts_with("warn") && CATEGORIES.iter().any(|one| arguments.contains(one))
}
