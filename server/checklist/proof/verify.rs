//! Verification: the project's unit, integration and smoke tests on the hotfix as it is.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::command::Runner;
use super::scene::Side;
use super::stage::{Run, Stage};
use super::types::{Outcome, Stamp};
use super::{Progress, ProofError, Task, stamp};
use crate::checklist::markdown::code;
use crate::config::Settings;

/// How many red tests are named.
const MOST_NAMED: usize = 20;

/// A kind of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuiteKind {
    /// Small and alone.
    Unit,
    /// With other services.
    Integration,
    /// Does it start and answer?
    Smoke,
}

/// Every kind, in the order in which they are run.
pub const SUITES: [SuiteKind; 3] = [SuiteKind::Unit, SuiteKind::Integration, SuiteKind::Smoke];

/// What was run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Each suite, in the order of [`SUITES`].
    pub suites: Vec<Suite>,
}

/// What one suite did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suite {
    /// Which one.
    pub kind: SuiteKind,
    /// How it ended.
    pub result: SuiteResult,
    /// That in one sentence.
    pub summary: String,
    /// The command, as a person would write it; empty where none is configured.
    pub command: String,
    /// The state that it was run on.
    pub stamp: Stamp,
    /// The ids of the first red tests.
    pub red: Vec<String>,
    /// The last lines of the output, where it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// How a suite ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuiteResult {
    /// Green.
    Passed,
    /// Red.
    Failed,
    /// It could not be run.
    NotRun,
    /// No command is configured.
    NotConfigured,
}

impl SuiteKind {
    /// As people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Integration => "integration",
            Self::Smoke => "smoke",
        }
    }

    fn command(self, settings: &Settings) -> Option<&String> {
        match self {
            Self::Unit => settings.unit_tests.as_ref(),
            Self::Integration => settings.integration_tests.as_ref(),
            Self::Smoke => settings.smoke_tests.as_ref(),
        }
    }
}

/// Runs the suites `kinds`, each in a new copy of the work tree.
///
/// # Errors
/// [`ProofError`] when it was cancelled, or git, disk or system say no.
pub fn verify(
    task: Task<'_>,
    kinds: &[SuiteKind],
    tell: &mut dyn FnMut(&Progress),
) -> Result<Verification, ProofError> {
    let changes = task.repository.changed_files(task.base)?;
    let stamp = stamp(task.repository, task.base, &changes, task.settings);
    let mut stage = Stage::start(task, &changes)?;
    let mut suites = Vec::new();
    let steps = u32::try_from(kinds.len()).unwrap_or(u32::MAX);
    for (step, &kind) in (1..).zip(kinds) {
        let own = kind.command(task.settings).cloned().map(Runner::Own);
        if own.is_none() && kind != SuiteKind::Unit {
            suites.push(not_configured(kind, &stamp));
            continue;
        }
        tell(&Progress {
            what: format!("running the {} tests", kind.name()),
            step: (step, steps),
        });
        let copy = stage.copy(task, &changes, Side::Head)?;
        let runner = match own {
            Some(own) => own,
            None => stage.runner(task, &copy)?,
        };
        let run = stage.run(task, &copy, &runner.command(&[]))?;
        suites.push(suite(kind, &runner, run, &stamp));
    }
    Ok(Verification { suites })
}

fn not_configured(kind: SuiteKind, stamp: &Stamp) -> Suite {
    let name = kind.name();
    Suite {
        kind,
        result: SuiteResult::NotConfigured,
        summary: format!("No {name} tests are configured: set `{name}-tests`"),
        command: String::new(),
        stamp: stamp.clone(),
        red: Vec::new(),
        output: None,
    }
}

fn suite(kind: SuiteKind, runner: &Runner, run: Run, stamp: &Stamp) -> Suite {
    let name = kind.name();
    let command = runner.shown(&[]);
    let output = run.last_lines();
    let failure = run.failure(runner);
    let is_green = run.is_green();
    let told = run.tells_tests();
    let report = run.into_report(&command);
    let count = |outcome: fn(Outcome) -> bool| {
        let seen = report.tests.values().filter(|it| outcome(it.outcome));
        seen.count()
    };
    let (passed, skipped) = (
        count(|it| it == Outcome::Passed),
        count(|it| it == Outcome::Skipped),
    );
    let red = report.tests.iter().filter(|(_, it)| it.outcome.is_red());
    let red: Vec<String> = red.map(|(id, _)| id.clone()).collect();
    let (result, summary) = if let Some(why) = failure {
        (
            SuiteResult::NotRun,
            format!("The {name} tests did not run: {why}"),
        )
    } else if is_green && told {
        let passed = crate::checklist::rollback::count(passed, "test");
        let skipped = if skipped == 0 {
            String::new()
        } else {
            format!(", {skipped} skipped")
        };
        (
            SuiteResult::Passed,
            format!("The {name} tests pass: {passed}{skipped}"),
        )
    } else if is_green {
        (SuiteResult::Passed, format!("The {name} tests pass"))
    } else if told && !red.is_empty() {
        let number = red.len();
        (
            SuiteResult::Failed,
            format!("The {name} tests fail: {number} red, {passed} green"),
        )
    } else {
        (SuiteResult::Failed, format!("The {name} tests fail"))
    };
    let passed = result == SuiteResult::Passed;
    Suite {
        kind,
        result,
        summary,
        command,
        stamp: stamp.clone(),
        red: if told {
            red.into_iter().take(MOST_NAMED).collect()
        } else {
            Vec::new()
        },
        output: (!passed).then_some(output),
    }
}

impl Verification {
    /// What was known before, with what was run now.
    #[must_use]
    pub fn over(self, mut before: Self) -> Self {
        before
            .suites
            .retain(|old| !self.suites.iter().any(|new| new.kind == old.kind));
        before.suites.extend(self.suites);
        before.suites.sort_by_key(|suite| suite.kind);
        before
    }

    /// For a terminal.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut out = String::new();
        for suite in &self.suites {
            for line in suite.output.iter().flat_map(|output| output.lines()) {
                let _ = writeln!(out, "  | {line}");
            }
            for id in &suite.red {
                let _ = writeln!(out, "  red: {id}");
            }
            let _ = writeln!(out, "{}", suite.summary);
        }
        out
    }

    /// Markdown, without a heading of its own.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for suite in &self.suites {
            let _ = write!(out, "- {}", suite.summary);
            if !suite.command.is_empty() {
                let _ = write!(out, " ({})", code(&suite.command));
            }
            out.push('\n');
            for id in &suite.red {
                let _ = writeln!(out, "  - red: {}", code(id));
            }
        }
        out
    }
}
