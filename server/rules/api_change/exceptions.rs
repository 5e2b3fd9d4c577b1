//! Which classes are kinds of which, as far as Python itself and the file say.

use crate::syntax::File;
use crate::syntax::nodes::{children, field};
use crate::syntax::unit::definition_node;

/// Built-in classes, each with the class that it is a kind of.
const BUILT_IN: [(&str, &str); 66] = [
    ("Exception", "BaseException"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("ArithmeticError", "Exception"),
    ("FloatingPointError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("BlockingIOError", "OSError"),
    ("ChildProcessError", "OSError"),
    ("ConnectionError", "OSError"),
    ("BrokenPipeError", "ConnectionError"),
    ("ConnectionAbortedError", "ConnectionError"),
    ("ConnectionRefusedError", "ConnectionError"),
    ("ConnectionResetError", "ConnectionError"),
    ("FileExistsError", "OSError"),
    ("FileNotFoundError", "OSError"),
    ("InterruptedError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("PermissionError", "OSError"),
    ("ProcessLookupError", "OSError"),
    ("TimeoutError", "OSError"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("StopIteration", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("IndentationError", "SyntaxError"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("Warning", "Exception"),
    ("DeprecationWarning", "Warning"),
    ("UserWarning", "Warning"),
    ("RuntimeWarning", "Warning"),
    ("FutureWarning", "Warning"),
    ("ResourceWarning", "Warning"),
    ("bool", "int"),
    ("OrderedDict", "dict"),
    ("defaultdict", "dict"),
    ("Counter", "dict"),
    ("IntEnum", "Enum"),
    ("StrEnum", "Enum"),
    ("Flag", "Enum"),
    ("IntFlag", "Flag"),
    ("TransactionTestCase", "TestCase"),
    ("IsolatedAsyncioTestCase", "TestCase"),
];

/// A longer way up is not followed.
const LONGEST: usize = 16;

/// The last name of a class; of one that Python calls by several names, the one that they stand for
/// (`IOError is OSError`,
/// PEP 3151).
fn last(name: &str) -> String {
    let found = match name.rsplit('.').next().unwrap_or(name) {
        "IOError" | "EnvironmentError" | "WindowsError" => "OSError",
        name => name,
    };
    found.to_owned()
}

/// Whether Python itself has an exception of this name.
pub(super) fn is_built_in(name: &str) -> bool {
    let found = BUILT_IN.iter().find(|(kind, _)| *kind == last(name));
    found.is_some_and(|(kind, _)| kind.ends_with("Error") || kind.ends_with("Exception"))
}

/// Whether the class `name` is a kind of `wanted`, the way up read from `file` and from what Python
/// has built in.
pub(super) fn is_a(file: File<'_>, name: &str, wanted: &str) -> bool {
    let wanted = last(wanted);
    let mut waiting = vec![name.to_owned()];
    for _ in 0..LONGEST {
        let Some(one) = waiting.pop() else {
            return false;
        };
        if last(&one) == wanted {
            return true;
        }
        if let Some(class) = file.outline.find(&one) {
            let node = definition_node(file.source, class);
            let list = node.and_then(|node| field(node, "superclasses"));
            let bases = list.into_iter().flat_map(children);
            waiting.extend(bases.map(|base| file.source.slice(base).to_owned()));
        } else {
            let up = BUILT_IN.iter().filter(|(kind, _)| *kind == last(&one));
            waiting.extend(up.map(|(_, of)| (*of).to_owned()));
        }
    }
    false
}
