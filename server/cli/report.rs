//! `report`: the text of the pull request, and a page to look at.

use super::arguments::{Report as Arguments, ReportFormat};
use super::checklist::{Looked, look};
use super::judge::Judged;
use super::render::full::severity_name;
use super::render::json::object;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::analysis;
use crate::checklist::report::{About, Commit, Parts, Remark, Report, markdown, page};
use crate::checklist::rollback;
use crate::rules::Finding;

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
    let plan = rollback::plan(&branch.repository, &branch.base, version, &branch.settings);
    let plan = plan
        .map_err(|error| terminal.trouble(Trouble::new(error.to_string())))
        .ok();
    let standing = branch.repository.standing(&branch.base);
    let commits = standing.map(|it| it.hotfix.commits).unwrap_or_default();
    let mut commits: Vec<Commit> = commits
        .into_iter()
        .map(|commit| Commit {
            id: commit.id,
            subject: commit.subject,
            author: commit.author,
            seconds: commit.seconds,
        })
        .collect();
    commits.sort_by_key(|commit| commit.seconds);
    let about = About {
        branch: branch.base.branch.clone(),
        version: branch.version.clone(),
        production: branch.base.reference.clone(),
        base: branch.base.commit.clone(),
        rollback: plan,
        commits,
    };
    let observed = &looked.observed;
    let files = &looked.results.files;
    let parts = Parts {
        branch: &observed.branch,
        links: &observed.links,
        checklist: &observed.checklist,
        history: &observed.history,
        record: looked.record.as_ref(),
        findings: remarks(
            files,
            |file| &file.report.findings,
            |_, it| it.message.clone(),
        ),
        exceptions: remarks(files, |file| &file.report.allowed, reason),
    };
    Report::new(about, parts)
}

/// What `of` says of each file, with `message` for each.
fn remarks(
    files: &[Judged],
    of: impl Fn(&Judged) -> &Vec<Finding>,
    message: impl Fn(&Judged, &Finding) -> String,
) -> Vec<Remark> {
    let mut found = Vec::new();
    for file in files {
        let lines = file.snapshot.head.lines();
        found.extend(of(file).iter().map(|finding| Remark {
            path: file.target.path.clone(),
            line: lines.line_of(finding.span.start) + 1,
            rule: finding.rule.to_owned(),
            severity: severity_name(finding.severity).to_owned(),
            message: message(file, finding),
        }));
    }
    found
}

/// Why the comment allows the finding.
fn reason(file: &Judged, finding: &Finding) -> String {
    let allows = analysis::allows(&file.snapshot.head);
    let covers = |allow: &&analysis::Allow| {
        let at = finding.span.start;
        let named = allow.rules.iter().any(|rule| rule == finding.rule);
        named && allow.covers.start <= at && at <= allow.covers.end
    };
    let allow = allows.iter().find(covers);
    allow.map_or_else(|| finding.message.clone(), |allow| allow.reason.clone())
}
