//! What a handler catches and what it does with it.

use tree_sitter::Node;

use super::intent::{
    asks_itself, in_command_loop, in_handler, is_announced, is_failure, is_introduced, is_known,
    is_probe, is_promised, is_question, is_retelling, is_teardown, looks_for_module,
};
use super::seen::{Level, Seen, Vague, log_level};
use crate::rules::knowledge::keys::module_value;
use crate::syntax::Unit;
use crate::syntax::flow::handler_names;
use crate::syntax::nodes::{Walk, children, field, walk};

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
    /// The work is a call, and what is caught may be any failure of it: `send()` with `OSError`.
    pub is_lost: bool,
    /// The code releases something and must not fail.
    pub is_cleanup: bool,
    /// The `try` imports something that may be missing.
    pub guards_import: bool,
    /// The code around shows that the silence is meant: see `is_meant`.
    pub is_meant: bool,
    /// The same `try` has another handler that does something.
    pub tells_apart: bool,
    /// The handler goes on with the next round.
    pub goes_on: bool,
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
            explains: explains(unit, clause)
                || is_announced(unit, attempt)
                || is_introduced(unit, clause),
            is_known: is_known(unit, clause),
            hands_on: seen.hands_on,
            acts: seen.acts,
            // What fails while a failure is told: the first one is what matters.
            is_probe: is_probe(body) || in_handler(attempt),
            is_question: is_question(unit, body, block),
            is_failure: names.iter().any(|name| is_failure(name)),
            is_expected: waits(attempt) || is_expected(unit, &names, body),
            is_action: is_action(body),
            is_lost: is_action(body)
                && !waits(attempt)
                && !searches(unit, body)
                && names.iter().all(|name| FAILS.contains(name)),
            is_cleanup: is_cleanup(unit, body),
            guards_import: children(body).any(|statement| statement.kind().starts_with("import_")),
            is_meant: is_meant(unit, attempt, body, block),
            tells_apart: tells_apart(unit, attempt, clause),
            goes_on: children(block).any(|one| one.kind() == "continue_statement"),
            names,
        })
    }
}

/// Whether the silence is meant: the code asks the process or an object about itself, tells of a
/// failure that must not fail itself, looks whether a module is there, has an `else` for the case
/// that matters, or belongs to a function that ends things or promises silence by its name.
fn is_meant(unit: &Unit<'_>, attempt: Node<'_>, body: Node<'_>, block: Node<'_>) -> bool {
    let idle = children(block).all(|statement| does_nothing(unit, statement));
    let short = children(body).count() <= 2 && unit.slice(body).lines().count() <= 5;
    asks_itself(unit, body)
        || is_retelling(unit, body)
        || looks_for_module(unit, body)
        || in_command_loop(unit)
        || is_promised(unit)
        || (idle && is_teardown(unit, body))
        || (idle && short && waits(attempt))
        || (idle && is_question(unit, body, block))
}

/// Whether another handler of the same `try` does something: who tells failures apart has thought
/// of this one.
fn tells_apart(unit: &Unit<'_>, attempt: Node<'_>, clause: Node<'_>) -> bool {
    children(attempt)
        .filter(|part| part.kind() == "except_clause" && *part != clause)
        .filter_map(|other| children(other).find(|child| child.kind() == "block"))
        .any(|block| children(block).any(|statement| !does_nothing(unit, statement)))
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

/// Whether the module gives the name to this class, or to a tuple that has it.
fn stands_for(unit: &Unit<'_>, name: &str, kind: &str) -> bool {
    module_value(unit, name).is_some_and(|value| match value.kind() {
        "tuple" => children(value).any(|one| unit.slice(one) == kind),
        _ => unit.slice(value) == kind,
    })
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

/// Exceptions that a call may raise for many reasons, of which only one is the answer expected.
const FAILS: &[&str] = &[
    "ValueError",
    "TypeError",
    "OSError",
    "IOError",
    "PermissionError",
    "TimeoutError",
    "error",
];

fn is_expected(unit: &Unit<'_>, names: &[&str], body: Node<'_>) -> bool {
    let statements: Vec<_> = children(body).collect();
    let short = statements.len() <= 2 && unit.slice(body).lines().count() <= 4;
    // A type that does not fit is an answer to a question, not to work.
    let answers =
        |name: &str| QUESTIONS.contains(&name) && !(name == "TypeError" && is_action(body));
    let searches = searches(unit, body);
    names.iter().all(|name| {
        PROTOCOL.contains(name) || (short && answers(name)) || (searches && *name == "ValueError")
    })
}

/// `place = fonts.index(name)`: `ValueError` says that the value is not there.
fn searches(unit: &Unit<'_>, body: Node<'_>) -> bool {
    children(body).next().is_some_and(|first| {
        let text = unit.slice(first).trim_end();
        first.kind() == "expression_statement" && text.contains(".index(") && text.contains(" = ")
    })
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
