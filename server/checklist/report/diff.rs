//! The changed lines of each file, with some around.

use super::FileHunks;
use crate::checklist::branch::{Branch, File, Side};

/// Lines shown around a change.
const AROUND: usize = 3;

/// A file with more lines is cut: nobody reads them.
const MOST: usize = 600;

/// One line of a comparison. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// On both sides; the hotfix's line number.
    Same(usize, String),
    /// Only in production; its line number there.
    Old(usize, String),
    /// Only in the hotfix.
    New(usize, String),
    /// Lines are left out here.
    Gap,
    /// The rest is left out.
    Cut,
}

pub(super) fn of_branch(branch: &Branch) -> Vec<FileHunks> {
    branch.files.iter().map(of_file).collect()
}

fn of_file(file: &File) -> FileHunks {
    let lines = |side: &Option<Side>| -> Vec<String> {
        let text = side.as_ref().map_or("", Side::text);
        text.lines().map(str::to_owned).collect()
    };
    let (base, head) = (lines(&file.base), lines(&file.head));
    let mut out = Vec::new();
    // Up to where head is shown.
    let mut shown = 0;
    for hunk in &file.hunks {
        let (start, end) = (hunk.head.start as usize, hunk.head.end as usize);
        let from = start.saturating_sub(AROUND).max(shown);
        if shown < from && !out.is_empty() {
            out.push(Line::Gap);
        }
        same(&head, from..start, &mut out);
        for at in hunk.base.start as usize..hunk.base.end as usize {
            out.extend(base.get(at).map(|line| Line::Old(at + 1, line.clone())));
        }
        for at in start..end {
            out.extend(head.get(at).map(|line| Line::New(at + 1, line.clone())));
        }
        shown = end;
        let next = file
            .hunks
            .iter()
            .map(|it| it.head.start as usize)
            .find(|it| end < *it);
        let until = (end + AROUND)
            .min(next.unwrap_or(usize::MAX))
            .min(head.len());
        same(&head, end..until, &mut out);
        shown = shown.max(until);
        if MOST < out.len() {
            out.truncate(MOST);
            out.push(Line::Cut);
            break;
        }
    }
    FileHunks {
        path: file.path.clone(),
        lines: out,
    }
}

fn same(head: &[String], range: std::ops::Range<usize>, out: &mut Vec<Line>) {
    for at in range {
        out.extend(head.get(at).map(|line| Line::Same(at + 1, line.clone())));
    }
}
