//! Guards that the hotfix cuts out and changes nothing else: all that is left of the function is
//! production's. So nothing takes the guard's place in it, whatever the guard asks.

use std::ops::Range;

use tree_sitter::Node;

use super::collect::{Kind, atoms, classify, names_in};
use super::conditions::{asks_permission, is_local, protected_anew};
use super::cut_loss::{loss, without_manager};
use super::elsewhere::is_asked_elsewhere;
use super::loss::Loss;
use super::pieces::{HEADS, Piece, cut_out, feeds, pieces};
use super::stops::{Stop, raises, stops};
use super::ways::callers_ask;
use crate::compare::normal as compared;
use crate::rules::Pair;
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, bare, children, exits, field, walk};

/// How a guard was cut out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// It left.
    Stop,
    /// It held what is left without it.
    Hold,
    /// The same, and it asked a flag.
    Flag,
    /// It held what is left and asked whether it may be done; what was done else is gone.
    Only,
    /// It made the value fit.
    Fit,
    /// It treated a case apart and left.
    Apart,
    /// Its `else` raised.
    Else,
}

/// A guard and what feeds it are few pieces. More are another way of working that is gone, and each
/// of them is held against the whole function.
const MOST: usize = 60;

/// The guards that are cut out of a function that stays the same otherwise.
pub(super) fn losses<'h>(base: &Unit<'_>, head: &Unit<'h>, pair: &Pair<'_>) -> Vec<Loss<'h>> {
    if !base.is_function() || !head.is_function() || protected_anew(base, head) {
        return Vec::new();
    }
    let outside = |unit: &Unit<'_>| {
        let end = field(unit.node, "body").map_or(unit.node.end_byte(), |body| body.start_byte());
        let all = compared::tokens(unit.source(), unit.node.start_byte()..end);
        all.join(" ")
    };
    let (was, is) = (pieces(base), pieces(head));
    if is.len() >= was.len() || outside(base) != outside(head) {
        return Vec::new();
    }
    let Some(gone) = cut_out(&was, &is).filter(|gone| gone.len() <= MOST) else {
        return Vec::new();
    };
    let is_gone = |range: &Range<usize>| gone.iter().any(|piece| piece.range == *range);
    let mut cuts: Vec<(Stop<'_>, Cut)> = Vec::new();
    for stop in stops(base) {
        if let Some(cut) = how(base, &stop, &was, &is_gone) {
            cuts.push((stop, cut));
        }
    }
    for clause in base.own(&["else_clause"]) {
        cuts.extend(refused_otherwise(base, clause, &was, &is_gone).map(|stop| (stop, Cut::Else)));
    }
    let withs: Vec<Node<'_>> = base
        .own(&["with_statement"])
        .into_iter()
        .filter(|one| is_bare_with(base, *one, &was, &is_gone))
        .collect();
    if cuts.is_empty() && withs.is_empty() || !is_all(base, &gone, &cuts, &withs) {
        return Vec::new();
    }
    let lost = withs
        .iter()
        .filter_map(|one| without_manager(base, (head, &is), &was, *one, &is_gone));
    let mut found: Vec<Loss<'h>> = lost.collect();
    found.extend(cuts.iter().filter_map(|(stop, cut)| {
        let names = names_in(base, stop.condition);
        if callers_ask(&names, head, pair.head_file) && speaks(base, stop, head)
            || is_asked_elsewhere(base, head, stop, pair)
        {
            return None;
        }
        loss(base, (head, &is), &was, stop, *cut, &is_gone)
    }));
    found
}

/// Whether a `with` is gone and all that it held is left.
fn is_bare_with(
    unit: &Unit<'_>,
    with: Node<'_>,
    all: &[Piece<'_>],
    is_gone: &dyn Fn(&Range<usize>) -> bool,
) -> bool {
    // What only measures, shows or records changes nothing when it is gone.
    const TELLING: [&str; 12] = [
        "span", "trace", "tracer", "timer", "timing", "timed", "measure", "profile", "progress",
        "status", "log", "console",
    ];
    let header = all.iter().find(|piece| piece.node == with);
    let Some((header, body)) = header.zip(field(with, "body")) else {
        return false;
    };
    let text = unit.source().text()[header.range.clone()].to_lowercase();
    is_gone(&header.range)
        && !TELLING.iter().any(|word| text.contains(word))
        && all
            .iter()
            .filter(|piece| {
                body.start_byte() <= piece.range.start && piece.range.end <= body.end_byte()
            })
            .all(|piece| !is_gone(&piece.range))
}

/// Whether the rest of head's file names the attributes and functions that the guard asks with:
/// callers that ask about the same value may ask another thing.
fn speaks(base: &Unit<'_>, stop: &Stop<'_>, head: &Unit<'_>) -> bool {
    let text = head.source().text();
    let own = head.node.byte_range();
    let rest = [&text[..own.start], &text[own.end..]];
    let mut all = true;
    walk(stop.condition, &mut |node| {
        let asked = node
            .parent()
            .is_some_and(|up| up.kind() == "attribute" && field(up, "attribute") == Some(node));
        if asked && !rest.iter().any(|part| part.contains(base.slice(node))) {
            all = false;
        }
        Walk::Into
    });
    all
}

/// How the statement was cut out, if it was.
fn how(
    unit: &Unit<'_>,
    stop: &Stop<'_>,
    all: &[Piece<'_>],
    is_gone: &dyn Fn(&Range<usize>) -> bool,
) -> Option<Cut> {
    let body = stop.body?;
    let header = all.iter().find(|piece| piece.node == stop.node)?;
    if !is_gone(&header.range) || is_setting(unit, stop.condition) {
        return None;
    }
    let mut inside = all.iter().filter(|piece| {
        body.start_byte() <= piece.range.start && piece.range.end <= body.end_byte()
    });
    let with_body = inside.clone().all(|piece| is_gone(&piece.range));
    if with_body {
        if stop.leaves {
            return Some(Cut::Stop);
        }
        let few = children(body).count() <= 3;
        if exits(body, unit.source()) {
            // An answer that is looked up or kept is a shorter way to the same.
            let looks_up = atoms(stop.condition)
                .into_iter()
                .filter_map(|atom| classify(unit, atom))
                .any(|(kind, _)| kind == Kind::KeyCheck);
            return (few && !looks_up).then_some(Cut::Apart);
        }
        let names = names_in(unit, stop.condition);
        let fits = children(body).all(|one| {
            one.named_child(0).is_some_and(|what| {
                what.kind() == "assignment"
                    && field(what, "left")
                        .is_some_and(|left| names.iter().any(|name| unit.slice(left) == name))
            })
        });
        return fits.then_some(Cut::Fit);
    }
    let alone = stop.node.kind() == "if_statement" && field(stop.node, "alternative").is_none();
    let kept = inside.all(|piece| !is_gone(&piece.range));
    let says = children(body).all(|one| {
        let callee = one
            .named_child(0)
            .and_then(|what| field(what, "function"))
            .map_or("", |callee| unit.slice(callee));
        callee.to_lowercase().contains("log") || matches!(callee, "print" | "warnings.warn")
    });
    // A plain flag switches something on that has nothing to do with it.
    let used = names_in(unit, body);
    let names = names_in(unit, stop.condition);
    let is_switch = bare(stop.condition).kind() == "identifier"
        && !names.iter().any(|name| used.contains(name));
    if exits(body, unit.source()) {
        // Else it chose between two ways to work.
        let asked = unit.slice(stop.condition);
        let may = asks_permission(&names)
            || ["is_valid(", "verify", "check_password(", "has_perm("]
                .iter()
                .any(|word| asked.contains(word));
        let rest = stop.node.parent()?.byte_range();
        let only = all
            .iter()
            .filter(|piece| {
                stop.node.end_byte() <= piece.range.start && piece.range.end <= rest.end
            })
            .all(|piece| is_gone(&piece.range));
        return (alone && kept && only && may && !asked.trim_start().starts_with("not "))
            .then_some(Cut::Only);
    }
    let is_plain = matches!(bare(stop.condition).kind(), "identifier" | "attribute");
    (alone && kept && !says && !is_switch && !stop.leaves).then_some(if is_plain {
        Cut::Flag
    } else {
        Cut::Hold
    })
}

/// An `else` that raises, as the guard that it is.
fn refused_otherwise<'b>(
    unit: &Unit<'b>,
    clause: Node<'b>,
    all: &[Piece<'_>],
    is_gone: &dyn Fn(&Range<usize>) -> bool,
) -> Option<Stop<'b>> {
    let whole = clause.parent().filter(|up| up.kind() == "if_statement")?;
    let (condition, body) = (field(whole, "condition")?, field(clause, "body")?);
    let header = all.iter().find(|piece| piece.node == clause)?;
    let stop = Stop {
        node: clause,
        condition,
        body: Some(body),
        leaves: true,
    };
    let with_body = all
        .iter()
        .filter(|piece| {
            body.start_byte() <= piece.range.start && piece.range.end <= body.end_byte()
        })
        .all(|piece| is_gone(&piece.range));
    let refuses = raises(unit, &stop) && is_gone(&header.range) && with_body;
    (refuses && !is_setting(unit, condition)).then_some(stop)
}

/// Whether a condition is about the program and where it runs, and not about what it works on.
fn is_setting(unit: &Unit<'_>, condition: Node<'_>) -> bool {
    const ABOUT: [&str; 10] = [
        "version_info",
        "VERSION",
        "PY2",
        "PY3",
        "sys.platform",
        "os.name",
        "platform.",
        "TYPE_CHECKING",
        "DEBUG",
        "six.",
    ];
    let text = unit.slice(condition);
    let names = names_in(unit, condition);
    // What a function within a method knows as `self` is its own as well.
    let of_self = names
        .iter()
        .any(|name| matches!(name.split('.').next(), Some("self" | "cls")));
    // Flask keeps who asks in names of the module.
    let asks_who = asks_permission(&names)
        || names.iter().any(|name| {
            matches!(
                name.split('.').next(),
                Some("request" | "g" | "current_user" | "session")
            )
        });
    ABOUT.iter().any(|word| text.contains(word)) || !of_self && !asks_who && !is_local(unit, &names)
}

/// Whether all that is gone are the guards, and what was made for them alone.
fn is_all(
    base: &Unit<'_>,
    gone: &[&Piece<'_>],
    cuts: &[(Stop<'_>, Cut)],
    withs: &[Node<'_>],
) -> bool {
    let mut within: Vec<Range<usize>> = cuts
        .iter()
        .map(|(stop, cut)| match (cut, stop.body) {
            (Cut::Hold | Cut::Flag | Cut::Only, Some(body)) => {
                stop.node.start_byte()..body.start_byte()
            }
            _ => stop.node.byte_range(),
        })
        .collect();
    within.extend(
        withs.iter().filter_map(|with| {
            field(*with, "body").map(|body| with.start_byte()..body.start_byte())
        }),
    );
    within.extend(cuts.iter().filter_map(|(stop, cut)| {
        let block = stop.node.parent().filter(|_| *cut == Cut::Only)?;
        Some(stop.node.end_byte()..block.end_byte())
    }));
    within.extend(refusing(base, gone, cuts));
    // What feeds a guard stands before it, so the last one is asked first.
    for piece in gone.iter().rev() {
        let holds =
            |range: &Range<usize>| range.start <= piece.range.start && piece.range.end <= range.end;
        if within.iter().any(holds) {
            continue;
        }
        if !feeds(base, piece.node, &within) {
            return false;
        }
        within.push(piece.node.byte_range());
    }
    true
}

/// Whole statements that are gone with the guards in them and did nothing but refuse.
fn refusing(base: &Unit<'_>, gone: &[&Piece<'_>], cuts: &[(Stop<'_>, Cut)]) -> Vec<Range<usize>> {
    let heads = gone.iter().filter(|piece| {
        matches!(
            piece.node.kind(),
            "if_statement" | "for_statement" | "try_statement"
        )
    });
    heads
        .map(|piece| piece.node.byte_range())
        .filter(|whole| {
            let inside =
                |range: &Range<usize>| whole.start <= range.start && range.end <= whole.end;
            let holds = cuts.iter().any(|(stop, cut)| {
                *cut == Cut::Stop && raises(base, stop) && inside(&stop.node.byte_range())
            });
            holds
                && gone.iter().filter(|one| inside(&one.range)).all(|one| {
                    HEADS.contains(&one.node.kind())
                        || one.node.kind() == "raise_statement"
                        || feeds(base, one.node, std::slice::from_ref(whole))
                })
        })
        .collect()
}
