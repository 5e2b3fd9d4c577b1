//! Lines of a changelog: the entries of a list below headings.

use std::collections::BTreeSet;

use super::{Entry, Kind};
use crate::vcs::hunks;

/// A changelog that grows by more entries than this is put together anew: nothing is told.
const MOST: usize = 200;

/// The entries of lists that the hotfix adds.
pub(super) fn entries(base: Option<&str>, head: &str) -> Vec<Entry> {
    let base = base.unwrap_or_default();
    let old: BTreeSet<&str> = base.lines().map(str::trim).collect();
    let hunks = hunks::diff(base, head);
    let mut left = hunks.iter().map(|hunk| &hunk.head).peekable();
    let mut is_added = |line: u32| {
        while left.next_if(|lines| lines.end <= line).is_some() {}
        left.peek().is_some_and(|lines| lines.contains(&line))
    };
    let mut heading: Option<(Kind, &str)> = None;
    let mut entries = Vec::new();
    let mut at = 0;
    let mut above = "";
    for (number, raw) in (0_u32..).zip(head.split_inclusive('\n')) {
        let line = raw.trim();
        let start = at + (raw.len() - raw.trim_start().len());
        at += raw.len();
        if let Some(title) = title(line, above) {
            heading = Kind::of_word(title).map(|kind| (kind, title));
        }
        above = line;
        let Some(text) = bullet(raw) else { continue };
        if !is_added(number) || old.contains(line) {
            continue;
        }
        if let Some((kind, word)) = heading.or_else(|| of_first_word(text)) {
            entries.push(Entry {
                kind,
                word: word.to_owned(),
                is_sorted: heading.is_some(),
                span: start..start + line.len(),
            });
        }
    }
    if MOST < entries.len() {
        entries.clear();
    }
    entries
}

/// The title of a heading: `### Added`, `**Fixed**`, or the line above a rule of `----`.
fn title<'a>(line: &'a str, above: &'a str) -> Option<&'a str> {
    let rule = |one: char| 3 <= line.len() && line.chars().all(|other| other == one);
    if !above.is_empty() && "=-~^\"'`".chars().any(rule) {
        return Some(above);
    }
    if let Some(marked) = line.strip_prefix('#') {
        return Some(marked.trim_start_matches('#').trim());
    }
    let bold = line.strip_prefix("**")?.strip_suffix("**")?;
    Some(bold.trim_end_matches(':'))
}

/// The text of an entry at the left of a list: one of a list inside a list says more of its parent.
fn bullet(raw: &str) -> Option<&str> {
    let line = raw.trim_start();
    if 2 < raw.len() - line.len() {
        return None;
    }
    let text = line.strip_prefix(['-', '*', '+'])?;
    text.starts_with(' ').then(|| text.trim())
}

/// What an entry's first word tells: `Fix: …`, `Added …`, `Drop …`.
fn of_first_word(text: &str) -> Option<(Kind, &str)> {
    let word = text.split(|one: char| !one.is_alphabetic()).next()?;
    let kind = match word.to_lowercase().as_str() {
        "fix" | "fixed" | "fixes" | "bugfix" | "security" => Kind::Fix,
        "add" | "added" | "adds" | "feature" => Kind::Feature,
        "remove" | "removed" | "removes" | "drop" | "dropped" => Kind::Removal,
        "deprecate" | "deprecated" | "deprecates" => Kind::Deprecation,
        _ => return None,
    };
    Some((kind, word))
}
