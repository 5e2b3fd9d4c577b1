//! `raise-without-from`: a handler raises another exception and hides the first one's traceback.

use tree_sitter::Node;

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::nodes::{ancestors, children, field, is_scope};
use crate::syntax::{Pattern, Unit};

/// A handler raises another exception without `from`.
pub struct RaiseWithoutFrom;

static PATTERN: Pattern = Pattern::new(
    "raise-without-from.scm",
    include_str!("../../queries/raise-without-from.scm"),
);

static META: Meta = Meta {
    name: "raise-without-from",
    group: Group::Errors,
    highest: Confidence::Certain,
    checklist: "Error handling improved",
    noqa: &["B904", "W0707", "raise-missing-from"],
    docs: include_str!("docs/raise-without-from.md"),
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
        for one in PATTERN.matches(unit.node, unit.source()) {
            let (Some(statement), Some(value)) = (one.get("anchor"), one.get("value")) else {
                continue;
            };
            let Some(handler) = handler_around(statement) else {
                continue;
            };
            if raises_the_caught_one(unit, handler, value) || sets_cause(unit, handler, value) {
                continue;
            }
            let raised = unit.slice(field(value, "function").unwrap_or(value));
            reporter.report(Draft::at(
                statement,
                Confidence::Certain,
                format!("{raised} hides the exception that caused it: add `from`"),
            ));
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        add_from(context, finding).into_iter().collect()
    }
}

/// The `except` clause whose handler the statement belongs to, in the same function.
fn handler_around(statement: Node<'_>) -> Option<Node<'_>> {
    ancestors(statement)
        .take_while(|node| !is_scope(*node))
        .find(|node| node.kind() == "except_clause")
}

/// The name in `except … as name`.
fn caught_name<'a>(unit: &Unit<'a>, handler: Node<'_>) -> Option<&'a str> {
    let pattern = children(handler).find(|child| child.kind() == "as_pattern")?;
    let target = field(pattern, "alias")?;
    Some(unit.slice(target))
}

/// `raise e`, or `raise e.with_traceback(…)`: the same exception goes on.
fn raises_the_caught_one(unit: &Unit<'_>, handler: Node<'_>, value: Node<'_>) -> bool {
    let Some(caught) = caught_name(unit, handler) else {
        return false;
    };
    let text = unit.slice(value);
    text == caught || text.strip_prefix(caught).is_some_and(|rest| rest.starts_with('.'))
}

/// The raised name was given its cause by hand: `error.__cause__ = e`.
fn sets_cause(unit: &Unit<'_>, handler: Node<'_>, value: Node<'_>) -> bool {
    value.kind() == "identifier" && unit.slice(handler).contains("__cause__")
}

fn add_from(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let statement = context.node(finding)?;
    let value = statement.named_child(0)?;
    let handler = handler_around(statement)?;
    let mut builder = Builder::new(unit.file);
    let caught = match caught_name(unit, handler) {
        Some(name) => name.to_owned(),
        None => bind_caught(unit, handler, &mut builder)?,
    };
    builder.insert(value.end_byte(), format!(" from {caught}"));
    let raised = unit.slice(field(value, "function").unwrap_or(value));
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
    if let Some(kinds) = children(handler).find(|child| child.kind() != "block") { builder.insert(kinds.end_byte(), format!(" as {name}")) } else {
        let keyword = handler.child(0)?;
        builder.insert(keyword.end_byte(), format!(" Exception as {name}"));
    }
    Some(name.to_owned())
}
