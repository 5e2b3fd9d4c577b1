//! What ends a way: calls that do not come back, and which handlers catch what is raised.

use super::flat::{Flat, Place};

/// Whether a handler catches an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catches {
    /// Yes.
    Surely,
    /// The classes are not known well enough.
    Maybe,
    /// No.
    Never,
}

/// Built-in exceptions with the class above each.
const FAMILY: &[(&str, &str)] = &[
    ("KeyError", "LookupError"),
    ("IndexError", "LookupError"),
    ("FileNotFoundError", "OSError"),
    ("FileExistsError", "OSError"),
    ("PermissionError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("TimeoutError", "OSError"),
    ("BlockingIOError", "OSError"),
    ("ChildProcessError", "OSError"),
    ("InterruptedError", "OSError"),
    ("ProcessLookupError", "OSError"),
    ("ConnectionError", "OSError"),
    ("BrokenPipeError", "ConnectionError"),
    ("ConnectionAbortedError", "ConnectionError"),
    ("ConnectionRefusedError", "ConnectionError"),
    ("ConnectionResetError", "ConnectionError"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("JSONDecodeError", "ValueError"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ModuleNotFoundError", "ImportError"),
    ("UnboundLocalError", "NameError"),
    ("LookupError", "Exception"),
    ("OSError", "Exception"),
    ("ValueError", "Exception"),
    ("TypeError", "Exception"),
    ("AttributeError", "Exception"),
    ("NameError", "Exception"),
    ("RuntimeError", "Exception"),
    ("ArithmeticError", "Exception"),
    ("AssertionError", "Exception"),
    ("ImportError", "Exception"),
    ("EOFError", "Exception"),
    ("MemoryError", "Exception"),
    ("StopIteration", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("BufferError", "Exception"),
    ("Exception", "BaseException"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("CancelledError", "BaseException"),
];

fn above(name: &str) -> Option<&'static str> {
    FAMILY
        .iter()
        .find(|(one, _)| *one == name)
        .map(|(_, above)| *above)
}

/// Whether a handler for these classes catches an exception of the class `kind`.
#[must_use]
pub fn catches(names: &[impl AsRef<str>], kind: &str) -> Catches {
    let kind = if matches!(kind, "IOError" | "EnvironmentError") {
        "OSError"
    } else {
        kind
    };
    let mut best = Catches::Never;
    for name in names {
        let name = match name.as_ref() {
            "IOError" | "EnvironmentError" => "OSError",
            other => other,
        };
        if name == "BaseException" || name == kind {
            return Catches::Surely;
        }
        let is_class = name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
        match above(kind) {
            // `except errors:`, `except NETWORK_ERRORS:`
            _ if !is_class => best = Catches::Maybe,
            Some(first) => {
                let mut at = Some(first);
                while let Some(one) = at {
                    if one == name {
                        return Catches::Surely;
                    }
                    at = above(one);
                }
            }
            // A class of the program's own: nearly always an `Exception`.
            None if name == "Exception" => return Catches::Surely,
            None => best = Catches::Maybe,
        }
        // A handler for a class of the program's own catches no built-in exception.
    }
    best
}

/// The classes that an `except` clause catches, last parts only; a bare `except:` catches
/// `BaseException`.
#[must_use]
pub fn caught_names<'a>(flat: &Flat<'a>, clause: Place) -> Vec<&'a str> {
    let mut names = Vec::new();
    for value in flat.fields(clause, "value") {
        let value = if flat.kind(value) == "as_pattern" {
            flat.children(value).next().unwrap_or(value)
        } else {
            value
        };
        class_names(flat, flat.bare(value), &mut names);
    }
    if names.is_empty() {
        names.push("BaseException");
    }
    names
}

fn class_names<'a>(flat: &Flat<'a>, value: Place, names: &mut Vec<&'a str>) {
    if flat.kind(value) == "tuple" {
        for one in flat.children(value) {
            class_names(flat, one, names);
        }
    } else {
        names.push(last_part(flat.slice(value)));
    }
}

/// The exceptions that a context manager swallows, last parts only; `None` if it lets all through.
#[must_use]
pub fn swallowed_names<'a>(flat: &Flat<'a>, manager: Place) -> Option<Vec<&'a str>> {
    let function = flat.field(manager, "function")?;
    if !matches!(
        last_part(flat.slice(function)),
        "suppress" | "raises" | "assertRaises" | "assertRaisesRegex" | "ignored"
    ) {
        return None;
    }
    let mut names = Vec::new();
    for one in flat.children(flat.field(manager, "arguments")?) {
        class_names(flat, one, &mut names);
    }
    Some(names)
}

/// `c` of `a.b.c`.
#[must_use]
pub fn last_part(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// Whether a call of this (dotted) function ends the process.
#[must_use]
pub fn ends_process(function: &str) -> bool {
    matches!(
        function,
        "sys.exit" | "exit" | "quit" | "os._exit" | "os.abort"
    )
}

/// Words with which the names of such functions begin.
const WORDS: &[&str] = &[
    "fail",
    "die",
    "abort",
    "fatal",
    "usage",
    "exit",
    "raise_",
    "error",
    "unreachable",
    "panic",
    "skip",
    "skipTest",
    "quit",
];

/// Whether a call of this (dotted) function does not come back, judged by its name. Functions that
/// log are no end, whatever they are called.
#[must_use]
pub fn never_returns(function: &str) -> bool {
    if function.contains("log") || function.contains("LOG") || function.contains("warn") {
        return false;
    }
    let name = last_part(function).trim_start_matches('_');
    // `raise_for_status`, `exit_if_root`: at times they do come back.
    let at_times = ["_for_", "_if", "_on_", "_unless", "_when"];
    if at_times.iter().any(|word| name.contains(word)) {
        return false;
    }
    let begins = |word: &str| {
        name.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    WORDS.iter().any(|word| begins(word))
        || name.starts_with("raise")
        || name.ends_with("_error")
        || name.ends_with("_exit")
}
