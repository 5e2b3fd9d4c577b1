//! Runs the rules on both sides of what the hotfix touches and keeps what is new.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::touched::{callers, touched};
use super::{Comparison, Report, Snapshot, allow};
use crate::compare::matching::Matching;
use crate::compare::normal::{stable_hash, tokens};
use crate::compare::subtract::{Comparable, ScopeNames, new_in_head};
use crate::config::RuleSetting;
use crate::rules::{Draft, Finding, Pair, RULES, Reporter, Rule, Severity};
use crate::syntax::query::below_error;
use crate::syntax::{Cancelled, Definition, File, Kind, Outline, Source, Unit};
use crate::vcs::Hunk;

/// What a rule said of one scope, before the comparison.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub rule: &'static str,
    pub draft: Draft,
    pub scope: String,
    pub tokens: Vec<String>,
}

/// Judges what `hunks` touch. With `focus` (bytes of head) only the definitions there are looked
/// at: enough to see what a fix does, at the price of what it changes.
pub(super) fn judge(
    snapshot: &Snapshot,
    hunks: Vec<Hunk>,
    focus: Option<&[Range<usize>]>,
) -> Result<Report, Cancelled> {
    let outline = Outline::new(&snapshot.head);
    let head = File {
        source: &snapshot.head,
        outline: &outline,
        settings: &snapshot.settings,
        is_test: snapshot.is_test,
    };
    let (mut raw, mut candidates) = match &snapshot.base {
        Comparison::AllNew => all_new(snapshot, head, focus)?,
        Comparison::Production(_) => against_production(snapshot, head, &hunks, focus)?,
    };
    let in_text = new_in_text(snapshot, head, &hunks);
    candidates.extend(in_text.iter().cloned());
    raw.extend(in_text);
    let mut findings = finish(head, raw);
    findings.retain(|finding| !allow::noqa_in_production(snapshot, finding, &hunks));
    let allowed = allow::apply(head, &mut findings, &candidates, &hunks);
    for finding in &mut findings {
        finding.severity = severity(snapshot, finding);
    }
    findings.sort_by(|left, right| {
        (left.span.start, left.span.end, left.rule).cmp(&(
            right.span.start,
            right.span.end,
            right.rule,
        ))
    });
    Ok(Report {
        findings,
        allowed,
        hunks,
        unjudged: broken_parts(&snapshot.head),
    })
}

type Judged = (Vec<Raw>, Vec<Raw>);

/// The definitions (by index) around or in the focus.
fn in_focus(outline: &Outline, index: usize, focus: Option<&[Range<usize>]>) -> bool {
    focus.is_none_or(|ranges| {
        let own = &outline.definitions[index].range;
        ranges
            .iter()
            .any(|range| own.start <= range.end && range.start <= own.end)
    })
}

fn all_new(
    snapshot: &Snapshot,
    head: File<'_>,
    focus: Option<&[Range<usize>]>,
) -> Result<Judged, Cancelled> {
    let mut raw = Vec::new();
    for (index, definition) in head.outline.definitions.iter().enumerate() {
        if !in_focus(head.outline, index, focus) {
            continue;
        }
        snapshot.cancel.check()?;
        raw.extend(one_side(head, definition));
    }
    Ok((raw.clone(), raw))
}

fn against_production(
    snapshot: &Snapshot,
    head: File<'_>,
    hunks: &[Hunk],
    focus: Option<&[Range<usize>]>,
) -> Result<Judged, Cancelled> {
    let Comparison::Production(side) = &snapshot.base else {
        return Ok((Vec::new(), Vec::new()));
    };
    let base = side.file(&snapshot.settings, snapshot.is_test);
    let matching = Matching::new(base.outline, head.outline, base.source, head.source);
    let mut in_head = touched(
        head.outline,
        head.source,
        hunks.iter().map(|hunk| hunk.head.clone()),
    );
    let mut in_base = touched(
        base.outline,
        base.source,
        hunks.iter().map(|hunk| hunk.base.clone()),
    );
    in_head.extend(in_base.iter().filter_map(|&index| matching.head_of(index)));
    let answering = in_head
        .iter()
        .copied()
        .filter(|&index| answers_change(base, head, matching.base_of(index), index))
        .collect();
    in_head.extend(callers(head.outline, head.source, &answering));
    if focus.is_some() {
        in_head.retain(|&index| in_focus(head.outline, index, focus));
        in_base.retain(|&index| {
            matching
                .head_of(index)
                .is_none_or(|partner| in_head.contains(&partner))
        });
    }
    in_base.extend(in_head.iter().filter_map(|&index| matching.base_of(index)));
    snapshot.cancel.check()?;

    let mut now = Vec::new();
    for &index in &in_head {
        snapshot.cancel.check()?;
        now.extend(one_side(head, &head.outline.definitions[index]));
    }
    let mut before = Vec::new();
    for &index in &in_base {
        snapshot.cancel.check()?;
        let judged = side.judged(index, &snapshot.settings, snapshot.is_test);
        before.extend(judged.iter().cloned());
    }
    let candidates = now.clone();
    let mut new = subtract(base, head, &matching, &before, now);
    let removed = both_sides(base, head, &matching, &in_base, &in_head);
    new.retain(|one| !removed.iter().any(|other| repeats(one, other)));
    new.extend(removed);
    Ok((new, candidates))
}

/// Whether a function may give its callers another answer than in production: only then can an
/// unchanged line of a caller have become risky.
fn answers_change(base: File<'_>, head: File<'_>, old: Option<usize>, new: usize) -> bool {
    head.outline.definitions[new].kind == Kind::Function
        && old.is_some_and(|old| answers(base, old) != answers(head, new))
}

/// The lines of a function that return something, and its last line, which tells whether its end
/// is reached. Lines and not syntax, because this is asked of every touched function.
fn answers(file: File<'_>, index: usize) -> (Vec<&str>, Option<&str>) {
    let text = &file.source.text()[file.outline.definitions[index].core.clone()];
    let lines = || text.lines().map(str::trim);
    let returns = lines().filter(|line| line.contains("return")).collect();
    (returns, lines().rfind(|line| !line.is_empty()))
}

/// Whether `one` says of the same place what `other` says better.
fn repeats(one: &Raw, other: &Raw) -> bool {
    let (left, right) = (&one.draft.span, &other.draft.span);
    other.draft.covers.contains(&one.rule) && left.start < right.end && right.start < left.end
}

/// What the rules say of one definition on one side.
pub(super) fn one_side(file: File<'_>, definition: &Definition) -> Vec<Raw> {
    let mut found = Vec::new();
    for unit in Unit::of_definition(file, definition) {
        if unit.is_function() && unit.node.has_error() {
            continue;
        }
        for rule in enabled(file) {
            let mut reporter = Reporter::default();
            rule.check(&unit, &mut reporter);
            found.extend(reporter.into_drafts().into_iter().filter_map(|draft| {
                let broken = unit.node.has_error()
                    && file
                        .source
                        .node_at(draft.anchor.clone())
                        .is_some_and(below_error);
                (!broken).then(|| raw(file.source, *rule, draft, &unit.qualname))
            }));
        }
    }
    found
}

/// What the rules say of the whole text, on changed lines and not in production already.
fn new_in_text(snapshot: &Snapshot, head: File<'_>, hunks: &[Hunk]) -> Vec<Raw> {
    let mut found = of_text(head);
    let lines = head.source.lines();
    found.retain(|one| {
        let line = u32::try_from(lines.line_of(one.draft.span.start)).unwrap_or(u32::MAX);
        hunks.iter().any(|hunk| hunk.head.contains(&line))
    });
    if let (false, Comparison::Production(side)) = (found.is_empty(), &snapshot.base) {
        for old in of_text(side.file(&snapshot.settings, snapshot.is_test)) {
            let same = |one: &Raw| one.rule == old.rule && one.tokens == old.tokens;
            if let Some(at) = found.iter().position(same) {
                found.remove(at);
            }
        }
    }
    found
}

/// What the rules say of one side's text.
fn of_text(file: File<'_>) -> Vec<Raw> {
    let mut found = Vec::new();
    for rule in enabled(file) {
        let mut reporter = Reporter::default();
        rule.check_text(file, &mut reporter);
        found.extend(reporter.into_drafts().into_iter().map(|draft| Raw {
            rule: rule.meta().name,
            tokens: vec![file.source.text()[draft.anchor.clone()].to_owned()],
            draft,
            scope: String::new(),
        }));
    }
    found
}

fn enabled(file: File<'_>) -> impl Iterator<Item = &'static &'static dyn Rule> {
    RULES
        .iter()
        .filter(move |rule| file.settings.rules.get(rule.meta().name) != Some(&RuleSetting::Off))
}

fn raw(source: &Source, rule: &dyn Rule, draft: Draft, scope: &str) -> Raw {
    let mut tokens: Vec<String> = tokens(source, draft.anchor.clone())
        .into_iter()
        .map(str::to_owned)
        .collect();
    if !draft.detail.is_empty() {
        tokens.push(draft.detail.clone());
    }
    Raw {
        rule: rule.meta().name,
        draft,
        scope: scope.to_owned(),
        tokens,
    }
}

fn subtract(
    base: File<'_>,
    head: File<'_>,
    matching: &Matching,
    before: &[Raw],
    now: Vec<Raw>,
) -> Vec<Raw> {
    if before.is_empty() || now.is_empty() {
        return now;
    }
    let to_base = base_names(base.outline, head.outline, matching);
    let comparable = |raw: &Raw, scope: String| Comparable {
        rule: raw.rule,
        scope,
        tokens: raw.tokens.clone(),
    };
    let old: Vec<_> = before
        .iter()
        .map(|raw| comparable(raw, raw.scope.clone()))
        .collect();
    let new: Vec<_> = now
        .iter()
        .map(|raw| comparable(raw, production_scope(&raw.scope, &to_base)))
        .collect();
    let names = scope_names(base, head, matching, &new, &to_base);
    let keep = new_in_head(&old, &new, &names);
    now.into_iter()
        .zip(keep)
        .filter_map(|(raw, keep)| keep.then_some(raw))
        .collect()
}

/// Head's qualified name → production's, for definitions that were renamed or moved.
fn base_names<'a>(
    base: &'a Outline,
    head: &'a Outline,
    matching: &Matching,
) -> HashMap<&'a str, &'a str> {
    head.definitions
        .iter()
        .enumerate()
        .filter_map(|(index, one)| {
            let partner = &base.definitions[matching.base_of(index)?];
            Some((one.qualname.as_str(), partner.qualname.as_str()))
        })
        .collect()
}

/// The name under which production knows a scope; a nested function keeps its own last part.
fn production_scope(scope: &str, to_base: &HashMap<&str, &str>) -> String {
    let mut known = scope;
    loop {
        if let Some(name) = to_base.get(known) {
            return format!("{name}{}", &scope[known.len()..]);
        }
        match known.rfind('.') {
            Some(dot) => known = &known[..dot],
            None => return scope.to_owned(),
        }
    }
}

fn scope_names(
    base: File<'_>,
    head: File<'_>,
    matching: &Matching,
    new: &[Comparable],
    to_base: &HashMap<&str, &str>,
) -> HashMap<String, ScopeNames> {
    let wanted: HashSet<&str> = new.iter().map(|one| one.scope.as_str()).collect();
    let mut found = HashMap::new();
    for (index, one) in head.outline.definitions.iter().enumerate() {
        let Some(partner) = matching.base_of(index) else {
            continue;
        };
        let partner = &base.outline.definitions[partner];
        let inside: Vec<&&str> = wanted
            .iter()
            .filter(|scope| {
                **scope == partner.qualname
                    || scope
                        .strip_prefix(partner.qualname.as_str())
                        .is_some_and(|rest| rest.starts_with('.'))
            })
            .collect();
        if inside.is_empty() || !to_base.contains_key(one.qualname.as_str()) {
            continue;
        }
        let names = ScopeNames {
            base: identifiers(base.source, partner.range.clone()),
            head: identifiers(head.source, one.range.clone()),
        };
        for scope in inside {
            // The innermost definition knows best; definitions come from outside in.
            found.insert((*scope).to_owned(), names.clone());
        }
    }
    found
}

fn identifiers(source: &Source, range: Range<usize>) -> HashSet<String> {
    tokens(source, range)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Runs the rules that look at both sides.
fn both_sides(
    base: File<'_>,
    head: File<'_>,
    matching: &Matching,
    in_base: &BTreeSet<usize>,
    in_head: &BTreeSet<usize>,
) -> Vec<Raw> {
    let mut pairs: BTreeSet<(Option<usize>, Option<usize>)> = in_head
        .iter()
        .map(|&index| (matching.base_of(index), Some(index)))
        .collect();
    // While head's syntax is broken, a definition may only seem to be gone.
    if !head.source.root().has_error() {
        pairs.extend(
            in_base
                .iter()
                .filter(|&&index| matching.head_of(index).is_none())
                .map(|&index| (Some(index), None)),
        );
    }
    let mut found = Vec::new();
    for (old, new) in pairs {
        let old = old.map_or_else(Vec::new, |index| {
            Unit::of_definition(base, &base.outline.definitions[index])
        });
        let new = new.map_or_else(Vec::new, |index| {
            Unit::of_definition(head, &head.outline.definitions[index])
        });
        compare_units(base, head, &old, &new, &mut found);
    }
    found
}

fn compare_units(
    base_file: File<'_>,
    head_file: File<'_>,
    old: &[Unit<'_>],
    new: &[Unit<'_>],
    found: &mut Vec<Raw>,
) {
    // The first unit of each side is the definition itself, whatever its name; nested functions
    // are matched by what follows the definition's name.
    let inner = |units: &[Unit<'_>], unit: &Unit<'_>| {
        unit.qualname[units[0].qualname.len().min(unit.qualname.len())..].to_owned()
    };
    for (index, unit) in new.iter().enumerate() {
        let partner = if index == 0 {
            old.first()
        } else {
            let name = inner(new, unit);
            old.iter().skip(1).find(|other| inner(old, other) == name)
        };
        compare_pair(base_file, head_file, partner, Some(unit), found);
    }
    if new.is_empty() {
        for unit in old {
            compare_pair(base_file, head_file, Some(unit), None, found);
        }
    }
}

fn compare_pair(
    base_file: File<'_>,
    head_file: File<'_>,
    base: Option<&Unit<'_>>,
    head: Option<&Unit<'_>>,
    found: &mut Vec<Raw>,
) {
    let broken = |unit: Option<&Unit<'_>>| unit.is_some_and(|unit| unit.node.has_error());
    if broken(base) || broken(head) {
        return;
    }
    let pair = Pair {
        base,
        head,
        base_file,
        head_file,
    };
    let scope = head.or(base).map_or("", |unit| unit.qualname.as_str());
    for rule in enabled(head_file) {
        let mut reporter = Reporter::default();
        rule.compare(&pair, &mut reporter);
        let drafts = reporter.into_drafts().into_iter();
        found.extend(drafts.map(|draft| raw(head_file.source, *rule, draft, scope)));
    }
}

/// Gives each finding its identity; two findings of one rule at one place become one.
fn finish(head: File<'_>, raw: Vec<Raw>) -> Vec<Finding> {
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

fn severity(snapshot: &Snapshot, finding: &Finding) -> Severity {
    match snapshot.settings.rules.get(finding.rule) {
        Some(RuleSetting::Severity(severity)) => *severity,
        _ => Severity::from(finding.confidence),
    }
}

/// Functions and stretches whose syntax is broken.
fn broken_parts(source: &Source) -> Vec<Range<usize>> {
    use crate::syntax::nodes::{Walk, walk};
    let root = source.root();
    if !root.has_error() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    walk(root, &mut |node| {
        if !node.has_error() && !node.is_missing() {
            return Walk::Over;
        }
        if node.is_error() || node.is_missing() || node.kind() == "function_definition" {
            parts.push(node.byte_range());
            return Walk::Over;
        }
        Walk::Into
    });
    parts
}
