//! `unlogged-fallback`: a new guard or handler of the fix goes another way and nobody hears of it.

mod shown;
mod usual;

use tree_sitter::Node;

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Pair, Reporter, Rule};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::Unit;
use crate::syntax::flow::handler_names;
use crate::syntax::nodes::{Walk, children, field, fields, is_scope, walk};

/// A new guard or handler leaves no log line.
pub struct UnloggedFallback;

static META: Meta = Meta {
    name: "unlogged-fallback",
    group: Group::Errors,
    highest: Confidence::Likely,
    checklist: "Logging added for observability",
    noqa: &[],
    docs: include_str!("../docs/unlogged-fallback.md"),
    pattern: None,
};

impl Rule for UnloggedFallback {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn compare(&self, pair: &Pair<'_>, reporter: &mut Reporter) {
        let (Some(base), Some(head)) = (pair.base, pair.head) else {
            return;
        };
        if head.file.is_test || !head.is_function() || answers_quietly(head) {
            return;
        }
        let before = ways(base);
        let mut known: Vec<Vec<&str>> = before.iter().map(|way| question(base, way)).collect();
        // A fix adds few branches. Where as many are gone as came, they were rewritten.
        let now = ways(head);
        if now.len() <= before.len() {
            return;
        }
        let production = shown::Asked::of(base);
        for way in &now {
            let asked = question(head, way);
            if let Some(at) = known.iter().position(|one| *one == asked) {
                known.swap_remove(at);
            } else if way.falls_back(head)
                && !is_moved(pair, head, way)
                && !usual::is_first_time(head, way)
                && !usual::is_by_nature(head, way)
                && !is_seen(&production, head, way)
            {
                let confidence = if usual::is_about_nothing(head, way) || shown::is_usual(head, way)
                {
                    Confidence::Possible
                } else {
                    Confidence::Likely
                };
                reporter.report(way.draft(head, confidence));
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        log(context, finding).into_iter().collect()
    }
}

/// Whether production goes this way as well, or somebody sees without a log line that it is taken.
fn is_seen(production: &shown::Asked, head: &Unit<'_>, way: &Way<'_>) -> bool {
    production.knows(head, way)
        || production.gives(head, way)
        || shown::is_answer(head, way)
        || shown::is_next_round(head, way)
        || shown::is_second_time(head, way)
}

/// A branch that is taken when something is missing or fails.
struct Way<'a> {
    /// `except …` as a node, or the condition of an `if`.
    asked: Node<'a>,
    block: Node<'a>,
    is_handler: bool,
}

/// All guards and handlers of the scope, in source order.
fn ways<'a>(unit: &Unit<'a>) -> Vec<Way<'a>> {
    let mut found = Vec::new();
    for node in unit.own(&["if_statement", "elif_clause", "except_clause"]) {
        if node.kind() == "except_clause" {
            if let Some(block) = children(node).find(|child| child.kind() == "block") {
                found.push(Way {
                    asked: node,
                    block,
                    is_handler: true,
                });
            }
        } else if let (Some(asked), Some(block)) =
            (field(node, "condition"), field(node, "consequence"))
        {
            let has_else = fields(node, "alternative").next().is_some();
            if is_guard(unit, asked) && !has_else {
                found.push(Way {
                    asked,
                    block,
                    is_handler: false,
                });
            }
        }
    }
    found
}

/// Whether production asks as often for what is missing, elsewhere in the file and perhaps by
/// another name: the guard was moved.
fn is_moved(pair: &Pair<'_>, head: &Unit<'_>, way: &Way<'_>) -> bool {
    let asked = head.slice(way.asked);
    let form = [" is None", " not in ", "not "]
        .into_iter()
        .find(|form| asked.contains(form));
    form.is_some_and(|form| {
        let often = |text: &str| text.matches(form).count();
        !way.is_handler
            && often(pair.head_file.source.text()) <= often(pair.base_file.source.text())
    })
}

/// What a way asks, white space and comments aside.
fn question<'a>(unit: &Unit<'a>, way: &Way<'a>) -> Vec<&'a str> {
    if way.is_handler {
        let mut names = handler_names(way.asked, unit.source());
        names.sort_unstable();
        names.push("except");
        names
    } else {
        unit.slice(way.asked).split_whitespace().collect()
    }
}

/// `x is None`, `not x`, `key not in x`, `not isinstance(…)`, alone or joined by `or`.
fn is_guard(unit: &Unit<'_>, condition: Node<'_>) -> bool {
    match condition.kind() {
        "not_operator" => true,
        "parenthesized_expression" => condition
            .named_child(0)
            .is_some_and(|inner| is_guard(unit, inner)),
        "boolean_operator" => {
            field(condition, "operator").is_some_and(|operator| operator.kind() == "or")
                && ["left", "right"]
                    .iter()
                    .any(|side| field(condition, side).is_some_and(|inner| is_guard(unit, inner)))
        }
        "comparison_operator" => {
            let text = unit.slice(condition);
            text.ends_with(" is None") || text.ends_with(" == None") || text.contains(" not in ")
        }
        _ => false,
    }
}

/// Functions whose answer is asked for all the time, by debuggers and log lines among others.
fn answers_quietly(unit: &Unit<'_>) -> bool {
    let name = unit.qualname.rsplit('.').next().unwrap_or_default();
    (name.starts_with("__") && name.ends_with("__") && name != "__call__" && name != "__init__")
        || name.starts_with("is_")
        || name.starts_with("has_")
}

impl<'a> Way<'a> {
    /// Whether the branch goes on with other data or leaves, and tells nobody.
    fn falls_back(&self, unit: &Unit<'a>) -> bool {
        let statements: Vec<_> = children(self.block).collect();
        let Some(last) = statements.last() else {
            return false;
        };
        let leaves = matches!(
            last.kind(),
            "return_statement" | "continue_statement" | "break_statement"
        );
        let defaults = statements.iter().all(|one| self.is_default(unit, *one));
        let silent = self.is_handler && statements.iter().all(|one| one.kind() == "pass_statement");
        (leaves || defaults || silent) && !self.tells(unit) && !self.is_told_elsewhere(unit)
    }

    /// `x = …` where the guard asks about `x`, and any plain assignment in a handler.
    fn is_default(&self, unit: &Unit<'a>, statement: Node<'a>) -> bool {
        let Some(left) = statement
            .named_child(0)
            .filter(|inner| inner.kind() == "assignment")
            .and_then(|inner| field(inner, "left"))
        else {
            return false;
        };
        let target = unit.slice(left);
        let owner = target.split(['.', '[']).next().unwrap_or(target);
        self.is_handler || names_in(unit, self.asked).contains(&owner)
    }

    /// A log line, a raise, a report: any call that speaks, and any use of the exception.
    fn tells(&self, unit: &Unit<'a>) -> bool {
        let caught = self.is_handler.then(|| caught(unit, self.asked)).flatten();
        let mut tells = false;
        walk(self.block, &mut |node| {
            match node.kind() {
                "raise_statement" => tells = true,
                "call" => tells |= speaks(unit, node),
                "identifier" => tells |= caught == Some(unit.slice(node)),
                _ => {}
            }
            if tells || is_scope(node) {
                Walk::Over
            } else {
                Walk::Into
            }
        });
        tells
    }

    /// A handler that catches everything is `swallowed-exception`'s business, and one for the
    /// protocols of Python is no fallback.
    fn is_told_elsewhere(&self, unit: &Unit<'a>) -> bool {
        self.is_handler
            && handler_names(self.asked, unit.source()).iter().any(|name| {
                matches!(
                    *name,
                    "Exception"
                        | "BaseException"
                        | "StopIteration"
                        | "StopAsyncIteration"
                        | "GeneratorExit"
                        | "ImportError"
                        | "ModuleNotFoundError"
                        | "CancelledError"
                        | "KeyboardInterrupt"
                )
            })
    }

    fn draft(&self, unit: &Unit<'a>, confidence: Confidence) -> Draft {
        let what = if self.is_handler {
            handler_names(self.asked, unit.source()).join(", ")
        } else {
            short(unit.slice(self.asked))
        };
        let end = if self.is_handler {
            children(self.asked)
                .find(|child| child.kind() != "block")
                .map_or(self.asked.start_byte() + "except".len(), |kinds| {
                    kinds.end_byte()
                })
        } else {
            self.asked.end_byte()
        };
        let span = self.asked.start_byte()..end;
        Draft {
            span: span.clone(),
            anchor: span,
            ..Draft::at(
                self.asked,
                confidence,
                format!(
                    "This new way ({what}) leaves no log line: nobody sees how often it is taken"
                ),
            )
        }
    }
}

/// Long conditions are cut at a word.
fn short(condition: &str) -> String {
    let words: Vec<&str> = condition.split_whitespace().collect();
    let mut text = words.join(" ");
    if 48 < text.chars().count() {
        text = text.chars().take(45).collect::<String>() + "…";
    }
    text
}

fn caught<'a>(unit: &Unit<'a>, clause: Node<'_>) -> Option<&'a str> {
    let pattern = children(clause).find(|child| child.kind() == "as_pattern")?;
    Some(unit.slice(field(pattern, "alias")?))
}

fn names_in<'a>(unit: &Unit<'a>, node: Node<'_>) -> Vec<&'a str> {
    let mut names = Vec::new();
    walk(node, &mut |node| {
        if node.kind() == "identifier" {
            names.push(unit.slice(node));
        }
        Walk::Into
    });
    names
}

/// Parts of the names of functions that tell somebody.
const SPEAKING: &[&str] = &[
    "log",
    "warn",
    "error",
    "print",
    "report",
    "notify",
    "capture",
    "audit",
    "metric",
    "increment",
    "incr",
    "counter",
    "fail",
    "abort",
    "exit",
    "alert",
    "trace",
    "emit",
    "flash",
];

fn speaks(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let Some(function) = field(call, "function") else {
        return false;
    };
    let callee = unit.slice(function);
    let lower = callee.to_lowercase();
    let last = callee.rsplit('.').next().unwrap_or(callee);
    let settings = unit.file.settings;
    SPEAKING.iter().any(|word| lower.contains(word))
        || settings
            .error_reporters
            .iter()
            .any(|one| one == callee || one == last)
        || callee
            .rsplit_once('.')
            .is_some_and(|(object, _)| settings.loggers.iter().any(|one| one == object))
}

/// Puts a log line before the first statement of the branch.
fn log(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let way = ways(unit)
        .into_iter()
        .find(|way| way.asked.start_byte() == finding.span.start)?;
    let mut builder = Builder::new(unit.file);
    let logger = builder.logger()?;
    let name = unit.qualname.rsplit('.').next().unwrap_or("this step");
    let (what, when) = if way.is_handler {
        let kinds = handler_names(way.asked, unit.source()).join(", ");
        (format!("{name}: {kinds}"), format!("{kinds} is caught"))
    } else {
        let asked = short(unit.slice(way.asked))
            .replace(['"', '\\'], "'")
            .replace('%', "%%");
        (format!("{name}: {asked}"), asked)
    };
    let trace = if way.is_handler {
        ", exc_info=True"
    } else {
        ""
    };
    let line = format!("{logger}.warning(\"{what}\"{trace})");
    let first = children(way.block).next()?;
    if first.kind() == "pass_statement" {
        builder.replace(first, line);
    } else {
        builder.lines_before(first, &[line])?;
    }
    Some(builder.finish(
        format!("Log a warning with {logger} when {when}"),
        Applicability::Safe,
    ))
}
