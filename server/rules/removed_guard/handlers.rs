//! Handlers: which exceptions production catches around a call, and whether the hotfix still does.

use tree_sitter::Node;

use super::collect::Guard;
use crate::compare::normal::text;
use crate::rules::knowledge::keys::module_value;
use crate::syntax::Unit;
use crate::syntax::flow::{Catches, catches, caught_around, handler_names, withs_around};
use crate::syntax::nodes::{bare, children, field};

/// A call of production's `try` body that head makes outside of any handler for the same.
pub(super) fn uncaught<'h>(
    guard: &Guard<'_>,
    base: &Unit<'_>,
    head: &Unit<'h>,
) -> Option<Node<'h>> {
    let kinds: Vec<&str> = guard.subject.split(' ').collect();
    let body = field(guard.node, "body")?;
    let inside: Vec<String> = base
        .own(&["call", "subscript", "await"])
        .into_iter()
        .filter(|node| body.start_byte() <= node.start_byte() && node.end_byte() <= body.end_byte())
        .filter_map(|node| callee(base, node))
        .collect();
    // Kept anywhere around one of these calls, even for a broader or narrower kind, it is a
    // decision about the handler and not its removal.
    let mut calls: Vec<Node<'h>> = head
        .own(&["call", "subscript", "await"])
        .into_iter()
        .filter(|node| callee(head, *node).is_some_and(|name| inside.contains(&name)))
        .collect();
    // `except AttributeError` stands for what is read as well. Only what stands nowhere else is known
    // to be what it was there for.
    if kinds.contains(&"AttributeError") {
        let read = attributes(base);
        let outside = |text: &str| {
            read.iter().any(|(one, node)| {
                one == text
                    && !(body.start_byte() <= node.start_byte()
                        && node.end_byte() <= body.end_byte())
            })
        };
        let within: Vec<&str> = read
            .iter()
            .map(|(text, _)| text.as_str())
            .filter(|text| !outside(text))
            .collect();
        calls.extend(
            attributes(head)
                .into_iter()
                .filter(|(text, _)| within.contains(&text.as_str()))
                .map(|(_, node)| node),
        );
    }
    let narrowed = |node: Node<'_>| guard.weak && !handlers(node, head).is_empty();
    let suppressed = |node: Node<'_>| {
        withs_around(node)
            .iter()
            .any(|item| head.slice(*item).contains("suppress("))
    };
    // A handler that only passes the exception on protects nobody.
    let raises_only = children(guard.node)
        .filter(|part| part.kind() == "except_clause")
        .filter_map(|clause| children(clause).last())
        .all(|block| {
            children(block).next().is_some_and(|first| {
                first.kind() == "raise_statement" && first.named_child_count() == 0
            })
        });
    if raises_only {
        return None;
    }
    calls
        .into_iter()
        .find(|node| !caught(*node, head, &kinds) && !narrowed(*node) && !suppressed(*node))
}

/// Whether a handler around the node catches one of these exceptions.
pub(super) fn caught(node: Node<'_>, head: &Unit<'_>, kinds: &[&str]) -> bool {
    handlers(node, head).iter().any(|name| {
        // `except errors:` of a list that stands elsewhere: it may hold anything.
        !is_class(name)
            || kinds
                .iter()
                .any(|kind| catches(&[*name], kind) == Catches::Surely)
    })
}

/// Whether a handler for a class of the program's own stands around the node: it may be a kind of
/// what production catches.
pub(super) fn is_replaced(node: Node<'_>, head: &Unit<'_>) -> bool {
    handlers(node, head)
        .iter()
        .any(|name| catches(&["Exception"], name) == Catches::Surely && !is_built_in(name))
}

/// The classes that the handlers around the node catch, last parts only. A constant of the module
/// stands for its classes.
pub(super) fn handlers<'h>(node: Node<'_>, head: &Unit<'h>) -> Vec<&'h str> {
    let mut all = Vec::new();
    for name in caught_around(node)
        .into_iter()
        .flat_map(|clause| handler_names(clause, head.source()))
    {
        let classes = module_value(head, name)
            .map(bare)
            .filter(|value| value.kind() == "tuple");
        match classes {
            Some(tuple) => all.extend(children(tuple).map(|one| last(head.slice(one)))),
            None => all.push(name),
        }
    }
    all
}

pub(super) fn is_class(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// Whether two classes are likely one: `json.JSONDecodeError` and `JSONDecodeError`.
pub(super) fn is_named_alike(one: &str, other: &str) -> bool {
    last(one) == last(other)
}

/// Whether Python itself has the class.
fn is_built_in(name: &str) -> bool {
    catches(&["Exception"], name) == Catches::Surely
        && catches(&["NoSuchClass"], name) == Catches::Never
}

fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// The longest attribute chains that a unit reads, each with its text.
fn attributes<'t>(unit: &Unit<'t>) -> Vec<(String, Node<'t>)> {
    let mut all = unit.own(&["attribute"]);
    all.retain(|one| {
        one.parent().is_none_or(|up| {
            up.kind() != "attribute"
                && !(up.kind() == "assignment" && field(up, "left") == Some(*one))
        })
    });
    all.into_iter()
        .map(|one| (text(unit.source(), one.byte_range()), one))
        .collect()
}

/// Whether a call only tells: `logger.info`, `self.log.exception`, `log`.
fn logs(function: &str) -> bool {
    let tells = matches!(
        last(function),
        "debug"
            | "info"
            | "warning"
            | "warn"
            | "error"
            | "exception"
            | "critical"
            | "fatal"
            | "log"
            | "msg"
            | "trace"
    );
    tells && function.to_lowercase().contains("log")
}

fn callee(unit: &Unit<'_>, node: Node<'_>) -> Option<String> {
    match node.kind() {
        "call" => {
            let function = unit.slice(field(node, "function")?);
            let asks = matches!(
                function,
                "print" | "str" | "isinstance" | "issubclass" | "callable" | "type" | "id"
            );
            (!logs(function) && !asks).then(|| function.to_owned())
        }
        // `await self._job` waits for what may fail; of `await fetch()` the call stands for it.
        "await" if node.named_child(0).is_some_and(|one| one.kind() == "call") => None,
        "subscript" | "await" => Some(text(unit.source(), node.byte_range())),
        _ => None,
    }
}
