//! The diagnostic format of reviewdog. Columns count bytes of UTF-8, from 1.
//!
//! <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>

use serde::Serialize;

use crate::cli::place::Span;
use crate::cli::render::Results;
use crate::cli::render::json::object;
use crate::cli::render::listed::{self, Columns, Listed};
use crate::rules::Severity;

#[derive(Debug, Serialize)]
struct Document<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Debug, Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct Diagnostic<'a> {
    message: &'a str,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Debug, Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Span,
}

#[derive(Debug, Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Debug, Serialize)]
struct Suggestion<'a> {
    range: Span,
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

/// One JSON object, with a final line end.
pub fn render(results: &Results) -> String {
    object(&Document {
        source: Source { name: "hotfix-ls" },
        diagnostics: listed::findings(results, Columns::Bytes)
            .map(|finding| diagnostic(&finding))
            .collect(),
    })
}

fn diagnostic<'a>(finding: &Listed<'a>) -> Diagnostic<'a> {
    // Suggestions are taken one by one, so a fix of several edits would be taken by halves.
    let edit = finding.fixes.first().and_then(|fix| match &fix.edits[..] {
        [edit] => Some(Suggestion {
            range: edit.range,
            text: edit.text,
        }),
        _ => None,
    });
    let related = finding.related.iter().filter(|place| place.side == "head");
    Diagnostic {
        message: finding.message,
        location: Location {
            path: finding.path,
            range: finding.range,
        },
        severity: match finding.level {
            Severity::Warning => "ERROR",
            Severity::Information => "WARNING",
            Severity::Hint => "INFO",
        },
        code: Code {
            value: finding.rule,
        },
        suggestions: edit.into_iter().collect(),
        related_locations: related
            .map(|place| Related {
                message: place.message,
                location: Location {
                    path: place.path,
                    range: place.range,
                },
            })
            .collect(),
    }
}
