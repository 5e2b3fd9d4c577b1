//! Findings as a modern compiler prints them: the source line with carets, production's line
//! beside it, the fix.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Patch, Renderer, Snippet};

use super::visible::{inert, visible};
use super::window::Window;
use crate::checklist::items::explanation;
use crate::cli::judge::Judged;
use crate::fixes::{Applicability, Fix};
use crate::rules::{self, Finding, Place, Severity};
use crate::syntax::Source;
use crate::text::Lines;

/// A severity as output names it.
pub fn severity_name(severity: Severity) -> &'static str {
    severity.name()
}

/// All findings, drawn for lines of `width` columns.
pub fn render(files: &[Judged], width: usize) -> String {
    let renderer = Renderer::styled()
        .decor_style(DecorStyle::Ascii)
        .term_width(width);
    let mut out = String::new();
    let mut explained = BTreeSet::new();
    let mut told = BTreeSet::new();
    for file in files {
        for (finding, fixes) in file.findings() {
            let mut group = finding_group(file, finding, width);
            explained.insert(finding.rule);
            // Once is enough for each reason: the reader knows it then.
            if let Some(reason) = why(finding).filter(|reason| told.insert(reason.clone())) {
                group = group.element(Level::HELP.with_name(Some("why")).message(reason));
            }
            let mut report = vec![group];
            report.extend(preferred(fixes).map(|fix| fix_group(file, fix)));
            out.push_str(&renderer.render(&report));
            out.push_str("\n\n");
        }
    }
    if let Some(rule) = explained.first() {
        let _ = writeln!(out, "More about a rule: `hotfix-ls explain {rule}`");
    }
    out
}

/// Why the finding matters: what its rule says of it, else the first sentence of the rule's
/// documentation.
fn why(finding: &Finding) -> Option<String> {
    let rule = finding.rule;
    if let Some(reason) = rules::why(finding) {
        return Some(reason.to_owned());
    }
    let docs = explanation(rule).or_else(|| Some(rules::meta(rule)?.docs))?;
    let text = rules::section(docs, "Why it matters in production")?;
    let paragraph = text.split("\n\n").next()?.replace('\n', " ");
    let sentence = paragraph.split(". ").next()?;
    Some(sentence.trim_end_matches('.').to_owned())
}

fn preferred(fixes: &[Fix]) -> Option<&Fix> {
    fixes.iter().find(|fix| fix.preferred).or(fixes.first())
}

fn finding_group<'a>(file: &'a Judged, finding: &'a Finding, width: usize) -> Group<'a> {
    let level = match finding.severity {
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO.with_name(Some("information")),
        Severity::Hint => Level::NOTE.with_name(Some("hint")),
    };
    let title = level
        .primary_title(visible(&finding.message))
        .id(finding.rule);
    title
        .element(head_snippet(file, finding, width))
        .elements(production_snippet(file, finding))
        .elements(elsewhere(finding))
}

/// Places in other files, a line each.
fn elsewhere(finding: &Finding) -> Vec<Element<'static>> {
    let places = finding
        .related
        .iter()
        .filter_map(|related| match &related.place {
            Place::Elsewhere(user) => {
                let line = format!("{}:{}: {}", user.path, user.place.line + 1, user.place.text);
                let shown = visible(&line).into_owned();
                Some(Level::NOTE.with_name(Some("used in")).message(shown).into())
            }
            _ => None,
        });
    places.collect()
}

/// The hotfix's lines: what is underlined, and the related places of the same file.
fn head_snippet<'a>(file: &'a Judged, finding: &'a Finding, width: usize) -> Element<'a> {
    let head = &file.snapshot.head;
    let primary = short(head, &finding.span, width);
    let related: Vec<(Range<usize>, &str)> = finding
        .related
        .iter()
        .filter_map(|related| match &related.place {
            Place::Head(bytes) => Some((short(head, bytes, width), related.message.as_str())),
            Place::Production(_) | Place::Elsewhere(_) => None,
        })
        .collect();
    let ranges = related.iter().map(|(range, _)| range).chain([&primary]);
    let window = Window::new(head.text(), head.lines(), ranges);
    let contexts = related.iter().map(|(range, message)| {
        AnnotationKind::Context
            .span(window.map(range))
            .label(visible(message))
    });
    let snippet = Snippet::source(window.source.clone())
        .line_start(window.first_line)
        .path(visible(&file.target.shown))
        .annotation(AnnotationKind::Primary.span(window.map(&primary)))
        .annotations(contexts);
    Element::Cause(snippet)
}

/// Production's lines that explain the finding, under production's name.
fn production_snippet<'a>(file: &'a Judged, finding: &'a Finding) -> Option<Element<'a>> {
    let base = file.snapshot.base.production()?;
    let production = &base.production;
    let related: Vec<(&Range<usize>, &str)> = finding
        .related
        .iter()
        .filter_map(|related| match &related.place {
            Place::Production(bytes) => Some((bytes, related.message.as_str())),
            Place::Head(_) | Place::Elsewhere(_) => None,
        })
        .collect();
    if related.is_empty() {
        return None;
    }
    let lines = Lines::new(&production.text);
    let window = Window::new(
        &production.text,
        &lines,
        related.iter().map(|(range, _)| *range),
    );
    let contexts = related.iter().map(|(range, message)| {
        AnnotationKind::Context
            .span(window.map(range))
            .label(visible(message))
    });
    let snippet = Snippet::source(window.source.clone())
        .line_start(window.first_line)
        .path(format!(
            "production ({}) {}",
            visible(&production.reference),
            visible(&production.path)
        ))
        .annotations(contexts);
    Some(Element::Cause(snippet))
}

fn fix_group<'a>(file: &'a Judged, fix: &'a Fix) -> Group<'a> {
    let name = match fix.applicability {
        Applicability::Safe => "fix",
        Applicability::NeedsReview => "fix, for review",
        Applicability::Restores => "restore",
    };
    let head = &file.snapshot.head;
    let window = Window::new(
        head.text(),
        head.lines(),
        fix.edits.iter().map(|edit| &edit.range),
    );
    let patches = fix.edits.iter().map(|edit| {
        let (range, text) = window.edit(&edit.range, inert(&edit.text).replace("\r\n", "\n"));
        Patch::new(range, text)
    });
    let snippet = Snippet::source(window.source.clone())
        .line_start(window.first_line)
        .patches(patches);
    Level::HELP
        .with_name(Some(name))
        .secondary_title(visible(&fix.title))
        .element(snippet)
}

/// A long range (a whole function) is drawn by its first line, and a long line by as much of it as
/// a line of `width` columns can underline.
fn short(source: &Source, range: &Range<usize>, width: usize) -> Range<usize> {
    const LONGEST: usize = 4;
    /// The line number, the marks of what was left out, and some code around.
    const MARGIN: usize = 20;
    let touched = source.lines().touched(range.clone());
    let range = if touched.len() <= LONGEST {
        range.clone()
    } else {
        let first = source.lines().content(touched.start, source.text());
        range.start..first.end.max(range.start)
    };
    let text = source.text().get(range.clone()).unwrap_or_default();
    let most = width.saturating_sub(MARGIN).max(MARGIN);
    match text.char_indices().nth(most) {
        Some((at, _)) if !text.contains('\n') => range.start..range.start + at,
        _ => range,
    }
}
