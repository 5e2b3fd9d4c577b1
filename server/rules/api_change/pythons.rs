//! Versions of Python that the code no longer runs on.

use super::place_of_deletion;
use crate::compare::edits::Part;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::nodes::{children, field};

/// Features of `__future__` that only Python 2 has to be asked for.
const OLD_FEATURES: [&str; 6] = [
    "absolute_import",
    "division",
    "print_function",
    "unicode_literals",
    "with_statement",
    "generators",
];

/// How code asks for the version that it runs on.
const ASKS: [&str; 4] = ["version_info", "PY2", "PY3", "six."];

/// Says once for a file that code for an older Python is gone.
pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let count = |part: Part<'_, '_>| places(part).len();
    let hunks = 0..change.hunks.len();
    let was: usize = hunks.clone().map(|at| count(change.edits.base(at))).sum();
    let now: usize = hunks.clone().map(|at| count(change.edits.head(at))).sum();
    if was <= now {
        return;
    }
    let place = hunks
        .flat_map(|at| places(change.edits.base(at)))
        .next()
        .unwrap_or_default();
    let message = "Code for an older Python is gone here: that Python no longer runs it";
    let span = place_of_deletion(change, place);
    reporter.report(
        Draft {
            detail: "python".to_owned(),
            ..Draft::over(span, Confidence::Possible, message)
        }
        .production(place..place, "production has it"),
    );
}

/// Where a hunk has code for an older Python.
fn places(part: Part<'_, '_>) -> Vec<usize> {
    let statements = part.statements.iter();
    let old = statements.filter(|one| match one.node.kind() {
        "future_import_statement" => {
            children(one.node).any(|name| OLD_FEATURES.contains(&part.source.slice(name)))
        }
        "if_statement" | "elif_clause" => field(one.node, "condition").is_some_and(|condition| {
            let text = part.source.slice(condition);
            one.span.start <= condition.start_byte()
                && condition.end_byte() <= one.span.end
                && ASKS.iter().any(|word| text.contains(word))
        }),
        _ => false,
    });
    old.map(|one| one.span.start).collect()
}
