//! Lock files: `poetry.lock`, `uv.lock`, `pdm.lock`, `pylock.toml`, `Pipfile.lock`.

use toml_edit::{Document, Item};

use super::{Dependency, List, normal};

/// `[[package]]` (`[[packages]]` in `pylock.toml`) with `name` and `version`.
pub(super) fn toml(text: &str) -> Option<Vec<Dependency>> {
    let document = Document::parse(text).ok()?;
    let root = document.as_table();
    let packages = root.get("package").or_else(|| root.get("packages"));
    let mut found = Vec::new();
    for package in packages
        .and_then(Item::as_array_of_tables)
        .into_iter()
        .flatten()
    {
        let (Some(name), Some(version)) = (package.get("name"), package.get("version")) else {
            continue;
        };
        // The project itself stands in uv's file: its version is the release, not a dependency.
        let source = package.get("source").and_then(Item::as_table_like);
        let own = source.is_some_and(|source| {
            ["editable", "virtual", "directory"]
                .iter()
                .any(|one| source.contains_key(one))
        });
        if own {
            continue;
        }
        if let (Some(name), Some(wanted), Some(span)) =
            (name.as_str(), version.as_str(), version.span())
        {
            found.push(Dependency {
                name: normal(name),
                list: List::Locked,
                wanted: wanted.to_owned(),
                span,
            });
        }
    }
    Some(found)
}

/// `{"default": {"name": {"version": "==1.0"}}}`. JSON has no places here: the name is looked up.
pub(super) fn pipfile(text: &str) -> Option<Vec<Dependency>> {
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    let mut found = Vec::new();
    for table in ["default", "develop"] {
        let packages = document.get(table).and_then(serde_json::Value::as_object);
        for (name, package) in packages.into_iter().flatten() {
            let Some(version) = package.get("version").and_then(serde_json::Value::as_str) else {
                continue;
            };
            let quoted = format!("\"{name}\"");
            let start = text.find(&quoted).unwrap_or(0);
            found.push(Dependency {
                name: normal(name),
                list: List::Locked,
                wanted: version.trim_start_matches("==").to_owned(),
                span: start..(start + quoted.len()).min(text.len()),
            });
        }
    }
    Some(found)
}
