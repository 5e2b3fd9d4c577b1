//! Annotations of GitHub Actions: workflow commands, one line for each finding.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::fmt::Write as _;

use crate::cli::arguments::FailOn;
use crate::cli::render::Results;
use crate::cli::render::listed::{self, Columns, Listed};
use crate::cli::trouble::Trouble;
use crate::rules::Severity;

/// The annotations. What fails the step is an error. Hints that fail nothing are left out: GitHub
/// shows ten annotations of a kind for a step and drops the others.
pub fn render(results: &Results, problems: &[Trouble], fail_on: FailOn) -> String {
    let mut out = String::new();
    for problem in problems {
        let path = problem.path.as_deref();
        let mut place = path.map_or_else(String::new, |path| format!(" file={}", property(path)));
        if let Some(line) = problem.line {
            let _ = write!(place, ",line={line}");
        }
        let _ = writeln!(out, "::error{place}::{}", message(&problem.message));
    }
    for finding in listed::findings(results, Columns::Characters) {
        let level = match finding.level {
            level if fail_on.includes(level) => "error",
            Severity::Warning => "warning",
            Severity::Information => "notice",
            Severity::Hint => continue,
        };
        annotate(&mut out, level, &finding);
    }
    out
}

fn annotate(out: &mut String, level: &str, finding: &Listed<'_>) {
    let (start, end) = (finding.range.start, finding.range.end);
    let _ = write!(
        out,
        "::{level} file={},line={},endLine={}",
        property(finding.path),
        start.line,
        end.line
    );
    // Columns are allowed within one line only.
    if start.line == end.line {
        let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
    }
    let _ = writeln!(
        out,
        ",title=hotfix-ls {}::{}",
        finding.rule,
        message(finding.message)
    );
}

fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_in_a_path_or_a_message_can_end_the_command() {
        assert_eq!(super::property("a,b:c%\n.py"), "a%2Cb%3Ac%25%0A.py");
        assert_eq!(super::message("50 %:\r\nno"), "50 %25:%0D%0Ano");
    }
}
