//! The report as the text of a pull request.

use std::fmt::Write as _;

use super::{Change, Remark, Report};
use crate::checklist::history;
use crate::checklist::items::State;
use crate::checklist::markdown::{code, plain, sentence};
use crate::checklist::rollback;
use crate::checklist::show::{self, JsonItem};

/// Files that are listed by name.
const MOST_FILES: usize = 30;

/// The report in Markdown.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = format!("# Hotfix {}\n\n{}\n", plain(report.title()), facts(report));
    changes(report, &mut out);
    for section in &report.record {
        let _ = write!(out, "\n## {}\n", section.section);
        for (question, answer) in &section.answers {
            if *question != section.section {
                let _ = write!(out, "\n**{question}**\n");
            }
            let _ = write!(out, "\n{answer}\n");
        }
    }
    for (name, text) in &report.generated {
        if name != "rollback" {
            let _ = write!(out, "\n## {}\n\n{text}\n", heading(name));
        }
    }
    let past = history::markdown(&report.history);
    if !past.is_empty() {
        let _ = write!(out, "\n## Before this hotfix\n\n{past}");
    }
    let done = report.checklist.done;
    let _ = write!(
        out,
        "\n## Evidence: {done} of {} items hold\n\n",
        report.checklist.total
    );
    for item in &report.checklist.items {
        out.push_str(&line_of(item));
    }
    let missing = unanswered(report);
    if !missing.is_empty() {
        let _ = write!(out, "\n{missing}\n");
    }
    remarks("What the rules still say", &report.findings, &mut out);
    remarks("Deliberate exceptions", &report.exceptions, &mut out);
    size(report, &mut out);
    out.push_str(&show::steps(&report.checklist));
    if let Some(plan) = &report.rollback {
        let _ = write!(
            out,
            "\n## How to take it back\n\n{}",
            rollback::markdown(plan)
        );
    }
    out
}

fn facts(report: &Report) -> String {
    let mut facts = Vec::new();
    if let Some(severity) = &report.severity {
        facts.push(format!("severity {}", plain(severity)));
    }
    if let Some(issue) = &report.issue {
        facts.push(format!("issue {}", plain(issue)));
    }
    if let Some(branch) = &report.branch {
        facts.push(format!("branch {}", code(branch)));
    }
    let short = report.base.get(..10).unwrap_or(&report.base);
    facts.push(format!("from {} at `{short}`", code(&report.production)));
    facts.join(" · ")
}

fn changes(report: &Report, out: &mut String) {
    out.push_str("\n## What changes\n\n");
    if report.changes.is_empty() {
        out.push_str("No function or class of production code changes.\n");
    }
    for change in &report.changes {
        out.push_str(&one_change(change));
    }
}

fn one_change(change: &Change) -> String {
    let place = code(&format!("{}:{}", change.path, change.line));
    let mut out = format!(
        "- {} ({place}): {}\n",
        code(&change.scope),
        change.says.join("; ")
    );
    if !change.tests.is_empty() {
        let tests: Vec<String> = change.tests.iter().take(3).map(|test| code(test)).collect();
        let _ = writeln!(out, "  - tested by {}", tests.join(", "));
    } else if !change.is_removed {
        out.push_str("  - no test of this hotfix reaches it\n");
    }
    out
}

/// What a reviewer misses in the record; empty when nothing is.
pub(super) fn unanswered(report: &Report) -> String {
    let open = &report.checklist.unanswered;
    if open.is_empty() {
        return String::new();
    }
    if report.record.is_empty() {
        return "Nobody has answered the questions of the record yet.".to_owned();
    }
    let titles: Vec<&str> = open.iter().map(|one| one.title).collect();
    format!("Not answered in the record: {}", titles.join(" · "))
}

fn line_of(item: &JsonItem) -> String {
    let tick = if item.state.is_done() { 'x' } else { ' ' };
    let says = sentence(&item.says);
    let says = match item.state {
        State::NotApplicable => format!("not applicable: {says}"),
        State::Attested => "attested by hand".to_owned(),
        State::Failed => format!("**does not hold**: {says}"),
        State::Passed | State::Open => says,
    };
    format!("- [{tick}] {}: {says}\n", item.title)
}

fn remarks(title: &str, remarks: &[Remark], out: &mut String) {
    if remarks.is_empty() {
        return;
    }
    let _ = write!(out, "\n## {title}\n\n");
    for one in remarks {
        let place = code(&format!("{}:{}", one.path, one.line));
        let _ = writeln!(out, "- {place} `{}`: {}", one.rule, sentence(&one.message));
    }
}

fn size(report: &Report, out: &mut String) {
    let meter = report.size.meter();
    let _ = write!(out, "\n## Size\n\nProduction code: {meter}. All files:\n\n");
    for file in report.files.iter().take(MOST_FILES) {
        let _ = writeln!(
            out,
            "- {} +{} −{}",
            code(&file.path),
            file.added,
            file.removed
        );
    }
    if let Some(more) = report
        .files
        .len()
        .checked_sub(MOST_FILES)
        .filter(|it| 0 < *it)
    {
        let _ = writeln!(out, "- and {more} more");
    }
}

/// The heading of a generated part of the record.
pub(super) fn heading(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + &letters.as_str().replace('-', " ")
}
