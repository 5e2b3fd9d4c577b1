//! The code quality report of GitLab.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::collections::HashMap;

use serde::Serialize;

use crate::cli::render::Results;
use crate::cli::render::json::object;
use crate::cli::render::listed::{self, Columns};
use crate::compare::normal::stable_hash;
use crate::rules::Severity;

#[derive(Debug, Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    /// Another one for each issue, and the same one in the next run.
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Debug, Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// A JSON list, with a final line end.
pub fn render(results: &Results) -> String {
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    let issues: Vec<Issue<'_>> = listed::findings(results, Columns::Characters)
        .map(|finding| {
            let nth = seen.entry((finding.path, finding.identity)).or_default();
            *nth += 1;
            let hash = stable_hash(&[finding.path, finding.identity, &nth.to_string()]);
            Issue {
                description: finding.message,
                check_name: finding.rule,
                fingerprint: format!("{hash:016x}"),
                severity: match finding.level {
                    Severity::Warning => "major",
                    Severity::Information => "minor",
                    Severity::Hint => "info",
                },
                location: Location {
                    path: finding.path,
                    lines: Lines {
                        begin: finding.range.start.line,
                        end: finding.range.end.line,
                    },
                },
            }
        })
        .collect();
    object(&issues)
}
