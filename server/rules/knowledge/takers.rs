//! What a call does with a resource that it is given.

use tree_sitter::Node;

use super::origins;
use crate::syntax::Unit;
use crate::syntax::nodes::field;

/// `Popen(command, stdout=open(path))`: the child inherits the file, and this process keeps its own.
#[must_use]
pub fn inherits(unit: &Unit<'_>, call: Node<'_>) -> bool {
    field(call, "function")
        .and_then(|function| origins::library(unit, function))
        .is_some_and(|name| name == "subprocess.Popen")
}

/// A function whose name says that it reads all that it is given, or sends it away at once.
#[must_use]
pub fn reads_all(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let name = field(call, "function").map_or("", |function| unit.slice(function));
    let last = name.rsplit('.').next().unwrap_or(name);
    matches!(
        last,
        "from_lines" | "from_file" | "from_fileobj" | "from_stream" | "loads" | "upload"
    ) || last.starts_with("load_")
        || last.starts_with("parse_")
        || last.starts_with("count_")
}

/// Functions that read from or write to what they are given and leave it to the caller. Their
/// last parts suffice: `load` of `json`, `yaml`, `pickle`, `toml`.
const BORROWERS: &[&str] = &[
    "load",
    "load_all",
    "safe_load",
    "safe_load_all",
    "full_load",
    "dump",
    "safe_dump",
    "dump_all",
    "copyfileobj",
    "read_csv",
    "read_json",
    "read_excel",
    "to_csv",
    "to_json",
    "parse",
    "read_file",
    "readfp",
    "readlines",
    "print",
    "len",
    "list",
    "tuple",
    "set",
    "sorted",
    "sum",
    "max",
    "min",
    "any",
    "all",
    "next",
    "isinstance",
    "hasattr",
    "getattr",
    "id",
    "type",
    "bool",
    "dict",
    "frozenset",
    "run",
    "call",
    "check_call",
    "check_output",
    "str",
    "repr",
    "fileConfig",
    "writelines",
    "write",
    "file_digest",
    "deque",
    "Counter",
    "join",
    "fsync",
    "execute",
    "executemany",
    "select",
    "wait",
    "as_completed",
];

/// Functions whose result goes on reading from what they are given.
const VIEWS: &[&str] = &[
    "reader",
    "DictReader",
    "writer",
    "DictWriter",
    "enumerate",
    "iter",
    "map",
    "filter",
    "zip",
    "reversed",
    "islice",
    "chain",
    "takewhile",
    "dropwhile",
    "groupby",
];

/// What a call does with a resource that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taker {
    /// Uses it and leaves it to the caller.
    Borrows,
    /// Uses it, and so does its result.
    Views,
    /// Keeps it or closes it.
    Owns,
    /// Nobody knows.
    Unknown,
}

/// Methods of `unittest` and its like that enter what they get and leave it at the end.
const ENTERS: &[&str] = &[
    "enter_context",
    "enter_async_context",
    "enterContext",
    "enterClassContext",
    "enterAsyncContext",
    "addCleanup",
];

/// Whether the class around the unit has a method of this name.
fn is_own(unit: &Unit<'_>, method: &str) -> bool {
    unit.qualname.rsplit_once('.').is_some_and(|(class, _)| {
        unit.file
            .outline
            .find(&format!("{class}.{method}"))
            .is_some()
    })
}

/// What a call does with an argument, by its name.
#[must_use]
pub fn taker(unit: &Unit<'_>, call: Node<'_>) -> Taker {
    let Some(function) = field(call, "function") else {
        return Taker::Unknown;
    };
    let text = unit.slice(function);
    let last = text.rsplit('.').next().unwrap_or(text);
    // What the file defines itself is judged by its own code.
    let enters = text.starts_with("self.") && ENTERS.contains(&last) && !is_own(unit, last);
    if enters {
        return Taker::Owns;
    }
    if unit.file.outline.find(text).is_some() || text.starts_with("self.") {
        return if last.trim_start_matches('_').starts_with(char::is_uppercase) {
            Taker::Owns
        } else {
            Taker::Unknown
        };
    }
    if VIEWS.contains(&last) {
        Taker::Views
    } else if BORROWERS.contains(&last) {
        Taker::Borrows
    } else if last.trim_start_matches('_').starts_with(char::is_uppercase)
        || matches!(
            last,
            "closing"
                | "aclosing"
                | "enter_context"
                | "enter_async_context"
                | "enterContext"
                | "enterClassContext"
                | "enterAsyncContext"
                | "enterModuleContext"
                | "push"
                | "callback"
                | "push_async_exit"
                | "register"
                | "finalize"
                | "append"
                | "add"
                | "appendleft"
                | "insert"
                | "extend"
                | "put"
                | "put_nowait"
                | "setdefault"
                | "update"
                | "setattr"
                | "addCleanup"
                | "submit"
                | "start_new_thread"
                | "close"
                | "partial"
                | "wrap_socket"
                | "contextmanager"
                | "nullcontext"
                | "makefile"
                | "cast"
                | "wrap"
                | "fdopen"
                | "flock"
                | "lockf"
        )
    {
        Taker::Owns
    } else {
        Taker::Unknown
    }
}
