//! How a hotfix reached a branch: by a merge, as it is, squashed, or copied commit by commit.

use std::collections::{HashMap, HashSet};

use git2::Oid;
use serde::Serialize;

use super::commits::{CommitInfo, between};
use super::error::BaseError;
use super::patch;
use super::production;
use super::repository::Repository;
use super::scope::BaseCommit;

/// The commits of a hotfix, and where they left production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hotfix {
    /// Its own commits without merges, newest first, each before the one it builds on.
    pub commits: Vec<CommitInfo>,
    /// How many merges the branch has: they bring other people's work.
    pub merges: usize,
    /// The full object id of the commit where it left production.
    pub start: String,
    /// The full object id of its last commit.
    pub head: String,
    /// What tells `start` where history alone cannot.
    pub start_by: StartBy,
}

/// How it is known where the hotfix left production.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartBy {
    /// By the merge base.
    History,
    /// By the branch's own log: production was moved onto the branch, so history is one line.
    Reflog,
    /// By the newest release tag before it.
    Tag,
    /// It is not known: only the last commit is counted.
    Nothing,
}

/// How a hotfix reached a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Landing {
    /// It did not.
    Absent,
    /// By this merge commit, whose first parent is the branch as it was.
    Merged {
        /// The merge.
        merge: CommitInfo,
    },
    /// The branch was moved onto the hotfix's commits.
    FastForwarded,
    /// By this one commit, which changes what the whole hotfix changes.
    Squashed {
        /// The commit.
        commit: CommitInfo,
    },
    /// Commit by commit: rebased or cherry-picked.
    Copied {
        /// Each own commit with its copy, newest first.
        copies: Vec<Copied>,
        /// The own commits without a copy, newest first.
        missing: Vec<CommitInfo>,
    },
    /// No commit shows it, but merging the hotfix would change nothing.
    Content,
}

/// A commit of the hotfix that stands on another branch under another id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// The hotfix's commit.
    pub own: CommitInfo,
    /// The copy.
    pub copy: CommitInfo,
    /// Whether only the message of the copy names the commit: its changes differ, as they do after
    /// a conflict.
    pub by_message: bool,
}

/// A commit that brought the hotfix to a branch, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// The commit.
    pub commit: CommitInfo,
    /// The commits that took it back, brought it again, took it back …, in this order.
    pub reverts: Vec<CommitInfo>,
}

impl Brought {
    /// Whether it was taken back and not brought again.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.reverts.len() % 2 == 1
    }
}

/// The hotfix on a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The hotfix.
    pub hotfix: Hotfix,
    /// How it reached the branch.
    pub landing: Landing,
    /// The commits that brought it there, newest first, and what became of each; empty where none
    /// is known.
    pub brought: Vec<Brought>,
    /// Own commits that take an earlier commit back, each with that commit's id.
    pub own_reverts: Vec<(CommitInfo, String)>,
}

impl Standing {
    /// Whether all that brought the hotfix was taken back and not brought again.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        !self.brought.is_empty() && self.brought.iter().all(Brought::is_gone)
    }
}

impl Repository {
    /// The hotfix of `base`, and how it stands in production.
    ///
    /// # Errors
    /// [`BaseError`] when git cannot be read.
    pub fn standing(&self, base: &BaseCommit) -> Result<Standing, BaseError> {
        self.with(|git| {
            let (head, tip) = (base.head.parse()?, base.tip.parse()?);
            let landing = by_history(git, head, tip)?;
            let hotfix = hotfix(git, base, landing.as_ref())?;
            let landing = match landing {
                // The branch stands where it began: production did not get anything from it.
                Some(_) if hotfix.commits.is_empty() && hotfix.merges == 0 => Landing::Absent,
                Some(landing) => landing,
                None => by_patch(git, &hotfix, tip)?,
            };
            let brought = reverts(git, &hotfix, &landing, tip)?;
            let own_reverts = own_reverts(git, &hotfix)?;
            Ok(Standing {
                hotfix,
                landing,
                brought,
                own_reverts,
            })
        })
    }

    /// How a hotfix stands on the branch, tag or commit `name`, and the commits there that took it
    /// back again and still hold, newest first.
    ///
    /// # Errors
    /// [`BaseError`] when there is no such ref, or git cannot be read.
    pub fn landing_on(
        &self,
        hotfix: &Hotfix,
        name: &str,
    ) -> Result<(Landing, Vec<CommitInfo>), BaseError> {
        self.with(|git| {
            let tip = production::asked(git, name)?.commit;
            let landing = match by_history(git, hotfix.head.parse()?, tip)? {
                Some(landing) => landing,
                None => by_patch(git, hotfix, tip)?,
            };
            let taken_back = taken_back(git, hotfix, &landing, tip)?;
            Ok((landing, taken_back))
        })
    }
}

/// By the graph alone: none when `tip` does not lead to `head`.
fn by_history(git: &git2::Repository, head: Oid, tip: Oid) -> Result<Option<Landing>, git2::Error> {
    if head == tip {
        return Ok(Some(Landing::FastForwarded));
    }
    if !git.graph_descendant_of(tip, head)? {
        return Ok(None);
    }
    let mut above: HashSet<Oid> = HashSet::from([head]);
    for id in between(git, tip, &[head])?.into_iter().rev() {
        let commit = git.find_commit(id)?;
        if commit.parent_ids().any(|parent| above.contains(&parent)) {
            above.insert(id);
        }
    }
    // Down production's own line to the first commit that has the hotfix.
    let mut first = tip;
    loop {
        let commit = git.find_commit(first)?;
        let Some(parent) = commit.parent_ids().next() else {
            return Ok(Some(Landing::FastForwarded));
        };
        if parent == head {
            return Ok(Some(Landing::FastForwarded));
        }
        if !above.contains(&parent) {
            let merge = CommitInfo::of(&commit);
            return Ok(Some(Landing::Merged { merge }));
        }
        first = parent;
    }
}

fn hotfix(
    git: &git2::Repository,
    base: &BaseCommit,
    landing: Option<&Landing>,
) -> Result<Hotfix, BaseError> {
    let head: Oid = base.head.parse()?;
    let (start, hidden, start_by) = match landing {
        Some(Landing::Merged { merge }) => {
            let merge = git.find_commit(merge.id.parse()?)?;
            let before = merge.parent_id(0)?;
            let start = git.merge_base(before, head).unwrap_or(before);
            (start, before, StartBy::History)
        }
        Some(_) => {
            let (start, start_by) = start_of_line(git, base, head)?;
            (start, start, start_by)
        }
        None => (base.commit.parse()?, base.tip.parse()?, StartBy::History),
    };
    let mut commits = Vec::new();
    let mut merges = 0;
    for id in between(git, head, &[hidden])? {
        let commit = git.find_commit(id)?;
        if 1 < commit.parent_count() {
            merges += 1;
        } else {
            commits.push(CommitInfo::of(&commit));
        }
    }
    Ok(Hotfix {
        commits,
        merges,
        start: start.to_string(),
        head: base.head.clone(),
        start_by,
    })
}

/// Where a hotfix began that production was moved onto: the graph cannot tell it from what stood
/// there before.
fn start_of_line(
    git: &git2::Repository,
    base: &BaseCommit,
    head: Oid,
) -> Result<(Oid, StartBy), BaseError> {
    let leads_to_head = |id: &Oid| git.graph_descendant_of(head, *id).unwrap_or(false);
    let name = base
        .branch
        .as_ref()
        .map(|name| format!("refs/heads/{name}"));
    let reflog = name.and_then(|name| git.reflog(&name).ok());
    if let Some(log) = reflog
        && let Some(first) = log.iter().next_back()
    {
        let began = first.id_new();
        // A branch that somebody else pushed begins here with all of its commits.
        let own = base.branch.as_deref().unwrap_or_default();
        let from = first.message_bytes().map(String::from_utf8_lossy);
        let is_new = from.is_some_and(|from| {
            from.contains("Created from") && !from.contains(own) && !from.contains("FETCH_HEAD")
        });
        if leads_to_head(&began) || (began == head && is_new) {
            return Ok((began, StartBy::Reflog));
        }
    }
    let tag = production::nearest_tag(git, head, base.branch.as_deref())?;
    if let Some(tag) = tag.map(|tag| tag.commit).filter(leads_to_head) {
        return Ok((tag, StartBy::Tag));
    }
    let parent = git.find_commit(head)?.parent_id(0);
    Ok((parent.unwrap_or(head), StartBy::Nothing))
}

/// By what the commits change, for a hotfix that `tip` does not lead to.
fn by_patch(git: &git2::Repository, hotfix: &Hotfix, tip: Oid) -> Result<Landing, BaseError> {
    if hotfix.commits.is_empty() {
        return Ok(Landing::Absent);
    }
    let (start, head): (Oid, Oid) = (hotfix.start.parse()?, hotfix.head.parse()?);
    let whole = patch::of_trees(git, start, head)?;
    let mut hidden = vec![head];
    // Production's own commits up to where the hotfix began cannot hold it.
    hidden.push(start);
    let mut by_id: HashMap<Oid, CommitInfo> = HashMap::new();
    let mut by_message: HashMap<String, CommitInfo> = HashMap::new();
    for id in between(git, tip, &hidden)? {
        let commit = git.find_commit(id)?;
        if 1 < commit.parent_count() {
            continue;
        }
        for named in named_after(&commit, "cherry picked from commit ") {
            by_message
                .entry(named)
                .or_insert_with(|| CommitInfo::of(&commit));
        }
        let patch = patch::of_commit(git, &commit, Some(&whole.paths))?;
        if let Some(patch) = patch {
            if patch == whole.id && 1 < hotfix.commits.len() {
                let commit = CommitInfo::of(&commit);
                return Ok(Landing::Squashed { commit });
            }
            by_id
                .entry(patch)
                .or_insert_with(|| CommitInfo::of(&commit));
        }
    }
    let (mut copies, mut missing) = (Vec::new(), Vec::new());
    for own in &hotfix.commits {
        let commit = git.find_commit(own.id.parse()?)?;
        let Some(patch) = patch::of_commit(git, &commit, None)? else {
            // A commit without a change is everywhere.
            continue;
        };
        let same = by_id.get(&patch).map(|copy| (copy, false));
        match same.or_else(|| Some((by_message.get(&own.id)?, true))) {
            Some((copy, by_message)) => copies.push(Copied {
                own: own.clone(),
                copy: copy.clone(),
                by_message,
            }),
            None => missing.push(own.clone()),
        }
    }
    if missing.is_empty() && !copies.is_empty() {
        return Ok(Landing::Copied { copies, missing });
    }
    if patch::changes_nothing(git, start, tip, head)? {
        return Ok(Landing::Content);
    }
    if copies.is_empty() {
        return Ok(Landing::Absent);
    }
    Ok(Landing::Copied { copies, missing })
}

/// The full ids that a message names behind `words`.
fn named_after(commit: &git2::Commit<'_>, words: &str) -> Vec<String> {
    let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
    let named = message.split(words).skip(1).filter_map(|rest| {
        let id: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
        (id.len() == 40).then_some(id)
    });
    named.collect()
}

/// What git writes into the message of a revert.
const REVERTS: &str = "This reverts commit ";

/// The chain of reverts of each commit that brought the hotfix: taken back, brought again, …
fn reverts(
    git: &git2::Repository,
    hotfix: &Hotfix,
    landing: &Landing,
    tip: Oid,
) -> Result<Vec<Brought>, BaseError> {
    let brought: Vec<&CommitInfo> = match landing {
        Landing::Merged { merge } => vec![merge],
        Landing::Squashed { commit } => vec![commit],
        Landing::Copied { copies, .. } => copies.iter().map(|it| &it.copy).collect(),
        Landing::FastForwarded => hotfix.commits.iter().collect(),
        Landing::Absent | Landing::Content => return Ok(Vec::new()),
    };
    let by_target = reverted(git, tip, hotfix.start.parse()?)?;
    let mut found: Vec<Brought> = Vec::new();
    for commit in brought {
        // One commit may be the copy of several that were squashed in part.
        if found.last().is_none_or(|last| last.commit.id != commit.id) {
            let reverts = chain(&by_target, &commit.id);
            let commit = commit.clone();
            found.push(Brought { commit, reverts });
        }
    }
    Ok(found)
}

/// Each revert takes the one before back, the first the commit `id`.
fn chain(by_target: &HashMap<String, (usize, CommitInfo)>, id: &str) -> Vec<CommitInfo> {
    let mut found: Vec<CommitInfo> = Vec::new();
    // A message may name any commit: no chain is longer than there are reverts.
    while found.len() <= by_target.len()
        && let Some((_, revert)) = by_target.get(found.last().map_or(id, |last| &last.id))
    {
        found.push(revert.clone());
    }
    found
}

/// What each revert takes back that `tip` has beyond `hidden`: by the full id that it names, how
/// many commits are newer, and the revert.
fn reverted(
    git: &git2::Repository,
    tip: Oid,
    hidden: Oid,
) -> Result<HashMap<String, (usize, CommitInfo)>, BaseError> {
    let mut by_target = HashMap::new();
    for (age, id) in between(git, tip, &[hidden])?.into_iter().enumerate() {
        let commit = git.find_commit(id)?;
        for target in named_after(&commit, REVERTS) {
            by_target.insert(target, (age, CommitInfo::of(&commit)));
        }
    }
    Ok(by_target)
}

/// The commits up to `tip` that took back what brought the hotfix, or one of its commits, and that
/// nobody took back in turn; newest first.
fn taken_back(
    git: &git2::Repository,
    hotfix: &Hotfix,
    landing: &Landing,
    tip: Oid,
) -> Result<Vec<CommitInfo>, BaseError> {
    let own = hotfix.commits.iter().map(|it| &it.id);
    let brought: Vec<&String> = match landing {
        Landing::Merged { merge } => own.chain([&merge.id]).collect(),
        Landing::FastForwarded => own.collect(),
        Landing::Squashed { commit } => vec![&commit.id],
        Landing::Copied { copies, .. } => copies.iter().map(|it| &it.copy.id).collect(),
        Landing::Absent | Landing::Content => return Ok(Vec::new()),
    };
    let by_target = reverted(git, tip, hotfix.start.parse()?)?;
    let mut found = Vec::new();
    for id in brought {
        let mut chain = chain(&by_target, id);
        found.extend(chain.pop().filter(|_| chain.len().is_multiple_of(2)));
    }
    let age = |revert: &CommitInfo| {
        let known = by_target.values().find(|(_, it)| it.id == revert.id);
        known.map_or(0, |(age, _)| *age)
    };
    found.sort_by_key(age);
    found.dedup();
    Ok(found)
}

fn own_reverts(
    git: &git2::Repository,
    hotfix: &Hotfix,
) -> Result<Vec<(CommitInfo, String)>, BaseError> {
    let mut found = Vec::new();
    for own in &hotfix.commits {
        let commit = git.find_commit(own.id.parse()?)?;
        let targets = named_after(&commit, REVERTS);
        found.extend(targets.into_iter().map(|target| (own.clone(), target)));
    }
    Ok(found)
}
