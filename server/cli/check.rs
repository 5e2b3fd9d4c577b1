//! `check`: judges what the hotfix changes.

use super::arguments::Check;
use super::render;
use super::revision;
use super::scope;
use super::terminal::Terminal;
use super::trouble::Exit;

/// Judges the selected files and prints the findings.
pub fn run(check: &Check, terminal: &mut Terminal) -> Exit {
    let selection = &check.selection;
    let results = match &check.head {
        Some(head) => {
            let reference = selection.base.as_deref();
            revision::judge(&selection.paths, reference, head, terminal)
        }
        None => scope::judge(selection, check.stdin_filename.as_deref(), terminal),
    };
    render::print(&results, check.output, terminal)
}
