//! Which tests the hotfix changes.

use crate::config::Settings;
use crate::syntax::{Kind, Outline, Source};
use crate::vcs::hunks;
use crate::vcs::{BaseCommit, ChangedFile, FileChange, Repository};

/// The changed tests, as pytest names them: a file, or a test in it. Sorted.
pub(super) fn changed_tests(
    repository: &Repository,
    base: &BaseCommit,
    changes: &[ChangedFile],
    settings: &Settings,
) -> Vec<String> {
    let mut ids = Vec::new();
    for changed in changes {
        let old = match &changed.change {
            FileChange::Deleted => continue,
            FileChange::Added | FileChange::TypeChange => None,
            FileChange::Renamed { from } => repository.text_at(&base.commit, from),
            FileChange::Modified => repository.text_at(&base.commit, &changed.path),
        };
        if !is_test_file(&changed.path, settings) {
            continue;
        }
        let Ok(bytes) = std::fs::read(repository.root().join(&changed.path)) else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        ids.extend(of_file(&changed.path, old.as_deref(), &head));
    }
    ids.sort();
    ids
}

/// Whether pytest and unittest look for tests in a file of this name.
fn is_test_file(path: &str, settings: &Settings) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some(stem) = name.strip_suffix(".py") else {
        return false;
    };
    let named = stem.starts_with("test") || stem.ends_with("_test") || stem.ends_with("_tests");
    named && settings.is_test(path)
}

/// The tests of one file that differ; the whole file when only what they share differs.
fn of_file(path: &str, old: Option<&str>, head: &str) -> Vec<String> {
    let source = Source::parse(head);
    let outline = Outline::new(&source);
    let lines = source.lines();
    let tests = outline.definitions.iter().filter(|definition| {
        let parent = outline.definitions.get(definition.parent);
        let in_class = parent.is_some_and(|parent| parent.kind != Kind::Function);
        definition.kind == Kind::Function && definition.name.starts_with("test") && in_class
    });
    let tests: Vec<_> = tests.collect();
    if tests.is_empty() {
        return Vec::new();
    }
    let Some(old) = old else {
        return vec![path.to_owned()];
    };
    let hunks = hunks::diff(old, head);
    let touched = tests.iter().filter(|test| {
        let range = lines.touched(test.range.clone());
        hunks.iter().any(|hunk| {
            let (start, end) = (hunk.head.start as usize, hunk.head.end as usize);
            // What was taken out stands between two lines; at the edge it was not in the test.
            if start == end {
                range.start < start && start < range.end
            } else {
                start < range.end && range.start < end
            }
        })
    });
    let mut ids: Vec<String> = touched
        .map(|test| {
            let name = test.qualname.split('#').next().unwrap_or_default();
            format!("{path}::{}", name.replace('.', "::"))
        })
        .collect();
    ids.dedup();
    if ids.is_empty() && !hunks.is_empty() {
        ids.push(path.to_owned());
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "import shop\n\n\ndef helper():\n    return 1\n\n\ndef test_a():\n    assert helper()\n\n\nclass TestB:\n    def test_c(self):\n        assert 1\n";

    #[track_caller]
    fn case(head: &str, expected: &[&str]) {
        assert_eq!(of_file("t.py", Some(OLD), head), expected);
    }

    #[test]
    fn only_the_tests_that_differ_are_run() {
        case(
            &OLD.replace("assert 1", "assert 2"),
            &["t.py::TestB::test_c"],
        );
        let more = format!("{OLD}\n    def test_d(self):\n        assert 3\n");
        case(&more, &["t.py::TestB::test_d"]);
        case(OLD, &[]);
    }

    #[test]
    fn a_change_of_what_the_tests_share_runs_all_of_them() {
        case(&OLD.replace("return 1", "return 2"), &["t.py"]);
    }

    #[test]
    fn a_new_file_is_run_whole() {
        assert_eq!(of_file("t.py", None, OLD), ["t.py"]);
    }

    #[test]
    fn a_file_without_tests_is_not_run() {
        assert_eq!(of_file("t.py", None, "x = 1\n"), Vec::<String>::new());
    }
}
