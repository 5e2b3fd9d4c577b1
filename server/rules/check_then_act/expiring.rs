//! A mapping whose entries run out by themselves is asked for a key, then read: the entry may be gone
//! in between, with one thread as well.

use tree_sitter::Node;

use super::conditions::known_within;
use crate::rules::Confidence;
use crate::rules::knowledge::origins::{self, Origin};
use crate::syntax::Unit;
use crate::syntax::flow::{caught_around, handler_names};
use crate::syntax::nodes::{Walk, bare, children, exits, field, fields, is_scope, walk};

/// A question for a key, and the read that trusts the answer.
#[derive(Debug, Clone)]
pub(super) struct Expiring<'a> {
    /// The condition.
    pub check: Node<'a>,
    pub read: Node<'a>,
    pub message: String,
    pub confidence: Confidence,
}

/// All of them in the unit's own code.
pub(super) fn checks<'a>(unit: &Unit<'a>) -> Vec<Expiring<'a>> {
    let text = unit.source().text();
    if !NAMES.iter().any(|one| text.contains(one)) {
        return Vec::new();
    }
    unit.own(&["if_statement"])
        .into_iter()
        .filter_map(|statement| judge(unit, statement))
        .collect()
}

/// What the classes are called whose entries run out.
const NAMES: [&str; 5] = ["TTL", "Expir", "TimedDict", "TimedCache", "WeakValueDict"];

fn judge<'a>(unit: &Unit<'a>, statement: Node<'a>) -> Option<Expiring<'a>> {
    let check = field(statement, "condition")?;
    let (key, mapping, there) = known_within(check, true, &|one, holds| asked(unit, one, holds))?;
    if !runs_out(unit, mapping) {
        return None;
    }
    let body = field(statement, "consequence")?;
    let read = if there {
        first_read(unit, body, unit.slice(mapping), unit.slice(key))
    } else {
        // `if key not in cache: return`, and the read behind it.
        let leaves = exits(body, unit.source()) && field(statement, "alternative").is_none();
        let mut next = statement.next_named_sibling().filter(|_| leaves);
        let mut found = None;
        while let Some(one) = next.filter(|_| found.is_none()) {
            found = first_read(unit, one, unit.slice(mapping), unit.slice(key));
            next = one.next_named_sibling();
        }
        found
    }?;
    let handled = caught_around(read).into_iter().any(|clause| {
        handler_names(clause, unit.source())
            .into_iter()
            .any(|name| {
                matches!(
                    name,
                    "KeyError" | "LookupError" | "Exception" | "BaseException"
                )
            })
    });
    (!handled).then(|| Expiring {
        check,
        read,
        message: format!(
            "The entry of {} can run out between this check and the read below",
            unit.slice(mapping)
        ),
        confidence: Confidence::Likely,
    })
}

/// `key in mapping`, and whether the key is there where the comparison comes out as `holds`.
fn asked<'a>(
    unit: &Unit<'a>,
    comparison: Node<'a>,
    holds: bool,
) -> Option<(Node<'a>, Node<'a>, bool)> {
    if comparison.kind() != "comparison_operator" {
        return None;
    }
    let parts: Vec<Node<'a>> = children(comparison).collect();
    let [key, mapping] = parts[..] else {
        return None;
    };
    let word: Vec<&str> = fields(comparison, "operators")
        .map(|one| unit.slice(one))
        .collect();
    match word.as_slice() {
        ["in"] => Some((key, mapping, holds)),
        ["not in"] | ["not", "in"] => Some((key, mapping, !holds)),
        _ => None,
    }
}

/// Whether the mapping is made by a class whose entries run out, and by nothing else.
fn runs_out(unit: &Unit<'_>, mapping: Node<'_>) -> bool {
    origins::of(unit, mapping).is_some_and(|bound| {
        bound.origins.iter().all(|origin| match origin {
            Origin::Value(value) => field(bare(*value), "function").is_some_and(|class| {
                let text = unit.slice(class);
                let last = text.rsplit('.').next().unwrap_or(text);
                NAMES.iter().any(|one| last.contains(one))
            }),
            _ => false,
        })
    })
}

/// `mapping[key]`, where it is read before anything puts it there anew.
fn first_read<'a>(unit: &Unit<'a>, within: Node<'a>, mapping: &str, key: &str) -> Option<Node<'a>> {
    let is_entry = |node: Node<'_>| {
        node.kind() == "subscript"
            && field(node, "value").is_some_and(|one| unit.slice(one) == mapping)
            && field(node, "subscript").is_some_and(|one| unit.slice(one) == key)
    };
    let mut found = None;
    let mut is_over = false;
    walk(within, &mut |node| {
        if is_over || is_scope(node) || node.kind() == "delete_statement" {
            return Walk::Over;
        }
        if node.kind() == "assignment" && field(node, "left").is_some_and(is_entry) {
            let value = field(node, "right");
            found = value.and_then(|value| first_read(unit, value, mapping, key));
            is_over = true;
            return Walk::Over;
        }
        if is_entry(node) {
            found = Some(node);
            is_over = true;
        }
        Walk::Into
    });
    found
}
