//! Which ref is production.

use std::collections::HashMap;

use git2::{ErrorCode, ObjectType, Oid};

use super::error::BaseError;
use super::head::HeadState;
use super::version::{self, Version};

/// Branches that are production where nobody says otherwise, in order.
const BRANCHES: [&str; 3] = ["production", "main", "master"];

/// How many commits are searched for a tag: beyond this the last release is too far away to be
/// what a hotfix goes back to.
const TAG_SEARCH_COMMITS: usize = 20_000;

/// A production ref and the commit that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    /// As a person writes it (`origin/main`, `v1.2.0`).
    pub name: String,
    /// Its commit.
    pub commit: Oid,
}

/// The ref that the user asked for, as git understands it; a name that exists only on a remote
/// is taken from there.
pub(super) fn asked(git: &git2::Repository, name: &str) -> Result<Chosen, BaseError> {
    if let Some(chosen) = commit_of_spec(git, name)? {
        return Ok(chosen);
    }
    for remote in remotes(git) {
        if let Some(chosen) = branch(git, &format!("refs/remotes/{remote}/{name}")) {
            return Ok(chosen);
        }
    }
    Err(BaseError::UnknownReference {
        name: name.to_owned(),
    })
}

/// As [`asked`], with a remote's branch before a local one.
pub(super) fn team_branch(git: &git2::Repository, name: &str) -> Result<Chosen, BaseError> {
    let mut remotes = remotes(git).into_iter();
    let found = remotes.find_map(|remote| branch(git, &format!("refs/remotes/{remote}/{name}")));
    found.map_or_else(|| asked(git, name), Ok)
}

/// The first of the setting's refs that exists. A short name means the team's branch, so a remote's
/// is preferred to a local one, which may be stale.
pub(super) fn configured(
    git: &git2::Repository,
    names: &[String],
    head: &HeadState,
) -> Result<Chosen, BaseError> {
    for name in names {
        if let Some(chosen) = named(git, name, head) {
            return Ok(chosen);
        }
        if let Some(chosen) = commit_of_spec(git, name)? {
            return Ok(chosen);
        }
    }
    Err(BaseError::UnknownProduction {
        names: names.join(", "),
    })
}

/// Finds production by convention, apart from tags: `origin/HEAD`, then the usual branches.
pub(super) fn conventional(git: &git2::Repository, head: &HeadState) -> Option<Chosen> {
    let remotes = remotes(git);
    let by_head = remotes.iter().find_map(|remote| {
        let reference = git
            .find_reference(&format!("refs/remotes/{remote}/HEAD"))
            .ok()?;
        let target = reference.symbolic_target().ok()??.to_owned();
        (!is_current(&target, head)).then(|| branch(git, &target))?
    });
    by_head.or_else(|| BRANCHES.iter().find_map(|name| named(git, name, head)))
}

/// The newest release tag in the history of `from`, else the newest tag of any name. Of several
/// tags on one commit the highest version wins. A tag of the version that the branch itself is
/// about does not count: it is put on the finished hotfix.
pub(super) fn nearest_tag(
    git: &git2::Repository,
    from: Oid,
    branch: Option<&str>,
) -> Result<Option<Chosen>, BaseError> {
    let own = branch.and_then(version::of_branch);
    let mut tags = tags_by_commit(git)?;
    tags.retain(|(_, name)| {
        let tag = version::of_tag(name);
        tag.is_none() || tag.map(|tag| tag.numbers) != own.as_ref().map(|own| own.numbers.clone())
    });
    if tags.is_empty() {
        return Ok(None);
    }
    let mut by_commit: HashMap<Oid, Vec<String>> = HashMap::new();
    for (commit, name) in tags {
        by_commit.entry(commit).or_default().push(name);
    }
    let mut any = None;
    for commit in walk(git, from)?.take(TAG_SEARCH_COMMITS) {
        // The border of a shallow clone ends the walk with an error: what was seen still counts.
        let Ok(commit) = commit else { break };
        let Some(names) = by_commit.get(&commit) else {
            continue;
        };
        if let Some(name) = best_release(names) {
            return Ok(Some(Chosen { name, commit }));
        }
        any = any.or_else(|| names.iter().max().map(|name| (name.clone(), commit)));
    }
    Ok(any.map(|(name, commit)| Chosen { name, commit }))
}

fn walk(git: &git2::Repository, from: Oid) -> Result<git2::Revwalk<'_>, BaseError> {
    let mut walk = git.revwalk()?;
    walk.set_sorting(git2::Sort::TIME)?;
    walk.push(from)?;
    Ok(walk)
}

fn best_release(names: &[String]) -> Option<String> {
    let versions = names.iter().filter_map(|name| {
        let version: Version = version::of_tag(name)?;
        version.is_release().then_some((version.numbers, name))
    });
    versions.max().map(|(_, name)| name.clone())
}

/// Every tag with the commit that it leads to, by its short name.
pub(super) fn tags_by_commit(git: &git2::Repository) -> Result<Vec<(Oid, String)>, BaseError> {
    let mut tags = Vec::new();
    for reference in git.references_glob("refs/tags/*")?.flatten() {
        let (Ok(name), Ok(commit)) = (reference.shorthand(), reference.peel_to_commit()) else {
            continue;
        };
        tags.push((commit.id(), name.to_owned()));
    }
    Ok(tags)
}

/// A short branch name on the remotes, then here; never the branch that is checked out.
fn named(git: &git2::Repository, name: &str, head: &HeadState) -> Option<Chosen> {
    let remotes = remotes(git);
    let remote = remotes.iter().map(|r| format!("refs/remotes/{r}/{name}"));
    remote
        .chain([format!("refs/heads/{name}")])
        .filter(|full| !is_current(full, head))
        .find_map(|full| branch(git, &full))
}

fn branch(git: &git2::Repository, full: &str) -> Option<Chosen> {
    let reference = git.find_reference(full).ok()?;
    let commit = reference.peel_to_commit().ok()?.id();
    Some(Chosen {
        name: short(full),
        commit,
    })
}

/// Whether `full` is the branch that is checked out, or its copy on a remote.
fn is_current(full: &str, head: &HeadState) -> bool {
    let Some(current) = head.branch.as_deref() else {
        return false;
    };
    let local = full.strip_prefix("refs/heads/");
    let remote = full
        .strip_prefix("refs/remotes/")
        .and_then(|rest| Some(rest.split_once('/')?.1));
    local.or(remote) == Some(current)
}

fn short(full: &str) -> String {
    ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"]
        .iter()
        .find_map(|prefix| full.strip_prefix(prefix))
        .unwrap_or(full)
        .to_owned()
}

/// Anything that `git rev-parse` takes for one commit; none when nothing has that name.
fn commit_of_spec(git: &git2::Repository, spec: &str) -> Result<Option<Chosen>, BaseError> {
    let not_a_commit = || BaseError::NotACommit {
        name: spec.to_owned(),
    };
    match git.revparse_single(spec) {
        Ok(object) => match object.peel(ObjectType::Commit) {
            Ok(commit) => Ok(Some(Chosen {
                name: short(spec),
                commit: commit.id(),
            })),
            Err(_) => Err(not_a_commit()),
        },
        Err(error) if is_absence(error.code()) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn is_absence(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Ambiguous | ErrorCode::Peel
    )
}

/// The remotes' names: `origin` first, then the others by name.
fn remotes(git: &git2::Repository) -> Vec<String> {
    let mut names: Vec<String> = match git.remotes() {
        Ok(names) => names
            .iter()
            .filter_map(|name| Some(name.ok()??.to_owned()))
            .collect(),
        Err(_) => Vec::new(),
    };
    names.sort_by_key(|name| (name != "origin", name.clone()));
    names
}

/// The names that [`conventional`] tries, for messages.
pub(super) fn conventional_names() -> String {
    BRANCHES.join(", ")
}
