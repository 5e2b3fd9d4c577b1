//! Changed line ranges between two texts.

use std::ops::Range;

/// A contiguous range of changed lines, counted from 0. Either side may be empty, not both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The lines on production's side.
    pub base: Range<u32>,
    /// The lines on the hotfix's side.
    pub head: Range<u32>,
}

/// The hunks between two texts, sorted and disjoint. Line ends do not count as a difference.
#[must_use]
pub fn diff(base: &str, head: &str) -> Vec<Hunk> {
    use imara_diff::{Algorithm, Diff, InternedInput};
    let split = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
    let (before, after) = (split(base), split(head));
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(before.iter().map(String::as_str));
    input.update_after(after.iter().map(String::as_str));
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    diff.hunks()
        .map(|hunk| Hunk {
            base: hunk.before,
            head: hunk.after,
        })
        .collect()
}
