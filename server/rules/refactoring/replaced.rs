//! One expression that takes the place of another one wherever the file has it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::draft;
use crate::compare::canonical::{Role, Token};
use crate::compare::statements::Statement;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::Source;

/// Fewer places may be one mistake that is corrected.
const FEWEST: usize = 3;

/// Of something imported that the file no longer has at all, two are enough.
const FEWEST_OF_ALL: usize = 2;

/// Longer expressions are rewritten, not replaced.
const MOST_TOKENS: usize = 16;

/// Longer expressions are not shown, in bytes.
const LONGEST: usize = 60;

/// Where one replacement happens: the places in head, those of production.
type Places = Vec<(Range<usize>, Range<usize>)>;

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    // A test follows what it tests.
    if change.head.is_test {
        return;
    }
    let mut all = BTreeMap::<(String, String), Places>::new();
    for index in 0..change.hunks.len() {
        let (base, head) = (change.edits.base(index), change.edits.head(index));
        if base.broken || head.broken || base.statements.len() != head.statements.len() {
            continue;
        }
        for (old, new) in base.statements.iter().zip(head.statements) {
            if old.node.kind() != new.node.kind() || old.node.kind().starts_with("import") {
                continue;
            }
            if let Some((was, is)) = differing(old, new)
                && let Some(was) = shown(change.base.source, was)
                && let Some(is) = shown(change.head.source, is)
            {
                let text =
                    |source: &Source, bytes: &Range<usize>| source.text()[bytes.clone()].to_owned();
                let key = (
                    text(change.base.source, &was),
                    text(change.head.source, &is),
                );
                all.entry(key).or_default().push((is, was));
            }
        }
    }
    for ((was, is), places) in all {
        let everywhere = || is_imported(change, &was) && !change.head.source.text().contains(&was);
        if places.len() < FEWEST_OF_ALL || places.len() < FEWEST && !everywhere() {
            continue;
        }
        let message = format!(
            "The same replacement in {} places: {is} stands for {was}",
            places.len()
        );
        let (at, old) = places[0].clone();
        reporter.report(
            Draft {
                confidence: Confidence::Possible,
                ..draft(at, message, "replacement")
            }
            .production(old, "production's expression"),
        );
    }
}

/// Whether the expression begins with what production imports.
fn is_imported(change: &FileChange<'_>, expression: &str) -> bool {
    let part = |one: char| !one.is_alphanumeric() && one != '_';
    let first = expression.split(part).next().unwrap_or_default();
    change.base.outline.names.is_imported(first)
}

/// The tokens that differ, if they are one expression with names in it on each side.
fn differing<'t, 'a>(
    old: &'t Statement<'a>,
    new: &'t Statement<'a>,
) -> Option<(&'t [Token<'a>], &'t [Token<'a>])> {
    let (was, is) = (&old.tokens, &new.tokens);
    let front = was.iter().zip(is).take_while(|(old, new)| old == new);
    let mut front = front.count();
    let (rest, other) = (&was[front..], &is[front..]);
    let back = rest.iter().rev().zip(other.iter().rev());
    let mut back = back.take_while(|(old, new)| old == new).count();
    // Where one side only says more, the whole chain of attributes is looked at.
    if (rest.len() == back || other.len() == back) && 0 < back {
        back -= 1;
        while 2 <= front && was[front - 1].text == "." {
            front -= 2;
        }
    }
    let (was, is) = (&was[front..was.len() - back], &is[front..is.len() - back]);
    let single = was.len() == 1 && is.len() == 1;
    let fits = |all: &[Token<'_>]| {
        all.len() <= MOST_TOKENS
            && all
                .iter()
                .any(|one| matches!(one.role, Role::Name | Role::Attribute))
    };
    (!single && fits(was) && fits(is)).then_some((was, is))
}

/// The bytes of the expression that the tokens are, or of the last part of a chain of attributes and
/// calls, if it can be shown.
fn shown(source: &Source, all: &[Token<'_>]) -> Option<Range<usize>> {
    let (first, last) = (all.first()?, all.last()?);
    let mut node = source.node_at(first.at..last.at + 1)?;
    // `a` in `(a)` is the same bytes as more than one node.
    while let Some(up) = node
        .parent()
        .filter(|up| up.byte_range() == node.byte_range())
    {
        node = up;
    }
    let is_tail = matches!(node.kind(), "attribute" | "call") && last.at != first.at;
    let is_expression = !matches!(
        node.kind(),
        "argument_list" | "parameters" | "block" | "module" | "pair" | "typed_parameter"
    ) && !node.kind().ends_with("statement");
    let fits = is_expression && (node.start_byte() == first.at || is_tail);
    let bytes = first.at..node.end_byte();
    let text = &source.text()[bytes.clone()];
    (fits && text.len() <= LONGEST && !text.contains('\n')).then_some(bytes)
}
