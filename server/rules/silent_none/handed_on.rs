//! Values that may be None and that a function hands on as the value it promises.

use tree_sitter::Node;

use super::super::knowledge::keys::{Keys, module_value};
use super::super::none_access::source::may_be_none;
use super::super::{Confidence, Draft, Finding, FixContext};
use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field, statement_of};

/// A `return` of a value that may be None.
pub(super) struct HandedOn<'a> {
    statement: Node<'a>,
    /// What is returned.
    value: Node<'a>,
    /// Why it may be None; nothing where only the callee's name tells that it asks somebody.
    why: Option<String>,
    confidence: Confidence,
}

/// All of them in a function that promises a value.
pub(super) fn found<'a>(unit: &Unit<'a>) -> Vec<HandedOn<'a>> {
    let keys = Keys::new(unit);
    let mut found = Vec::new();
    for statement in unit.own(&["return_statement"]) {
        let Some(value) = children(statement).next().map(bare) else {
            continue;
        };
        let Some(given) = given(unit, &keys, statement, value) else {
            continue;
        };
        if let Some(why) = may_be_none(unit, &keys, given).filter(|why| !why.placeholder) {
            found.push(HandedOn {
                statement,
                value,
                why: Some(why.reason),
                confidence: why.confidence.min(Confidence::Likely),
            });
        } else if value.kind() == "identifier" && asks_somebody(unit, given) {
            found.push(HandedOn {
                statement,
                value,
                why: None,
                confidence: Confidence::Possible,
            });
        }
    }
    found
}

/// What the returned expression holds: itself, or the value of a name that nothing looks at
/// between its binding and the `return`.
fn given<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    statement: Node<'a>,
    value: Node<'a>,
) -> Option<Node<'a>> {
    if value.kind() != "identifier" {
        return matches!(value.kind(), "call" | "await").then_some(value);
    }
    let name = unit.slice(value);
    let given = bare(keys.last_value(name, value.start_byte())?);
    let beside = statement_of(given).parent() == statement.parent();
    let unseen = unit
        .source()
        .text()
        .get(given.end_byte()..statement.start_byte())
        .is_some_and(|between| !between.contains(name));
    (beside && unseen && matches!(given.kind(), "call" | "await")).then_some(given)
}

/// `api_call(…)`, `fetch_user(…)`: a function of another module whose name says that it asks
/// somebody, who may have no answer.
fn asks_somebody(unit: &Unit<'_>, value: Node<'_>) -> bool {
    let call = if value.kind() == "await" {
        value.named_child(0).map(bare)
    } else {
        Some(value)
    };
    let Some(function) = call
        .and_then(|call| field(call, "function"))
        .filter(|function| function.kind() == "identifier")
    else {
        return false;
    };
    let name = unit.slice(function);
    let known = unit.file.outline.find(name).is_some()
        || module_value(unit, name).is_some()
        || !unit.bindings(name).is_empty();
    !known
        && name.split('_').any(|word| {
            matches!(
                word,
                "api" | "fetch" | "request" | "query" | "lookup" | "call"
            )
        })
}

/// What to say of it.
pub(super) fn draft(unit: &Unit<'_>, one: &HandedOn<'_>, promised: &str) -> Draft {
    let name = super::own_name(unit);
    let value = unit.slice(one.value).lines().next().unwrap_or_default();
    let message = match &one.why {
        Some(why) => format!("{name} promises {promised}, but {value} may be None: {why}"),
        None => format!(
            "{name} promises {promised} and hands {value} on unseen: if there is no answer, the caller fails later"
        ),
    };
    Draft::at(one.statement, one.confidence, message)
}

/// Raises before the value is handed on.
pub(super) fn fix(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let one = found(unit)
        .into_iter()
        .find(|one| one.statement.byte_range() == finding.span)?;
    let value = unit.slice(one.value);
    let name = super::own_name(unit);
    if one.value.kind() != "identifier" {
        return None;
    }
    let mut builder = Builder::new(unit.file);
    let why = format!("{name} must not answer None");
    builder.lines_before(
        one.statement,
        &[
            hotfix_comment(context.version, &why),
            format!("if {value} is None:"),
            format!("\traise ValueError(\"{name}: there is no {value}\")"),
        ],
    )?;
    let title = format!("Raise ValueError when {value} is None");
    Some(builder.finish(title, Applicability::NeedsReview))
}
