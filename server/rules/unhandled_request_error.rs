//! `unhandled-request-error`: a request whose failure nobody in the file handles.

use tree_sitter::Node;

use super::knowledge::http::{Library, faked, in_mock, request};
use super::knowledge::origins;
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::Unit;
use crate::syntax::flow::{caught_around, handler_names, withs_around};
use crate::syntax::nodes::{field, statement_of};

/// A request whose failure nobody in the file handles.
pub struct UnhandledRequestError;

static META: Meta = Meta {
    name: "unhandled-request-error",
    group: Group::Errors,
    highest: Confidence::Possible,
    checklist: "Error handling improved",
    noqa: &[],
    docs: include_str!("docs/unhandled-request-error.md"),
    pattern: None,
};

impl Rule for UnhandledRequestError {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        let is_handled = || faked(unit) || is_called_safely(unit) || is_decorated_safely(unit);
        if !unit.is_function() || !may_request(unit) || is_handled() {
            return;
        }
        for call in unit.own(&["call"]) {
            let Some(sent) = request(unit, call) else {
                continue;
            };
            let guarded = is_caught(unit, call)
                || in_mock(unit, call)
                || withs_around(call)
                    .iter()
                    .any(|item| unit.slice(*item).contains("suppress("));
            if guarded {
                continue;
            }
            let function = field(call, "function").unwrap_or(call);
            reporter.report(Draft {
                anchor: function.byte_range(),
                ..Draft::at(
                    call,
                    Confidence::Possible,
                    format!(
                        "Nobody in this file handles it when this {} fails",
                        sent.verb
                    ),
                )
            });
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        wrap(context, finding).into_iter().collect()
    }
}

/// Whether a handler around the call may take its failure: not one for keys and attributes alone.
fn is_caught(unit: &Unit<'_>, call: Node<'_>) -> bool {
    caught_around(call).into_iter().any(|clause| {
        let names = handler_names(clause, unit.source());
        names.is_empty()
            || names.iter().any(|name| {
                !matches!(
                    *name,
                    "KeyError" | "IndexError" | "LookupError" | "AttributeError" | "TypeError"
                )
            })
    })
}

/// The cheap question: a file that names no HTTP library sends no request.
fn may_request(unit: &Unit<'_>) -> bool {
    let names = unit.names();
    ["requests", "httpx", "aiohttp", "urllib"]
        .iter()
        .any(|module| names.imports_module(module))
}

/// Whether a `try` of this file calls the function.
fn is_called_safely(unit: &Unit<'_>) -> bool {
    let name = unit.qualname.rsplit('.').next().unwrap_or_default();
    let text = unit.source().text();
    let call = format!("{name}(");
    text.match_indices(&call).any(|(at, _)| {
        let node = unit.source().node_at(at..at + name.len());
        node.is_some_and(|node| !caught_around(node).is_empty())
    })
}

/// Whether a decorator takes failures: it tries again, converts or catches them.
fn is_decorated_safely(unit: &Unit<'_>) -> bool {
    let takes = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["retry", "on_exception", "handle", "catch", "suppress"]
            .iter()
            .any(|word| text.contains(word))
    };
    origins::decorated(unit, &takes)
}

/// The exception that all failures of the library share, by its local name.
fn failure(unit: &Unit<'_>, call: Node<'_>) -> Option<String> {
    let module = |name: &str| unit.names().local_for(name).map(str::to_owned);
    Some(match request(unit, call)?.library {
        Library::Requests => format!("{}.RequestException", module("requests")?),
        Library::Httpx => format!("{}.HTTPError", module("httpx")?),
        Library::Aiohttp => format!("{}.ClientError", module("aiohttp")?),
        Library::Urllib => "OSError".to_owned(),
    })
}

fn wrap(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let call = unit
        .own(&["call"])
        .into_iter()
        .find(|one| one.byte_range() == finding.span)?;
    let kind = failure(unit, call)?;
    let statement = statement_of(call);
    // What else fails in the body of a `with` or loop would be told as the request's failure.
    let plain = matches!(
        statement.kind(),
        "expression_statement" | "return_statement"
    );
    let body = field(statement, "body").filter(|_| statement.kind() == "with_statement");
    let only_read = body.is_some_and(|body| {
        let others = ["open(", "with ", "connect(", "write("];
        body.end_byte() != call.end_byte()
            && !others.iter().any(|word| unit.slice(body).contains(word))
    });
    (plain || only_read).then_some(())?;
    let mut builder = Builder::new(unit.file);
    let logger = builder.logger()?;
    let name = unit.qualname.rsplit('.').next()?;
    builder.note(
        statement,
        context.version,
        "Log why the request fails, then raise it again",
    );
    builder.wrap(statement, statement, &["try:"])?;
    builder.lines_after(
        statement,
        &[
            format!("except {kind}:"),
            format!("\t{logger}.exception(\"{name}: the request failed\")"),
            "\traise".to_owned(),
        ],
    )?;
    Some(builder.finish(
        format!("Log {kind} with {logger}.exception and raise it again"),
        Applicability::NeedsReview,
    ))
}
