//! `unclosed-resource`: a file, socket, connection, process, pool or lock stays open.

mod fix;
mod handle;
mod lock;
mod lock_fix;
mod paths;

use tree_sitter::Node;

use self::handle::Life;
use self::paths::End;
use super::knowledge::http;
use super::knowledge::openers::{self, Kind, Taker};
use super::knowledge::{origins, uses};
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::Unit;
use crate::syntax::nodes::{children, field, statement_of};

/// A resource that is not closed on every way.
pub struct UnclosedResource;

static META: Meta = Meta {
    name: "unclosed-resource",
    group: Group::Pattern,
    highest: Confidence::Certain,
    checklist: "Edge cases considered",
    noqa: &["SIM115", "R1732", "consider-using-with"],
    docs: include_str!("../docs/unclosed-resource.md"),
    pattern: None,
};

impl Rule for UnclosedResource {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test || is_fixture(unit) || http::faked(unit) {
            return;
        }
        for call in origins::calls(unit) {
            if let Some(draft) = judge(unit, call) {
                reporter.report(draft);
            }
            if let Some(draft) = lock::judge(unit, call) {
                reporter.report(draft);
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fix(context, finding)
            .or_else(|| lock_fix::fix(context, finding))
            .into_iter()
            .collect()
    }
}

/// A fixture, or a context manager's or generator's half: somebody else runs the rest.
fn is_fixture(unit: &Unit<'_>) -> bool {
    origins::decorated(unit, &|text| text.contains("fixture"))
}

fn judge(unit: &Unit<'_>, call: Node<'_>) -> Option<Draft> {
    let kind = openers::opens(unit, call)?;
    let function = field(call, "function")?;
    let (confidence, message, exit) = match place(unit, call, kind)? {
        Place::Named(binding) => judge_name(unit, call, binding, kind)?,
        Place::Nameless(confidence) => (
            confidence,
            format!("{}(…) is never closed: nothing keeps what it opens", one_line(unit, function)?),
            None,
        ),
    };
    let draft = Draft::at(call, confidence, message).anchored(function);
    Some(match exit {
        Some(exit) => draft.related(exit, "It is still open here"),
        None => draft,
    })
}

fn one_line<'a>(unit: &Unit<'a>, node: Node<'_>) -> Option<&'a str> {
    unit.slice(node).lines().next()
}

/// Where an opened resource goes first.
enum Place<'a> {
    /// It gets a plain name (the identifier).
    Named(Node<'a>),
    /// It is used in the same expression and then forgotten.
    Nameless(Confidence),
}

/// `None` where it has another owner from the beginning.
fn place<'a>(unit: &Unit<'a>, call: Node<'a>, kind: Kind) -> Option<Place<'a>> {
    let mut value = call;
    while let Some(parent) = value.parent()
        && matches!(parent.kind(), "parenthesized_expression" | "await")
    {
        value = parent;
    }
    let parent = value.parent()?;
    match parent.kind() {
        "assignment" | "named_expression" => named(unit, value, parent),
        "expression_list" => unpacked(value, parent),
        "attribute" => {
            let name = unit.slice(field(parent, "attribute")?);
            let closes = kind.close.contains(&name) || name == "__enter__";
            (!closes).then_some(Place::Nameless(kind.confidence))
        }
        "argument_list" => passed(unit, value, parent.parent()?, kind),
        "keyword_argument" => passed(unit, value, parent.parent()?.parent()?, kind),
        "for_statement" | "for_in_clause" if field(parent, "right") == Some(value) => {
            let lazy = parent.kind() == "for_in_clause"
                && parent.parent().is_some_and(|comprehension| {
                    comprehension.kind() == "generator_expression"
                        && comprehension
                            .parent()
                            .is_some_and(|up| !matches!(up.kind(), "call" | "argument_list"))
                });
            (!lazy).then_some(Place::Nameless(kind.confidence))
        }
        "expression_statement" | "subscript" | "comparison_operator" => {
            Some(Place::Nameless(kind.confidence))
        }
        _ => None,
    }
}

fn named<'a>(unit: &Unit<'a>, value: Node<'a>, parent: Node<'a>) -> Option<Place<'a>> {
    let name = field(parent, "left").or_else(|| field(parent, "name"))?;
    let is_value = field(parent, "right").or_else(|| field(parent, "value")) == Some(value);
    // In a class body the class owns it; with a chain of names somebody else may.
    let owned = unit.node.kind() == "class_definition"
        || parent.parent().is_some_and(|up| up.kind() == "assignment");
    (is_value && name.kind() == "identifier" && !owned).then_some(Place::Named(name))
}

/// `a, b = open(x), open(y)`.
fn unpacked<'a>(value: Node<'a>, list: Node<'a>) -> Option<Place<'a>> {
    let assignment = list.parent().filter(|up| up.kind() == "assignment")?;
    let names = field(assignment, "left").filter(|left| left.kind() == "pattern_list")?;
    let index = children(list).position(|one| one == value)?;
    let name = children(names).nth(index)?;
    (name.kind() == "identifier").then_some(Place::Named(name))
}

fn passed<'a>(unit: &Unit<'a>, value: Node<'a>, call: Node<'a>, kind: Kind) -> Option<Place<'a>> {
    if call.kind() != "call" {
        return None;
    }
    match openers::taker(unit, call) {
        Taker::Borrows => Some(Place::Nameless(kind.confidence)),
        Taker::Views if matches!(handle::act(unit, value, kind), handle::Act::Uses) => {
            Some(Place::Nameless(kind.confidence))
        }
        Taker::Views | Taker::Owns => None,
        Taker::Unknown => match handle::act(unit, value, kind) {
            handle::Act::Uses => Some(Place::Nameless(kind.confidence.min(Confidence::Likely))),
            handle::Act::Lends => Some(Place::Nameless(Confidence::Possible)),
            _ => None,
        },
    }
}

type Judged<'a> = (Confidence, String, Option<Node<'a>>);

fn judge_name<'a>(
    unit: &Unit<'a>,
    call: Node<'a>,
    binding: Node<'a>,
    kind: Kind,
) -> Option<Judged<'a>> {
    let name = unit.slice(binding);
    let life = handle::life(unit, binding, kind);
    if life.given_away || shared(unit, binding, &life) {
        return None;
    }
    if life.closes.is_empty() {
        let mut confidence = kind.confidence;
        if unit.node.kind() == "module" {
            confidence = confidence.min(Confidence::Likely);
        }
        if life.lent || guarded_opening(call) {
            confidence = confidence.min(Confidence::Possible);
        }
        return Some((confidence, format!("{name} is never closed"), None));
    }
    let statement = statement_of(call);
    // Code that nobody can see may keep it: no more than a hint.
    let most = if life.lent {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    match paths::end(unit.node, statement, name, &life.closes, unit.source()) {
        End::Always => None,
        End::Leak(exit) => Some((
            kind.confidence.min(most),
            match exit {
                Some(exit) => format!(
                    "{name} stays open where the function leaves on line {}",
                    unit.source().lines().line_of(exit.start_byte()) + 1
                ),
                None => format!("{name} is not closed on every way to the end"),
            },
            exit,
        )),
        End::UnlessFailure => {
            let close = life.closes.first().copied();
            Some((
                Confidence::Possible,
                format!("{name} stays open if something fails before it is closed"),
                close,
            ))
        }
    }
}

/// Another scope shares the name: `global f`, or a module's name that functions read.
fn shared(unit: &Unit<'_>, binding: Node<'_>, life: &Life<'_>) -> bool {
    let name = unit.slice(binding);
    let declared = unit.bindings(name).iter().any(|one| {
        one.parent()
            .is_some_and(|up| matches!(up.kind(), "global_statement" | "nonlocal_statement"))
    });
    let kept = unit.node.kind() == "module"
        && (life.places.is_empty() || name.chars().all(|c| !c.is_lowercase()));
    declared || kept
}

/// `f = open(p) if p else sys.stdin` may hold something that must stay open.
fn guarded_opening(call: Node<'_>) -> bool {
    let statement = statement_of(call);
    crate::syntax::nodes::ancestors(call)
        .take_while(|up| uses::contains(statement, *up))
        .any(|up| up.kind() == "conditional_expression")
}
