//! Reads all changed files, to see what the branch does to them together.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use super::repository::is_python;
use crate::compare::branch::{Branch, Sides};
use crate::compare::notes;
use crate::compare::shape::paths;
use crate::compare::survey::Survey;
use crate::config::{PathGlobs, Settings};
use crate::syntax::{Cancel, Source};
use crate::text::read_regular;
use crate::vcs::{Base, BaseCommit, ChangedFile, FileChange, LIMIT_BYTES, Repository, Scope, Try};

/// A branch that changes more files than this moves whole folders: what stands in them is then not
/// looked at, because each file is parsed twice.
const MOST_FILES: usize = 400;

/// At most so many files of release notes are read.
const MOST_NOTES: usize = 40;

/// At most so many bytes of both sides are parsed.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Users are looked for in at most so many files,
const MOST_SEARCHED: usize = 5000;

/// in at most so many bytes,
const MOST_SEARCHED_BYTES: usize = 64 * 1024 * 1024;

/// and no longer than this: the rest of the answer does not wait for it.
const LONGEST_SEARCH: Duration = Duration::from_secs(2);

/// What the branch does to its files as a whole. Reads git and the disk.
#[must_use]
pub fn survey(
    git: &Repository,
    scope: &Scope,
    changed: &[ChangedFile],
    settings: &Settings,
    cancel: &Cancel,
) -> Survey {
    let commits = match scope {
        Scope::Judged(base) => git.commits_ahead(base),
        Scope::Inactive(_) => 1,
    };
    let read = |file: &ChangedFile| texts(git, scope, file);
    let mut survey = read_all(changed, commits, settings, cancel, read);
    let branch = &mut survey.branch;
    if branch.seeks_users() {
        let paths = git.tracked_files().unwrap_or_default();
        find_users(branch, git.root(), &paths, cancel, |path| {
            on_disk(&git.root().join(path))
        });
    }
    branch.settle_users();
    if let Scope::Judged(base) = scope {
        branch.conflicts = conflicts(git, base);
    }
    survey
}

/// The files in which production's tip is in the way of merging the hotfix's commits, or of taking
/// them back afterwards; none where production stands where they left it. Where git cannot tell,
/// nothing is said: the rollback plan says why.
fn conflicts(git: &Repository, base: &BaseCommit) -> BTreeSet<String> {
    if base.tip == base.commit || base.head == base.commit {
        return BTreeSet::new();
    }
    let (start, last) = (base.commit.clone(), base.head.clone());
    let steps = [
        Try::Merge {
            base: start.clone(),
            commit: last.clone(),
        },
        Try::Unmerge {
            base: start,
            commit: last,
        },
    ];
    let rehearsal = git.rehearse(&base.tip, &steps).ok();
    let conflict = rehearsal.and_then(|one| one.conflict);
    conflict.map_or_else(BTreeSet::new, |(_, files)| files.into_iter().collect())
}

/// What the commit `base.head` does to its files as a whole, whatever is checked out; `read` gives
/// production's text of a file and the commit's, as far as they can be read.
#[must_use]
pub fn survey_of(
    git: &Repository,
    base: &BaseCommit,
    changed: &[ChangedFile],
    settings: &Settings,
    read: impl Fn(&ChangedFile) -> (Option<String>, Option<String>),
) -> Survey {
    let cancel = Cancel::default();
    let mut survey = read_all(changed, git.commits_ahead(base), settings, &cancel, read);
    let branch = &mut survey.branch;
    if branch.seeks_users() {
        let paths = git.head_files(base).unwrap_or_default();
        find_users(branch, git.root(), &paths, &cancel, |path| {
            git.head_bytes(base, path).ok().flatten()
        });
    }
    branch.settle_users();
    branch.conflicts = conflicts(git, base);
    survey
}

fn read_all(
    changed: &[ChangedFile],
    commits: u32,
    settings: &Settings,
    cancel: &Cancel,
    read: impl Fn(&ChangedFile) -> (Option<String>, Option<String>),
) -> Survey {
    let (excluded, tests) = (
        PathGlobs::new(&settings.exclude),
        PathGlobs::new(&settings.tests),
    );
    let meant = changed.iter().filter(|file| !excluded.matches(&file.path));
    let changed: Vec<&ChangedFile> = meant.collect();
    let python: Vec<&ChangedFile> = changed
        .iter()
        .copied()
        .filter(|file| is_python(Path::new(&file.path)))
        .collect();
    let too_many = MOST_FILES < python.len();
    let mut left = MOST_BYTES;
    let mut sides = Vec::new();
    for file in python {
        if cancel.is_cancelled() {
            break;
        }
        let (mut base, mut head) = (None, None);
        if !too_many {
            (base, head) = read(file);
        }
        if base.is_none() != head.is_none() && has_both(&file.change) {
            // One side cannot be read, so nothing is known of the difference.
            (base, head) = (None, None);
        }
        let size = [&base, &head].map(|one| one.as_ref().map_or(0, String::len));
        if let Some(rest) = left.checked_sub(size[0] + size[1]) {
            left = rest;
        } else {
            (base, head) = (None, None);
        }
        // A side that was not read counts as empty: only whether it is there is known then.
        let side = |is_there: bool, text: Option<String>| {
            is_there.then(|| Source::parse(text.unwrap_or_default()))
        };
        sides.push(Sides {
            path: file.path.clone(),
            from: match &file.change {
                FileChange::Renamed { from } => Some(from.clone()),
                _ => None,
            },
            base: side(file.change != FileChange::Added, base),
            head: side(file.change != FileChange::Deleted, head),
        });
    }
    let mut paths = paths::count(&changed, |path| tests.matches(path));
    let noted = changed.iter().filter(|file| notes::reads(&file.path));
    for file in noted.take(MOST_NOTES) {
        if let (base, Some(head)) = read(file) {
            let is_new = file.change == FileChange::Added;
            if base.is_some() || is_new {
                let entries = notes::entries(&file.path, base.as_deref(), &head);
                notes::count(&entries, &mut paths);
            }
        }
    }
    Survey::of(&sides, &paths, commits, settings)
}

fn has_both(change: &FileChange) -> bool {
    !matches!(change, FileChange::Added | FileChange::Deleted)
}

/// Looks through the repository's Python files for users of what changes for them, until the time
/// is over.
fn find_users(
    branch: &mut Branch,
    root: &Path,
    paths: &[String],
    cancel: &Cancel,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) {
    branch.keep_submodules(paths);
    let end = Instant::now() + LONGEST_SEARCH;
    let mut left = MOST_SEARCHED_BYTES;
    let python = paths.iter().filter(|path| is_python(Path::new(path)));
    for path in python.take(MOST_SEARCHED) {
        if cancel.is_cancelled() || end < Instant::now() {
            return;
        }
        let Some(bytes) = read(path) else {
            continue;
        };
        let Some(rest) = left.checked_sub(bytes.len()) else {
            return;
        };
        left = rest;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            branch.read_user(path, &root.join(path), text);
        }
    }
}

/// The bytes of a file of the work tree; none of a link.
fn on_disk(file: &Path) -> Option<Vec<u8>> {
    let is_file = file.symlink_metadata().is_ok_and(|about| about.is_file());
    is_file
        .then(|| read_regular(file, LIMIT_BYTES).ok())
        .flatten()
}

/// Production's text and the hotfix's, as far as they can be read.
fn texts(git: &Repository, scope: &Scope, file: &ChangedFile) -> (Option<String>, Option<String>) {
    let path = git.root().join(&file.path);
    let base = match git.base_for(scope, &path) {
        Base::Production(production) => Some(production.text.to_string()),
        _ => None,
    };
    let head = on_disk(&path).and_then(|bytes| String::from_utf8(bytes).ok());
    (base, head)
}
