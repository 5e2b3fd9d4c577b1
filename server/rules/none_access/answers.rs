//! What the functions of the same file answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tree_sitter::Node;

use super::endings::falls_off;
use super::source::{Ground, Why, annotated_none};
use crate::rules::Confidence;
use crate::rules::knowledge::keys::operator;
use crate::syntax::flow::{Fact, facts_at};
use crate::syntax::nodes::{bare, children, exits, field, has_splat, keyword, own, positional};
use crate::syntax::unit::definition_node;
use crate::syntax::{Definition, Kind, Unit};

/// A function of the same file, or a method of the same class.
pub(super) fn of_own_function<'a>(
    unit: &Unit<'a>,
    call: Node<'a>,
    function: Node<'a>,
    awaited: bool,
) -> Option<Why<'a>> {
    let definition = called(unit, function)?;
    let known = unit.file.facts.get(Answers::default);
    let mut known = known.0.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = known
        .entry(definition.core.start)
        .or_insert_with(|| Answer::of(unit, definition));
    if answer.is_async != awaited {
        return None;
    }
    let (confidence, how) = answer.none?;
    let confidence = answer.here(unit, call, confidence)?;
    Some(Why::new(
        call,
        confidence,
        format!("{} {how}", definition.name),
    ))
}

/// The part of what a function of the same file, or a method of the same class, answers that is None
/// in one case: `return None, None`.
pub(super) fn part_of_own_function<'a>(
    unit: &Unit<'a>,
    call: Node<'a>,
    index: usize,
) -> Option<Why<'a>> {
    let function = field(call, "function").filter(|_| call.kind() == "call")?;
    let definition = called(unit, function)?;
    let node = definition_node(unit.source(), definition)?;
    let is_plain = definition.range == definition.core
        && own(node, &["yield"]).is_empty()
        && node.child(0).is_some_and(|first| first.kind() != "async")
        && field(node, "return_type").is_none();
    if !is_plain {
        return None;
    }
    let mut nones = 0;
    let mut values = 0;
    for one in own(node, &["return_statement"]) {
        let tuple = one.named_child(0).map(bare)?;
        if !matches!(tuple.kind(), "tuple" | "expression_list") {
            continue;
        }
        match children(tuple).nth(index) {
            Some(part) if bare(part).kind() == "none" => nones += 1,
            _ => values += 1,
        }
    }
    let how = format!("{} answers None there in one case", definition.name);
    (0 < nones && 0 < values)
        .then(|| Why::new(call, Confidence::Possible, how).on(Ground::PartOfAnswer))
}

/// The only definition of what is called by its plain name or on `self`.
fn called<'a>(unit: &Unit<'a>, function: Node<'a>) -> Option<&'a Definition> {
    let text = unit.slice(function);
    let qualname = if let Some(method) = text
        .strip_prefix("self.")
        .or_else(|| text.strip_prefix("cls."))
    {
        let (class, _) = unit.qualname.rsplit_once('.')?;
        format!("{class}.{method}")
    } else {
        text.to_owned()
    };
    if function.kind() == "identifier"
        && (unit.names().is_imported(text) || !unit.bindings(text).is_empty())
    {
        return None;
    }
    let definition = unit
        .file
        .outline
        .find(&qualname)
        .filter(|one| one.kind == Kind::Function)?;
    if unit.file.outline.find(&format!("{qualname}#2")).is_some() {
        return None;
    }
    Some(definition)
}

/// What the functions of a file answer, by the first byte of each. A function may be called a
/// thousand times.
#[derive(Default)]
struct Answers(Mutex<HashMap<usize, Answer>>);

/// What one function answers.
#[derive(Default)]
struct Answer {
    is_async: bool,
    /// How it comes to answer None.
    none: Option<(Confidence, &'static str)>,
    /// On what its ways to None depend; empty if one of them depends on nothing that is known.
    ways: Vec<Way>,
}

impl Answer {
    fn of(unit: &Unit<'_>, definition: &Definition) -> Self {
        let Some(node) = definition_node(unit.source(), definition) else {
            return Self::default();
        };
        let decorated = definition.range != definition.core;
        let plain = !decorated && own(node, &["yield"]).is_empty();
        Self {
            is_async: node.child(0).is_some_and(|first| first.kind() == "async"),
            none: if plain {
                none_of(unit, definition, node)
            } else {
                None
            },
            ways: if plain && field(node, "return_type").is_none() {
                ways_to_none(unit, node)
            } else {
                Vec::new()
            },
        }
    }

    /// How sure it is that this call may answer None; `None` if it cannot.
    fn here(&self, unit: &Unit<'_>, call: Node<'_>, sure: Confidence) -> Option<Confidence> {
        if self.ways.is_empty() || has_splat(call) {
            return Some(sure);
        }
        let given = self.ways.iter().map(|way| way.taken(unit, call, sure));
        given.flatten().max()
    }
}

fn none_of(
    unit: &Unit<'_>,
    definition: &Definition,
    node: Node<'_>,
) -> Option<(Confidence, &'static str)> {
    // A method may be overridden by one that does return something.
    let is_final = definition.parent == 0;
    if let Some(annotation) = field(node, "return_type") {
        if unit.slice(annotation) == "None" && is_final {
            return Some((Confidence::Certain, "is declared to return nothing"));
        }
        return annotated_none(unit.slice(annotation))
            .then_some((Confidence::Certain, "is declared to return None at times"));
    }
    if is_final && is_procedure(node) {
        return Some((Confidence::Likely, "returns nothing"));
    }
    Some((Confidence::Likely, returns_none(unit, node)?))
}

/// On what it depends that a function answers None.
enum Way {
    /// Only if this parameter is given, and true: `if quiet: return None`.
    IfSet(usize, String),
    /// Only for a caller that passes None or nothing.
    IfEmpty(usize, String),
    /// On the object's own state.
    OfItself,
}

impl Way {
    /// How sure it is that the call takes this way; `None` if it does not.
    fn taken(&self, unit: &Unit<'_>, call: Node<'_>, sure: Confidence) -> Option<Confidence> {
        let given = |place: &usize, name: &str| {
            keyword(call, name, unit.source()).or_else(|| positional(call).get(*place).copied())
        };
        match self {
            Self::IfSet(place, name) => {
                let off = |value: &Node<'_>| matches!(value.kind(), "false" | "none");
                given(place, name).filter(|value| !off(value)).map(|_| sure)
            }
            Self::IfEmpty(place, name) => match given(place, name) {
                Some(value) if value.kind() != "none" => Some(Confidence::Possible),
                _ => Some(sure),
            },
            Self::OfItself => Some(Confidence::Possible),
        }
    }
}

/// Whether the call surely cannot, or hardly can, come to this `return` of the function.
pub(in crate::rules) fn goes_round(
    function: &Unit<'_>,
    statement: Node<'_>,
    call: Node<'_>,
) -> bool {
    let facts = facts_at(statement, function.source());
    let way = facts.iter().find_map(|fact| way_of(function, fact));
    !has_splat(call)
        && way.is_some_and(|way| {
            way.taken(function, call, Confidence::Likely) != Some(Confidence::Likely)
        })
}

/// The ways to None, if each of them depends on something that is known.
fn ways_to_none(unit: &Unit<'_>, function: Node<'_>) -> Vec<Way> {
    let inner = Unit::new(unit.file, function, String::new());
    let mut ways = Vec::new();
    for one in own(function, &["return_statement"]) {
        if one
            .named_child(0)
            .is_some_and(|value| bare(value).kind() != "none")
        {
            continue;
        }
        let facts = facts_at(one, unit.source());
        match facts.iter().find_map(|fact| way_of(&inner, fact)) {
            Some(way) => ways.push(way),
            None => return Vec::new(),
        }
    }
    let Some(body) = field(function, "body") else {
        return Vec::new();
    };
    if exits(body, unit.source()) {
        return ways;
    }
    // It falls off its end, where a question about itself was not answered.
    let last = children(body).last();
    let condition = last
        .filter(|last| last.kind() == "if_statement" && field(*last, "alternative").is_none())
        .and_then(|last| field(last, "condition"));
    match condition {
        Some(condition) if unit.slice(bare(condition)).starts_with("self.") => {
            ways.push(Way::OfItself);
            ways
        }
        _ => Vec::new(),
    }
}

fn way_of(inner: &Unit<'_>, fact: &Fact<'_>) -> Option<Way> {
    let condition = fact.condition;
    let (asked, is_empty) = match condition.kind() {
        "identifier" | "attribute" => (condition, !fact.holds),
        "comparison_operator" => {
            let parts: Vec<Node<'_>> = children(condition).collect();
            let [name, none] = parts.as_slice() else {
                return None;
            };
            if none.kind() != "none" {
                return inner
                    .slice(*name)
                    .starts_with("self.")
                    .then_some(Way::OfItself);
            }
            let is = !operator(condition).contains("not") && operator(condition) != "!=";
            (*name, is == fact.holds)
        }
        _ => return None,
    };
    let text = inner.slice(asked);
    if text.starts_with("self.") {
        return Some(Way::OfItself);
    }
    let parameters = inner.parameters();
    let place = parameters.iter().position(|one| one.name == text)?;
    let bound_before = inner
        .bindings(text)
        .iter()
        .any(|one| one.start_byte() < condition.start_byte());
    if bound_before || parameters[place].starred {
        return None;
    }
    let method = parameters
        .first()
        .is_some_and(|one| matches!(one.name, "self" | "cls"));
    let index = if method { place.checked_sub(1)? } else { place };
    let off = parameters[place]
        .default
        .is_some_and(|value| matches!(value.kind(), "false" | "none"));
    if is_empty {
        Some(Way::IfEmpty(index, text.to_owned()))
    } else {
        off.then(|| Way::IfSet(index, text.to_owned()))
    }
}

/// How an unannotated function that returns values comes to return None as well.
pub(in crate::rules) fn returns_none(unit: &Unit<'_>, function: Node<'_>) -> Option<&'static str> {
    let mut values = 0;
    let mut nones = 0;
    for one in own(function, &["return_statement"]) {
        match one.named_child(0) {
            Some(value) if bare(value).kind() != "none" => values += 1,
            _ => nones += 1,
        }
    }
    if values == 0 {
        return None;
    }
    if 0 < nones {
        return Some("returns None in one case");
    }
    let body = field(function, "body")?;
    let last = children(body).last()?;
    let open = match last.kind() {
        "match_statement" => false,
        // `assert False, kind`
        "assert_statement" => last
            .named_child(0)
            .is_none_or(|claim| !matches!(unit.slice(bare(claim)), "False" | "0")),
        "while_statement" => {
            field(last, "condition").is_some_and(|one| !matches!(unit.slice(one), "True" | "1"))
        }
        _ => !exits(body, unit.source()) && falls_off(unit, body),
    };
    open.then_some("can reach its end without a return")
}

/// A function that works and never returns a value; not a stub that somebody fills in later.
fn is_procedure(function: Node<'_>) -> bool {
    let works = field(function, "body").is_some_and(|body| {
        children(body).any(|one| {
            !matches!(one.kind(), "pass_statement" | "raise_statement" | "comment")
                && one
                    .named_child(0)
                    .is_none_or(|inner| !matches!(inner.kind(), "string" | "ellipsis"))
        })
    });
    let returns = own(function, &["return_statement"]);
    works
        && own(function, &["raise_statement"]).is_empty()
        && returns.iter().all(|one| one.named_child(0).is_none())
}
