//! What becomes of an opened resource: who uses it, who takes it over, who closes it.

use tree_sitter::Node;

use super::super::knowledge::openers::{self, Kind, Taker};
use super::super::knowledge::uses::{self, contains};
use crate::syntax::Unit;
use crate::syntax::nodes::{ancestors, children, field, positional, statement_of};

/// What the code does with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Uses it.
    Uses,
    /// Gives it to code that nobody can see.
    Lends,
    /// Closes it.
    Closes,
    /// Gives it to another owner.
    GivesAway,
}

/// All places that deal with a named resource.
#[derive(Debug, Default)]
pub struct Life<'a> {
    /// The identifiers, with those of lazy views (`reader = csv.reader(f)`).
    pub places: Vec<Node<'a>>,
    /// The places that close it.
    pub closes: Vec<Node<'a>>,
    /// Whether code that nobody can see gets it.
    pub lent: bool,
    /// Whether somebody else owns it now.
    pub given_away: bool,
}

/// Follows the name bound at `binding`.
#[must_use]
pub fn life<'a>(unit: &Unit<'a>, binding: Node<'a>, kind: Kind) -> Life<'a> {
    let mut life = Life::default();
    follow(unit, binding, kind, &mut life, 3);
    life
}

fn follow<'a>(unit: &Unit<'a>, binding: Node<'a>, kind: Kind, life: &mut Life<'a>, left: usize) {
    for one in uses::after(unit, binding) {
        if one.nested {
            life.given_away = true;
            return;
        }
        life.places.push(one.node);
        match act(unit, one.node, kind) {
            Act::Uses => {}
            Act::Lends => life.lent = true,
            Act::Closes => life.closes.push(one.node),
            Act::GivesAway => life.given_away = true,
        }
        if let Some(view) = view_name(unit, one.node) {
            if left == 0 {
                life.given_away = true;
            } else {
                follow(unit, view, kind, life, left - 1);
            }
        }
    }
}

/// What one place does with the resource.
#[must_use]
pub fn act(unit: &Unit<'_>, place: Node<'_>, kind: Kind) -> Act {
    let Some(parent) = place.parent() else {
        return Act::Uses;
    };
    match parent.kind() {
        "attribute" => act_on_attribute(unit, parent, kind),
        "argument_list" => argument(unit, place, parent, kind),
        "keyword_argument" => match parent.parent() {
            Some(list) if list.kind() == "argument_list" => argument(unit, place, list, kind),
            _ => Act::GivesAway,
        },
        "with_item" => Act::Closes,
        "as_pattern" if ancestors(parent).take(2).any(|up| up.kind() == "with_item") => Act::Closes,
        "for_statement" | "for_in_clause" | "comparison_operator" | "not_operator"
        | "if_statement" | "elif_clause" | "while_statement" | "assert_statement"
        | "expression_statement" | "delete_statement" | "if_clause" | "subscript"
        | "conditional_expression" | "interpolation" => match parent.kind() {
            // `f[0]` reads, `x if c else f` gives the resource itself on.
            "conditional_expression" if parent.named_child(1) != Some(place) => Act::GivesAway,
            "subscript" if field(parent, "value") != Some(place) => Act::GivesAway,
            _ => Act::Uses,
        },
        "boolean_operator" => truth(parent),
        "parenthesized_expression" => act(unit, parent, kind),
        _ => Act::GivesAway,
    }
}

/// `f and f.read()` tests the resource; `given or f` in a value gives it on.
fn truth(operator: Node<'_>) -> Act {
    let tested = ancestors(operator)
        .find(|up| !matches!(up.kind(), "boolean_operator" | "not_operator" | "parenthesized_expression"))
        .is_some_and(|up| {
            matches!(
                up.kind(),
                "if_statement" | "elif_clause" | "while_statement" | "assert_statement"
            )
        });
    if tested { Act::Uses } else { Act::GivesAway }
}

fn act_on_attribute(unit: &Unit<'_>, attribute: Node<'_>, kind: Kind) -> Act {
    let name = field(attribute, "attribute").map_or("", |node| unit.slice(node));
    let called = attribute.parent().is_some_and(|parent| {
        parent.kind() == "call" && field(parent, "function") == Some(attribute)
    });
    if kind.close.contains(&name) {
        // `stack.callback(f.close)`: somebody else closes it later.
        return if called { Act::Closes } else { Act::GivesAway };
    }
    if matches!(name, "__enter__" | "makefile" | "accept") {
        return Act::GivesAway;
    }
    Act::Uses
}

fn argument(unit: &Unit<'_>, place: Node<'_>, list: Node<'_>, kind: Kind) -> Act {
    let Some(call) = list.parent().filter(|call| call.kind() == "call") else {
        return Act::GivesAway;
    };
    match openers::taker(unit, call) {
        Taker::Borrows => Act::Uses,
        Taker::Views => {
            if handed_on(call) {
                Act::GivesAway
            } else {
                Act::Uses
            }
        }
        Taker::Owns => Act::GivesAway,
        Taker::Unknown => in_own_function(unit, call, place, kind),
    }
}

/// Whether the value of an expression leaves the function or is kept.
fn handed_on(value: Node<'_>) -> bool {
    value.parent().is_some_and(|parent| match parent.kind() {
        "return_statement" | "yield" | "dictionary" | "list" | "tuple" | "pair" | "set"
        | "expression_list" => true,
        "assignment" => field(parent, "left").is_some_and(|left| left.kind() != "identifier"),
        "argument_list" => parent.parent().is_some_and(|call| {
            call.kind() == "call" && handed_on(call) && !eager(call)
        }),
        _ => false,
    })
}

/// `list(csv.reader(f))` reads everything at once.
fn eager(call: Node<'_>) -> bool {
    field(call, "function").is_some_and(|function| function.kind() == "identifier")
}

/// What a function of the same file does with its parameter.
fn in_own_function(unit: &Unit<'_>, call: Node<'_>, place: Node<'_>, kind: Kind) -> Act {
    let Some(index) = positional(call).iter().position(|one| *one == place) else {
        return Act::Lends;
    };
    let Some(function) = field(call, "function") else {
        return Act::Lends;
    };
    let Some(definition) = unit.file.outline.find(unit.slice(function)) else {
        return Act::Lends;
    };
    let Some(node) = crate::syntax::unit::definition_node(unit.source(), definition) else {
        return Act::Lends;
    };
    let inner = Unit::new(unit.file, node, definition.qualname.clone());
    let Some(parameter) = inner.parameters().get(index).copied() else {
        return Act::Lends;
    };
    let Some(body) = field(node, "body") else {
        return Act::Lends;
    };
    let mut worst = Act::Uses;
    crate::syntax::nodes::walk(body, &mut |at| {
        if at.kind() == "identifier" && inner.slice(at) == parameter.name && uses::reads(at) {
            let one = match at.parent().map(|parent| parent.kind()) {
                // One step only: what the next function does is not followed.
                Some("argument_list" | "keyword_argument") => Act::Lends,
                _ if uses::in_nested(node, at) => Act::GivesAway,
                _ => act(&inner, at, kind),
            };
            worst = worst.max(one);
        }
        crate::syntax::nodes::Walk::Into
    });
    // A function that closes it is its owner from then on.
    if worst == Act::Closes {
        Act::GivesAway
    } else {
        worst
    }
}

/// The name of a lazy view: `reader` in `reader = csv.reader(f)`, `rows` in
/// `rows = (r for r in f)`.
fn view_name<'a>(unit: &Unit<'a>, place: Node<'a>) -> Option<Node<'a>> {
    let statement = statement_of(place);
    let assignment = children(statement)
        .next()
        .filter(|first| statement.kind() == "expression_statement" && first.kind() == "assignment")?;
    let left = field(assignment, "left").filter(|left| left.kind() == "identifier")?;
    let value = field(assignment, "right").filter(|value| contains(*value, place))?;
    let lazy = match value.kind() {
        "generator_expression" => true,
        "call" => openers::taker(unit, value) == Taker::Views,
        _ => false,
    };
    lazy.then_some(left)
}
