//! What a commit changes, told by its patch id: the same for a cherry-pick, a rebase and a squash.

use git2::{DiffOptions, MergeOptions, Oid};

/// The change between two trees.
pub(super) struct Whole {
    /// The patch id.
    pub id: Oid,
    /// The paths that it changes.
    pub paths: Vec<String>,
}

/// The change from one commit's tree to another's.
pub(super) fn of_trees(git: &git2::Repository, old: Oid, new: Oid) -> Result<Whole, git2::Error> {
    let old = git.find_commit(old)?.tree()?;
    let new = git.find_commit(new)?.tree()?;
    let diff = git.diff_tree_to_tree(Some(&old), Some(&new), None)?;
    let mut paths = Vec::new();
    for delta in diff.deltas() {
        for file in [delta.old_file(), delta.new_file()] {
            paths.extend(
                file.path()
                    .and_then(|path| path.to_str())
                    .map(str::to_owned),
            );
        }
    }
    paths.sort();
    paths.dedup();
    Ok(Whole {
        id: diff.patchid(None)?,
        paths,
    })
}

/// The patch id of a commit against its first parent; none when it changes nothing, or nothing in
/// `paths`: asking for a few paths is much faster than a patch id.
pub(super) fn of_commit(
    git: &git2::Repository,
    commit: &git2::Commit<'_>,
    paths: Option<&[String]>,
) -> Result<Option<Oid>, git2::Error> {
    let new = commit.tree()?;
    let old = match commit.parent(0) {
        Ok(parent) => Some(parent.tree()?),
        Err(_) => None,
    };
    if let Some(paths) = paths {
        let mut options = DiffOptions::new();
        options.disable_pathspec_match(true).skip_binary_check(true);
        for path in paths {
            options.pathspec(path.as_str());
        }
        let diff = git.diff_tree_to_tree(old.as_ref(), Some(&new), Some(&mut options))?;
        if diff.deltas().len() == 0 {
            return Ok(None);
        }
    }
    let diff = git.diff_tree_to_tree(old.as_ref(), Some(&new), None)?;
    if diff.deltas().len() == 0 {
        return Ok(None);
    }
    diff.patchid(None).map(Some)
}

/// Whether `tip` would stay as it is when the change from `start` to `head` were merged into it.
pub(super) fn changes_nothing(
    git: &git2::Repository,
    start: Oid,
    tip: Oid,
    head: Oid,
) -> Result<bool, git2::Error> {
    let tree = |id| git.find_commit(id)?.tree();
    let ours = tree(tip)?;
    let index = git.merge_trees(
        &tree(start)?,
        &ours,
        &tree(head)?,
        Some(&MergeOptions::new()),
    )?;
    if index.has_conflicts() {
        return Ok(false);
    }
    let diff = git.diff_tree_to_index(Some(&ours), Some(&index), None)?;
    Ok(diff.deltas().len() == 0)
}
