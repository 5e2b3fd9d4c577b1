//! Guards that the hotfix cuts out and changes nothing else: all that is left of the function is
//! production's. So nothing takes the guard's place in it, whatever the guard asks.

use std::ops::Range;

use tree_sitter::Node;

use super::collect::{names_in, normal, shorten, words_of};
use super::conditions::{asks_permission, is_local, protected_anew, refuses};
use super::elsewhere::is_asked_elsewhere;
use super::loss::{Loss, Repair};
use super::restore::{is_known, lines_of};
use super::stops::{Stop, raises, stops, verb};
use super::ways::callers_ask;
use crate::rules::{Confidence, Pair};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, ancestors, bare, children, exits, field, is_scope, walk};

/// A statement, or the head of one that holds others.
struct Piece<'t> {
    text: String,
    /// Where it stands; of a head up to its body.
    range: Range<usize>,
    node: Node<'t>,
}

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

const HEADS: &[&str] = &[
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

fn pieces<'t>(unit: &Unit<'t>) -> Vec<Piece<'t>> {
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
            let tokens = crate::compare::normal::tokens(unit.source(), range.clone());
            let words = crate::compare::normal::values(&tokens).join(" ");
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
fn cut_out<'a, 't>(was: &'a [Piece<'t>], is: &[Piece<'_>]) -> Option<Vec<&'a Piece<'t>>> {
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

/// How a guard was cut out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
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

/// The guards that are cut out of a function that stays the same otherwise.
pub(super) fn losses<'h>(base: &Unit<'_>, head: &Unit<'h>, pair: &Pair<'_>) -> Vec<Loss<'h>> {
    if !base.is_function() || !head.is_function() || protected_anew(base, head) {
        return Vec::new();
    }
    let outside = |unit: &Unit<'_>| {
        let end = field(unit.node, "body").map_or(unit.node.end_byte(), |body| body.start_byte());
        let all = crate::compare::normal::tokens(unit.source(), unit.node.start_byte()..end);
        all.join(" ")
    };
    let (was, is) = (pieces(base), pieces(head));
    if is.len() >= was.len() || outside(base) != outside(head) {
        return Vec::new();
    }
    let Some(gone) = cut_out(&was, &is) else {
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

fn without_manager<'h>(
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
            let looks_up = super::collect::atoms(stop.condition)
                .into_iter()
                .filter_map(|atom| super::collect::classify(unit, atom))
                .any(|(kind, _)| kind == super::collect::Kind::KeyCheck);
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

/// Whether a statement only binds names that nothing reads but the ranges.
fn feeds(unit: &Unit<'_>, statement: Node<'_>, ranges: &[Range<usize>]) -> bool {
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
fn behind<'b>(
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
fn same<'h>(
    at: usize,
    was: &[Piece<'_>],
    is: &[Piece<'h>],
    is_gone: &dyn Fn(&Range<usize>) -> bool,
) -> Option<Node<'h>> {
    let before = was.iter().take(at).filter(|piece| !is_gone(&piece.range));
    let there = is.get(before.count())?;
    (there.text == was.get(at)?.text).then_some(there.node)
}

fn loss<'h>(
    base: &Unit<'_>,
    (head, is): (&Unit<'h>, &[Piece<'h>]),
    was: &[Piece<'_>],
    stop: &Stop<'_>,
    cut: Cut,
    is_gone: &dyn Fn(&Range<usize>) -> bool,
) -> Option<Loss<'h>> {
    let body = stop.body?;
    let words = words_of(base, stop.condition);
    let names = names_in(base, stop.condition);
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
    let sure = asks_permission(&names) || refusal && !base.slice(body).contains("NotImplemented");
    let plain = matches!(
        super::collect::atoms(stop.condition).as_slice(),
        [atom] if super::collect::classify(base, *atom).is_some()
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
    let (confidence, message) = match cut {
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
    };
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
