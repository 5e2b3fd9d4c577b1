//! What the hotfix's own release notes call new.

use crate::compare::notes::{Kind, entries, first_of};
use crate::rules::{Confidence, Draft, Reporter, Texts};

pub(super) fn compare(texts: &Texts<'_>, reporter: &mut Reporter) {
    let entries = entries(texts.path, texts.base, texts.head);
    let Some(entry) = first_of(&entries, Kind::Feature) else {
        return;
    };
    // "Add a missing check" is no feature: a line's first word alone is not worth more than a hint.
    let confidence = if entry.is_sorted {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    let message = format!(
        "the release notes call this new ({}): a hotfix mends what is there",
        entry.word
    );
    reporter.report(Draft {
        detail: texts.head[entry.span.clone()].to_owned(),
        ..Draft::over(entry.span.clone(), confidence, message)
    });
}
