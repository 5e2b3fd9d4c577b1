//! Functions that hold what another one did in production.

use std::collections::HashMap;

use super::{draft, name_of};
use crate::compare::statements::{Statement, of_body};
use crate::rules::{FileChange, Reporter};
use crate::syntax::File;
use crate::syntax::nodes::field;
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;

/// A shorter body says too little to be recognised.
const FEWEST_STATEMENTS: usize = 3;

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let new = change.in_head.iter().filter(|&&index| {
        let one = &change.head.outline.definitions[index];
        one.kind == Kind::Function && change.matching.base_of(index).is_none()
    });
    let new: Vec<usize> = new.copied().collect();
    if new.is_empty() {
        return;
    }
    let taken = taken_out(change);
    for index in new {
        let one = &change.head.outline.definitions[index];
        let statements: Vec<_> = body_of(change.head, one)
            .into_iter()
            .filter(|one| one.node.kind() != "return_statement" && !is_docstring(one))
            .collect();
        if statements.len() < FEWEST_STATEMENTS {
            continue;
        }
        let mut left = taken.clone();
        let mut first = None;
        let found = statements.iter().filter(|one| {
            let place = left.get_mut(&said(one)).and_then(Vec::pop);
            first = first.or(place);
            place.is_some()
        });
        let found = found.count();
        let (Some(first), true) = (first, statements.len() * 4 <= found * 5) else {
            continue;
        };
        let from = change.base.outline.enclosing(first);
        let message = format!(
            "{} only holds what {} did: production has it in one piece",
            one.name,
            if from.qualname.is_empty() {
                "the module"
            } else {
                &from.qualname
            }
        );
        reporter.report(
            draft(name_of(change.head.source, one), message, "pulled out")
                .production(first..first, "where production has it"),
        );
    }
}

/// What production's functions do and their counterparts do not: each statement with its places.
fn taken_out(change: &FileChange<'_>) -> HashMap<String, Vec<usize>> {
    let mut taken = HashMap::<String, Vec<usize>>::new();
    for &index in change.in_base {
        let old = &change.base.outline.definitions[index];
        if old.kind != Kind::Function {
            continue;
        }
        let partner = change.matching.head_of(index);
        let new = partner.map(|index| &change.head.outline.definitions[index]);
        let mut kept = HashMap::<String, usize>::new();
        for one in new.map_or_else(Vec::new, |new| body_of(change.head, new)) {
            *kept.entry(said(&one)).or_default() += 1;
        }
        for one in body_of(change.base, old) {
            let text = said(&one);
            match kept.get_mut(&text).filter(|count| 0 < **count) {
                Some(count) => *count -= 1,
                None => taken.entry(text).or_default().push(one.span.start),
            }
        }
    }
    taken
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

fn is_docstring(statement: &Statement<'_>) -> bool {
    statement
        .tokens
        .first()
        .is_some_and(|one| one.text == "docstring")
}
