//! The versions of a file: the commits that changed it, and how they follow each other.
//!
//! As in `git log -- FILE`, a merge that has the file as one parent has it changes nothing, and only
//! that parent is followed.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use git2::{Commit, ObjectType, Oid, Repository as Git};

use crate::vcs::commits::MOST_COMMITS;
use crate::vcs::error::BaseError;

/// How many of the files that a commit deletes are looked at for the old name of one that it adds.
const MOST_DELETED: usize = 200;

/// The versions of a file, the newest first.
#[derive(Debug, Default)]
pub(super) struct Versions {
    pub all: Vec<Version>,
    /// Whether the history is all there and was walked to its end.
    pub is_whole: bool,
}

/// A commit that changed the file, or brought it.
#[derive(Debug)]
pub(super) struct Version {
    pub commit: Oid,
    pub blob: Oid,
    pub name: String,
    pub email: String,
    /// Seconds since 1970.
    pub seconds: i64,
    /// The versions before it: two or more of a merge that has a text of its own.
    pub parents: Vec<usize>,
    /// What came before is not in this clone, or was not looked at.
    pub is_cut: bool,
}

/// The commits whose parents a shallow clone lacks.
pub(super) fn border(common_dir: &Path) -> HashSet<Oid> {
    let text = std::fs::read_to_string(common_dir.join("shallow")).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

/// Walks from `start`; none when `stopped` said so on the way.
pub(super) fn walk(
    git: &Git,
    start: Oid,
    path: &str,
    border: &HashSet<Oid>,
    stopped: &dyn Fn() -> bool,
) -> Result<Option<Versions>, BaseError> {
    let commit = git.find_commit(start)?;
    let mut walk = Walk {
        git,
        database: git.odb()?,
        border,
        paths: vec![path.split('/').map(str::to_owned).collect()],
        trees: HashMap::new(),
        seen: HashMap::new(),
        versions: Versions {
            all: Vec::new(),
            is_whole: true,
        },
        looked: 0,
    };
    let Some(blob) = walk.blob(commit.tree_id(), 0) else {
        return Ok(Some(walk.versions));
    };
    let mut todo = vec![Step {
        child: None,
        commit,
        blob,
        path: 0,
    }];
    while let Some(step) = todo.pop() {
        if stopped() {
            return Ok(None);
        }
        walk.follow(step, &mut todo);
    }
    Ok(Some(walk.versions))
}

/// A commit that has the file, to be followed back to where the file was changed.
struct Step<'g> {
    /// The version that came out of it.
    child: Option<usize>,
    commit: Commit<'g>,
    blob: Oid,
    /// Under which name, as an index.
    path: usize,
}

struct Walk<'g, 'b> {
    git: &'g Git,
    database: git2::Odb<'g>,
    border: &'b HashSet<Oid>,
    /// The names that the file had, in parts.
    paths: Vec<Vec<String>>,
    /// What a folder's tree holds under a part of a path: most commits change other folders.
    trees: HashMap<(Oid, usize, usize), Option<Oid>>,
    /// The version that a commit has.
    seen: HashMap<(Oid, usize), usize>,
    versions: Versions,
    looked: usize,
}

impl<'g> Walk<'g, '_> {
    /// Goes back to the commit that changed the file, and notes what comes before that one.
    fn follow(&mut self, step: Step<'g>, todo: &mut Vec<Step<'g>>) {
        let Step {
            child,
            mut commit,
            blob,
            path,
        } = step;
        let mut passed = Vec::new();
        let version = loop {
            if let Some(known) = self.seen.get(&(commit.id(), path)) {
                break *known;
            }
            passed.push(commit.id());
            self.looked += 1;
            let enough = MOST_COMMITS <= self.looked;
            let (parents, missing) = self.parents(&commit, path);
            let same = parents.iter().position(|(_, other)| *other == Some(blob));
            if let Some(index) = same
                && !enough
            {
                let mut parents = parents;
                commit = parents.swap_remove(index).0;
                continue;
            }
            let is_cut = enough || missing;
            let version = self.add(&commit, blob, is_cut);
            if !enough {
                self.before(version, &commit, parents, path, todo);
            }
            break version;
        };
        for id in passed {
            self.seen.insert((id, path), version);
        }
        let child = child.and_then(|child| self.versions.all.get_mut(child));
        if let Some(child) = child
            && !child.parents.contains(&version)
        {
            child.parents.push(version);
        }
    }

    /// The parents with the file's blob in each, and whether some parent is not in this clone.
    fn parents(
        &mut self,
        commit: &Commit<'g>,
        path: usize,
    ) -> (Vec<(Commit<'g>, Option<Oid>)>, bool) {
        let mut missing = self.border.contains(&commit.id());
        let mut found = Vec::new();
        for id in commit.parent_ids() {
            match self.git.find_commit(id) {
                Ok(parent) => {
                    let blob = self.blob(parent.tree_id(), path);
                    found.push((parent, blob));
                }
                Err(_) => missing = true,
            }
        }
        (found, missing)
    }

    fn add(&mut self, commit: &Commit<'_>, blob: Oid, is_cut: bool) -> usize {
        let author = commit.author();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.versions.is_whole &= !is_cut;
        self.versions.all.push(Version {
            commit: commit.id(),
            blob,
            name: text(author.name_bytes()),
            email: text(author.email_bytes()),
            seconds: commit.time().seconds(),
            parents: Vec::new(),
            is_cut,
        });
        self.versions.all.len() - 1
    }

    /// What `version` was made from: the file in the parents, else the file of another name that the
    /// commit renamed.
    fn before(
        &mut self,
        version: usize,
        commit: &Commit<'g>,
        parents: Vec<(Commit<'g>, Option<Oid>)>,
        path: usize,
        todo: &mut Vec<Step<'g>>,
    ) {
        let mut steps: Vec<Step<'g>> = Vec::new();
        let mut lacking = Vec::new();
        for (parent, blob) in parents {
            match blob {
                Some(blob) => steps.push(Step {
                    child: Some(version),
                    commit: parent,
                    blob,
                    path,
                }),
                None => lacking.push(parent),
            }
        }
        if steps.is_empty() {
            for parent in lacking {
                let Some((old, blob)) = self.renamed(&parent, commit, path) else {
                    continue;
                };
                steps.push(Step {
                    child: Some(version),
                    commit: parent,
                    blob,
                    path: old,
                });
            }
        }
        // The last one is taken first: the first parent is the line that everybody knows.
        todo.extend(steps.into_iter().rev());
    }

    /// The file that `commit` renamed to the path: its name as an index, and its blob in `parent`.
    fn renamed(
        &mut self,
        parent: &Commit<'g>,
        commit: &Commit<'g>,
        path: usize,
    ) -> Option<(usize, Oid)> {
        let name = self.paths.get(path)?.join("/");
        let (old, new) = (parent.tree().ok()?, commit.tree().ok()?);
        let mut diff = self
            .git
            .diff_tree_to_tree(Some(&old), Some(&new), None)
            .ok()?;
        let deleted = diff
            .deltas()
            .filter(|it| it.status() == git2::Delta::Deleted);
        if !(1..=MOST_DELETED).contains(&deleted.count()) {
            return None;
        }
        diff.find_similar(None).ok()?;
        let delta = diff.deltas().find(|delta| {
            let is_new = delta.new_file().path().and_then(Path::to_str) == Some(&*name);
            is_new && delta.status() == git2::Delta::Renamed
        })?;
        let before = delta.old_file();
        let parts: Vec<String> = before
            .path()?
            .to_str()?
            .split('/')
            .map(str::to_owned)
            .collect();
        let index = self.paths.iter().position(|known| *known == parts);
        let index = index.unwrap_or_else(|| {
            self.paths.push(parts);
            self.paths.len() - 1
        });
        Some((index, before.id()))
    }

    /// The blob under a path in a tree.
    fn blob(&mut self, tree: Oid, path: usize) -> Option<Oid> {
        let depth = self.paths.get(path)?.len();
        let mut id = tree;
        for level in 0..depth {
            let key = (id, path, level);
            let found = if let Some(known) = self.trees.get(&key) {
                *known
            } else {
                let object = self.database.read(id).ok()?;
                let name = self.paths.get(path)?.get(level)?;
                let wanted = if level + 1 == depth {
                    ObjectType::Blob
                } else {
                    ObjectType::Tree
                };
                let found = entry(object.data(), name.as_bytes(), wanted);
                self.trees.insert(key, found);
                found
            };
            id = found?;
        }
        Some(id)
    }
}

/// The id under `name` in the bytes of a tree, `<mode> <name>\0<id>` one after the other. Only
/// this entry is needed, and making an object of every tree would take twice as long.
fn entry(mut tree: &[u8], name: &[u8], wanted: ObjectType) -> Option<Oid> {
    const ID: usize = 20;
    loop {
        let space = memchr::memchr(b' ', tree)?;
        let end = memchr::memchr(0, tree)?;
        let (mode, found) = (tree.get(..space)?, tree.get(space + 1..end)?);
        let id = tree.get(end + 1..end + 1 + ID)?;
        if found == name {
            // A file has a mode of six digits that begins with 100; a folder's is 40000.
            let kind = match mode {
                [b'1', b'0', b'0', ..] => ObjectType::Blob,
                b"40000" => ObjectType::Tree,
                _ => return None,
            };
            return (kind == wanted).then(|| Oid::from_bytes(id).ok())?;
        }
        tree = tree.get(end + 1 + ID..)?;
    }
}
