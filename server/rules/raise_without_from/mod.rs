//! `raise-without-from`: a handler raises another exception and hides the first one's traceback.
//!
//! `weigh` says how much is lost, `kinds` what the name of an exception tells.

mod kinds;
mod weigh;

use tree_sitter::Node;

use self::weigh::weigh;
use super::knowledge::origins;
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::flow::{Catches, catches, handler_names, last_part};
use crate::syntax::nodes::{Walk, bare, children, field, keyword, walk};
use crate::syntax::{Pattern, Unit, names};

/// A handler raises another exception without `from`.
pub struct RaiseWithoutFrom;

static PATTERN: Pattern = Pattern::new(
    "raise-without-from.scm",
    include_str!("../../../queries/raise-without-from.scm"),
);

static META: Meta = Meta {
    name: "raise-without-from",
    group: Group::Errors,
    highest: Confidence::Certain,
    checklist: "Error handling improved",
    noqa: &["B904", "W0707", "raise-missing-from"],
    docs: include_str!("../docs/raise-without-from.md"),
    pattern: Some(&PATTERN),
};

impl Rule for RaiseWithoutFrom {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if !unit.slice(unit.node).contains("except") {
            return;
        }
        let raises = PATTERN.matches(unit.node, unit.source());
        if raises.is_empty() {
            return;
        }
        let attempts = attempts(unit);
        for one in raises {
            let (Some(statement), Some(value)) = (one.get("anchor"), one.get("value")) else {
                continue;
            };
            let Some(around) = handler_around(unit, &attempts, statement, value) else {
                continue;
            };
            if is_kept(unit, &around, value) {
                continue;
            }
            let raised = raised_name(unit, value);
            let (confidence, why) = weigh(unit, &around, value);
            reporter.report(Draft::at(
                statement,
                confidence,
                format!("{raised} {why}: add `from`"),
            ));
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        add_from(context, finding).into_iter().collect()
    }
}

/// A handler with the code that it watches.
struct Handler<'a> {
    clause: Node<'a>,
    /// The body of its `try`.
    tried: Node<'a>,
    /// The classes that it catches, last parts only.
    kinds: Vec<&'a str>,
    /// The name in `except … as name`.
    name: Option<&'a str>,
}

/// The scope's own `try` statements. Handlers are found by their bytes: asking a statement for its
/// parents would search from the root each time.
fn attempts<'a>(unit: &Unit<'a>) -> Vec<Node<'a>> {
    unit.own(&["try_statement"])
}

fn holds(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
}

fn clauses(attempt: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    children(attempt).filter(|part| part.kind() == "except_clause")
}

/// The innermost handler that the statement belongs to; none where a `try` inside that handler
/// catches what is raised.
fn handler_around<'a>(
    unit: &Unit<'a>,
    attempts: &[Node<'a>],
    statement: Node<'_>,
    value: Node<'_>,
) -> Option<Handler<'a>> {
    for attempt in attempts.iter().rev().filter(|one| holds(**one, statement)) {
        let tried = field(*attempt, "body")?;
        if let Some(clause) = clauses(*attempt).find(|clause| holds(*clause, statement)) {
            return Some(Handler {
                clause,
                tried,
                kinds: handler_names(clause, unit.source()),
                name: caught_name(unit, clause),
            });
        }
        let raised = raised_name(unit, value);
        let stops_here = holds(tried, statement)
            && clauses(*attempt).any(|clause| {
                catches(&handler_names(clause, unit.source()), last_part(raised)) == Catches::Surely
            });
        if stops_here {
            return None;
        }
    }
    None
}

/// The name in `except … as name`.
fn caught_name<'a>(unit: &Unit<'a>, clause: Node<'_>) -> Option<&'a str> {
    let pattern = children(clause).find(|child| child.kind() == "as_pattern")?;
    let target = field(pattern, "alias")?;
    Some(unit.slice(target))
}

/// The raised expression without `.with_traceback(…)`.
fn exception(value: Node<'_>) -> Node<'_> {
    let value = bare(value);
    field(value, "function")
        .filter(|function| function.kind() == "attribute")
        .and_then(|function| field(function, "object"))
        .filter(|object| object.kind() == "call")
        .map_or(value, bare)
}

/// The raised class or function, as it is written.
fn raised_name<'a>(unit: &Unit<'a>, value: Node<'_>) -> &'a str {
    let value = exception(value);
    unit.slice(field(value, "function").unwrap_or(value))
}

/// Whether an exception that exists already goes on: the caught one, another variable (made where
/// its cause could be given), or one that `sys.exc_info()` or a future holds.
fn is_kept(unit: &Unit<'_>, handler: &Handler<'_>, value: Node<'_>) -> bool {
    let value = exception(value);
    let text = unit.slice(value);
    if handler.name.is_some_and(|caught| {
        text.strip_prefix(caught)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }) {
        return true;
    }
    match value.kind() {
        "identifier" => {
            names_a_value(text) && !is_made_here(unit, handler, text) && is_bound(unit, text)
        }
        // `(first + second).kind` is no name: nobody knows it.
        "attribute" => {
            names_a_value(last_part(text))
                && field(value, "object")
                    .is_some_and(|object| names::dotted(object, unit.source()).is_some())
        }
        // `error or fallback`: what was caught goes on.
        "binary_operator" | "boolean_operator" | "conditional_expression" => {
            carries(unit, handler, value)
        }
        "call" => {
            let function = raised_name(unit, value);
            matches!(
                last_part(function),
                "exception" | "with_traceback" | "exc_info"
            ) || retries(unit, handler, value)
        }
        "subscript" => true,
        _ => false,
    }
}

/// `raise self.retry(exc=error)` of Celery: the task's own way to hand the cause on.
fn retries(unit: &Unit<'_>, handler: &Handler<'_>, call: Node<'_>) -> bool {
    last_part(raised_name(unit, call)) == "retry"
        && keyword(call, "exc", unit.source())
            .is_some_and(|given| Some(unit.slice(given)) == handler.name)
}

/// Whether the file gives the name a value anywhere.
fn is_bound(unit: &Unit<'_>, name: &str) -> bool {
    origins::of_name(unit, name).is_some() || unit.names().is_imported(name)
}

/// A variable, not a class.
fn names_a_value(name: &str) -> bool {
    name.trim_start_matches('_').starts_with(char::is_lowercase)
}

/// Whether the handler itself makes the exception that the name holds, and leaves out the one
/// that it caught: `failure = Failure("no stock")`, then `raise failure`.
fn is_made_here(unit: &Unit<'_>, handler: &Handler<'_>, name: &str) -> bool {
    let bindings: Vec<_> = unit
        .bound(name)
        .iter()
        .filter(|one| holds(handler.clause, one.name))
        .collect();
    let [binding] = bindings.as_slice() else {
        return false;
    };
    let Some(value) = binding.value().map(bare) else {
        return false;
    };
    let made = value.kind() == "call"
        && field(value, "function").is_some_and(|function| {
            last_part(unit.slice(function)).starts_with(char::is_uppercase)
        });
    let linked = format!("{name}.__cause__");
    made && !carries(unit, handler, value) && !unit.slice(handler.clause).contains(&linked)
}

/// Whether the new exception takes the caught one along, in its message or as an argument.
fn carries(unit: &Unit<'_>, handler: &Handler<'_>, value: Node<'_>) -> bool {
    let mut found = false;
    walk(value, &mut |node| {
        if node.kind() == "identifier" {
            let name = unit.slice(node);
            found |= Some(name) == handler.name
                || matches!(name, "exc_info" | "format_exc" | "print_exc");
        }
        if found { Walk::Over } else { Walk::Into }
    });
    found
}

fn add_from(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let statement = context.node(finding)?;
    let value = statement.named_child(0)?;
    let handler = handler_around(unit, &attempts(unit), statement, value)?;
    let mut builder = Builder::new(unit.file);
    let caught = match handler.name {
        Some(name) => name.to_owned(),
        None => bind_caught(unit, handler.clause, &mut builder)?,
    };
    builder.insert(value.end_byte(), format!(" from {caught}"));
    let raised = raised_name(unit, value);
    Some(builder.finish(
        format!("Raise {raised} from {caught}, so that the log shows the cause"),
        Applicability::Safe,
    ))
}

/// Gives the caught exception a name that is free in the function: `except KeyError as error`.
fn bind_caught(unit: &Unit<'_>, handler: Node<'_>, builder: &mut Builder<'_>) -> Option<String> {
    let name = ["error", "caught", "cause"]
        .into_iter()
        .find(|name| !unit.slice(unit.node).contains(name))
        .unwrap_or("hotfix_cause");
    if let Some(kinds) = children(handler).find(|child| child.kind() != "block") {
        builder.insert(kinds.end_byte(), format!(" as {name}"));
    } else {
        let keyword = handler.child(0)?;
        builder.insert(keyword.end_byte(), format!(" Exception as {name}"));
    }
    Some(name.to_owned())
}
