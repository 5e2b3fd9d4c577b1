//! Guards that are still there and stop nothing any more, or less: the body goes on, the condition
//! is turned round, decided beforehand or asks for less, or a `return` stands in front.

use std::collections::HashMap;
use std::ops::Range;

use tree_sitter::Node;

use super::collect::{normal, words_of};
use super::conditions::{
    ACTING, arrive_alike, asks_permission, does_something, protected_anew, refuses,
};
use super::dead::dead;
use super::formula::{Atoms, Formula};
use super::loss::{Loss, Repair};
use super::passes::{into, reach};
use super::since::Since;
use super::stops::{Stop, answers, is_guard, raises, verb, without};
use crate::fixes::layout;
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::flow::contains;
use crate::syntax::nodes::{ancestors, bare, children, exits, field, statement_of};

/// How the hotfix lost it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// The body only logs, or does nothing.
    GoesOn { logs: bool },
    /// The condition is decided beforehand.
    Never,
    /// The opposite is asked.
    Inverted,
    /// Fewer cases are stopped.
    Weaker,
    /// The same is asked, on some ways only.
    Partly,
    /// It answers `True` where production answers `False`.
    SaysYes,
}

/// The guards of production that the hotfix keeps and that protect no more.
pub(super) fn losses<'h>(base: &Unit<'_>, head: &Unit<'h>, since: &Since<'_, 'h>) -> Vec<Loss<'h>> {
    if !base.is_function() || !head.is_function() {
        return Vec::new();
    }
    let mut found = dead(base, head);
    if since.tries || protected_anew(base, head) {
        return found;
    }
    let remnants = without(head, base);
    if remnants.is_empty() {
        return found;
    }
    for stop in without(base, head) {
        if is_guard(&stop) {
            found.extend(lost(base, head, since, &stop, &remnants));
        }
    }
    found
}

fn lost<'h>(
    base: &Unit<'_>,
    head: &Unit<'h>,
    since: &Since<'_, 'h>,
    stop: &Stop<'_>,
    remnants: &[Stop<'h>],
) -> Option<Loss<'h>> {
    let mut atoms = Atoms::default();
    let asked = atoms.read(base, stop.condition);
    let of_it = asked.atoms();
    if of_it.is_empty() {
        return None;
    }
    let names: Vec<String> = of_it
        .iter()
        .flat_map(|atom| atoms.names(*atom).to_vec())
        .collect();
    if names.is_empty() || !arrive_alike(base, head, &names) {
        return None;
    }
    let remnant = *remnants
        .iter()
        .filter(|one| one.body.is_none() == stop.body.is_none())
        .find(|one| is_left_of(base, head, stop, one, &mut atoms, &of_it))?;
    if asks_more(head, since, remnants, &mut atoms, &of_it, &names) {
        return None;
    }
    let now = atoms.read(head, remnant.condition);
    if answers(base, stop, "false") && answers(head, &remnant, "true") && atoms.same(&asked, &now) {
        return Some(loss(base, head, stop, &remnant, Shape::SaysYes, &names));
    }
    let shape = shape(head, (stop, &asked), (&remnant, &now), &atoms)?;
    if !stop.leaves && stop.body.is_some() && shape != Shape::Never {
        // One of several ways to work, or a way that fits more cases now: that is what many fixes
        // do.
        let chooses = stop.body.is_some_and(|body| exits(body, base.source()))
            && stop.node.next_named_sibling().is_some();
        if chooses || matches!(shape, Shape::Weaker | Shape::Partly) && !asks_permission(&names) {
            return None;
        }
    }
    let must = if stop.leaves {
        // An `elif` is asked only where the arms before it do not hold.
        let before = match stop.node.parent() {
            Some(whole) if stop.node.kind() == "elif_clause" => {
                into(base, whole, stop.node, &mut atoms)
            }
            _ => Formula::Known(true),
        };
        before.and(asked.clone()).negated()
    } else {
        asked.clone()
    };
    if !opens(base, head, (stop, &remnant), &must, &names, &mut atoms) {
        return None;
    }
    Some(loss(base, head, stop, &remnant, shape, &names))
}

/// Whether a statement of head is what is left of production's guard: it asks about the same, or
/// it is decided beforehand and holds what the guard held.
fn is_left_of(
    base: &Unit<'_>,
    head: &Unit<'_>,
    stop: &Stop<'_>,
    one: &Stop<'_>,
    atoms: &mut Atoms,
    of_it: &[usize],
) -> bool {
    let now = atoms.read(head, one.condition).atoms();
    if now.is_empty() {
        let same = |one: Node<'_>, other: Node<'_>| normal(base, one) == normal(head, other);
        return stop
            .body
            .zip(one.body)
            .is_some_and(|(was, is)| same(was, is))
            || stop.body.is_none()
            || mentions_all(base, head, stop, one);
    }
    now.iter().all(|atom| of_it.contains(atom))
}

/// Whether the condition's text still holds production's whole question, as `False and x.old()`.
fn mentions_all(base: &Unit<'_>, head: &Unit<'_>, stop: &Stop<'_>, one: &Stop<'_>) -> bool {
    normal(head, one.condition).contains(&normal(base, stop.condition))
}

/// Whether something else that is new asks about the same things.
fn asks_more(
    head: &Unit<'_>,
    since: &Since<'_, '_>,
    remnants: &[Stop<'_>],
    atoms: &mut Atoms,
    of_it: &[usize],
    names: &[String],
) -> bool {
    let within = |range: Range<usize>| {
        remnants.iter().any(|one| {
            let whole = one.condition.byte_range();
            whole.start <= range.start && range.end <= whole.end
        })
    };
    let root = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    let roots: Vec<String> = names.iter().map(|name| root(name)).collect();
    let more = since.new_conditions().any(|condition| {
        let of_this = atoms.read(head, condition).atoms();
        let strange = of_this.iter().filter(|atom| !of_it.contains(atom));
        let about = strange
            .flat_map(|atom| atoms.names(*atom).to_vec())
            .any(|name| match root(&name).as_str() {
                "self" | "cls" => names.contains(&name),
                root => roots.iter().any(|one| one == root),
            });
        // The remnant itself asks nothing strange: its parts are no news.
        about && !(within(condition.byte_range()) && of_this.iter().all(|one| of_it.contains(one)))
    });
    more || names.iter().any(|name| match root(name).as_str() {
        "self" | "cls" => since.is_checked(name),
        root => since.is_checked_about(root),
    })
}

fn shape(
    head: &Unit<'_>,
    (stop, asked): (&Stop<'_>, &Formula),
    (remnant, now): (&Stop<'_>, &Formula),
    atoms: &Atoms,
) -> Option<Shape> {
    if stop.body.is_some() && stop.leaves && !remnant.leaves {
        let body = remnant.body?;
        return is_quiet(head, body).then(|| Shape::GoesOn {
            logs: children(body).any(|one| logs(head, one)),
        });
    }
    let opposite = asked.clone().negated();
    Some(if now.atoms().is_empty() {
        Shape::Never
    } else if atoms.same(now, asked) {
        Shape::Partly
    } else if stop.leaves == remnant.leaves && atoms.same(now, &opposite) {
        Shape::Inverted
    } else {
        Shape::Weaker
    })
}

/// Whether a body does nothing, or only says so.
fn is_quiet(unit: &Unit<'_>, body: Node<'_>) -> bool {
    children(body).all(|one| match one.kind() {
        "pass_statement" | "comment" => true,
        "expression_statement" => {
            one.named_child(0)
                .is_some_and(|what| matches!(what.kind(), "ellipsis" | "string"))
                || logs(unit, one)
        }
        _ => false,
    })
}

fn logs(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    let callee = statement
        .named_child(0)
        .filter(|what| what.kind() == "call")
        .and_then(|call| field(call, "function"))
        .map_or("", |callee| unit.slice(callee));
    callee.to_lowercase().contains("log") || matches!(callee, "print" | "warnings.warn")
}

/// Whether control comes to what the guard protected in cases that production stops.
fn opens(
    base: &Unit<'_>,
    head: &Unit<'_>,
    (stop, remnant): (&Stop<'_>, &Stop<'_>),
    must: &Formula,
    names: &[String],
    atoms: &mut Atoms,
) -> bool {
    let mut now: HashMap<String, Node<'_>> = HashMap::new();
    for one in head.own(ACTING) {
        if statement_of(remnant.node).start_byte() <= one.start_byte()
            && !(remnant.leaves && contains(remnant.node, one))
        {
            now.entry(normal(head, one)).or_insert(one);
        }
    }
    let moved = |unit: &Unit<'_>, from: usize, to: usize| {
        names.iter().any(|name| {
            let root = name.split('.').next().unwrap_or(name);
            unit.rebound_between(root, from, to)
        })
    };
    // A loop that ends by `break` proves something that is not followed here.
    let in_loop = |node: &Node<'_>| matches!(node.kind(), "for_statement" | "while_statement");
    let loop_ends = ancestors(remnant.node)
        .find(in_loop)
        .map(|one| one.end_byte());
    now.retain(|_, one| loop_ends.is_none_or(|end| one.start_byte() < end));
    let all = protected(base, stop);
    let (first, rest): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|one| does_something(base, *one));
    first
        .into_iter()
        .chain(rest)
        .filter_map(|one| Some((one, *now.get(&normal(base, one))?)))
        .take(4)
        .any(|(was, is)| {
            if moved(base, stop.condition.end_byte(), was.start_byte())
                || moved(head, remnant.condition.end_byte(), is.start_byte())
            {
                return false;
            }
            let before = reach(base, was, atoms);
            let after = reach(head, is, atoms);
            atoms.implies(&before, must) == Some(true)
                && !atoms.is_impossible(&before)
                && !atoms.is_impossible(&after)
                && atoms.implies(&after, must) == Some(false)
        })
}

/// The statements behind a guard that leaves, or inside of one that does not.
fn protected<'b>(unit: &Unit<'b>, stop: &Stop<'b>) -> Vec<Node<'b>> {
    let statement = statement_of(stop.node);
    let range = if stop.leaves || stop.body.is_none() {
        statement.end_byte()
            ..statement
                .parent()
                .map_or(statement.end_byte(), |up| up.end_byte())
    } else {
        stop.node.byte_range()
    };
    let mut found = unit.own(ACTING);
    found.retain(|one| range.start <= one.start_byte() && one.end_byte() <= range.end);
    found
}

fn loss<'h>(
    base: &Unit<'_>,
    head: &Unit<'h>,
    stop: &Stop<'_>,
    remnant: &Stop<'h>,
    shape: Shape,
    names: &[String],
) -> Loss<'h> {
    let (was, is) = (
        words_of(base, stop.condition),
        words_of(head, remnant.condition),
    );
    let does = verb(base, stop);
    let begin = match stop.body {
        Some(_) if !stop.leaves => format!("Production does this only when `{was}`"),
        None => format!("Production stops here unless `{was}`"),
        Some(_) => format!("Production {does} here when `{was}`"),
    };
    let end = match shape {
        Shape::GoesOn { logs: true } => "the hotfix only logs it and goes on".to_owned(),
        Shape::GoesOn { logs: false } => "the hotfix goes on".to_owned(),
        Shape::Never if stop.leaves => format!("the hotfix's `{is}` never does"),
        Shape::Never => "the hotfix always goes on".to_owned(),
        Shape::Inverted => format!("the hotfix asks the opposite, `{is}`"),
        Shape::Weaker => format!("the hotfix stops fewer cases by `{is}`"),
        Shape::Partly => "the hotfix does on some ways only".to_owned(),
        Shape::SaysYes => "the hotfix answers True".to_owned(),
    };
    let refusal = stop.body.is_none()
        || raises(base, stop)
        || stop
            .body
            .is_some_and(|body| stop.leaves && refuses(base, body))
        || asks_permission(names);
    let certain = shape == Shape::Never || refusal && shape != Shape::Partly;
    Loss {
        name: "neutral",
        subject: was,
        place: match shape {
            Shape::GoesOn { .. } | Shape::SaysYes => remnant
                .body
                .and_then(|body| children(body).next())
                .unwrap_or(remnant.condition),
            _ => remnant.condition,
        },
        shown: stop.condition.byte_range(),
        confidence: if certain {
            Confidence::Certain
        } else {
            Confidence::Likely
        },
        message: format!("{begin}; {end}"),
        covers: &["none-access", "missing-key"],
        repair: repair(base, head, stop, remnant),
    }
}

/// The condition and the body as production has them.
fn repair(base: &Unit<'_>, head: &Unit<'_>, stop: &Stop<'_>, remnant: &Stop<'_>) -> Repair {
    let mut parts = Vec::new();
    if normal(base, stop.condition) != normal(head, remnant.condition) {
        let text = base.slice(bare(stop.condition));
        if text.contains('\n') {
            return Repair::None;
        }
        parts.push((bare(remnant.condition).byte_range(), text.to_owned()));
    }
    if let Some((was, is)) = stop.body.zip(remnant.body)
        && stop.leaves
        && (!remnant.leaves || answers(head, remnant, "true"))
    {
        let indent =
            |unit: &Unit<'_>, node: Node<'_>| layout::indent_of(unit.source(), node).to_owned();
        if indent(base, was) != indent(head, is) {
            return Repair::None;
        }
        parts.push((is.byte_range(), base.slice(was).to_owned()));
    }
    if stop.leaves != remnant.leaves && parts.len() < 2 && stop.body.is_some() && !stop.leaves {
        return Repair::None;
    }
    Repair::Replace(parts)
}
