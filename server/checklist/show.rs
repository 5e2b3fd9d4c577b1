//! The checklist as text, Markdown and JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::items::{Checklist, Standing, State, StepState, When};
use super::markdown::sentence;

/// The generated part of the record that holds what was seen.
pub const FACTS: &str = "facts";

impl State {
    /// One character for it.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Passed => '✓',
            Self::Failed => '✗',
            Self::Attested => '☑',
            Self::NotApplicable => '–',
            Self::Open => '?',
        }
    }

    /// It in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Passed => "seen to hold",
            Self::Failed => "does not hold",
            Self::Attested => "attested",
            Self::NotApplicable => "not applicable",
            Self::Open => "open",
        }
    }
}

/// The checklist as a table in Markdown.
#[must_use]
pub fn table(checklist: &Checklist) -> String {
    let mut out = String::from("| | item | what was seen |\n|---|---|---|\n");
    for Standing {
        item, state, says, ..
    } in &checklist.items
    {
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            state.sign(),
            item.title,
            seen(*state, says)
        );
    }
    out
}

fn seen(state: State, says: &str) -> String {
    let says = sentence(says);
    match state {
        State::NotApplicable => format!("not applicable: {says}"),
        State::Attested => format!("attested: {says}"),
        _ => says,
    }
}

/// The checklist as a list that a pull request shows.
#[must_use]
pub fn list(checklist: &Checklist) -> String {
    let mut out = String::new();
    for Standing {
        item, state, says, ..
    } in &checklist.items
    {
        let tick = if state.is_done() { 'x' } else { ' ' };
        let _ = writeln!(out, "- [{tick}] {}: {}", item.title, seen(*state, says));
    }
    out
}

/// What is done around the merge, as lists that a pull request shows, each below a heading `##`.
#[must_use]
pub fn steps(json: &Json) -> String {
    let mut out = String::new();
    for when in When::ALL {
        let _ = write!(out, "\n## {}\n\n", when.title());
        for step in json.steps.iter().filter(|step| step.when == when) {
            let tick = if step.state == StepState::Open {
                ' '
            } else {
                'x'
            };
            let _ = writeln!(out, "- [{tick}] {}{}", step.title, step.reason());
        }
    }
    out
}

/// The checklist in `checklist --format json` and in reports.
#[derive(Debug, Serialize)]
pub struct Json {
    /// How many items are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// Every item, in their order.
    pub items: Vec<JsonItem>,
    /// Definitions that lack something.
    pub marks: Vec<JsonMark>,
    /// Questions of the record without an answer.
    pub unanswered: Vec<JsonQuestion>,
    /// What is done around the merge, in its order.
    pub steps: Vec<JsonStep>,
}

/// A step around the merge, which only a person can tick.
#[derive(Debug, Serialize)]
pub struct JsonStep {
    /// Its name.
    pub name: &'static str,
    /// What holds when it is done.
    pub title: &'static str,
    /// When it is due.
    pub when: When,
    /// How it stands.
    pub state: StepState,
    /// Why it does not apply; empty otherwise.
    pub reason: String,
}

impl JsonStep {
    /// What stands behind its title in Markdown.
    fn reason(&self) -> String {
        match self.state {
            StepState::NotApplicable => format!(": not applicable: {}", sentence(&self.reason)),
            StepState::Done | StepState::Open => String::new(),
        }
    }
}

/// One item.
#[derive(Debug, Serialize)]
pub struct JsonItem {
    /// Its name.
    pub name: &'static str,
    /// What holds when it is done.
    pub title: &'static str,
    /// How it stands.
    pub state: State,
    /// What was seen, what is missing, or the person's reason.
    pub says: String,
    /// The name of what is wrong, where it has one.
    pub rule: Option<&'static str>,
}

/// A definition that lacks something.
#[derive(Debug, Serialize)]
pub struct JsonMark {
    /// What it lacks.
    pub rule: &'static str,
    /// The file, relative to the repository.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The definition's qualified name.
    pub scope: String,
    /// One sentence.
    pub message: String,
}

/// A question of the record.
#[derive(Debug, Serialize)]
pub struct JsonQuestion {
    /// Its name.
    pub name: &'static str,
    /// The section.
    pub section: &'static str,
    /// The question.
    pub title: &'static str,
}

impl From<&Checklist> for Json {
    fn from(checklist: &Checklist) -> Self {
        let item = |it: &Standing| JsonItem {
            name: it.item.name,
            title: it.item.title,
            state: it.state,
            says: it.says.clone(),
            rule: it.rule,
        };
        let marks = checklist.marks.iter().map(|mark| JsonMark {
            rule: mark.rule,
            path: mark.path.clone(),
            line: mark.line,
            scope: mark.scope.clone(),
            message: mark.message.clone(),
        });
        let unanswered = checklist.unanswered.iter().map(|one| JsonQuestion {
            name: one.name,
            section: one.section.title(),
            title: one.title(),
        });
        let steps = checklist.steps.iter().map(|it| JsonStep {
            name: it.step.name,
            title: it.step.title,
            when: it.step.when,
            state: it.state,
            reason: it.reason.clone(),
        });
        Self {
            done: checklist.done(),
            total: checklist.items.len(),
            items: checklist.items.iter().map(item).collect(),
            marks: marks.collect(),
            unanswered: unanswered.collect(),
            steps: steps.collect(),
        }
    }
}
