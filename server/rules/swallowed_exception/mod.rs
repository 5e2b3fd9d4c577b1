//! `swallowed-exception`: a handler makes a failure invisible.
//!
//! `handler` reads what a handler catches, `seen` what it does, `intent` whether that is a choice,
//! `fix` makes it tell.

mod dropped;
mod fix;
mod handler;
mod intent;
mod seen;

use std::ops::Range;

use tree_sitter::Node;

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Pair, Reporter, Rule};
use crate::compare::normal::text;
use crate::fixes::Fix;
use crate::syntax::flow::with_items;
use crate::syntax::nodes::{children, field, keyword, own, positional};
use crate::syntax::{Pattern, Unit};
use handler::{Breadth, Handler};
use seen::Vague;

/// A handler makes a failure invisible.
pub struct SwallowedException;

static PATTERN: Pattern = Pattern::new(
    "swallowed-exception.scm",
    include_str!("../../../queries/swallowed-exception.scm"),
);

static META: Meta = Meta {
    name: "swallowed-exception",
    group: Group::Errors,
    highest: Confidence::Certain,
    checklist: "Error handling improved",
    noqa: &[
        "E722", "BLE001", "S110", "S112", "SIM105", "W0702", "W0718", "B110", "B112",
    ],
    docs: include_str!("../docs/swallowed-exception.md"),
    pattern: Some(&PATTERN),
};

impl Rule for SwallowedException {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test {
            return;
        }
        let text = unit.slice(unit.node);
        if text.contains("suppress(") {
            suppressed(unit, reporter);
        }
        dropped::left_by_finally(unit, reporter);
        dropped::gathered(unit, reporter);
        if !text.contains("except") {
            return;
        }
        for one in PATTERN.matches(unit.node, unit.source()) {
            if let Some(clause) = one.get("handler")
                && let Some(draft) = judge(unit, clause)
            {
                reporter.report(draft);
            }
        }
    }

    fn compare(&self, pair: &Pair<'_>, reporter: &mut Reporter) {
        let (Some(base), Some(head)) = (pair.base, pair.head) else {
            return;
        };
        if head.file.is_test {
            return;
        }
        for statement in head.own(&["try_statement"]) {
            if let Some(draft) = widened(base, head, statement) {
                reporter.report(draft);
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fixes(context, finding)
    }
}

/// The bytes of `except … as …`, without the colon.
fn header(unit: &Unit<'_>, clause: Node<'_>) -> Range<usize> {
    let block = children(clause).find(|child| child.kind() == "block");
    let end = block.map_or(clause.end_byte(), |block| block.start_byte());
    let whole = &unit.source().text()[clause.start_byte()..end];
    let colon = whole.rfind(':').unwrap_or(whole.len());
    let names = children(clause).find(|child| child.kind() != "block");
    let named = names.map_or(clause.start_byte() + colon, |names| names.end_byte());
    clause.start_byte()..named
}

fn draft(unit: &Unit<'_>, clause: Node<'_>, confidence: Confidence, message: String) -> Draft {
    let span = header(unit, clause);
    Draft {
        span: span.clone(),
        anchor: span,
        ..Draft::at(clause, confidence, message)
    }
}

/// Whether this rule shows the handler already: one finding says enough.
pub(super) fn is_shown(unit: &Unit<'_>, clause: Node<'_>) -> bool {
    judge(unit, clause).is_some_and(|draft| Confidence::Possible < draft.confidence)
}

/// What somebody sees of the failure that a handler catches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// The traceback, or the exception on the standard error.
    Whole,
    /// A line.
    Line,
    /// Nothing.
    Nothing,
}

/// What a handler shows of what it catches.
pub(super) fn shows(unit: &Unit<'_>, clause: Node<'_>) -> Shows {
    let Some(block) = children(clause).find(|child| child.kind() == "block") else {
        return Shows::Nothing;
    };
    let calls = own(block, &["call"]);
    let is_whole = |call: &Node<'_>| {
        let name = field(*call, "function").map_or("", |one| unit.slice(one));
        seen::log_level(unit, *call) == Some(seen::Level::Whole)
            || name.contains("print_exc")
            || name.contains("capture_exception")
            || name == "print"
                && keyword(*call, "file", unit.source())
                    .is_some_and(|file| unit.slice(file).ends_with("stderr"))
    };
    if calls.iter().any(is_whole) {
        return Shows::Whole;
    }
    let told = seen::Seen::read(unit, clause, block);
    if told.tells || told.vague().is_some() || told.hands_on {
        Shows::Line
    } else {
        Shows::Nothing
    }
}

fn judge(unit: &Unit<'_>, clause: Node<'_>) -> Option<Draft> {
    let handler = Handler::read(unit, clause)?;
    if handler.raises || handler.exits {
        return None;
    }
    if handler.is_empty && dropped::goes_on_when_cancelled(unit, clause, &handler.names) {
        let message = "Whoever cancels this task waits for ever: the loop goes on; raise it again or leave the loop";
        return Some(draft(unit, clause, Confidence::Certain, message.to_owned()));
    }
    let what = handler.names.join(", ");
    let (confidence, message) = match handler.breadth {
        Breadth::Everything if handler.is_cleanup => return None,
        Breadth::Everything => {
            let how = if handler.is_bare {
                "`except:`"
            } else {
                "`except BaseException`"
            };
            // Where somebody hears of it, only the signals to stop are lost; whoever names
            // `BaseException` or hands the failure on means those as well.
            let means_it = handler.tells && (!handler.is_bare || handler.hands_on);
            let is_choice = means_it
                || handler.explains
                || handler.is_known
                || handler.is_meant
                || (handler.is_question && handler.is_probe);
            (
                if is_choice {
                    Confidence::Possible
                } else if handler.tells || handler.is_probe {
                    Confidence::Likely
                } else {
                    Confidence::Certain
                },
                format!(
                    "{how} also swallows KeyboardInterrupt and SystemExit: catch Exception or raise again"
                ),
            )
        }
        Breadth::Broad if handler.is_cleanup || handler.guards_import => return None,
        Breadth::Broad if handler.tells => vaguely(&handler)?,
        Breadth::Broad if handler.is_empty && !handler.explains => (
            if handler.is_known || handler.is_meant {
                Confidence::Possible
            } else if handler.is_probe {
                Confidence::Likely
            } else {
                Confidence::Certain
            },
            "Every failure here disappears without a trace: log it or raise it again".to_owned(),
        ),
        Breadth::Broad => (
            if handler.explains
                || handler.is_known
                || handler.acts
                || handler.is_question
                || handler.is_meant
            {
                Confidence::Possible
            } else {
                Confidence::Likely
            },
            "This handler hides what went wrong: log the exception or raise it again".to_owned(),
        ),
        Breadth::Narrow if !handler.is_empty || handler.tells || handler.explains => return None,
        Breadth::Narrow if handler.is_cleanup => return None,
        Breadth::Narrow if handler.is_expected && !handler.is_lost => return None,
        // An answer that is asked for may be "no"; work that is not done should be known.
        Breadth::Narrow => (
            if handler.is_action
                && !handler.is_expected
                && handler.is_failure
                && !handler.is_meant
                && !handler.tells_apart
                && !handler.goes_on
                && !handler.guards_import
            {
                Confidence::Likely
            } else {
                Confidence::Possible
            },
            format!(
                "{what} disappears here without a trace: log it, or say why it does not matter"
            ),
        ),
    };
    Some(draft(unit, clause, confidence, message))
}

/// A handler for everything that speaks, but not of what went wrong.
fn vaguely(handler: &Handler<'_>) -> Option<(Confidence, String)> {
    if handler.explains {
        return None;
    }
    Some(match handler.vague? {
        Vague::Error => (
            Confidence::Likely,
            "The log line does not say what went wrong: log the exception with it".to_owned(),
        ),
        Vague::Note => (
            Confidence::Possible,
            "The log line does not say what went wrong: log the exception with it".to_owned(),
        ),
        Vague::Print => (
            Confidence::Possible,
            "print leaves nothing in the log: log the exception or raise it again".to_owned(),
        ),
    })
}

/// `with suppress(Exception):` is an empty handler in one line.
fn suppressed(unit: &Unit<'_>, reporter: &mut Reporter) {
    for statement in unit.own(&["with_statement"]) {
        for call in with_items(statement) {
            let broad = positional(call)
                .iter()
                .any(|one| matches!(unit.slice(*one), "Exception" | "BaseException"));
            let Some(body) = field(statement, "body").filter(|_| broad) else {
                continue;
            };
            let is_suppress = unit
                .callee(call)
                .is_some_and(|name| name == "contextlib.suppress" || name == "suppress");
            if is_suppress
                && !handler::is_cleanup(unit, body)
                && !handler::explains(unit, statement)
                && !intent::is_announced(unit, statement)
            {
                reporter.report(Draft::at(
                    call,
                    if intent::is_promised(unit) || intent::asks_itself(unit, body) {
                        Confidence::Possible
                    } else if intent::is_probe(body) {
                        Confidence::Likely
                    } else {
                        Confidence::Certain
                    },
                    "Every failure below disappears without a trace: name the exceptions that may happen",
                ));
            }
        }
    }
}

/// The handlers of a `try`.
fn clauses(statement: Node<'_>) -> Vec<Node<'_>> {
    children(statement)
        .filter(|part| part.kind() == "except_clause")
        .collect()
}

/// A handler that caught certain exceptions in production and catches every one now.
fn widened(base: &Unit<'_>, head: &Unit<'_>, statement: Node<'_>) -> Option<Draft> {
    let is_broad = |unit: &Unit<'_>, clause: &Node<'_>| {
        Handler::read(unit, *clause).is_some_and(|handler| handler.breadth != Breadth::Narrow)
    };
    let broad = clauses(statement)
        .into_iter()
        .find(|clause| is_broad(head, clause))?;
    if Handler::read(head, broad)?.raises {
        return None;
    }
    let old = same_try(base, head, statement)?;
    let before = clauses(old);
    if before.is_empty() || before.iter().any(|clause| is_broad(base, clause)) {
        return None;
    }
    // A new handler beside the old ones is a decision of its own; a widened one replaces them.
    if before.len() < clauses(statement).len() {
        return None;
    }
    let was = before.first()?;
    let names = base.slice(children(*was).find(|child| child.kind() != "block")?);
    let mut found = draft(
        head,
        broad,
        Confidence::Certain,
        format!("Production catches only {names} here; the hotfix catches every exception"),
    );
    found.covers = &["swallowed-exception"];
    found.detail = "widened".to_owned();
    Some(found.production(header(base, *was), "production catches this"))
}

/// Production's `try` around the same code: equal bodies, else bodies that make the same calls.
fn same_try<'b>(base: &Unit<'b>, head: &Unit<'_>, statement: Node<'_>) -> Option<Node<'b>> {
    let body = field(statement, "body")?;
    let now = text(head.source(), body.byte_range());
    let all = base.own(&["try_statement"]);
    let equal = all.iter().find(|other| {
        field(**other, "body").is_some_and(|body| text(base.source(), body.byte_range()) == now)
    });
    let shares_call = |other: &&Node<'b>| {
        field(**other, "body").is_some_and(|old| {
            let inside = base.slice(old);
            crate::syntax::nodes::own(body, &["call"])
                .into_iter()
                .any(|call| {
                    field(call, "function").is_some_and(|function| {
                        inside.contains(&format!("{}(", head.slice(function)))
                    })
                })
        })
    };
    equal.or_else(|| all.iter().find(shares_call)).copied()
}
