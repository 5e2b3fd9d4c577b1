//! What the hotfix's own release notes call the change.

use crate::compare::notes::{Kind, entries, first_of};
use crate::rules::{Confidence, Draft, Texts};

/// A finding at the first new entry of this kind, if there is one. An entry that its heading or
/// file name sorts is as sure as `sure`; a line's first word alone ("Add a missing check", "Remove
/// a stray blank") is worth a hint. `message` gets the word that tells the kind.
pub fn tell(
    texts: &Texts<'_>,
    kind: Kind,
    sure: Confidence,
    message: impl FnOnce(&str) -> String,
) -> Option<Draft> {
    let entries = entries(texts.path, texts.base, texts.head);
    let entry = first_of(&entries, kind)?;
    let confidence = if entry.is_sorted {
        sure
    } else {
        Confidence::Possible
    };
    Some(Draft {
        detail: texts.head[entry.span.clone()].to_owned(),
        ..Draft::over(entry.span.clone(), confidence, message(&entry.word))
    })
}
