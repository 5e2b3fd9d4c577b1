//! One trouble, one finding: of two rules that see it, the one that says it better speaks.

use super::side::Raw;

/// What nothing else says better.
pub(super) fn less_repeated(found: &[Raw]) -> Vec<Raw> {
    let better = |other: &&Raw| !other.draft.covers.is_empty();
    let covering: Vec<&Raw> = found.iter().filter(better).collect();
    let repeated = |one: &Raw| covering.iter().any(|other| repeats(one, other));
    found.iter().filter(|one| !repeated(one)).cloned().collect()
}

/// Whether `one` says of the same place what `other` says better.
pub(super) fn repeats(one: &Raw, other: &Raw) -> bool {
    let (left, right) = (&one.draft.span, &other.draft.span);
    other.draft.covers.contains(&one.rule)
        && (left == right || left.start < right.end && right.start < left.end)
}
