//! Runs the rules on one side.

use crate::compare::normal::{tokens, values};
use crate::config::RuleSetting;
use crate::rules::{self, Draft, Reporter, Rule, Texts};
use crate::syntax::query::below_error;
use crate::syntax::{Definition, File, Source, Unit};

/// What a rule said of one scope, before the comparison.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub rule: &'static str,
    pub draft: Draft,
    pub scope: String,
    pub tokens: Vec<String>,
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
                (!broken).then(|| raw(file.source, rule, draft, &unit.qualname))
            }));
        }
    }
    found
}

/// What the rules say of one side's text.
pub(super) fn of_text(file: File<'_>) -> Vec<Raw> {
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

/// What the rules say of both sides of a file that is not Python.
pub(super) fn of_texts(head: File<'_>, path: &str, base: Option<&str>) -> Vec<Raw> {
    let texts = Texts {
        path,
        base,
        head: head.source.text(),
    };
    let mut found = Vec::new();
    for rule in enabled(head) {
        let mut reporter = Reporter::default();
        rule.compare_texts(&texts, &mut reporter);
        found.extend(reporter.into_drafts().into_iter().map(|draft| Raw {
            rule: rule.meta().name,
            tokens: vec![draft.detail.clone()],
            draft,
            scope: String::new(),
        }));
    }
    found
}

pub(super) fn enabled(file: File<'_>) -> impl Iterator<Item = &'static dyn Rule> {
    rules::all(file.settings)
        .filter(move |rule| file.settings.rules.get(rule.meta().name) != Some(&RuleSetting::Off))
}

pub(super) fn raw(source: &Source, rule: &dyn Rule, draft: Draft, scope: &str) -> Raw {
    let mut tokens = values(&tokens(source, draft.anchor.clone()));
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
