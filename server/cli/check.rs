//! `check`: judges what the hotfix changes.

use super::arguments::Check;
use super::render;
use super::scope;
use super::terminal::Terminal;
use super::trouble::Exit;

/// Judges the selected files and prints the findings.
pub fn run(check: &Check, terminal: &mut Terminal) -> Exit {
    let results = scope::judge(&check.selection, check.stdin_filename.as_deref(), terminal);
    render::print(&results, check.output, terminal)
}
