//! `checklist`: how every item stands.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::arguments::{Checklist as Arguments, ChecklistFormat};
use super::branch::Branch;
use super::hotfix;
use super::judge::on_a_large_stack;
use super::render::json::object;
use super::render::visible::visible;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::checklist::history;
use crate::checklist::items::{Checklist, Evidence, Found, State, StepStanding, StepState, When};
use crate::checklist::observe::{self, Look, Observed};
use crate::checklist::proof;
use crate::checklist::record::{self, Record, Section};
use crate::checklist::show;
use crate::rules::Severity;
use crate::syntax::Cancel;
use crate::vcs::{HistoryCache, Scope};

/// A branch that was looked at, with its record.
pub struct Looked {
    /// The branch.
    pub branch: Branch,
    /// Where the record lies, relative to the root; none on no branch.
    pub record_path: Option<String>,
    /// The record.
    pub record: Option<Record>,
    /// What was seen.
    pub observed: Observed,
    /// The files that were judged.
    pub results: super::render::Results,
}

/// The checklist as JSON, with what it is about.
#[derive(Debug, Serialize)]
struct Json<'a> {
    schema: u32,
    branch: Option<&'a str>,
    version: Option<&'a str>,
    base: &'a str,
    record: Option<&'a str>,
    #[serde(flatten)]
    checklist: show::Json,
}

/// Prints the checklist. Exit code 1 while not every item is done.
pub fn run(arguments: &Arguments, terminal: &mut Terminal) -> Exit {
    let Some(looked) = look(arguments.base.as_deref(), terminal) else {
        return Exit::NotJudged;
    };
    let checklist = &looked.observed.checklist;
    if arguments.write && !write(&looked, terminal) {
        return Exit::NotJudged;
    }
    terminal.print(&match arguments.format {
        ChecklistFormat::Full => full(&looked),
        ChecklistFormat::Markdown => show::list(checklist) + &show::steps(&checklist.into()),
        ChecklistFormat::Json => object(&Json {
            schema: 1,
            branch: looked.branch.base.branch.as_deref(),
            version: looked.branch.version.as_deref(),
            base: &looked.branch.base.commit,
            record: looked.record.as_ref().and(looked.record_path.as_deref()),
            checklist: checklist.into(),
        }),
    });
    if !terminal.troubles().is_empty() {
        Exit::NotJudged
    } else if checklist.done() < checklist.items.len() {
        Exit::Found
    } else {
        Exit::Clean
    }
}

/// Judges the branch and looks at every item. What stands in the way is told.
pub fn look(reference: Option<&str>, terminal: &mut Terminal) -> Option<Looked> {
    let branch = Branch::here(reference, terminal)?;
    let name = branch.base.branch.as_deref();
    let record_path = name.map(|name| record::path(&branch.settings, name));
    let record = match &record_path {
        Some(path) => branch.record(path, terminal).ok()?,
        None => None,
    };
    let results = hotfix::judge(&[], reference, None, terminal);
    let findings = findings(&results);
    let scope = Scope::Judged(branch.base.clone());
    let evidence = evidence(&branch, terminal);
    let look = Look {
        repository: &branch.repository,
        scope: &scope,
        settings: &branch.settings,
        version: branch.version.as_deref(),
        record_path: record_path.as_deref(),
        record: record.as_ref(),
        size: results
            .survey
            .as_ref()
            .map(|it| it.size)
            .unwrap_or_default(),
        findings: &findings,
        evidence: &evidence,
        texts: &BTreeMap::new(),
        history: &HistoryCache::default(),
        cancel: &Cancel::default(),
    };
    match on_a_large_stack(|| Some(observe::observe(look)))? {
        Ok(observed) => Some(Looked {
            branch,
            record_path,
            record,
            observed,
            results,
        }),
        Err(error) => {
            terminal.trouble(Trouble::new(error.to_string()));
            None
        }
    }
}

fn findings(results: &super::render::Results) -> Vec<Found> {
    let of_file = |file: &super::judge::Judged| {
        let lines = file.snapshot.head.lines().clone();
        let path = file.target.path.clone();
        let findings = file.report.findings.iter();
        let found = findings.map(move |finding| Found {
            rule: finding.rule.to_owned(),
            path: path.clone(),
            line: lines.line_of(finding.span.start) + 1,
            is_serious: finding.severity != Severity::Hint,
        });
        found.collect::<Vec<_>>()
    };
    results.files.iter().flat_map(of_file).collect()
}

/// Writes what was seen into its part of the record.
fn write(looked: &Looked, terminal: &mut Terminal) -> bool {
    let (Some(path), Some(old)) = (&looked.record_path, &looked.record) else {
        let message = "there is no record to write into: run `hotfix-ls start`";
        terminal.trouble(Trouble::new(message));
        return false;
    };
    let table = show::table(&looked.observed.checklist);
    let mut new = old.clone();
    let past = history::markdown(&looked.observed.history);
    let written = if past.is_empty() {
        Ok(())
    } else {
        new.put_generated(Section::Diagnosis, history::PART, &past)
    };
    let written = written
        .and_then(|()| new.put_generated(Section::Checklist, show::FACTS, &table))
        .map_err(|error| error.to_string())
        .and_then(|()| {
            let saved = record::save(looked.branch.root(), path, old, &new);
            saved.map_err(|error| error.to_string())
        });
    if let Err(message) = written {
        terminal.trouble(Trouble::at(path.as_str(), message));
        return false;
    }
    true
}

fn style(state: State) -> Style {
    let colour = match state {
        State::Passed | State::Attested => AnsiColor::Green,
        State::Failed => AnsiColor::BrightRed,
        State::NotApplicable => AnsiColor::BrightBlack,
        State::Open => AnsiColor::Yellow,
    };
    colour.on_default()
}

fn full(looked: &Looked) -> String {
    let Checklist {
        items,
        unanswered,
        steps,
        ..
    } = &looked.observed.checklist;
    let bold = Style::new().bold();
    let name = looked
        .branch
        .base
        .branch
        .as_deref()
        .unwrap_or("this branch");
    let done = looked.observed.checklist.done();
    let mut out = format!(
        "{bold}{}{bold:#}: {done} of {} items hold\n\n",
        visible(name),
        items.len()
    );
    for one in items {
        let style = style(one.state);
        let says = match one.state {
            State::NotApplicable => format!("not applicable: {}", one.says),
            _ => one.says.clone(),
        };
        let sign = one.state.sign();
        let _ = writeln!(out, "{style}{sign}{style:#} {}", one.item.title);
        let _ = writeln!(out, "    {}", visible(&says));
    }
    out.push_str(&around(steps));
    out.push('\n');
    match (&looked.record, unanswered.len()) {
        (None, _) => out.push_str("There is no record yet: run `hotfix-ls start`\n"),
        (Some(_), 0) => out.push_str("The record answers every question\n"),
        (Some(_), open) => {
            let path = looked.record_path.as_deref().unwrap_or_default();
            let questions = if open == 1 { "question" } else { "questions" };
            let _ = writeln!(
                out,
                "{open} {questions} without an answer in {}:",
                visible(path)
            );
            for one in unanswered {
                let _ = writeln!(out, "  {}: {}", one.section.title(), one.title());
            }
        }
    }
    out
}

/// What is done around the merge.
fn around(steps: &[StepStanding]) -> String {
    let mut out = String::new();
    for when in When::ALL {
        let _ = writeln!(out, "\n{}, ticked by hand:", when.title());
        for one in steps.iter().filter(|one| one.step.when == when) {
            let (state, reason) = match one.state {
                StepState::Done => (State::Attested, String::new()),
                StepState::Open => (State::Open, String::new()),
                StepState::NotApplicable => (
                    State::NotApplicable,
                    format!(" (not applicable: {})", one.reason),
                ),
            };
            let (style, sign) = (style(state), state.sign());
            let reason = visible(&reason);
            let _ = writeln!(out, "  {style}{sign}{style:#} {}{reason}", one.step.title);
        }
    }
    out
}

/// What commands have shown so far. Without it nothing is taken for seen.
fn evidence(branch: &Branch, terminal: &Terminal) -> Evidence {
    let version = branch.version.as_deref();
    let found = proof::evidence(&branch.repository, &branch.base, version, &branch.settings);
    found.unwrap_or_else(|error| {
        terminal.note(format!("what was run before is not known: {error}"));
        Evidence::default()
    })
}
