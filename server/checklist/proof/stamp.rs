//! The state of both sides in two short texts.

use super::types::Stamp;
use crate::compare::normal::stable_hash;
use crate::config::Settings;
use crate::vcs::{BaseCommit, ChangedFile, FileChange, Repository};

/// The state of both sides as they are now. Documents and the record itself do not count: writing
/// the result into the record must not make it stale.
#[must_use]
pub fn stamp(
    repository: &Repository,
    base: &BaseCommit,
    changes: &[ChangedFile],
    settings: &Settings,
) -> Stamp {
    let mut parts = Vec::new();
    for changed in changes {
        if is_document(&changed.path, settings) {
            continue;
        }
        if let FileChange::Renamed { from } = &changed.change {
            parts.push(format!("{from}\0gone"));
        }
        let id = repository.hash_of(&changed.path);
        let id = id.unwrap_or_else(|| "gone".to_owned());
        parts.push(format!("{}\0{id}", changed.path));
    }
    parts.sort();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Stamp {
        base: base.commit.clone(),
        changes: format!("{:016x}", stable_hash(&parts)),
    }
}

fn is_document(path: &str, settings: &Settings) -> bool {
    let ends = |ending: &str| {
        let path = std::path::Path::new(path);
        path.extension()
            .is_some_and(|it| it.eq_ignore_ascii_case(ending))
    };
    let is_text = ends("md") || ends("rst");
    path.starts_with(".hotfix/") || (is_text && !settings.is_test(path))
}
