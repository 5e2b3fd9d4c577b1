//! Which calls write a log line, and the expressions that it prints.

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field};

/// `logger`, `self.log`, `app.logger`, `logging`, or a name from the settings.
pub(super) fn is_logger(unit: &Unit<'_>, object: Node<'_>) -> bool {
    let object = match object.kind() {
        // logging.getLogger(__name__).info(…), logger.bind(…).info(…)
        "call" => match field(object, "function") {
            Some(function) => function,
            None => return false,
        },
        _ => object,
    };
    let text = unit.slice(object);
    let parts: Vec<&str> = text.split('.').collect();
    let last = parts.last().copied().unwrap_or_default();
    let known = |name: &str| {
        let lower = name.trim_matches('_').to_ascii_lowercase();
        matches!(
            lower.as_str(),
            "log" | "logger" | "logging" | "getlogger" | "get_logger"
        ) || lower.ends_with("_logger")
            || lower.ends_with("_log")
    };
    known(last)
        || parts
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|before| known(before))
        || unit.file.settings.loggers.iter().any(|name| name == last)
}

/// The expressions that the line prints: arguments, parts of f-strings, `%` and `.format`, values
/// of `extra=`.
pub(super) fn values(call: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    for argument in field(call, "arguments").into_iter().flat_map(children) {
        take(argument, &mut found);
    }
    found
}

fn take<'t>(node: Node<'t>, found: &mut Vec<Node<'t>>) {
    let node = bare(node);
    match node.kind() {
        "string" => {
            let parts = children(node).filter(|part| part.kind() == "interpolation");
            found.extend(
                parts.filter_map(|part| field(part, "expression").or_else(|| part.named_child(0))),
            );
        }
        "concatenated_string" | "tuple" | "list" | "dictionary" | "dictionary_splat" => {
            children(node).for_each(|part| take(part, found));
        }
        "pair" | "keyword_argument" => {
            if let Some(value) = field(node, "value") {
                take(value, found);
            }
        }
        "binary_operator" => {
            for side in ["left", "right"] {
                if let Some(side) = field(node, side) {
                    take(side, found);
                }
            }
        }
        "call" if formats(node) => {
            for argument in field(node, "arguments").into_iter().flat_map(children) {
                take(argument, found);
            }
        }
        _ => found.push(node),
    }
}

/// `"…".format(…)`.
fn formats(call: Node<'_>) -> bool {
    field(call, "function")
        .and_then(|function| field(function, "object"))
        .is_some_and(|object| matches!(bare(object).kind(), "string" | "concatenated_string"))
}
