//! Acknowledging a finding: the comment that allows it, for which a person writes the reason.

use super::Snapshot;
use super::marks::is_mark;
use super::trials::Trials;
use crate::fixes::layout::{indent_of, line_end};
use crate::fixes::{Applicability, Edit, Fix};
use crate::rules::{Finding, Trial};
use crate::syntax::nodes::statement_of;

/// Writes `# hotfix: allow(rule)` for a finding, without the reason: only a person knows it, and
/// until it stands there the comment itself is a finding. `None` where no such comment would reach
/// the finding: in files that are not Python, and for findings about comments.
#[must_use]
pub fn acknowledge(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    if finding.rule.ends_with("-allow") || crate::rules::read_other(&snapshot.path) {
        return None;
    }
    let comment = format!("# hotfix: allow({})", finding.rule);
    if is_mark(finding) {
        // The comment above a definition covers all of it.
        return above(snapshot, finding, &comment).map(|edit| fix(finding, edit));
    }
    let mut trials = Trials::new(snapshot);
    [
        above(snapshot, finding, &comment),
        behind(snapshot, finding, &comment),
    ]
    .into_iter()
    .flatten()
    .find(|edit| {
        // Tried with a reason, as it will be once it is written.
        let text = edit
            .text
            .replacen(&comment, &format!("{comment} a reason"), 1);
        let tried = fix(
            finding,
            Edit {
                text,
                ..edit.clone()
            },
        );
        trials.cures(finding, &tried, Trial::Near)
    })
    .map(|edit| fix(finding, edit))
}

fn fix(finding: &Finding, edit: Edit) -> Fix {
    Fix {
        title: format!("Allow {} here, and write the reason", finding.rule),
        edits: vec![edit],
        applicability: Applicability::NeedsReview,
        preferred: false,
    }
}

/// On its own line, above the statement that begins in the finding's line.
fn above(snapshot: &Snapshot, finding: &Finding, comment: &str) -> Option<Edit> {
    let (head, lines) = (&snapshot.head, snapshot.head.lines());
    let statement = statement_of(head.node_at(finding.span.clone())?);
    let statement = statement
        .parent()
        .filter(|parent| parent.kind() == "decorated_definition")
        .unwrap_or(statement);
    let line = lines.line_of(statement.start_byte());
    if statement.kind() == "module" || line != lines.line_of(finding.span.start) {
        return None;
    }
    let (indent, end) = (indent_of(head, statement), line_end(head));
    let at = lines.start(line);
    Some(Edit {
        range: at..at,
        text: format!("{indent}{comment}{end}"),
    })
}

/// Behind the finding's line, if a comment may stand there.
fn behind(snapshot: &Snapshot, finding: &Finding, comment: &str) -> Option<Edit> {
    let (head, lines) = (&snapshot.head, snapshot.head.lines());
    let line = lines.content(lines.line_of(finding.span.start), head.text());
    let written = &head.text()[line.clone()];
    let in_text = head
        .node_at(line.end..line.end)
        .is_some_and(|node| node.kind().starts_with("string"));
    (!written.ends_with('\\') && !in_text).then(|| Edit {
        range: line.end..line.end,
        text: format!("  {comment}"),
    })
}
