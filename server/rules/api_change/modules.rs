//! Modules that are gone or have another name, and who imports them.

use super::related;
use crate::compare::branch::{MOST_USERS, User};
use crate::compare::callers::Way;
use crate::rules::knowledge::public::{is_exposed, is_importable, module_name};
use crate::rules::{Confidence, Draft, FileChange, LoneFile, Reporter};

/// A module that is gone, with those who import it.
pub(super) fn deleted(deleted: &LoneFile<'_>, reporter: &mut Reporter) {
    let path = deleted.path;
    let package = path.strip_suffix(".py").unwrap_or(path);
    let folder = path.strip_suffix("/__init__.py").unwrap_or(path);
    let stays = [format!("{package}/__init__.py"), format!("{folder}.py")];
    let has_names =
        1 < deleted.file.outline.definitions.len() || !deleted.file.outline.assigned.is_empty();
    if deleted.file.is_test
        || !is_importable(path)
        || !has_names
        || stays.iter().any(|one| deleted.branch.is_added(one))
    {
        return;
    }
    let name = module_name(path);
    let message = match deleted.branch.heir(path) {
        Some(heir) => {
            format!("{name} is gone, its names are in {heir}: whoever imports it fails")
        }
        None => format!("{name} is gone: whoever imports it fails"),
    };
    let outline = deleted.file.outline;
    let definitions = outline.definitions.iter().map(|one| &one.qualname);
    let names = definitions.chain(outline.assigned.iter().map(|(name, _)| name));
    let users = names.flat_map(|name| deleted.branch.users(path, name));
    let named: Vec<User> = users.take(MOST_USERS).cloned().collect();
    let importers = deleted.branch.users_by(Way::Module, path, "");
    let users = if importers.is_empty() {
        &named
    } else {
        importers
    };
    reporter.report(Draft {
        detail: name,
        covers: &["architecture-change"],
        related: related(users).collect(),
        ..Draft::over(0..0, Confidence::Certain, message)
    });
}

/// A module that has another name, with those who still import it by the old one.
pub(super) fn moved(change: &FileChange<'_>, reporter: &mut Reporter) {
    let (old, new) = (module_name(change.base_path), module_name(change.path));
    let users = change.branch.users_by(Way::Module, change.base_path, "");
    let importable = is_importable(change.base_path) && is_exposed(change);
    let package = change
        .base_path
        .strip_suffix(".py")
        .unwrap_or(change.base_path);
    let stays = [
        format!("{package}/__init__.py"),
        change.base_path.to_owned(),
    ];
    let has_names =
        1 < change.base.outline.definitions.len() || !change.base.outline.assigned.is_empty();
    if old == new
        || !(importable && has_names || !users.is_empty())
        || stays.iter().any(|one| change.branch.is_added(one))
    {
        return;
    }
    let (lines, text) = (change.head.source.lines(), change.head.source.text());
    let who = match users.first() {
        Some(user) => format!("{} imports the old name and fails", user.path),
        None => "whoever imports the old name fails".to_owned(),
    };
    let message = format!("{old} is {new} now: {who}");
    reporter.report(Draft {
        anchor: 0..0,
        detail: old,
        covers: &["architecture-change"],
        related: related(users).collect(),
        ..Draft::over(lines.content(0, text), Confidence::Certain, message)
    });
}
