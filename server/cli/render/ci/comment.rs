//! Markdown for a comment on a pull request or for the summary of a CI job.

use std::fmt::Write as _;

use crate::cli::render::Results;
use crate::cli::render::listed::{self, Columns};
use crate::cli::render::summary;
use crate::cli::trouble::Trouble;

/// A heading, what could not be judged, and a table of the findings.
pub fn render(results: &Results, problems: &[Trouble]) -> String {
    let mut out = String::from("### hotfix-ls\n\n");
    let line = summary::line(results, problems.len());
    if line.trim().is_empty() {
        let _ = writeln!(out, "Nothing was judged.");
    } else {
        out.push_str(&text(line.trim_end()));
        out.push('\n');
    }
    for problem in problems {
        let path = problem
            .path
            .as_deref()
            .map(|path| format!("{}: ", code(path)));
        let path = path.unwrap_or_default();
        let _ = writeln!(
            out,
            "\n**Could not judge:** {path}{}",
            text(&problem.message)
        );
    }
    let mut findings = listed::findings(results, Columns::Characters).peekable();
    if findings.peek().is_some() {
        out.push_str("\n| | Place | Finding | Fix |\n|---|---|---|---|\n");
    }
    for finding in findings {
        let at = format!("{}:{}", finding.path, finding.range.start.line);
        let fix = finding.fixes.first().map_or("", |fix| fix.title);
        let _ = writeln!(
            out,
            "| {} | {} | {} {} | {} |",
            finding.severity,
            code(&at),
            code(finding.rule),
            text(finding.message),
            text(fix),
        );
    }
    out
}

/// A name as code in a cell of a table. Code spans take no escapes apart from the bar's.
fn code(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| if c.is_control() || c == '`' { '?' } else { c })
        .collect();
    format!("`{}`", clean.replace('|', "\\|"))
}

/// A sentence in a cell. Names in backquotes stay code; everything else is only text.
fn text(sentence: &str) -> String {
    let mut out = String::new();
    for (at, part) in sentence.split('`').enumerate() {
        let is_code = at % 2 == 1 && sentence.matches('`').count().is_multiple_of(2);
        if is_code {
            out.push_str(&code(part));
            continue;
        }
        for c in part.chars() {
            match c {
                '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' | '@' => {
                    out.push('\\');
                    out.push(c);
                }
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_message_cannot_leave_its_cell_or_become_markup() {
        assert_eq!(text("a | <b>\n*c*"), "a \\| \\<b\\> \\*c\\*");
    }

    #[test]
    fn names_in_backquotes_stay_code() {
        assert_eq!(text("see `a|b_c` and d_e"), "see `a\\|b_c` and d\\_e");
    }
}
