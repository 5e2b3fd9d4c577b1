//! One file's production version.

use std::path::Path;
use std::sync::Arc;

use git2::{ErrorCode, ObjectType, Oid};

use super::base::{Base, Inactive, NotComparable, Production};
use super::blob;
use super::error::BaseError;
use super::repository::{Repository, Text};
use super::scope::{BaseCommit, Scope};

/// What a commit's tree holds at a path, with the path as the tree spells it.
pub(super) enum Entry {
    Absent,
    File { id: Oid, path: String },
    Link { id: Oid },
    Folder { path: String },
    Submodule { path: String },
}

/// The file mode of a symbolic link in a tree.
const MODE_LINK: i32 = 0o120_000;

impl Repository {
    /// What `file` is compared with. The file need not exist on disk yet. Reads git and disk.
    #[must_use]
    pub fn base_for(&self, scope: &Scope, file: &Path) -> Base {
        let base = match scope {
            Scope::Judged(base) => base,
            Scope::Inactive(reason) => return Base::Inactive(reason.clone()),
        };
        let path = match self.relative(file) {
            Ok(path) => path,
            Err(reason) => return Base::NotComparable(reason),
        };
        let on_disk = self.root().join(&path);
        if on_disk.symlink_metadata().is_ok_and(|it| it.is_symlink()) {
            return Base::NotComparable(NotComparable::Symlink);
        }
        self.with(|git| Ok(self.look_up(git, base, &path)))
            .unwrap_or_else(|error| Base::NotComparable(unreadable(&error)))
    }

    pub(super) fn look_up(&self, git: &git2::Repository, base: &BaseCommit, path: &str) -> Base {
        match entry(git, base.id, path) {
            Ok(Entry::File { id, path }) => self.production(git, base, id, path),
            Ok(Entry::Link { .. }) => Base::NotComparable(NotComparable::Symlink),
            Ok(Entry::Folder { path }) => Base::NotComparable(NotComparable::Folder { path }),
            Ok(Entry::Submodule { path }) => Base::NotComparable(NotComparable::Submodule { path }),
            Ok(Entry::Absent) => self.absent(git, base, path),
            Err(error) if is_unfetched(git, &error) => {
                Base::NotComparable(NotComparable::MissingFolder {
                    commit: base.commit.clone(),
                })
            }
            Err(error) => Base::NotComparable(unreadable(&error.into())),
        }
    }

    /// A path that production does not have: ignored by git, renamed, or new.
    fn absent(&self, git: &git2::Repository, base: &BaseCommit, path: &str) -> Base {
        if is_ignored(git, path) {
            return Base::Inactive(Inactive::Ignored {
                path: path.to_owned(),
            });
        }
        match self.renamed_from(git, base, path) {
            Some(old) => self.production(git, base, old.blob, old.path),
            None => Base::Added,
        }
    }

    /// The production version that `blob` holds.
    pub(super) fn production(
        &self,
        git: &git2::Repository,
        base: &BaseCommit,
        blob: Oid,
        path: String,
    ) -> Base {
        match self.text(git, blob) {
            Ok(text) => Base::Production(Arc::new(Production {
                commit: base.commit.clone(),
                reference: base.reference.clone(),
                blob: blob.to_string(),
                path,
                text,
            })),
            Err(reason) => Base::NotComparable(reason),
        }
    }

    /// A blob's comparable text, kept by its id.
    pub(super) fn text(&self, git: &git2::Repository, id: Oid) -> Text {
        if let Some(known) = self.texts.get(&id) {
            return known;
        }
        let text: Text = match git.find_blob(id) {
            Ok(blob) => blob::comparable(blob.content()).map(Arc::from),
            // Not kept: the blob may be fetched at any moment.
            Err(error) if error.code() == ErrorCode::NotFound => {
                return Err(missing(git, id, &error));
            }
            Err(error) => return Err(unreadable(&error.into())),
        };
        let weight = text.as_ref().map_or(64, |text| text.len() + 64);
        self.texts.put(id, text.clone(), weight);
        text
    }
}

fn missing(git: &git2::Repository, id: Oid, error: &git2::Error) -> NotComparable {
    if is_unfetched(git, error) {
        NotComparable::MissingBlob {
            blob: id.to_string(),
        }
    } else {
        NotComparable::Git {
            message: error.message().to_owned(),
        }
    }
}

/// Whether the error means an object that a remote promises and that was not fetched yet.
pub(super) fn is_unfetched(git: &git2::Repository, error: &git2::Error) -> bool {
    error.code() == ErrorCode::NotFound && is_partial(git)
}

/// Whether objects may be missing because a remote promises them.
fn is_partial(git: &git2::Repository) -> bool {
    let Ok(config) = git.config() else {
        return false;
    };
    if config.get_entry("extensions.partialclone").is_ok() {
        return true;
    }
    let mut promised = false;
    if let Ok(entries) = config.entries(Some(r"^remote\..*\.promisor$")) {
        let read = entries.for_each(|entry| promised |= entry.value().is_ok_and(|it| it == "true"));
        return read.is_ok() && promised;
    }
    promised
}

pub(super) fn unreadable(error: &BaseError) -> NotComparable {
    NotComparable::Git {
        message: match error {
            BaseError::Git { message } => message.clone(),
            other => other.to_string(),
        },
    }
}

/// Walks down from the commit's tree. On a case-insensitive disk an editor may spell a name
/// otherwise than git does, so there a unique match that differs in case counts as well.
pub(super) fn entry(git: &git2::Repository, commit: Oid, path: &str) -> Result<Entry, git2::Error> {
    let ignore_case = git
        .config()
        .and_then(|config| config.get_bool("core.ignorecase"))
        .unwrap_or(false);
    let mut tree = git.find_commit(commit)?.tree()?;
    let mut found = Vec::new();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let Some((name, id, kind, mode)) = child(&tree, part, ignore_case) else {
            return Ok(Entry::Absent);
        };
        found.push(name);
        let path = || found.join("/");
        let last = parts.peek().is_none();
        match kind {
            Some(ObjectType::Commit) => return Ok(Entry::Submodule { path: path() }),
            Some(ObjectType::Tree) if last => return Ok(Entry::Folder { path: path() }),
            Some(ObjectType::Tree) => tree = git.find_tree(id)?,
            Some(ObjectType::Blob) if last && mode == MODE_LINK => return Ok(Entry::Link { id }),
            Some(ObjectType::Blob) if last => return Ok(Entry::File { id, path: path() }),
            // Production has a file where head has a folder.
            _ => return Ok(Entry::Absent),
        }
    }
    Ok(Entry::Absent)
}

type Child = (String, Oid, Option<ObjectType>, i32);

fn child(tree: &git2::Tree<'_>, name: &str, ignore_case: bool) -> Option<Child> {
    let describe = |entry: &git2::TreeEntry<'_>| -> Option<Child> {
        let name = entry.name().ok()?.to_owned();
        Some((name, entry.id(), entry.kind(), entry.filemode_raw()))
    };
    if let Some(entry) = tree.get_name(name) {
        return describe(&entry);
    }
    if !ignore_case {
        return None;
    }
    let wanted = name.to_lowercase();
    let mut matches = tree
        .iter()
        .filter(|entry| entry.name().is_ok_and(|it| it.to_lowercase() == wanted));
    let only = matches.next()?;
    matches.next().is_none().then(|| describe(&only))?
}

/// Whether git ignores the path and does not track it all the same.
fn is_ignored(git: &git2::Repository, path: &str) -> bool {
    let tracked = git
        .index()
        .is_ok_and(|index| index.get_path(Path::new(path), 0).is_some());
    !tracked && git.is_path_ignored(Path::new(path)).unwrap_or(false)
}
