//! New definitions, and new values of classes and modules, that are put together from what goes
//! elsewhere in the file.

use std::collections::HashSet;
use std::ops::Range;

use super::renamed::bound;
use super::{draft, name_of};
use crate::compare::statements::Statement;
use crate::compare::words::Words;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::nodes::field;
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;

/// A shorter definition says too little to be recognised.
const FEWEST_WORDS: usize = 10;

/// So many different words must come from elsewhere.
const FEWEST_DISTINCT: usize = 6;

/// The share of words that must come from elsewhere, in percent.
const SHARE: usize = 65;

/// Where so many different words come from elsewhere, half of all words is enough.
const MANY_DISTINCT: usize = 9;

/// Where so many come from elsewhere, two of five are enough.
const MOST_DISTINCT: usize = 14;

/// A shorter value says too little.
const FEWEST_TOKENS: usize = 20;

/// More values than this are not looked at.
const MOST_VALUES: usize = 20;

/// In larger changes nothing is looked for.
const MOST_STATEMENTS: usize = 4000;

/// `told` names definitions that have a finding already.
pub(super) fn compare(change: &FileChange<'_>, told: &[String], reporter: &mut Reporter) {
    if change.head.is_test {
        return;
    }
    let new: Vec<&Definition> = change
        .in_head
        .iter()
        .filter(|&&index| change.matching.base_of(index).is_none())
        .map(|&index| &change.head.outline.definitions[index])
        .filter(|one| one.kind != Kind::Module && !told.contains(&one.qualname))
        .collect();
    let hunks = || (0..change.hunks.len()).filter(|&at| change.edits.same_code(at).is_none());
    let gone: Vec<&Statement<'_>> = hunks()
        .flat_map(|at| change.edits.base(at).statements)
        .collect();
    let come: Vec<&Statement<'_>> = hunks()
        .flat_map(|at| change.edits.head(at).statements)
        .collect();
    if gone.is_empty() || MOST_STATEMENTS < gone.len() || MOST_STATEMENTS < come.len() {
        return;
    }
    for one in new {
        // A method comes with its class.
        let outer = &change.head.outline.definitions[one.parent];
        let new_outer = outer.kind != Kind::Module && change.matching.base_of(one.parent).is_none();
        if new_outer || change.branch.came(change.path, &one.qualname).is_some() {
            continue;
        }
        let Some(node) = definition_node(change.head.source, one) else {
            continue;
        };
        let own = bound(change.head.source, node);
        let mut names: HashSet<&str> = own.own;
        names.extend(own.passed);
        names.insert(&one.name);
        let whole = Whole {
            name: &one.name,
            span: name_of(change.head.source, one),
            core: one.core.clone(),
            names,
        };
        report(change, &whole, (&gone, &come), reporter);
    }
    let values = come.iter().filter_map(|one| value(change, one));
    for one in values.take(MOST_VALUES) {
        report(change, &one, (&gone, &come), reporter);
    }
}

/// Something new as a whole.
struct Whole<'c> {
    name: &'c str,
    /// The bytes of its name.
    span: Range<usize>,
    /// All of its bytes.
    core: Range<usize>,
    /// The names that mean nothing outside of it.
    names: HashSet<&'c str>,
}

/// `NAME = value` in a class or in the module, of a name that production does not have there.
fn value<'c>(change: &FileChange<'c>, statement: &Statement<'c>) -> Option<Whole<'c>> {
    let assignment = statement.node.named_child(0)?;
    let plain = statement.node.kind() == "expression_statement";
    if !plain || assignment.kind() != "assignment" || statement.tokens.len() < FEWEST_TOKENS {
        return None;
    }
    let around = change.head.outline.index_at(statement.span.start);
    let outer = &change.head.outline.definitions[around];
    let before = &change.base.outline.definitions[change.matching.base_of(around)?];
    let left = field(assignment, "left").filter(|one| one.kind() == "identifier")?;
    let name = change.head.source.slice(left);
    let known = change.base.source.text().get(before.core.clone())?;
    (outer.kind != Kind::Function && !known.contains(name)).then(|| Whole {
        name,
        span: left.byte_range(),
        core: statement.span.clone(),
        names: HashSet::from([name]),
    })
}

fn report(
    change: &FileChange<'_>,
    new: &Whole<'_>,
    (gone, come): (&[&Statement<'_>], &[&Statement<'_>]),
    reporter: &mut Reporter,
) {
    let Some((place, from)) = origin(change, new, gone, come) else {
        return;
    };
    let from = if from.is_empty() { "the module" } else { from };
    let message = format!(
        "{} is put together from what production has in {from}",
        new.name
    );
    reporter.report(
        Draft {
            confidence: Confidence::Possible,
            ..draft(new.span.clone(), message, "put together")
        }
        .production(place, "where production has most of it"),
    );
}

/// Where production has most of what the definition says.
fn origin<'c>(
    change: &FileChange<'c>,
    new: &Whole<'_>,
    gone: &[&Statement<'_>],
    come: &[&Statement<'_>],
) -> Option<(Range<usize>, &'c str)> {
    let names = &new.names;
    let (mut inside, mut outside, mut before) =
        (Words::default(), Words::default(), Words::default());
    for one in come.iter().filter(|one| is_code(one)) {
        let is_inside = new.core.start <= one.span.start && one.span.end <= new.core.end;
        let words = if is_inside { &mut inside } else { &mut outside };
        words.read(&one.tokens, names);
    }
    for one in gone.iter().filter(|one| is_code(one)) {
        before.read(&one.tokens, names);
    }
    let taken = inside.common(&before.less(&outside));
    let share = match taken.distinct() {
        ..MANY_DISTINCT => SHARE,
        MANY_DISTINCT..MOST_DISTINCT => 50,
        _ => 40,
    };
    let enough = FEWEST_WORDS <= inside.count()
        && FEWEST_DISTINCT <= taken.distinct()
        && share * inside.count() <= 100 * taken.count();
    if !enough {
        return None;
    }
    let best = gone.iter().filter(|one| is_code(one)).max_by_key(|one| {
        let mut words = Words::default();
        words.read(&one.tokens, names);
        words.common(&taken).count()
    })?;
    let place = super::rearranged::line_of(change.base.source, best);
    let from = change.base.outline.enclosing(best.span.start);
    Some((place, &from.qualname))
}

fn is_code(statement: &Statement<'_>) -> bool {
    let first = statement.tokens.first();
    first.is_none_or(|one| one.text != "docstring") && !statement.node.kind().starts_with("import")
}
