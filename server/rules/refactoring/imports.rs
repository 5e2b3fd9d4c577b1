//! Imports that only stand in another order.

use super::draft;
use crate::compare::edits::Part;
use crate::compare::statements::Statement;
use crate::rules::{FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::{children, field, fields};

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let all: Vec<usize> = (0..change.hunks.len())
        .filter(|&hunk| {
            change.edits.same_code(hunk).is_none()
                && only_imports(&change.edits.base(hunk))
                && only_imports(&change.edits.head(hunk))
        })
        .collect();
    let names = |part: Part<'_, '_>| -> Vec<String> {
        let source = part.source;
        part.statements
            .iter()
            .flat_map(|one| imported(source, one))
            .collect()
    };
    let mut before: Vec<String> = all
        .iter()
        .flat_map(|&hunk| names(change.edits.base(hunk)))
        .collect();
    let mut now: Vec<String> = all
        .iter()
        .flat_map(|&hunk| names(change.edits.head(hunk)))
        .collect();
    before.sort();
    now.sort();
    if before != now {
        return;
    }
    let first = all.iter().find_map(|&hunk| {
        change
            .edits
            .head(hunk)
            .statements
            .first()
            .map(|one| one.span.clone())
    });
    if let Some(span) = first {
        let message = "Only the order of the imports changes".to_owned();
        reporter.report(draft(span, message, "imports"));
    }
}

fn only_imports(part: &Part<'_, '_>) -> bool {
    !part.broken
        && part.statements.iter().all(|one| {
            matches!(
                one.node.kind(),
                "import_statement" | "import_from_statement"
            )
        })
}

/// Module, name and alias of everything that a statement imports.
fn imported(source: &Source, statement: &Statement<'_>) -> Vec<String> {
    let node = statement.node;
    let module = field(node, "module_name").map_or("", |one| source.slice(one));
    let star = children(node).any(|one| one.kind() == "wildcard_import");
    let mut found: Vec<String> = fields(node, "name")
        .map(|one| format!("{}:{module}:{}", statement.depth, source.slice(one)))
        .collect();
    if star {
        found.push(format!("{}:{module}:*", statement.depth));
    }
    found
}
