//! Fixes: each is applied on trial, parsed and judged again before anybody sees it.

use std::ops::Range;

use super::{Analysis, Report, Snapshot, marks};
use crate::fixes::{Applicability, Edit, Fix, apply, hunk};
use crate::rules::{self, Confidence, Finding, FixContext, Trial};
use crate::syntax::nodes::scope_of;
use crate::syntax::{Source, Unit};

/// The fixes of one finding of this snapshot, the preferred one first. Each was tried: the result
/// has no new syntax error, the finding is gone, and no rule finds anything worse.
#[must_use]
pub fn fixes(snapshot: &Snapshot, finding: &Finding) -> Vec<Fix> {
    if marks::is_mark(finding) {
        return marks::fixes(snapshot, finding);
    }
    let Some(rule) = rules::find_in(&snapshot.settings, finding.rule) else {
        return Vec::new();
    };
    let analysis = Analysis::new(snapshot);
    let head = analysis.head();
    let Some(node) = snapshot.head.node_at(finding.span.clone()) else {
        return Vec::new();
    };
    let scope = if node.kind() == "module" {
        node
    } else {
        scope_of(node)
    };
    let unit = Unit::of_scope(head, unit_scope(scope));
    let context = FixContext {
        unit: &unit,
        version: snapshot.version.as_deref(),
        production: snapshot
            .base
            .production()
            .map(|side| side.file(&snapshot.settings, snapshot.is_test)),
        hunks: analysis.hunks(),
    };
    let mut found: Vec<Fix> = rule
        .fixes(&context, finding)
        .into_iter()
        .filter(|fix| match rule.trial() {
            trial @ (Trial::Near | Trial::Whole) => cures(&analysis, finding, fix, trial),
            Trial::Syntax => edited(snapshot, &fix.edits).is_some(),
        })
        .collect();
    if let Some(first) = found.iter().position(|fix| fix.preferred).or(Some(0)) {
        for (index, fix) in found.iter_mut().enumerate() {
            fix.preferred = index == first;
        }
    }
    found.sort_by_key(|fix| !fix.preferred);
    found
}

/// A lambda is judged as part of the function around it.
fn unit_scope(mut scope: tree_sitter::Node<'_>) -> tree_sitter::Node<'_> {
    while scope.kind() == "lambda" {
        scope = scope_of(scope);
    }
    scope
}

/// Whether the fix heals: fewer findings of the rule, nothing new above a hint, no new error.
/// Judges only the definitions that the fix changes, before and after, if the rule can be so tried.
pub(super) fn cures(analysis: &Analysis<'_>, finding: &Finding, fix: &Fix, trial: Trial) -> bool {
    let mut old: Vec<Range<usize>> = fix.edits.iter().map(|edit| edit.range.clone()).collect();
    let mut new = changed_ranges(&fix.edits);
    old.push(finding.span.clone());
    new.push(moved(finding.span.start, &fix.edits)..moved(finding.span.end, &fix.edits));
    let judge = |analysis: &Analysis<'_>, near: &[Range<usize>]| match trial {
        Trial::Near => analysis.near(near).map(|part| part.report).ok(),
        Trial::Whole | Trial::Syntax => analysis.whole().ok(),
    };
    let Some(before) = judge(analysis, &old) else {
        return false;
    };
    let Some(head) = edited(analysis.snapshot(), &fix.edits) else {
        return false;
    };
    let changed = Snapshot {
        head,
        ..analysis.snapshot().clone()
    };
    let Some(after) = judge(&Analysis::new(&changed), &new) else {
        return false;
    };
    let count = |report: &Report, rule: &str, least: Confidence| {
        let findings = report.findings.iter();
        findings
            .filter(|one| one.rule == rule && least <= one.confidence)
            .count()
    };
    let gone = count(&after, finding.rule, Confidence::Possible)
        < count(&before, finding.rule, Confidence::Possible);
    let worse = after.findings.iter().any(|one| {
        Confidence::Likely <= one.confidence
            && count(&before, one.rule, Confidence::Likely)
                < count(&after, one.rule, Confidence::Likely)
    });
    gone && !worse
}

/// Where the edits' new texts stand afterwards.
fn changed_ranges(edits: &[Edit]) -> Vec<Range<usize>> {
    edits
        .iter()
        .map(|edit| {
            let start = moved(edit.range.start, edits);
            start..start + edit.text.len()
        })
        .collect()
}

/// Where the byte `at` stands after the edits that lie before it.
fn moved(at: usize, edits: &[Edit]) -> usize {
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
    hunk::actions(&target)
        .into_iter()
        .filter(|(_, fix)| edited(snapshot, &fix.edits).is_some())
        .collect()
}

/// One fix that holds every safe preferred fix of the report that does not get in another's way;
/// those that do come at the next call.
#[must_use]
pub fn fix_all(snapshot: &Snapshot, report: &Report) -> Option<Fix> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut count = 0;
    for finding in &report.findings {
        let preferred = fixes(snapshot, finding)
            .into_iter()
            .find(|fix| fix.preferred && fix.applicability == Applicability::Safe);
        let Some(fix) = preferred else { continue };
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
    for finding in layout {
        let context = fixes(snapshot, finding).into_iter().next();
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

/// Two edits that would change the same bytes, or insert at the same place in unknown order.
fn clash(left: &Edit, right: &Edit) -> bool {
    let (left, right) = (&left.range, &right.range);
    left.start < right.end && right.start < left.end || left.start == right.start
}
