//! Production with the hotfix's tests, and the hotfix, as two copies in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::{ProofError, Task};
use crate::config::Settings;
use crate::syntax::Cancel;
use crate::vcs::{ChangedFile, FileChange, Repository};

/// Folders that git ignores and that no test needs, or that a copy would break.
const LEFT_OUT: [&str; 14] = [
    ".git",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".tox",
    ".nox",
    ".cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".idea",
    ".vscode",
    "htmlcov",
];

/// How much of what git ignores is copied: compiled extensions and settings, but no data sets.
const IGNORED_BYTES: u64 = 256 * 1024 * 1024;
const IGNORED_FILES: usize = 10_000;

/// Which copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Production's commit, with the tests as the hotfix has them.
    Production,
    /// The work tree, saved or not committed.
    Head,
}

impl Side {
    /// The folder's name.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Head => "hotfix",
        }
    }
}

/// Makes one copy below `folder` and gives its path.
pub(super) fn copy(
    task: Task<'_>,
    changes: &[ChangedFile],
    side: Side,
    folder: &Path,
) -> Result<PathBuf, ProofError> {
    let Task {
        repository,
        base,
        settings,
        cancel,
        ..
    } = task;
    let to = folder.join(side.folder());
    super::keeper::remove(&to);
    fs::create_dir_all(&to)?;
    let go_on = || !cancel.is_cancelled();
    repository.copy_commit(&base.commit, &to, &go_on)?;
    let applied: Vec<&ChangedFile> = changes
        .iter()
        .filter(|changed| side == Side::Head || is_of_tests(changed, settings))
        .collect();
    repository.copy_changes(&applied, &to)?;
    copy_ignored(repository, &to, cancel)?;
    Ok(to)
}

fn is_of_tests(changed: &ChangedFile, settings: &Settings) -> bool {
    let from = match &changed.change {
        FileChange::Renamed { from } => settings.is_test(from),
        _ => false,
    };
    from || settings.is_test(&changed.path)
}

/// What was built in place (compiled extensions, a generated version file) and local settings:
/// without them the tests would run nowhere but in the user's own folder.
fn copy_ignored(repository: &Repository, to: &Path, cancel: &Cancel) -> Result<(), ProofError> {
    let mut left = (IGNORED_FILES, IGNORED_BYTES);
    for path in repository.ignored()? {
        copy_all(
            repository,
            path.trim_end_matches('/'),
            to,
            &mut left,
            cancel,
        )?;
    }
    Ok(())
}

fn copy_all(
    repository: &Repository,
    path: &str,
    to: &Path,
    left: &mut (usize, u64),
    cancel: &Cancel,
) -> Result<(), ProofError> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let here = repository.root().join(path);
    let Ok(about) = here.symlink_metadata() else {
        return Ok(());
    };
    if LEFT_OUT.contains(&name) || here.join("pyvenv.cfg").exists() {
        return Ok(());
    }
    if about.is_dir() {
        let mut names: Vec<_> = fs::read_dir(&here)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        for name in names {
            copy_all(repository, &format!("{path}/{name}"), to, left, cancel)?;
        }
        return Ok(());
    }
    if cancel.is_cancelled() {
        return Err(ProofError::Cancelled);
    }
    let (files, bytes) = *left;
    if about.is_file() && 0 < files && about.len() <= bytes {
        *left = (files - 1, bytes - about.len());
        repository.copy_file(path, to)?;
    }
    Ok(())
}
