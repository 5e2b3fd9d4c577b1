//! Which tests reach a definition, told by reading: imports, names, methods, fixtures,
//! parametrised cases and the helpers of a test. Nothing is run.

mod reach;
mod refs;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

pub use reach::{Target, reaching};

use super::branch::{Branch, Kind, Side, is_python, read_text};
use crate::config::{PathGlobs, Settings};

/// At most so many test files are read: more would make an editor wait.
const MOST_FILES: usize = 4000;

/// A test that reaches a definition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    /// The path of its file.
    pub path: String,
    /// The line of its `def`, counted from 1.
    pub line: usize,
    /// Its qualified name.
    pub qualname: String,
    /// Whether the hotfix writes or changes it, or a helper, a fixture or the cases that it uses.
    pub is_changed: bool,
}

impl Test {
    /// Its name as pytest writes it.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}::{}", self.path, self.qualname.replace('.', "::"))
    }
}

/// A test file that was read.
#[derive(Debug)]
pub struct TestFile {
    /// Its path relative to the repository, with `/`.
    pub path: String,
    /// Its text.
    pub side: Arc<Side>,
    /// The qualified names of what the hotfix changes in it: tests, helpers, module-level values.
    pub changed: Vec<String>,
}

/// All test files that may say something about the branch's definitions: those that it changes, and
/// those of the repository that name one of `names`. Reads the disk.
#[must_use]
pub fn test_files(
    root: &Path,
    settings: &Settings,
    branch: &Branch,
    names: &[&str],
) -> Vec<TestFile> {
    let tests = PathGlobs::new(&settings.tests);
    let mut found = Vec::new();
    for file in branch.of_kind(Kind::Test) {
        let Some(head) = &file.head else { continue };
        let changed = file.changed.iter().filter(|one| !one.is_removed);
        found.push(TestFile {
            path: file.path.clone(),
            side: Arc::new(Side {
                source: head.source.clone(),
                outline: head.outline.clone(),
            }),
            changed: changed
                .map(|one| one.qualname.clone())
                .chain(file.changed_values())
                .collect(),
        });
    }
    let mut read = 0;
    let walk = ignore::WalkBuilder::new(root).require_git(false).build();
    for entry in walk.filter_map(Result::ok) {
        let path = entry.path();
        let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str) else {
            continue;
        };
        let relative = relative.replace('\\', "/");
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if !is_file || !is_python(&relative) || !tests.matches(&relative) {
            continue;
        }
        if found.iter().any(|file| file.path == relative) {
            continue;
        }
        read += 1;
        if MOST_FILES < read {
            break;
        }
        let Some(text) = read_text(path) else {
            continue;
        };
        let is_shared = relative.ends_with("conftest.py");
        if is_shared || names.iter().any(|name| text.contains(name)) {
            found.push(TestFile {
                side: Arc::new(Side::new(&relative, text)),
                path: relative,
                changed: Vec::new(),
            });
        }
    }
    found
}
