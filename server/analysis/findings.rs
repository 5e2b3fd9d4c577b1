//! Findings as they are shown: with identity, severity and order.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Snapshot;
use super::side::Raw;
use crate::compare::normal::stable_hash;
use crate::config::RuleSetting;
use crate::rules::{Finding, Severity};
use crate::syntax::File;

/// Gives each finding its identity; two findings of one rule at one place become one.
pub(super) fn finish(head: File<'_>, raw: Vec<Raw>) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let mut copies = HashMap::<u64, usize>::new();
    let mut raw = raw;
    raw.sort_by_key(|one| one.draft.span.start);
    raw.into_iter()
        .filter(|one| seen.insert((one.rule, one.draft.span.clone(), one.draft.detail.clone())))
        .map(|one| {
            let tokens: Vec<&str> = one.tokens.iter().map(String::as_str).collect();
            let key = stable_hash(&[one.rule, &one.scope, &tokens.join(" ")]);
            let copy = copies.entry(key).or_default();
            *copy += 1;
            let identity = stable_hash(&[&format!("{key:016x}"), &copy.to_string()]);
            let end = head.source.text().len();
            let clamp = |range: Range<usize>| range.start.min(end)..range.end.min(end);
            Finding {
                rule: one.rule,
                span: clamp(one.draft.span),
                anchor: clamp(one.draft.anchor),
                message: one.draft.message,
                confidence: one.draft.confidence,
                severity: Severity::from(one.draft.confidence),
                related: one.draft.related,
                scope: one.scope,
                identity: format!("{identity:016x}"),
            }
        })
        .collect()
}

pub(super) fn severity(snapshot: &Snapshot, finding: &Finding) -> Severity {
    match snapshot.settings.rules.get(finding.rule) {
        Some(RuleSetting::Severity(severity)) => *severity,
        _ => Severity::from(finding.confidence),
    }
}
