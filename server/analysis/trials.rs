//! Trying fixes: each is applied, parsed and judged again before anybody sees it. What is known of
//! the code before a fix is found once for all fixes of the same function.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::actions::{changed_ranges, edited, moved, unit_scope};
use super::{Analysis, Report, Snapshot, marks};
use crate::fixes::{Applicability, Fix};
use crate::rules::{self, Confidence, Finding, FixContext, Rule, Trial};
use crate::syntax::Unit;
use crate::syntax::nodes::scope_of;

/// How many bytes of code are judged to try the fixes of one file, where hundreds are asked for at
/// once. A file of ordinary functions stays far below; one function of 5,000 statements gets about
/// twenty trials.
const MOST_BYTES: usize = 2 << 20;

/// Tries the fixes of one snapshot.
pub struct Trials<'s> {
    analysis: Analysis<'s>,
    /// What stands in parts of the file (definitions by index) before any fix.
    near: HashMap<BTreeSet<usize>, Option<Report>>,
    whole: OnceCell<Option<Report>>,
    /// How many bytes may still be judged; without bound if nothing is said.
    left: Option<usize>,
}

impl<'s> Trials<'s> {
    /// For the fixes of one finding, or for an edit that somebody asked for.
    #[must_use]
    pub fn new(snapshot: &'s Snapshot) -> Self {
        Self::of(Analysis::new(snapshot))
    }

    /// For the fixes of many findings: when too much code was judged, the rest is offered no fix.
    #[must_use]
    pub fn bounded(snapshot: &'s Snapshot) -> Self {
        Self {
            left: Some(MOST_BYTES),
            ..Self::new(snapshot)
        }
    }

    pub(super) fn of(analysis: Analysis<'s>) -> Self {
        Self {
            analysis,
            near: HashMap::new(),
            whole: OnceCell::new(),
            left: None,
        }
    }

    /// The fixes of one finding of this snapshot, the preferred one first. Each was tried: the
    /// result has no new syntax error, the finding is gone, and no rule finds anything worse.
    pub fn fixes(&mut self, finding: &Finding) -> Vec<Fix> {
        if marks::is_mark(finding) {
            return marks::fixes(self.analysis.snapshot(), finding);
        }
        if self.left == Some(0) {
            return Vec::new();
        }
        let (rule, candidates) = self.candidates(finding);
        let Some(rule) = rule else {
            return Vec::new();
        };
        let mut found: Vec<Fix> = candidates
            .into_iter()
            .filter(|fix| self.holds(rule, finding, fix))
            .collect();
        if let Some(first) = found.iter().position(|fix| fix.preferred).or(Some(0)) {
            for (index, fix) in found.iter_mut().enumerate() {
                fix.preferred = index == first;
            }
        }
        found.sort_by_key(|fix| !fix.preferred);
        found
    }

    /// The first of the fixes that [`Self::fixes`] gives; the others are not tried.
    pub fn first_fix(&mut self, finding: &Finding) -> Option<Fix> {
        if marks::is_mark(finding) {
            return self.fixes(finding).into_iter().next();
        }
        let (rule, mut candidates) = self.candidates(finding);
        let rule = rule?;
        candidates.sort_by_key(|fix| !fix.preferred);
        let mut candidates = candidates.into_iter();
        let found = candidates.find(|fix| self.holds(rule, finding, fix))?;
        Some(Fix {
            preferred: true,
            ..found
        })
    }

    /// The preferred fix of a finding, if it is safe. A rule that has no safe one costs nothing.
    pub fn safe_fix(&mut self, finding: &Finding) -> Option<Fix> {
        let is_safe = |fix: &Fix| fix.applicability == Applicability::Safe;
        let may_be_safe = marks::is_mark(finding) || self.candidates(finding).1.iter().any(is_safe);
        if !may_be_safe {
            return None;
        }
        self.first_fix(finding).filter(is_safe)
    }

    /// What the rule offers, not yet tried.
    fn candidates(&self, finding: &Finding) -> (Option<&'static dyn Rule>, Vec<Fix>) {
        let snapshot = self.analysis.snapshot();
        let Some(rule) = rules::find_in(&snapshot.settings, finding.rule) else {
            return (None, Vec::new());
        };
        let Some(node) = snapshot.head.node_at(finding.span.clone()) else {
            return (None, Vec::new());
        };
        let scope = if node.kind() == "module" {
            node
        } else {
            scope_of(node)
        };
        let unit = Unit::of_scope(self.analysis.head(), unit_scope(scope));
        let context = FixContext {
            unit: &unit,
            version: snapshot.version.as_deref(),
            production: snapshot
                .base
                .production()
                .map(|side| side.file(&snapshot.settings, snapshot.is_test)),
            hunks: self.analysis.hunks(),
        };
        let fixes = rule.fixes(&context, finding);
        (Some(rule), fixes)
    }

    fn holds(&mut self, rule: &dyn Rule, finding: &Finding, fix: &Fix) -> bool {
        if self.left == Some(0) {
            return false;
        }
        match rule.trial() {
            trial @ (Trial::Near | Trial::Whole) => self.cures(finding, fix, trial),
            Trial::Syntax => edited(self.analysis.snapshot(), &fix.edits).is_some(),
        }
    }

    /// Whether the fix heals: fewer findings of the rule, nothing new above a hint, no new error.
    /// Judges only the definitions that the fix changes, before and after, if the rule can be so
    /// tried.
    pub(super) fn cures(&mut self, finding: &Finding, fix: &Fix, trial: Trial) -> bool {
        let mut old: Vec<Range<usize>> = fix.edits.iter().map(|edit| edit.range.clone()).collect();
        let mut new = changed_ranges(&fix.edits);
        old.push(finding.span.clone());
        new.push(moved(finding.span.start, &fix.edits)..moved(finding.span.end, &fix.edits));
        if !self.may_judge(&old, trial) {
            return false;
        }
        let snapshot = self.analysis.snapshot();
        let Some(before) = self.before(&old, trial) else {
            return false;
        };
        let Some(head) = edited(snapshot, &fix.edits) else {
            return false;
        };
        let changed = Snapshot {
            head,
            ..snapshot.clone()
        };
        let after = Analysis::new(&changed);
        let after = match trial {
            Trial::Near => after.near(&new).map(|part| part.report),
            Trial::Whole | Trial::Syntax => after.whole(),
        };
        after.is_ok_and(|after| is_better(before, &after, finding.rule))
    }

    /// What stands there before any fix.
    fn before(&mut self, old: &[Range<usize>], trial: Trial) -> Option<&Report> {
        let analysis = &self.analysis;
        match trial {
            Trial::Near => self
                .near
                .entry(analysis.around(old))
                .or_insert_with(|| analysis.near(old).map(|part| part.report).ok())
                .as_ref(),
            Trial::Whole | Trial::Syntax => {
                self.whole.get_or_init(|| analysis.whole().ok()).as_ref()
            }
        }
    }

    /// Whether the code that a trial judges is not too much; counts it.
    fn may_judge(&mut self, old: &[Range<usize>], trial: Trial) -> bool {
        let Some(left) = self.left else {
            return true;
        };
        let file = self.analysis.head();
        let size: usize = match trial {
            Trial::Near => self
                .analysis
                .around(old)
                .iter()
                .filter_map(|index| file.outline.definitions.get(*index))
                .map(|one| one.range.len())
                .sum(),
            Trial::Whole | Trial::Syntax => file.source.text().len(),
        };
        self.left = left.checked_sub(size.max(1));
        if self.left.is_none() {
            self.left = Some(0);
            return false;
        }
        true
    }
}

/// Whether the rule finds less than before, and no rule more above a hint.
fn is_better(before: &Report, after: &Report, rule: &str) -> bool {
    let count = |report: &Report, rule: &str, least: Confidence| {
        let findings = report.findings.iter();
        findings
            .filter(|one| one.rule == rule && least <= one.confidence)
            .count()
    };
    let gone = count(after, rule, Confidence::Possible) < count(before, rule, Confidence::Possible);
    let mut rules: Vec<&str> = after
        .findings
        .iter()
        .filter(|one| Confidence::Likely <= one.confidence)
        .map(|one| one.rule)
        .collect();
    rules.sort_unstable();
    rules.dedup();
    gone && rules
        .into_iter()
        .all(|one| count(after, one, Confidence::Likely) <= count(before, one, Confidence::Likely))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::analysis::{Comparison, analyse, fixes};
    use crate::config::Settings;
    use crate::syntax::{Cancel, Source};

    fn snapshot(calls: usize) -> Snapshot {
        let mut text = String::from("import requests\n\n\ndef ping(url):\n");
        for _ in 0..calls {
            text += "    requests.head(url)\n";
        }
        Snapshot {
            path: "shop/client.py".to_owned(),
            is_test: false,
            head: Source::parse(text),
            base: Comparison::AllNew,
            settings: Arc::new(Settings::default()),
            version: None,
            branch: None,
            cancel: Cancel::default(),
        }
    }

    #[test]
    fn one_for_all_finds_what_each_alone_finds() {
        let snapshot = snapshot(3);
        let report = analyse(&snapshot).expect("nobody cancels");
        let mut trials = Trials::bounded(&snapshot);
        for finding in &report.findings {
            assert_eq!(trials.fixes(finding), fixes(&snapshot, finding));
            let first = trials.first_fix(finding);
            assert_eq!(first, trials.fixes(finding).into_iter().next());
            assert!(!trials.fixes(finding).is_empty(), "{}", finding.rule);
        }
    }

    #[test]
    fn what_is_not_tried_is_not_offered() {
        let snapshot = snapshot(1);
        let report = analyse(&snapshot).expect("nobody cancels");
        let mut trials = Trials {
            left: Some(10),
            ..Trials::new(&snapshot)
        };
        for finding in &report.findings {
            assert!(trials.fixes(finding).is_empty(), "{}", finding.rule);
        }
    }
}
