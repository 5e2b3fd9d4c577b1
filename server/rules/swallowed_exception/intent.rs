//! What the code around a handler shows of the choice behind it.

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{ancestors, children, is_scope};

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
        || own.contains("repr")
        || own.contains("_or_none");
    let says_no = children(handler).all(|statement| {
        matches!(
            unit.slice(statement).trim(),
            "return False" | "return None" | "return"
        ) || statement.kind() == "pass_statement"
    });
    let looks = ["repr(", "hasattr(", "isinstance(", "issubclass(", "str("]
        .iter()
        .any(|word| unit.slice(body).contains(word));
    (is_predicate && says_no) || (looks && children(body).count() == 1) || own.contains("repr")
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
    !quiet.contains(&name) && ends.iter().any(|end| name.ends_with(end))
}

/// A comment right above the statement that speaks of the failure below: `# The error is ignorable.`
pub(super) fn is_announced(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    let before = statement.prev_sibling();
    before.is_some_and(|comment| {
        let text = unit.slice(comment).to_lowercase();
        let near = comment.end_position().row + 1 == statement.start_position().row;
        comment.kind() == "comment"
            && near
            && [
                "ignor",
                "suppress",
                "swallow",
                "best effort",
                "best-effort",
                "harmless",
            ]
            .iter()
            .any(|word| text.contains(word))
    })
}

/// Whether the statement stands in a handler of the same function.
pub(super) fn in_handler(statement: Node<'_>) -> bool {
    ancestors(statement)
        .take_while(|above| !is_scope(*above))
        .any(|above| above.kind() == "except_clause")
}
