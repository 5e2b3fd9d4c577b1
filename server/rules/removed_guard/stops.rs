//! Statements that decide whether control goes on.

use std::collections::HashMap;

use tree_sitter::Node;

use super::collect::normal;
use super::conditions::{only_leaves, refuses};
use super::formula::Atoms;
use crate::syntax::Unit;
use crate::syntax::nodes::{children, exits, field};

/// A statement that decides whether control goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop<'t> {
    pub node: Node<'t>,
    pub condition: Node<'t>,
    /// None of an assertion.
    pub body: Option<Node<'t>>,
    /// It leaves where the condition holds; else what it protects stands inside.
    pub leaves: bool,
}

pub(super) fn stops<'t>(unit: &Unit<'t>) -> Vec<Stop<'t>> {
    let all = unit.own(&["if_statement", "elif_clause", "assert_statement"]);
    all.into_iter()
        .filter_map(|node| {
            let body = field(node, "consequence");
            let condition = match node.kind() {
                "assert_statement" => node.named_child(0)?,
                _ => field(node, "condition")?,
            };
            // What leaves after it did some work holds what it protects.
            let leaves = body.is_some_and(|body| {
                exits(body, unit.source())
                    && (raises_last(unit, body) || only_leaves(unit, body) || refuses(unit, body))
            });
            Some(Stop {
                node,
                condition,
                body,
                leaves,
            })
        })
        .collect()
}

pub(super) fn key(unit: &Unit<'_>, stop: &Stop<'_>) -> String {
    let body = stop
        .body
        .map_or_else(String::new, |body| normal(unit, body));
    format!("{} : {body}", normal(unit, stop.condition))
}

/// The stops that the other side does not have in the same words.
pub(super) fn without<'t>(unit: &Unit<'t>, other: &Unit<'_>) -> Vec<Stop<'t>> {
    let mut known: HashMap<String, usize> = HashMap::new();
    for stop in stops(other) {
        *known.entry(key(other, &stop)).or_default() += 1;
    }
    let mut left = stops(unit);
    left.retain(|stop| match known.get_mut(&key(unit, stop)) {
        Some(count) if 0 < *count => {
            *count -= 1;
            false
        }
        _ => true,
    });
    left
}

/// Whether what the statement does where it stops is no more than to stop.
pub(super) fn is_guard(stop: &Stop<'_>) -> bool {
    match stop.body {
        None => true,
        Some(_) if stop.leaves => true,
        Some(_) => field(stop.node, "alternative").is_none() && stop.node.kind() == "if_statement",
    }
}

/// Whether it refuses loudly: it raises, or ends in a call that does not come back.
pub(super) fn raises(unit: &Unit<'_>, stop: &Stop<'_>) -> bool {
    stop.body
        .is_none_or(|body| stop.leaves && raises_last(unit, body))
}

fn raises_last(unit: &Unit<'_>, body: Node<'_>) -> bool {
    let last = children(body).last();
    last.is_some_and(|last| matches!(last.kind(), "raise_statement" | "expression_statement"))
        && exits(body, unit.source())
}

/// Whether head stops at least the cases that production's check stops, however it says so.
pub(super) fn stops_as_well(base: &Unit<'_>, head: &Unit<'_>, node: Node<'_>) -> bool {
    let Some(stop) = stops(base).into_iter().find(|stop| stop.node == node) else {
        return false;
    };
    let mut atoms = Atoms::default();
    let asked = atoms.read(base, stop.condition);
    let asked = if stop.body.is_none() {
        asked.negated()
    } else {
        asked
    };
    stops(head).iter().any(|one| {
        let now = atoms.read(head, one.condition);
        let now = if one.body.is_none() {
            now.negated()
        } else {
            now
        };
        let holds = |one: &Stop<'_>| !one.leaves && one.body.is_some();
        let (weak, strong) = if holds(&stop) {
            (&now, &asked)
        } else {
            (&asked, &now)
        };
        holds(one) == holds(&stop)
            && !now.atoms().is_empty()
            && atoms.implies(weak, strong) == Some(true)
    })
}

/// Whether the body does nothing but answer so.
pub(super) fn answers(unit: &Unit<'_>, stop: &Stop<'_>, kind: &str) -> bool {
    let last = stop.body.and_then(|body| children(body).last());
    last.filter(|last| last.kind() == "return_statement")
        .and_then(|last| last.named_child(0))
        .is_some_and(|value| value.kind() == kind)
        && stop.body.is_some_and(|body| only_leaves(unit, body))
}

pub(super) fn verb(unit: &Unit<'_>, stop: &Stop<'_>) -> &'static str {
    if answers(unit, stop, "false") {
        return "answers False";
    }
    let last = stop.body.and_then(|body| children(body).last());
    match last.map_or("", |last| last.kind()) {
        "raise_statement" => "raises",
        "continue_statement" => "goes to the next one",
        "break_statement" => "ends the loop",
        "return_statement" if !raises(unit, stop) => "returns",
        _ => "stops",
    }
}
