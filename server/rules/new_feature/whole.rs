//! Files that are new as a whole: modules with something for others, migrations that add.

use tree_sitter::Node;

use super::report;
use crate::rules::knowledge::public::{exported, is_importable, is_public};
use crate::rules::{Confidence, LoneFile, Reporter};
use crate::syntax::nodes::{Walk, field, walk};
use crate::syntax::outline::Kind;
use crate::syntax::unit::definition_node;

/// Calls in migrations that add to what is stored.
const ADDS: [&str; 4] = ["AddField", "CreateModel", "add_column", "create_table"];

pub(super) fn compare(added: &LoneFile<'_>, reporter: &mut Reporter) {
    let folders = ["migrations", "versions"];
    if added.path.split('/').any(|part| folders.contains(&part)) {
        migration(added, reporter);
    } else if is_importable(added.path) {
        module(added, reporter);
    }
}

/// The first that others can use stands for all.
fn module(added: &LoneFile<'_>, reporter: &mut Reporter) {
    let file = added.file;
    let names = exported(file);
    let new = file.outline.definitions.iter().filter(|one| {
        one.kind != Kind::Module
            && one.parent == 0
            && is_public(&one.qualname, names.as_ref())
            && added.branch.came(added.path, &one.qualname).is_none()
    });
    let all: Vec<_> = new.collect();
    let Some(first) = all.first() else { return };
    let name = definition_node(file.source, first).and_then(|node| field(node, "name"));
    if let Some(name) = name {
        let more = match all.len() - 1 {
            0 => String::new(),
            count => format!(", as are {count} more in this file"),
        };
        let message = format!(
            "{} is new and public{more}: a hotfix mends what is there",
            first.name
        );
        report(reporter, name.byte_range(), Confidence::Likely, message);
    }
}

fn migration(added: &LoneFile<'_>, reporter: &mut Reporter) {
    let source = added.file.source;
    let mut first: Option<(Node<'_>, &str)> = None;
    walk(source.root(), &mut |node| {
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
