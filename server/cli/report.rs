//! `report`: the text of the pull request, and a page to look at.

use super::arguments::{Report as Arguments, ReportFormat};
use super::checklist::{Looked, look};
use super::render::json::object;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::checklist::report::{Parts, Report, markdown, page};
use crate::compare::size::Budget;
use crate::session::report::{Remarks, about};

/// Prints the report. What cannot be judged is told, and the rest is printed all the same.
pub fn run(arguments: &Arguments, terminal: &mut Terminal) -> Exit {
    let Some(looked) = look(arguments.base.as_deref(), terminal) else {
        return Exit::NotJudged;
    };
    let report = report(&looked, terminal);
    terminal.print(&match arguments.format {
        ReportFormat::Markdown => markdown(&report),
        ReportFormat::Json => object(&report),
        ReportFormat::Html => page(&report),
    });
    if terminal.troubles().is_empty() {
        Exit::Clean
    } else {
        Exit::NotJudged
    }
}

fn report(looked: &Looked, terminal: &mut Terminal) -> Report {
    let branch = &looked.branch;
    let version = branch.version.as_deref();
    let (about, trouble) = about(&branch.repository, &branch.base, version, &branch.settings);
    if let Some(trouble) = trouble {
        terminal.trouble(Trouble::new(trouble));
    }
    let observed = &looked.observed;
    let mut remarks = Remarks::default();
    for file in &looked.results.files {
        remarks.add(&file.snapshot, &file.report);
    }
    let parts = Parts {
        branch: &observed.branch,
        links: &observed.links,
        checklist: &observed.checklist,
        size: observed.size,
        budget: Budget::of(&branch.settings, observed.size.commits),
        history: &observed.history,
        record: looked.record.as_ref(),
        findings: remarks.findings,
        exceptions: remarks.exceptions,
    };
    Report::new(about, parts)
}
