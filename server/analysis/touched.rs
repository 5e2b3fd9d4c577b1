//! Which definitions the hotfix touches.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::syntax::{File, Kind, Outline, Source};

/// At most this many callers of changed functions are looked at again, because each costs a run
/// of all rules on both sides.
const MOST_CALLERS: usize = 24;

/// The definitions (by index) whose own lines the line ranges touch. A range without lines (a
/// deletion) touches the definitions around its place.
pub(super) fn touched(
    outline: &Outline,
    source: &Source,
    ranges: impl Iterator<Item = Range<u32>>,
) -> BTreeSet<usize> {
    let lines = source.lines();
    let spans: Vec<Range<usize>> = outline
        .definitions
        .iter()
        .map(|one| match one.kind {
            Kind::Module => 0..lines.count() + 1,
            _ => lines.touched(one.range.clone()),
        })
        .collect();
    let mut found = BTreeSet::new();
    for range in ranges {
        let (start, end) = (range.start as usize, range.end as usize);
        let inside = |span: &Range<usize>| {
            if start == end {
                span.start <= start && start <= span.end
            } else {
                span.start < end && start < span.end
            }
        };
        for (index, span) in spans.iter().enumerate().filter(|(_, span)| inside(span)) {
            let only_in_child = start < end
                && outline
                    .definitions
                    .iter()
                    .zip(&spans)
                    .enumerate()
                    .skip(1)
                    .any(|(child, (one, inner))| {
                        child != index
                            && one.parent == index
                            && inner.start <= start
                            && end <= inner.end
                    });
            let _ = span;
            if !only_in_child {
                found.insert(index);
            }
        }
    }
    found
}

/// The definitions that call one of the touched functions: what the hotfix does to a function may
/// make an unchanged line of its caller risky (it can return None now).
pub(super) fn callers(outline: &Outline, source: &Source, of: &BTreeSet<usize>) -> BTreeSet<usize> {
    let text = source.text();
    let mut found = BTreeSet::new();
    for one in of.iter().map(|&index| &outline.definitions[index]) {
        if one.kind != Kind::Function || one.name.starts_with("__") {
            continue;
        }
        let call = format!("{}(", one.name);
        for at in memchr::memmem::find_iter(text.as_bytes(), call.as_bytes()) {
            let boundary = at
                .checked_sub(1)
                .and_then(|before| text.as_bytes().get(before))
                .is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
            if !boundary || one.core.contains(&at) {
                continue;
            }
            let caller = outline.index_at(at);
            if !of.contains(&caller) {
                found.insert(caller);
            }
            if MOST_CALLERS <= found.len() {
                return found;
            }
        }
    }
    found
}

/// Whether a function may give its callers another answer than in production: only then can an
/// unchanged line of a caller have become risky.
pub(super) fn answers_change(
    base: File<'_>,
    head: File<'_>,
    old: Option<usize>,
    new: usize,
) -> bool {
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
