//! `injection`: data becomes part of a command, of a query or of code.
//!
//! `pieces` takes a text apart that is put together, `reach` says where its parts come from,
//! `callers` what a helper is given,
//! `sql`, `shell` and `code` judge the calls, `fix` hands the data over as data.

mod callers;
mod code;
mod fix;
mod pieces;
mod reach;
mod shell;
mod sql;

use tree_sitter::Node;

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::nodes::field;
use crate::syntax::{Pattern, Unit};
use reach::Reach;

/// Data becomes part of a command, of a query or of code.
pub struct Injection;

static PATTERN: Pattern = Pattern::new(
    "injection.scm",
    include_str!("../../../queries/injection.scm"),
);

static META: Meta = Meta {
    name: "injection",
    group: Group::Errors,
    highest: Confidence::Certain,
    checklist: "Edge cases considered",
    noqa: &[
        "S608",
        "S602",
        "S604",
        "S605",
        "S307",
        "S102",
        "S506",
        "S301",
        "S302",
        "B608",
        "B602",
        "B604",
        "B605",
        "B307",
        "B102",
        "B506",
        "B301",
        "B302",
        "W0122",
        "W0123",
        "eval-used",
        "exec-used",
    ],
    docs: include_str!("../docs/injection.md"),
    pattern: Some(&PATTERN),
};

impl Rule for Injection {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test || !worth_looking(unit) {
            return;
        }
        for one in PATTERN.matches(unit.node, unit.source()) {
            let (Some(call), Some(name)) = (one.get("call"), one.get("name")) else {
                continue;
            };
            if let Some(found) = judge(unit, call, unit.slice(name)) {
                let function = field(call, "function").map_or("", |function| unit.slice(function));
                reporter.report(Draft {
                    detail: function.to_owned(),
                    ..Draft::at(found.place, found.confidence, found.message)
                });
            }
        }
    }

    fn why(&self, finding: &Finding) -> Option<&'static str> {
        let says = |word: &str| finding.message.contains(word);
        if says("query") || says("SQL") {
            None
        } else if says("shell") || says("command") {
            Some("One semicolon in a file name runs another command")
        } else if says("pickle") || says("yaml") || says("load") {
            Some("Who writes the data chooses the code that runs while it is read")
        } else {
            Some("Who writes the text chooses what this process does")
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fixes(context, finding).into_iter().collect()
    }
}

/// What one call does wrong.
struct Found<'a> {
    place: Node<'a>,
    confidence: Confidence,
    message: String,
}

fn judge<'a>(unit: &Unit<'a>, call: Node<'a>, name: &str) -> Option<Found<'a>> {
    sql::judge(unit, call, name)
        .or_else(|| shell::judge(unit, call))
        .or_else(|| code::judge(unit, call))
}

/// Words without which nothing here can fire: asked before the pattern runs. A module or class is
/// asked statement by statement anyway.
fn worth_looking(unit: &Unit<'_>) -> bool {
    let text = unit.slice(unit.node);
    let words = [
        "execute",
        "raw",
        "Raw",
        "text(",
        "sql",
        "fetch",
        "query",
        "shell",
        "system",
        "popen",
        "getoutput",
        "getstatusoutput",
        "eval",
        "exec",
        "load",
        "pickle",
        "shelve",
        "render_template_string",
        "mogrify",
    ];
    words.iter().any(|word| text.contains(word))
}

/// How sure it is that somebody else decides what is run.
fn confidence(unit: &Unit<'_>, reach: &Reach<'_>) -> Option<Confidence> {
    match reach {
        Reach::Constant | Reach::Safe => None,
        // Read in well-kept code, nearly all of these hold what the program itself wrote.
        Reach::Unknown | Reach::Attribute(_) | Reach::Number(_) => Some(Confidence::Possible),
        // A helper's own callers stand in this file and may hand over what they wrote themselves.
        Reach::Parameter(_) if unit.is_public() => Some(Confidence::Certain),
        Reach::Parameter(name) => callers::confidence(unit, name),
        Reach::Outside(_) => Some(Confidence::Certain),
    }
}

/// What messages call a value: its origin, else its own text if that is short.
fn named<'a>(unit: &Unit<'a>, reach: &Reach<'a>, node: Node<'a>) -> &'a str {
    let text = unit.slice(node);
    match reach {
        Reach::Attribute(name)
        | Reach::Number(name)
        | Reach::Parameter(name)
        | Reach::Outside(name) => name,
        _ if text.len() < 40 && !text.contains(['\n', '\'', '"']) => text,
        _ => "a value",
    }
}
