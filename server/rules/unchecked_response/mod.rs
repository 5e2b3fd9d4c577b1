//! `unchecked-response`: the body of a response is used although nobody asked whether the
//! request succeeded.

mod answers;
mod dropped;
mod fix;
mod kept;

use tree_sitter::Node;

use super::knowledge::http::{self, Client, Library, Request, Step};
use super::knowledge::{origins, sessions, uses};
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::Unit;
use crate::syntax::nodes::{field, keyword, statement_of};

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
        for found in unchecked(unit) {
            report(unit, &found, reporter);
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fixes(context, finding)
    }
}

/// What becomes of an unchecked response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Its body is taken.
    Body,
    /// `response.raise_for_status` stands there without a call.
    Uncalled,
    /// It is dropped where it arrives.
    Nothing,
    /// It is read as JSON in the line before its status is checked.
    Early,
}

/// An unchecked response.
struct Unchecked<'a> {
    /// `response.json()`, the first place that takes the body; the call that nobody answers to.
    body: Node<'a>,
    use_of: Use,
    request: Request<'a>,
    /// The name that holds the response, where it has one.
    binding: Option<Node<'a>>,
    confidence: Confidence,
}

fn report(unit: &Unit<'_>, found: &Unchecked<'_>, reporter: &mut Reporter) {
    let call = found.request.call;
    let sender = field(call, "function").unwrap_or(call);
    let used = unit.slice(found.body);
    let used = if found.binding.is_some() && !used.contains('\n') {
        used.to_owned()
    } else {
        format!("the answer of {}", unit.slice(sender))
    };
    let message = match found.use_of {
        Use::Body => format!("{used} is used, but nothing checks whether the request succeeded"),
        Use::Early => format!(
            "{used} reads an error page as data: the check of its status stands one line too late"
        ),
        Use::Uncalled => format!("{used} is named but not called: it checks nothing"),
        Use::Nothing => format!(
            "Nobody looks at the answer of {}: the request may have failed",
            unit.slice(sender)
        ),
    };
    let draft = Draft::at(found.body, found.confidence, message).anchored(sender);
    reporter.report(if found.binding.is_some() {
        draft.related(call, "The request is sent here")
    } else {
        draft
    });
}

/// All unchecked responses of a scope.
fn unchecked<'a>(unit: &Unit<'a>) -> Vec<Unchecked<'a>> {
    let mut found = Vec::new();
    let mut named = Vec::new();
    for call in origins::calls(unit) {
        let Some(request) = http::request(unit, call).or_else(|| sessions::request(unit, call))
        else {
            continue;
        };
        let covered = request.library == Library::Urllib
            || raises_itself(unit, &request)
            || http::in_mock(unit, call);
        if covered {
            continue;
        }
        let value = awaited(call);
        let Some(parent) = value.parent() else {
            continue;
        };
        if parent.kind() == "expression_statement" {
            found.extend(dropped::of_statement(unit, request, parent));
        } else if parent.kind() == "attribute" {
            found.extend(chained(unit, request, value, parent));
        } else if request.library == Library::Requests && asked_at_once(value, parent)
            || status_at_once(unit, value, parent)
        {
            // `if reply := requests.get(url):` asks for success.
        } else if let Some(target) = attribute_of(value, parent) {
            found.extend(kept::body_of(unit, target).map(|body| Unchecked {
                body,
                use_of: Use::Body,
                confidence: kept_confidence(unit, target).min(confidence(&request)),
                request,
                binding: Some(target),
            }));
        } else if let Some(binding) = binding_of(value, parent) {
            named.push((request, binding));
        }
    }
    if named.is_empty() {
        return found;
    }
    let bound: Vec<_> = named
        .iter()
        .map(|(request, name)| (*name, request.library))
        .collect();
    for ((request, binding), answer) in named.into_iter().zip(answers::answers(unit, &bound)) {
        if answer.body.is_none()
            && let Some(body) = read_early(unit, binding)
        {
            found.push(Unchecked {
                body,
                use_of: Use::Early,
                confidence: Confidence::Likely,
                request,
                binding: Some(binding),
            });
            continue;
        }
        if answer.body.is_none() && dropped::is_never_read(unit, binding) {
            found.extend(dropped::of(request));
            continue;
        }
        let printed = answer.body.is_some_and(|body| uses::logged(unit, body));
        let shown = printed || answer.body.is_some_and(|body| is_shown(unit, body));
        let least = if answer.logged && shown {
            Confidence::Possible
        } else if answer.logged || answer.checked || printed {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        let last = answer.body.and_then(|body| field(body, "attribute"));
        let uncalled = last.is_some_and(|name| unit.slice(name) == "raise_for_status");
        found.extend(answer.body.map(|body| Unchecked {
            body,
            use_of: if uncalled { Use::Uncalled } else { Use::Body },
            confidence: confidence(&request).min(least),
            request,
            binding: Some(binding),
        }));
    }
    found
}

/// `data = reply.json()` right above `reply.raise_for_status()`: an error page that is no JSON fails
/// as such, and nobody hears of the status.
fn read_early<'a>(unit: &Unit<'a>, binding: Node<'a>) -> Option<Node<'a>> {
    let name = unit.slice(binding);
    uses::after(unit, binding).into_iter().find_map(|place| {
        let attribute = place.parent().filter(|up| up.kind() == "attribute")?;
        let call = attribute.parent().filter(|up| up.kind() == "call")?;
        let is_json = unit.slice(field(attribute, "attribute")?) == "json";
        let statement = statement_of(call);
        let next = statement.next_named_sibling()?;
        let late = format!("{name}.raise_for_status()");
        (is_json && statement.kind() == "expression_statement" && unit.slice(next) == late)
            .then_some(call)
    })
}

/// Whether the body only goes to the terminal or the log, where the status is shown as well:
/// whoever reads it sees what it is the answer of.
fn is_shown<'a>(unit: &Unit<'a>, body: Node<'a>) -> bool {
    let value = awaited(body);
    let Some(parent) = value.parent().filter(|up| up.kind() == "assignment") else {
        return false;
    };
    let name = binding_of(value, parent);
    name.is_some_and(|name| {
        let places = uses::after(unit, name);
        !places.is_empty() && places.iter().all(|place| uses::logged(unit, *place))
    })
}

/// `requests.get(url).json()`.
fn chained<'a>(
    unit: &Unit<'a>,
    request: Request<'a>,
    value: Node<'a>,
    attribute: Node<'a>,
) -> Option<Unchecked<'a>> {
    let name = unit.slice(field(attribute, "attribute")?);
    let printed = uses::logged(unit, value);
    let body = BODY.contains(&name) && (!printed || uses::printed(unit, value));
    body.then(|| Unchecked {
        body: with_call(attribute),
        use_of: Use::Body,
        confidence: if printed {
            confidence(&request).min(Confidence::Likely)
        } else {
            confidence(&request)
        },
        request,
        binding: None,
    })
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
        .filter(|parent| parent.kind() == "call" && field(*parent, "function") == Some(attribute))
        .unwrap_or(attribute)
}

/// Whether a walrus binds the response and a condition asks for its truth at once.
fn asked_at_once(value: Node<'_>, parent: Node<'_>) -> bool {
    if parent.kind() != "named_expression" || field(parent, "value") != Some(value) {
        return false;
    }
    let mut at = parent;
    while let Some(up) = at.parent() {
        match up.kind() {
            "parenthesized_expression" | "not_operator" | "boolean_operator" => at = up,
            "if_statement" | "elif_clause" | "while_statement" | "assert_statement" => return true,
            _ => return false,
        }
    }
    false
}

/// `(reply := requests.get(url)).ok`: the status is asked where the name is bound.
fn status_at_once(unit: &Unit<'_>, value: Node<'_>, parent: Node<'_>) -> bool {
    if parent.kind() != "named_expression" || field(parent, "value") != Some(value) {
        return false;
    }
    awaited(parent)
        .parent()
        .filter(|up| up.kind() == "attribute")
        .and_then(|up| field(up, "attribute"))
        .is_some_and(|name| STATUS.contains(&unit.slice(name)))
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

/// Whoever holds the object may ask for the status too, unless the attribute is private.
fn kept_confidence(unit: &Unit<'_>, target: Node<'_>) -> Confidence {
    if field(target, "attribute").is_some_and(|name| unit.slice(name).starts_with('_')) {
        Confidence::Likely
    } else {
        Confidence::Possible
    }
}

/// The attribute of `self` that the value is bound to.
fn attribute_of<'a>(value: Node<'a>, parent: Node<'a>) -> Option<Node<'a>> {
    let is_value = parent.kind() == "assignment" && field(parent, "right") == Some(value);
    let target = field(parent, "left").filter(|_| is_value)?;
    let object = field(target, "object").filter(|_| target.kind() == "attribute")?;
    (object.kind() == "identifier").then_some(target)
}

/// Attributes and methods that give the body.
const BODY: &[&str] = &[
    "json",
    "text",
    "content",
    "raw",
    "read",
    "iter_content",
    "iter_lines",
    "iter_bytes",
    "iter_text",
    "iter_raw",
    "aread",
    "aiter_bytes",
    "aiter_text",
    "aiter_lines",
    "aiter_raw",
];

/// Attributes and methods that tell whether the request succeeded.
const STATUS: &[&str] = &[
    "raise_for_status",
    "ok",
    "status_code",
    "is_success",
    "is_error",
    "is_client_error",
    "is_server_error",
    "status",
    "reason",
    "reason_phrase",
    "error",
];

/// Attributes that say nothing about success.
const NEUTRAL: &[&str] = &[
    "headers",
    "url",
    "elapsed",
    "cookies",
    "encoding",
    "close",
    "aclose",
    "request",
    "history",
    "apparent_encoding",
    "links",
    "charset",
    "content_type",
    "release",
    "http_version",
    "charset_encoding",
    "method",
    "real_url",
];

fn confidence(request: &Request<'_>) -> Confidence {
    match &request.client {
        // A session that the file does not make may raise by itself.
        Some(client) if client.made.is_none() && client.scope.is_none() => Confidence::Possible,
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
        .any(|name| {
            http::made_with(unit, client, name).is_some_and(|value| unit.slice(value) != "False")
        });
    made || prepared(unit, client)
}

fn prepared<'a>(unit: &Unit<'a>, client: &Client<'a>) -> bool {
    http::set_up(unit, client, &mut |step| match step {
        Step::Method(name, _) => matches!(name, "hooks" | "event_hooks"),
        Step::Attribute(name) => {
            matches!(
                name,
                "hooks" | "event_hooks" | "request" | "send" | "get" | "post"
            )
        }
        Step::Passed(name) => {
            let name = name.to_ascii_lowercase();
            name.contains("hook") || name.contains("raise")
        }
    })
}
