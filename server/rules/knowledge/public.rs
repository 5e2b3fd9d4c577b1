//! What other modules may rely on.

use std::collections::BTreeSet;

use crate::rules::FileChange;
use crate::syntax::nodes::{Walk, field, walk};
use crate::syntax::unit::{binds, definition_node};
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

/// Folders that hold a copy of somebody else's code.
const VENDORED: [&str; 6] = [
    "_vendor",
    "_vendored",
    "vendor",
    "vendored",
    "third_party",
    "site-packages",
];

/// Whether others may import from this file at all. A private file of a public package that lists
/// names in `__all__` offers them to others, mostly by way of its package.
#[must_use]
pub fn is_exposed(change: &FileChange<'_>) -> bool {
    let offers = || {
        let folder = change
            .path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        is_importable(folder) && is_shipped(change.path) && exported(change.base).is_some()
    };
    !change.head.is_test && (is_importable(change.path) || offers())
}

/// Whether others may import from a file at this path.
#[must_use]
pub fn is_importable(path: &str) -> bool {
    let private = |part: &str| part.starts_with('_') && !part.starts_with("__");
    is_shipped(path) && !path.split('/').any(private)
}

/// Whether the file is the program's own and runs in production, as far as its path tells.
#[must_use]
pub fn is_shipped(path: &str) -> bool {
    let beside = |part: &str| PRIVATE_PLACES.contains(&part) || VENDORED.contains(&part);
    !path.split('/').any(beside)
}

/// `shop.orders` for `src/shop/orders.py`; the package for its `__init__.py`.
#[must_use]
pub fn module_name(path: &str) -> String {
    let path = path.strip_suffix(".py").unwrap_or(path);
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    let inside = ["src/", "lib/", "python/"]
        .iter()
        .find_map(|folder| path.strip_prefix(folder));
    inside.unwrap_or(path).replace('/', ".")
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

/// Whether the class body binds `name`, its methods aside.
fn assigns(file: File<'_>, class: &Definition, name: &str) -> bool {
    let node = definition_node(file.source, class).and_then(|node| field(node, "body"));
    let mut found = false;
    if let Some(body) = node {
        walk(body, &mut |node| {
            match node.kind() {
                "function_definition" | "class_definition" | "lambda" => return Walk::Over,
                "identifier" => found |= file.source.slice(node) == name && binds(node),
                _ => {}
            }
            Walk::Into
        });
    }
    found
}
