//! Files that are new as a whole: migrations that add. A new module is an `architecture-change`.

use tree_sitter::Node;

use super::report;
use crate::rules::{Confidence, LoneFile, Reporter};
use crate::syntax::nodes::{Walk, field, walk};

/// Calls in migrations that add to what is stored.
const ADDS: [&str; 4] = ["AddField", "CreateModel", "add_column", "create_table"];

pub(super) fn compare(added: &LoneFile<'_>, reporter: &mut Reporter) {
    let folders = ["migrations", "versions"];
    if added.path.split('/').any(|part| folders.contains(&part)) {
        migration(added, reporter);
    }
}

fn migration(added: &LoneFile<'_>, reporter: &mut Reporter) {
    let source = added.file.source;
    let mut first: Option<(Node<'_>, &str)> = None;
    walk(source.root(), &mut |node| {
        // What the way back adds was there before.
        let name = field(node, "name").map(|one| source.slice(one));
        if node.kind() == "function_definition" && name == Some("downgrade") {
            return Walk::Over;
        }
        if let (Some(called), None) = (field(node, "function"), first) {
            let called = source.slice(called);
            let name = called.rsplit('.').next().unwrap_or(called);
            if node.kind() == "call" && called != name && ADDS.contains(&name) {
                first = Some((node, name));
            }
        }
        Walk::Into
    });
    if let Some((node, name)) = first {
        let text = source.slice(node).lines().next().unwrap_or_default();
        let span = node.start_byte()..node.start_byte() + text.len();
        let message = format!("{name} adds to what is stored: production has no place for it");
        report(reporter, span, Confidence::Likely, message);
    }
}
