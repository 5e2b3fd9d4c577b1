//! How results are printed.

pub mod concise;
pub mod diff;
pub mod full;
pub mod json;
pub mod markdown;
pub mod summary;
pub mod visible;
mod window;

use super::arguments::{Format, Output};
use super::judge::Judged;
use super::terminal::Terminal;
use super::trouble::Exit;

/// What was judged, and against what.
pub struct Results {
    /// Against what.
    pub base: json::Base,
    /// The files.
    pub files: Vec<Judged>,
}

/// Prints the results and says how the verb ends.
pub fn print(results: &Results, output: Output, terminal: &Terminal) -> Exit {
    match output.format {
        Format::Full => {
            terminal.print(&full::render(&results.files, terminal.width));
            terminal.print(&summary::line(results, terminal.troubles().len()));
        }
        Format::Concise => {
            terminal.print(&concise::render(&results.files));
            terminal.print(&summary::line(results, terminal.troubles().len()));
        }
        Format::Json => terminal.print(&json::render(results, terminal.troubles())),
    }
    exit(&results.files, output, terminal)
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
