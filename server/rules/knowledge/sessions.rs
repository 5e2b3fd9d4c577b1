//! Objects that are most likely a session of requests although nobody says so.

use tree_sitter::Node;

use super::http::{self, Client, Library, Request};
use super::origins;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, has_splat, keyword, positional, string_value};

const VERBS: [&str; 8] = [
    "get", "post", "put", "patch", "delete", "head", "options", "request",
];

/// The session as it is written (`self.session`), where a call looks like a request of one that the
/// file does not make: it is called a session and is asked as one of requests is.
#[must_use]
pub fn looks_like_one<'a>(unit: &Unit<'a>, call: Node<'a>, function: Node<'a>) -> Option<&'a str> {
    if function.kind() != "attribute" || !VERBS.contains(&unit.slice(field(function, "attribute")?))
    {
        return None;
    }
    let object = field(function, "object")?;
    let written = unit.slice(object);
    let last = written.rsplit('.').next().unwrap_or(written);
    let named = last.to_ascii_lowercase().ends_with("session") && !last.contains(['(', '[']);
    let requests = unit.names().imports_module("requests") || is_answer(unit, call);
    if !named || !requests || has_splat(call) || is_web(unit, written) || is_awaited(call) {
        return None;
    }
    // What is made in this file is known better: it was judged by its class. A function that
    // makes sessions may set them up.
    let unknown = asks_for_address(unit, call)
        && http::client(unit, object).is_none()
        && !is_set_up_elsewhere(unit, object);
    unknown.then_some(written)
}

/// The same as a request; its client has neither a place where it is made nor a scope.
#[must_use]
pub fn request<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Request<'a>> {
    let function = field(call, "function")?;
    let written = looks_like_one(unit, call, function)?;
    Some(Request {
        call,
        library: Library::Requests,
        verb: unit.slice(field(function, "attribute")?).to_owned(),
        client: Some(Client {
            library: Library::Requests,
            made: None,
            scope: None,
            written,
        }),
    })
}

/// `session = make_session()`, or a class of this file that is no plain session.
fn is_set_up_elsewhere(unit: &Unit<'_>, object: Node<'_>) -> bool {
    origins::of(unit, object).is_some_and(|bound| {
        bound.origins.iter().any(|origin| match origin {
            origins::Origin::Value(value) | origins::Origin::With(value) => {
                let function = field(bare(*value), "function");
                function.is_some_and(|function| {
                    let text = unit.slice(function);
                    let last = text.rsplit('.').next().unwrap_or(text);
                    last.trim_start_matches('_').starts_with(char::is_lowercase)
                        || unit.file.outline.find(text).is_some()
                })
            }
            _ => false,
        })
    })
}

/// Sessions of web frameworks keep values, and an awaited call is not of requests.
fn is_web(unit: &Unit<'_>, written: &str) -> bool {
    written.contains("request.") || unit.names().imports_module("aiohttp")
}

fn is_awaited(call: Node<'_>) -> bool {
    call.parent().is_some_and(|up| match up.kind() {
        "await" => true,
        "with_item" | "as_pattern" => is_async_with(up),
        _ => false,
    })
}

fn is_async_with(item: Node<'_>) -> bool {
    crate::syntax::nodes::ancestors(item)
        .take(3)
        .find(|up| up.kind() == "with_statement")
        .and_then(|statement| statement.child(0))
        .is_some_and(|first| first.kind() == "async")
}

/// Whether the arguments are those of a request: an address, or words that only requests knows.
fn asks_for_address(unit: &Unit<'_>, call: Node<'_>) -> bool {
    const WORDS: [&str; 10] = [
        "headers",
        "params",
        "data",
        "json",
        "stream",
        "proxies",
        "verify",
        "allow_redirects",
        "auth",
        "files",
    ];
    let speaks = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["url", "uri", "endpoint"]
            .iter()
            .any(|one| text.contains(one))
    };
    let address = positional(call).first().is_some_and(|first| {
        let first = bare(*first);
        match first.kind() {
            "string" => string_value(first, unit.source())
                .unwrap_or_else(|| unit.slice(first))
                .contains("://"),
            _ => speaks(unit.slice(first)),
        }
    });
    address
        || WORDS
            .iter()
            .any(|word| keyword(call, word, unit.source()).is_some())
}

/// `answer: requests.Response = …`.
fn is_answer(unit: &Unit<'_>, call: Node<'_>) -> bool {
    call.parent()
        .filter(|up| up.kind() == "assignment")
        .and_then(|up| field(up, "type"))
        .is_some_and(|annotation| unit.slice(annotation).contains("requests.Response"))
}
