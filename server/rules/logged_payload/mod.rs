//! `logged-payload`: a log line prints a whole event, payload or user, or a secret.

mod fix;
mod holds;
mod printed;

use tree_sitter::Node;

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::{Pattern, Unit};
use holds::Holds;

/// A log line prints a whole event, payload or user, or a secret.
pub struct LoggedPayload;

static PATTERN: Pattern = Pattern::new(
    "logged-payload.scm",
    include_str!("../../../queries/logged-payload.scm"),
);

static META: Meta = Meta {
    name: "logged-payload",
    group: Group::Errors,
    highest: Confidence::Likely,
    checklist: "Logging added for observability",
    noqa: &[],
    docs: include_str!("../docs/logged-payload.md"),
    pattern: Some(&PATTERN),
};

impl Rule for LoggedPayload {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test || !unit.slice(unit.node).to_ascii_lowercase().contains("log") {
            return;
        }
        for one in PATTERN.matches(unit.node, unit.source()) {
            let (Some(call), Some(object), Some(name)) =
                (one.get("call"), one.get("object"), one.get("name"))
            else {
                continue;
            };
            if !printed::is_logger(unit, object) {
                continue;
            }
            let debug = matches!(unit.slice(name), "debug" | "trace");
            for value in printed::values(call) {
                if let Some((node, holds)) = holds::judged(unit, value) {
                    report(unit, node, holds, debug, reporter);
                }
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::less(context, finding).into_iter().collect()
    }
}

/// Production does not keep debug lines, but an incident is when somebody switches them on: a
/// payload there is a hint, a secret is not.
fn report(unit: &Unit<'_>, node: Node<'_>, holds: Holds, debug: bool, reporter: &mut Reporter) {
    let written = unit.slice(node);
    let confidence = if debug && holds != Holds::Secret {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    let message = match holds {
        Holds::Whole => format!("This log line prints all of {written}: log its id"),
        Holds::Values => {
            format!("This log line prints all of {written}, secrets too: log the names only")
        }
        Holds::Secret => {
            format!("This log line prints {written}: whoever reads the log can use it")
        }
    };
    reporter.report(Draft::at(node, confidence, message));
}
