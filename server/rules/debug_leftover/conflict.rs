//! The markers of a merge that was not finished. They break the syntax, so the text is searched.

use std::ops::Range;

use crate::rules::{Confidence, Draft, Reporter, Texts, notation};
use crate::syntax::{File, Source};
use crate::text::Lines;

/// The lines of one conflict, each with its line end.
#[derive(Debug, Clone)]
pub(super) struct Conflict {
    /// `<<<<<<< ours`.
    pub begin: Range<usize>,
    /// `||||||| base`, where git writes it.
    pub ancestor: Option<Range<usize>>,
    /// `=======`.
    pub middle: Range<usize>,
    /// `>>>>>>> theirs`.
    pub end: Range<usize>,
}

/// All conflicts of a text, in order.
pub(super) fn conflicts(source: &Source) -> Vec<Conflict> {
    in_text(source.text(), source.lines())
}

fn in_text(text: &str, lines: &Lines) -> Vec<Conflict> {
    if memchr::memmem::find(text.as_bytes(), b"<<<<<<<").is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut begin, mut ancestor, mut middle) = (None, None, None);
    for line in 0..lines.count() {
        let range = lines.start(line)..lines.start(line + 1).min(text.len());
        let content = text[range.clone()].trim_end_matches(['\n', '\r']);
        if is_marker(content, "<<<<<<<") {
            (begin, ancestor, middle) = (Some(range), None, None);
        } else if is_marker(content, "|||||||") && begin.is_some() {
            ancestor = Some(range);
        } else if content == "=======" && begin.is_some() {
            middle = Some(range);
        } else if is_marker(content, ">>>>>>>")
            && let (Some(begin), Some(middle)) = (begin.take(), middle.take())
        {
            found.push(Conflict {
                begin,
                ancestor: ancestor.take(),
                middle,
                end: range,
            });
        }
    }
    found
}

/// The marker alone or followed by a space and a name, at the beginning of the line.
fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

pub(super) fn check(file: File<'_>, reporter: &mut Reporter) {
    for conflict in conflicts(file.source) {
        let text = file.source.text();
        let line = text[conflict.begin.clone()].trim_end().len();
        let span = conflict.begin.start..conflict.begin.start + line;
        let mut draft = Draft::at(
            file.source.root(),
            Confidence::Certain,
            "A merge conflict is not resolved here",
        );
        draft.span = span;
        draft.anchor = conflict.begin.start..conflict.end.end;
        reporter.report(draft);
    }
}

/// The conflicts of a file that is not Python. Production may show one on purpose: only what it does
/// not have counts. In a manifest or a lock one marker alone is left over from a merge as well.
pub(super) fn compare_texts(texts: &Texts<'_>, reporter: &mut Reporter) {
    let known = |line: &str| {
        let production = texts.base.unwrap_or_default();
        production.lines().any(|one| one == line)
    };
    let lines = Lines::new(texts.head);
    let mut spans: Vec<Range<usize>> = in_text(texts.head, &lines)
        .into_iter()
        .map(|one| one.begin)
        .collect();
    if spans.is_empty() && notation(texts.path).is_some() {
        let all = (0..lines.count()).map(|line| lines.content(line, texts.head));
        let is_left = |line: &Range<usize>| {
            let text = &texts.head[line.clone()];
            is_marker(text, "<<<<<<<") || is_marker(text, ">>>>>>>")
        };
        spans.extend(all.into_iter().find(is_left));
    }
    for span in spans {
        let line = texts.head[span.clone()].trim_end();
        if !known(line) {
            let span = span.start..span.start + line.len();
            reporter.report(Draft {
                detail: format!("conflict {line}"),
                ..Draft::over(
                    span,
                    Confidence::Certain,
                    "A merge conflict is not resolved here",
                )
            });
        }
    }
}
