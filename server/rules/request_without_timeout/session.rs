//! Sessions of requests: which of them have a timeout of their own, and which objects are most
//! likely one although nobody says so.

use tree_sitter::Node;

use super::super::Confidence;
use super::super::knowledge::http::Step;
use super::super::knowledge::{origins, sessions};
use super::given::{Given, given};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field, keyword, positional};
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
    let written = sessions::looks_like_one(unit, call, function)?;
    if !matches!(given(unit, call, None), Given::Missing) {
        return None;
    }
    Some(if others_give_one(unit, written) {
        Confidence::Likely
    } else {
        Confidence::Possible
    })
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
