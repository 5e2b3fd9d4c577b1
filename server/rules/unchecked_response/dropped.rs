//! Answers that nobody reads: what the request should change may not be changed.

use tree_sitter::Node;

use super::super::Confidence;
use super::super::knowledge::http::{Library, Request};
use super::{Unchecked, Use};
use crate::syntax::Unit;
use crate::syntax::flow::handler_names;
use crate::syntax::nodes::{Walk, children, field, walk_near_within};

/// `requests.post(url, json=order)` as a statement of its own, and `requests.get(url)` as a question
/// whether a server is there: any answer counts as yes.
pub(super) fn of_statement<'a>(
    unit: &Unit<'a>,
    request: Request<'a>,
    statement: Node<'a>,
) -> Option<Unchecked<'a>> {
    if is_probe(unit, &request, statement) {
        return Some(dropped(request));
    }
    of(request)
}

/// A request that changes something, and whose answer nobody gets.
pub(super) fn of(request: Request<'_>) -> Option<Unchecked<'_>> {
    let changes = matches!(request.verb.as_str(), "post" | "put" | "patch" | "delete");
    let known = request
        .client
        .as_ref()
        .is_none_or(|client| client.made.is_some() || client.scope.is_some());
    (changes && known && is_plain(&request)).then(|| dropped(request))
}

/// `reply = requests.post(url)`, and nothing of the function reads `reply`.
pub(super) fn is_never_read(unit: &Unit<'_>, binding: Node<'_>) -> bool {
    let name = unit.slice(binding);
    if !unit.is_function() || name == "_" {
        return false;
    }
    let mut named = 0;
    walk_near_within(unit.node, unit.source(), name, &mut |node, _| {
        named += usize::from(node.kind() == "identifier" && unit.slice(node) == name);
        Walk::Into
    });
    named == unit.bindings(name).len()
}

/// `try: requests.get(url)`, `return True`, `except ConnectionError: return False`.
fn is_probe(unit: &Unit<'_>, request: &Request<'_>, statement: Node<'_>) -> bool {
    if !matches!(request.verb.as_str(), "get" | "head" | "options") || !is_plain(request) {
        return false;
    }
    let attempt = statement
        .parent()
        .and_then(|block| block.parent())
        .filter(|up| up.kind() == "try_statement");
    let Some(attempt) = attempt else {
        return false;
    };
    let fails = |name: &str| {
        matches!(
            name,
            "RequestException" | "ConnectionError" | "Timeout" | "ConnectTimeout" | "HTTPError"
        )
    };
    let asks = children(attempt)
        .filter(|part| part.kind() == "except_clause")
        .any(|clause| handler_names(clause, unit.source()).into_iter().any(fails));
    let behind = statement.next_named_sibling().or_else(|| {
        let otherwise = children(attempt).find(|part| part.kind() == "else_clause")?;
        field(otherwise, "body")?.named_child(0)
    });
    asks && behind.is_some_and(|next| {
        next.kind() == "return_statement"
            && children(next)
                .next()
                .is_some_and(|value| !matches!(value.kind(), "none" | "false"))
    })
}

fn is_plain(request: &Request<'_>) -> bool {
    matches!(request.library, Library::Requests | Library::Httpx)
}

fn dropped(request: Request<'_>) -> Unchecked<'_> {
    Unchecked {
        body: request.call,
        use_of: Use::Nothing,
        confidence: Confidence::Possible,
        request,
        binding: None,
    }
}
