//! A team's own rules: `.hotfix/queries/*.scm`, patterns that say by `#set!` what they report.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tree_sitter::{Node, Query};

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, RULES, Reporter, Rule};
use crate::config::{self, ConfigFile, ConfigProblem, Loaded, Settings};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::query::{CAPTURES, Match, QueryProblem, line_of_pattern};
use crate::syntax::{Pattern, Source, Unit};

/// What a pattern may say of itself.
const KEYS: &[&str] = &["name", "message", "severity", "fix", "fix-title", "tests"];

/// What `#set! severity` may be, and the confidence that stands for it.
const SEVERITIES: [(&str, Confidence); 3] = [
    ("hint", Confidence::Possible),
    ("information", Confidence::Likely),
    ("warning", Confidence::Certain),
];

/// One rule of a team: the patterns of one file that share a name.
pub struct CustomRule {
    meta: &'static Meta,
    pattern: &'static Pattern,
    says: Vec<Says>,
}

/// What one pattern says.
#[derive(Debug, Clone)]
struct Says {
    index: usize,
    name: String,
    message: String,
    confidence: Confidence,
    fix: Option<String>,
    fix_title: Option<String>,
    tests: bool,
}

impl Rule for CustomRule {
    fn meta(&self) -> &'static Meta {
        self.meta
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        for (says, one) in self.matches(unit) {
            if let Some(anchor) = one
                .get("anchor")
                .filter(|_| says.tests || !unit.file.is_test)
            {
                let message = filled(&says.message, &one, unit.source());
                reporter.report(Draft::at(anchor, says.confidence, message));
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        let unit = context.unit;
        let fix = self.matches(unit).into_iter().find_map(|(says, one)| {
            let anchor = one
                .get("anchor")
                .filter(|node| node.byte_range() == finding.span)?;
            replacement(unit, says, &one, anchor)
        });
        fix.into_iter().collect()
    }
}

impl CustomRule {
    fn matches<'t>(&self, unit: &Unit<'t>) -> Vec<(&Says, Match<'t>)> {
        let found = self.pattern.matches(unit.node, unit.source()).into_iter();
        found
            .filter_map(|one| {
                Some((
                    self.says.iter().find(|says| says.index == one.pattern)?,
                    one,
                ))
            })
            .collect()
    }
}

fn replacement(unit: &Unit<'_>, says: &Says, one: &Match<'_>, anchor: Node<'_>) -> Option<Fix> {
    let text = filled(says.fix.as_ref()?, one, unit.source());
    let title = match &says.fix_title {
        Some(title) => filled(title, one, unit.source()),
        None => format!("Replace it by `{text}`"),
    };
    let mut builder = Builder::new(unit.file);
    builder.replace(anchor, text);
    Some(builder.finish(title, Applicability::NeedsReview))
}

/// The template with `{capture}` replaced by what was captured.
fn filled(template: &str, one: &Match<'_>, source: &Source) -> String {
    let mut text = template.to_owned();
    for capture in CAPTURES {
        if let Some(node) = one.get(capture) {
            text = text.replace(&format!("{{{capture}}}"), source.slice(node));
        }
    }
    text
}

type Compiled = Result<Vec<&'static CustomRule>, QueryProblem>;

/// Every query text that was ever compiled, with its rules. They are kept until the process ends:
/// findings, settings and editors speak of rules by `&'static` names. A text costs a few
/// kilobytes, and a new one appears only when somebody saves another version of a file.
static KNOWN: Mutex<Vec<(String, Arc<str>, Compiled)>> = Mutex::new(Vec::new());

/// The metadata of the newest rule of this name that any settings brought, for texts about it.
pub(super) fn meta(name: &str) -> Option<&'static Meta> {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let rules = known
        .iter()
        .rev()
        .filter_map(|(_, _, compiled)| compiled.as_ref().ok());
    rules
        .flatten()
        .map(|rule| rule.meta)
        .find(|meta| meta.name == name)
}

/// The team's own rules in these settings, without those of files that are refused.
pub fn of(settings: &Settings) -> impl Iterator<Item = &'static dyn Rule> + use<> {
    let files = settings.queries.iter();
    let rules: Vec<&'static dyn Rule> = files
        .filter_map(|file| compiled(file).ok())
        .flatten()
        .map(|rule| -> &'static dyn Rule { rule })
        .collect();
    rules.into_iter()
}

/// The rules of one file, compiled when its text is seen for the first time.
fn compiled(file: &ConfigFile) -> Compiled {
    let stem = file.path.file_stem().unwrap_or_default().to_string_lossy();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let same = known.iter().find(|(name, text, _)| {
        *name == stem && (Arc::ptr_eq(text, &file.text) || *text == file.text)
    });
    if let Some((.., rules)) = same {
        return rules.clone();
    }
    let rules = compile(&stem, &file.text);
    known.push((stem.into_owned(), Arc::clone(&file.text), rules.clone()));
    rules
}

fn compile(stem: &str, text: &str) -> Compiled {
    let file: &'static str = String::leak(format!("{stem}.scm"));
    let text: &'static str = String::leak(text.to_owned());
    let pattern: &'static Pattern = Box::leak(Box::new(Pattern::with_settings(file, text, KEYS)));
    let query = pattern.check()?;
    let mut rules: Vec<(String, Vec<Says>)> = Vec::new();
    for index in 0..query.pattern_count() {
        let says = read(stem, query, index).map_err(|message| QueryProblem {
            file: file.to_owned(),
            line: line_of_pattern(query, text, index),
            message,
        })?;
        match rules.iter_mut().find(|(name, _)| *name == says.name) {
            Some((_, all)) => all.push(says),
            None => rules.push((says.name.clone(), vec![says])),
        }
    }
    Ok(rules
        .into_iter()
        .map(|(name, says)| &*Box::leak(Box::new(rule(name, says, pattern))))
        .collect())
}

fn rule(name: String, says: Vec<Says>, pattern: &'static Pattern) -> CustomRule {
    let highest = says
        .iter()
        .map(|one| one.confidence)
        .max()
        .unwrap_or(Confidence::Possible);
    // Nobody knows yet what is captured: the names alone can be read.
    let summary = says.first().map_or_else(String::new, |one| {
        CAPTURES.iter().fold(one.message.clone(), |text, capture| {
            text.replace(&format!("{{{capture}}}"), capture)
        })
    });
    let docs =
        format!("# {name}\n\n{summary}.\n\nA rule of this repository, in `.hotfix/queries/`.\n");
    let meta = Meta {
        name: String::leak(name),
        group: Group::Custom,
        highest,
        checklist: "No refactoring or improvements included",
        noqa: &[],
        docs: String::leak(docs),
        pattern: Some(pattern),
    };
    CustomRule {
        meta: Box::leak(Box::new(meta)),
        pattern,
        says,
    }
}

/// What a pattern says of itself, or what is wrong in it.
fn read(stem: &str, query: &Query, index: usize) -> Result<Says, String> {
    let value = |key: &str| {
        let all = query.property_settings(index).iter();
        let one = all
            .filter(|set| &*set.key == key)
            .find_map(|set| set.value.as_deref());
        one.map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let name = value("name").unwrap_or_else(|| stem.to_owned());
    let kebab = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && name.starts_with(|c: char| c.is_ascii_lowercase());
    if !kebab {
        return Err(format!(
            "`{name}` is no name of a rule: write it like `raw-session`"
        ));
    }
    if RULES.iter().any(|rule| rule.meta().name == name) {
        return Err(format!(
            "`{name}` is a rule of hotfix-ls already: choose another name"
        ));
    }
    let message = value("message")
        .ok_or("this pattern says nothing: add (#set! message \"what is wrong: what to do\")")?;
    let severity = value("severity").unwrap_or_else(|| "information".to_owned());
    let known = SEVERITIES.iter().find(|(name, _)| *name == severity);
    let (_, confidence) = known.ok_or_else(|| {
        format!("`{severity}` is no severity: write \"hint\", \"information\" or \"warning\"")
    })?;
    let anchor = query.capture_index_for_name("anchor");
    let quantifiers = query.capture_quantifiers(index);
    let anchored = anchor
        .and_then(|at| quantifiers.get(at as usize))
        .is_some_and(|one| *one != tree_sitter::CaptureQuantifier::Zero);
    if !anchored {
        return Err("this pattern captures no @anchor: name what is underlined".to_owned());
    }
    let fix = value("fix");
    let title = value("fix-title");
    for text in [Some(&message), title.as_ref()].into_iter().flatten() {
        if text.contains("{}") {
            return Err("`{}` stands for nothing: name a capture, like {value}".to_owned());
        }
    }
    for template in [Some(&message), title.as_ref(), fix.as_ref()]
        .into_iter()
        .flatten()
    {
        unknown_capture(template, query)?;
    }
    if let Some(template) = fix.as_ref().filter(|template| !may_parse(template)) {
        return Err(format!(
            "the fix `{template}` is no Python, whatever is captured"
        ));
    }
    let tests = match value("tests").as_deref() {
        None | Some("off") => false,
        Some("on") => true,
        Some(other) => return Err(format!("`{other}` is not \"on\" or \"off\"")),
    };
    Ok(Says {
        index,
        name,
        message: message.trim_end_matches('.').to_owned(),
        confidence: *confidence,
        fix,
        fix_title: value("fix-title"),
        tests,
    })
}

/// `{object}` in a template must be captured somewhere, or it would be shown as it stands.
fn unknown_capture(template: &str, query: &Query) -> Result<(), String> {
    for (at, _) in template.match_indices('{') {
        let Some(name) = template[at + 1..].split('}').next() else {
            continue;
        };
        let looks_meant = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase());
        if looks_meant && !CAPTURES.contains(&name) {
            return Err(format!(
                "{{{name}}} is no capture: known are {}",
                CAPTURES.join(", ")
            ));
        }
        if looks_meant && !query.capture_names().contains(&name) {
            return Err(format!(
                "{{{name}}} stands in a text but @{name} is not captured"
            ));
        }
    }
    Ok(())
}

/// Whether a fix can be Python somewhere: as statements, an expression, an argument, a clause, the
/// head of a block.
fn may_parse(template: &str) -> bool {
    const PLACES: [(&str, &str); 11] = [
        ("", "\n"),
        ("f(", ")\n"),
        ("{", "}\n"),
        ("x[", "]\n"),
        ("", ":\n    pass\n"),
        ("", "\ndef f():\n    pass\n"),
        ("try:\n    pass\n", "\n    pass\n"),
        ("if x:\n    pass\n", "\n    pass\n"),
        ("try:\n    pass\n", ":\n    pass\n"),
        ("if x:\n    pass\n", ":\n    pass\n"),
        ("def f(", "):\n    pass\n"),
    ];
    let filled = CAPTURES.iter().fold(template.to_owned(), |text, capture| {
        text.replace(&format!("{{{capture}}}"), "x")
    });
    PLACES
        .iter()
        .any(|(before, behind)| !Source::parse(format!("{before}{filled}{behind}")).is_broken())
}

/// The settings for the files of `folder`, with the team's own rules: what [`config::load`] and
/// [`config::read_queries`] say, and everything that is wrong in either.
#[must_use]
pub fn settings(folder: &Path, root: Option<&Path>, editor: Option<&serde_json::Value>) -> Loaded {
    let mut own = Loaded::default();
    config::read_queries(folder, root, &mut own);
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.meta().name).collect();
    let mut queries = Vec::new();
    for file in std::mem::take(&mut own.settings.queries) {
        match compiled(&file) {
            Ok(rules) => {
                let taken = rules.iter().find(|rule| names.contains(&rule.meta.name));
                if let Some(rule) = taken {
                    let message = format!(
                        "another file has a rule `{}` already: choose another name",
                        rule.meta.name
                    );
                    own.problems.push(problem(&file, 1, message));
                    continue;
                }
                names.extend(rules.iter().map(|rule| rule.meta.name));
                queries.push(file);
            }
            Err(wrong) => own.problems.push(problem(&file, wrong.line, wrong.message)),
        }
    }
    let mut loaded = config::load(folder, root, editor, &names);
    loaded.settings.queries = queries;
    loaded.files.append(&mut own.files);
    loaded.problems.append(&mut own.problems);
    loaded
}

/// A problem on a line (from 1) of a query file.
fn problem(file: &ConfigFile, line: usize, message: String) -> ConfigProblem {
    let before: usize = file
        .text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let end = file.text[before..]
        .find(['\n', '\r'])
        .map_or(file.text.len(), |end| before + end);
    ConfigProblem {
        file: Some(file.path.clone()),
        ..ConfigProblem::new(&file.text, before..end, message)
    }
}

#[cfg(test)]
mod tests;
