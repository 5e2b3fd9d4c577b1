//! Code that only follows what is gone or takes less: it did so with its help, and does without now.

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use super::everywhere::has_word;
use super::rearranged::line_of;
use super::draft;
use crate::compare::edits::Part;
use crate::rules::knowledge::public::still_has;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::nodes::{Walk, children, field, fields, positional, walk};
use crate::syntax::outline::Kind;

/// In larger changes nothing is looked for.
const MOST_STATEMENTS: usize = 4000;

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    if change.head.is_test {
        return;
    }
    let hunks: Vec<usize> = (0..change.hunks.len())
        .filter(|&hunk| {
            let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
            change.edits.same_code(hunk).is_none() && !base.broken && !head.broken
        })
        .collect();
    let count = hunks
        .iter()
        .map(|&hunk| change.edits.base(hunk).statements.len());
    if MOST_STATEMENTS < count.sum() {
        return;
    }
    gone_here(change, &hunks, reporter);
    gone_elsewhere(change, &hunks, reporter);
    takes_less(change, &hunks, reporter);
}

/// Users of a function or class of this file that is gone.
fn gone_here(change: &FileChange<'_>, hunks: &[usize], reporter: &mut Reporter) {
    let base = change.base.outline;
    for &index in change.in_base {
        let old = &base.definitions[index];
        let outer_stays =
            old.parent == 0 || change.matching.head_of(old.parent).is_some();
        let moved = change.branch.went(change.base_path, &old.qualname).is_some();
        if old.kind == Kind::Module
            || old.name.starts_with("__")
            || change.matching.head_of(index).is_some()
            || !outer_stays
            || moved
            || still_has(change.head, &old.qualname)
            || has_word(change.head.source, &old.name)
        {
            continue;
        }
        let user = hunks.iter().find_map(|&hunk| {
            let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
            let outside = |at: usize| !old.range.contains(&at);
            let used = base.statements.iter().find(|one| {
                outside(one.span.start) && one.tokens.iter().any(|token| token.text == old.name)
            })?;
            let now = head.statements.first()?;
            Some((used, now))
        });
        let Some((used, now)) = user else { continue };
        let message = format!("This only follows {}, which is gone", old.qualname);
        report(change, reporter, (used, now), message, &old.qualname);
    }
}

/// Users of something of another file that is gone.
fn gone_elsewhere(change: &FileChange<'_>, hunks: &[usize], reporter: &mut Reporter) {
    let mut told = BTreeSet::new();
    for &hunk in hunks {
        let base = change.edits.base(hunk);
        for name in imported(base) {
            if !change.branch.is_gone(name)
                || has_word(change.head.source, name)
                || !told.insert(name.to_owned())
            {
                continue;
            }
            let user = hunks.iter().find_map(|&hunk| {
                let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
                let used = base.statements.iter().find(|one| {
                    let import = one.node.kind().starts_with("import");
                    !import && one.tokens.iter().any(|token| token.text == name)
                })?;
                Some((used, head.statements.first()?))
            });
            if let Some(user) = user {
                let message = format!("This only follows {name}, which is gone");
                report(change, reporter, user, message, name);
            }
        }
    }
}

/// The names that the hunk imports from modules.
fn imported<'a>(part: Part<'_, 'a>) -> Vec<&'a str> {
    let imports = part.statements.iter();
    imports
        .filter(|one| one.node.kind() == "import_from_statement")
        .flat_map(|one| fields(one.node, "name"))
        .map(|one| part.source.slice(one))
        .collect()
}

/// Calls of something that takes less now.
fn takes_less(change: &FileChange<'_>, hunks: &[usize], reporter: &mut Reporter) {
    let mut told = BTreeSet::new();
    for &hunk in hunks {
        let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
        let now = calls(head);
        for old in calls(base) {
            let Some(lost) = change.branch.lost(old.name) else {
                continue;
            };
            let Some(new) = now.iter().find(|one| one.name == old.name) else {
                continue;
            };
            let by_name = old
                .keywords
                .iter()
                .find(|one| lost.contains(**one) && !new.keywords.contains(*one));
            let by_place = lost
                .first()
                .filter(|_| old.keywords == new.keywords && new.places < old.places);
            let Some(gone) = by_name.copied().or(by_place.map(String::as_str)) else {
                continue;
            };
            if !told.insert(old.name.to_owned()) {
                continue;
            }
            let message = format!(
                "This only follows {}, which no longer takes {gone}",
                old.name
            );
            reporter.report(
                Draft {
                    confidence: Confidence::Possible,
                    ..draft(new.span.clone(), message, old.name)
                }
                .production(old.span.clone(), "production's call"),
            );
        }
    }
}

struct Call<'a> {
    name: &'a str,
    keywords: BTreeSet<&'a str>,
    places: usize,
    /// The line where it begins.
    span: Range<usize>,
}

fn calls<'a>(part: Part<'_, 'a>) -> Vec<Call<'a>> {
    let mut found = Vec::new();
    for one in part.statements {
        walk(one.node, &mut |node: Node<'a>| {
            if one.span.end <= node.start_byte() {
                return Walk::Over;
            }
            let called = field(node, "function").filter(|_| node.kind() == "call");
            if let Some(called) = called
                && let Some(arguments) = field(node, "arguments")
            {
                let name = part.source.slice(called).rsplit('.').next();
                let keywords = children(arguments)
                    .filter(|one| one.kind() == "keyword_argument")
                    .filter_map(|one| field(one, "name"));
                found.push(Call {
                    name: name.unwrap_or_default(),
                    keywords: keywords.map(|one| part.source.slice(one)).collect(),
                    places: positional(node).len(),
                    span: first_line(part, node),
                });
            }
            Walk::Into
        });
    }
    found
}

fn first_line(part: Part<'_, '_>, node: Node<'_>) -> Range<usize> {
    let lines = part.source.lines();
    let content = lines.content(lines.line_of(node.start_byte()), part.source.text());
    node.start_byte()..content.end.min(node.end_byte())
}

fn report(
    change: &FileChange<'_>,
    reporter: &mut Reporter,
    (used, now): (
        &crate::compare::statements::Statement<'_>,
        &crate::compare::statements::Statement<'_>,
    ),
    message: String,
    name: &str,
) {
    let span = line_of(change.head.source, now);
    let place = line_of(change.base.source, used);
    reporter.report(
        Draft {
            confidence: Confidence::Possible,
            ..draft(span, message, name)
        }
        .production(place, "production uses it"),
    );
}
