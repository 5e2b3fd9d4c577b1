//! What a changed file is for, told by its path.

use serde::Serialize;

use crate::compare::notes;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Python that ships.
    Code,
    /// Python that tests.
    Test,
    /// A changelog, or one news fragment of it.
    Changelog,
    /// Documents for people.
    Document,
    /// Everything else: manifests, lock files, data, pictures.
    Other,
}

/// Endings of documents; some have none.
const DOCUMENTS: [&str; 5] = ["md", "rst", "txt", "adoc", "mdx"];

/// What the file at `path` (relative, with `/`) is for; `is_test` is the setting's word.
#[must_use]
pub fn kind_of(path: &str, is_test: bool) -> Kind {
    let lower = path.to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if matches!(ending, "py" | "pyi" | "pyx") {
        return if is_test { Kind::Test } else { Kind::Code };
    }
    let is_text = ending.is_empty() || DOCUMENTS.contains(&ending);
    if notes::reads(path) {
        return Kind::Changelog;
    }
    if is_text && !name.starts_with("requirements") && !name.starts_with("constraints") {
        return Kind::Document;
    }
    Kind::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(path: &str, expected: Kind) {
        assert_eq!(kind_of(path, path.contains("test")), expected, "{path}");
    }

    #[test]
    fn changelogs_and_fragments_are_told_from_documents() {
        case("CHANGELOG.md", Kind::Changelog);
        case("docs/changes.rst", Kind::Changelog);
        case("HISTORY", Kind::Changelog);
        case("newsfragments/123.bugfix.rst", Kind::Changelog);
        case("changelog.d/20260130_ada.md", Kind::Changelog);
        case("changes/123.bugfix", Kind::Changelog);
        case("newsfragments/README.rst", Kind::Document);
        case("README.md", Kind::Document);
        case("skills/orders/SKILL.md", Kind::Document);
        case("requirements.txt", Kind::Other);
        case("LICENSE", Kind::Document);
    }

    #[test]
    fn code_and_tests_are_told_by_the_setting() {
        case("shop/orders.py", Kind::Code);
        case("tests/test_orders.py", Kind::Test);
        case("changes/tool.py", Kind::Code);
        case("pyproject.toml", Kind::Other);
    }
}
