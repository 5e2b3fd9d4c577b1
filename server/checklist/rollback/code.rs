//! The commands that take the code back, for each way that it came to production.

use serde::Serialize;

use super::{About, Kind, Step, count, word};
use crate::vcs::{BaseError, CommitInfo, Landing, RefKind, StartBy, Try};

/// How the code goes back.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// The state in one sentence.
    pub summary: String,
    /// What the commands do.
    pub title: String,
    /// The commands; none when there is nothing to take back.
    pub commands: Vec<String>,
    /// What a person must know of them.
    pub notes: Vec<String>,
    /// How the fix comes back.
    pub back: Option<Step>,
    /// What happened when they were tried out.
    pub rehearsal: Option<Rehearsed>,
}

/// What happened when the commands were tried out in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rehearsed {
    /// Whether no step ran into a conflict.
    pub clean: bool,
    /// The files that conflict, sorted.
    pub conflicts: Vec<String>,
    /// The commit at which they conflict.
    pub at: Option<String>,
    /// Whether the conflict comes already when the hotfix is merged into production.
    pub at_merge: bool,
    /// Whether production's files are then exactly those from before the hotfix.
    pub exact: bool,
}

/// What is taken back, newest first.
struct Target {
    commit: CommitInfo,
    is_merge: bool,
}

/// The commands, and what happens when they are tried out.
pub(super) fn plan(about: &About<'_>) -> Result<Code, BaseError> {
    let mut code = Code {
        summary: summary(about),
        ..Code::default()
    };
    if about.is_rolled_back() {
        code.back = Some(bring_back(&last_reverts(about)));
        return Ok(code);
    }
    let targets = targets(about);
    if targets.is_empty() {
        return Ok(code);
    }
    code.title = format!("Take the code back: {}", about.name());
    let starting = start(about);
    code.commands = starting.commands;
    code.notes = starting.notes;
    for target in &targets {
        let mainline = if target.is_merge { "-m 1 " } else { "" };
        let id = &target.commit.id;
        code.commands
            .push(format!("git revert --no-edit {mainline}{id}"));
        let note = format!("{} is: {}", target.commit.short(), target.commit.subject);
        code.notes.push(note);
    }
    code.commands.extend(starting.publish);
    if matches!(about.standing.landing, Landing::Absent) {
        code.notes.push(
            "Should the merge squash or rebase these commits, run `hotfix-ls rollback` once more \
             after it: it then names the commits that production has"
                .to_owned(),
        );
    }
    code.rehearsal = Some(rehearse(about, &targets)?);
    if let [only] = &targets[..]
        && only.is_merge
    {
        code.back = Some(after_merge());
    }
    Ok(code)
}

fn summary(about: &About<'_>) -> String {
    let (name, production) = (about.name(), &about.base.reference);
    let hotfix = &about.standing.hotfix;
    if about.is_rolled_back() {
        let by = short_ids(&last_reverts(about));
        return format!("{name} was taken back on {production} by {by}: nothing is left to do");
    }
    let commits = count(hotfix.commits.len(), "commit");
    match &about.standing.landing {
        Landing::Absent if hotfix.commits.is_empty() => {
            format!("{name} has no commit of its own yet: commit the fix, then plan its rollback")
        }
        Landing::Absent => {
            format!(
                "{name} ({commits}) is not in {production} yet: this is the plan for afterwards"
            )
        }
        Landing::Merged { merge } => {
            let id = merge.short();
            format!("{name} ({commits}) was merged into {production} by {id}")
        }
        Landing::FastForwarded => {
            format!("{production} was moved onto {name} ({commits}), without a merge commit")
        }
        Landing::Squashed { commit } => {
            let id = commit.short();
            format!("{name} ({commits}) stands in {production} as one commit, {id}")
        }
        Landing::Copied { copies, missing } if missing.is_empty() => {
            let copied = count(copies.len(), "commit");
            format!("{name} stands in {production} as {copied} with other ids")
        }
        Landing::Copied { copies, missing } => format!(
            "{} of {name} stand in {production} with other ids, and {} do not",
            count(copies.len(), "commit"),
            missing.len()
        ),
        Landing::Content => format!(
            "{production} has all that {name} changes, but no commit shows how it came there: \
             look for it with `git log {production}` and take that commit back"
        ),
    }
}

/// What `git revert` is given, newest first.
fn targets(about: &About<'_>) -> Vec<Target> {
    let one = |commit: &CommitInfo| Target {
        commit: commit.clone(),
        is_merge: false,
    };
    let brought = &about.standing.brought;
    if brought.iter().any(|it| !it.reverts.is_empty()) {
        let there = brought.iter().filter(|it| !it.is_gone());
        // Taken back and brought again: the commit that brought it again is what goes now.
        let now = there.map(|it| it.reverts.last().unwrap_or(&it.commit));
        return now.map(one).collect();
    }
    let hotfix = &about.standing.hotfix;
    match &about.standing.landing {
        Landing::Merged { merge } => vec![Target {
            commit: merge.clone(),
            is_merge: true,
        }],
        Landing::Squashed { commit } => vec![one(commit)],
        Landing::Copied { copies, .. } => {
            let mut copied: Vec<&CommitInfo> = copies.iter().map(|it| &it.copy).collect();
            // One commit may be the copy of several that were squashed in part.
            copied.dedup_by(|one, other| one.id == other.id);
            copied.into_iter().map(one).collect()
        }
        Landing::Absent | Landing::FastForwarded => hotfix.commits.iter().map(one).collect(),
        Landing::Content => Vec::new(),
    }
}

struct Starting {
    commands: Vec<String>,
    publish: Vec<String>,
    notes: Vec<String>,
}

/// How the commands get onto production's branch and from there to the others.
fn start(about: &About<'_>) -> Starting {
    match &about.target {
        RefKind::Remote { remote, branch } => {
            let rollback = rollback_branch(about);
            let (remote, branch) = (word(remote), word(branch));
            Starting {
                commands: vec![
                    format!("git fetch {remote}"),
                    format!("git switch --no-track --create {rollback} {remote}/{branch}"),
                ],
                publish: vec![format!("git push --set-upstream {remote} {rollback}")],
                notes: vec![format!(
                    "The push makes a new branch; open a pull request from it into {branch}"
                )],
            }
        }
        RefKind::Branch(branch) => Starting {
            commands: vec![format!("git switch {}", word(branch))],
            publish: Vec::new(),
            notes: Vec::new(),
        },
        RefKind::Tag(name) | RefKind::Commit(name) => {
            let commands = match &about.base.branch {
                Some(branch) => vec![format!("git switch {}", word(branch))],
                None => Vec::new(),
            };
            Starting {
                commands,
                publish: Vec::new(),
                notes: vec![format!(
                    "Production is {name}: deploy it again first, then release what these commands \
                     make"
                )],
            }
        }
    }
}

/// The name of the branch that the rollback is made on; a number follows where it exists.
fn rollback_branch(about: &About<'_>) -> String {
    let name = about.version.map_or_else(|| about.name(), str::to_owned);
    let plain = |c: char| {
        let keep = c.is_ascii_alphanumeric() || "._-".contains(c);
        if keep { c } else { '-' }
    };
    let name: String = name.chars().map(plain).collect();
    let free = |name: &str| {
        let kind = about.repository.kind_of(name);
        !matches!(kind, Ok(RefKind::Branch(_)))
    };
    let first = format!("rollback/{}", name.trim_matches(['.', '-']));
    let numbered = (2..100).map(|number| format!("{first}-{number}"));
    std::iter::once(first.clone())
        .chain(numbered)
        .find(|name| free(name))
        .unwrap_or(first)
}

/// Tries the reverts on production's tip; a hotfix that is not there yet is merged first.
fn rehearse(about: &About<'_>, targets: &[Target]) -> Result<Rehearsed, BaseError> {
    let (repository, base) = (about.repository, about.base);
    let hotfix = &about.standing.hotfix;
    let is_absent = matches!(about.standing.landing, Landing::Absent);
    let mut tries = Vec::new();
    // A tag does not move: there the reverts go onto the hotfix's own branch.
    let moves = matches!(about.target, RefKind::Remote { .. } | RefKind::Branch(_));
    let onto = if is_absent && !moves {
        &base.head
    } else {
        &base.tip
    };
    if is_absent && moves {
        tries.push(Try::Merge {
            base: hotfix.start.clone(),
            commit: base.head.clone(),
        });
    }
    let merges = tries.len();
    tries.extend(targets.iter().map(|it| Try::Revert(it.commit.id.clone())));
    let rehearsal = repository.rehearse(onto, &tries)?;
    let before = match (&about.standing.landing, targets.last()) {
        (Landing::Absent, _) if moves => Some(base.tip.clone()),
        (Landing::Absent, _) => Some(hotfix.start.clone()),
        (_, Some(oldest)) => repository.parent_of(&oldest.commit.id)?,
        (_, None) => None,
    };
    let before = before.map(|id| repository.tree_of(&id)).transpose()?;
    let conflict = rehearsal.conflict.as_ref();
    let at = conflict.and_then(|(step, _)| targets.get(step.checked_sub(merges)?));
    Ok(Rehearsed {
        clean: conflict.is_none(),
        conflicts: conflict.map(|(_, files)| files.clone()).unwrap_or_default(),
        at: at.map(|target| target.commit.id.clone()),
        at_merge: conflict.is_some_and(|(step, _)| *step < merges),
        exact: conflict.is_none() && before.as_ref() == Some(&rehearsal.tree),
    })
}

/// A merge that was reverted cannot simply be merged once more.
fn after_merge() -> Step {
    Step {
        kind: Kind::Return,
        title: "When the fix is to come back".to_owned(),
        commands: Vec::new(),
        notes: vec![
            "Merging the branch once more brings nothing: for git its commits are in production. \
             Revert the revert first, then add what was missing"
                .to_owned(),
        ],
    }
}

/// The commits that took the hotfix back, in the order in which they are taken back in turn.
fn last_reverts<'a>(about: &'a About<'_>) -> Vec<&'a CommitInfo> {
    // The newest commit of the hotfix was taken back first.
    let brought = about.standing.brought.iter().rev();
    let mut found: Vec<&CommitInfo> = brought.filter_map(|it| it.reverts.last()).collect();
    found.dedup();
    found
}

fn short_ids(commits: &[&CommitInfo]) -> String {
    let ids: Vec<&str> = commits.iter().map(|it| it.short()).collect();
    ids.join(" and ")
}

fn bring_back(reverts: &[&CommitInfo]) -> Step {
    let ids: Vec<&str> = reverts.iter().map(|it| it.id.as_str()).collect();
    Step {
        kind: Kind::Return,
        title: "When the fix is to come back".to_owned(),
        commands: vec![format!("git revert --no-edit {}", ids.join(" "))],
        notes: vec![format!(
            "{} took it back; merging the branch once more brings nothing",
            short_ids(reverts)
        )],
    }
}

/// Whether the start of the hotfix was guessed.
pub(super) fn guessed_start(start: StartBy) -> Option<&'static str> {
    match start {
        StartBy::History | StartBy::Reflog => None,
        StartBy::Tag => Some("the newest release tag"),
        StartBy::Nothing => Some("its last commit alone"),
    }
}
