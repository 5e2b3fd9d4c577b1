//! The past of what a hotfix changes: when each definition was last changed before, in which
//! release that went out, and who knows the files.

#[cfg(test)]
mod tests;
mod text;

use serde::Serialize;

pub use text::{about, lens, markdown};

use super::branch::{Branch, Changed, File, Kind};
use crate::syntax::Cancel;
use crate::vcs::{
    Author, BaseCommit, BaseError, FilePast, FileQuestion, HistoryCache, Past, Person, Repository,
};

/// The generated part of the record that holds it.
pub const PART: &str = "history";

/// How many people are suggested for the review.
const REVIEWERS: usize = 3;

/// The past of what a hotfix changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct History {
    /// The changed definitions that production has, in the order of the branch.
    pub definitions: Vec<DefinitionPast>,
    /// The changed files of production code that production has.
    pub files: Vec<FileKnown>,
    /// Who makes the hotfix.
    pub authors: Vec<Author>,
    /// Who could review it, the most fitting first.
    pub reviewers: Vec<Reviewer>,
}

/// The past of one definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DefinitionPast {
    /// The file, as the hotfix has it.
    pub path: String,
    /// The qualified name.
    pub scope: String,
    /// Its last change before the hotfix.
    pub last_change: Past,
}

/// How well a file is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileKnown {
    /// The file, as the hotfix has it.
    pub path: String,
    /// How many commits changed it before the hotfix.
    pub commits: usize,
    /// How many of them are by who makes the hotfix.
    pub own_commits: usize,
    /// Whether all of its history was seen.
    pub is_whole: bool,
}

/// Somebody who could review the hotfix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reviewer {
    /// The name as the mailmap has it.
    pub name: String,
    /// The address as the mailmap has it.
    pub email: String,
    /// How many of the changed definitions this person changed last.
    pub definitions: usize,
    /// How many commits to the changed files are by this person.
    pub commits: usize,
    /// When the last of them was made, in seconds since 1970.
    pub seconds: i64,
}

impl History {
    /// The past of a definition.
    #[must_use]
    pub fn of(&self, path: &str, scope: &str) -> Option<&Past> {
        let is_it = |one: &&DefinitionPast| one.path == path && one.scope == scope;
        self.definitions
            .iter()
            .find(is_it)
            .map(|it| &it.last_change)
    }

    /// How well a file is known.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&FileKnown> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// Asks git for the past of everything that `branch` changes in production code; empty when
/// `cancel` ended it. Reads git's objects.
///
/// # Errors
/// [`BaseError::Git`] when they cannot be read.
pub fn history(
    repository: &Repository,
    base: &BaseCommit,
    branch: &Branch,
    cache: &HistoryCache,
    cancel: &Cancel,
) -> Result<History, BaseError> {
    let mut found = Pasts::default();
    for file in branch.of_kind(Kind::Code) {
        let Some(path) = &file.base_path else {
            continue;
        };
        let old: Vec<&Changed> = file.changed.iter().filter(|it| !it.is_new).collect();
        let definitions: Vec<Vec<&str>> = old.iter().map(|it| pieces(file, it)).collect();
        let question = FileQuestion {
            path,
            definitions: &definitions,
        };
        let past = repository.past(base, question, cache, &|| cancel.is_cancelled())?;
        let Some(past) = past else {
            return Ok(History::default());
        };
        found.add(file, &old, past);
    }
    if found.files.is_empty() {
        return Ok(History::default());
    }
    Ok(found.judge(repository.hotfix_authors(base)?))
}

/// The whole lines of a definition in production's text.
fn pieces<'f>(file: &'f File, changed: &Changed) -> Vec<&'f str> {
    let Some(base) = &file.base else {
        return Vec::new();
    };
    let (text, lines) = (base.text(), base.source.lines());
    let whole = changed.before.iter().filter_map(|range| {
        let touched = lines.touched(range.clone());
        let from = lines.start(touched.start);
        let piece = text.get(from..lines.start(touched.end).max(from))?;
        // What stands between two methods may be nothing but empty lines.
        let piece = piece.trim_matches('\n');
        (!piece.trim().is_empty()).then_some(piece)
    });
    whole.collect()
}

/// What git told of the files.
#[derive(Default)]
struct Pasts {
    definitions: Vec<DefinitionPast>,
    files: Vec<(String, FilePast)>,
}

impl Pasts {
    fn add(&mut self, file: &File, old: &[&Changed], mut past: FilePast) {
        let pasts = std::mem::take(&mut past.definitions);
        for (changed, last_change) in old.iter().zip(pasts) {
            self.definitions.push(DefinitionPast {
                path: file.path.clone(),
                scope: changed.qualname.clone(),
                last_change,
            });
        }
        self.files.push((file.path.clone(), past));
    }

    fn judge(self, authors: Vec<Author>) -> History {
        let is_author = |email: &str| {
            authors
                .iter()
                .any(|it| it.email.eq_ignore_ascii_case(email))
        };
        let file = |(path, past): &(String, FilePast)| {
            let own = past.people.iter().filter(|it| is_author(&it.email));
            FileKnown {
                path: path.clone(),
                commits: past.commits,
                own_commits: own.map(|it| it.commits).sum(),
                is_whole: past.is_whole,
            }
        };
        let files = self.files.iter().map(file).collect();
        let people = self.files.iter().flat_map(|(_, past)| &past.people);
        let others = people.filter(|it| !is_author(&it.email) && !it.is_bot());
        let reviewers = reviewers(others, &self.definitions);
        History {
            definitions: self.definitions,
            files,
            authors,
            reviewers,
        }
    }
}

/// Who could review: first who wrote what is changed, then who changed the files most.
fn reviewers<'p>(
    people: impl Iterator<Item = &'p Person>,
    definitions: &[DefinitionPast],
) -> Vec<Reviewer> {
    let mut found: Vec<Reviewer> = Vec::new();
    for one in people {
        let same = |it: &&mut Reviewer| it.email.eq_ignore_ascii_case(&one.email);
        if let Some(known) = found.iter_mut().find(same) {
            known.commits += one.commits;
            known.seconds = known.seconds.max(one.seconds);
            continue;
        }
        let wrote = |past: &&DefinitionPast| match &past.last_change {
            Past::Changed { commit, .. } => commit.email.eq_ignore_ascii_case(&one.email),
            Past::Older => false,
        };
        found.push(Reviewer {
            name: one.name.clone(),
            email: one.email.clone(),
            definitions: definitions.iter().filter(wrote).count(),
            commits: one.commits,
            seconds: one.seconds,
        });
    }
    let rank = |it: &Reviewer| (it.definitions, it.commits, it.seconds);
    found.sort_by(|one, other| {
        rank(other)
            .cmp(&rank(one))
            .then(one.email.cmp(&other.email))
    });
    found.truncate(REVIEWERS);
    found
}
