//! Guards that the hotfix keeps on some ways only, and guards that moved to the callers.

use std::collections::HashMap;

use tree_sitter::Node;

use super::collect::{Guard, Kind};
use super::equal::{asks_another_type, tested};
use crate::compare::normal::text;
use crate::rules::knowledge::keys::{Keys, Presence};
use crate::rules::none_access;
use crate::syntax::flow::Graph;
use crate::syntax::names::dotted;
use crate::syntax::nodes::{Walk, ancestors, field, keyword, positional};
use crate::syntax::unit::binds;
use crate::syntax::{File, Unit};

/// What both sides use without a test. All guards of a function are asked about in one go: reading
/// its ways again for each one would cost the square of a long function.
pub(super) struct Untested<'b, 'h> {
    base: HashMap<String, Vec<Node<'b>>>,
    head: HashMap<String, Vec<Node<'h>>>,
}

impl<'b, 'h> Untested<'b, 'h> {
    pub fn new(guards: &[Guard<'_>], base: &Unit<'b>, head: &Unit<'h>) -> Self {
        let subjects: Vec<&str> = guards
            .iter()
            .filter(|guard| matches!(guard.kind, Kind::NoneCheck | Kind::TypeCheck))
            .map(|guard| guard.subject.as_str())
            .collect();
        let head = none_access::untested_uses(head, &subjects);
        let base = if head.is_empty() {
            HashMap::new()
        } else {
            none_access::untested_uses(base, &subjects)
        };
        Self { base, head }
    }
}

/// A use that production protects on every way, and that the hotfix leaves open on one.
pub(super) fn weakened<'b, 'h>(
    guard: &Guard<'_>,
    base: &Unit<'b>,
    head: &Unit<'h>,
    untested: &Untested<'b, 'h>,
) -> Option<Node<'h>> {
    match guard.kind {
        Kind::NoneCheck | Kind::TypeCheck => {
            let open = untested.head.get(&guard.subject)?;
            if asks_another_type(guard, head) || !arrives_alike(base, head, &guard.subject) {
                return None;
            }
            let open_before: Vec<String> = untested
                .base
                .get(&guard.subject)
                .into_iter()
                .flatten()
                .map(|node| around(base, *node))
                .collect();
            let before: Vec<String> = base
                .own(&["identifier", "attribute"])
                .into_iter()
                .filter(|node| {
                    dotted(*node, base.source()).as_deref() == Some(&guard.subject) && !binds(*node)
                })
                .map(|node| around(base, node))
                .collect();
            open.iter().copied().find(|node| {
                let here = around(head, *node);
                before.contains(&here) && !open_before.contains(&here)
            })
        }
        Kind::KeyCheck => {
            let before = reads(base, &guard.subject);
            if before.is_empty() || before.iter().any(|(_, lacks)| *lacks) {
                return None;
            }
            reads(head, &guard.subject)
                .into_iter()
                .find(|(_, lacks)| *lacks)
                .map(|(node, _)| node)
        }
        _ => None,
    }
}

/// The value comes the same way on both sides: it is a parameter, or bound as often.
fn arrives_alike(base: &Unit<'_>, head: &Unit<'_>, subject: &str) -> bool {
    let root = subject.split('.').next().unwrap_or(subject);
    base.parameter(root).is_some() == head.parameter(root).is_some()
        && base.bindings(root).len() == head.bindings(root).len()
}

/// The text of what uses the node.
fn around(unit: &Unit<'_>, node: Node<'_>) -> String {
    let using = node.parent().unwrap_or(node);
    text(unit.source(), using.byte_range())
}

/// The reads of `mapping["key"]`, and whether each may fail.
fn reads<'u>(unit: &Unit<'u>, subject: &str) -> Vec<(Node<'u>, bool)> {
    let keys = Keys::new(unit);
    let presence = Presence::new(&Graph::new(unit), &keys);
    unit.own(&["subscript"])
        .into_iter()
        .filter(|node| {
            field(*node, "value")
                .and_then(|value| dotted(value, unit.source()))
                .zip(field(*node, "subscript"))
                .is_some_and(|(mapping, key)| format!("{mapping}[{}]", unit.slice(key)) == subject)
        })
        .map(|node| (node, presence.may_lack(node)))
        .collect()
}

/// Whether every place of the file that calls the function tests what it hands over.
pub(super) fn callers_test(guard: &Guard<'_>, head: &Unit<'_>, file: File<'_>) -> bool {
    let asks = matches!(
        guard.kind,
        Kind::NoneCheck | Kind::TypeCheck | Kind::Validation | Kind::Condition
    );
    let names: Vec<String> = guard.subject.split(' ').map(str::to_owned).collect();
    asks && callers_ask(&names, head, file)
}

/// Whether every place of the file that calls the function asks about all these names, as they are
/// called there: `order.total` of a parameter `order` is `invoice.total` where `invoice` is given.
pub(super) fn callers_ask(names: &[String], head: &Unit<'_>, file: File<'_>) -> bool {
    let Some(function) = field(head.node, "name").map(|name| head.slice(name)) else {
        return false;
    };
    let is_self = |name: &str| matches!(name, "self" | "cls");
    let parameters: Vec<&str> = head.parameters().iter().map(|one| one.name).collect();
    let is_method = parameters.first().is_some_and(|one| is_self(one));
    let given: Vec<&str> = parameters.into_iter().filter(|one| !is_self(one)).collect();
    let root = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    // Constants are asked about everywhere alike.
    let names: Vec<&String> = names
        .iter()
        .filter(|name| name.contains(char::is_lowercase))
        .collect();
    let known = |name: &&String| is_self(&root(name)) || given.contains(&root(name).as_str());
    if names.is_empty() || !names.iter().all(known) {
        return false;
    }
    let mut calls = Vec::new();
    file.source.walk_near(function, &mut |node| {
        if node.kind() == "call"
            && let Some(callee) = field(node, "function")
            // `card.charge()` is no call of the function `charge`.
            && (is_method || callee.kind() == "identifier")
            && file.source.slice(callee).rsplit('.').next() == Some(function)
        {
            calls.push((node, callee));
        }
        Walk::Into
    });
    !calls.is_empty()
        && calls.into_iter().all(|(call, callee)| {
            let Some(caller) = ancestors(call).find(|up| up.kind() == "function_definition") else {
                return false;
            };
            let unit = Unit::of_scope(file, caller);
            names.iter().all(|name| {
                let first = root(name);
                let object = if is_self(&first) {
                    field(callee, "object")
                } else {
                    let index = given.iter().position(|one| *one == first);
                    keyword(call, &first, file.source)
                        .or_else(|| index.and_then(|index| positional(call).get(index).copied()))
                };
                object
                    .and_then(|object| dotted(object, file.source))
                    .is_some_and(|object| {
                        let subject = format!("{object}{}", &name[first.len()..]);
                        tested(&unit, &subject)
                    })
            })
        })
}
