//! What the probes wrote, one JSON object a line.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::types::{Outcome, Seen};

/// A report longer than this is not read to its end, in bytes.
const LIMIT_BYTES: u64 = 64 * 1024 * 1024;

/// What one run told.
#[derive(Debug, Clone, Default)]
pub(super) struct Report {
    /// Each test by its id.
    pub tests: BTreeMap<String, Seen>,
    /// Files that could not be collected, with the reason.
    pub uncollected: Vec<(String, String)>,
    /// Modules that came from the user's work tree and not from the copy.
    pub leaks: Vec<String>,
    /// How many tests were collected; none when no probe told.
    pub collected: Option<usize>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Event {
    Test {
        test: String,
        outcome: String,
        #[serde(default)]
        exception: String,
        #[serde(default)]
        message: String,
    },
    Collect {
        collect: String,
        message: String,
    },
    Collected {
        collected: usize,
    },
    Leaks {
        leaks: Vec<String>,
    },
}

/// Reads a report; one that was cut off tells what it holds.
pub(super) fn read(path: &Path) -> Report {
    let mut report = Report::default();
    let bytes = crate::text::read_regular(path, LIMIT_BYTES).unwrap_or_default();
    for line in String::from_utf8_lossy(&bytes).lines() {
        if let Ok(event) = serde_json::from_str(line) {
            report.take(event);
        }
    }
    report
}

impl Report {
    fn take(&mut self, event: Event) {
        match event {
            Event::Test {
                test,
                outcome,
                exception,
                message,
            } => {
                let outcome = match outcome.as_str() {
                    "passed" => Outcome::Passed,
                    "assertion" => Outcome::Assertion,
                    "import" => Outcome::Import,
                    "skipped" => Outcome::Skipped,
                    _ => Outcome::Error,
                };
                let seen = Seen {
                    outcome,
                    exception,
                    message,
                };
                let old = self.tests.get(&test);
                // The teardown of a red test may fail as well; the first failure is the reason.
                if !old.is_some_and(|old| old.outcome.is_red()) {
                    self.tests.insert(test, seen);
                }
            }
            Event::Collect { collect, message } => self.uncollected.push((collect, message)),
            Event::Collected { collected } => self.collected = Some(collected),
            Event::Leaks { leaks } => self.leaks.extend(leaks),
        }
    }

    /// What a test did.
    pub fn seen(&self, id: &str) -> Seen {
        if let Some(seen) = self.tests.get(id) {
            return seen.clone();
        }
        let file = id.split("::").next().unwrap_or(id);
        let module = file.trim_end_matches(".py").replace('/', ".");
        let of_file = |(at, _): &&(String, String)| {
            at == file || at.is_empty() || at.ends_with(&module) || id.starts_with(at.as_str())
        };
        let broken = self.uncollected.iter().find(of_file);
        Seen {
            outcome: broken.map_or(Outcome::Missing, |_| Outcome::Collection),
            exception: String::new(),
            message: broken.map(|(_, why)| why.clone()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_was_cut_off_tells_what_it_holds() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("report");
        let text = concat!(
            r#"{"collected": 2}"#,
            "\n",
            r#"{"test": "t.py::a", "outcome": "assertion", "when": "call", "exception": "AssertionError", "message": "m"}"#,
            "\n",
            r#"{"test": "t.py::a", "outcome": "error", "when": "teardown", "exception": "OSError", "message": ""}"#,
            "\n",
            r#"{"test": "t.py::b", "outc"#,
        );
        std::fs::write(&file, text).expect("the file can be written");
        let report = read(&file);
        assert_eq!(report.collected, Some(2));
        assert_eq!(report.seen("t.py::a").outcome, Outcome::Assertion);
        assert_eq!(report.seen("t.py::b").outcome, Outcome::Missing);
    }

    #[test]
    fn the_tests_of_a_file_that_cannot_be_collected_share_its_reason() {
        let report = Report {
            uncollected: vec![("tests/test_a.py".to_owned(), "ImportError: x".to_owned())],
            ..Report::default()
        };
        let seen = report.seen("tests/test_a.py::test_b");
        assert_eq!(
            (seen.outcome, seen.message.as_str()),
            (Outcome::Collection, "ImportError: x")
        );
        assert_eq!(
            report.seen("tests/test_c.py::test_b").outcome,
            Outcome::Missing
        );
    }
}
