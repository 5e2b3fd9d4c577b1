//! How this project writes tests, found by looking.

use super::Ground;
use crate::checklist::branch::is_python;

/// How tests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Pytest,
    Unittest,
}

/// The folders in which tests may lie, the most usual first.
const FOLDERS: [&str; 4] = ["tests", "tests/unit", "test", "testing"];

/// At most so many files are looked at.
const MOST_FILES: usize = 20;

/// Where a new test of the module at `path` goes, and how it is written.
pub(super) fn place(ground: &Ground<'_>, path: &str, name: &str) -> (String, Style) {
    let stem = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".py");
    let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let inner = if beside.is_empty() {
        "tests".to_owned()
    } else {
        format!("{beside}/tests")
    };
    let mut folders: Vec<String> = FOLDERS.map(str::to_owned).to_vec();
    folders.push(inner);
    let has_tests = |folder: &&String| (ground.list)(folder).iter().any(|it| is_test(it));
    let folder = folders
        .iter()
        .find(has_tests)
        .map_or("tests", String::as_str);
    let files = (ground.list)(folder);
    let usual = format!("test_{stem}.py");
    let file = if name.is_empty() && files.contains(&usual) {
        usual
    } else {
        format!("test_{stem}{name}.py")
    };
    (format!("{folder}/{file}"), style(ground, folder, &files))
}

fn style(ground: &Ground<'_>, folder: &str, files: &[String]) -> Style {
    let tests = files.iter().filter(|file| is_test(file)).take(MOST_FILES);
    let texts = tests.filter_map(|file| (ground.read)(&format!("{folder}/{file}")));
    let (mut classes, mut functions) = (0, 0);
    for text in texts {
        let is_unittest = text.contains("unittest") && text.contains("TestCase");
        if is_unittest && !text.contains("import pytest") {
            classes += 1;
        } else {
            functions += 1;
        }
    }
    if functions < classes {
        Style::Unittest
    } else {
        Style::Pytest
    }
}

fn is_test(file: &str) -> bool {
    is_python(file) && (file.starts_with("test_") || file.ends_with("_test.py"))
}

/// The dotted name by which a test imports the module at `path`.
pub(super) fn module(path: &str) -> String {
    let path = path.strip_suffix(".py").unwrap_or(path);
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    let path = path.strip_prefix("src/").unwrap_or(path);
    path.replace('/', ".")
}
