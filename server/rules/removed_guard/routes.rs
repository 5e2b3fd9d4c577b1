//! What decorators and parameters hold: dependencies of a route, the rate of a limiter, the bound
//! of a retry.

use tree_sitter::Node;

use super::collect::{normal, shorten};
use super::loss::{Loss, Repair};
use super::outer::{last, loss, name_of};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, children, decorators_of, field, keyword, string_value, walk};

/// Words of dependencies that ask who may.
const MAY: [&str; 12] = [
    "auth",
    "require",
    "admin",
    "permission",
    "login",
    "current_user",
    "verify",
    "check",
    "token",
    "api_key",
    "limit",
    "csrf",
];

/// The calls `Depends(…)` and `Security(…)` in the head of a function: its decorators, its
/// parameters.
fn depends<'u>(unit: &Unit<'u>) -> Vec<Node<'u>> {
    let mut found = Vec::new();
    let mut roots: Vec<Node<'u>> = field(unit.node, "parameters").into_iter().collect();
    roots.extend(
        field(unit.node, "name")
            .and_then(|name| name.parent())
            .and_then(|function| function.parent())
            .filter(|outer| outer.kind() == "decorated_definition")
            .into_iter()
            .flat_map(children)
            .filter(|part| part.kind() == "decorator"),
    );
    for root in roots {
        walk(root, &mut |node| {
            if node.kind() == "call" {
                let callee = field(node, "function").map_or("", |one| last(unit.slice(one)));
                if matches!(callee, "Depends" | "Security") {
                    found.push(node);
                }
            }
            Walk::Into
        });
    }
    found
}

pub(super) fn dependencies<'h>(base: &Unit<'_>, head: &Unit<'h>, found: &mut Vec<Loss<'h>>) {
    let now: Vec<String> = depends(head)
        .into_iter()
        .map(|one| normal(head, one))
        .collect();
    let gone: Vec<Node<'_>> = depends(base)
        .into_iter()
        .filter(|one| !now.contains(&normal(base, *one)))
        .collect();
    let added = depends(head).len() + gone.len() > depends(base).len();
    for call in gone {
        let words = base.slice(call);
        let name = words.to_lowercase();
        let asks = name.contains("security(") || MAY.iter().any(|word| name.contains(word));
        // The router may have it now.
        let many = |unit: &Unit<'_>| unit.source().text().matches(words).count();
        if !asks || added || many(base) <= many(head) {
            continue;
        }
        let Some(place) = name_of(head) else { continue };
        found.push(loss(
            "dependency",
            (base, call),
            place,
            Confidence::Certain,
            format!("Production asks `{words}` before this function; the hotfix lets everybody in"),
        ));
    }
}

/// How many calls in a second a text such as `5/m` or `10 per hour` allows, in thousandths of a day.
fn rate(text: &str) -> Option<f64> {
    let text = text.trim().to_lowercase();
    let digits = text.find(|one: char| !one.is_ascii_digit())?;
    let many: f64 = text.get(..digits)?.parse().ok()?;
    let rest = text.get(digits..)?.trim();
    let unit = rest
        .strip_prefix('/')
        .or_else(|| rest.strip_prefix("per"))?
        .trim();
    let seconds = match unit.chars().next()? {
        's' => 1.0,
        'm' if unit.starts_with("mo") => 2_592_000.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86400.0,
        'y' => 31_536_000.0,
        _ => return None,
    };
    Some(many / seconds)
}

/// Decorators that limit how often a function runs, with the rate.
fn limiters<'u>(unit: &Unit<'u>) -> Vec<(&'u str, Node<'u>, f64)> {
    let all = decorators_of(unit.node).into_iter();
    all.filter_map(|one| {
        let call = one.named_child(0).filter(|call| call.kind() == "call")?;
        let call = unit.source().node_at(call.byte_range())?;
        let callee = unit.slice(field(call, "function")?);
        let name = callee.to_lowercase();
        ["limit", "throttle"]
            .iter()
            .any(|word| name.contains(word))
            .then_some(())?;
        let mut found = None;
        walk(call, &mut |node| {
            if found.is_none()
                && let Some(value) = string_value(node, unit.source()).and_then(rate)
            {
                found = Some((node, value));
            }
            Walk::Into
        });
        let (node, value) = found?;
        Some((callee, node, value))
    })
    .collect()
}

pub(super) fn rates<'h>(base: &Unit<'_>, head: &Unit<'h>, found: &mut Vec<Loss<'h>>) {
    let (before, now) = (limiters(base), limiters(head));
    let ([(callee, was, old)], [(other, is, new)]) = (before.as_slice(), now.as_slice()) else {
        return;
    };
    if callee != other || new <= old {
        return;
    }
    let (words, text) = (base.slice(*was), head.slice(*is));
    let mut one = loss(
        "rate",
        (base, *was),
        *is,
        if old * 10.0 <= *new {
            Confidence::Certain
        } else {
            Confidence::Likely
        },
        format!("Production allows {words} here; the hotfix allows {text}"),
    );
    one.repair = Repair::Replace(vec![(is.byte_range(), words.to_owned())]);
    found.push(one);
}

/// Arguments without which the usual `retry` decorators try for ever.
const BOUNDS: [&str; 4] = ["stop", "tries", "max_tries", "stop_max_attempt_number"];

/// A retry whose bound is gone: `@retry(stop=stop_after_attempt(3))` and now `@retry()`.
pub(super) fn endless_retry<'h>(base: &Unit<'_>, head: &Unit<'h>) -> Option<Loss<'h>> {
    fn named<'u>(unit: &Unit<'u>) -> Vec<(&'u str, Node<'u>)> {
        let all = decorators_of(unit.node).into_iter();
        all.filter_map(|one| {
            let what = unit.source().node_at(one.named_child(0)?.byte_range())?;
            let callee = unit.slice(field(what, "function").unwrap_or(what));
            (callee.contains("retry") || callee.starts_with("backoff.")).then_some((callee, what))
        })
        .collect()
    }
    let (before, now) = (named(base), named(head));
    let ([(callee, was)], [(other, is)]) = (before.as_slice(), now.as_slice()) else {
        return None;
    };
    let bound = |unit: &Unit<'_>, call: Node<'_>| {
        BOUNDS
            .iter()
            .find_map(|name| keyword(call, name, unit.source()))
            .and_then(|value| value.parent())
            .map(|argument| argument.byte_range())
    };
    let bytes = bound(base, *was)?;
    let splat = is.kind() == "call" && crate::syntax::nodes::has_splat(*is);
    if callee != other || bound(head, *is).is_some() || splat {
        return None;
    }
    let argument = base.source().node_at(bytes)?;
    let words = shorten(base.slice(argument));
    Some(loss(
        "retry",
        (base, argument),
        *is,
        Confidence::Certain,
        format!("Production ends its tries by `{words}`; the hotfix tries for ever"),
    ))
}

/// What the decorator of a task promises: to try again, and to end.
const TASK_LIMITS: &[&str] = &[
    "autoretry_for",
    "max_retries",
    "time_limit",
    "soft_time_limit",
    "rate_limit",
    "acks_late",
];

/// `@shared_task(time_limit=60)`, which is `@shared_task` now.
pub(super) fn tasks<'h>(base: &Unit<'_>, head: &Unit<'h>, found: &mut Vec<Loss<'h>>) {
    fn task<'u>(unit: &Unit<'u>) -> Option<Node<'u>> {
        decorators_of(unit.node).into_iter().find_map(|one| {
            let what = one.named_child(0)?;
            let callee = unit.slice(field(what, "function").unwrap_or(what));
            matches!(last(callee), "shared_task" | "task").then_some(what)
        })
    }
    let (Some(was), Some(is)) = (task(base), task(head)) else {
        return;
    };
    if was.kind() != "call" || is.kind() == "call" && crate::syntax::nodes::has_splat(is) {
        return;
    }
    for name in TASK_LIMITS {
        let Some(value) = keyword(was, name, base.source()) else {
            continue;
        };
        let kept = is.kind() == "call" && keyword(is, name, head.source()).is_some();
        // `max_retries=None` tries for ever: that is no limit.
        let Some(argument) = value.parent().filter(|_| !kept && value.kind() != "none") else {
            continue;
        };
        let words = shorten(base.slice(argument));
        found.push(loss(
            "task-limit",
            (base, argument),
            is,
            Confidence::Likely,
            format!("Production runs this task with `{words}`; the hotfix does not"),
        ));
    }
}
