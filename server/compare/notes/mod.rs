//! What a team's own release notes say of a change: fragments of towncrier and scriv, notes of reno,
//! and lines of a changelog.
//!
//! A note is part of the change, not of a commit message: whoever ships a hotfix ships it. It tells
//! what the authors themselves call the change, which code alone often does not show.

mod lines;
mod place;
mod reno;

use std::ops::Range;

use super::shape::{Counts, Fact};

pub use place::{Place, place};

/// What a release note calls a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something new.
    Feature,
    /// Something that is gone, or that works otherwise than callers expect.
    Removal,
    /// Something that is to go.
    Deprecation,
    /// Something mended, a hole closed.
    Fix,
    /// Nothing that users see.
    Internal,
}

impl Kind {
    /// The kind that a word means: the type of a fragment, a heading, a key. `Bug fixes`, `added`.
    fn of_word(word: &str) -> Option<Self> {
        let plain: String = word
            .chars()
            .filter(char::is_ascii_alphabetic)
            .map(|one| one.to_ascii_lowercase())
            .collect();
        Some(match plain.as_str() {
            "feature" | "features" | "feat" | "added" | "add" | "additions" | "newfeature"
            | "newfeatures" | "enhancement" | "enhancements" | "improvement" | "improvements"
            | "usecase" => Self::Feature,
            "removal"
            | "removals"
            | "removed"
            | "remove"
            | "breaking"
            | "breakingchange"
            | "breakingchanges"
            | "break"
            | "incompatible"
            | "backwardincompatible"
            | "compatibility"
            | "expired"
            | "expireddeprecations"
            | "capiremoval"
            | "deprecationsandremovals" => Self::Removal,
            "deprecation" | "deprecations" | "deprecated" | "deprecate" => Self::Deprecation,
            "bugfix" | "bugfixes" | "bug" | "bugs" | "fix" | "fixed" | "fixes" | "hotfix"
            | "hotfixes" | "security" | "securityfixes" | "regression" => Self::Fix,
            "misc" | "trivial" | "internal" | "internalchanges" | "housekeeping" | "chore"
            | "refactor" | "refactoring" => Self::Internal,
            _ => return None,
        })
    }
}

/// One new entry of the release notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it calls the change.
    pub kind: Kind,
    /// The word that says so, as it is written: `feature`, `### Added`.
    pub word: String,
    /// Whether the team sorted it so: by a fragment's type, a heading, a key. Otherwise only the
    /// first word of a line tells.
    pub is_sorted: bool,
    /// The bytes of the entry's first line in the hotfix's text, without the space around it.
    pub span: Range<usize>,
}

/// Whether a file holds release notes, told by its path (relative to the repository, with `/`).
#[must_use]
pub fn reads(path: &str) -> bool {
    place(path).is_some()
}

/// What the hotfix's text of a file of release notes says that production's does not.
#[must_use]
pub fn entries(path: &str, base: Option<&str>, head: &str) -> Vec<Entry> {
    match place(path) {
        Some(Place::Typed(kind, word)) if base.is_none() => {
            let entry = first_line(head).map(|span| Entry {
                kind,
                word,
                is_sorted: true,
                span,
            });
            entry.into_iter().collect()
        }
        Some(Place::Reno) => reno::entries(base, head),
        Some(Place::Log) => lines::entries(base, head),
        Some(Place::Typed(..)) | None => Vec::new(),
    }
}

/// The first entry of a kind; those before all that the team itself sorted so.
#[must_use]
pub fn first_of(entries: &[Entry], kind: Kind) -> Option<&Entry> {
    let mut all = entries.iter().filter(|one| one.kind == kind);
    all.clone().find(|one| one.is_sorted).or_else(|| all.next())
}

/// Counts what the entries call the change.
pub fn count(entries: &[Entry], counts: &mut Counts) {
    for entry in entries {
        let fact = match entry.kind {
            Kind::Feature => Fact::NotesNew,
            Kind::Removal | Kind::Deprecation => Fact::NotesGone,
            Kind::Fix => Fact::NotesFixed,
            Kind::Internal => Fact::NotesInside,
        };
        counts.add(fact, 1);
    }
}

/// The bytes of the first line that is not blank.
fn first_line(text: &str) -> Option<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let line = text[start..].lines().next()?.trim_end();
    (!line.is_empty()).then(|| start..start + line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(path: &str, base: Option<&str>, head: &str, expected: &[(Kind, &str, &str)]) {
        let all = entries(path, base, head);
        let said: Vec<(Kind, &str, &str)> = all
            .iter()
            .map(|one| (one.kind, one.word.as_str(), &head[one.span.clone()]))
            .collect();
        assert_eq!(said, expected, "{path}");
    }

    #[test]
    fn a_new_fragment_is_what_its_name_says() {
        let text = "\nOrders can be exported.\nAs CSV.\n";
        let expected = [(Kind::Feature, "feature", "Orders can be exported.")];
        says("newsfragments/12.feature.rst", None, text, &expected);
        says("changelog.d/12.feature", None, text, &expected);
    }

    #[test]
    fn a_fragment_that_production_has_says_nothing_new() {
        says("changes/12.feature", Some("Orders"), "Orders!\n", &[]);
        says("changes/12.feature", None, "\n", &[]);
    }

    #[test]
    fn a_note_of_reno_has_its_kinds_as_keys() {
        let base = "---\nfixes:\n  - |\n    A crash is gone.\n";
        let head =
            "---\nfeatures:\n  - |\n    features: new\nfixes:\n  - |\n    A crash is gone.\n";
        let path = "releasenotes/notes/export-3f2a.yaml";
        let expected = [(Kind::Feature, "features", "features:")];
        says(path, Some(base), head, &expected);
        says(path, None, "- a list\n", &[]);
        says(path, None, "features: [\n", &[]);
    }

    #[test]
    fn a_new_line_of_a_changelog_is_what_its_heading_says() {
        let base = "# Changes\n\n## 1.2.1\n\n### Fixed\n\n- A crash.\n\n## 1.2.0\n";
        let head = "# Changes\n\n## 1.2.1\n\n### Added\n\n- An export.\n  As CSV.\n\n### Fixed\n\n- A crash.\n- A leak.\n\n## 1.2.0\n";
        let expected = [
            (Kind::Feature, "Added", "- An export."),
            (Kind::Fix, "Fixed", "- A leak."),
        ];
        says("CHANGELOG.md", Some(base), head, &expected);
    }

    #[test]
    fn a_line_without_such_a_heading_is_what_its_first_word_says() {
        let base = "1.2.1 (soon)\n============\n\n * Fix: a crash (Ada)\n";
        let head = "1.2.1 (soon)\n============\n\n * Fix: a crash (Ada)\n * Added an export\n * Drop support for the old shop\n * Orders are kept\n";
        let expected = [
            (Kind::Feature, "Added", "* Added an export"),
            (Kind::Removal, "Drop", "* Drop support for the old shop"),
        ];
        says("CHANGELOG.txt", Some(base), head, &expected);
    }

    #[test]
    fn a_line_that_only_moves_is_not_new() {
        let base = "# Changes\n\n## Unreleased\n\n### Added\n\n- An export.\n";
        let head = "# Changes\n\n## Unreleased\n\n## 1.2.1\n\n### Added\n\n- An export.\n";
        says("CHANGELOG.md", Some(base), head, &[]);
    }
}
