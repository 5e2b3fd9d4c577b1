//! Poetry's tables in `pyproject.toml`: `name = "^1.2"` or `name = {version = "^1.2", …}`.

use toml_edit::{Item, TableLike};

use super::toml::tables;
use super::{Dependency, List, normal};

pub(super) fn read(tool: &dyn TableLike, found: &mut Vec<Dependency>) {
    let Some(poetry) = tool.get("poetry").and_then(Item::as_table_like) else {
        return;
    };
    for (name, item) in tables(poetry.get("dependencies")) {
        found.extend(dependency(name, item, List::Shipped));
    }
    let development = || List::Development("dev".to_owned());
    for (name, item) in tables(poetry.get("dev-dependencies")) {
        found.extend(dependency(name, item, development()));
    }
    for (group, table) in tables(poetry.get("group")) {
        let entries = table
            .as_table_like()
            .and_then(|table| table.get("dependencies"));
        // `main` is Poetry's name for what is shipped.
        let list = match group {
            "main" => List::Shipped,
            _ => List::Development(group.to_owned()),
        };
        for (name, item) in tables(entries) {
            found.extend(dependency(name, item, list.clone()));
        }
    }
}

/// One entry, whatever its form: a version, a table, or a list of tables.
pub(super) fn dependency(name: &str, item: &Item, list: List) -> Option<Dependency> {
    let wanted = match item.as_str() {
        Some("*") => String::new(),
        Some(version) => version.to_owned(),
        None => spelled(item),
    };
    Some(Dependency {
        name: normal(name),
        list,
        wanted,
        span: item.span()?,
    })
}

/// A value in one spelling: layout, quotes and order aside.
fn spelled(item: &Item) -> String {
    if let Some(table) = item.as_table_like() {
        let mut entries: Vec<String> = table
            .iter()
            .map(|(key, value)| format!("{key} {}", spelled(value)))
            .collect();
        entries.sort();
        return entries.join(", ");
    }
    if let Some(text) = item.as_str() {
        return text.to_owned();
    }
    item.to_string().split_whitespace().collect()
}
