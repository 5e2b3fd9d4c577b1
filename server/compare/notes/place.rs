//! Which files hold release notes.

use super::Kind;

/// Folders in which one file stands for one entry of the changelog: towncrier, scriv and others.
const FRAGMENTS: [&str; 10] = [
    "changelog.d",
    "newsfragments",
    "news",
    "changes",
    "changelog",
    "changelogs",
    "changelog_unreleased",
    "upcoming_changes",
    "topfiles",
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

/// Endings of texts; some have none.
const TEXTS: [&str; 6] = ["", "md", "rst", "txt", "adoc", "mdx"];

/// Names of files in a folder of fragments that are about the fragments.
const ABOUT: [&str; 4] = ["readme", "template", "index", "_template"];

/// What a file of release notes is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A fragment whose name says what it is about, with the word: `12.feature.rst`.
    Typed(Kind, String),
    /// A note of reno: a mapping from kinds to lists.
    Reno,
    /// A changelog, or a fragment with headings of its own.
    Log,
}

/// What the file at `path` (relative to the repository, with `/`) is for the release notes.
#[must_use]
pub fn place(path: &str) -> Option<Place> {
    let lower = path.to_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if name.starts_with('.') || matches!(ending, "py" | "pyi" | "pyx") {
        return None;
    }
    let is_text = TEXTS.contains(&ending);
    let begins = |start: &str| stem == start || stem.starts_with(&format!("{start}."));
    if is_text && CHANGELOGS.iter().any(|start| begins(start)) {
        return Some(Place::Log);
    }
    let within = format!("/{folder}/");
    let in_fragments = FRAGMENTS
        .iter()
        .any(|fragments| within.contains(&format!("/{fragments}/")));
    if !in_fragments || ABOUT.contains(&stem) {
        return None;
    }
    // `12.feature.rst`, `12.feature.1.md`, `+export.feature`: the issue stands first.
    let parts = name.split('.').skip(1).collect::<Vec<_>>();
    let typed = parts
        .iter()
        .rev()
        .find_map(|part| Some(Place::Typed(Kind::of_word(part)?, (*part).to_owned())));
    if typed.is_some() {
        return typed;
    }
    match ending {
        "yaml" | "yml" => Some(Place::Reno),
        _ if is_text => Some(Place::Log),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_notes_are_told_by_their_paths() {
        let typed = |kind, word: &str| Some(Place::Typed(kind, word.to_owned()));
        for (path, expected) in [
            ("news/12.bugfix", typed(Kind::Fix, "bugfix")),
            (
                "CHANGES/plugin_api/12.removal",
                typed(Kind::Removal, "removal"),
            ),
            ("changes/+export.added.md", typed(Kind::Feature, "added")),
            ("changes/12.feature.2.rst", typed(Kind::Feature, "feature")),
            ("changelog.d/12.misc", typed(Kind::Internal, "misc")),
            (
                "doc/upcoming_changes/9.new_feature.rst",
                typed(Kind::Feature, "new_feature"),
            ),
            ("releasenotes/notes/export-3f.yaml", Some(Place::Reno)),
            ("CHANGELOG.md", Some(Place::Log)),
            ("docs/changes.rst", Some(Place::Log)),
            ("HISTORY", Some(Place::Log)),
            ("changelog.d/20260130_ada.md", Some(Place::Log)),
            ("news/README.rst", None),
            ("news/.gitignore", None),
            ("news/feed.py", None),
            ("news/feed.json", None),
            ("shop/feature.md", None),
            ("docs/12.feature.md", None),
        ] {
            assert_eq!(place(path), expected, "{path}");
        }
    }
}
