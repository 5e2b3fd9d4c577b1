//! The rules, as the command line shows them.

use std::fmt::Write as _;

use serde::Serialize;

use super::render::full::severity_name;
use super::trouble::Trouble;
use crate::config::did_you_mean;
use crate::rules::{Meta, RULES, Severity};

/// A rule in `rules --format json`.
#[derive(Debug, Serialize)]
struct JsonRule {
    /// The rule's name.
    name: &'static str,
    /// The chapter of the rule table.
    group: &'static str,
    /// The highest severity that it gives by itself.
    severity: &'static str,
    /// One sentence.
    summary: String,
    /// The item of the hotfix checklist that it belongs to.
    checklist: &'static str,
}

fn metas() -> impl Iterator<Item = &'static Meta> {
    RULES.iter().map(|rule| rule.meta())
}

/// The names of all rules.
pub fn rule_names() -> Vec<&'static str> {
    metas().map(|meta| meta.name).collect()
}

/// The rule of this name, or a sentence with the name that was probably meant.
pub fn find(name: &str) -> Result<&'static Meta, Trouble> {
    metas().find(|meta| meta.name == name).ok_or_else(|| {
        let hint = did_you_mean(name, rule_names()).map_or_else(
            || "see `hotfix-ls rules`".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        Trouble::new(format!("there is no rule `{name}`: {hint}"))
    })
}

/// The rules as columns for lines of `width` columns.
pub fn text(width: usize) -> String {
    let longest = metas().map(|meta| meta.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    let mut group = "";
    for meta in metas() {
        if meta.group.title() != group {
            group = meta.group.title();
            let gap = if out.is_empty() { "" } else { "\n" };
            let bold = anstyle::Style::new().bold();
            let _ = writeln!(out, "{gap}{bold}{group}{bold:#}");
        }
        let severity = highest(meta);
        let left = longest + 2 + 13;
        let summary = wrap(
            &flat(meta.summary()),
            width.saturating_sub(left + 2),
            left + 2,
        );
        let _ = writeln!(out, "  {:longest$}  {severity:11}  {summary}", meta.name);
    }
    out
}

/// The rules as a JSON list.
pub fn json() -> String {
    let rules: Vec<JsonRule> = metas()
        .map(|meta| JsonRule {
            name: meta.name,
            group: meta.group.title(),
            severity: highest(meta),
            summary: flat(meta.summary()),
            checklist: meta.checklist,
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&rules).unwrap_or_default();
    text.push('\n');
    text
}

/// The rules as a Markdown table, for the documentation.
pub fn markdown() -> String {
    let mut out = String::from("| rule | at most | what it reports |\n|---|---|---|\n");
    for meta in metas() {
        let summary = flat(meta.summary()).replace('|', "\\|");
        let _ = writeln!(out, "| `{}` | {} | {summary} |", meta.name, highest(meta));
    }
    out
}

fn highest(meta: &Meta) -> &'static str {
    severity_name(Severity::from(meta.highest))
}

/// A paragraph on one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Breaks `text` into lines of `width` columns; the lines after the first begin with `indent`
/// blanks.
fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if 0 < column && width < column + 1 + length {
            let _ = write!(out, "\n{:indent$}", "");
            column = 0;
        }
        if 0 < column {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}
