//! What a changed file is for, told by its path.

use serde::Serialize;

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

/// Folders in which one file stands for one entry of the changelog: towncrier, scriv and others.
const FRAGMENTS: [&str; 8] = [
    "changelog.d",
    "newsfragments",
    "news",
    "changes",
    "changelog",
    "changelogs",
    "changelog_unreleased",
    "releasenotes/notes",
];

/// How the names of changelogs begin.
const CHANGELOGS: [&str; 6] = [
    "changelog",
    "changes",
    "history",
    "news",
    "release-notes",
    "release_notes",
];

/// Endings of documents; some have none.
const DOCUMENTS: [&str; 5] = ["md", "rst", "txt", "adoc", "mdx"];

/// What the file at `path` (relative, with `/`) is for; `is_test` is the setting's word.
#[must_use]
pub fn kind_of(path: &str, is_test: bool) -> Kind {
    let lower = path.to_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if matches!(ending, "py" | "pyi" | "pyx") {
        return if is_test { Kind::Test } else { Kind::Code };
    }
    let is_text = ending.is_empty() || DOCUMENTS.contains(&ending);
    let begins = |start: &str| stem == start || stem.starts_with(&format!("{start}."));
    if is_text && CHANGELOGS.iter().any(|name| begins(name)) {
        return Kind::Changelog;
    }
    let in_fragments = FRAGMENTS.iter().any(|fragments| {
        folder == *fragments
            || folder.ends_with(&format!("/{fragments}"))
            || folder.starts_with(&format!("{fragments}/"))
    });
    // A fragment is named `123.bugfix`, `123.bugfix.rst`, `20250130_fix.md`.
    let is_fragment =
        in_fragments && !matches!(stem, "readme" | "template" | "index" | "_template");
    let plain = is_text || matches!(ending, "yaml" | "yml") || is_fragment_type(ending);
    if is_fragment && plain && !name.starts_with('.') {
        return Kind::Changelog;
    }
    if is_text && !name.starts_with("requirements") && !name.starts_with("constraints") {
        return Kind::Document;
    }
    Kind::Other
}

fn is_fragment_type(ending: &str) -> bool {
    let types = [
        "bugfix", "feature", "security", "fix", "misc", "doc", "removal", "fixed",
    ];
    types.contains(&ending)
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
