//! What is said of a guard that is cut out, and what puts it back.

use std::ops::Range;

use tree_sitter::Node;

use super::collect::{atoms, classify, names_in, shorten, words_of};
use super::conditions::{asks_permission, refuses};
use super::cut::Cut;
use super::loss::{Loss, Repair};
use super::pieces::{Piece, behind, same};
use super::restore::{is_known, lines_of};
use super::stops::{Stop, raises, verb};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{children, field};

/// What is said of a context manager that is gone.
pub(super) fn without_manager<'h>(
    base: &Unit<'_>,
    (head, is): (&Unit<'h>, &[Piece<'h>]),
    was: &[Piece<'_>],
    with: Node<'_>,
    is_gone: &dyn Fn(&Range<usize>) -> bool,
) -> Option<Loss<'h>> {
    let body = field(with, "body")?;
    let first = was
        .iter()
        .position(|piece| piece.node.parent() == Some(body))?;
    let place = same(first, was, is, is_gone)?;
    let header = base.source().text()[with.start_byte()..body.start_byte()].trim_end();
    let header = header.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = shorten(header.trim_end_matches(':'));
    // Another function of the file may hold it now.
    let often = |unit: &Unit<'_>| unit.source().text().matches(words.as_str()).count();
    if often(base) <= often(head) {
        return None;
    }
    let repair = if is_known(base, head, with) && !header.contains('#') {
        Repair::Wrap(children(body).count(), header)
    } else {
        Repair::None
    };
    Some(Loss {
        name: "cut",
        message: format!("Production runs this inside `{words}`; the hotfix does not"),
        subject: words,
        place,
        shown: with.start_byte()
            ..with.start_byte() + base.slice(with).lines().next().map_or(4, str::len),
        confidence: Confidence::Likely,
        covers: &["unclosed-resource"],
        repair,
    })
}

/// What is said of a guard that is gone.
pub(super) fn loss<'h>(
    base: &Unit<'_>,
    (head, is): (&Unit<'h>, &[Piece<'h>]),
    was: &[Piece<'_>],
    stop: &Stop<'_>,
    cut: Cut,
    is_gone: &dyn Fn(&Range<usize>) -> bool,
) -> Option<Loss<'h>> {
    let body = stop.body?;
    let words = words_of(base, stop.condition);
    let refusal = raises(base, stop) || refuses(base, body);
    // A switch that the whole file does without was taken out with its way.
    let last = words.rsplit('.').next().unwrap_or(&words);
    if cut == Cut::Flag && !head.source().text().contains(last) {
        return None;
    }
    let target = if matches!(cut, Cut::Hold | Cut::Flag | Cut::Only) {
        was.iter()
            .position(|piece| piece.node.parent() == Some(body))
    } else {
        behind(stop, was, is_gone)
    };
    let next = target.and_then(|at| same(at, was, is, is_gone));
    // Behind a block that held the guard, its line would ask in more cases.
    let direct = target
        .and_then(|at| was.get(at))
        .is_some_and(|piece| piece.node.parent() == stop.node.parent());
    let place = match next {
        Some(next) => next,
        // At a function's end only a refusal makes a difference.
        None if refusal => field(head.node, "name")?,
        None => return None,
    };
    let (confidence, message) = told(base, stop, body, cut, &words);
    Some(Loss {
        name: "cut",
        subject: words,
        place,
        shown: stop.condition.byte_range(),
        confidence,
        message,
        covers: &["none-access", "missing-key", "unchecked-type"],
        repair: repair((base, head), stop, cut, direct),
    })
}

/// How sure it is, and the sentence.
fn told(
    base: &Unit<'_>,
    stop: &Stop<'_>,
    body: Node<'_>,
    cut: Cut,
    words: &str,
) -> (Confidence, String) {
    let names = names_in(base, stop.condition);
    let refusal = raises(base, stop) || refuses(base, body);
    let sure = asks_permission(&names) || refusal && !base.slice(body).contains("NotImplemented");
    let plain = matches!(
        atoms(stop.condition).as_slice(),
        [atom] if classify(base, *atom).is_some()
            || children(*atom).nth(1).is_some_and(|right| right.kind() == "none")
    );
    // It says something, and leaves with nothing.
    let answers_nothing = children(body).last().is_some_and(|last| {
        matches!(
            last.kind(),
            "return_statement" | "continue_statement" | "break_statement"
        ) && last
            .named_child(0)
            .is_none_or(|value| matches!(value.kind(), "none" | "false"))
    });
    match cut {
        Cut::Stop => (
            if sure {
                Confidence::Certain
            } else {
                Confidence::Likely
            },
            format!(
                "Production {} here when `{words}`; the hotfix goes on",
                verb(base, stop)
            ),
        ),
        Cut::Hold | Cut::Flag | Cut::Only => (
            if cut == Cut::Only || asks_permission(&names) {
                Confidence::Certain
            } else {
                Confidence::Likely
            },
            format!("Production does this only when `{words}`; the hotfix always does"),
        ),
        Cut::Fit => (
            Confidence::Likely,
            format!(
                "Production puts it right before this when `{words}`; the hotfix takes it as it comes"
            ),
        ),
        Cut::Else => {
            (
                Confidence::Certain,
                if stop.node.parent().is_some_and(|whole| {
                    1 < crate::syntax::nodes::fields(whole, "alternative").count()
                }) {
                    format!(
                        "Production raises for what `{words}` and the next do not take; the hotfix goes on"
                    )
                } else {
                    format!("Production raises here unless `{words}`; the hotfix goes on")
                },
            )
        }
        Cut::Apart if answers_nothing => (
            Confidence::Likely,
            format!(
                "Production {} here when `{words}`; the hotfix goes on",
                verb(base, stop)
            ),
        ),
        Cut::Apart => (
            if plain {
                Confidence::Likely
            } else {
                Confidence::Possible
            },
            format!("Production treats `{words}` apart before this; the hotfix does not"),
        ),
    }
}

fn repair((base, head): (&Unit<'_>, &Unit<'_>), stop: &Stop<'_>, cut: Cut, direct: bool) -> Repair {
    let alone = stop.node.kind() == "if_statement" && field(stop.node, "alternative").is_none();
    if !is_known(base, head, stop.node) {
        return Repair::None;
    }
    match cut {
        Cut::Hold | Cut::Flag => {
            let text = base.slice(stop.condition);
            let count = stop.body.map_or(0, |body| children(body).count());
            if text.contains('\n') {
                Repair::None
            } else {
                Repair::Wrap(count, format!("if {text}:"))
            }
        }
        _ if alone && direct => lines_of(base, stop.node).map_or(Repair::None, Repair::Lines),
        _ => Repair::None,
    }
}
