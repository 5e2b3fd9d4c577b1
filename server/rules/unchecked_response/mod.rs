//! `unchecked-response`: the body of a response is used although nobody asked whether the
//! request succeeded.

mod fix;

use tree_sitter::Node;

use super::knowledge::http::{self, Client, Library, Request, Step};
use super::knowledge::{origins, uses};
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::Unit;
use crate::syntax::nodes::{field, keyword};

/// A response whose status nobody looked at.
pub struct UncheckedResponse;

static META: Meta = Meta {
    name: "unchecked-response",
    group: Group::Pattern,
    highest: Confidence::Certain,
    checklist: "Error handling improved",
    noqa: &[],
    docs: include_str!("../docs/unchecked-response.md"),
    pattern: None,
};

impl Rule for UncheckedResponse {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test || http::faked(unit) {
            return;
        }
        for call in origins::calls(unit) {
            if let Some(found) = judge(unit, call) {
                report(unit, call, &found, reporter);
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fixes(context, finding)
    }
}

/// An unchecked response.
struct Unchecked<'a> {
    /// `response.json()`, the first place that takes the body.
    body: Node<'a>,
    request: Request<'a>,
    /// The name that holds the response, where it has one.
    binding: Option<Node<'a>>,
    confidence: Confidence,
}

fn report(unit: &Unit<'_>, call: Node<'_>, found: &Unchecked<'_>, reporter: &mut Reporter) {
    let sender = field(call, "function").unwrap_or(call);
    let used = unit.slice(found.body);
    let used = if found.binding.is_some() && !used.contains('\n') {
        used.to_owned()
    } else {
        format!("the answer of {}", unit.slice(sender))
    };
    let draft = Draft::at(
        found.body,
        found.confidence,
        format!("{used} is used, but nothing checks whether the request succeeded"),
    )
    .anchored(sender);
    reporter.report(if found.binding.is_some() {
        draft.related(call, "The request is sent here")
    } else {
        draft
    });
}

fn judge<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Unchecked<'a>> {
    let request = http::request(unit, call)?;
    let covered = request.library == Library::Urllib
        || raises_itself(unit, &request)
        || http::in_mock(unit, call);
    if covered {
        return None;
    }
    let value = awaited(call);
    let parent = value.parent()?;
    if parent.kind() == "attribute" {
        let name = unit.slice(field(parent, "attribute")?);
        let body = BODY.contains(&name) && !uses::logged(unit, value);
        return body.then(|| Unchecked {
            body: with_call(parent),
            confidence: confidence(&request),
            request,
            binding: None,
        });
    }
    let binding = binding_of(value, parent)?;
    judge_name(unit, request, binding)
}

/// The call with `await` and parentheses around it.
fn awaited(call: Node<'_>) -> Node<'_> {
    let mut at = call;
    while let Some(parent) = at.parent() {
        if matches!(parent.kind(), "await" | "parenthesized_expression") {
            at = parent;
        } else {
            break;
        }
    }
    at
}

/// The attribute with the call of it, if it is called.
fn with_call(attribute: Node<'_>) -> Node<'_> {
    attribute
        .parent()
        .filter(|parent| {
            parent.kind() == "call" && field(*parent, "function") == Some(attribute)
        })
        .unwrap_or(attribute)
}

/// The plain name that the value is bound to.
fn binding_of<'a>(value: Node<'a>, parent: Node<'a>) -> Option<Node<'a>> {
    let name = match parent.kind() {
        "assignment" if field(parent, "right") == Some(value) => field(parent, "left")?,
        "named_expression" => field(parent, "name")?,
        "as_pattern" => {
            let target = field(parent, "alias")?;
            target.named_child(0)?
        }
        _ => return None,
    };
    (name.kind() == "identifier").then_some(name)
}

/// Attributes and methods that give the body.
const BODY: &[&str] = &[
    "json", "text", "content", "raw", "read", "iter_content", "iter_lines", "iter_bytes",
    "iter_text", "iter_raw", "aread", "aiter_bytes", "aiter_text", "aiter_lines", "aiter_raw",
];

/// Attributes and methods that tell whether the request succeeded.
const STATUS: &[&str] = &[
    "raise_for_status", "ok", "status_code", "is_success", "is_error", "is_client_error",
    "is_server_error", "status", "reason", "reason_phrase", "error",
];

/// Attributes that say nothing about success.
const NEUTRAL: &[&str] = &[
    "headers", "url", "elapsed", "cookies", "encoding", "close", "aclose", "request", "history",
    "apparent_encoding", "links", "charset", "content_type", "release", "http_version",
    "charset_encoding", "method", "real_url",
];

/// What one place does with a response.
enum Act<'a> {
    /// Takes its body.
    Body(Node<'a>),
    /// Asks whether it succeeded.
    Check,
    /// Writes its status to the log only.
    Logs,
    /// Neither.
    Nothing,
    /// Gives it to somebody else.
    HandsOn,
}

fn judge_name<'a>(
    unit: &Unit<'a>,
    request: Request<'a>,
    binding: Node<'a>,
) -> Option<Unchecked<'a>> {
    let mut body = None;
    let mut logged = false;
    for one in uses::after(unit, binding) {
        if one.nested {
            return None;
        }
        match act(unit, one.node, request.library) {
            Act::Body(node) => body = body.or(Some(node)),
            Act::Check | Act::HandsOn => return None,
            Act::Logs => logged = true,
            Act::Nothing => {}
        }
    }
    let confidence = if logged {
        Confidence::Likely
    } else {
        confidence(&request)
    };
    body.map(|body| Unchecked {
        body,
        request,
        binding: Some(binding),
        confidence,
    })
}

fn act<'a>(unit: &Unit<'a>, name: Node<'a>, library: Library) -> Act<'a> {
    let Some(parent) = name.parent() else {
        return Act::Nothing;
    };
    if parent.kind() != "attribute" {
        return act_on_whole(unit, name, parent, library);
    }
    let attribute = field(parent, "attribute").map_or("", |node| unit.slice(node));
    let logged = uses::logged(unit, name);
    if STATUS.contains(&attribute) {
        return if logged { Act::Logs } else { Act::Check };
    }
    if BODY.contains(&attribute) {
        return if logged { Act::Nothing } else { Act::Body(with_call(parent)) };
    }
    if NEUTRAL.contains(&attribute) {
        Act::Nothing
    } else {
        // A method that this table does not know may check.
        Act::HandsOn
    }
}

/// The response itself stands in a condition, in a log line, or goes somewhere.
fn act_on_whole<'a>(unit: &Unit<'a>, name: Node<'a>, parent: Node<'a>, library: Library) -> Act<'a> {
    if uses::logged(unit, name) {
        return Act::Nothing;
    }
    let is_truth = matches!(
        parent.kind(),
        "if_statement" | "elif_clause" | "while_statement" | "not_operator" | "boolean_operator"
            | "assert_statement" | "conditional_expression" | "if_clause"
    );
    if is_truth {
        // requests defines truth as success; to httpx and aiohttp every response is true.
        return match library {
            Library::Requests => Act::Check,
            _ => Act::Nothing,
        };
    }
    let compared_to_none = parent.kind() == "comparison_operator"
        && unit.slice(parent).ends_with("None");
    let deleted = parent.kind() == "delete_statement";
    let entered = matches!(parent.kind(), "with_item");
    if compared_to_none || deleted || entered {
        Act::Nothing
    } else {
        Act::HandsOn
    }
}

fn confidence(request: &Request<'_>) -> Confidence {
    match &request.client {
        Some(client) if client.made.is_none() => Confidence::Likely,
        _ => Confidence::Certain,
    }
}

/// The request or its client raises for HTTP errors: a hook, `raise_for_status=True`, an adapter
/// or method of the team's own.
fn raises_itself(unit: &Unit<'_>, request: &Request<'_>) -> bool {
    let given = |call: Node<'_>, name: &str| {
        keyword(call, name, unit.source())
            .is_some_and(|value| !matches!(unit.slice(value), "False" | "None"))
    };
    if given(request.call, "hooks") || given(request.call, "raise_for_status") {
        return true;
    }
    let Some(client) = &request.client else {
        return false;
    };
    let made = ["raise_for_status", "event_hooks", "hooks", "transport"]
        .iter()
        .any(|name| http::made_with(unit, client, name).is_some_and(|value| unit.slice(value) != "False"));
    made || prepared(unit, client)
}

fn prepared<'a>(unit: &Unit<'a>, client: &Client<'a>) -> bool {
    http::set_up(unit, client, &mut |step| match step {
        Step::Method(name, _) => matches!(name, "hooks" | "event_hooks"),
        Step::Attribute(name) => {
            matches!(name, "hooks" | "event_hooks" | "request" | "send" | "get" | "post")
        }
        Step::Passed(name) => {
            let name = name.to_ascii_lowercase();
            name.contains("hook") || name.contains("raise")
        }
    })
}
