//! Names that a module only imports, and that others import from it.

use tree_sitter::Node;

use super::{place_of_deletion, related, still_has};
use crate::compare::callers::Way;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::{ancestors, field, fields};

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    for index in 0..change.hunks.len() {
        for statement in change.edits.base(index).statements {
            let node = statement.node;
            if matches!(node.kind(), "import_statement" | "import_from_statement")
                && statement.depth == 0
                && !ancestors(node).any(|up| up.kind() == "if_statement")
            {
                import(change, node, reporter);
            }
        }
    }
}

fn import(change: &FileChange<'_>, statement: Node<'_>, reporter: &mut Reporter) {
    let source = change.base.source;
    for item in fields(statement, "name") {
        let bound = field(item, "alias").unwrap_or(item);
        let name = source.slice(bound);
        let name = match statement.kind() {
            "import_statement" => name.split('.').next().unwrap_or(name),
            _ => name,
        };
        let twice = fields(statement, "name")
            .take_while(|one| *one != item)
            .any(|one| {
                let other = field(one, "alias").unwrap_or(one);
                source.slice(other) == name
            });
        if still_has(change.head, name) || twice {
            continue;
        }
        let users = change
            .branch
            .users_by(Way::Imported, change.base_path, name);
        let confidence = match users.first() {
            Some(_) => Confidence::Certain,
            None if hands_on(change, statement, name) => Confidence::Possible,
            None => continue,
        };
        let module = crate::rules::knowledge::public::module_name(change.path);
        let who = match users.first() {
            Some(user) => format!("{} does so and fails", user.path),
            None => "whoever does so fails".to_owned(),
        };
        let message = format!("{name} can no longer be imported from {module}: {who}");
        let span = place_of_deletion(change, item.start_byte());
        let mut draft = Draft {
            detail: format!("import {name}"),
            ..Draft::over(span, confidence, message)
        }
        .production(item.byte_range(), "production imports it here");
        draft.related.extend(related(users));
        reporter.report(draft);
    }
}

/// Whether a package imports from its own modules what it gives to others.
fn hands_on(change: &FileChange<'_>, statement: Node<'_>, name: &str) -> bool {
    let source: &Source = change.base.source;
    change.path.ends_with("/__init__.py")
        && !name.starts_with('_')
        && field(statement, "module_name").is_some_and(|from| {
            // `from . import orders` names a module, which can be imported all the same.
            let from = source.slice(from);
            from.starts_with('.') && !from.trim_start_matches('.').is_empty()
        })
}
