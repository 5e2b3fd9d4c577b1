//! Conditions around an opening and its closes.

use tree_sitter::Node;

use super::super::knowledge::uses;
use crate::syntax::flow::{Flat, Place};
use crate::syntax::nodes::ancestors;

/// The conditions of the `if` statements around the place, and a flag that is set right beside it:
/// they hold wherever it is open.
#[must_use]
pub fn conditions(flat: &Flat<'_>, place: Place) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut at = place;
    let mut in_statement = true;
    for up in flat.ancestors(place) {
        let known = flat.field(up, "condition").map(|one| flat.bare(one));
        match (flat.kind(up), flat.role(at)) {
            ("if_statement" | "elif_clause", "consequence") => {
                found.extend(known.map(|one| plain(flat, one, true)));
            }
            ("if_statement", "alternative") => {
                found.extend(known.map(|one| plain(flat, one, false)));
            }
            ("block", _) if in_statement => {
                in_statement = false;
                let statements: Vec<Place> = flat.children(up).collect();
                let here = statements.iter().position(|one| *one == at).unwrap_or(0);
                let beside = [here.checked_sub(1), here.checked_add(1)];
                let beside = beside
                    .into_iter()
                    .flatten()
                    .filter_map(|one| statements.get(one));
                found.extend(beside.filter_map(|one| flag(flat, *one)));
            }
            // `try: file = open(path)`, and the flag behind the whole statement.
            ("try_statement", "body") => in_statement = true,
            _ => {}
        }
        at = up;
    }
    found
}

/// `close_it = True`.
fn flag(flat: &Flat<'_>, statement: Place) -> Option<(String, bool)> {
    let assignment = flat.children(statement).next()?;
    let name = flat
        .field(assignment, "left")
        .filter(|left| flat.kind(*left) == "identifier")?;
    let value = flat.kind(flat.field(assignment, "right")?);
    (value == "true").then(|| (flat.slice(name).to_owned(), true))
}

/// A condition without its negations: `file != "-"` that holds is `file == "-"` that does not.
#[must_use]
pub fn plain(flat: &Flat<'_>, condition: Place, holds: bool) -> (String, bool) {
    let text = flat.slice(condition);
    if let Some(rest) = text.strip_prefix("not ") {
        return (rest.trim_matches(['(', ')']).to_owned(), !holds);
    }
    for (negative, positive) in [(" != ", " == "), (" is not ", " is "), (" not in ", " in ")] {
        if flat.kind(condition) == "comparison_operator" && text.contains(negative) {
            return (text.replace(negative, positive), !holds);
        }
    }
    (text.to_owned(), holds)
}

/// Whether each close runs wherever the opening did: every condition around it is around the
/// opening as well.
#[must_use]
pub fn has_plain_close(opened: Node<'_>, closes: &[Node<'_>]) -> bool {
    !closes.is_empty()
        && closes.iter().all(|close| {
            ancestors(*close)
                .filter(|up| {
                    matches!(
                        up.kind(),
                        "if_statement" | "elif_clause" | "else_clause" | "conditional_expression"
                    )
                })
                .all(|up| uses::contains(up, opened))
        })
}
