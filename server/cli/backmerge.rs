//! `backmerge --check`: is the fix on the other branches?

use super::arguments::{Backmerge as Arguments, PlanFormat};
use super::plan::{Subject, harmless};
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::checklist::backmerge;

/// Prints how the hotfix stands on each branch. Exit code 1 when it is missing somewhere.
pub fn run(arguments: &Arguments, terminal: &mut Terminal) -> Exit {
    let subject = Subject {
        verb: "backmerge --check … --hotfix",
        hotfix: arguments.hotfix.as_deref(),
        reference: arguments.base.as_deref(),
    };
    let Some(found) = subject.find(terminal) else {
        return Exit::NotJudged;
    };
    let checked = backmerge::branches(&found.repository, &arguments.check)
        .and_then(|names| backmerge::check(&found.repository, &found.base, &names));
    match checked {
        Ok(result) => {
            terminal.print(&harmless(&match arguments.format {
                PlanFormat::Text => result.plain(),
                PlanFormat::Markdown => result.markdown(),
                PlanFormat::Json => super::render::json::object(&result),
            }));
            if !terminal.troubles().is_empty() {
                Exit::NotJudged
            } else if result.is_complete() {
                Exit::Clean
            } else {
                Exit::Found
            }
        }
        Err(error) => {
            terminal.trouble(Trouble::new(error.to_string()));
            Exit::NotJudged
        }
    }
}
