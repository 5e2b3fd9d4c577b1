//! How results are printed.

pub mod ci;
pub mod concise;
pub mod diff;
pub mod full;
pub mod json;
pub mod listed;
pub mod markdown;
pub mod summary;
pub mod visible;
mod window;

use super::arguments::{FailOn, Format, Output};
use super::judge::{Judged, Shown, try_fixes};
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::compare::survey::Survey;

/// What was judged, and against what.
pub struct Results {
    /// Against what.
    pub base: json::Base,
    /// The files.
    pub files: Vec<Judged>,
    /// What the branch does as a whole; none where no branch was judged.
    pub survey: Option<Survey>,
}

/// Prints the results and says how the verb ends.
pub fn print(mut results: Results, output: Output, terminal: &Terminal) -> Exit {
    try_fixes(&mut results.files, shown(output.format));
    let results = &results;
    match output.format {
        Format::Full => {
            terminal.print(&full::render(&results.files, terminal.width));
            terminal.print(&summary::line(results, terminal.troubles().len()));
            terminal.print(&summary::meter(results));
        }
        Format::Concise => {
            terminal.print(&concise::render(&results.files));
            terminal.print(&summary::line(results, terminal.troubles().len()));
        }
        format => {
            let text = for_programs(results, format, output.fail_on, terminal.troubles());
            terminal.print_exactly(&text);
        }
    }
    exit(&results.files, output, terminal)
}

/// Which fixes a format shows.
fn shown(format: Format) -> Shown {
    match format {
        Format::Json | Format::Sarif => Shown::All,
        Format::Full | Format::Markdown | Format::Rdjson => Shown::First,
        Format::Concise | Format::Github | Format::Gitlab | Format::Junit => Shown::Safe,
    }
}

fn for_programs(
    results: &Results,
    format: Format,
    fail_on: FailOn,
    problems: &[Trouble],
) -> String {
    match format {
        Format::Sarif => ci::sarif::render(results, problems),
        Format::Github => ci::github::render(results, problems, fail_on),
        Format::Gitlab => ci::gitlab::render(results),
        Format::Junit => ci::junit::render(results, problems, fail_on),
        Format::Rdjson => ci::rdjson::render(results),
        Format::Markdown => ci::comment::render(results, problems),
        Format::Json | Format::Full | Format::Concise => json::render(results, problems),
    }
}

fn exit(files: &[Judged], output: Output, terminal: &Terminal) -> Exit {
    let mut severities = files
        .iter()
        .flat_map(|file| &file.report.findings)
        .map(|finding| finding.severity);
    if !terminal.troubles().is_empty() {
        Exit::NotJudged
    } else if severities.any(|severity| output.fail_on.includes(severity)) {
        Exit::Found
    } else {
        Exit::Clean
    }
}
