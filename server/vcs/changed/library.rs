//! libgit2, where git is not installed or refuses.

use std::collections::BTreeSet;
use std::path::Path;

use git2::Oid;

use super::Untracked;

/// The index's mark of a file that a sparse checkout leaves out.
const SKIP_WORKTREE: u16 = 1 << 14;

/// The paths that may differ from `base`.
pub(super) fn candidates(
    git: &git2::Repository,
    base: Oid,
    untracked: Untracked,
) -> Result<BTreeSet<String>, git2::Error> {
    let tree = git.find_commit(base)?.tree()?;
    let listed = untracked == Untracked::Listed;
    let mut options = git2::DiffOptions::new();
    options
        .include_untracked(listed)
        .recurse_untracked_dirs(listed)
        .include_typechange(true)
        .ignore_submodules(true)
        .skip_binary_check(true)
        .update_index(false);
    let diff = git.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?;
    let index = git.index()?;
    let left_out = |path: &str| {
        let entry = index.get_path(Path::new(path), 0);
        entry.is_some_and(|entry| entry.flags_extended & SKIP_WORKTREE != 0)
    };
    let paths = diff.deltas().filter_map(|delta| {
        let file = delta.new_file().path().or_else(|| delta.old_file().path());
        Some(file?.to_string_lossy().replace('\\', "/"))
    });
    Ok(paths
        .filter(|path| !path.ends_with('/') && !left_out(path))
        .collect())
}
