//! Whether another function of the file asks now what a guard asked.

use super::stops::Stop;
use crate::rules::Pair;
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, walk};

/// Whether a definition beside this one decides more than production's did, and speaks of all that
/// the guard asked about: the guard may have moved there, in other words.
pub(super) fn is_asked_elsewhere(
    base: &Unit<'_>,
    head: &Unit<'_>,
    stop: &Stop<'_>,
    pair: &Pair<'_>,
) -> bool {
    let mut words: Vec<&str> = Vec::new();
    walk(stop.condition, &mut |node| {
        if node.kind() == "identifier" && !matches!(base.slice(node), "self" | "cls") {
            words.push(base.slice(node));
        }
        Walk::Into
    });
    let asks = |text: &str| {
        let all = ["if ", "assert ", "raise ", "except "];
        all.iter()
            .map(|word| text.matches(word).count())
            .sum::<usize>()
    };
    let own = head.node.byte_range();
    pair.head_file
        .outline
        .definitions
        .iter()
        .skip(1)
        .any(|one| {
            let around = one.range.start <= own.start && own.end <= one.range.end;
            let inside = own.start <= one.range.start && one.range.end <= own.end;
            if around || inside {
                return false;
            }
            let text = &pair.head_file.source.text()[one.range.clone()];
            let before = pair
                .base_file
                .outline
                .find(&one.qualname)
                .map_or("", |one| &pair.base_file.source.text()[one.range.clone()]);
            text != before
                && asks(before) < asks(text)
                && words.iter().all(|word| text.contains(word))
        })
}
