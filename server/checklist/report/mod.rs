//! The report: what a reviewer has to know, as the text of a pull request, as JSON, and as one page
//! to look at.

mod contract;
mod diff;
mod html;
mod inside;
mod markdown;
mod prose;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use contract::sentences;
pub use html::{moment, page};
pub use markdown::markdown;

use super::branch::{Branch, Kind};
use super::history::{self, History};
use super::items::Checklist;
use super::link::Test;
use super::record::{QUESTIONS, Record, SECTIONS};
use super::rollback::Plan;
use super::show;
use crate::compare::size::{Budget, Size};

/// Everything that a report says.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version of this shape.
    pub schema: u32,
    /// The branch.
    pub branch: Option<String>,
    /// The version that it ships as.
    pub version: Option<String>,
    /// The production ref.
    pub production: String,
    /// The base's full object id.
    pub base: String,
    /// How bad the bug is, by the record.
    pub severity: Option<String>,
    /// The issue, by the record.
    pub issue: Option<String>,
    /// What changed, in plain words, by definition.
    pub changes: Vec<Change>,
    /// The changed files.
    pub files: Vec<FileSize>,
    /// How much production code it changes.
    #[serde(skip)]
    pub size: Size,
    /// What it may change.
    #[serde(skip)]
    pub budget: Budget,
    /// The past of what is changed, and who could review it.
    pub history: History,
    /// What the rules still say.
    pub findings: Vec<Remark>,
    /// What a comment allows, with its reason.
    pub exceptions: Vec<Remark>,
    /// How every item stands.
    pub checklist: show::Json,
    /// What the record says, section by section.
    pub record: Vec<Answers>,
    /// How it is taken back; none where git cannot tell.
    pub rollback: Option<Plan>,
    /// The commits of the branch, the oldest first.
    pub commits: Vec<Commit>,
    /// What the program wrote into the record about runs, by its name.
    pub generated: Vec<(String, String)>,
    /// The files line by line, for the page.
    #[serde(skip)]
    pub hunks: Vec<FileHunks>,
}

/// What changed in one definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The file.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The qualified name.
    pub scope: String,
    /// Whether production lacks it.
    pub is_new: bool,
    /// Whether the hotfix lacks it.
    pub is_removed: bool,
    /// What is different for those who call it, one sentence each.
    pub says: Vec<String>,
    /// The tests of this hotfix that reach it.
    pub tests: Vec<String>,
}

/// How much of a file changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileSize {
    /// The file.
    pub path: String,
    /// What it is for.
    pub kind: Kind,
    /// Lines that are new.
    pub added: usize,
    /// Lines that are gone.
    pub removed: usize,
}

/// What a rule says of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The file.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The rule.
    pub rule: String,
    /// `warning`, `information` or `hint`.
    pub severity: String,
    /// Its sentence; of an exception, the reason.
    pub message: String,
}

/// A section of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// The section.
    pub section: &'static str,
    /// Question and answer.
    pub answers: Vec<(&'static str, String)>,
}

/// A commit of the branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// Its object id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// When, in seconds since 1970.
    pub seconds: i64,
}

/// The changed lines of a file.
#[derive(Debug, Clone, Default)]
pub struct FileHunks {
    /// The file.
    pub path: String,
    /// Its lines with some around; hunks are separated by a gap.
    pub lines: Vec<diff::Line>,
}

/// What a report is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    /// What the branch changes.
    pub branch: &'a Branch,
    /// The tests that reach each of [`Branch::definitions`].
    pub links: &'a [Vec<Test>],
    /// How every item stands.
    pub checklist: &'a Checklist,
    /// How much production code it changes.
    pub size: Size,
    /// What it may change.
    pub budget: Budget,
    /// The past of what is changed.
    pub history: &'a History,
    /// The record.
    pub record: Option<&'a Record>,
    /// What the rules still say.
    pub findings: Vec<Remark>,
    /// What is allowed.
    pub exceptions: Vec<Remark>,
}

/// Which hotfix it is about.
#[derive(Debug, Clone)]
pub struct About {
    /// The branch.
    pub branch: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// The production ref.
    pub production: String,
    /// The base's full object id.
    pub base: String,
    /// How it is taken back.
    pub rollback: Option<Plan>,
    /// Its commits.
    pub commits: Vec<Commit>,
}

impl Report {
    /// Puts it together.
    #[must_use]
    pub fn new(about: About, parts: Parts<'_>) -> Self {
        let front = |key: &str| parts.record.and_then(|it| it.front(key)).map(str::to_owned);
        let generated = parts.record.into_iter().flat_map(|record| {
            let names = record.parts().iter().map(|part| &part.name);
            // The checklist and the history are shown as they are now.
            let shown = names.filter(|name| *name != show::FACTS && *name != history::PART);
            shown.filter_map(|name| Some((name.clone(), record.generated(name)?)))
        });
        let size = |file: &super::branch::File| {
            let (added, removed) = file.line_counts();
            FileSize {
                path: file.path.clone(),
                kind: file.kind,
                added,
                removed,
            }
        };
        Self {
            schema: 1,
            branch: about.branch,
            version: about.version,
            production: about.production,
            base: about.base,
            severity: front("severity"),
            issue: front("issue"),
            changes: changes(parts.branch, parts.links),
            files: parts.branch.files.iter().map(size).collect(),
            hunks: diff::of_branch(parts.branch),
            checklist: parts.checklist.into(),
            size: parts.size,
            budget: parts.budget,
            record: parts.record.map(answers).unwrap_or_default(),
            generated: generated.collect(),
            history: parts.history.clone(),
            findings: parts.findings,
            exceptions: parts.exceptions,
            rollback: about.rollback,
            commits: about.commits,
        }
    }

    /// What it is called: version, else branch.
    #[must_use]
    pub fn title(&self) -> &str {
        let name = self.version.as_deref().or(self.branch.as_deref());
        name.unwrap_or("of this branch")
    }
}

fn changes(branch: &Branch, links: &[Vec<Test>]) -> Vec<Change> {
    let mut there = 0;
    let mut found = Vec::new();
    for file in branch.of_kind(Kind::Code) {
        for one in &file.changed {
            let tests = if one.is_removed {
                Vec::new()
            } else {
                there += 1;
                let tests = links.get(there - 1).into_iter().flatten();
                tests.filter(|test| test.is_changed).map(Test::id).collect()
            };
            found.push(Change {
                path: file.path.clone(),
                line: one.line,
                scope: one.qualname.clone(),
                is_new: one.is_new,
                is_removed: one.is_removed,
                says: sentences(file, one),
                tests,
            });
        }
    }
    found
}

fn answers(record: &Record) -> Vec<Answers> {
    let of_section = |section| {
        let questions = QUESTIONS.iter().filter(|one| one.section == section);
        questions
            .filter_map(|one| Some((one.title(), record.answer(one)?)))
            .collect::<Vec<_>>()
    };
    let all = SECTIONS.iter().map(|section| Answers {
        section: section.title(),
        answers: of_section(*section),
    });
    all.filter(|it| !it.answers.is_empty()).collect()
}
