//! Code that only follows what is gone or takes less: it did so with its help, and does without now.

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use super::draft;
use super::everywhere::has_word;
use super::rearranged::line_of;
use crate::compare::canonical::Role;
use crate::compare::edits::Part;
use crate::compare::statements::Statement;
use crate::rules::knowledge::public::still_has;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::nodes::{Walk, children, field, fields, positional, walk};
use crate::syntax::outline::{Kind, Outline};

/// In larger changes nothing is looked for.
const MOST_STATEMENTS: usize = 4000;

/// More definitions than this are not looked for.
const MOST_GONE: usize = 50;

/// Shorter names may be those of other things.
const LONG_NAME: usize = 8;

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
    method_elsewhere(change, &hunks, reporter);
    takes_less(change, &hunks, reporter);
}

/// Users of a function or class of this file that is gone.
fn gone_here(change: &FileChange<'_>, hunks: &[usize], reporter: &mut Reporter) {
    let base = change.base.outline;
    let mut seen = 0;
    for &index in change.in_base {
        let old = &base.definitions[index];
        let outer_stays = old.parent == 0 || change.matching.head_of(old.parent).is_some();
        let moved = change
            .branch
            .went(change.base_path, &old.qualname)
            .is_some();
        if old.kind == Kind::Module
            // Of a private one it is told where it goes.
            || old.name.starts_with('_')
            || change.matching.head_of(index).is_some()
            || !outer_stays
            || moved
            || still_has(change.head, &old.qualname)
        {
            continue;
        }
        seen += 1;
        if MOST_GONE < seen {
            return;
        }
        if has_word(change.head.source, &old.name) {
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
            let import = |one: &Statement<'_>| one.node.kind().starts_with("import");
            let user = hunks.iter().find_map(|&hunk| {
                let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
                let used = base.statements.iter().find(|one| {
                    !import(one) && one.tokens.iter().any(|token| token.text == name)
                })?;
                Some((used, head.statements.first()?))
            });
            let Some((used, now)) = user else { continue };
            // What it is used in may change for reasons of its own: the import does not.
            let mut imports = change.edits.head(hunk).statements.iter();
            let now = imports.find(|one| import(one)).unwrap_or(now);
            let message = format!("This only follows {name}, which is gone");
            report(change, reporter, (used, now), message, name);
        }
    }
}

/// Users of a method of another file that is gone.
fn method_elsewhere(change: &FileChange<'_>, hunks: &[usize], reporter: &mut Reporter) {
    let mut told = BTreeSet::new();
    for &hunk in hunks {
        let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
        let Some(now) = head.statements.first() else {
            continue;
        };
        for one in base.statements {
            let attributes = one.tokens.iter().filter(|one| one.role == Role::Attribute);
            for name in attributes.map(|one| &*one.text) {
                // Many things have a short name.
                let speaks = LONG_NAME <= name.len() && name.trim_matches('_').contains('_');
                if speaks
                    && change.branch.is_gone(name)
                    && !told.contains(name)
                    && !has_word(change.head.source, name)
                    && !defines(change.base.outline, name)
                {
                    told.insert(name.to_owned());
                    let message = format!("This only follows {name}, which is gone");
                    report(change, reporter, (one, now), message, name);
                }
            }
        }
    }
}

fn defines(outline: &Outline, name: &str) -> bool {
    outline.definitions.iter().any(|one| one.name == name)
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
    (used, now): (&Statement<'_>, &Statement<'_>),
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
