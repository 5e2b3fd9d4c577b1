//! Findings and configuration problems as diagnostics.

use serde_json::json;
use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, NumberOrString, Range, Url,
};

use super::capabilities::Client;
use super::{convert, rule_page};
use crate::rules::{Place, Related};
use crate::session::{ConfigReport, Published};
use crate::text::{Encoding, Lines, position};

/// What the editor shows as the origin of a diagnostic.
pub(super) const SOURCE: &str = "hotfix";

/// Rules whose findings are about text that could go: editors fade it.
const FADED: [&str; 1] = ["reformatting"];

/// A finding of the document at `uri`.
pub(super) fn of_finding(published: &Published, uri: &Url, client: Client) -> Diagnostic {
    let finding = &published.finding;
    let page = client
        .code_description
        .then(|| rule_page::of(finding.rule))
        .flatten();
    let related: Vec<DiagnosticRelatedInformation> = published
        .related
        .iter()
        .map(|(range, message)| DiagnosticRelatedInformation {
            location: Location::new(uri.clone(), convert::to_range(range)),
            message: message.clone(),
        })
        .chain(finding.related.iter().filter_map(elsewhere))
        .collect();
    let mut message = finding.message.clone();
    if !client.related_information {
        for related in &related {
            message = format!("{message}\n{}", related.message);
        }
    }
    Diagnostic {
        range: convert::to_range(&published.range),
        severity: Some(convert::severity(finding.severity)),
        code: Some(NumberOrString::String(finding.rule.to_owned())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message,
        related_information: (client.related_information && !related.is_empty()).then_some(related),
        tags: (client.tags && FADED.contains(&finding.rule))
            .then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: client
            .diagnostic_data
            .then(|| json!({ "identity": finding.identity })),
    }
}

/// A place in another file: the beginning of its line, which is the same in every encoding.
fn elsewhere(related: &Related) -> Option<DiagnosticRelatedInformation> {
    let Place::Elsewhere(user) = &related.place else {
        return None;
    };
    let start = tower_lsp::lsp_types::Position::new(user.place.line, 0);
    let uri = Url::from_file_path(&user.file).ok()?;
    Some(DiagnosticRelatedInformation {
        location: Location::new(uri, Range::new(start, start)),
        message: format!("{}: `{}`", related.message, user.place.text),
    })
}

/// What is wrong in a configuration file.
pub(super) fn of_config(report: &ConfigReport, encoding: Encoding) -> Vec<Diagnostic> {
    let lines = Lines::new(&report.text);
    let place = |at| convert::to_position(position::position(&report.text, &lines, at, encoding));
    report
        .problems
        .iter()
        .map(|problem| Diagnostic {
            range: Range::new(place(problem.span.start), place(problem.span.end)),
            severity: Some(DiagnosticSeverity::ERROR),
            source: Some(SOURCE.to_owned()),
            code: Some(NumberOrString::String("configuration".to_owned())),
            message: problem.message.clone(),
            ..Diagnostic::default()
        })
        .collect()
}
