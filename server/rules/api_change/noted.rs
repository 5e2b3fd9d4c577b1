//! What the hotfix's own release notes say that goes.

use crate::compare::notes::{Kind, entries, first_of};
use crate::rules::{Confidence, Draft, Reporter, Texts};

pub(super) fn compare(texts: &Texts<'_>, reporter: &mut Reporter) {
    let entries = entries(texts.path, texts.base, texts.head);
    for (kind, sure, says) in [
        (
            Kind::Removal,
            Confidence::Certain,
            "announce that something goes",
        ),
        (
            Kind::Deprecation,
            Confidence::Certain,
            "announce that something is to go",
        ),
    ] {
        let Some(entry) = first_of(&entries, kind) else {
            continue;
        };
        // "Remove a stray blank" breaks nobody: a line's first word alone is worth a hint.
        let confidence = if entry.is_sorted {
            sure
        } else {
            Confidence::Possible
        };
        let message = format!(
            "the release notes {says} ({}): a hotfix takes nothing from its callers",
            entry.word
        );
        reporter.report(Draft {
            detail: texts.head[entry.span.clone()].to_owned(),
            ..Draft::over(entry.span.clone(), confidence, message)
        });
    }
}
