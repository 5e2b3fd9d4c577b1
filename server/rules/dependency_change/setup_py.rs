//! `setup.py`: the strings in lists that are called after requirements.

use tree_sitter::Node;

use super::requirements::requirement;
use super::toml::of_group;
use super::{Dependency, List};
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, ancestors, field, string_value, walk};

/// Reads the lists of requirements that stand in the file as such.
pub(super) fn read(source: &Source) -> Vec<Dependency> {
    let mut found = Vec::new();
    walk(source.root(), &mut |node| {
        if node.kind() == "keyword_argument" {
            found.extend(interpreter(source, node));
        }
        if node.kind() != "string" {
            return Walk::Into;
        }
        let listed = node
            .parent()
            .is_some_and(|one| matches!(one.kind(), "list" | "tuple" | "set"));
        if let (true, Some(text)) = (listed, string_value(node, source))
            && let Some(list) = list_of(source, node)
        {
            found.extend(requirement(text, node.byte_range(), list));
        }
        Walk::Over
    });
    found
}

/// `python_requires=">=3.9"`.
fn interpreter(source: &Source, argument: Node<'_>) -> Option<Dependency> {
    let (name, value) = (field(argument, "name")?, field(argument, "value")?);
    let wanted = string_value(value, source).filter(|_| source.slice(name) == "python_requires")?;
    Some(Dependency {
        name: "python".to_owned(),
        list: List::Shipped,
        wanted: wanted.replace(' ', ""),
        span: value.byte_range(),
    })
}

/// What the names around a string say of its list; none where they speak of no requirements.
fn list_of(source: &Source, string: Node<'_>) -> Option<List> {
    let names = ancestors(string).filter_map(|one| match one.kind() {
        "keyword_argument" => field(one, "name").map(|name| source.slice(name)),
        "assignment" => field(one, "left").map(|name| source.slice(name)),
        "pair" => field(one, "key").and_then(|key| string_value(key, source)),
        _ => None,
    });
    let mut inner = None;
    for name in names {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "install_requires" => return Some(List::Shipped),
            "setup_requires" => return Some(List::Build),
            "tests_require" => return Some(List::Development("tests".to_owned())),
            "extras_require" => return Some(of_group(inner.unwrap_or("extras"))),
            _ if ["require", "extra", "depend"]
                .iter()
                .any(|word| lower.contains(word)) =>
            {
                let shipped =
                    lower.contains("install") || lower == "requires" || lower == "requirements";
                return Some(if shipped {
                    List::Shipped
                } else {
                    of_group(name)
                });
            }
            _ => inner = inner.or(Some(name)),
        }
    }
    None
}
