//! The rules, as the command line shows them.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::configs::Configs;
use super::render::full::severity_name;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::config::did_you_mean;
use crate::rules::{self, Meta, RULES, Rule, Severity};

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
    /// The whole text in Markdown, with its title.
    docs: &'static str,
}

/// What is known of all rules: those of this program, and the ones of the team in whose folder
/// the command runs.
pub struct Catalog(Vec<&'static Meta>);

impl Catalog {
    /// The rules of this program.
    pub fn of_program() -> Self {
        Self(RULES.iter().map(|rule| rule.meta()).collect())
    }

    /// The rules that hold in the terminal's folder. What is wrong in its settings is told.
    pub fn here(terminal: &mut Terminal) -> Self {
        let folder = terminal.folder.clone();
        let root = super::files::repository_root(&folder).map(Path::to_owned);
        let config = Configs::new(root).of(&folder, terminal);
        Self(rules::all(&config.settings).map(Rule::meta).collect())
    }
}

impl Catalog {
    /// The rules, by their groups.
    pub fn metas(&self) -> impl Iterator<Item = &'static Meta> {
        self.0.iter().copied()
    }
}

/// The rule of this name, or a sentence with the name that was probably meant.
pub fn find(catalog: &Catalog, name: &str) -> Result<&'static Meta, Trouble> {
    let found = catalog.0.iter().copied().find(|meta| meta.name == name);
    found.ok_or_else(|| {
        let names = catalog.0.iter().map(|meta| meta.name);
        let hint = did_you_mean(name, names).map_or_else(
            || "see `hotfix-ls rules`".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        Trouble::new(format!("there is no rule `{name}`: {hint}"))
    })
}

/// The narrowest column that a sentence is broken into; where there is less, it stands below.
const NARROWEST: usize = 30;

/// The rules as columns for lines of `width` columns.
pub fn text(catalog: &Catalog, width: usize) -> String {
    let longest = catalog
        .0
        .iter()
        .map(|meta| meta.name.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    let mut group = "";
    for &meta in &catalog.0 {
        if meta.group.title() != group {
            group = meta.group.title();
            let gap = if out.is_empty() { "" } else { "\n" };
            let bold = anstyle::Style::new().bold();
            let _ = writeln!(out, "{gap}{bold}{group}{bold:#}");
        }
        let severity = highest(meta);
        let beside = longest + 2 + 13 + 2;
        let summary = flat(meta.summary());
        let name = meta.name;
        let _ = if beside + NARROWEST <= width {
            let summary = wrap(&summary, width - beside, beside);
            writeln!(out, "  {name:longest$}  {severity:11}  {summary}")
        } else {
            let summary = wrap(&summary, width.saturating_sub(4), 4);
            writeln!(out, "  {name} ({severity})\n    {summary}")
        };
    }
    out
}

/// The rules as a JSON list.
pub fn json(catalog: &Catalog) -> String {
    let rules: Vec<JsonRule> = catalog
        .0
        .iter()
        .copied()
        .map(|meta| JsonRule {
            name: meta.name,
            group: meta.group.title(),
            severity: highest(meta),
            summary: flat(meta.summary()),
            checklist: meta.checklist,
            docs: meta.docs,
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&rules).unwrap_or_default();
    text.push('\n');
    text
}

/// The rules as a Markdown table, for the documentation.
pub fn markdown(catalog: &Catalog) -> String {
    let mut out = String::from("| rule | at most | what it reports |\n|---|---|---|\n");
    for &meta in &catalog.0 {
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
