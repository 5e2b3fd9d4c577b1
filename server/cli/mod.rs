//! The command line: one file per verb, renderers beside.
//!
//! A verb returns its exit code. What goes wrong becomes a `trouble::Trouble`, one sentence on stderr,
//! and never stops the other files from being judged.

mod arguments;
mod backmerge;
mod branch;
mod catalog;
mod check;
mod checklist;
mod compare;
mod completions;
mod configs;
mod defer;
mod demo;
mod explain;
mod files;
mod fix;
mod hotfix;
mod input;
mod judge;
mod marks;
mod opened;
mod place;
mod plan;
mod prove;
mod render;
mod report;
mod restore;
mod revision;
mod rollback;
mod rules;
mod schema;
mod scope;
mod start;
mod terminal;
mod trouble;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Verb};
use terminal::Terminal;
use trouble::Exit;

/// Runs one verb.
///
/// Exit codes: 0 clean, 1 findings at or above `--fail-on`, 2 could not judge.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // Editors start language servers with `--stdio` alone.
    if arguments.get(1).is_some_and(|first| first == "--stdio") {
        return crate::lsp::serve(log_level(&arguments));
    }
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            // A closed pipe is no reason to complain.
            let _ = error.print();
            let code = if error.use_stderr() {
                Exit::NotJudged
            } else {
                Exit::Clean
            };
            return code.into();
        }
    };
    let mut terminal = Terminal::new();
    let exit = match parsed.verb {
        Verb::Server { log_level, .. } => return crate::lsp::serve(log_level),
        Verb::Check(check) => check::run(&check, &mut terminal),
        Verb::Compare(compare) => compare::run(&compare, &mut terminal),
        Verb::Completions { shell } => completions::run(shell, &mut terminal),
        Verb::Defer(defer) => defer::run(&defer, &mut terminal),
        Verb::Fix(fix) => fix::run(&fix, &mut terminal),
        Verb::Demo { folder } => demo::run(folder.as_deref(), &mut terminal),
        Verb::Backmerge(backmerge) => backmerge::run(&backmerge, &mut terminal),
        Verb::Prove(prove) => prove::run(&prove, &mut terminal),
        Verb::Verify(verify) => verify::run(&verify, &mut terminal),
        Verb::KeepFolder { folder } => {
            crate::checklist::proof::keeper::serve(&folder);
            Exit::Clean
        }
        Verb::Restore(restore) => restore::run(&restore, &mut terminal),
        Verb::Rollback(rollback) => rollback::run(&rollback, &mut terminal),
        Verb::Explain { rule } => explain::run(&rule, &mut terminal),
        Verb::Report(report) => report::run(&report, &mut terminal),
        Verb::Checklist(checklist) => checklist::run(&checklist, &mut terminal),
        Verb::Start(start) => start::run(&start, &mut terminal),
        Verb::Schema => schema::run(&mut terminal),
        Verb::Rules { format } => rules::run(format, &mut terminal),
    };
    if terminal.tell_lost() {
        return Exit::NotJudged.into();
    }
    exit.into()
}

/// The level in the arguments after `--stdio`. Whatever else an editor adds is no reason not to
/// start.
fn log_level(arguments: &[OsString]) -> Option<crate::lsp::LogLevel> {
    let server = arguments.iter().take(1).cloned();
    let server = server.chain(["server".into()]);
    let rest = arguments.iter().skip(1).cloned();
    match Arguments::try_parse_from(server.chain(rest)).ok()?.verb {
        Verb::Server { log_level, .. } => log_level,
        _ => None,
    }
}
