//! Hunks that only say other types.

use std::ops::Range;

use super::draft;
use crate::compare::canonical::{self, Token};
use crate::compare::edits::Part;
use crate::compare::statements::{Statement, untyped};
use crate::rules::{FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, ancestors, field, walk};
use crate::syntax::unit::definition_node;
use tree_sitter::Node;

/// Modules that only annotations need.
const TYPING: [&str; 5] = [
    "typing",
    "typing_extensions",
    "collections.abc",
    "__future__",
    "types",
];

/// Reports such hunks; gives their lines in head.
pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) -> Vec<Range<u32>> {
    let mut told = Vec::new();
    for index in 0..change.hunks.len() {
        let (base, head) = (change.edits.base(index), change.edits.head(index));
        if base.broken || head.broken || change.edits.same_code(index).is_some() {
            continue;
        }
        let (old, new) = (said(&base), said(&head));
        if old.is_empty() && new.is_empty() || old != new {
            continue;
        }
        if head.statements.iter().any(|one| gives_other(change, one)) {
            continue;
        }
        let first = head.statements.iter().find(|one| !is_for_types(&head, one));
        let Some(first) = first else { continue };
        let line = change.head.source.lines().line_of(first.span.start);
        let content = change
            .head
            .source
            .lines()
            .content(line, change.head.source.text());
        let span = first.span.start..content.end.min(first.span.end);
        let message = "Only type annotations change here: the code does the same".to_owned();
        reporter.report(draft(span, message, "annotations"));
        told.push(change.hunks[index].head.clone());
    }
    told
}

/// Whether a statement begins a function that returns something else in another hunk: then its
/// annotation goes with that.
fn gives_other(change: &FileChange<'_>, statement: &Statement<'_>) -> bool {
    if statement.node.kind() != "function_definition" {
        return false;
    }
    let index = change.head.outline.index_at(statement.node.start_byte());
    let old = change.matching.base_of(index);
    let old = old.and_then(|old| {
        definition_node(
            change.base.source,
            change.base.outline.definitions.get(old)?,
        )
    });
    old.is_some_and(|old| {
        returned(change.base.source, old) != returned(change.head.source, statement.node)
    })
}

/// What a function's own `return` and `yield` statements give.
fn returned(source: &Source, function: Node<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(body) = field(function, "body") {
        walk(body, &mut |node| match node.kind() {
            "function_definition" | "class_definition" | "lambda" => Walk::Over,
            "return_statement" | "yield" => {
                found.push(canonical::text(source, node));
                Walk::Over
            }
            _ => Walk::Into,
        });
    }
    found
}

/// What a hunk says besides annotations and what they need.
fn said<'a>(part: &Part<'_, 'a>) -> Vec<(u32, Vec<Token<'a>>)> {
    let statements = part.statements.iter();
    statements
        .filter(|one| !is_for_types(part, one))
        .map(|one| (one.depth, untyped(part.source, one)))
        .filter(|(_, tokens)| !tokens.is_empty())
        .collect()
}

/// Whether a statement only imports names for annotations.
fn is_for_types(part: &Part<'_, '_>, statement: &Statement<'_>) -> bool {
    let node = statement.node;
    let is_guard = |node: tree_sitter::Node<'_>| {
        let condition = (node.kind() == "if_statement").then(|| field(node, "condition"));
        let condition = condition.flatten().map_or("", |one| part.source.slice(one));
        condition.ends_with("TYPE_CHECKING")
    };
    match node.kind() {
        "future_import_statement" => true,
        "import_from_statement" | "import_statement" => {
            let module = field(node, "module_name").or_else(|| field(node, "name"));
            let module = module.map_or("", |one| part.source.slice(one));
            TYPING.contains(&module) || ancestors(node).any(is_guard)
        }
        _ => is_guard(node),
    }
}
