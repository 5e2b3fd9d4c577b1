//! `fix`: applies fixes, or shows what they would change.

use super::arguments::Fix as Arguments;
use super::catalog;
use super::judge::Judged;
use super::render::diff;
use super::scope;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::analysis::{self, Report, Snapshot};
use crate::fixes::{Applicability, Edit, Fix, apply};
use crate::rules::Finding;
use crate::syntax::Source;

/// A fix may uncover the next finding; more rounds than this mean that two fixes undo each other.
const MOST_ROUNDS: usize = 20;

/// Fixes the selected files.
pub fn run(arguments: &Arguments, terminal: &mut Terminal) -> Exit {
    if !known_rules(&arguments.rule, terminal) {
        return Exit::NotJudged;
    }
    let results = scope::judge(&arguments.selection, None, terminal);
    let options = Options {
        rules: &arguments.rule,
        review: arguments.review,
    };
    let mut done = Done::default();
    for file in &results.files {
        let outcome = fix_text(&file.snapshot, &options);
        done.left += outcome.left;
        if outcome.text == file.input.text {
            continue;
        }
        if arguments.diff {
            let path = &file.target.path;
            diff::print(&change(file, path, &outcome.text), terminal);
        } else if !write_back(file, &outcome.text, terminal) {
            continue;
        }
        done.files += 1;
        done.findings += outcome.cured;
    }
    if 0 < done.files || terminal.troubles().is_empty() {
        tell(&done, arguments, terminal);
    }
    if !terminal.troubles().is_empty() {
        Exit::NotJudged
    } else if arguments.diff && 0 < done.files {
        Exit::Found
    } else {
        Exit::Clean
    }
}

/// What a file becomes, for a diff.
pub fn change<'a>(file: &'a Judged, path: &'a str, new: &'a str) -> diff::Change<'a> {
    diff::Change {
        path,
        old: &file.input.text,
        new,
        mark: file.input.mark(),
    }
}

/// Which fixes are applied.
#[derive(Debug, Default)]
pub struct Options<'a> {
    /// The rules whose findings are fixed; empty for all.
    pub rules: &'a [String],
    /// Whether fixes that need a review are applied as well.
    pub review: bool,
}

/// What was done, over all files.
#[derive(Debug, Default)]
struct Done {
    files: usize,
    findings: usize,
    left: usize,
}

/// What became of one file.
#[derive(Debug)]
pub struct Outcome {
    /// The text after the fixes.
    pub text: String,
    /// How many findings are gone.
    pub cured: usize,
    /// How many findings are left.
    pub left: usize,
}

fn known_rules(names: &[String], terminal: &mut Terminal) -> bool {
    if names.is_empty() {
        return true;
    }
    let catalog = catalog::Catalog::here(terminal);
    let before = terminal.troubles().len();
    for name in names {
        if let Err(trouble) = catalog::find(&catalog, name) {
            terminal.trouble(trouble);
        }
    }
    terminal.troubles().len() == before
}

/// Fixes one text until nothing more can be fixed.
pub fn fix_text(snapshot: &Snapshot, options: &Options<'_>) -> Outcome {
    let mut snapshot = snapshot.clone();
    let mut report = judge(&snapshot, options.rules);
    let before = report.findings.len();
    for _ in 0..MOST_ROUNDS {
        let Some(fix) = next_fix(&snapshot, &report, options.review) else {
            break;
        };
        let text = snapshot.head.text();
        let edits = with_line_ends(text, fix.edits);
        let Some(new) = apply(text, &edits).filter(|new| new != text) else {
            break;
        };
        snapshot.head = Source::parse(new);
        report = judge(&snapshot, options.rules);
    }
    Outcome {
        text: snapshot.head.text().to_owned(),
        cured: before.saturating_sub(report.findings.len()),
        left: report.findings.len(),
    }
}

fn judge(snapshot: &Snapshot, rules: &[String]) -> Report {
    // Nobody cancels here, so the analysis always ends.
    let mut report = analysis::analyse(snapshot).unwrap_or_default();
    let wanted = |finding: &Finding| rules.is_empty() || rules.iter().any(|it| it == finding.rule);
    report.findings.retain(wanted);
    report
}

/// All safe fixes at once; where there is none and a review was promised, one that needs it. What
/// the hotfix wrote itself is never replaced by production's text here: nobody could get it back.
fn next_fix(snapshot: &Snapshot, report: &Report, review: bool) -> Option<Fix> {
    if let Some(fix) = analysis::fix_all(snapshot, report) {
        return Some(fix);
    }
    if !review {
        return None;
    }
    report.findings.iter().find_map(|finding| {
        let fixes = analysis::fixes(snapshot, finding);
        fixes
            .into_iter()
            .find(|fix| fix.applicability != Applicability::Restores)
    })
}

/// The edits with the line ends of the file that they go into.
fn with_line_ends(text: &str, edits: Vec<Edit>) -> Vec<Edit> {
    if !text.contains("\r\n") {
        return edits;
    }
    let convert = |edit: Edit| Edit {
        text: edit.text.replace("\r\n", "\n").replace('\n', "\r\n"),
        ..edit
    };
    edits.into_iter().map(convert).collect()
}

/// Writes the file, or tells why it was left alone.
pub fn write_back(file: &Judged, text: &str, terminal: &mut Terminal) -> bool {
    let bytes = file.input.encode(text);
    match crate::text::replace(&file.target.file, &file.input.bytes, &bytes) {
        Ok(()) => true,
        Err(error) => {
            terminal.trouble(Trouble::at(&file.target.shown, error.to_string()));
            false
        }
    }
}

fn tell(done: &Done, arguments: &Arguments, terminal: &Terminal) {
    let count = |count: usize, one: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {one}{plural}")
    };
    let verb = if arguments.diff { "Would fix" } else { "Fixed" };
    let done_line = if done.files == 0 {
        "Nothing to fix".to_owned()
    } else {
        format!(
            "{verb} {} in {}",
            count(done.findings, "finding"),
            count(done.files, "file")
        )
    };
    let left = if done.left == 0 {
        String::new()
    } else {
        format!("; {} left for a person: see `hotfix-ls check`", done.left)
    };
    terminal.say(format!("{done_line}{left}"));
}
