//! SARIF 2.1.0, which code scanning of GitHub and others read.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix, Invocation, Location, Message,
    MultiformatMessageString, Notification, PhysicalLocation, Region, Replacement,
    ReportingDescriptor, Result as Entry, ResultLevel, Run, Sarif, Tool, ToolComponent,
};

use super::uri;
use crate::checklist::items::{explanation, summaries};
use crate::cli::place::Span;
use crate::cli::render::Results;
use crate::cli::render::json::object;
use crate::cli::render::listed::{self, Columns, Listed, ListedFix};
use crate::cli::trouble::Trouble;
use crate::rules::{self, Severity};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One JSON object, with a final line end.
pub fn render(results: &Results, problems: &[Trouble]) -> String {
    let findings: Vec<Listed<'_>> = listed::findings(results, Columns::Characters).collect();
    let names: BTreeSet<&str> = findings.iter().map(|finding| finding.rule).collect();
    let driver = ToolComponent::builder()
        .name("hotfix-ls")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(names.into_iter().map(descriptor).collect::<Vec<_>>())
        .build();
    let invocation = Invocation::builder()
        .execution_successful(problems.is_empty())
        .tool_execution_notifications(problems.iter().map(notification).collect::<Vec<_>>())
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .column_kind(json!("unicodeCodePoints"))
        .invocations(vec![invocation])
        .results(findings.iter().map(entry).collect::<Vec<_>>())
        .build();
    object(
        &Sarif::builder()
            .schema(SCHEMA)
            .version(json!("2.1.0"))
            .runs(vec![run])
            .build(),
    )
}

fn descriptor(name: &str) -> ReportingDescriptor {
    let of_rule = || rules::meta(name).map(|meta| (meta.docs, meta.summary()));
    let of_item = || {
        let summary = summaries().find(|(it, _)| *it == name)?.1;
        Some((explanation(name)?, summary))
    };
    let Some((docs, summary)) = of_rule().or_else(of_item) else {
        return ReportingDescriptor::builder().id(name).build();
    };
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    let help = MultiformatMessageString::builder()
        .text(docs)
        .markdown(docs)
        .build();
    ReportingDescriptor::builder()
        .id(name)
        .name(name)
        .short_description(text(summary))
        .help(help)
        .build()
}

fn notification(problem: &Trouble) -> Notification {
    let message = message(&problem.message);
    let level = json!("error");
    match &problem.path {
        None => Notification::builder()
            .message(message)
            .level(level)
            .build(),
        Some(path) => {
            let at = PhysicalLocation::builder().artifact_location(artifact(path));
            let at = match problem.line.and_then(|line| i64::try_from(line).ok()) {
                Some(line) => at
                    .region(Region::builder().start_line(line).build())
                    .build(),
                None => at.build(),
            };
            Notification::builder()
                .message(message)
                .level(level)
                .locations(vec![Location::builder().physical_location(at).build()])
                .build()
        }
    }
}

fn entry(finding: &Listed<'_>) -> Entry {
    // A place in production is no place in the files that the reader has before him.
    let related = finding.related.iter().filter(|place| place.side == "head");
    let related = related.map(|place| {
        Location::builder()
            .physical_location(physical(place.path, place.range))
            .message(message(place.message))
            .build()
    });
    let mut said = finding.message.to_owned();
    for place in finding.related.iter().filter(|place| place.side != "head") {
        let line = place.range.start.line;
        let _ = write!(
            said,
            " (line {line} of production's {}: {})",
            place.path, place.message
        );
    }
    let identity = BTreeMap::from([("hotfixIdentity/v1".to_owned(), finding.identity.to_owned())]);
    Entry::builder()
        .rule_id(finding.rule)
        .level(match finding.level {
            Severity::Warning => ResultLevel::Warning,
            Severity::Information | Severity::Hint => ResultLevel::Note,
        })
        .message(message(&said))
        .locations(vec![
            Location::builder()
                .physical_location(physical(finding.path, finding.range))
                .build(),
        ])
        .related_locations(related.collect::<Vec<_>>())
        .partial_fingerprints(identity)
        .fixes(
            finding
                .fixes
                .iter()
                .map(|it| fix(finding.path, it))
                .collect::<Vec<_>>(),
        )
        .build()
}

fn fix(path: &str, fix: &ListedFix<'_>) -> Fix {
    let replacements = fix.edits.iter().map(|edit| {
        Replacement::builder()
            .deleted_region(region(edit.range))
            .inserted_content(ArtifactContent::builder().text(edit.text).build())
            .build()
    });
    let change = ArtifactChange::builder()
        .artifact_location(artifact(path))
        .replacements(replacements.collect::<Vec<_>>())
        .build();
    Fix::builder()
        .description(message(fix.title))
        .artifact_changes(vec![change])
        .build()
}

fn message(text: &str) -> Message {
    Message::builder().text(text).build()
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation::builder().uri(uri(path)).build()
}

fn physical(path: &str, range: Span) -> PhysicalLocation {
    PhysicalLocation::builder()
        .artifact_location(artifact(path))
        .region(region(range))
        .build()
}

fn region(range: Span) -> Region {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Region::builder()
        .start_line(number(range.start.line))
        .start_column(number(range.start.column))
        .end_line(number(range.end.line))
        .end_column(number(range.end.column))
        .build()
}
