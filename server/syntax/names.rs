//! What imported names stand for: `import requests as r` makes `r.get` mean `requests.get`.

use std::collections::HashMap;

use tree_sitter::Node;

use super::Source;
use super::nodes::{children, field};

/// Local name → dotted name that it stands for.
#[derive(Debug, Clone, Default)]
pub struct Names {
    imported: HashMap<String, String>,
    modules: Vec<String>,
}

impl Names {
    /// Adds what one import statement binds.
    pub fn add(&mut self, statement: Node<'_>, source: &Source) {
        let module = field(statement, "module_name").map(|node| source.slice(node).to_owned());
        for item in super::nodes::fields(statement, "name") {
            let (path, alias) = match item.kind() {
                "aliased_import" => (
                    field(item, "name").map(|node| source.slice(node)),
                    field(item, "alias").map(|node| source.slice(node)),
                ),
                _ => (Some(source.slice(item)), None),
            };
            let Some(path) = path else { continue };
            if let Some(module) = &module {
                self.modules.push(module.clone());
                let local = alias.unwrap_or(path);
                self.imported
                    .insert(local.to_owned(), format!("{module}.{path}"));
            } else {
                self.modules.push(path.to_owned());
                if let Some(alias) = alias {
                    self.imported.insert(alias.to_owned(), path.to_owned())
                } else {
                    let top = path.split('.').next().unwrap_or(path);
                    self.imported.insert(top.to_owned(), top.to_owned())
                };
            }
        }
    }

    /// The local names that are bound.
    pub fn locals(&self) -> impl Iterator<Item = &str> {
        self.imported.keys().map(String::as_str)
    }

    /// Adds all imports in a scope's own code (imports inside functions).
    pub fn add_local(&mut self, scope: Node<'_>, source: &Source) {
        for statement in super::nodes::own(scope, &["import_statement", "import_from_statement"]) {
            self.add(statement, source);
        }
    }

    /// The dotted name with its first part replaced by what that was imported as.
    #[must_use]
    pub fn expand(&self, dotted: &str) -> String {
        let (first, rest) = dotted.split_once('.').unwrap_or((dotted, ""));
        match self.imported.get(first) {
            Some(full) if rest.is_empty() => full.clone(),
            Some(full) => format!("{full}.{rest}"),
            None => dotted.to_owned(),
        }
    }

    /// Whether the local name was bound by an import.
    #[must_use]
    pub fn is_imported(&self, local: &str) -> bool {
        self.imported.contains_key(local)
    }

    /// Whether the file imports the module or something below it (`concurrent` covers
    /// `concurrent.futures`).
    #[must_use]
    pub fn imports_module(&self, module: &str) -> bool {
        self.modules.iter().any(|name| {
            name == module
                || name
                    .strip_prefix(module)
                    .is_some_and(|rest| rest.starts_with('.'))
        })
    }

    /// The local name that stands for the dotted name, if one does.
    #[must_use]
    pub fn local_for(&self, dotted: &str) -> Option<&str> {
        self.imported
            .iter()
            .filter(|(_, full)| full.as_str() == dotted)
            .map(|(local, _)| local.as_str())
            .min()
    }
}

/// The text of a chain of names (`a.b.c`), without spaces and comments; `None` for anything else.
#[must_use]
pub fn dotted(node: Node<'_>, source: &Source) -> Option<String> {
    match node.kind() {
        "identifier" => Some(source.slice(node).to_owned()),
        "attribute" => {
            let object = dotted(field(node, "object")?, source)?;
            let attribute = source.slice(field(node, "attribute")?);
            Some(format!("{object}.{attribute}"))
        }
        "dotted_name" => Some(
            children(node)
                .map(|part| source.slice(part))
                .collect::<Vec<_>>()
                .join("."),
        ),
        _ => None,
    }
}
