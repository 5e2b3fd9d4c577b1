//! Merges, reverts and cherry-picks tried out on trees, without work tree, index or refs.
//!
//! libgit2 writes what a merge makes into the object database; here that is kept in memory, so that
//! not even an unreachable object is left behind.

use git2::{MergeOptions, Oid, Tree};

use super::error::BaseError;
use super::repository::Repository;

/// The memory must come before every other place that objects are written to.
const BEFORE_ALL_OTHERS: i32 = 1000;

/// One step of a rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Try {
    /// Merges a commit; `base` is where it left.
    Merge {
        /// The full id of the merge base.
        base: String,
        /// The full id of the commit.
        commit: String,
    },
    /// Takes back all that a branch did since it left.
    Unmerge {
        /// The full id of the merge base.
        base: String,
        /// The full id of the branch's last commit.
        commit: String,
    },
    /// Takes a commit back; of a merge, what it brought to its first parent.
    Revert(String),
    /// Applies a commit.
    Pick(String),
}

/// What a rehearsal showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// The step that ran into a conflict, counted from 0, and the files, sorted.
    pub conflict: Option<(usize, Vec<String>)>,
    /// The full id of the tree at the end, or before the conflict.
    pub tree: String,
}

impl Repository {
    /// Tries `steps` on the tree of the commit `onto`, one after the other up to a conflict.
    ///
    /// # Errors
    /// [`BaseError`] when a commit cannot be read.
    pub fn rehearse(&self, onto: &str, steps: &[Try]) -> Result<Rehearsal, BaseError> {
        let git = self.fresh()?;
        let odb = git.odb()?;
        let _memory = odb.add_new_mempack_backend(BEFORE_ALL_OTHERS)?;
        let mut tree = git.find_commit(onto.parse()?)?.tree()?;
        for (number, step) in steps.iter().enumerate() {
            let (base, theirs) = sides(&git, step)?;
            let options = MergeOptions::new();
            let mut index = git.merge_trees(&base, &tree, &theirs, Some(&options))?;
            if index.has_conflicts() {
                let files = conflicts(&index)?;
                return Ok(Rehearsal {
                    conflict: Some((number, files)),
                    tree: tree.id().to_string(),
                });
            }
            tree = git.find_tree(index.write_tree_to(&git)?)?;
        }
        Ok(Rehearsal {
            conflict: None,
            tree: tree.id().to_string(),
        })
    }

    /// The full id of a commit's tree.
    ///
    /// # Errors
    /// [`BaseError`] when the commit cannot be read.
    pub fn tree_of(&self, commit: &str) -> Result<String, BaseError> {
        self.with(|git| {
            let id: Oid = commit.parse()?;
            Ok(git.find_commit(id)?.tree_id().to_string())
        })
    }

    /// The full id of the first parent of a commit; none when it has no parent.
    ///
    /// # Errors
    /// [`BaseError`] when the commit cannot be read.
    pub fn parent_of(&self, commit: &str) -> Result<Option<String>, BaseError> {
        self.with(|git| {
            let id: Oid = commit.parse()?;
            let parent = git.find_commit(id)?.parent_id(0);
            Ok(parent.ok().map(|id| id.to_string()))
        })
    }
}

/// The tree that a step starts from, and the one that it leads to.
fn sides<'r>(git: &'r git2::Repository, step: &Try) -> Result<(Tree<'r>, Tree<'r>), git2::Error> {
    let tree = |id: &str| git.find_commit(id.parse()?)?.tree();
    let parent = |id: &str| -> Result<Tree<'r>, git2::Error> {
        match git.find_commit(id.parse()?)?.parent(0) {
            Ok(parent) => parent.tree(),
            // The first commit of all began with nothing.
            Err(_) => git.find_tree(git.treebuilder(None)?.write()?),
        }
    };
    Ok(match step {
        Try::Merge { base, commit } => (tree(base)?, tree(commit)?),
        Try::Unmerge { base, commit } => (tree(commit)?, tree(base)?),
        Try::Revert(commit) => (tree(commit)?, parent(commit)?),
        Try::Pick(commit) => (parent(commit)?, tree(commit)?),
    })
}

fn conflicts(index: &git2::Index) -> Result<Vec<String>, git2::Error> {
    let mut files = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let side = conflict.our.or(conflict.their).or(conflict.ancestor);
        files.extend(side.map(|side| String::from_utf8_lossy(&side.path).into_owned()));
    }
    files.sort();
    files.dedup();
    Ok(files)
}
