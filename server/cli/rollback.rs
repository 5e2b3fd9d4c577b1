//! `rollback`: how this hotfix is taken back.

use super::arguments::{PlanFormat, Rollback as Arguments};
use super::plan::{Subject, harmless};
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::checklist::rollback;

/// Prints the plan. Exit code 1 when trying it out ran into a conflict.
pub fn run(arguments: &Arguments, terminal: &mut Terminal) -> Exit {
    let subject = Subject {
        verb: "rollback",
        hotfix: arguments.hotfix.as_deref(),
        reference: arguments.base.as_deref(),
    };
    let Some(found) = subject.find(terminal) else {
        return Exit::NotJudged;
    };
    let version = found.version.as_deref();
    let plan = rollback::plan(&found.repository, &found.base, version, &found.settings);
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => {
            terminal.trouble(Trouble::new(error.to_string()));
            return Exit::NotJudged;
        }
    };
    terminal.print(&harmless(&match arguments.format {
        PlanFormat::Text => rollback::plain(&plan),
        PlanFormat::Markdown => rollback::markdown(&plan),
        PlanFormat::Json => super::render::json::object(&plan),
    }));
    let is_clean = plan.rehearsal.is_none_or(|rehearsal| rehearsal.clean);
    if !terminal.troubles().is_empty() {
        Exit::NotJudged
    } else if is_clean {
        Exit::Clean
    } else {
        Exit::Found
    }
}
