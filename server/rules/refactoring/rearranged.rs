//! Statements of one function that say the same in another arrangement: a loop that is a
//! comprehension now, branches that become one, an early exit in place of a nested block.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::renamed::bound;
use super::{draft, name_of};
use crate::compare::canonical::tokens;
use crate::compare::edits::Part;
use crate::compare::statements::Statement;
use crate::compare::words::Words;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;
use crate::syntax::{Outline, Source};

/// Fewer words are alike by chance.
const FEWEST: usize = 3;

/// So many other statements are a function that is written anew.
const MANY: usize = 5;

/// In larger changes nothing is looked for.
const MOST_STATEMENTS: usize = 200;

/// The changed statements of each definition.
pub(super) type Changed<'p, 'a> = BTreeMap<usize, Vec<&'p Statement<'a>>>;

/// The changed statements by their definitions, of production and of head.
pub(super) fn groups<'c>(change: &FileChange<'c>) -> (Changed<'c, 'c>, Changed<'c, 'c>) {
    let edits: &'c _ = change.edits;
    let (mut gone, mut come) = (Changed::new(), Changed::new());
    for hunk in (0..change.hunks.len()).filter(|&at| edits.same_code(at).is_none()) {
        let (base, head) = (edits.base(hunk), edits.head(hunk));
        if !base.broken && !head.broken {
            sort_in(&mut gone, base, change.base.outline);
            sort_in(&mut come, head, change.head.outline);
        }
    }
    (gone, come)
}

/// `told` holds the definitions of head that have a finding already.
pub(super) fn compare(change: &FileChange<'_>, told: &BTreeSet<usize>, reporter: &mut Reporter) {
    let (gone, come) = groups(change);
    for (index, new) in come.iter().filter(|(index, _)| !told.contains(index)) {
        let Some(partner) = change.matching.base_of(*index) else {
            continue;
        };
        let one = &change.head.outline.definitions[*index];
        let (Some(old), true) = (gone.get(&partner), one.kind != Kind::Class) else {
            continue;
        };
        let Some(own) = own_names(change, partner, *index) else {
            continue;
        };
        let name = if one.name.is_empty() {
            "The module"
        } else {
            &one.name
        };
        let message = if is_rearranged(old, new, &own) {
            format!("{name} has production's calls and values here, arranged another way")
        } else if let Some((gone, come)) = anew(change, one, (old, new)) {
            format!("{name} is written anew here: {come} statements stand for {gone} others")
        } else {
            continue;
        };
        let span = new.first().map_or_else(
            || name_of(change.head.source, one),
            |first| line_of(change.head.source, first),
        );
        let place = old
            .first()
            .map_or(0..0, |first| line_of(change.base.source, first));
        reporter.report(
            Draft {
                confidence: Confidence::Possible,
                ..draft(span, message, "arrangement")
            }
            .production(place, "production's arrangement"),
        );
    }
}

/// The names of a function's own variables, of both sides. A module has none. `None` where both say
/// the same: the comparison of lines may pair lines that only look alike.
fn own_names<'c>(change: &FileChange<'c>, before: usize, now: usize) -> Option<HashSet<&'c str>> {
    let (base, head) = (change.base, change.head);
    let (before, now) = (
        &base.outline.definitions[before],
        &head.outline.definitions[now],
    );
    let mut own = HashSet::new();
    if now.kind == Kind::Module {
        return Some(own);
    }
    let was = definition_node(base.source, before)?;
    let is = definition_node(head.source, now)?;
    if tokens(base.source, was) == tokens(head.source, is) {
        return None;
    }
    own.extend(bound(base.source, was).own);
    own.extend(bound(head.source, is).own);
    Some(own)
}

/// How many statements of a function go and how many others come, if many do and fewer come. A fix
/// that changes as much adds to it.
fn anew(
    change: &FileChange<'_>,
    one: &Definition,
    (old, new): (&[&Statement<'_>], &[&Statement<'_>]),
) -> Option<(usize, usize)> {
    let too_large = MOST_STATEMENTS < old.len() || MOST_STATEMENTS < new.len();
    if too_large || one.kind != Kind::Function || change.head.is_test {
        return None;
    }
    let texts =
        |all: &[&Statement<'_>]| -> HashSet<String> { all.iter().map(|one| said(one)).collect() };
    let (was, is) = (texts(old), texts(new));
    let (gone, come) = (was.difference(&is).count(), is.difference(&was).count());
    (MANY <= come && come < gone).then_some((gone, come))
}

fn said(statement: &Statement<'_>) -> String {
    let texts: Vec<&str> = statement.tokens.iter().map(|one| &*one.text).collect();
    texts.join(" ")
}

fn sort_in<'p, 'a>(all: &mut Changed<'p, 'a>, part: Part<'p, 'a>, outline: &Outline) {
    for one in part.statements {
        let index = outline.index_at(one.span.start);
        all.entry(index).or_default().push(one);
    }
}

fn is_rearranged(old: &[&Statement<'_>], new: &[&Statement<'_>], own: &HashSet<&str>) -> bool {
    if MOST_STATEMENTS < old.len() || MOST_STATEMENTS < new.len() {
        return false;
    }
    let is_header = |one: &&&Statement<'_>| {
        matches!(one.node.kind(), "function_definition" | "class_definition")
    };
    if old.iter().chain(new).any(|one| is_header(&one)) {
        return false;
    }
    let kinds = |all: &[&Statement<'_>]| -> Vec<(u32, String)> {
        let kinds = all
            .iter()
            .map(|one| (one.depth, one.node.kind().to_owned()));
        kinds.collect()
    };
    // The same statements in another order, or in another block, do something else.
    let texts = |all: &[&Statement<'_>]| -> Vec<String> {
        let mut texts: Vec<String> = all
            .iter()
            .filter(|one| one.node.kind() != "else_clause")
            .map(|one| said(one))
            .collect();
        texts.sort();
        texts
    };
    // What grows, or asks less often, does something else.
    let same = kinds(old) == kinds(new) || texts(old) == texts(new);
    if same || old.len() < new.len() || decisions(new) < decisions(old).min(1) {
        return false;
    }
    let words = |all: &[&Statement<'_>]| {
        let mut words = Words::default();
        for one in all {
            words.read(&one.tokens, own);
        }
        words
    };
    let (was, is) = (words(old), words(new));
    FEWEST <= is.distinct() && is.says_the_same(&was)
}

/// How often the statements ask something.
fn decisions(all: &[&Statement<'_>]) -> usize {
    const ASKS: [&str; 10] = [
        "if", "elif", "and", "or", "not", "bool", "any", "all", "while", "filter",
    ];
    let tokens = all.iter().flat_map(|one| &one.tokens);
    tokens.filter(|one| ASKS.contains(&&*one.text)).count()
}

/// The first line of a statement.
pub(super) fn line_of(source: &Source, statement: &Statement<'_>) -> std::ops::Range<usize> {
    let lines = source.lines();
    let content = lines.content(lines.line_of(statement.span.start), source.text());
    statement.span.start..content.end.min(statement.span.end)
}
