//! `check`: judges what the hotfix changes.

use super::arguments::Check;
use super::marks;
use super::render;
use super::revision;
use super::scope;
use super::terminal::Terminal;
use super::trouble::Exit;

/// Judges the selected files and prints the findings.
pub fn run(check: &Check, terminal: &mut Terminal) -> Exit {
    let selection = &check.selection;
    let reference = selection.base.as_deref();
    let results = if let Some(head) = &check.head {
        revision::judge(&selection.paths, reference, head, terminal)
    } else {
        let stdin = check.stdin_filename.as_deref();
        let mut results = scope::judge(selection, stdin, terminal);
        marks::add(&mut results, reference, terminal);
        results
    };
    render::print(results, check.output, terminal)
}
