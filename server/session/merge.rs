//! What is shown after a run: fresh findings, and the last good ones where the code is broken.

use std::ops::Range;

use super::event::Published;
use crate::analysis::{BaseSide, Comparison, Partial, Report, Snapshot};
use crate::rules::{Finding, Place};
use crate::syntax::Source;
use crate::text::{Change, Encoding, Lines, change, position};
use crate::vcs::Hunk;

/// A finding as it is shown: it can move along with edits.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub finding: Finding,
    /// The bytes of its lines, without the last line end.
    lines: Range<usize>,
    /// Places in the same text that explain it, with a sentence each.
    related: Vec<(Range<usize>, String)>,
}

impl Shown {
    /// Where the finding is after `changes`; `None` if one of them touches its lines.
    fn moved(&self, changes: &[Change]) -> Option<Self> {
        let lines = change::shift(changes, self.lines.clone())?;
        let by = |at: usize| at + lines.start - self.lines.start;
        let by = |range: &Range<usize>| by(range.start)..by(range.end);
        let mut finding = self.finding.clone();
        finding.span = by(&finding.span);
        finding.anchor =
            change::shift(changes, finding.anchor).unwrap_or_else(|| finding.span.clone());
        finding
            .related
            .retain_mut(|related| match &mut related.place {
                Place::Production(_) | Place::Elsewhere(_) => true,
                Place::Head(range) => match change::shift(changes, range.clone()) {
                    Some(moved) => {
                        *range = moved;
                        true
                    }
                    None => false,
                },
            });
        let related = self.related.iter().filter_map(|(range, message)| {
            Some((change::shift(changes, range.clone())?, message.clone()))
        });
        Some(Self {
            finding,
            related: related.collect(),
            lines,
        })
    }
}

/// Where the findings are after `changes`. Those on lines that were typed on are left out.
pub(super) fn moved(shown: &[Shown], changes: &[Change]) -> Vec<Shown> {
    shown
        .iter()
        .filter_map(|shown| shown.moved(changes))
        .collect()
}

/// Joins the findings of a run with the `previous` ones, which have been moved to this text.
///
/// Nothing is judged where the code is broken just now: what was found there before stays, as
/// long as its lines are untouched. The rest of a broken text is judged with care: an open string
/// turns its text into code, so a finding is new only on lines that the hotfix changes.
pub(super) fn merge(previous: Vec<Shown>, snapshot: &Snapshot, report: &Report) -> Vec<Shown> {
    let fresh = report
        .findings
        .iter()
        .map(|finding| show(finding, snapshot, &report.hunks));
    if report.unjudged.is_empty() {
        return fresh.collect();
    }
    let is_in = |all: &[Shown], one: &Shown| {
        all.iter()
            .any(|shown| shown.finding.identity == one.finding.identity)
    };
    let mut all: Vec<Shown> = fresh
        .filter(|shown| is_in(&previous, shown) || on_hunk(shown, snapshot, &report.hunks))
        .collect();
    for old in previous {
        if !is_in(&all, &old) && touches(&report.unjudged, &old.lines) {
            all.push(old);
        }
    }
    all.sort_by_key(|shown| (shown.finding.span.start, shown.finding.span.end));
    all
}

/// Joins the findings of the part that was judged at once with the `previous` ones elsewhere,
/// which have been moved to this text.
pub(super) fn patch(previous: Vec<Shown>, snapshot: &Snapshot, part: &Partial) -> Vec<Shown> {
    let at = |shown: &Shown| part.answers_for(&shown.finding);
    let (out_of_date, elsewhere): (Vec<_>, Vec<_>) = previous.into_iter().partition(at);
    let mut all = merge(out_of_date, snapshot, &part.report);
    all.retain(at);
    all.extend(elsewhere);
    all.sort_by_key(|shown| (shown.finding.span.start, shown.finding.span.end));
    all
}

/// Whether the finding stands on lines that the hotfix changes.
fn on_hunk(shown: &Shown, snapshot: &Snapshot, hunks: &[Hunk]) -> bool {
    let lines = snapshot.head.lines().touched(shown.finding.span.clone());
    let number = |line| u32::try_from(line).unwrap_or(u32::MAX);
    let lines = number(lines.start)..number(lines.end);
    hunks.iter().any(|hunk| hunk.touches_head(&lines))
}

/// The findings with their places as the client counts them.
pub(super) fn published(
    shown: &[Shown],
    text: &str,
    lines: &Lines,
    encoding: Encoding,
) -> Vec<Published> {
    let place = |range: &Range<usize>| {
        position::position(text, lines, range.start, encoding)
            ..position::position(text, lines, range.end, encoding)
    };
    shown
        .iter()
        .map(|shown| Published {
            range: place(&shown.finding.span),
            finding: shown.finding.clone(),
            related: shown
                .related
                .iter()
                .map(|(range, message)| (place(range), message.clone()))
                .collect(),
        })
        .collect()
}

fn show(finding: &Finding, snapshot: &Snapshot, hunks: &[Hunk]) -> Shown {
    let source = &snapshot.head;
    let lines = source.lines().touched(finding.span.clone());
    let start = source.lines().start(lines.start);
    let end = source
        .lines()
        .content(lines.end - 1, source.text())
        .end
        .max(start);
    let related = finding.related.iter().filter_map(|related| {
        let (place, message) = match (&related.place, &snapshot.base) {
            (Place::Head(range), _) => (range.clone(), related.message.clone()),
            (Place::Production(range), Comparison::Production(base) | Comparison::Gone(base)) => {
                production_place(range, &related.message, base, source, hunks)
            }
            (Place::Production(_), Comparison::AllNew) | (Place::Elsewhere(_), _) => return None,
        };
        Some((place, message))
    });
    Shown {
        finding: finding.clone(),
        related: related.collect(),
        lines: start..end,
    }
}

/// A place of production, shown at the line of head where it would stand, with its text.
fn production_place(
    range: &Range<usize>,
    message: &str,
    base: &BaseSide,
    head: &Source,
    hunks: &[Hunk],
) -> (Range<usize>, String) {
    let text = &base.production.text;
    let lines = Lines::new(text);
    let line = lines.line_of(range.start.min(text.len()));
    let shown = text[lines.content(line, text)].trim();
    let line = head_line(line, hunks).min(head.lines().count() - 1);
    let message = format!("{message}: `{shown}`");
    (head.lines().content(line, head.text()), message)
}

/// The line of head that matches a line of production; for a removed line, the one after it.
fn head_line(line: usize, hunks: &[Hunk]) -> usize {
    let mut at = line;
    for hunk in hunks {
        let (base, head) = (&hunk.base, &hunk.head);
        if line < base.start as usize {
            break;
        }
        if line < base.end as usize {
            return (head.start as usize) + (line - base.start as usize).min(head.len());
        }
        at = head.end as usize + (line - base.end as usize);
    }
    at
}

fn touches(regions: &[Range<usize>], range: &Range<usize>) -> bool {
    regions
        .iter()
        .any(|region| region.start <= range.end && range.start <= region.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Confidence, Severity};
    use crate::text::{Document, Encoding, Position};

    fn hunk(base: Range<u32>, head: Range<u32>) -> Hunk {
        Hunk { base, head }
    }

    #[test]
    fn a_line_of_production_is_shown_where_it_would_stand() {
        let hunks = [hunk(2..4, 2..3), hunk(6..6, 5..8), hunk(9..10, 11..11)];
        let at = |line| head_line(line, &hunks);
        assert_eq!(at(0), 0, "before all hunks");
        assert_eq!(at(2), 2, "the first line of a changed block");
        assert_eq!(at(3), 3, "a line that head lacks: the one after the block");
        assert_eq!(at(4), 3, "after a block that became shorter");
        assert_eq!(at(6), 8, "after a block that was added");
        assert_eq!(at(9), 11, "a removed line: the one after it");
        assert_eq!(at(10), 11, "after a removed line");
    }

    /// A finding on the whole of `span`, which lies on the lines `lines` of the text.
    fn shown(span: Range<usize>, lines: Range<usize>) -> Shown {
        Shown {
            finding: Finding {
                rule: "rule",
                anchor: span.clone(),
                span,
                message: String::new(),
                confidence: Confidence::Certain,
                severity: Severity::Warning,
                related: Vec::new(),
                scope: String::new(),
                identity: "0".repeat(16),
            },
            lines,
            related: Vec::new(),
        }
    }

    /// Where the finding on `b = 2` of three lines is after one edit.
    #[track_caller]
    fn case(from: (u32, u32), to: (u32, u32), text: &str, expected: Option<Range<usize>>) {
        let place = |(line, column)| Position { line, column };
        let mut document = Document::new("a = 1\nb = 2\nc = 3\n", 1);
        document.replace(place(from)..place(to), text, Encoding::Utf8);
        let found = moved(&[shown(10..11, 6..11)], document.changes());
        let spans: Vec<_> = found.into_iter().map(|it| it.finding.span).collect();
        assert_eq!(spans, Vec::from_iter(expected));
    }

    #[test]
    fn a_finding_moves_with_edits_elsewhere() {
        case((0, 0), (0, 0), "x", Some(11..12));
        case((0, 5), (0, 5), "\nz = 0", Some(16..17));
        case((2, 0), (2, 5), "", Some(10..11));
    }

    #[test]
    fn a_finding_on_the_line_that_is_typed_on_is_left_out() {
        case((1, 5), (1, 5), "0", None);
        case((1, 0), (1, 0), "x", None);
        case((0, 5), (1, 0), "", None);
    }
}
