//! What git knows of a file from before the hotfix: which commit changed each of its definitions
//! last, in which release that went out, and who knows the file.
//!
//! Reads objects only, never the work tree. A walk over a long history takes a tenth of a second,
//! so it is never part of a keystroke, what it found is kept by object ids, and it can be stopped.

mod people;
mod release;
mod texts;
mod versions;

use std::sync::Arc;

use git2::Oid;
use serde::Serialize;

pub use people::Person;

use super::cache::Cache;
use super::commits::CommitInfo;
use super::error::BaseError;
use super::repository::Repository;
use super::scope::BaseCommit;
use people::People;
use release::Releases;
use texts::{Found, Wanted};
use versions::Versions;

/// How many versions of files are kept, over all files.
const KEPT_VERSIONS: usize = 50_000;

/// The histories that were walked. They hold as long as the objects do, so one value serves a whole
/// session, and every repository of it.
#[derive(Debug)]
pub struct HistoryCache {
    versions: Cache<(Oid, String), Arc<Versions>>,
    found: Cache<(Oid, String, Oid), Found>,
}

impl Default for HistoryCache {
    fn default() -> Self {
        Self {
            versions: Cache::new(KEPT_VERSIONS),
            found: Cache::new(KEPT_VERSIONS),
        }
    }
}

/// What is asked about one file.
#[derive(Debug, Clone, Copy)]
pub struct FileQuestion<'a> {
    /// Its path in production.
    pub path: &'a str,
    /// For each definition the lines of it that matter, as production has them, in one or more
    /// pieces; each piece is one or more whole lines of the comparable text.
    pub definitions: &'a [Vec<&'a str>],
}

/// What git knows of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePast {
    /// The last change of each definition, in the order of the question.
    pub definitions: Vec<Past>,
    /// Who changed the file before the hotfix, the most active one first.
    pub people: Vec<Person>,
    /// How many commits changed the file.
    pub commits: usize,
    /// Whether all of its history was seen: not in a shallow clone, and not where the file has
    /// too many commits.
    pub is_whole: bool,
}

/// The last change of something before the hotfix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Past {
    /// This commit made it what production has.
    Changed {
        /// The commit, with its author's name as the mailmap has it.
        commit: CommitInfo,
        /// The first release that has it; none where none has it yet, or there are no tags.
        release: Option<String>,
        /// The newest release without it: what worked last, if this change broke it.
        before: Option<String>,
    },
    /// It is older than what this clone holds, or than what was looked through.
    Older,
}

/// Who makes a hotfix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    /// The name as the mailmap has it.
    pub name: String,
    /// The address as the mailmap has it.
    pub email: String,
}

impl Repository {
    /// The past of a file of production; none when `stopped` said so on the way. `cache` spares the
    /// walk the next time.
    ///
    /// # Errors
    /// [`BaseError::Git`] when an object that must be there cannot be read.
    pub fn past(
        &self,
        base: &BaseCommit,
        question: FileQuestion<'_>,
        cache: &HistoryCache,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Option<FilePast>, BaseError> {
        let border = versions::border(self.common_dir());
        self.with(|git| {
            let key = (base.id, question.path.to_owned());
            let versions = if let Some(known) = cache.versions.get(&key) {
                known
            } else {
                let Some(walked) = versions::walk(git, base.id, question.path, &border, stopped)?
                else {
                    return Ok(None);
                };
                let walked = Arc::new(walked);
                // The border of a shallow clone moves for the same ids, so that is not kept.
                if border.is_empty() {
                    cache
                        .versions
                        .put(key, Arc::clone(&walked), walked.all.len() + 1);
                }
                walked
            };
            let mut found = Vec::new();
            let mut open = Vec::new();
            for pieces in question.definitions {
                let wanted = Wanted::new(pieces);
                let known = (base.id, question.path.to_owned(), wanted.id);
                let before = cache.found.get(&known).filter(|_| border.is_empty());
                if before.is_none() {
                    open.push((found.len(), wanted));
                }
                found.push(before.unwrap_or(Found::Older));
            }
            if !texts::last_changes(git, &versions, &open, &mut found, stopped) {
                return Ok(None);
            }
            for (index, wanted) in open {
                let key = (base.id, question.path.to_owned(), wanted.id);
                cache.found.put(key, found[index], 1);
            }
            let releases = Releases::read(git, base)?;
            let people = People::read(git);
            let definitions = found.iter().map(|found| match found {
                Found::Older => Ok(Past::Older),
                Found::In(id) => {
                    let commit = git.find_commit(*id)?;
                    let (release, before) = releases.around(git, &commit, stopped);
                    let commit = people.named(CommitInfo::of(&commit));
                    Ok::<Past, git2::Error>(Past::Changed {
                        commit,
                        release,
                        before,
                    })
                }
            });
            Ok(Some(FilePast {
                definitions: definitions.collect::<Result<_, _>>()?,
                people: people.of(&versions),
                commits: versions.all.len(),
                is_whole: versions.is_whole,
            }))
        })
    }

    /// Who makes this hotfix: the authors of its commits, else who works here by git's
    /// configuration. Empty when neither tells.
    ///
    /// # Errors
    /// [`BaseError::Git`] when git cannot be read.
    pub fn hotfix_authors(&self, base: &BaseCommit) -> Result<Vec<Author>, BaseError> {
        self.with(|git| {
            let people = People::read(git);
            let mut authors: Vec<Author> = Vec::new();
            let mut add = |name: &str, email: &str| {
                let (name, email) = people.resolve(name, email);
                if !authors
                    .iter()
                    .any(|known| people::same(&known.email, &email))
                {
                    authors.push(Author { name, email });
                }
            };
            for id in super::commits::between(git, base.head.parse()?, &[base.id])? {
                let commit = git.find_commit(id)?;
                // A merge brings other people's work; who merges does not write the hotfix.
                if commit.parent_count() < 2 {
                    let info = CommitInfo::of(&commit);
                    add(&info.author, &info.email);
                }
            }
            if authors.is_empty() {
                let config = git.config()?;
                let text = |key: &str| config.get_string(key).unwrap_or_default();
                let (name, email) = (text("user.name"), text("user.email"));
                if !email.is_empty() {
                    let (name, email) = people.resolve(&name, &email);
                    authors.push(Author { name, email });
                }
            }
            Ok(authors)
        })
    }
}
