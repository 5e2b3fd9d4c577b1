//! What the checklist says of definitions, as findings of the text that is open.
//!
//! The checklist is looked at from time to time and the text changes with each key, so a mark is
//! found again by its definition's name, and one that the text has cured meanwhile is left out.

use std::ops::Range;

use super::allow::{allows, is_allowed};
use super::{Snapshot, hunk_actions};
use crate::checklist::items::{MARKS, Mark, says_hotfix};
use crate::compare::normal::stable_hash;
use crate::config::RuleSetting;
use crate::fixes::Fix;
use crate::fixes::hunk::Purpose;
use crate::rules::{Confidence, Finding, Severity};
use crate::syntax::{Definition, Outline};

/// The findings that `marks` (of this file) are in this text. Before the hotfix has its record,
/// somebody still looks for the fix: then only those are shown that the settings ask for.
#[must_use]
pub fn marked(snapshot: &Snapshot, marks: &[&Mark], has_record: bool) -> Vec<Finding> {
    if marks.is_empty() {
        return Vec::new();
    }
    let head = &snapshot.head;
    let outline = Outline::new(head);
    let allows = allows(head);
    let finding = |mark: &&Mark| {
        let definition = outline.find(&mark.scope)?;
        let span = name(snapshot, definition)?;
        let severity = match snapshot.settings.rules.get(mark.rule) {
            Some(RuleSetting::Off) => return None,
            Some(RuleSetting::Severity(severity)) => *severity,
            Some(RuleSetting::On) => Severity::Hint,
            None if has_record => Severity::Hint,
            None => return None,
        };
        let allowed = is_allowed(&allows, mark.rule, span.start);
        let cured = mark.rule == "missing-hotfix-comment" && says(snapshot, &definition.range);
        if allowed || cured {
            return None;
        }
        let identity = stable_hash(&[mark.rule, &mark.scope]);
        Some(Finding {
            rule: mark.rule,
            anchor: span.clone(),
            span,
            message: mark.message.clone(),
            confidence: Confidence::Possible,
            severity,
            related: Vec::new(),
            scope: mark.scope.clone(),
            identity: format!("{identity:016x}"),
        })
    };
    marks.iter().filter_map(finding).collect()
}

/// Bytes of a definition's name.
fn name(snapshot: &Snapshot, definition: &Definition) -> Option<Range<usize>> {
    let header = snapshot.head.text().get(definition.core.clone())?;
    let start = header.find(&definition.name)? + definition.core.start;
    Some(start..start + definition.name.len())
}

/// Whether the definition, or the line above it, says that it belongs to the hotfix.
fn says(snapshot: &Snapshot, definition: &Range<usize>) -> bool {
    let lines = snapshot.head.lines();
    let first = lines.line_of(definition.start).saturating_sub(1);
    let text = snapshot.head.text().get(lines.start(first)..definition.end);
    text.is_some_and(|text| says_hotfix(text, snapshot.version.as_deref()))
}

/// Whether a finding is a mark of the checklist.
pub(super) fn is_mark(finding: &Finding) -> bool {
    MARKS.contains(&finding.rule)
}

/// What cures a mark in its own file: the comment or the docstring line of the hotfix, at the first
/// change of the definition. A test is written elsewhere.
pub(super) fn fixes(snapshot: &Snapshot, finding: &Finding) -> Vec<Fix> {
    if finding.rule != "missing-hotfix-comment" {
        return Vec::new();
    }
    let outline = Outline::new(&snapshot.head);
    let Some(definition) = outline.find(&finding.scope) else {
        return Vec::new();
    };
    let mut offered = hunk_actions(snapshot, definition.range.clone());
    offered.retain(|(_, fix)| {
        let inside = |at: usize| definition.range.start <= at && at <= definition.range.end;
        fix.edits.iter().all(|edit| inside(edit.range.start))
    });
    let first = |purpose| {
        let mut of_purpose = offered.iter().filter(|(it, _)| *it == purpose);
        of_purpose.next().map(|(_, fix)| fix.clone())
    };
    let comment = first(Purpose::Comment).map(|fix| Fix {
        preferred: true,
        ..fix
    });
    comment
        .into_iter()
        .chain(first(Purpose::Docstring))
        .collect()
}
