//! `request-without-timeout`: a network call that may wait for ever.

mod fix;
mod given;
mod session;

use tree_sitter::Node;

use self::given::{Given, given};
use super::knowledge::http::{self, Library, Request, Step};
use super::knowledge::origins;
use super::knowledge::waits::{self, Wait};
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::Unit;
use crate::syntax::flow::{facts_at, withs_around};
use crate::syntax::nodes::{children, field, has_splat, keyword, positional};

/// A network call without a timeout.
pub struct RequestWithoutTimeout;

static META: Meta = Meta {
    name: "request-without-timeout",
    group: Group::Pattern,
    highest: Confidence::Certain,
    checklist: "Error handling improved",
    noqa: &["S113", "W3101", "missing-timeout", "B113"],
    docs: include_str!("../docs/request-without-timeout.md"),
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
        fix::set_timeout(context, finding).into_iter().collect()
    }
}

type Verdict = Option<(Confidence, String)>;

fn judge(unit: &Unit<'_>, call: Node<'_>) -> Verdict {
    let function = field(call, "function")?;
    let verdict = match http::request(unit, call) {
        Some(request) => judge_request(unit, &request),
        None => judge_other(unit, call, function).or_else(|| {
            let confidence = session::unknown(unit, call, function)?;
            let written = unit.slice(function);
            let message = format!("{written} gives no timeout: make sure that the session has one");
            Some((confidence, message))
        }),
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
        session::limits_requests(unit, step)
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
        Wait::Download if !global_socket_timeout(unit) => Some((
            Confidence::Likely,
            format!("{written} takes no timeout and may wait for ever"),
        )),
        Wait::Socket { .. } | Wait::Process | Wait::Download => None,
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
