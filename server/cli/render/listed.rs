//! Findings as plain data, for every format that programs read.

use serde::Serialize;

use super::Results;
use super::full::severity_name;
use crate::cli::judge::Judged;
use crate::cli::place::{self, Position, Span};
use crate::fixes::{Applicability, Edit, Fix};
use crate::rules::{Confidence, Finding, Place, Related, Severity};
use crate::text::Lines;

/// What columns count. They count from 1 either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Unicode characters.
    Characters,
    /// Bytes of UTF-8.
    Bytes,
}

/// One finding.
#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// `warning`, `information` or `hint`.
    pub severity: &'a str,
    /// The severity.
    #[serde(skip)]
    pub level: Severity,
    /// `certain`, `likely` or `possible`.
    pub confidence: &'a str,
    /// The file, relative to the current folder.
    pub path: &'a str,
    /// What is underlined.
    pub range: Span,
    /// One sentence.
    pub message: &'a str,
    /// Stable across runs and unrelated edits: 16 hexadecimal digits.
    pub identity: &'a str,
    /// Places that explain it.
    pub related: Vec<ListedPlace<'a>>,
    /// Ways to cure it, the preferred one first.
    pub fixes: Vec<ListedFix<'a>>,
}

/// A place that explains a finding.
#[derive(Debug, Serialize)]
pub struct ListedPlace<'a> {
    /// `head` (the hotfix) or `production`.
    pub side: &'a str,
    /// The file on that side.
    pub path: &'a str,
    /// Where.
    pub range: Span,
    /// What stands there.
    pub message: &'a str,
}

/// A way to cure a finding.
#[derive(Debug, Serialize)]
pub struct ListedFix<'a> {
    /// What it does.
    pub title: &'a str,
    /// `safe`, `needs-review` or `restores`.
    pub applicability: &'a str,
    /// Disjoint replacements in the finding's file, sorted.
    pub edits: Vec<ListedEdit<'a>>,
}

/// A replacement.
#[derive(Debug, Serialize)]
pub struct ListedEdit<'a> {
    /// What is replaced.
    pub range: Span,
    /// By what.
    pub text: &'a str,
}

/// All findings, by path and place.
pub fn findings(results: &Results, columns: Columns) -> impl Iterator<Item = Listed<'_>> {
    let files = results.files.iter();
    files.flat_map(move |file| of_file(file, columns))
}

/// The findings of one file, by place.
pub fn of_file(file: &Judged, columns: Columns) -> impl Iterator<Item = Listed<'_>> {
    let findings = file.findings();
    findings.map(move |(finding, fixes)| listed(file, finding, fixes, columns))
}

impl Columns {
    fn span(self, text: &str, lines: &Lines, bytes: &std::ops::Range<usize>) -> Span {
        match self {
            Self::Characters => place::span(text, lines, bytes),
            Self::Bytes => {
                let at = |byte| {
                    let line = lines.line_of(byte);
                    Position {
                        line: line + 1,
                        column: byte - lines.start(line) + 1,
                    }
                };
                Span {
                    start: at(bytes.start),
                    end: at(bytes.end),
                }
            }
        }
    }
}

fn listed<'a>(
    file: &'a Judged,
    finding: &'a Finding,
    fixes: &'a [Fix],
    columns: Columns,
) -> Listed<'a> {
    let head = &file.snapshot.head;
    let span = |bytes| columns.span(head.text(), head.lines(), bytes);
    let edit_of = |edit: &'a Edit| ListedEdit {
        range: span(&edit.range),
        text: &edit.text,
    };
    Listed {
        rule: finding.rule,
        severity: severity_name(finding.severity),
        level: finding.severity,
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
            .filter_map(|related| listed_place(file, related, columns))
            .collect(),
        fixes: fixes
            .iter()
            .map(|fix| ListedFix {
                title: &fix.title,
                applicability: match fix.applicability {
                    Applicability::Safe => "safe",
                    Applicability::NeedsReview => "needs-review",
                    Applicability::Restores => "restores",
                },
                edits: fix.edits.iter().map(edit_of).collect(),
            })
            .collect(),
    }
}

fn listed_place<'a>(
    file: &'a Judged,
    related: &'a Related,
    columns: Columns,
) -> Option<ListedPlace<'a>> {
    let (side, path, range) = match &related.place {
        Place::Head(bytes) => {
            let head = &file.snapshot.head;
            let range = columns.span(head.text(), head.lines(), bytes);
            ("head", file.target.shown.as_str(), range)
        }
        Place::Production(bytes) => {
            let base = file.snapshot.base.production()?;
            let production = &base.production;
            let lines = Lines::new(&production.text);
            let range = columns.span(&production.text, &lines, bytes);
            ("production", production.path.as_str(), range)
        }
        Place::Elsewhere(user) => {
            let line = user.place.line as usize + 1;
            let at = |column: u32| Position {
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
    Some(ListedPlace {
        side,
        path,
        range,
        message: &related.message,
    })
}
