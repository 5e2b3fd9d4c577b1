//! A commit judged without checking it out: its tree stands for the work tree.
//!
//! Nothing here reads the work tree or the index, so it works beside whatever is checked out, and
//! in a clone without a checkout.

use git2::{Delta, ObjectType, Oid, TreeWalkMode, TreeWalkResult};

use super::base::Base;
use super::changed::{ChangedFile, FileChange, Gone};
use super::error::BaseError;
use super::head::{HeadState, UnderWay};
use super::lookup::{self, Entry};
use super::production;
use super::repository::Repository;
use super::scope::BaseCommit;
use crate::config::Settings;

impl Repository {
    /// What `revision` (anything that names a commit) is compared with: the merge base of it and
    /// production, which is found as in [`Repository::scope`].
    ///
    /// # Errors
    /// [`BaseError`] when one of the commits or their merge base cannot be known.
    pub fn scope_of(
        &self,
        settings: &Settings,
        reference: Option<&str>,
        revision: &str,
    ) -> Result<BaseCommit, BaseError> {
        self.reopen();
        self.with(|git| {
            let head = production::asked(git, revision)?.commit;
            let state = HeadState {
                branch: None,
                commit: Some(head.to_string()),
                state: UnderWay::Nothing,
            };
            let chosen = super::scope::choose(git, settings, reference, &state, head)?;
            self.base_commit(git, state, head, chosen)
        })
    }

    /// The files in which the commit `base.head` differs from `base`, sorted by path. Submodules
    /// are left out.
    ///
    /// # Errors
    /// [`BaseError`] when git cannot read one of the trees.
    pub fn changed_in_head(&self, base: &BaseCommit) -> Result<Vec<ChangedFile>, BaseError> {
        self.with(|git| {
            let head = git.find_commit(base.head.parse()?)?;
            let old = git.find_commit(base.id)?.tree()?;
            let mut options = git2::DiffOptions::new();
            options
                .include_typechange(true)
                .ignore_submodules(true)
                .skip_binary_check(true);
            let diff =
                git.diff_tree_to_tree(Some(&old), Some(&head.tree()?), Some(&mut options))?;
            let mut changes = Vec::new();
            let mut gone = Vec::new();
            for delta in diff.deltas() {
                let file = delta.new_file().path().or_else(|| delta.old_file().path());
                let Some(path) = file.and_then(|path| path.to_str()) else {
                    continue;
                };
                let path = path.replace('\\', "/");
                let change = match delta.status() {
                    Delta::Added => FileChange::Added,
                    Delta::Deleted => {
                        let blob = delta.old_file().id();
                        gone.push(Gone {
                            path: path.clone(),
                            blob,
                        });
                        FileChange::Deleted
                    }
                    Delta::Typechange => FileChange::TypeChange,
                    _ => FileChange::Modified,
                };
                changes.push(ChangedFile { path, change });
            }
            self.pair_renames_by(git, &gone, &mut changes, |path| {
                let id = blob_of(git, head.id(), path)?;
                Some(git.find_blob(id).ok()?.content().to_vec())
            });
            changes.sort_by(|one, other| one.path.cmp(&other.path));
            Ok(changes)
        })
    }

    /// The production version of a file that [`Repository::changed_in_head`] listed.
    #[must_use]
    pub fn base_of_change(&self, base: &BaseCommit, changed: &ChangedFile) -> Base {
        let path = match &changed.change {
            FileChange::Added => return Base::Added,
            FileChange::Renamed { from } => from,
            _ => &changed.path,
        };
        self.with(|git| Ok(self.look_up(git, base, path)))
            .unwrap_or_else(|error| Base::NotComparable(lookup::unreadable(&error)))
    }

    /// The paths of all files of the commit `base.head`, relative to the root, with `/`.
    ///
    /// # Errors
    /// [`BaseError`] when git cannot read its tree.
    pub fn head_files(&self, base: &BaseCommit) -> Result<Vec<String>, BaseError> {
        self.with(|git| {
            let tree = git.find_commit(base.head.parse()?)?.tree()?;
            let mut paths = Vec::new();
            tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
                if let (Some(ObjectType::Blob), Ok(name)) = (entry.kind(), entry.name()) {
                    paths.push(format!("{folder}{name}"));
                }
                TreeWalkResult::Ok
            })?;
            Ok(paths)
        })
    }

    /// The bytes that the commit `base.head` has at `path`; none where it has no file there.
    ///
    /// # Errors
    /// [`BaseError`] when git cannot read them.
    pub fn head_bytes(&self, base: &BaseCommit, path: &str) -> Result<Option<Vec<u8>>, BaseError> {
        self.with(|git| {
            let Some(id) = blob_of(git, base.head.parse()?, path) else {
                return Ok(None);
            };
            Ok(Some(git.find_blob(id)?.content().to_vec()))
        })
    }
}

fn blob_of(git: &git2::Repository, commit: Oid, path: &str) -> Option<Oid> {
    match lookup::entry(git, commit, path) {
        Ok(Entry::File { id, .. }) => Some(id),
        _ => None,
    }
}
