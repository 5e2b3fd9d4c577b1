//! The JSON that `check` and `compare` print: one object. Lines and columns count from 1,
//! columns in Unicode characters, ends are exclusive.

use serde::Serialize;

use super::Results;
use super::full::severity_name;
use super::summary::Summary;
use crate::cli::judge::Judged;
use crate::cli::place::{self, Span};
use crate::cli::trouble::Trouble;
use crate::fixes::{Applicability, Edit, Fix};
use crate::rules::{Confidence, Finding, Place, Related};
use crate::text::Lines;

/// The whole object.
#[derive(Debug, Serialize)]
struct Document<'a> {
    /// The version of this format; a change that breaks readers raises it.
    version: u32,
    /// What was compared with.
    base: &'a Base,
    /// The findings, by path and place.
    findings: Vec<JsonFinding<'a>>,
    /// What could not be judged; the exit code is 2 when there is anything.
    problems: &'a [Trouble],
    /// How many of each.
    summary: Summary,
}

/// What was compared with.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Base {
    /// The commit where the branch left production.
    Production {
        /// The production ref as a person names it.
        reference: String,
        /// The full object id of the merge base.
        commit: String,
    },
    /// Another file or folder.
    Path {
        /// The old file or folder.
        path: String,
    },
    /// Nothing: all was judged as if it were new.
    AllNew,
    /// Nothing was judged, on purpose.
    Inactive {
        /// Why, and how to change that.
        reason: String,
    },
    /// It could not be known; `problems` says why.
    Unknown,
}

/// One finding.
#[derive(Debug, Serialize)]
struct JsonFinding<'a> {
    /// The rule's name.
    rule: &'a str,
    /// `warning`, `information` or `hint`.
    severity: &'a str,
    /// `certain`, `likely` or `possible`.
    confidence: &'a str,
    /// The file, relative to the current folder.
    path: &'a str,
    /// What is underlined.
    range: Span,
    /// One sentence.
    message: &'a str,
    /// Stable across runs and unrelated edits: 16 hexadecimal digits.
    identity: &'a str,
    /// Places that explain it.
    related: Vec<JsonRelated<'a>>,
    /// Ways to cure it, the preferred one first.
    fixes: Vec<JsonFix<'a>>,
}

/// A place that explains a finding.
#[derive(Debug, Serialize)]
struct JsonRelated<'a> {
    /// `head` (the hotfix) or `production`.
    side: &'a str,
    /// The file on that side.
    path: &'a str,
    /// Where.
    range: Span,
    /// What stands there.
    message: &'a str,
}

/// A way to cure a finding.
#[derive(Debug, Serialize)]
struct JsonFix<'a> {
    /// What it does.
    title: &'a str,
    /// `safe` or `needs-review`.
    applicability: &'a str,
    /// Disjoint replacements in the finding's file, sorted.
    edits: Vec<JsonEdit<'a>>,
}

/// A replacement.
#[derive(Debug, Serialize)]
struct JsonEdit<'a> {
    /// What is replaced.
    range: Span,
    /// By what.
    text: &'a str,
}

/// Any value as JSON, with a final line end.
pub fn object(value: &impl Serialize) -> String {
    // Strings, numbers and lists only: this cannot fail.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The results as JSON, with a final line end.
pub fn render(results: &Results, problems: &[Trouble]) -> String {
    let findings = results.files.iter().flat_map(|file| {
        file.findings()
            .map(|(finding, fixes)| json_finding(file, finding, fixes))
    });
    let document = Document {
        version: 1,
        base: &results.base,
        findings: findings.collect(),
        problems,
        summary: Summary::of(&results.files),
    };
    object(&document)
}

fn json_finding<'a>(file: &'a Judged, finding: &'a Finding, fixes: &'a [Fix]) -> JsonFinding<'a> {
    let head = &file.snapshot.head;
    let span = |bytes| place::span(head.text(), head.lines(), bytes);
    let json_edit = |edit: &'a Edit| JsonEdit {
        range: span(&edit.range),
        text: &edit.text,
    };
    JsonFinding {
        rule: finding.rule,
        severity: severity_name(finding.severity),
        confidence: match finding.confidence {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
            Confidence::Possible => "possible",
        },
        path: &file.target.shown,
        range: span(&finding.span),
        message: &finding.message,
        identity: &finding.identity,
        related: finding
            .related
            .iter()
            .filter_map(|related| json_related(file, related))
            .collect(),
        fixes: fixes
            .iter()
            .map(|fix| JsonFix {
                title: &fix.title,
                applicability: match fix.applicability {
                    Applicability::Safe => "safe",
                    Applicability::NeedsReview => "needs-review",
                },
                edits: fix.edits.iter().map(json_edit).collect(),
            })
            .collect(),
    }
}

fn json_related<'a>(file: &'a Judged, related: &'a Related) -> Option<JsonRelated<'a>> {
    let (side, path, range) = match &related.place {
        Place::Head(bytes) => {
            let head = &file.snapshot.head;
            let range = place::span(head.text(), head.lines(), bytes);
            ("head", file.target.shown.as_str(), range)
        }
        Place::Production(bytes) => {
            let base = file.snapshot.base.production()?;
            let production = &base.production;
            let lines = Lines::new(&production.text);
            let range = place::span(&production.text, &lines, bytes);
            ("production", production.path.as_str(), range)
        }
        Place::Elsewhere(user) => {
            let line = user.place.line as usize + 1;
            let at = |column: u32| place::Position {
                line,
                column: column as usize + 1,
            };
            let range = Span {
                start: at(user.place.columns.start),
                end: at(user.place.columns.end),
            };
            ("head", user.path.as_str(), range)
        }
    };
    Some(JsonRelated {
        side,
        path,
        range,
        message: &related.message,
    })
}
