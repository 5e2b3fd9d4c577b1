//! A proof as text for a terminal, and as Markdown for the record and the pull request.

use std::fmt::Write as _;

use super::types::{Outcome, Proof, Reading, Seen, TestProof};
use crate::checklist::markdown::code;

/// The proof for a terminal.
#[must_use]
pub fn plain(proof: &Proof) -> String {
    let mut out = String::new();
    for test in &proof.tests {
        let _ = writeln!(out, "{} {}", mark(test), test.id);
        let _ = writeln!(
            out,
            "      {}: {}\n      hotfix: {}",
            proof.production,
            said(&test.production),
            said(&test.head)
        );
    }
    if let Some(output) = &proof.output {
        for line in output.lines() {
            let _ = writeln!(out, "  | {line}");
        }
    }
    for note in &proof.notes {
        let _ = writeln!(out, "note: {note}");
    }
    if !proof.command.is_empty() {
        let _ = writeln!(out, "command: {}", proof.command);
    }
    let _ = writeln!(out, "{}", proof.summary);
    out
}

/// The proof as Markdown, without a heading of its own.
#[must_use]
pub fn markdown(proof: &Proof) -> String {
    let mut out = format!("{}.\n", proof.summary);
    if !proof.tests.is_empty() {
        let _ = write!(
            out,
            "\n| test | on {} | with the hotfix |\n|---|---|---|\n",
            cell(&proof.production)
        );
        for test in &proof.tests {
            let _ = writeln!(
                out,
                "| {} | {} | {} |",
                cell(&code(&test.id)),
                cell(&said(&test.production)),
                cell(&said(&test.head))
            );
        }
    }
    if !proof.command.is_empty() {
        let short = proof.stamp.base.get(..10).unwrap_or(&proof.stamp.base);
        let _ = write!(
            out,
            "\nRun with {} on production's commit {short} and on the hotfix (fingerprint of its changes: {}).\n",
            code(&proof.command),
            proof.stamp.changes
        );
    }
    for note in &proof.notes {
        let _ = write!(out, "\n{note}.\n");
    }
    if let Some(output) = &proof.output {
        out.push_str("\nThe last lines of the output:\n\n");
        for line in output.lines() {
            // Four blanks make a block of code that no line of the output can end.
            let shown = line.replace(|c: char| c.is_control() && c != '\t', " ");
            let _ = writeln!(out, "    {shown}");
        }
    }
    out
}

/// Text that cannot end a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace(['\n', '\r'], " ")
        .replace('<', "&lt;")
}

fn mark(test: &TestProof) -> &'static str {
    match test.reading {
        Reading::Proves => "proves",
        Reading::PassesOnBoth => "passes",
        Reading::FailsOnHead => "fails ",
        Reading::CannotTell => "open  ",
        Reading::Flaky => "flaky ",
        Reading::NotRun => "-     ",
    }
}

fn said(seen: &Seen) -> String {
    let word = match seen.outcome {
        Outcome::Passed => "passed",
        Outcome::Assertion => "failed",
        Outcome::Error => "error",
        Outcome::Import => "import error",
        Outcome::Collection => "not collected",
        Outcome::Skipped => "skipped",
        Outcome::Missing => "not run",
    };
    let mut said = word.to_owned();
    for part in [&seen.exception, &seen.message] {
        if !part.is_empty() {
            let _ = write!(said, ": {part}");
        }
    }
    said
}
