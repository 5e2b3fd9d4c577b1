//! Guards that raise and that a `return` in front of them switches off.

use std::ops::Range;

use tree_sitter::Node;

use super::collect::words_of;
use super::loss::{Loss, Repair};
use super::stops::{is_guard, key, raises, stops, verb};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::children;

/// Guards that raise, behind a `return` that always runs: nobody asks them any more.
pub(super) fn dead<'h>(base: &Unit<'_>, head: &Unit<'h>) -> Vec<Loss<'h>> {
    let mut found = Vec::new();
    let before: Vec<Range<usize>> = ends(base).into_iter().map(|(_, dead)| dead).collect();
    for (end, after) in ends(head) {
        let answers = end
            .named_child(0)
            .is_some_and(|value| !matches!(value.kind(), "none" | "false"));
        if !answers {
            continue;
        }
        let here: Vec<String> = stops(head)
            .iter()
            .filter(|one| after.start <= one.node.start_byte() && one.node.end_byte() <= after.end)
            .map(|one| key(head, one))
            .collect();
        let guard = stops(base).into_iter().find(|stop| {
            let alive = !before
                .iter()
                .any(|dead| dead.contains(&stop.node.start_byte()));
            alive && raises(base, stop) && is_guard(stop) && here.contains(&key(base, stop))
        });
        if let Some(stop) = guard {
            let words = words_of(base, stop.condition);
            found.push(Loss {
                name: "dead",
                message: format!(
                    "Production {} when `{words}`; the hotfix returns before it asks",
                    verb(base, &stop)
                ),
                subject: words,
                place: end,
                shown: stop.condition.byte_range(),
                confidence: Confidence::Certain,
                covers: &[],
                repair: Repair::Drop,
            });
        }
    }
    found
}

/// The `return` statements that something follows, with the bytes that never run.
fn ends<'t>(unit: &Unit<'t>) -> Vec<(Node<'t>, Range<usize>)> {
    let all = unit.own(&["return_statement"]).into_iter();
    all.filter_map(|node| {
        let block = node.parent()?;
        let last = children(block).last()?;
        (block.kind() == "block" && last != node).then(|| (node, node.end_byte()..block.end_byte()))
    })
    .collect()
}
