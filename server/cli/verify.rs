//! `verify`: do the project's tests pass with the hotfix?

use super::arguments::{PlanFormat, Suite, Verify as Arguments};
use super::branch::Branch;
use super::plan::harmless;
use super::prove::{Bar, kept};
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::checklist::proof::{self, SUITES, SuiteKind, SuiteResult, Task, Verification};
use crate::syntax::Cancel;

/// Runs the suites. Exit code 1 when one is red, 2 when one could not be run.
pub fn run(arguments: &Arguments, terminal: &mut Terminal) -> Exit {
    let Some(branch) = Branch::here(arguments.base.as_deref(), terminal) else {
        return Exit::NotJudged;
    };
    let cancel = Cancel::default();
    let task = Task {
        repository: &branch.repository,
        base: &branch.base,
        settings: &branch.settings,
        runs: 1,
        cancel: &cancel,
    };
    let kinds = kinds(&arguments.suites);
    let mut bar = Bar::new(terminal);
    let result = proof::verify(task, &kinds, &mut |progress| bar.show(progress, terminal));
    bar.end();
    let result = match result {
        Ok(result) => result,
        Err(error) => {
            terminal.trouble(Trouble::new(error.to_string()));
            return Exit::NotJudged;
        }
    };
    let keeping = proof::keep_verification(task, result.clone());
    kept("results", keeping, terminal);
    terminal.print(&harmless(&match arguments.format {
        PlanFormat::Text => result.plain(),
        PlanFormat::Markdown => result.markdown(),
        PlanFormat::Json => super::render::json::object(&result),
    }));
    exit(&result, &arguments.suites, terminal)
}

fn exit(result: &Verification, asked: &[Suite], terminal: &Terminal) -> Exit {
    let any = |wanted| result.suites.iter().any(|suite| suite.result == wanted);
    // What was asked for by name must be there.
    let missing = !asked.is_empty() && any(SuiteResult::NotConfigured);
    if !terminal.troubles().is_empty() || any(SuiteResult::NotRun) || missing {
        Exit::NotJudged
    } else if any(SuiteResult::Failed) {
        Exit::Found
    } else {
        Exit::Clean
    }
}

fn kinds(asked: &[Suite]) -> Vec<SuiteKind> {
    let is_asked = |kind: &SuiteKind| {
        let asked_for = asked.iter().any(|suite| match suite {
            Suite::Unit => *kind == SuiteKind::Unit,
            Suite::Integration => *kind == SuiteKind::Integration,
            Suite::Smoke => *kind == SuiteKind::Smoke,
        });
        asked.is_empty() || asked_for
    };
    SUITES.into_iter().filter(is_asked).collect()
}
