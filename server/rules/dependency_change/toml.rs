//! `pyproject.toml` (PEP 621, PEP 735, Poetry) and `Pipfile`.

use toml_edit::{Document, Item, TableLike, Value};

use super::requirements::requirement;
use super::{Dependency, List, is_for_development, normal, poetry};

pub(super) fn pyproject(text: &str) -> Option<Vec<Dependency>> {
    let document = Document::parse(text).ok()?;
    let root = document.as_table();
    let mut found = Vec::new();
    if let Some(project) = root.get("project").and_then(Item::as_table_like) {
        array(project.get("dependencies"), &List::Shipped, &mut found);
        if let Some(python) = project.get("requires-python") {
            interpreter(python, &mut found);
        }
        for (name, items) in tables(project.get("optional-dependencies")) {
            array(Some(items), &of_group(name), &mut found);
        }
    }
    for (name, items) in tables(root.get("dependency-groups")) {
        array(Some(items), &List::Development(name.to_owned()), &mut found);
    }
    let build = root.get("build-system").and_then(Item::as_table_like);
    array(
        build.and_then(|build| build.get("requires")),
        &List::Build,
        &mut found,
    );
    if let Some(tool) = root.get("tool").and_then(Item::as_table_like) {
        poetry::read(tool, &mut found);
    }
    Some(found)
}

pub(super) fn pipfile(text: &str) -> Option<Vec<Dependency>> {
    let document = Document::parse(text).ok()?;
    let root = document.as_table();
    let mut found = Vec::new();
    for (table, list) in [
        ("packages", List::Shipped),
        ("dev-packages", List::Development("dev-packages".to_owned())),
    ] {
        for (name, item) in tables(root.get(table)) {
            found.extend(poetry::dependency(name, item, list.clone()));
        }
    }
    Some(found)
}

/// An extra is shipped, unless its name says that it is for developers.
pub(super) fn of_group(name: &str) -> List {
    if is_for_development(name) {
        List::Development(name.to_owned())
    } else {
        List::Extra(name.to_owned())
    }
}

/// The entries of a table; none of anything else.
pub(super) fn tables(item: Option<&Item>) -> impl Iterator<Item = (&str, &Item)> {
    item.and_then(Item::as_table_like)
        .into_iter()
        .flat_map(TableLike::iter)
}

fn array(item: Option<&Item>, list: &List, found: &mut Vec<Dependency>) {
    let values = item.and_then(Item::as_array).into_iter().flatten();
    for value in values {
        if let (Some(text), Some(span)) = (value.as_str(), value.span()) {
            found.extend(requirement(text, span, list.clone()));
        }
    }
}

/// The Python that the package wants.
fn interpreter(item: &Item, found: &mut Vec<Dependency>) {
    let wanted = item.as_value().and_then(Value::as_str);
    if let (Some(wanted), Some(span)) = (wanted, item.span()) {
        found.push(Dependency {
            name: normal("python"),
            list: List::Shipped,
            wanted: wanted.replace(' ', ""),
            span,
        });
    }
}
