//! Adds a timeout.

use tree_sitter::Node;

use super::super::knowledge::http::{self, Library};
use super::super::knowledge::origins;
use super::super::knowledge::waits::{self, Wait};
use super::super::{Finding, FixContext};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::Unit;
use crate::syntax::nodes::{ancestors, bare, field, keyword, positional, statement_of};

/// Adds `timeout=10`, or replaces the `None`.
#[must_use]
pub fn set_timeout(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let call = context.node(finding).filter(|node| node.kind() == "call")?;
    // Python 2's `urllib.urlopen` takes no timeout, and no `urlretrieve` does.
    let function = field(call, "function")?;
    let bare_of_it = origins::library(unit, function)
        .is_some_and(|name| name == "urllib.urlopen" || name.ends_with(".urlretrieve"));
    if bare_of_it {
        return None;
    }
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
    // Above the whole `if` the comment would stand far from what it speaks of.
    let in_elif = ancestors(call)
        .take_while(|up| *up != statement_of(call))
        .any(|up| up.kind() == "elif_clause");
    if !in_elif {
        builder.note(statement_of(call), context.version, &why);
    }
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
