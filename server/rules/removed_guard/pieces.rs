//! The pieces of a function, so that what is cut out of it is known when all else stays.

use std::ops::Range;

use tree_sitter::Node;

use super::collect::normal;
use super::stops::Stop;
use crate::compare::normal as compared;
use crate::syntax::Unit;
use crate::syntax::nodes::{ancestors, children, field, is_scope};

/// A statement, or the head of one that holds others.
pub(super) struct Piece<'t> {
    pub text: String,
    /// Where it stands; of a head up to its body.
    pub range: Range<usize>,
    pub node: Node<'t>,
}

/// Statements that hold no others.
const WHOLE: &[&str] = &[
    "expression_statement",
    "return_statement",
    "raise_statement",
    "assert_statement",
    "delete_statement",
    "import_statement",
    "import_from_statement",
    "future_import_statement",
    "global_statement",
    "nonlocal_statement",
    "break_statement",
    "continue_statement",
    "function_definition",
    "class_definition",
];

/// What holds other statements.
pub(super) const HEADS: &[&str] = &[
    "if_statement",
    "elif_clause",
    "else_clause",
    "for_statement",
    "while_statement",
    "with_statement",
    "try_statement",
    "except_clause",
    "except_group_clause",
    "finally_clause",
    "match_statement",
    "case_clause",
];

/// The pieces of a unit's own code, in source order.
pub(super) fn pieces<'t>(unit: &Unit<'t>) -> Vec<Piece<'t>> {
    let mut found = Vec::new();
    for node in unit.own(&[WHOLE, HEADS].concat()) {
        let is_string = node.kind() == "expression_statement"
            && node
                .named_child(0)
                .is_some_and(|what| matches!(what.kind(), "string" | "ellipsis"));
        if node == unit.node || is_string {
            continue;
        }
        let body = HEADS
            .contains(&node.kind())
            .then(|| {
                ["consequence", "body"]
                    .into_iter()
                    .find_map(|name| field(node, name))
                    .or_else(|| children(node).find(|part| part.kind() == "block"))
            })
            .flatten();
        let range = node.start_byte()..body.map_or(node.end_byte(), |body| body.start_byte());
        let text = if range.end == node.end_byte() {
            normal(unit, node)
        } else {
            let tokens = compared::tokens(unit.source(), range.clone());
            let words = compared::values(&tokens).join(" ");
            // An `elif` whose `if` is gone is an `if`.
            words
                .strip_prefix("elif ")
                .map_or(words.clone(), |rest| format!("if {rest}"))
        };
        found.push(Piece { text, range, node });
    }
    found.sort_by_key(|piece| piece.range.start);
    found
}

/// The pieces that are gone, where the rest stands in the same order; `None` where anything else
/// has changed.
pub(super) fn cut_out<'a, 't>(
    was: &'a [Piece<'t>],
    is: &[Piece<'_>],
) -> Option<Vec<&'a Piece<'t>>> {
    let mut gone = Vec::new();
    let mut left = is.iter().rev().peekable();
    // From the end: of two equal statements the first belongs to what is cut out before the other.
    for piece in was.iter().rev() {
        if left.next_if(|one| one.text == piece.text).is_none() {
            gone.push(piece);
        }
    }
    gone.reverse();
    left.peek().is_none().then_some(gone)
}

/// Whether a statement only binds names that nothing reads but the ranges.
pub(super) fn feeds(unit: &Unit<'_>, statement: Node<'_>, ranges: &[Range<usize>]) -> bool {
    if matches!(
        statement.kind(),
        "import_statement" | "import_from_statement"
    ) {
        return true;
    }
    let Some(left) = statement
        .named_child(0)
        .filter(|what| what.kind() == "assignment")
        .and_then(|what| field(what, "left"))
    else {
        return false;
    };
    let names: Vec<Node<'_>> = match left.kind() {
        "identifier" => vec![left],
        "pattern_list" | "tuple_pattern" => children(left).collect(),
        _ => return false,
    };
    names.into_iter().all(|name| {
        let word = unit.slice(name);
        name.kind() == "identifier"
            && unit.own(&["identifier"]).into_iter().all(|one| {
                unit.slice(one) != word
                    || statement.byte_range().contains(&one.start_byte())
                    || ranges.iter().any(|range| range.contains(&one.start_byte()))
            })
    })
}

/// What stands behind the guard and is still there; `None` where the function ends.
pub(super) fn behind<'b>(
    stop: &Stop<'b>,
    all: &[Piece<'b>],
    is_gone: &dyn Fn(&Range<usize>) -> bool,
) -> Option<usize> {
    std::iter::once(stop.node)
        .chain(ancestors(stop.node))
        .take_while(|up| !is_scope(*up))
        .filter(|up| up.parent().is_some_and(|block| block.kind() == "block"))
        .find_map(|up| {
            let next = std::iter::successors(up.next_named_sibling(), Node::next_named_sibling);
            next.filter_map(|one| all.iter().position(|piece| piece.node == one))
                .find(|at| !is_gone(&all[*at].range))
        })
}

/// The same piece of head: all of them stand in the same order.
pub(super) fn same<'h>(
    at: usize,
    was: &[Piece<'_>],
    is: &[Piece<'h>],
    is_gone: &dyn Fn(&Range<usize>) -> bool,
) -> Option<Node<'h>> {
    let before = was.iter().take(at).filter(|piece| !is_gone(&piece.range));
    let there = is.get(before.count())?;
    (there.text == was.get(at)?.text).then_some(there.node)
}
