//! Commits as a person names them, and walks over history.

use git2::{Oid, Sort};
use serde::Serialize;

use super::error::BaseError;
use super::repository::Repository;

/// How many commits one question about history looks at. A hotfix that left production longer ago
/// than this is no hotfix any more.
pub(super) const MOST_COMMITS: usize = 10_000;

/// A commit as a person names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitInfo {
    /// The full object id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// The author's address.
    pub email: String,
    /// When it was committed, in seconds since 1970 UTC.
    pub seconds: i64,
}

impl CommitInfo {
    /// What `commit` says of itself.
    pub(super) fn of(commit: &git2::Commit<'_>) -> Self {
        let author = commit.author();
        // A message must not give orders to the terminal that shows it.
        let shown = |c: char| if c.is_control() { ' ' } else { c };
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            text.trim().chars().map(shown).collect::<String>()
        };
        let subject = commit.summary_bytes().map(text).unwrap_or_default();
        Self {
            id: commit.id().to_string(),
            subject,
            author: text(author.name_bytes()),
            email: text(author.email_bytes()),
            seconds: commit.time().seconds(),
        }
    }

    /// The first ten digits of the id.
    #[must_use]
    pub fn short(&self) -> &str {
        super::scope::abbreviated(&self.id)
    }
}

/// What kind of thing a ref is, for the commands that are to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefKind {
    /// A branch of a remote.
    Remote {
        /// The remote.
        remote: String,
        /// The branch's name there.
        branch: String,
    },
    /// A local branch.
    Branch(String),
    /// A tag.
    Tag(String),
    /// A plain commit.
    Commit(String),
}

/// How a file differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeChange {
    /// The path in the newer commit; of a deleted file the path it had.
    pub path: String,
    /// Whether the older commit lacks it.
    pub added: bool,
    /// Whether the newer commit lacks it.
    pub deleted: bool,
}

impl Repository {
    /// What `name` is; a name that is no ref counts as a commit.
    ///
    /// # Errors
    /// [`BaseError::Git`] when git cannot be read.
    pub fn kind_of(&self, name: &str) -> Result<RefKind, BaseError> {
        self.with(|git| Ok(kind_of(git, name)))
    }

    /// The files in which two commits differ, sorted by path; renames are not looked for.
    ///
    /// # Errors
    /// [`BaseError::Git`] when a commit cannot be read.
    pub fn tree_changes(&self, old: &str, new: &str) -> Result<Vec<TreeChange>, BaseError> {
        self.with(|git| {
            let tree = |id: &str| git.find_commit(id.parse()?)?.tree();
            let diff = git.diff_tree_to_tree(Some(&tree(old)?), Some(&tree(new)?), None)?;
            let changes = diff.deltas().filter_map(|delta| {
                let path = delta.new_file().path().or_else(|| delta.old_file().path());
                Some(TreeChange {
                    path: path?.to_str()?.to_owned(),
                    added: delta.status() == git2::Delta::Added,
                    deleted: delta.status() == git2::Delta::Deleted,
                })
            });
            Ok(changes.collect())
        })
    }

    /// The object id that git would give to the content of a file of the work tree; none when there
    /// is no such file.
    #[must_use]
    pub fn hash_of(&self, path: &str) -> Option<String> {
        let file = self.root().join(path);
        let about = file.symlink_metadata().ok()?;
        let id = if about.is_symlink() {
            let target = std::fs::read_link(&file).ok()?;
            let bytes = target.as_os_str().as_encoded_bytes();
            git2::Oid::hash_object(git2::ObjectType::Blob, bytes)
        } else if about.is_file() {
            git2::Oid::hash_file(git2::ObjectType::Blob, &file)
        } else {
            return None;
        };
        Some(id.ok()?.to_string())
    }

    /// The comparable text of a file at a commit; none when it is not there or no text.
    #[must_use]
    pub fn text_at(&self, commit: &str, path: &str) -> Option<std::sync::Arc<str>> {
        let text = self.with(|git| {
            let entry = super::lookup::entry(git, commit.parse()?, path)?;
            Ok(match entry {
                super::lookup::Entry::File { id, .. } => self.text(git, id).ok(),
                _ => None,
            })
        });
        text.ok().flatten()
    }

    /// How many tracked files differ from HEAD, in the index or in the work tree.
    ///
    /// # Errors
    /// [`BaseError::Git`] when git cannot be read.
    pub fn uncommitted(&self) -> Result<usize, BaseError> {
        self.with(|git| {
            let mut options = git2::StatusOptions::new();
            options
                .include_untracked(false)
                .exclude_submodules(true)
                .update_index(false);
            Ok(git.statuses(Some(&mut options))?.len())
        })
    }

    /// The branches that `name` means, sorted: itself, or with `*` all that match. A short name means
    /// the team's branch, so a remote's is preferred to a local one, which may be stale.
    ///
    /// # Errors
    /// [`BaseError::UnknownReference`] when nothing matches, [`BaseError::Git`].
    pub fn branches(&self, name: &str) -> Result<Vec<String>, BaseError> {
        self.with(|git| {
            if !name.contains('*') {
                return Ok(vec![super::production::team_branch(git, name)?.name]);
            }
            let mut found = Vec::new();
            for pattern in [
                format!("refs/remotes/*/{name}"),
                format!("refs/remotes/{name}"),
            ] {
                found.extend(matching(git, &pattern, "refs/remotes/")?);
            }
            if found.is_empty() {
                found = matching(git, &format!("refs/heads/{name}"), "refs/heads/")?;
            }
            if found.is_empty() {
                let name = name.to_owned();
                return Err(BaseError::UnknownReference { name });
            }
            found.sort();
            found.dedup();
            Ok(found)
        })
    }

    /// The commit that a branch, tag or commit names, looked for on remotes as well.
    ///
    /// # Errors
    /// [`BaseError::UnknownReference`], [`BaseError::NotACommit`], [`BaseError::Git`].
    pub fn commit_of(&self, name: &str) -> Result<CommitInfo, BaseError> {
        self.with(|git| {
            let chosen = super::production::asked(git, name)?;
            Ok(CommitInfo::of(&git.find_commit(chosen.commit)?))
        })
    }
}

/// The short names of the branches whose full names match a glob.
fn matching(
    git: &git2::Repository,
    pattern: &str,
    prefix: &str,
) -> Result<Vec<String>, git2::Error> {
    let mut found = Vec::new();
    for reference in git.references_glob(pattern)?.flatten() {
        let name = reference.name().ok().and_then(|it| it.strip_prefix(prefix));
        found.extend(name.filter(|it| !it.ends_with("/HEAD")).map(str::to_owned));
    }
    Ok(found)
}

pub(super) fn kind_of(git: &git2::Repository, name: &str) -> RefKind {
    if git.find_reference(&format!("refs/heads/{name}")).is_ok() {
        return RefKind::Branch(name.to_owned());
    }
    if git.find_reference(&format!("refs/remotes/{name}")).is_ok() {
        let remotes = git.remotes().ok();
        let names = remotes.iter().flat_map(|names| names.iter());
        // A remote's name may hold a `/` itself, so the longest one that fits counts.
        let remote = names
            .filter_map(|remote| remote.ok().flatten())
            .filter(|remote| {
                name.strip_prefix(remote)
                    .is_some_and(|it| it.starts_with('/'))
            })
            .max_by_key(|remote| remote.len());
        if let Some(remote) = remote {
            return RefKind::Remote {
                remote: remote.to_owned(),
                branch: name[remote.len() + 1..].to_owned(),
            };
        }
    }
    if git.find_reference(&format!("refs/tags/{name}")).is_ok() {
        return RefKind::Tag(name.to_owned());
    }
    RefKind::Commit(name.to_owned())
}

/// The commits that lead to `from` and not to any of `hidden`, newest first, children before their
/// parents; at most [`MOST_COMMITS`]. The border of a shallow clone ends the walk.
pub(super) fn between(
    git: &git2::Repository,
    from: Oid,
    hidden: &[Oid],
) -> Result<Vec<Oid>, git2::Error> {
    let mut walk = git.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
    walk.push(from)?;
    for id in hidden {
        walk.hide(*id)?;
    }
    Ok(walk.map_while(Result::ok).take(MOST_COMMITS).collect())
}
