//! What is new: takes away what production has as well, whatever its definitions were called.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::side::Raw;
use crate::compare::matching::Matching;
use crate::compare::normal::tokens;
use crate::compare::subtract::{Comparable, ScopeNames, new_in_head};
use crate::syntax::{File, Outline, Source};

/// The findings of `now` that production does not have.
pub(super) fn subtract(
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
