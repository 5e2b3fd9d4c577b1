//! The last line: how many findings, in how many files, and how many of them fix themselves.

use std::fmt::Write as _;

use serde::Serialize;

use super::Results;
use super::json::Base;
use crate::analysis::risk::Risk;
use crate::cli::judge::{Judged, safe_fix};
use crate::compare::shape::Fact;
use crate::compare::survey::Survey;
use crate::rules::Severity;

/// How many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files that were judged.
    pub files: usize,
    /// Files with findings.
    pub files_with_findings: usize,
    /// Warnings.
    pub warnings: usize,
    /// Informations.
    pub information: usize,
    /// Hints.
    pub hints: usize,
    /// Findings that a comment allows.
    pub allowed: usize,
    /// Findings that `hotfix-ls fix` cures.
    pub fixable: usize,
}

impl Summary {
    /// Counts.
    pub fn of(files: &[Judged]) -> Self {
        let mut summary = Self {
            files: files.len(),
            ..Self::default()
        };
        for file in files {
            summary.allowed += file.report.allowed.len();
            if !file.report.findings.is_empty() {
                summary.files_with_findings += 1;
            }
            for (finding, fixes) in file.findings() {
                *match finding.severity {
                    Severity::Warning => &mut summary.warnings,
                    Severity::Information => &mut summary.information,
                    Severity::Hint => &mut summary.hints,
                } += 1;
                summary.fixable += usize::from(safe_fix(fixes).is_some());
            }
        }
        summary
    }

    /// Whether there are no findings at all.
    fn is_clean(&self) -> bool {
        self.files_with_findings == 0
    }

    /// The sentence.
    pub fn sentence(&self) -> String {
        let counts = [
            (self.warnings, "warning", "warnings"),
            (self.information, "information", "information"),
            (self.hints, "hint", "hints"),
        ];
        let found: Vec<String> = counts
            .iter()
            .filter(|(count, ..)| 0 < *count)
            .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
            .collect();
        let mut line = if found.is_empty() {
            format!("No findings in {}", files(self.files))
        } else {
            format!(
                "{} in {}",
                found.join(", "),
                files(self.files_with_findings)
            )
        };
        if 0 < self.fixable {
            let _ = write!(line, "; {} can be fixed by `hotfix-ls fix`", self.fixable);
        }
        if 0 < self.allowed {
            let _ = write!(line, "; {} allowed by comments", self.allowed);
        }
        line
    }
}

fn files(count: usize) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}

/// The last line of `full` and `concise`; nothing when nothing was judged, because "no findings"
/// would be a lie then. `problems` is how many files or settings could not be judged.
pub fn line(results: &Results, problems: usize) -> String {
    let summary = Summary::of(&results.files);
    let mut line = match &results.base {
        Base::Unknown | Base::Inactive { .. } => return String::new(),
        // Neither "no findings" nor "nothing differs" is known.
        _ if 0 < problems && summary.is_clean() => "Nothing was found".to_owned(),
        Base::Production { reference, commit } if summary.is_clean() => {
            let base = format!("{reference} ({})", commit.get(..10).unwrap_or(commit));
            let survey = results.survey.as_ref();
            if survey.is_some_and(|survey| survey.counts.get(Fact::AllFiles) == 0) {
                format!(
                    "Nothing differs from {base}: it is merged already, or nothing is changed yet"
                )
            } else if summary.files == 0 {
                format!("No Python file differs from {base}")
            } else {
                format!("{} compared with {base}", summary.sentence())
            }
        }
        Base::Path { path } if summary.files == 0 => format!("No Python file differs from {path}"),
        _ => summary.sentence(),
    };
    if 0 < problems {
        let _ = write!(line, "; not all could be judged, see above");
    }
    line.push('\n');
    line
}

/// How large the hotfix is; nothing where no production code changes.
pub fn meter(results: &Results) -> String {
    let changed = |survey: &&Survey| 0 < survey.size.files;
    let Some(survey) = results.survey.as_ref().filter(changed) else {
        return String::new();
    };
    let over = if survey.budget.holds(survey.size) {
        ""
    } else {
        ", which is more than a hotfix should change"
    };
    let size = format!("Size: {}{over}\n", survey.size.meter());
    let Some(risk) = Risk::of(&survey.counts) else {
        return size;
    };
    let reasons = risk.reasons.join(", ");
    format!("{size}Risk: {} of 100 ({reasons})\n", risk.score)
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn one_and_many_are_told_apart_and_what_is_not_there_is_not_named() {
        let summary = Summary {
            files: 3,
            files_with_findings: 1,
            warnings: 1,
            hints: 2,
            fixable: 2,
            ..Summary::default()
        };
        assert_eq!(
            summary.sentence(),
            "1 warning, 2 hints in 1 file; 2 can be fixed by `hotfix-ls fix`"
        );
    }

    #[test]
    fn nothing_found_says_how_much_was_judged() {
        let summary = Summary {
            files: 2,
            ..Summary::default()
        };
        assert_eq!(summary.sentence(), "No findings in 2 files");
    }
}
