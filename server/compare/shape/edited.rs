//! Statements that a change edits in place: fixes do that, features add new ones.

use std::collections::HashMap;

use super::table::{Counts, Fact};
use crate::compare::canonical::Token;
use crate::compare::statements::Statement;

/// The share of tokens that both versions of one statement have, in percent.
const ALIKE: usize = 60;

/// In longer hunks nothing is paired.
const MOST: usize = 200;

/// Words that make a condition out of a value.
const ASKS: [&str; 7] = ["None", "isinstance", "not", "and", "or", "in", "hasattr"];

/// Pairs the statements of one hunk and counts what happens to them.
pub(super) fn read(base: &[Statement<'_>], head: &[Statement<'_>], counts: &mut Counts) {
    if MOST < base.len() || MOST < head.len() {
        return;
    }
    let mut free: Vec<&Statement<'_>> = base
        .iter()
        .filter(|old| !head.iter().any(|new| new.tokens == old.tokens))
        .collect();
    for new in head {
        if base.iter().any(|old| old.tokens == new.tokens) {
            continue;
        }
        let kind = new.node.kind();
        let partner = free
            .iter()
            .position(|old| old.node.kind() == kind && ALIKE <= common(&old.tokens, &new.tokens));
        match partner {
            Some(at) => pair(&free.remove(at).tokens, &new.tokens, counts),
            None => fresh(new, counts),
        }
    }
}

fn pair(old: &[Token<'_>], new: &[Token<'_>], counts: &mut Counts) {
    counts.add(Fact::Edits, 1);
    if is_within(old, new) {
        counts.add(Fact::Insertions, 1);
        let asks = |all: &[Token<'_>]| all.iter().filter(|one| ASKS.contains(&&*one.text)).count();
        if asks(old) < asks(new) {
            counts.add(Fact::QuestionsAdded, 1);
        }
    } else if is_within(new, old) {
        counts.add(Fact::Cuts, 1);
    } else if old.len() == new.len() {
        counts.add(Fact::Swaps, 1);
    }
}

fn fresh(new: &Statement<'_>, counts: &mut Counts) {
    let asked = matches!(new.node.kind(), "if_statement" | "elif_clause");
    if asked && new.tokens.iter().any(|one| one.text == "None") {
        counts.add(Fact::NoneChecks, 1);
    }
}

/// Whether `part` is `whole` with some tokens left out.
fn is_within(part: &[Token<'_>], whole: &[Token<'_>]) -> bool {
    let mut left = whole.iter();
    part.iter()
        .all(|one| left.any(|other| other.text == one.text))
}

/// The tokens in common, in percent of all.
fn common(old: &[Token<'_>], new: &[Token<'_>]) -> usize {
    let mut counts = HashMap::<&str, usize>::new();
    for one in old {
        *counts.entry(&one.text).or_default() += 1;
    }
    let mut both = 0;
    for one in new {
        if let Some(count) = counts.get_mut(&*one.text).filter(|count| 0 < **count) {
            *count -= 1;
            both += 1;
        }
    }
    200 * both / (old.len() + new.len()).max(1)
}
