//! Files that a request sends: `requests.post(url, files={"report": open(path, "rb")})`. The library
//! reads them and does not close them.

use tree_sitter::Node;

use super::super::knowledge::uses;
use crate::syntax::Unit;
use crate::syntax::nodes::{field, scope_of};

/// Whether an opened file stands in a literal that a request sends, and nowhere else.
pub(super) fn is_sent<'a>(unit: &Unit<'a>, opened: Node<'a>) -> bool {
    // aiohttp closes what it has sent.
    if unit.names().imports_module("aiohttp") {
        return false;
    }
    let Some(literal) = literal_around(opened) else {
        return false;
    };
    let Some(parent) = literal.parent() else {
        return false;
    };
    match parent.kind() {
        "keyword_argument" => sends(unit, literal),
        "assignment" => field(parent, "left").is_some_and(|name| {
            let places = uses::after(unit, name);
            name.kind() == "identifier"
                && unit.is_function()
                && !places.is_empty()
                && places
                    .iter()
                    .all(|place| scope_of(*place) == scope_of(name) && sends(unit, *place))
        }),
        _ => false,
    }
}

/// The outermost dictionary, list or tuple of literals around it that holds a dictionary or a tuple.
fn literal_around(opened: Node<'_>) -> Option<Node<'_>> {
    let mut at = opened;
    while let Some(parent) = at.parent()
        && matches!(
            parent.kind(),
            "pair" | "dictionary" | "list" | "tuple" | "parenthesized_expression"
        )
    {
        at = parent;
    }
    (at != opened).then_some(at)
}

/// Whether the value is `files=` or `data=` of a call that sends a request.
fn sends(unit: &Unit<'_>, value: Node<'_>) -> bool {
    let Some(argument) = value.parent().filter(|up| up.kind() == "keyword_argument") else {
        return false;
    };
    let named =
        field(argument, "name").is_some_and(|name| matches!(unit.slice(name), "files" | "data"));
    let call = argument.parent().and_then(|list| list.parent());
    let verb = call
        .and_then(|call| field(call, "function"))
        .and_then(|function| field(function, "attribute"));
    named
        && verb.is_some_and(|verb| matches!(unit.slice(verb), "post" | "put" | "patch" | "request"))
}
