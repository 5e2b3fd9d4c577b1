//! What the code around a handler shows of the choice behind it.

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, ancestors, children, field, is_scope, walk};

/// Whether a comment on the handler's first line silences a linter.
pub(super) fn is_known(unit: &Unit<'_>, clause: Node<'_>) -> bool {
    let text = unit.slice(clause);
    let first = text.lines().next().unwrap_or_default();
    first
        .split_once('#')
        .is_some_and(|(_, comment)| comment.contains("noqa") || comment.contains("pylint"))
}

/// Whether the `try` holds one statement that looks something up: `limit = os.sysconf(name)`,
/// `return window.getkey()`.
pub(super) fn is_probe(body: Node<'_>) -> bool {
    let mut statements = children(body);
    let (Some(only), None) = (statements.next(), statements.next()) else {
        return false;
    };
    match only.kind() {
        "return_statement" => true,
        "expression_statement" => only
            .named_child(0)
            .is_some_and(|inner| inner.kind() == "assignment"),
        _ => false,
    }
}

/// Whether the `try` asks what cannot always be answered, and the handler says no: a predicate
/// (`is_valid`), or a look at a foreign object (`repr(value)`, `hasattr(value, name)`).
pub(super) fn is_question(unit: &Unit<'_>, body: Node<'_>, handler: Node<'_>) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    let own = own.trim_start_matches('_');
    let is_predicate = ["is_", "has_", "can_", "supports_", "safe_", "try_", "eval"]
        .iter()
        .any(|word| own.starts_with(word))
        || ["repr", "_or_none", "valid"]
            .iter()
            .any(|word| own.contains(word))
        || own.ends_with("_safe");
    let says_no = children(handler).all(|statement| {
        matches!(
            unit.slice(statement).trim(),
            "return False" | "return None" | "return"
        ) || statement.kind() == "pass_statement"
    });
    let looks = [
        "repr(",
        "hasattr(",
        "getattr(",
        "isinstance(",
        "issubclass(",
        "str(",
    ]
    .iter()
    .any(|word| unit.slice(body).contains(word));
    (is_predicate && says_no)
        || (looks && children(body).count() == 1)
        || own.contains("repr")
        || marks(unit, handler)
}

/// Whether the handler puts a mark in the value's place that everybody sees: `"<repr failed>"`.
fn marks(unit: &Unit<'_>, handler: Node<'_>) -> bool {
    let text = unit.slice(handler).trim();
    let value = text
        .strip_prefix("return ")
        .or_else(|| text.split_once(" = ").map(|(_, value)| value));
    children(handler).count() == 1
        && value.is_some_and(|value| {
            let value = value.trim_start_matches(['f', 'u', '(']);
            value.starts_with("'<") || value.starts_with("\"<")
        })
}

/// Calls that ask an object, the interpreter or the system about itself, and the string methods
/// around them. Keys of data and conversions of data are not among them: these fail where the data
/// is wrong, which somebody should know.
const LOOKS: &[&str] = &[
    "repr",
    "str",
    "format",
    "getattr",
    "hasattr",
    "isinstance",
    "issubclass",
    "type",
    "dir",
    "vars",
    "callable",
    "len",
    "id",
    "sorted",
    "list",
    "map",
    "fileno",
    "isatty",
    "split",
    "strip",
    "join",
    "lower",
    "upper",
    "append",
    "sysconf",
    "cpu_count",
    "get_terminal_size",
    "gethostname",
];

/// Modules that only tell about the process, the platform or a piece of text.
const ABOUT: &[&str] = &[
    "traceback.",
    "linecache.",
    "platform.",
    "locale.",
    "sysconfig.",
    "inspect.",
    "os.path.",
    "os.uname",
    "codecs.lookup",
];

/// Whether the code only asks the process or an object about itself: an attribute, its text, the
/// number of a stream, the name of the host.
pub(super) fn asks_itself(unit: &Unit<'_>, body: Node<'_>) -> bool {
    let (mut asks, mut does_more) = (false, false);
    walk(body, &mut |node| {
        match node.kind() {
            "call" => {
                let callee = field(node, "function").map_or("", |function| unit.slice(function));
                let last = callee.rsplit('.').next().unwrap_or(callee);
                let full = unit.callee(node).unwrap_or_default();
                asks = true;
                does_more |=
                    !LOOKS.contains(&last) && !ABOUT.iter().any(|module| full.starts_with(module));
            }
            "attribute" | "interpolation" => asks = true,
            // `text % values` formats; other arithmetic works with data.
            "binary_operator" if ancestors(node).take(2).any(|up| up.kind() == "slice") => {}
            "binary_operator" => {
                let formats = field(node, "operator").is_some_and(|one| one.kind() == "%");
                asks |= formats;
                does_more |= !formats;
            }
            // `os.uname()[1]` takes a part of what is told, `text[1:]` of a text.
            "subscript" => {
                let of_call = field(node, "value").is_some_and(|one| one.kind() == "call");
                does_more |= !of_call && children(node).all(|part| part.kind() != "slice");
            }
            "await"
            | "with_statement"
            | "for_statement"
            | "while_statement"
            | "try_statement"
            | "raise_statement"
            | "augmented_assignment"
            | "yield"
            | "assert_statement"
            | "delete_statement" => does_more = true,
            _ => {}
        }
        if does_more { Walk::Over } else { Walk::Into }
    });
    let gives = children(body).any(|statement| {
        let value = statement.named_child(0);
        statement.kind() == "return_statement"
            || statement.kind() == "if_statement"
            || value.is_some_and(|value| matches!(value.kind(), "assignment" | "call"))
    });
    asks && gives && !does_more && children(body).count() <= 2
}

/// Whether the code only tells of another failure: a warning, the interpreter's hook.
pub(super) fn is_retelling(unit: &Unit<'_>, body: Node<'_>) -> bool {
    children(body).all(|statement| {
        let call = statement.named_child(0).filter(|one| one.kind() == "call");
        call.and_then(|call| unit.callee(call)).is_some_and(|name| {
            matches!(
                name.as_str(),
                "warnings.warn" | "sys.excepthook" | "sys.unraisablehook"
            ) || name.starts_with("traceback.print_")
                || name.starts_with("sys.stderr.")
        })
    })
}

/// Whether the code looks for a module by its name, which may be missing.
pub(super) fn looks_for_module(unit: &Unit<'_>, body: Node<'_>) -> bool {
    let mut statements = children(body);
    let (Some(only), None) = (statements.next(), statements.next()) else {
        return false;
    };
    let value = only
        .named_child(0)
        .and_then(|inner| field(inner, "right").or(Some(inner)))
        .filter(|value| value.kind() == "call");
    value
        .and_then(|call| unit.callee(call))
        .is_some_and(|name| {
            let last = name.rsplit('.').next().unwrap_or(&name);
            matches!(last, "import_module" | "import_string" | "__import__")
        })
}

/// Methods of a command loop (`cmd.Cmd`): whoever typed the command sees that nothing came of it.
pub(super) fn in_command_loop(unit: &Unit<'_>) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    let own = own.trim_start_matches('_');
    (own.starts_with("do_") || own.starts_with("complete")) && unit.names().imports_module("cmd")
}

/// A function whose name says that it lets failures go (`drop_exception`, `call_quietly`), or that
/// it only shows something (`print_log`).
pub(super) fn is_promised(unit: &Unit<'_>) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    if own.trim_start_matches('_').starts_with("print_") {
        return true;
    }
    own.to_ascii_lowercase().split('_').any(|word| {
        matches!(
            word,
            "drop" | "ignore" | "ignoring" | "suppress" | "silently" | "quietly" | "completion"
        )
    }) || unit.qualname.contains("Completer")
}

/// A function that ends things, and a body of one call: the next end must not be skipped.
pub(super) fn is_teardown(unit: &Unit<'_>, body: Node<'_>) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    let own = own.trim_start_matches('_');
    let ends = [
        "close", "aclose", "shutdown", "cleanup", "teardown", "dispose",
    ]
    .iter()
    .any(|word| {
        own.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    });
    let mut statements = children(body);
    let only_call = statements
        .next()
        .and_then(|statement| statement.named_child(0))
        .is_some_and(|value| matches!(value.kind(), "call" | "await"));
    ends && only_call && statements.next().is_none()
}

/// Whether an exception's name tells of a failure: input and output, a database, the network, or
/// any other `…Error` that is no answer of a graphical toolkit or a parser.
pub(super) fn is_failure(name: &str) -> bool {
    let quiet = [
        "TclError",
        "AttributeError",
        "UnsupportedOperation",
        "Error",
        "error",
    ];
    let ends = ["Error", "Exception", "Failure", "Timeout"];
    // What did not parse is an answer about the input.
    let parses = ["Parse", "Syntax", "Decode", "Cookie", "Validation"]
        .iter()
        .any(|word| name.contains(word));
    !quiet.contains(&name) && !parses && ends.iter().any(|end| name.ends_with(end))
}

/// The comment lines right above a node, as one text.
fn comment_above(unit: &Unit<'_>, node: Node<'_>) -> String {
    let before = &unit.source().text()[..node.start_byte()];
    let mut lines = before.lines().rev();
    // The indentation of the node's own line.
    if !before.ends_with('\n') {
        lines.next();
    }
    let mut found: Vec<&str> = lines
        .map(str::trim)
        .take_while(|line| line.starts_with('#'))
        .collect();
    found.reverse();
    found.join(" ").to_lowercase()
}

/// A comment right above the statement that speaks of the failure below: `# The error is ignorable.`
pub(super) fn is_announced(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    let text = comment_above(unit, statement);
    [
        "ignor",
        "suppress",
        "swallow",
        "best effort",
        "best-effort",
        "harmless",
        "if possible",
        "must not fail",
        "must never",
        "never raise",
        "not raise",
        "may crash",
        "will crash",
        "may happen",
        "may occur",
        "may fail",
        "might fail",
        "can fail",
        "may raise",
        "not all ",
        "matter",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// A comment between the `try` and its handler that says why: at least four words, and no promise.
pub(super) fn is_introduced(unit: &Unit<'_>, clause: Node<'_>) -> bool {
    let text = comment_above(unit, clause);
    let words = text.trim_start_matches(['#', ' ']);
    let postpones = ["todo", "fixme", "xxx", "noqa", "pragma", "pylint", "type:"];
    3 < words.split_whitespace().count() && !postpones.iter().any(|mark| words.starts_with(mark))
}

/// Whether the statement stands in a handler of the same function.
pub(super) fn in_handler(statement: Node<'_>) -> bool {
    ancestors(statement)
        .take_while(|above| !is_scope(*above))
        .any(|above| above.kind() == "except_clause")
}
