//! What can be done at a place, and how it is named until the client asks for its edit.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::Url;

use crate::analysis;
use crate::fixes::Fix;
use crate::rules::Finding;
use crate::session::Judged;

/// Names one action, so that it can be found again later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Name {
    pub uri: Url,
    /// The version of the document that it was offered for.
    pub version: i32,
    pub title: String,
    pub source: Source,
}

/// Where an action comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Source {
    /// A fix of the `nth` finding with this identity.
    Finding { identity: String, nth: usize },
    /// The comment that allows the `nth` finding with this identity.
    Allow { identity: String, nth: usize },
    /// Something that can be done with the hunks that touch these bytes.
    Hunk { start: usize, end: usize },
    /// All safe fixes of the document.
    All,
    /// Production's layout wherever only that changes.
    Layout,
}

/// A finding with its number among those of the same identity.
pub(super) struct Numbered<'a> {
    pub finding: &'a Finding,
    pub nth: usize,
}

/// The findings of a judgement that touch `range`.
pub(super) fn findings_at(judged: &Judged, range: Range<usize>) -> Vec<Numbered<'_>> {
    numbered(judged)
        .filter(|it| it.finding.span.start <= range.end && range.start <= it.finding.span.end)
        .collect()
}

/// All findings of a judgement.
fn numbered(judged: &Judged) -> impl Iterator<Item = Numbered<'_>> {
    let all = &judged.report.findings;
    all.iter().enumerate().map(|(at, finding)| Numbered {
        finding,
        nth: all[..at]
            .iter()
            .filter(|other| other.identity == finding.identity)
            .count(),
    })
}

/// The fixes that a source offers in this judgement.
pub(super) fn fixes(judged: &Judged, source: &Source) -> Vec<Fix> {
    let snapshot = &judged.snapshot;
    match source {
        Source::Finding { identity, nth } => numbered(judged)
            .find(|it| it.finding.identity == *identity && it.nth == *nth)
            .map(|it| analysis::fixes(snapshot, it.finding))
            .unwrap_or_default(),
        Source::Allow { identity, nth } => numbered(judged)
            .find(|it| it.finding.identity == *identity && it.nth == *nth)
            .and_then(|it| analysis::acknowledge(snapshot, it.finding))
            .into_iter()
            .collect(),
        Source::Hunk { start, end } => analysis::hunk_actions(snapshot, *start..*end)
            .into_iter()
            .map(|(_, fix)| fix)
            .collect(),
        Source::Layout => analysis::restore_layout(snapshot, &judged.report)
            .into_iter()
            .collect(),
        Source::All => analysis::fix_all(snapshot, &judged.report)
            .into_iter()
            .collect(),
    }
}

/// The fix of this name in a judgement that may be newer than the one it was offered for.
/// `None` if it does not apply any more.
pub(super) fn find(judged: &Judged, name: &Name) -> Option<Fix> {
    let is_newer = judged.version != name.version;
    match name.source {
        // The bytes of a hunk mean nothing in another version.
        Source::Hunk { .. } if is_newer => None,
        // There is one such action; its title may count the fixes.
        Source::All | Source::Layout => fixes(judged, &name.source).into_iter().next(),
        _ => fixes(judged, &name.source)
            .into_iter()
            .find(|fix| fix.title == name.title),
    }
}
