//! What other modules may rely on.

use std::collections::BTreeSet;

use crate::rules::FileChange;
use crate::syntax::nodes::{Walk, walk};
use crate::syntax::{Definition, File, Kind};

/// Folders and files whose names nobody imports.
const PRIVATE_PLACES: [&str; 14] = [
    "tests",
    "test",
    "testing",
    "docs",
    "doc",
    "examples",
    "example",
    "benchmarks",
    "benches",
    "scripts",
    "tools",
    "migrations",
    "setup.py",
    "conftest.py",
];

/// Whether others may import from this file at all.
#[must_use]
pub fn is_exposed(change: &FileChange<'_>) -> bool {
    let private = |part: &str| part.starts_with('_') && !part.starts_with("__");
    !change.head.is_test
        && !change
            .path
            .split('/')
            .any(|part| private(part) || PRIVATE_PLACES.contains(&part))
}

/// The names in `__all__`; `None` where the module has none.
#[must_use]
pub fn exported(file: File<'_>) -> Option<BTreeSet<String>> {
    let mut lists = file
        .outline
        .assigned
        .iter()
        .filter(|(name, _)| name == "__all__")
        .peekable();
    lists.peek()?;
    let mut names = BTreeSet::new();
    for (_, bytes) in lists {
        let Some(node) = file.source.node_at(bytes.clone()) else {
            continue;
        };
        walk(node, &mut |node| {
            if node.kind() == "string_content" {
                names.insert(file.source.slice(node).to_owned());
            }
            Walk::Into
        });
    }
    Some(names)
}

/// Whether a name of the module, or one in it, is for others.
#[must_use]
pub fn is_public(qualname: &str, exported: Option<&BTreeSet<String>>) -> bool {
    let open =
        |part: &str| !part.starts_with('_') || (part.starts_with("__") && part.ends_with("__"));
    let top = qualname.split('.').next().unwrap_or_default();
    qualname.split('.').all(open)
        && !qualname.contains('#')
        && exported.is_none_or(|names| names.contains(top))
}

/// Whether the file still has this name of a module or class, in whatever way.
#[must_use]
pub fn still_has(file: File<'_>, qualname: &str) -> bool {
    if file.outline.find(qualname).is_some() {
        return true;
    }
    match qualname.rsplit_once('.') {
        None => {
            file.outline.names.is_imported(qualname)
                || file
                    .outline
                    .assigned
                    .iter()
                    .any(|(name, _)| name == qualname)
                || file.outline.find("__getattr__").is_some()
                || has_star_import(file)
        }
        Some((class, name)) => {
            let class = file
                .outline
                .find(class)
                .filter(|one| one.kind == Kind::Class);
            class.is_some_and(|class| assigns(file, class, name))
        }
    }
}

fn has_star_import(file: File<'_>) -> bool {
    file.source
        .text()
        .lines()
        .any(|line| line.starts_with("from ") && line.trim_end().ends_with("import *"))
}

/// Whether the class body has `name = …`.
fn assigns(file: File<'_>, class: &Definition, name: &str) -> bool {
    file.source.text()[class.core.clone()].lines().any(|line| {
        line.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with(['=', ':']))
    })
}
