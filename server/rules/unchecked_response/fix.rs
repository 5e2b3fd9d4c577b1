//! The fixes of `unchecked-response`.

use tree_sitter::Node;

use super::super::knowledge::http::Library;
use super::super::knowledge::{order, uses};
use super::{Finding, FixContext, Unchecked, Use, awaited, unchecked};
use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::syntax::Unit;
use crate::syntax::flow::{caught_around, handler_names};
use crate::syntax::nodes::{
    children, field, has_splat, keyword, positional, scope_of, statement_of,
};

/// `raise_for_status()` first, then the whole shape with timeout, log and re-raise.
pub(super) fn fixes(context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
    let unit = context.unit;
    let found = unchecked(unit).into_iter().find(|one| {
        field(one.request.call, "function").is_some_and(|at| at.byte_range() == finding.anchor)
    });
    let Some(found) = found else {
        return Vec::new();
    };
    match found.use_of {
        Use::Body => {}
        Use::Early => return check_first(context, &found).into_iter().collect(),
        Use::Uncalled => return vec![call_it(context, &found)],
        Use::Nothing => return raise_at_once(context, &found).into_iter().collect(),
    }
    let plan = match found.binding {
        Some(binding) => named(unit, &found, binding),
        None => chained(unit, &found),
    };
    let Some(plan) = plan else { return Vec::new() };
    [
        raise_after(context, &found, &plan),
        whole_shape(context, &found, &plan),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `response.raise_for_status` becomes a call.
fn call_it(context: &FixContext<'_>, found: &Unchecked<'_>) -> Fix {
    let mut builder = Builder::new(context.unit.file);
    builder.insert(found.body.end_byte(), "()");
    let title = format!("Call {}()", context.unit.slice(found.body));
    builder.finish(title, Applicability::NeedsReview)
}

/// The check and the line that reads change places.
fn check_first(context: &FixContext<'_>, found: &Unchecked<'_>) -> Option<Fix> {
    let unit = context.unit;
    let reads = statement_of(found.body);
    let checks = reads.next_named_sibling()?;
    let mut builder = Builder::new(unit.file);
    builder.replace(reads, unit.slice(checks));
    builder.replace(checks, unit.slice(reads));
    let title = format!("Call {} first", unit.slice(checks));
    Some(builder.finish(title, Applicability::NeedsReview))
}

/// `requests.post(…).raise_for_status()`.
fn raise_at_once(context: &FixContext<'_>, found: &Unchecked<'_>) -> Option<Fix> {
    let call = found.request.call;
    if awaited(call) != call {
        return None;
    }
    let mut builder = Builder::new(context.unit.file);
    builder.insert(call.end_byte(), ".raise_for_status()");
    let sender = context.unit.slice(field(call, "function")?);
    let title = format!("Raise when {sender} is answered with an error");
    Some(builder.finish(title, Applicability::NeedsReview))
}

const WHY: &str = "Do not take an error page for data";

/// Where the check goes.
enum Plan<'a> {
    /// Behind the statement that binds the name.
    After { statement: Node<'a>, name: &'a str },
    /// At the beginning of the body of `with … as name`.
    Inside { first: Node<'a>, name: &'a str },
    /// The request gets a statement of its own before `statement`.
    Split {
        statement: Node<'a>,
        value: Node<'a>,
        name: &'static str,
    },
}

fn named<'a>(unit: &Unit<'a>, _found: &Unchecked<'a>, binding: Node<'a>) -> Option<Plan<'a>> {
    let name = unit.slice(binding);
    let statement = statement_of(binding);
    match statement.kind() {
        "expression_statement" if statement.named_child(0) == binding.parent() => {
            Some(Plan::After { statement, name })
        }
        "with_statement" if binding.parent()?.kind() == "as_pattern_target" => {
            let first = children(field(statement, "body")?).next()?;
            Some(Plan::Inside { first, name })
        }
        _ => None,
    }
}

fn chained<'a>(unit: &Unit<'a>, found: &Unchecked<'a>) -> Option<Plan<'a>> {
    let value = awaited(found.request.call);
    let statement = statement_of(value);
    let clean = order::runs_first(unit, value, statement);
    let function = field(found.request.call, "function")?;
    if !clean || unit.slice(function).contains('\n') || scope_of(value) != unit.node {
        return None;
    }
    let whole = unit.slice(unit.node);
    let name = ["response", "reply", "answer"]
        .into_iter()
        .find(|name| !whole.contains(name))?;
    Some(Plan::Split {
        statement,
        value,
        name,
    })
}

fn raise_after(context: &FixContext<'_>, found: &Unchecked<'_>, plan: &Plan<'_>) -> Option<Fix> {
    let unit = context.unit;
    let comment = hotfix_comment(context.version, WHY);
    let mut builder = Builder::new(unit.file);
    let name = match plan {
        Plan::After { statement, name } => {
            builder.lines_after(*statement, &[comment, format!("{name}.raise_for_status()")])?;
            name
        }
        Plan::Inside { first, name } => {
            builder.lines_before(*first, &[comment, format!("{name}.raise_for_status()")])?;
            name
        }
        Plan::Split {
            statement,
            value,
            name,
        } => {
            let request = unit.slice(crate::syntax::nodes::bare(*value));
            builder.lines_before(
                *statement,
                &[
                    format!("{name} = {request}"),
                    comment,
                    format!("{name}.raise_for_status()"),
                ],
            )?;
            builder.replace(*value, *name);
            name
        }
    };
    let sender = unit.slice(field(found.request.call, "function")?);
    Some(builder.finish(
        format!("Call {name}.raise_for_status() right after {sender}"),
        Applicability::NeedsReview,
    ))
}

/// The exception class that covers what the library raises.
fn base_error(library: Library) -> Option<(&'static str, &'static str)> {
    match library {
        Library::Requests => Some(("requests", "RequestException")),
        Library::Httpx => Some(("httpx", "HTTPError")),
        Library::Aiohttp => Some(("aiohttp", "ClientError")),
        Library::Urllib => None,
    }
}

/// Timeout, status check, and a handler that logs and raises the same exception again.
fn whole_shape(context: &FixContext<'_>, found: &Unchecked<'_>, plan: &Plan<'_>) -> Option<Fix> {
    let unit = context.unit;
    let (module, class) = base_error(found.request.library)?;
    let call = found.request.call;
    let handled = caught_around(call)
        .iter()
        .any(|clause| !handler_names(*clause, unit.source()).contains(&"KeyError"));
    if handled {
        return None;
    }
    let mut builder = Builder::new(unit.file);
    let comment = hotfix_comment(context.version, WHY);
    let timeout = missing_timeout(unit, found);
    let (first, last) = match plan {
        Plan::After { statement, name } => {
            if let Some(argument) = &timeout {
                builder.argument(call, argument)?;
            }
            builder.lines_after(
                *statement,
                &[
                    format!("\t{comment}"),
                    format!("\t{name}.raise_for_status()"),
                ],
            )?;
            (*statement, last_use(unit, *statement, name)?)
        }
        Plan::Split {
            statement,
            value,
            name,
        } => {
            let sent = sent_text(unit, *value, timeout.as_deref())?;
            builder.lines_before(
                *statement,
                &[
                    "try:".to_owned(),
                    format!("\t{name} = {sent}"),
                    format!("\t{comment}"),
                    format!("\t{name}.raise_for_status()"),
                ],
            )?;
            builder.replace(*value, *name);
            (*statement, *statement)
        }
        Plan::Inside { .. } => return None,
    };
    let header: &[&str] = if matches!(plan, Plan::After { .. }) {
        &["try:"]
    } else {
        &[]
    };
    builder.wrap(first, last, header)?;
    let module = builder.import(module)?;
    let logger = builder.logger()?;
    let error = free_name(unit)?;
    builder.lines_after(
        last,
        &[
            format!("except {module}.{class} as {error}:"),
            format!("\t{}", log_line(unit, call, &logger, error)),
            "\traise".to_owned(),
        ],
    )?;
    let sender = unit.slice(field(call, "function")?);
    let what = if timeout.is_some() {
        "Add a timeout to"
    } else {
        "Check the status of"
    };
    let rest = if timeout.is_some() {
        ", check its status"
    } else {
        ""
    };
    Some(builder.finish(
        format!("{what} {sender}{rest}, and log and re-raise what fails"),
        Applicability::NeedsReview,
    ))
}

fn free_name(unit: &Unit<'_>) -> Option<&'static str> {
    let whole = unit.slice(unit.node);
    ["error", "failure", "request_error"]
        .into_iter()
        .find(|name| !whole.contains(name))
}

/// The log line: the address where it is a plain name, and what went wrong.
fn log_line(unit: &Unit<'_>, call: Node<'_>, logger: &str, error: &str) -> String {
    let at = usize::from(unit.slice(call).contains(".request("));
    match positional(call).get(at) {
        Some(url) if url.kind() == "identifier" => format!(
            "{logger}.error(\"Request to %s failed: %s\", {}, {error})",
            unit.slice(*url)
        ),
        _ => format!("{logger}.error(\"Request failed: %s\", {error})"),
    }
}

/// `timeout=10` where requests would wait for ever.
fn missing_timeout(unit: &Unit<'_>, found: &Unchecked<'_>) -> Option<String> {
    let call = found.request.call;
    let bare = found.request.library == Library::Requests
        && !has_splat(call)
        && keyword(call, "timeout", unit.source()).is_none();
    bare.then(|| format!("timeout={}", unit.file.settings.timeout_seconds))
}

/// The request's text with the timeout added; refused over several lines.
fn sent_text(unit: &Unit<'_>, value: Node<'_>, timeout: Option<&str>) -> Option<String> {
    let text = unit.slice(crate::syntax::nodes::bare(value));
    let Some(timeout) = timeout else {
        return (!text.contains('\n')).then(|| text.to_owned());
    };
    let inner = text
        .strip_suffix(')')
        .filter(|inner| !inner.contains('\n'))?;
    let inner = inner.trim_end().trim_end_matches(',');
    let comma = if inner.ends_with('(') { "" } else { ", " };
    Some(format!("{inner}{comma}{timeout})"))
}

/// The last statement of the block that reads the name.
fn last_use<'a>(unit: &Unit<'a>, statement: Node<'a>, name: &str) -> Option<Node<'a>> {
    let binding = unit
        .bindings(name)
        .iter()
        .copied()
        .find(|one| uses::contains(statement, *one))?;
    let places = uses::after(unit, binding);
    let block = statement.parent()?;
    let reading = |one: &Node<'a>| places.iter().any(|place| uses::contains(*one, *place));
    children(block)
        .filter(|one| statement.start_byte() <= one.start_byte())
        .filter(|one| *one == statement || reading(one))
        .last()
}
