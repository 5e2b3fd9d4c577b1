//! What the hotfix adds to a file: log lines, guards, handlers, clear errors.

use tree_sitter::Node;

use crate::checklist::branch::{File, Side};
use crate::syntax::nodes::{Walk, children, field, walk};

/// How many of each the hotfix adds on its own lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Added {
    pub logs: usize,
    pub raises: usize,
    pub handlers: usize,
    pub guards: usize,
}

/// Methods of loggers.
const LEVELS: [&str; 9] = [
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "exception",
    "critical",
    "log",
    "fatal",
];

impl Added {
    /// What `file` gains on production.
    pub fn new(file: &File, loggers: &[String]) -> Self {
        let mut added = Self::default();
        let Some(head) = &file.head else {
            return added;
        };
        walk(head.source.root(), &mut |node| {
            let line = node.start_position().row;
            match node.kind() {
                _ if !file.is_new_line(line) => {}
                "raise_statement" => added.raises += 1,
                "except_clause" => added.handlers += 1,
                "if_statement" if is_guard(node) => added.guards += 1,
                "with_statement" => added.guards += 1,
                "call" if is_log(node, head, loggers) => added.logs += 1,
                "call" if protects(node, head) => added.guards += 1,
                "keyword_argument" if is_timeout(node, head) => added.guards += 1,
                _ => {}
            }
            Walk::Into
        });
        added
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            logs: self.logs + other.logs,
            raises: self.raises + other.raises,
            handlers: self.handlers + other.handlers,
            guards: self.guards + other.guards,
        }
    }
}

/// A condition whose body leaves: what follows is protected.
fn is_guard(node: Node<'_>) -> bool {
    let body = field(node, "consequence");
    let leaves = |node: Node<'_>| {
        let kinds = [
            "return_statement",
            "raise_statement",
            "continue_statement",
            "break_statement",
        ];
        kinds.contains(&node.kind())
    };
    body.is_some_and(|body| {
        let last = children(body).filter(|it| it.kind() != "comment").last();
        last.is_some_and(leaves)
    })
}

fn is_log(call: Node<'_>, side: &Side, loggers: &[String]) -> bool {
    let Some(function) = field(call, "function").filter(|it| it.kind() == "attribute") else {
        return false;
    };
    let text = |name: &str| field(function, name).map_or("", |it| side.source.slice(it));
    let object = text("object").rsplit('.').next().unwrap_or_default();
    let object = object.trim_end_matches("()").to_lowercase();
    let is_logger = object.contains("log") || loggers.iter().any(|it| it.to_lowercase() == object);
    LEVELS.contains(&text("attribute")) && is_logger
}

/// Calls that turn a wrong state into an error or into a default.
fn protects(call: Node<'_>, side: &Side) -> bool {
    let Some(function) = field(call, "function") else {
        return false;
    };
    let name = side.source.slice(function);
    let last = name.rsplit('.').next().unwrap_or(name);
    matches!(last, "raise_for_status" | "isinstance" | "setdefault")
        || last == "get" && function.kind() == "attribute"
}

fn is_timeout(argument: Node<'_>, side: &Side) -> bool {
    field(argument, "name").is_some_and(|name| side.source.slice(name) == "timeout")
}
