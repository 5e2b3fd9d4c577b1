//! Whether a repository is judged now, and against which commit.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use git2::Oid;

use super::base::Inactive;
use super::commits::{RefKind, kind_of};
use super::error::BaseError;
use super::head::{self, HeadState, UnderWay, is_hotfix_branch};
use super::production::{self, Chosen};
use super::repository::{MergeBase, Repository};
use crate::config::Settings;

/// Whether a repository is judged.
#[derive(Debug, Clone)]
pub enum Scope {
    /// Yes, against this commit.
    Judged(Arc<BaseCommit>),
    /// No, on purpose.
    Inactive(Inactive),
}

/// The commit that everything is compared with: the merge base of HEAD and production.
#[derive(Debug)]
pub struct BaseCommit {
    /// The full object id of the merge base.
    pub commit: String,
    /// The production ref as a person writes it (`origin/main`, `v1.2.0`).
    pub reference: String,
    /// The full object id of the production ref's own commit.
    pub tip: String,
    /// The full object id of HEAD's commit.
    pub head: String,
    /// The branch; none when HEAD is detached.
    pub branch: Option<String>,
    /// What else a person should know about this base.
    pub notes: Vec<Note>,
    pub(super) id: Oid,
}

/// What a person should know about a base. `Display` is one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Note {
    /// Several commits are equally good merge bases.
    #[error("HEAD and {reference} have {count} merge bases: the newest one, {commit}, is used")]
    SeveralMergeBases {
        /// The production ref.
        reference: String,
        /// How many there are.
        count: usize,
        /// The chosen one, abbreviated.
        commit: String,
    },
    /// An operation of git waits for the user.
    #[error("a {operation} is under way: the base is that of HEAD and may change when it ends")]
    UnderWay {
        /// `merge`, `rebase`, …
        operation: &'static str,
    },
}

/// What decides about the base. Two equal values mean that the base did not move; computing one
/// reads refs only, no history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefsFingerprint {
    /// Where HEAD stands.
    pub head: HeadState,
    /// The production ref's name and the id that it leads to; none where only tags can tell.
    pub production: Option<(String, String)>,
    tags: Option<u64>,
    shallow_bytes: Option<u64>,
}

impl Repository {
    /// Whether this repository is judged now, and against which commit.
    ///
    /// Production is the first that exists of: `reference` (anything that names a commit);
    /// `settings.production`; `origin/HEAD`; `production`, `main`, `master` (a remote's before a
    /// local one, never the current branch); the newest tag in HEAD's history. With `reference` it
    /// is judged on any branch and on a detached HEAD. The base is always the merge base, also with
    /// `reference`, so that commits which production gained meanwhile are not taken for the
    /// hotfix's.
    ///
    /// # Errors
    /// [`BaseError`] when the base cannot be known.
    pub fn scope(&self, settings: &Settings, reference: Option<&str>) -> Result<Scope, BaseError> {
        self.reopen();
        self.with(|git| {
            let head = head::read(git)?;
            if reference.is_none()
                && let Some(inactive) = inactive(&head, settings)
            {
                return Ok(Scope::Inactive(inactive));
            }
            let Some(head_id) = head_id(&head)? else {
                return Err(BaseError::Unborn {
                    branch: head.branch.unwrap_or_default(),
                });
            };
            let chosen = choose(git, settings, reference, &head, head_id)?;
            let base = self.base_commit(git, head, head_id, chosen)?;
            Ok(Scope::Judged(Arc::new(base)))
        })
    }

    /// The base of the branch, tag or commit `name` as if it were checked out, whatever it is
    /// called. Otherwise as [`Self::scope`].
    ///
    /// # Errors
    /// [`BaseError`] when the base cannot be known.
    pub fn base_of(
        &self,
        settings: &Settings,
        reference: Option<&str>,
        name: &str,
    ) -> Result<Arc<BaseCommit>, BaseError> {
        self.reopen();
        self.with(|git| {
            let commit = production::asked(git, name)?.commit;
            let branch = match kind_of(git, name) {
                RefKind::Branch(branch) | RefKind::Remote { branch, .. } => Some(branch),
                RefKind::Tag(_) | RefKind::Commit(_) => None,
            };
            let head = HeadState {
                branch,
                commit: Some(commit.to_string()),
                state: UnderWay::Nothing,
            };
            let chosen = choose(git, settings, reference, &head, commit)?;
            Ok(Arc::new(self.base_commit(git, head, commit, chosen)?))
        })
    }

    /// What decides about the base, for a cheap comparison on open, save and focus.
    ///
    /// # Errors
    /// [`BaseError`] when a ref that must exist does not.
    pub fn fingerprint(
        &self,
        settings: &Settings,
        reference: Option<&str>,
    ) -> Result<RefsFingerprint, BaseError> {
        self.with(|git| {
            let head = head::read(git)?;
            let chosen = by_name(git, settings, reference, &head)?;
            let tags = chosen.is_none().then(|| tags_hash(git)).transpose()?;
            let shallow = std::fs::metadata(self.common_dir().join("shallow"));
            Ok(RefsFingerprint {
                head,
                production: chosen.map(|chosen| (chosen.name, chosen.commit.to_string())),
                tags,
                shallow_bytes: shallow.ok().map(|file| file.len()),
            })
        })
    }

    /// How many commits the hotfix has beyond its base; 1000 stand for more.
    #[must_use]
    pub fn commits_ahead(&self, base: &BaseCommit) -> u32 {
        const MOST: usize = 1000;
        let count = self.with(|git| {
            let mut walk = git.revwalk()?;
            walk.push(base.head.parse()?)?;
            walk.hide(base.id)?;
            Ok(walk.take(MOST).count())
        });
        count.map_or(1, |count| u32::try_from(count).unwrap_or(u32::MAX))
    }

    pub(super) fn base_commit(
        &self,
        git: &git2::Repository,
        head: HeadState,
        head_id: Oid,
        chosen: Chosen,
    ) -> Result<BaseCommit, BaseError> {
        let (id, count) = match self.merge_base(git, head_id, chosen.commit)? {
            Some(found) => found,
            None if git.is_shallow() => {
                return Err(BaseError::Shallow {
                    reference: chosen.name,
                });
            }
            None => {
                return Err(BaseError::NoCommonAncestor {
                    reference: chosen.name,
                });
            }
        };
        let mut notes = Vec::new();
        if 1 < count {
            notes.push(Note::SeveralMergeBases {
                reference: chosen.name.clone(),
                count,
                commit: abbreviated(&id.to_string()).to_owned(),
            });
        }
        if head.state != UnderWay::Nothing {
            notes.push(Note::UnderWay {
                operation: head.state.as_str(),
            });
        }
        Ok(BaseCommit {
            commit: id.to_string(),
            reference: chosen.name,
            tip: chosen.commit.to_string(),
            head: head_id.to_string(),
            branch: head.branch,
            notes,
            id,
        })
    }

    /// The merge base, kept by the pair of ids. Of several the newest by commit time is taken, then
    /// the one with the smallest id: the same on every machine.
    fn merge_base(
        &self,
        git: &git2::Repository,
        one: Oid,
        two: Oid,
    ) -> Result<MergeBase, BaseError> {
        if let Some(known) = self.merge_bases.get(&(one, two)) {
            return Ok(known);
        }
        let found = match git.merge_bases(one, two) {
            Ok(ids) => best(git, &ids)?,
            // A missing parent looks the same as "no common ancestor": only the latter is an answer.
            Err(error) if error.code() == git2::ErrorCode::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        // "None" is not kept: fetching the rest of a shallow clone changes it for the same ids.
        if found.is_some() {
            self.merge_bases.put((one, two), found, 1);
        }
        Ok(found)
    }
}

fn best(git: &git2::Repository, ids: &[Oid]) -> Result<MergeBase, BaseError> {
    let mut dated = Vec::with_capacity(ids.len());
    for &id in ids {
        let time = git.find_commit(id)?.time().seconds();
        dated.push((std::cmp::Reverse(time), id));
    }
    Ok(dated.into_iter().min().map(|(_, id)| (id, ids.len())))
}

fn inactive(head: &HeadState, settings: &Settings) -> Option<Inactive> {
    let Some(branch) = &head.branch else {
        let commit = head.commit.as_deref().unwrap_or_default();
        return Some(Inactive::DetachedHead {
            commit: abbreviated(commit).to_owned(),
        });
    };
    (!is_hotfix_branch(branch, &settings.branches)).then(|| Inactive::NotHotfixBranch {
        branch: branch.clone(),
        patterns: if settings.branches.is_empty() {
            "the setting `branches` is empty".to_owned()
        } else {
            settings.branches.join(", ")
        },
    })
}

fn head_id(head: &HeadState) -> Result<Option<Oid>, BaseError> {
    Ok(head.commit.as_deref().map(str::parse).transpose()?)
}

pub(super) fn choose(
    git: &git2::Repository,
    settings: &Settings,
    reference: Option<&str>,
    head: &HeadState,
    head_id: Oid,
) -> Result<Chosen, BaseError> {
    if let Some(chosen) = by_name(git, settings, reference, head)? {
        return Ok(chosen);
    }
    if let Some(chosen) = production::nearest_tag(git, head_id, head.branch.as_deref())? {
        return Ok(chosen);
    }
    if git.is_shallow() {
        return Err(BaseError::ShallowWithoutProduction);
    }
    Err(BaseError::NoProduction {
        names: production::conventional_names(),
    })
}

/// Production without a look at history: everything but the newest tag.
fn by_name(
    git: &git2::Repository,
    settings: &Settings,
    reference: Option<&str>,
    head: &HeadState,
) -> Result<Option<Chosen>, BaseError> {
    if let Some(name) = reference {
        return production::asked(git, name).map(Some);
    }
    if !settings.production.is_empty() {
        return production::configured(git, &settings.production, head).map(Some);
    }
    Ok(production::conventional(git, head))
}

fn tags_hash(git: &git2::Repository) -> Result<u64, BaseError> {
    let mut hasher = DefaultHasher::new();
    for reference in git.references_glob("refs/tags/*")?.flatten() {
        reference.name_bytes().hash(&mut hasher);
        reference
            .target()
            .map(|id| id.as_bytes().to_vec())
            .hash(&mut hasher);
    }
    Ok(hasher.finish())
}

pub(super) fn abbreviated(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}
