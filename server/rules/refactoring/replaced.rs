//! One expression that takes the place of another one wherever the file has it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::draft;
use crate::compare::canonical::{Role, Token};
use crate::compare::statements::Statement;
use crate::rules::{Confidence, Draft, FileChange, Reporter};

/// Fewer places may be one mistake that is corrected.
const FEWEST: usize = 3;

/// Longer expressions are rewritten, not replaced.
const MOST_TOKENS: usize = 16;

/// Where one replacement happens: the places in head, those of production.
type Places = Vec<(Range<usize>, Range<usize>)>;

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
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
            if let Some((was, is)) = differing(old, new) {
                let key = (text(was), text(is));
                all.entry(key).or_default().push((span(is), span(was)));
            }
        }
    }
    for ((was, is), places) in all {
        if places.len() < FEWEST {
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

/// The tokens that differ, if they are one expression with names in it on each side.
fn differing<'t, 'a>(
    old: &'t Statement<'a>,
    new: &'t Statement<'a>,
) -> Option<(&'t [Token<'a>], &'t [Token<'a>])> {
    let (was, is) = (&old.tokens, &new.tokens);
    let front = was.iter().zip(is).take_while(|(old, new)| old == new);
    let front = front.count();
    let (was, is) = (&was[front..], &is[front..]);
    let back = was.iter().rev().zip(is.iter().rev());
    let back = back.take_while(|(old, new)| old == new).count();
    let (was, is) = (&was[..was.len() - back], &is[..is.len() - back]);
    let single = was.len() == 1 && is.len() == 1;
    let fits = |all: &[Token<'_>]| {
        all.len() <= MOST_TOKENS
            && all
                .iter()
                .any(|one| matches!(one.role, Role::Name | Role::Attribute))
    };
    (!single && fits(was) && fits(is)).then_some((was, is))
}

fn text(all: &[Token<'_>]) -> String {
    let mut text = String::new();
    for one in all {
        let joins = |one: char| one.is_alphanumeric() || one == '_' || one == '"';
        if text.ends_with(joins) && one.text.starts_with(joins) || text.ends_with(',') {
            text.push(' ');
        }
        text.push_str(&one.text);
    }
    text
}

fn span(all: &[Token<'_>]) -> Range<usize> {
    let start = all.first().map_or(0, |one| one.at);
    let named = all
        .iter()
        .rfind(|one| matches!(one.role, Role::Name | Role::Attribute));
    let end = named.map_or(start, |one| one.at + one.text.len());
    start..end.max(start)
}
