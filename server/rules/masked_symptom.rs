//! `masked-symptom`: the hotfix puts a handler around what production runs, or a default where
//! production fails, and the cause stays.

use tree_sitter::Node;

use super::swallowed_exception::{self, Shows};
use super::{Confidence, Draft, Group, Meta, Pair, Reporter, Rule};
use crate::compare::normal::tokens;
use crate::syntax::Unit;
use crate::syntax::flow::handler_names;
use crate::syntax::nodes::{Walk, children, field, is_scope, positional, string_value, walk};

/// A handler or default hides the symptom and leaves the cause.
pub struct MaskedSymptom;

static META: Meta = Meta {
    name: "masked-symptom",
    group: Group::Errors,
    highest: Confidence::Likely,
    checklist: "Bug is reproduced and root cause identified",
    noqa: &[],
    docs: include_str!("docs/masked-symptom.md"),
    pattern: None,
};

impl Rule for MaskedSymptom {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn compare(&self, pair: &Pair<'_>, reporter: &mut Reporter) {
        let (Some(base), Some(head)) = (pair.base, pair.head) else {
            return;
        };
        if head.file.is_test || !head.is_function() {
            return;
        }
        // A handler or default in place of a check is another way to say the same.
        let checks = |unit: &Unit<'_>| unit.own(&["if_statement", "conditional_expression"]).len();
        let text = head.slice(head.node);
        let may_mask =
            text.contains("except") || text.contains(".get(") || text.contains("getattr(");
        if !may_mask || checks(head) < checks(base) {
            return;
        }
        if text.contains("except") {
            wrapped(base, head, reporter);
        }
        if text.contains(".get(") || text.contains("getattr(") {
            defaulted(base, head, reporter);
        }
    }
}

fn words<'a>(unit: &Unit<'a>, node: Node<'_>) -> Vec<&'a str> {
    tokens(unit.source(), node.byte_range())
}

/// A new `try` around statements that production runs without one.
fn wrapped(base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let old = base.own(&["try_statement"]);
    let now = head.own(&["try_statement"]);
    if now.len() <= old.len() {
        return;
    }
    let bodies: Vec<_> = old
        .iter()
        .filter_map(|one| field(*one, "body"))
        .map(|body| words(base, body))
        .collect();
    let whole = words(base, base.node);
    for statement in now {
        let Some(body) = field(statement, "body") else {
            continue;
        };
        let Some(clause) = children(statement).find(|part| hides(head, *part)) else {
            continue;
        };
        let all: Vec<_> = children(body).map(|one| words(head, one)).collect();
        let is_old = all.iter().all(|one| holds(&whole, one));
        // What disappears without a trace is said by `swallowed-exception`, with a fix.
        let clauses = children(statement).filter(|part| hides(head, *part));
        if clauses
            .into_iter()
            .any(|part| swallowed_exception::is_shown(head, part))
        {
            continue;
        }
        if !is_old
            || bodies
                .iter()
                .any(|old| all.iter().all(|one| holds(old, one)))
        {
            continue;
        }
        let kinds = handler_names(clause, head.source()).join(", ");
        let end = statement.start_byte() + "try".len();
        let (confidence, what) = match swallowed_exception::shows(head, clause) {
            Shows::Whole => (Confidence::Possible, "no longer reaches the caller"),
            Shows::Line => (Confidence::Likely, "no longer reaches the caller"),
            Shows::Nothing => (Confidence::Likely, "goes unseen"),
        };
        let draft = Draft::at(
            statement,
            confidence,
            format!(
                "{kinds} from code that production runs as it is now {what}: say in the record why it is raised"
            ),
        );
        reporter.report(Draft {
            span: statement.start_byte()..end,
            anchor: body.byte_range(),
            detail: "wrapped".to_owned(),
            ..draft
        });
    }
}

/// Whether `inner` stands in `outer` as one piece.
fn holds(outer: &[&str], inner: &[&str]) -> bool {
    !inner.is_empty() && outer.windows(inner.len()).any(|part| part == inner)
}

/// A handler after which nobody sees the exception: it neither raises nor hands it on.
fn hides(unit: &Unit<'_>, clause: Node<'_>) -> bool {
    if clause.kind() != "except_clause" {
        return false;
    }
    let Some(block) = children(clause).find(|child| child.kind() == "block") else {
        return false;
    };
    let cancelled = [
        "StopIteration",
        "StopAsyncIteration",
        "CancelledError",
        "ImportError",
        "KeyboardInterrupt",
    ];
    if handler_names(clause, unit.source())
        .iter()
        .any(|name| cancelled.contains(name))
    {
        return false;
    }
    let mut goes_on = false;
    walk(block, &mut |node| {
        let ends = node.kind() == "call"
            && field(node, "function").is_some_and(|function| {
                let name = unit.slice(function);
                let last = name.rsplit('.').next().unwrap_or(name);
                matches!(
                    last,
                    "exit" | "_exit" | "abort" | "set_exception" | "fail" | "retry"
                )
            });
        goes_on |= ends || node.kind() == "raise_statement";
        if goes_on || is_scope(node) {
            Walk::Over
        } else {
            Walk::Into
        }
    });
    !goes_on
}

/// `x["k"]` of production is `x.get("k", default)` now, and the value is returned.
fn defaulted(base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let loads: Vec<(&str, &str)> = base
        .own(&["subscript"])
        .into_iter()
        .filter_map(|one| {
            let key = string_value(field(one, "subscript")?, base.source())?;
            Some((base.slice(field(one, "value")?), key))
        })
        .collect();
    let attributes: Vec<(&str, &str)> = base
        .own(&["attribute"])
        .into_iter()
        .filter_map(|one| {
            let name = base.slice(field(one, "attribute")?);
            Some((base.slice(field(one, "object")?), name))
        })
        .collect();
    if loads.is_empty() && attributes.is_empty() {
        return;
    }
    let before = base.slice(base.node);
    let logs = |text: &str| text.matches("log").count() + text.matches("warn").count();
    if logs(before) < logs(head.slice(head.node)) {
        return;
    }
    let returned = head.own(&["return_statement"]);
    for call in head.own(&["call"]) {
        let item = get_with_default(head, call).filter(|one| loads.contains(one));
        let known = item
            .or_else(|| attribute_with_default(head, call).filter(|one| attributes.contains(one)));
        let Some((_, key)) = known else {
            continue;
        };
        if before.contains(head.slice(call)) {
            continue;
        }
        let inside = |node: &Node<'_>| {
            node.start_byte() <= call.start_byte() && call.end_byte() <= node.end_byte()
        };
        let name = head
            .own(&["assignment"])
            .into_iter()
            .find(|one| field(*one, "right").is_some_and(|right| inside(&right)))
            .and_then(|one| field(one, "left"))
            .filter(|left| left.kind() == "identifier")
            .map(|left| head.slice(left));
        let flows = returned
            .iter()
            .any(|one| inside(one) || name.is_some_and(|name| words(head, *one).contains(&name)));
        if flows {
            reporter.report(Draft {
                detail: "defaulted".to_owned(),
                ..Draft::at(
                    call,
                    Confidence::Likely,
                    format!("The caller gets a default and cannot tell that '{key}' was missing: say in the record why it is"),
                )
            });
        }
    }
}

/// The object and name of `getattr(object, "name", default)` with a default other than None.
fn attribute_with_default<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<(&'a str, &'a str)> {
    let arguments = positional(call);
    let [object, name, default] = arguments.as_slice() else {
        return None;
    };
    let asks = unit.slice(field(call, "function")?) == "getattr" && default.kind() != "none";
    asks.then_some((unit.slice(*object), string_value(*name, unit.source())?))
}

/// The object and key of `object.get("key", default)` with a default other than None.
fn get_with_default<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<(&'a str, &'a str)> {
    let function = field(call, "function").filter(|one| one.kind() == "attribute")?;
    let is_get = unit.slice(field(function, "attribute")?) == "get";
    let arguments = positional(call);
    let [key, default] = arguments.as_slice() else {
        return None;
    };
    (is_get && default.kind() != "none").then_some((
        unit.slice(field(function, "object")?),
        string_value(*key, unit.source())?,
    ))
}
