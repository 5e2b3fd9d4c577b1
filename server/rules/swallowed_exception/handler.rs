//! What a handler catches and what it does with it.

use tree_sitter::Node;

use super::intent::{in_handler, is_announced, is_failure, is_known, is_probe, is_question};
use crate::rules::knowledge::keys::module_value;
use crate::syntax::Unit;
use crate::syntax::flow::handler_names;
use crate::syntax::nodes::{Walk, children, field, is_scope, keyword, walk};

/// How much a handler catches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breadth {
    /// `except:` and `except BaseException`.
    Everything,
    /// `except Exception`.
    Broad,
    /// Anything named more closely.
    Narrow,
}

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

/// One `except` clause, read.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent observation"
)]
pub(super) struct Handler<'a> {
    pub names: Vec<&'a str>,
    pub breadth: Breadth,
    /// `except:` without a type.
    pub is_bare: bool,
    /// The body does nothing, or logs at debug level only.
    pub is_empty: bool,
    /// The exception goes on, as itself or as another.
    pub raises: bool,
    /// The process ends or the test fails.
    pub exits: bool,
    /// Somebody hears of it: a log line, a report, or the exception itself is used.
    pub tells: bool,
    /// What is heard does not say what went wrong.
    pub vague: Option<Vague>,
    /// A comment in the handler says why.
    pub explains: bool,
    /// A comment keeps a linter from complaining of it: somebody has seen how much it catches.
    pub is_known: bool,
    /// The failure is handed on to whoever prints or keeps it.
    pub hands_on: bool,
    /// The handler calls something: it has another way to go.
    pub acts: bool,
    /// The code in the `try` only looks something up, and a default stays where it fails.
    pub is_probe: bool,
    /// The code asks what no answer is an answer to: `repr(value)`, `hasattr(…)`, `is_valid()`.
    pub is_question: bool,
    /// What is caught names a failure, not a way through the program.
    pub is_failure: bool,
    /// The exception is the usual answer of the code in the `try`.
    pub is_expected: bool,
    /// The code in the `try` does something whose failure nobody sees: its last statement is a
    /// call whose answer is not used.
    pub is_action: bool,
    /// The code releases something and must not fail.
    pub is_cleanup: bool,
    /// The `try` imports something that may be missing.
    pub guards_import: bool,
}

impl<'a> Handler<'a> {
    /// Reads an `except` clause; `None` while it has no body.
    pub(super) fn read(unit: &Unit<'a>, clause: Node<'a>) -> Option<Self> {
        let block = children(clause).find(|child| child.kind() == "block")?;
        let attempt = clause
            .parent()
            .filter(|parent| parent.kind() == "try_statement")?;
        let body = field(attempt, "body")?;
        let names = handler_names(clause, unit.source());
        let is_bare = children(clause).all(|child| child.kind() == "block");
        let is = |kind: &str| {
            names
                .iter()
                .any(|name| *name == kind || stands_for(unit, name, kind))
        };
        let breadth = if is("BaseException") && !lets_stop(unit, clause) {
            Breadth::Everything
        } else if is("Exception") || is("BaseException") {
            Breadth::Broad
        } else {
            Breadth::Narrow
        };
        let seen = Seen::read(unit, clause, block);
        Some(Self {
            is_bare,
            breadth,
            is_empty: children(block).all(|statement| does_nothing(unit, statement)),
            raises: seen.raises,
            exits: seen.exits,
            tells: seen.tells || seen.heard.is_some() || seen.printed,
            vague: seen.vague(),
            explains: explains(unit, clause) || is_announced(unit, attempt),
            is_known: is_known(unit, clause),
            hands_on: seen.hands_on,
            acts: seen.acts,
            // What fails while a failure is told: the first one is what matters.
            is_probe: is_probe(body) || in_handler(attempt),
            is_question: is_question(unit, body, block),
            is_failure: names.iter().any(|name| is_failure(name)),
            is_expected: waits(attempt) || is_expected(unit, &names, body),
            is_action: is_action(body),
            is_cleanup: is_cleanup(unit, body),
            guards_import: children(body).any(|statement| statement.kind().starts_with("import_")),
            names,
        })
    }
}

/// Whether an earlier handler of the same `try` lets the signals to stop through, or this one
/// hands the exception to whoever waits for it.
fn lets_stop(unit: &Unit<'_>, clause: Node<'_>) -> bool {
    let Some(attempt) = clause.parent() else {
        return false;
    };
    let earlier = children(attempt)
        .filter(|part| part.kind() == "except_clause" && part.end_byte() <= clause.start_byte());
    let mut signals = earlier.filter(|part| {
        let names = handler_names(*part, unit.source());
        names.contains(&"KeyboardInterrupt") || names.contains(&"SystemExit")
    });
    let lets_through = |part: &Node<'_>| {
        children(*part)
            .find(|child| child.kind() == "block")
            .and_then(|block| block.named_child(0))
            .is_some_and(|first| unit.slice(first) == "raise")
    };
    let passes_on = children(attempt)
        .filter(|part| part.kind() == "except_clause" && part.end_byte() <= clause.start_byte())
        .any(|part| lets_through(&part));
    passes_on
        || signals.any(|part| unit.slice(part).contains("raise"))
        || unit.slice(clause).contains(".set_exception(")
}

/// What the handler's body was seen to do.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent observation"
)]
struct Seen {
    raises: bool,
    exits: bool,
    /// The exception itself is used, or somebody gets a report.
    tells: bool,
    /// The loudest log line without the exception.
    heard: Option<Vague>,
    /// The exception is printed.
    printed: bool,
    hands_on: bool,
    acts: bool,
}

impl Seen {
    fn vague(&self) -> Option<Vague> {
        match (self.tells, self.heard) {
            (true, _) => None,
            (false, Some(heard)) => Some(heard),
            (false, None) => self.printed.then_some(Vague::Print),
        }
    }

    fn read(unit: &Unit<'_>, clause: Node<'_>, block: Node<'_>) -> Self {
        let caught = children(clause)
            .find(|child| child.kind() == "as_pattern")
            .and_then(|pattern| field(pattern, "alias"))
            .map(|alias| unit.slice(alias));
        let mut seen = Self::default();
        walk(block, &mut |node| {
            match node.kind() {
                "raise_statement" => seen.raises = true,
                "call" => seen.call(unit, node),
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
            "handle_error",
        ]
        .iter()
        .any(|word| lower.contains(word));
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

/// Whether the module gives the name to this class, or to a tuple that has it.
fn stands_for(unit: &Unit<'_>, name: &str, kind: &str) -> bool {
    module_value(unit, name).is_some_and(|value| match value.kind() {
        "tuple" => children(value).any(|one| unit.slice(one) == kind),
        _ => unit.slice(value) == kind,
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
enum Level {
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
fn log_level(unit: &Unit<'_>, call: Node<'_>) -> Option<Level> {
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

/// `pass`, `...`, a bare string, `continue`, a debug line.
fn does_nothing(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    match statement.kind() {
        "pass_statement" | "continue_statement" | "break_statement" => true,
        "expression_statement" => statement
            .named_child(0)
            .is_none_or(|inner| match inner.kind() {
                "ellipsis" | "string" => true,
                "call" => log_level(unit, inner) == Some(Level::Quiet),
                _ => false,
            }),
        _ => false,
    }
}

/// A comment of at least three words in the handler that postpones nothing.
pub(super) fn explains(unit: &Unit<'_>, clause: Node<'_>) -> bool {
    let mut found = false;
    walk(clause, &mut |node| {
        if node.kind() == "comment" {
            let text = unit.slice(node).trim_start_matches(['#', ' ']);
            let postpones = [
                "todo",
                "fixme",
                "xxx",
                "noqa",
                "pragma",
                "type:",
                "pylint",
                "hotfix: allow",
            ]
            .iter()
            .any(|word| text.to_lowercase().starts_with(word));
            found |= !postpones && 2 < text.split_whitespace().count();
        }
        Walk::Into
    });
    found
}

/// Exceptions that are an ordinary answer of Python's own protocols.
const PROTOCOL: &[&str] = &[
    "StopIteration",
    "StopAsyncIteration",
    "GeneratorExit",
    "ImportError",
    "ModuleNotFoundError",
    "FileNotFoundError",
    "FileExistsError",
    "ProcessLookupError",
    "BrokenPipeError",
    "BlockingIOError",
    "InterruptedError",
    "NotImplementedError",
    "KeyboardInterrupt",
    "SystemExit",
    "CancelledError",
    "Empty",
    "Full",
    "QueueEmpty",
    "QueueFull",
    "DoesNotExist",
    "EOFError",
    "ConnectionResetError",
    "ChildProcessError",
    "TimeoutExpired",
    "NotADirectoryError",
];

/// Exceptions that a short `try` body asks a question with.
const QUESTIONS: &[&str] = &[
    "KeyError",
    "IndexError",
    "AttributeError",
    "LookupError",
    "ValueError",
    "TypeError",
    "OSError",
    "IOError",
    "PermissionError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "TimeoutError",
    "NameError",
    "OverflowError",
    "ZeroDivisionError",
    "error",
];

fn is_expected(unit: &Unit<'_>, names: &[&str], body: Node<'_>) -> bool {
    let statements: Vec<_> = children(body).collect();
    let short = statements.len() <= 2 && unit.slice(body).lines().count() <= 4;
    // A type that does not fit is an answer to a question, not to work.
    let answers =
        |name: &str| QUESTIONS.contains(&name) && !(name == "TypeError" && is_action(body));
    names
        .iter()
        .all(|name| PROTOCOL.contains(name) || (short && answers(name)))
}

/// An `else` goes on only where nothing was raised: the handler is the other answer.
fn waits(attempt: Node<'_>) -> bool {
    children(attempt).any(|part| part.kind() == "else_clause")
}

fn is_action(body: Node<'_>) -> bool {
    let last = children(body)
        .last()
        .and_then(|last| last.named_child(0).map(|inner| (last, inner)));
    last.is_some_and(|(last, inner)| {
        last.kind() == "expression_statement" && matches!(inner.kind(), "call" | "await")
    })
}

/// `__del__`, `close` and the like, or a body that only releases something.
pub(super) fn is_cleanup(unit: &Unit<'_>, body: Node<'_>) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    let releasing = [
        "__del__",
        "__exit__",
        "__aexit__",
        "__repr__",
        "__str__",
        "__dir__",
    ]
    .contains(&own);
    let releases = |statement: Node<'_>| {
        let inner = statement.named_child(0);
        let call = inner.map(|inner| {
            if inner.kind() == "await" {
                inner.named_child(0).unwrap_or(inner)
            } else {
                inner
            }
        });
        call.filter(|call| call.kind() == "call")
            .and_then(|call| field(call, "function"))
            .is_some_and(|function| {
                let name = unit.slice(function);
                let last = name.rsplit('.').next().unwrap_or(name);
                [
                    "close",
                    "shutdown",
                    "unlink",
                    "remove",
                    "rmtree",
                    "kill",
                    "terminate",
                    "disconnect",
                    "cancel",
                    "release",
                    "flush",
                    "quit",
                    "stop",
                    "cleanup",
                    "join",
                    "rollback",
                ]
                .iter()
                .any(|word| last.trim_start_matches('_') == *word)
            })
    };
    releasing || (children(body).count() <= 2 && children(body).all(releases))
}
