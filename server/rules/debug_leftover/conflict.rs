//! The markers of a merge that was not finished. They break the syntax, so the text is searched.

use std::ops::Range;

use crate::rules::{Confidence, Draft, Reporter};
use crate::syntax::{File, Source};

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
    let text = source.text();
    if memchr::memmem::find(text.as_bytes(), b"<<<<<<<").is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut begin, mut ancestor, mut middle) = (None, None, None);
    let lines = source.lines();
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
