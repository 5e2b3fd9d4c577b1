//! What the body of a handler was seen to do: whom it tells, and what.

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, children, field, is_scope, keyword, walk};

/// How a handler speaks without saying what went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vague {
    /// A log line for an error, without the exception.
    Error,
    /// A log line of a lower level, without the exception.
    Note,
    /// `print` to the standard output, which no log keeps.
    Print,
}

/// What the handler's body was seen to do.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent observation"
)]
pub(super) struct Seen {
    pub(super) raises: bool,
    pub(super) exits: bool,
    /// The exception itself is used, or somebody gets a report.
    pub(super) tells: bool,
    /// The loudest log line without the exception.
    pub(super) heard: Option<Vague>,
    /// The exception is printed.
    pub(super) printed: bool,
    pub(super) hands_on: bool,
    pub(super) acts: bool,
}

impl Seen {
    pub(super) fn vague(&self) -> Option<Vague> {
        match (self.tells, self.heard) {
            (true, _) => None,
            (false, Some(heard)) => Some(heard),
            (false, None) => self.printed.then_some(Vague::Print),
        }
    }

    pub(super) fn read(unit: &Unit<'_>, clause: Node<'_>, block: Node<'_>) -> Self {
        let caught = children(clause)
            .find(|child| child.kind() == "as_pattern")
            .and_then(|pattern| field(pattern, "alias"))
            .map(|alias| unit.slice(alias));
        let mut seen = Self::default();
        walk(block, &mut |node| {
            match node.kind() {
                "raise_statement" => seen.raises = true,
                "call" => seen.call(unit, node),
                // `del sys.modules[name]` takes back what was half done.
                "delete_statement" => {
                    seen.acts |= node
                        .named_child(0)
                        .is_some_and(|what| what.kind() != "identifier");
                }
                "identifier"
                    if Some(unit.slice(node)) == caught && !in_debug_log(unit, node, block) =>
                {
                    let forgotten = node
                        .parent()
                        .is_some_and(|up| up.kind() == "delete_statement");
                    if forgotten {
                        // `del error` tells nobody.
                    } else if in_print(unit, node, block) {
                        seen.printed = true;
                    } else {
                        seen.tells = true;
                    }
                }
                _ => {}
            }
            if is_scope(node) {
                Walk::Over
            } else {
                Walk::Into
            }
        });
        seen
    }

    fn call(&mut self, unit: &Unit<'_>, call: Node<'_>) {
        let Some(callee) = field(call, "function").map(|function| unit.slice(function)) else {
            return;
        };
        let last = callee.rsplit('.').next().unwrap_or(callee);
        self.exits |= matches!(
            last,
            "exit"
                | "_exit"
                | "quit"
                | "abort"
                | "fail"
                | "skipTest"
                | "skip"
                | "kill"
                | "exit_with_error"
        );
        let plain = matches!(
            callee,
            "str" | "repr" | "dict" | "list" | "set" | "tuple" | "print" | "len" | "int"
        );
        self.acts |= log_level(unit, call).is_none() && !plain;
        let reporters = &unit.file.settings.error_reporters;
        let lower = callee.to_lowercase();
        self.hands_on |= [
            "excepthook",
            "traceback",
            "print_exc",
            "_exc",
            "exc_info",
            "handle_error",
        ]
        .iter()
        .any(|word| lower.contains(word))
            || collects(&lower);
        match log_level(unit, call) {
            None | Some(Level::Quiet) => {}
            Some(Level::Whole) => self.tells = true,
            // `error` before `warning`: the loudest line counts.
            Some(Level::Error) => self.heard = Some(Vague::Error),
            Some(Level::Note) => self.heard = self.heard.or(Some(Vague::Note)),
        }
        if log_level(unit, call).is_some() {
            return;
        }
        self.tells |= reporters.iter().any(|name| name == callee || name == last)
            || lower.contains("traceback")
            || last == "format_exc"
            || callee.starts_with("sentry_sdk.")
            || last == "exc_info"
            || lower.contains("warn")
            || [
                "capture",
                "report",
                "notify",
                "handle_error",
                "on_error",
                "set_exception",
                "record_exception",
                "print_exc",
                "excepthook",
                "stderr",
                "error",
                "fatal",
            ]
            .iter()
            .any(|word| lower.contains(word));
    }
}

/// `self.errors.append(…)`: whoever reads the list later hears of it.
fn collects(callee: &str) -> bool {
    callee.rsplit_once('.').is_some_and(|(list, method)| {
        let list = list.rsplit('.').next().unwrap_or(list);
        matches!(method, "append" | "add")
            && ["error", "fail", "exception"]
                .iter()
                .any(|word| list.contains(word))
    })
}

/// `print(error)` that does not go to the standard error.
fn in_print(unit: &Unit<'_>, node: Node<'_>, block: Node<'_>) -> bool {
    crate::syntax::nodes::ancestors(node)
        .take_while(|above| *above != block)
        .any(|above| {
            above.kind() == "call"
                && field(above, "function").is_some_and(|name| unit.slice(name) == "print")
                && keyword(above, "file", unit.source()).is_none()
        })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Below what production keeps, and without the traceback.
    Quiet,
    /// Kept, without the traceback.
    Note,
    /// The same, for an error.
    Error,
    /// With the traceback.
    Whole,
}

/// How loud a call logs; `None` if it is no log call.
pub(super) fn log_level(unit: &Unit<'_>, call: Node<'_>) -> Option<Level> {
    let function = field(call, "function")?;
    let (object, name) = if function.kind() == "attribute" {
        (
            unit.slice(field(function, "object")?).to_owned(),
            unit.slice(field(function, "attribute")?).to_owned(),
        )
    } else {
        // `from logging import error`
        let full = unit.resolve(function)?;
        let (object, name) = full
            .split_once('.')
            .filter(|(module, _)| *module == "logging")?;
        (object.to_owned(), name.to_owned())
    };
    let object = object.rsplit('.').next().unwrap_or(&object).to_lowercase();
    if !object.contains("log") && !unit.file.settings.loggers.contains(&object) {
        return None;
    }
    let traceback = keyword(call, "exc_info", unit.source())
        .is_some_and(|value| !matches!(unit.slice(value), "False" | "None"));
    match name.as_str() {
        "exception" => Some(Level::Whole),
        "debug" | "trace" | "info" | "warning" | "warn" | "error" | "critical" | "fatal"
        | "log" | "msg"
            if traceback =>
        {
            Some(Level::Whole)
        }
        "debug" | "trace" => Some(Level::Quiet),
        "error" | "critical" | "fatal" => Some(Level::Error),
        "info" | "warning" | "warn" | "log" | "msg" => Some(Level::Note),
        _ => None,
    }
}

/// Whether the call is a log line that is kept and lacks the exception.
pub(super) fn is_heard(unit: &Unit<'_>, call: Node<'_>) -> bool {
    matches!(log_level(unit, call), Some(Level::Note | Level::Error))
}

fn in_debug_log(unit: &Unit<'_>, node: Node<'_>, block: Node<'_>) -> bool {
    crate::syntax::nodes::ancestors(node)
        .take_while(|above| *above != block)
        .any(|above| above.kind() == "call" && log_level(unit, above) == Some(Level::Quiet))
}
