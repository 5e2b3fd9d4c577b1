//! Fixes of findings, hunks and whole files; `trials` tries each before anybody sees it.

use std::ops::Range;

use super::trials::Trials;
use super::{Analysis, Report, Snapshot};
use crate::fixes::{Applicability, Edit, Fix, apply, hunk, import_hunks};
use crate::rules::{Confidence, Finding};
use crate::syntax::Source;
use crate::syntax::nodes::scope_of;

/// The fixes of one finding of this snapshot, the preferred one first. Each was tried: the result
/// has no new syntax error, the finding is gone, and no rule finds anything worse.
#[must_use]
pub fn fixes(snapshot: &Snapshot, finding: &Finding) -> Vec<Fix> {
    Trials::new(snapshot).fixes(finding)
}

/// A lambda is judged as part of the function around it.
pub(super) fn unit_scope(mut scope: tree_sitter::Node<'_>) -> tree_sitter::Node<'_> {
    while scope.kind() == "lambda" {
        scope = scope_of(scope);
    }
    scope
}

/// Where the edits' new texts stand afterwards.
pub(super) fn changed_ranges(edits: &[Edit]) -> Vec<Range<usize>> {
    edits
        .iter()
        .map(|edit| {
            let start = moved(edit.range.start, edits);
            start..start + edit.text.len()
        })
        .collect()
}

/// Where the byte `at` stands after the edits that lie before it.
pub(super) fn moved(at: usize, edits: &[Edit]) -> usize {
    let (mut added, mut removed) = (0, 0);
    for edit in edits
        .iter()
        .filter(|edit| edit.range.end <= at && edit.range.start < at)
    {
        added += edit.text.len();
        removed += edit.range.len();
    }
    (at + added).saturating_sub(removed)
}

/// The head after the edits; `None` if they do not apply or break the syntax.
pub(super) fn edited(snapshot: &Snapshot, edits: &[Edit]) -> Option<Source> {
    let text = apply(snapshot.head.text(), edits)?;
    let changes: Vec<_> = edits
        .iter()
        .map(|edit| (edit.range.clone(), edit.text.as_str()))
        .collect();
    let head = snapshot.head.edited(text, &changes);
    let broken = head.is_broken() && !snapshot.head.is_broken();
    (!broken).then_some(head)
}

/// What can be done with any hunk that touches `range` (bytes of head): hotfix comment,
/// docstring note, restore production's hunk or definition.
#[must_use]
pub fn hunk_actions(snapshot: &Snapshot, range: Range<usize>) -> Vec<(hunk::Purpose, Fix)> {
    let analysis = Analysis::new(snapshot);
    let production = snapshot.base.production();
    let production = production.map(|side| (side.source(), side.outline()));
    let hunks = analysis.hunks();
    let touched = snapshot.head.lines().touched(range);
    let Some(hunk) = hunks.iter().find(|hunk| hunk::touches(hunk, &touched)) else {
        return Vec::new();
    };
    let target = hunk::Target {
        head: analysis.head(),
        production,
        hunk,
        lines: touched,
        version: snapshot.version.as_deref(),
    };
    let imports = import_hunks::restore_here(&target, hunks);
    let imports = imports.map(|fix| (hunk::Purpose::RestoreImports, fix));
    hunk::actions(&target)
        .into_iter()
        .chain(imports)
        .filter(|(_, fix)| edited(snapshot, &fix.edits).is_some())
        .collect()
}

/// One fix that holds every safe preferred fix of the report that does not get in another's way;
/// those that do come at the next call.
#[must_use]
pub fn fix_all(snapshot: &Snapshot, report: &Report) -> Option<Fix> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut count = 0;
    let mut trials = Trials::bounded(snapshot);
    for finding in &report.findings {
        let Some(fix) = trials.safe_fix(finding) else {
            continue;
        };
        let fresh: Vec<Edit> = fix
            .edits
            .into_iter()
            .filter(|edit| !edits.contains(edit))
            .collect();
        if fresh
            .iter()
            .any(|edit| edits.iter().any(|other| clash(edit, other)))
        {
            continue;
        }
        let mut candidate = edits.clone();
        candidate.extend(fresh);
        if edited(snapshot, &candidate).is_some() {
            edits = candidate;
            count += 1;
        }
    }
    edits.sort_by_key(|edit| edit.range.start);
    (0 < count).then(|| Fix {
        title: match count {
            1 => "Apply the one safe hotfix fix in this file".to_owned(),
            _ => format!("Apply all {count} safe hotfix fixes in this file"),
        },
        edits,
        applicability: Applicability::Safe,
        preferred: false,
    })
}

/// One fix that puts production's text back wherever the hotfix only changes the layout.
#[must_use]
pub fn restore_layout(snapshot: &Snapshot, report: &Report) -> Option<Fix> {
    let mut edits: Vec<Edit> = Vec::new();
    let layout = report
        .findings
        .iter()
        .filter(|one| one.rule == "reformatting" && Confidence::Likely <= one.confidence);
    let mut trials = Trials::bounded(snapshot);
    for finding in layout {
        let context = trials.fixes(finding).into_iter().next();
        for edit in context.into_iter().flat_map(|fix| fix.edits) {
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
    }
    edits.sort_by_key(|edit| edit.range.start);
    (!edits.is_empty() && edited(snapshot, &edits).is_some()).then(|| Fix {
        title: "Restore production's layout in this file".to_owned(),
        edits,
        applicability: Applicability::Safe,
        preferred: false,
    })
}

/// One fix that puts production's imports back, apart from those that the hotfix needs.
#[must_use]
pub fn restore_imports(snapshot: &Snapshot) -> Option<Fix> {
    let base = snapshot.base.production()?.source();
    let fix = import_hunks::restore(base, &snapshot.head, &snapshot.hunks())?;
    edited(snapshot, &fix.edits).map(|_| fix)
}

/// Two edits that would change the same bytes, or insert at the same place in unknown order.
fn clash(left: &Edit, right: &Edit) -> bool {
    let (left, right) = (&left.range, &right.range);
    left.start < right.end && right.start < left.end || left.start == right.start
}
