//! The fixes of `none-access`: leave early with a log line, or raise with a clear message.

use tree_sitter::Node;

use super::in_loop;
use super::source::annotated_none;
use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::rules::FixContext;
use crate::rules::knowledge::keys::path;
use crate::syntax::Unit;
use crate::syntax::nodes::{ancestors, bare, children, field, statement_of};

pub(super) fn fixes(context: &FixContext<'_>, object: Node<'_>) -> Vec<Fix> {
    let unit = context.unit;
    let object = bare(object);
    let statement = statement_of(object);
    if !is_evaluated_first(object, statement) {
        return Vec::new();
    }
    let Some(subject) = subject(unit, object, statement) else {
        return Vec::new();
    };
    [
        leave(context, statement, &subject),
        raise(context, statement, &subject),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is tested: a name that is there, or a new name for a call.
struct Subject<'a> {
    name: String,
    /// The call that gets the name.
    call: Option<Node<'a>>,
    /// What stands there now, for messages.
    shown: String,
}

fn subject<'a>(unit: &Unit<'a>, object: Node<'a>, statement: Node<'a>) -> Option<Subject<'a>> {
    let shown = unit.slice(object).to_owned();
    if shown.contains('\n') {
        return None;
    }
    if matches!(object.kind(), "call" | "await") {
        // Parts of a loop's or branch's head would be evaluated at another time.
        let simple = matches!(
            statement.kind(),
            "expression_statement" | "return_statement" | "raise_statement" | "if_statement"
        );
        let taken = unit.slice(unit.node);
        let name = ["found", "value", "looked_up"]
            .into_iter()
            .find(|name| !taken.contains(name))?;
        return simple.then(|| Subject {
            name: name.to_owned(),
            call: Some(object),
            shown,
        });
    }
    (path(unit, object)? == shown && !shown.contains('(')).then(|| Subject {
        name: shown.clone(),
        call: None,
        shown,
    })
}

/// Whether the object is evaluated each time when the statement begins, with the names that it
/// has before it.
fn is_evaluated_first(object: Node<'_>, statement: Node<'_>) -> bool {
    let mut at = object;
    for parent in ancestors(object) {
        if at == statement {
            break;
        }
        let skipped = match parent.kind() {
            "boolean_operator" => field(parent, "right") == Some(at),
            "conditional_expression" => children(parent).nth(1) != Some(at),
            "lambda" | "elif_clause" | "while_statement" | "case_clause" | "except_clause" => true,
            kind => kind.ends_with("comprehension") || kind == "generator_expression",
        };
        if skipped {
            return false;
        }
        at = parent;
    }
    let mut walrus = false;
    crate::syntax::nodes::walk(statement, &mut |node| {
        walrus |= node.kind() == "named_expression" && node.start_byte() < object.start_byte();
        if node.kind() == "block" {
            crate::syntax::nodes::Walk::Over
        } else {
            crate::syntax::nodes::Walk::Into
        }
    });
    !walrus
}

fn guard(
    context: &FixContext<'_>,
    builder: &mut Builder<'_>,
    statement: Node<'_>,
    subject: &Subject<'_>,
    body: &[String],
) -> Option<()> {
    let shown = subject
        .shown
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let mut lines = vec![hotfix_comment(
        context.version,
        &format!("{shown} may be None"),
    )];
    if let Some(call) = subject.call {
        lines.push(format!("{} = {}", subject.name, context.unit.slice(call)));
    }
    lines.push(format!("if {} is None:", subject.name));
    lines.extend(body.iter().map(|line| format!("\t{line}")));
    builder.lines_before(statement, &lines)?;
    if let Some(call) = subject.call {
        builder.replace(call, subject.name.clone());
    }
    Some(())
}

fn text(content: &str) -> Option<String> {
    let content = content.replace('"', "'");
    (!content.contains(['\\', '\n'])).then(|| format!("\"{content}\""))
}

fn raised(subject: &Subject<'_>) -> Option<String> {
    let message = if subject.call.is_some() {
        format!("{} gave no result", subject.shown)
    } else {
        format!("{} must not be None", subject.shown)
    };
    Some(format!("raise ValueError({})", text(&message)?))
}

fn raise(context: &FixContext<'_>, statement: Node<'_>, subject: &Subject<'_>) -> Option<Fix> {
    let mut builder = Builder::new(context.unit.file);
    guard(
        context,
        &mut builder,
        statement,
        subject,
        &[raised(subject)?],
    )?;
    Some(builder.finish(
        format!(
            "Raise a ValueError that says so when {} is None",
            subject.shown
        ),
        Applicability::NeedsReview,
    ))
}

/// Logs and leaves: with the empty value of the declared type, with nothing where the function
/// gives nothing, else with an error.
fn leave(context: &FixContext<'_>, statement: Node<'_>, subject: &Subject<'_>) -> Option<Fix> {
    let unit = context.unit;
    let mut builder = Builder::new(unit.file);
    let logger = builder.logger()?;
    let (way, effect) = way_out(unit, statement);
    let (last, level) = match &way {
        Some(way) => (way.clone(), "warning"),
        None => (raised(subject)?, "error"),
    };
    let function = unit
        .qualname
        .rsplit('.')
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or("module");
    let message = text(&format!(
        "{function}: {} is None",
        subject.shown.replace('%', "%%")
    ))?;
    guard(
        context,
        &mut builder,
        statement,
        subject,
        &[format!("{logger}.{level}({message})"), last],
    )?;
    Some(builder.finish(
        format!("Log and {effect} when {} is None", subject.shown),
        Applicability::NeedsReview,
    ))
}

/// The statement that leaves without harm, if there is one, and its effect in words.
fn way_out(unit: &Unit<'_>, statement: Node<'_>) -> (Option<String>, String) {
    let gives = unit
        .own(&["return_statement"])
        .into_iter()
        .any(|one| one.named_child(0).is_some());
    let yields = !unit.own(&["yield"]).is_empty();
    if in_loop(statement) {
        return (
            Some("continue".to_owned()),
            "go on with the next one".to_owned(),
        );
    }
    let annotation = field(unit.node, "return_type").map(|node| unit.slice(node));
    let default = annotation.and_then(|text| {
        Some(match text.split('[').next().unwrap_or(text) {
            _ if annotated_none(text) => "None",
            "str" => "\"\"",
            "list" | "List" => "[]",
            "dict" | "Dict" => "{}",
            "bool" => "False",
            _ => return None,
        })
    });
    match default {
        Some(value) => (Some(format!("return {value}")), format!("return {value}")),
        // A module cannot return.
        None if unit.is_function()
            && !gives
            && !yields
            && annotation.is_none_or(|text| text == "None") =>
        {
            (Some("return".to_owned()), "return".to_owned())
        }
        None => (None, "raise ValueError".to_owned()),
    }
}
