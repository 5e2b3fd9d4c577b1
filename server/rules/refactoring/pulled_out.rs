//! Functions that hold what another one did in production.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use tree_sitter::Node;

use super::{draft, name_of};
use crate::compare::canonical::Role;
use crate::compare::statements::{Statement, of_body};
use crate::rules::{FileChange, Reporter};
use crate::syntax::File;
use crate::syntax::nodes::{Walk, field, walk};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;

/// A shorter body says too little to be recognised where nobody calls the function.
const FEWEST_STATEMENTS: usize = 3;

/// The tokens that a shorter body must have in common with the place that calls it.
const FEWEST_TOKENS: usize = 20;

/// What production's functions do and their counterparts do not: what each says, with its places.
type Taken = HashMap<String, Vec<usize>>;

/// Reports the functions; gives their qualified names.
pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) -> Vec<String> {
    let new = change.in_head.iter().filter(|&&index| {
        let one = &change.head.outline.definitions[index];
        one.kind == Kind::Function && change.matching.base_of(index).is_none()
    });
    let new: Vec<usize> = new.copied().collect();
    if new.is_empty() {
        return Vec::new();
    }
    let exactly = taken_out(change, said);
    let roughly = taken_out(change, said_by_anybody);
    let mut told = Vec::new();
    for index in new {
        let one = &change.head.outline.definitions[index];
        let statements: Vec<_> = body_of(change.head, one)
            .into_iter()
            .filter(|one| !is_docstring(one))
            .collect();
        let first = whole(&exactly, &statements)
            .or_else(|| from_caller(change, one, &roughly, &statements));
        let Some(first) = first else { continue };
        let from = change.base.outline.enclosing(first.start);
        let message = format!(
            "{} only holds what {} did: production has it in one piece",
            one.name,
            if from.qualname.is_empty() {
                "the module"
            } else {
                &from.qualname
            }
        );
        told.push(one.qualname.clone());
        reporter.report(
            draft(name_of(change.head.source, one), message, "pulled out")
                .production(first, "where production has it"),
        );
    }
    told
}

/// Where production has nearly all of these statements, wherever that is.
fn whole(taken: &BTreeMap<usize, Taken>, statements: &[Statement<'_>]) -> Option<Range<usize>> {
    let statements: Vec<_> = statements
        .iter()
        .filter(|one| one.node.kind() != "return_statement")
        .collect();
    if statements.len() < FEWEST_STATEMENTS {
        return None;
    }
    let mut left = HashMap::<&str, Vec<usize>>::new();
    for (text, places) in taken.values().flatten() {
        left.entry(text).or_default().extend(places);
    }
    let mut first = None;
    let found = statements.iter().filter(|one| {
        let place = left.get_mut(said(one).as_str()).and_then(Vec::pop);
        first = first.or(place);
        place.is_some()
    });
    let found = found.count();
    let first = first.filter(|_| statements.len() * 4 <= found * 5)?;
    Some(first..first)
}

/// Where a function that calls this one now had most of these statements, whatever its variables
/// were called.
fn from_caller(
    change: &FileChange<'_>,
    new: &Definition,
    taken: &BTreeMap<usize, Taken>,
    statements: &[Statement<'_>],
) -> Option<Range<usize>> {
    let all: usize = statements.iter().map(|one| one.tokens.len()).sum();
    taken.iter().find_map(|(&old, taken)| {
        let partner = change.matching.head_of(old)?;
        let caller = &change.head.outline.definitions[partner];
        let before = &change.base.outline.definitions[old];
        if !calls(change.head, caller, &new.name) || calls(change.base, before, &new.name) {
            return None;
        }
        let mut left = taken.clone();
        let mut first = None;
        let mut common = 0;
        for one in statements {
            if let Some(place) = left.get_mut(&said_by_anybody(one)).and_then(Vec::pop) {
                first = first.or(Some(place));
                common += one.tokens.len();
            }
        }
        let enough = FEWEST_TOKENS <= common && all * 3 <= common * 5;
        first.filter(|_| enough).map(|first| first..first)
    })
}

fn calls(file: File<'_>, definition: &Definition, name: &str) -> bool {
    let mut found = false;
    if let Some(node) = definition_node(file.source, definition) {
        walk(node, &mut |node: Node<'_>| {
            if let Some(called) = field(node, "function").filter(|_| node.kind() == "call") {
                let called = file.source.slice(called);
                found |= called.rsplit('.').next() == Some(name);
            }
            Walk::Into
        });
    }
    found
}

/// What each function of production does and its counterpart does not.
fn taken_out(
    change: &FileChange<'_>,
    says: fn(&Statement<'_>) -> String,
) -> BTreeMap<usize, Taken> {
    let mut all = BTreeMap::new();
    for &index in change.in_base {
        let old = &change.base.outline.definitions[index];
        if old.kind != Kind::Function {
            continue;
        }
        let partner = change.matching.head_of(index);
        let new = partner.map(|index| &change.head.outline.definitions[index]);
        let mut kept = HashMap::<String, usize>::new();
        for one in new.map_or_else(Vec::new, |new| body_of(change.head, new)) {
            *kept.entry(says(&one)).or_default() += 1;
        }
        let mut taken = Taken::new();
        for one in body_of(change.base, old) {
            let text = says(&one);
            match kept.get_mut(&text).filter(|count| 0 < **count) {
                Some(count) => *count -= 1,
                None => taken.entry(text).or_default().push(one.span.start),
            }
        }
        all.insert(index, taken);
    }
    all
}

fn body_of<'a>(file: File<'a>, definition: &Definition) -> Vec<Statement<'a>> {
    definition_node(file.source, definition)
        .and_then(|node| field(node, "body"))
        .map_or_else(Vec::new, |body| of_body(file.source, body))
}

fn said(statement: &Statement<'_>) -> String {
    let texts: Vec<&str> = statement.tokens.iter().map(|one| &*one.text).collect();
    texts.join(" ")
}

/// The same without the names of variables.
fn said_by_anybody(statement: &Statement<'_>) -> String {
    let texts = statement.tokens.iter().map(|one| match one.role {
        Role::Name => "·",
        _ => &*one.text,
    });
    texts.collect::<Vec<_>>().join(" ")
}

fn is_docstring(statement: &Statement<'_>) -> bool {
    statement
        .tokens
        .first()
        .is_some_and(|one| one.text == "docstring")
}
