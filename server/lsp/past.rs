//! The past of a changed function, in hovers: on its name, and below what a hunk replaces.

use std::ops::Range;

use tower_lsp::lsp_types::Url;

use super::convert;
use super::hover::Said;
use crate::checklist::history;
use crate::session::{Judged, Session};
use crate::syntax::{Kind, Outline};

/// What is known of the definition around `byte`.
pub(super) struct Past {
    /// Bytes of its name.
    name: Range<usize>,
    markdown: String,
}

/// The past of the innermost definition around `byte` that has one. It was asked for when the branch
/// was looked at, so nothing is read here.
pub(super) fn about(session: &Session, uri: &Url, judged: &Judged, byte: usize) -> Option<Past> {
    let file = convert::path(uri)?;
    let (_, observed) = session.observed(Some(&file))?;
    let head = &judged.snapshot.head;
    // The document may have been edited since: a definition is found by its name.
    let outline = Outline::new(head);
    let mut index = outline.index_at(byte);
    loop {
        let one = outline.definitions.get(index)?;
        if one.kind == Kind::Module {
            return None;
        }
        let scope = one.qualname.split('#').next().unwrap_or_default();
        let path = &judged.snapshot.path;
        if let Some(markdown) = history::about(&observed.history, path, scope, convert::now()) {
            let header = head.text().get(one.core.clone())?;
            let start = header.find(&one.name)? + one.core.start;
            return Some(Past {
                name: start..start + one.name.len(),
                markdown,
            });
        }
        index = one.parent;
    }
}

/// The past, where `byte` is in the definition's name.
pub(super) fn on_name(past: Option<Past>, byte: usize) -> Option<Said> {
    let past = past.filter(|past| past.name.start <= byte && byte <= past.name.end)?;
    Some((past.name, past.markdown))
}

/// What is said of findings; the past below it, where `byte` is in the definition's name.
pub(super) fn below(said: Said, past: Option<Past>, byte: usize) -> Said {
    match on_name(past, byte) {
        Some((_, past)) => (said.0, format!("{}\n---\n\n{past}", said.1)),
        None => said,
    }
}

/// What is said of a hunk, and the past below it.
pub(super) fn with((bytes, said): Said, past: Option<Past>) -> Said {
    match past {
        Some(past) => (bytes, format!("{said}\n---\n\n{}", past.markdown)),
        None => (bytes, said),
    }
}
