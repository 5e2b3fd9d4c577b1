//! One line for each finding.

use std::fmt::Write as _;

use super::full::severity_name;
use super::visible::visible;
use crate::cli::judge::{Judged, safe_fix};
use crate::cli::place;

/// `path:line:column: severity[rule] message`, with ` [fix]` where `hotfix-ls fix` cures it.
pub fn render(files: &[Judged]) -> String {
    let mut out = String::new();
    for file in files {
        let head = &file.snapshot.head;
        for (finding, fixes) in file.findings() {
            let at = place::span(head.text(), head.lines(), &finding.span).start;
            let fix = if safe_fix(fixes).is_some() {
                " [fix]"
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "{}:{}:{}: {}[{}] {}{fix}",
                visible(&file.target.shown),
                at.line,
                at.column,
                severity_name(finding.severity),
                finding.rule,
                visible(&finding.message),
            );
        }
    }
    out
}
