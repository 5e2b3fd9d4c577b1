//! Sessions of requests: which of them have a timeout of their own, and which objects are most
//! likely one although nobody says so.

use tree_sitter::Node;

use super::super::Confidence;
use super::super::knowledge::http::{self, Step};
use super::super::knowledge::origins;
use super::given::{Given, given};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field, has_splat, keyword, positional, string_value};
use crate::syntax::unit::definition_node;

/// A step that gives a requests session a timeout of its own: an adapter or method that is not
/// requests' own, or a function whose name speaks of timeouts.
#[must_use]
pub fn limits_requests(unit: &Unit<'_>, step: Step<'_>) -> bool {
    match step {
        Step::Method("mount", call) => positional(call)
            .get(1)
            .copied()
            .or_else(|| keyword(call, "adapter", unit.source()))
            .is_none_or(|adapter| !plain_adapter(unit, bare(adapter))),
        Step::Attribute(name) => {
            matches!(
                name,
                "request"
                    | "send"
                    | "get"
                    | "post"
                    | "put"
                    | "patch"
                    | "delete"
                    | "head"
                    | "options"
            )
        }
        Step::Passed(function) => function.to_ascii_lowercase().contains("timeout"),
        Step::Method(..) => false,
    }
}

/// requests' own adapter: it retries and pools, but knows no timeout.
fn plain_adapter(unit: &Unit<'_>, adapter: Node<'_>) -> bool {
    let call = if adapter.kind() == "call" {
        Some(adapter)
    } else {
        origins::of(unit, adapter).and_then(|bound| match bound.origins.as_slice() {
            [origins::Origin::Value(value)] if value.kind() == "call" => Some(*value),
            _ => None,
        })
    };
    call.is_some_and(|call| {
        keyword(call, "timeout", unit.source()).is_none()
            && field(call, "function")
                .and_then(|function| origins::imported(unit, function))
                .is_some_and(|name| is_adapter(&name) || without_limit(unit, &name))
    })
}

fn is_adapter(name: &str) -> bool {
    matches!(name, "requests.adapters.HTTPAdapter" | "HTTPAdapter")
}

/// An adapter of this file that only changes how it connects: it speaks of no timeout.
fn without_limit(unit: &Unit<'_>, name: &str) -> bool {
    let class = unit
        .file
        .outline
        .find(name)
        .and_then(|found| definition_node(unit.source(), found));
    class.is_some_and(|class| {
        field(class, "superclasses")
            .and_then(|bases| children(bases).next())
            .and_then(|base| unit.resolve(base))
            .is_some_and(|base| is_adapter(&base))
            && !unit.slice(class).contains("timeout")
    })
}

/// `self.session.get(url, params=…)` of an object that the file does not make: it is called a
/// session and is asked as one of requests is. Its class may set a limit, so this is a hint; where
/// other calls of the same session give a timeout each, it most likely sets none.
#[must_use]
pub fn unknown(unit: &Unit<'_>, call: Node<'_>, function: Node<'_>) -> Option<Confidence> {
    const VERBS: [&str; 8] = [
        "get", "post", "put", "patch", "delete", "head", "options", "request",
    ];
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
    if !matches!(given(unit, call, None), Given::Missing) || !asks_for_address(unit, call) {
        return None;
    }
    // What is made in this file is known better: it was judged by its class. A function that
    // makes sessions may set them up.
    if http::client(unit, object).is_some() || is_set_up_elsewhere(unit, object) {
        return None;
    }
    Some(if others_give_one(unit, written) {
        Confidence::Likely
    } else {
        Confidence::Possible
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

/// Whether another call of the same session in this file gives a timeout.
fn others_give_one(unit: &Unit<'_>, written: &str) -> bool {
    let text = unit.source().text();
    text.match_indices(written).any(|(at, found)| {
        let rest = &text[at + found.len()..];
        let verb = rest.strip_prefix('.').and_then(|rest| rest.split_once('('));
        verb.is_some_and(|(name, arguments)| {
            name.chars().all(char::is_alphanumeric)
                && arguments
                    .split("\n\n")
                    .next()
                    .and_then(|all| all.split_once("timeout="))
                    .is_some_and(|(before, _)| {
                        let depth = before.matches('(').count() + 1;
                        before.matches(')').count() < depth
                    })
        })
    })
}
