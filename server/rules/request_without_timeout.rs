//! `request-without-timeout`: a network call that may wait for ever.

use tree_sitter::Node;

use super::knowledge::http::{self, Library, Request, Step};
use super::knowledge::origins;
use super::knowledge::waits::{self, Wait};
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::Unit;
use crate::syntax::flow::{facts_at, withs_around};
use crate::syntax::nodes::{
    bare, children, field, has_splat, keyword, positional, statement_of, string_value,
};

/// A network call without a timeout.
pub struct RequestWithoutTimeout;

static META: Meta = Meta {
    name: "request-without-timeout",
    group: Group::Pattern,
    highest: Confidence::Certain,
    checklist: "Error handling improved",
    noqa: &["S113", "W3101", "missing-timeout", "B113"],
    docs: include_str!("docs/request-without-timeout.md"),
    pattern: None,
};

impl Rule for RequestWithoutTimeout {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test {
            return;
        }
        for call in origins::calls(unit) {
            if let Some((confidence, message)) = judge(unit, call) {
                let function = field(call, "function").unwrap_or(call);
                reporter.report(Draft::at(call, confidence, message).anchored(function));
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        set_timeout(context, finding).into_iter().collect()
    }
}

type Verdict = Option<(Confidence, String)>;

fn judge(unit: &Unit<'_>, call: Node<'_>) -> Verdict {
    let function = field(call, "function")?;
    let verdict = match http::request(unit, call) {
        Some(request) => judge_request(unit, &request),
        None => judge_other(unit, call, function),
    }?;
    let excused = is_wrapper(unit, function)
        || bounded_from_outside(unit, call)
        || http::faked(unit)
        || http::in_mock(unit, call)
        || is_callers_choice(unit, call);
    (!excused).then_some(verdict)
}

/// `if timeout is not None: … connect(address, timeout)`, and `connect(address)` where there is
/// none: the caller chose to wait for ever.
fn is_callers_choice(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let parameters = unit.parameters();
    let mut timeouts = parameters
        .iter()
        .filter(|one| one.name.contains("timeout"))
        .peekable();
    timeouts.peek().is_some()
        && facts_at(call, unit.source()).iter().any(|fact| {
            let condition = unit.slice(fact.condition);
            timeouts.clone().any(|one| condition.contains(one.name))
        })
}

/// The settings name this function as one that sets a timeout.
fn is_wrapper(unit: &Unit<'_>, function: Node<'_>) -> bool {
    let text = unit.slice(function);
    let resolved = unit.resolve(function);
    unit.file
        .settings
        .http_wrappers
        .iter()
        .any(|one| one == text || Some(one) == resolved.as_ref())
}

/// `asyncio.wait_for(…)`, `with timeout(5):`, `@timeout(5)`: somebody else keeps the time.
fn bounded_from_outside(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let speaks = |text: &str| {
        let name = text.split('(').next().unwrap_or(text).to_ascii_lowercase();
        name.contains("timeout") || name.contains("deadline") || name.contains("fail_after")
    };
    let mut at = call;
    while let Some(parent) = at.parent() {
        if matches!(parent.kind(), "block" | "module") {
            break;
        }
        if parent.kind() == "call"
            && field(parent, "function")
                .is_some_and(|function| unit.slice(function).ends_with("wait_for"))
        {
            return true;
        }
        at = parent;
    }
    withs_around(call)
        .iter()
        .any(|item| speaks(unit.slice(*item)))
        || origins::decorated(unit, &|text| speaks(text))
}

/// What a call says about its timeout.
enum Given {
    /// Nothing.
    Missing,
    /// `None`, written here or under a name.
    Never,
    /// Only a part is set: `(3, None)`.
    Partly,
    /// A timeout, or something that cannot be judged.
    Set,
}

/// Reads the `timeout` argument, given by name or as the positional argument `index`.
fn given(unit: &Unit<'_>, call: Node<'_>, index: Option<usize>) -> Given {
    if has_splat(call) && !known_without(unit, call, "timeout") {
        return Given::Set;
    }
    let arguments = positional(call);
    let spread = arguments.iter().any(|one| one.kind() == "list_splat");
    let by_place = index.and_then(|index| arguments.get(index).copied());
    match keyword(call, "timeout", unit.source()).or(by_place) {
        Some(value) => value_given(unit, bare(value)),
        None if spread && index.is_some() => Given::Set,
        None => Given::Missing,
    }
}

/// Whether everything that `**` spreads here is a literal of this file without the key.
fn known_without(unit: &Unit<'_>, call: Node<'_>, key: &str) -> bool {
    let Some(arguments) = field(call, "arguments") else {
        return false;
    };
    children(arguments)
        .filter(|one| one.kind() == "dictionary_splat")
        .all(|splat| {
            splat
                .named_child(0)
                .and_then(|value| literal(unit, bare(value)))
                .is_some_and(|pairs| {
                    children(pairs).all(|pair| {
                        field(pair, "key")
                            .and_then(|one| string_value(one, unit.source()))
                            .is_some_and(|one| one != key)
                    })
                })
        })
}

/// The dictionary that the expression is, or that its name is bound to and that nothing changes.
fn literal<'a>(unit: &Unit<'a>, value: Node<'a>) -> Option<Node<'a>> {
    let value = match value.kind() {
        "identifier" => {
            let name = unit.slice(value);
            let bound = origins::of_name(unit, name)?;
            let [origins::Origin::Value(only)] = bound.origins.as_slice() else {
                return None;
            };
            let text = unit.source().text();
            let changed = [format!("{name}["), format!("{name}.")];
            if changed.iter().any(|one| text.contains(one)) {
                return None;
            }
            bare(*only)
        }
        _ => value,
    };
    (value.kind() == "dictionary").then_some(value)
}

fn value_given(unit: &Unit<'_>, value: Node<'_>) -> Given {
    match value.kind() {
        "none" => Given::Never,
        "identifier" if constant_none(unit, value) => Given::Never,
        "tuple" => {
            let parts: Vec<_> = children(value).collect();
            let none = parts.iter().filter(|one| one.kind() == "none").count();
            match none {
                0 => Given::Set,
                _ if none == parts.len() => Given::Never,
                _ => Given::Partly,
            }
        }
        _ => Given::Set,
    }
}

/// A name whose only value is `None`. A parameter with this default is the caller's choice.
fn constant_none(unit: &Unit<'_>, name: Node<'_>) -> bool {
    origins::of_name(unit, unit.slice(name)).is_some_and(|bound| {
        matches!(bound.origins.as_slice(), [origins::Origin::Value(value)] if value.kind() == "none")
    })
}

fn judge_request(unit: &Unit<'_>, request: &Request<'_>) -> Verdict {
    let written = unit.slice(field(request.call, "function")?);
    match request.library {
        Library::Requests => judge_requests(unit, request, written),
        Library::Urllib if global_socket_timeout(unit) => None,
        Library::Urllib => by_default(
            &given(unit, request.call, Some(2)),
            written,
            Confidence::Certain,
        ),
        Library::Httpx | Library::Aiohttp => {
            let confidence = match request.library {
                Library::Httpx => Confidence::Certain,
                _ => Confidence::Likely,
            };
            match given(unit, request.call, None) {
                Given::Never => Some((confidence, switched_off(written))),
                _ => None,
            }
        }
    }
}

fn judge_requests(unit: &Unit<'_>, request: &Request<'_>, written: &str) -> Verdict {
    let session = request.client.as_ref();
    let index = (session.is_some() && request.verb == "request").then_some(8);
    let verdict = by_default(
        &given(unit, request.call, index),
        written,
        Confidence::Certain,
    )?;
    let Some(session) = session else {
        return Some(verdict);
    };
    let mut useless = false;
    let configured = http::set_up(unit, session, &mut |step| {
        if let Step::Attribute("timeout") = step {
            useless = true;
        }
        limits_requests(unit, step)
    });
    if configured {
        return None;
    }
    Some(if useless {
        let message = format!(
            "{written} has no timeout: requests ignores {}.timeout",
            session.written
        );
        (Confidence::Likely, message)
    } else {
        verdict
    })
}

/// A step that gives a requests session a timeout of its own: an adapter or method that is not
/// requests' own, or a function whose name speaks of timeouts.
fn limits_requests(unit: &Unit<'_>, step: Step<'_>) -> bool {
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
                .is_some_and(|name| {
                    matches!(
                        name.as_str(),
                        "requests.adapters.HTTPAdapter" | "HTTPAdapter"
                    )
                })
    })
}

/// `to_thread(requests.get, url)`: the request is sent elsewhere, with the arguments given here.
fn judge_sent_elsewhere(unit: &Unit<'_>, call: Node<'_>, function: Node<'_>) -> Verdict {
    let text = unit.slice(function);
    let last = text.rsplit('.').next().unwrap_or(text);
    if !matches!(last, "to_thread" | "submit" | "run_sync") {
        return None;
    }
    let sent = *positional(call).first()?;
    let name = origins::library(unit, sent)?;
    let (library, _) = http::module_verb(&name)?;
    let confidence = match library {
        Library::Requests | Library::Urllib => Confidence::Likely,
        Library::Httpx | Library::Aiohttp => return None,
    };
    let index = (library == Library::Urllib).then_some(3);
    by_default(&given(unit, call, index), unit.slice(sent), confidence)
}

fn judge_other(unit: &Unit<'_>, call: Node<'_>, function: Node<'_>) -> Verdict {
    if let Some(found) = judge_sent_elsewhere(unit, call, function) {
        return Some(found);
    }
    let wait = waits::of(unit, call)?;
    let written = unit.slice(function);
    match wait {
        Wait::Socket { index } if !global_socket_timeout(unit) => by_default(
            &given(unit, call, Some(index)),
            written,
            Confidence::Certain,
        ),
        Wait::Process if unit.file.settings.subprocess_timeout => {
            by_default(&given(unit, call, None), written, Confidence::Certain)
        }
        Wait::Socket { .. } | Wait::Process => None,
        Wait::HttpxClient => match given(unit, call, None) {
            Given::Never => Some((Confidence::Certain, switched_off(written))),
            _ => None,
        },
        Wait::HttpxTimeout => {
            let first = positional(call).first().copied();
            let only = first.is_some_and(|value| value.kind() == "none")
                && field(call, "arguments").is_some_and(|list| children(list).count() == 1);
            let by_name = matches!(given(unit, call, None), Given::Never)
                && field(call, "arguments").is_some_and(|list| children(list).count() == 1);
            (only || by_name).then(|| (Confidence::Certain, switched_off(written)))
        }
        Wait::AiohttpTimeout => judge_aiohttp(unit, call, written),
    }
}

/// aiohttp waits five minutes in total by default; `ClientTimeout` without `total` takes that
/// limit away.
fn judge_aiohttp(unit: &Unit<'_>, call: Node<'_>, written: &str) -> Verdict {
    if has_splat(call) {
        return None;
    }
    let limit =
        |name: &str| keyword(call, name, unit.source()).filter(|value| value.kind() != "none");
    let total = positional(call)
        .first()
        .copied()
        .filter(|value| value.kind() != "none");
    if total
        .or(limit("total"))
        .is_some_and(|value| unit.slice(value) != "0")
    {
        return None;
    }
    if limit("sock_read").is_some() {
        return None;
    }
    let partly = limit("connect").or(limit("sock_connect")).is_some();
    let confidence = if partly {
        Confidence::Likely
    } else {
        Confidence::Certain
    };
    Some((
        confidence,
        format!("{written} without a total lets a request wait for ever"),
    ))
}

fn by_default(given: &Given, written: &str, confidence: Confidence) -> Verdict {
    match given {
        Given::Missing => Some((
            confidence,
            format!("{written} has no timeout and may wait for ever"),
        )),
        Given::Never => Some((confidence, switched_off(written))),
        Given::Partly => Some((
            Confidence::Likely,
            format!("{written} limits only a part of the wait: None waits for ever"),
        )),
        Given::Set => None,
    }
}

fn switched_off(written: &str) -> String {
    format!("{written} switches the timeout off and may wait for ever")
}

/// `socket.setdefaulttimeout(…)` in this file.
fn global_socket_timeout(unit: &Unit<'_>) -> bool {
    unit.source()
        .text()
        .match_indices("setdefaulttimeout(")
        .any(|(at, found)| !unit.source().text()[at + found.len()..].starts_with("None"))
}

/// Adds `timeout=10`, or replaces the `None`.
fn set_timeout(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let call = context.node(finding).filter(|node| node.kind() == "call")?;
    let seconds = unit.file.settings.timeout_seconds;
    let mut builder = Builder::new(unit.file);
    let written = unit.slice(field(call, "function")?);
    let aiohttp = matches!(waits::of(unit, call), Some(Wait::AiohttpTimeout));
    let name = if aiohttp { "total" } else { "timeout" };
    let none = keyword(call, name, unit.source()).map(bare).or_else(|| {
        positional(call)
            .into_iter()
            .find(|one| one.kind() == "none" && aiohttp_or_httpx(unit, call))
    });
    match none {
        Some(value) => builder.replace(value, seconds.to_string()),
        None => match http_position(unit, call) {
            Some(value) => builder.replace(value, seconds.to_string()),
            None => builder.argument(call, &format!("{name}={seconds}"))?,
        },
    }
    let why = format!("Give up after {seconds} seconds instead of waiting for ever");
    builder.note(statement_of(call), context.version, &why);
    Some(builder.finish(
        format!("Let {written} give up after {seconds} seconds"),
        Applicability::NeedsReview,
    ))
}

fn aiohttp_or_httpx(unit: &Unit<'_>, call: Node<'_>) -> bool {
    matches!(
        waits::of(unit, call),
        Some(Wait::AiohttpTimeout | Wait::HttpxTimeout)
    )
}

/// A `None` that is given as the positional timeout.
fn http_position<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Node<'a>> {
    let index = match (http::request(unit, call), waits::of(unit, call)) {
        (Some(request), _) if request.library == Library::Urllib => 2,
        (Some(request), _) if request.verb == "request" && request.client.is_some() => 8,
        (None, Some(Wait::Socket { index })) => index,
        _ => return None,
    };
    positional(call).get(index).copied()
}
