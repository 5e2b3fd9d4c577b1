//! Is the fix on the other branches? A fix that only production has is lost with the next release.

use std::fmt::Write as _;

use serde::Serialize;

use crate::vcs::{BaseCommit, BaseError, CommitInfo, Hotfix, Landing, RefKind, Repository, Try};

/// How a hotfix stands on other branches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backmerge {
    /// The hotfix: the branch, else the commit.
    pub hotfix: String,
    /// Its commits, newest first.
    pub commits: Vec<CommitInfo>,
    /// Each branch that was asked for.
    pub branches: Vec<OnBranch>,
}

/// How a hotfix stands on one branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnBranch {
    /// The branch.
    pub name: String,
    /// Whether all of the fix is there.
    pub present: bool,
    /// How it came there, or that it did not.
    pub landing: Landing,
    /// The commits there that took the fix back again, newest first.
    pub taken_back: Vec<CommitInfo>,
    /// The commits that are missing there, newest first.
    pub missing: Vec<CommitInfo>,
    /// The commands that bring what is missing, for a POSIX shell.
    pub commands: Vec<String>,
    /// The files in which these commands run into a conflict, sorted.
    pub conflicts: Vec<String>,
}

/// The branches that the names and globs mean.
///
/// # Errors
/// [`BaseError`] when nothing has such a name, or git cannot be read.
pub fn branches(repository: &Repository, names: &[String]) -> Result<Vec<String>, BaseError> {
    let mut found = Vec::new();
    for name in names {
        let meant = repository.branches(name)?;
        found.extend(
            meant
                .into_iter()
                .filter(|name| !found.contains(name))
                .collect::<Vec<_>>(),
        );
    }
    Ok(found)
}

/// Looks for the hotfix of `base` on each of `names`.
///
/// # Errors
/// [`BaseError`] when a branch does not exist, or git cannot be read.
pub fn check(
    repository: &Repository,
    base: &BaseCommit,
    names: &[String],
) -> Result<Backmerge, BaseError> {
    let standing = repository.standing(base)?;
    let hotfix = &standing.hotfix;
    // Production's one squashed commit is the better one to pick: its message is the final one.
    let squash = match &standing.landing {
        Landing::Squashed { commit } => Some(commit),
        _ => None,
    };
    let branches = names
        .iter()
        .map(|name| on_branch(repository, hotfix, squash, name));
    let short = base.head.get(..10).unwrap_or(&base.head);
    Ok(Backmerge {
        hotfix: base.branch.clone().unwrap_or_else(|| short.to_owned()),
        commits: hotfix.commits.clone(),
        branches: branches.collect::<Result<_, _>>()?,
    })
}

fn on_branch(
    repository: &Repository,
    hotfix: &Hotfix,
    squash: Option<&CommitInfo>,
    name: &str,
) -> Result<OnBranch, BaseError> {
    let (landing, taken_back) = repository.landing_on(hotfix, name)?;
    let missing = match &landing {
        Landing::Absent => hotfix.commits.clone(),
        Landing::Copied { missing, .. } => missing.clone(),
        _ => Vec::new(),
    };
    let whole = matches!(landing, Landing::Absent);
    let picks: Vec<&CommitInfo> = match squash {
        Some(squash) if whole => vec![squash],
        _ => missing.iter().rev().collect(),
    };
    let tip = repository.commit_of(name)?;
    let again = taken_back.iter().map(|it| Try::Revert(it.id.clone()));
    let picked = picks.iter().map(|it| Try::Pick(it.id.clone()));
    let tries: Vec<Try> = again.chain(picked).collect();
    let conflict = repository.rehearse(&tip.id, &tries)?.conflict;
    Ok(OnBranch {
        name: name.to_owned(),
        present: missing.is_empty() && taken_back.is_empty(),
        commands: commands(&repository.kind_of(name)?, &taken_back, &picks),
        landing,
        taken_back,
        missing,
        conflicts: conflict.map(|(_, files)| files).unwrap_or_default(),
    })
}

fn commands(kind: &RefKind, taken_back: &[CommitInfo], picks: &[&CommitInfo]) -> Vec<String> {
    if picks.is_empty() && taken_back.is_empty() {
        return Vec::new();
    }
    let word = super::rollback::word;
    let mut commands = match kind {
        RefKind::Remote { remote, branch } => vec![
            format!("git fetch {}", word(remote)),
            format!(
                "git switch --no-track --create backmerge/{0} {1}/{0}",
                word(branch),
                word(remote)
            ),
        ],
        RefKind::Branch(name) | RefKind::Tag(name) | RefKind::Commit(name) => {
            vec![format!("git switch {}", word(name))]
        }
    };
    if !taken_back.is_empty() {
        let ids: Vec<&str> = taken_back.iter().map(|it| it.id.as_str()).collect();
        commands.push(format!("git revert --no-edit {}", ids.join(" ")));
    }
    if !picks.is_empty() {
        let ids: Vec<&str> = picks.iter().map(|pick| pick.id.as_str()).collect();
        commands.push(format!("git cherry-pick -x {}", ids.join(" ")));
    }
    if let RefKind::Remote { remote, branch } = kind {
        commands.push(format!(
            "git push --set-upstream {} backmerge/{}",
            word(remote),
            word(branch)
        ));
    }
    commands
}

impl Backmerge {
    /// Whether the fix is on every branch.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.branches.iter().all(|branch| branch.present)
    }

    /// For a terminal.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut out = String::new();
        for branch in &self.branches {
            let _ = writeln!(out, "{}: {}", branch.name, branch.sentence());
            for commit in &branch.missing {
                let _ = writeln!(out, "   missing {} {}", commit.short(), commit.subject);
            }
            for command in &branch.commands {
                let _ = writeln!(out, "     {command}");
            }
            if !branch.conflicts.is_empty() {
                let files = branch.conflicts.join(", ");
                let _ = writeln!(out, "   ! this conflicts in {files}");
            }
        }
        out
    }

    /// Markdown, without a heading of its own.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for branch in &self.branches {
            let mark = if branch.present { 'x' } else { ' ' };
            let _ = writeln!(out, "- [{mark}] `{}`: {}", branch.name, branch.sentence());
            for commit in &branch.missing {
                let _ = writeln!(out, "  - missing {} {}", commit.short(), commit.subject);
            }
            if !branch.conflicts.is_empty() {
                let files = branch.conflicts.join(", ");
                let _ = writeln!(out, "  - this conflicts in {files}");
            }
            if !branch.commands.is_empty() {
                out.push_str("\n  ```sh\n");
                for command in &branch.commands {
                    let _ = writeln!(out, "  {command}");
                }
                out.push_str("  ```\n\n");
            }
        }
        out
    }
}

impl OnBranch {
    fn sentence(&self) -> String {
        let came = self.came();
        if self.taken_back.is_empty() {
            return came;
        }
        let ids: Vec<&str> = self.taken_back.iter().map(CommitInfo::short).collect();
        let came = came.replacen("fix is there", "fix was there", 1);
        format!("{came}, and was taken back by {}", ids.join(", "))
    }

    fn came(&self) -> String {
        match &self.landing {
            Landing::Absent if self.missing.is_empty() => {
                "the hotfix has no commit of its own yet".to_owned()
            }
            Landing::Absent => "the fix is missing".to_owned(),
            Landing::Merged { merge } => format!("the fix is there, merged by {}", merge.short()),
            Landing::FastForwarded => "the fix is there, by its own commits".to_owned(),
            Landing::Squashed { commit } => {
                format!("the fix is there, squashed as {}", commit.short())
            }
            Landing::Copied { copies, missing } => {
                let ids: Vec<&str> = copies.iter().map(|it| it.copy.short()).collect();
                let ids = ids.join(", ");
                if missing.is_empty() {
                    format!("the fix is there, copied as {ids}")
                } else {
                    format!("part of the fix is there, copied as {ids}")
                }
            }
            Landing::Content => "the fix is there, by what the files hold".to_owned(),
        }
    }
}
