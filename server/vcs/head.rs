//! Where HEAD stands.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::error::BaseError;

/// Where HEAD stands, read afresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadState {
    /// The branch's short name (`hotfix/v1.2.1`); none when HEAD is detached. During a rebase HEAD
    /// is detached for git, and this is the branch that is being rebased.
    pub branch: Option<String>,
    /// The full object id of HEAD's commit; none on a branch without a commit.
    pub commit: Option<String>,
    /// What is under way.
    pub state: UnderWay,
}

/// An operation of git that waits for the user. The base is known all the same: it is the merge
/// base with HEAD's commit, and conflict stages in the index are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnderWay {
    /// Nothing.
    Nothing,
    /// `git merge`.
    Merge,
    /// `git rebase`, and `git am`, which keeps the same files.
    Rebase,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
    /// `git bisect`.
    Bisect,
}

impl UnderWay {
    /// A word for the status; empty when nothing is under way.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Merge => "merge",
            Self::Rebase => "rebase",
            Self::CherryPick => "cherry-pick",
            Self::Revert => "revert",
            Self::Bisect => "bisect",
        }
    }
}

/// Reads HEAD from `git`.
pub(super) fn read(git: &git2::Repository) -> Result<HeadState, BaseError> {
    let head = git.find_reference("HEAD")?;
    let state = under_way(git.state());
    let (branch, commit) = match head.symbolic_target() {
        Ok(Some(target)) => {
            let branch = target.strip_prefix("refs/heads/").unwrap_or(target);
            let commit = match git.find_reference(target) {
                Ok(reference) => Some(reference.peel_to_commit()?.id().to_string()),
                Err(error) if error.code() == git2::ErrorCode::NotFound => None,
                Err(error) => return Err(error.into()),
            };
            (Some(branch.to_owned()), commit)
        }
        _ => (
            rebased_branch(git.path()),
            head.target().map(|id| id.to_string()),
        ),
    };
    Ok(HeadState {
        branch,
        commit,
        state,
    })
}

fn under_way(state: git2::RepositoryState) -> UnderWay {
    use git2::RepositoryState as S;
    match state {
        S::Clean => UnderWay::Nothing,
        S::Merge => UnderWay::Merge,
        S::Revert | S::RevertSequence => UnderWay::Revert,
        S::CherryPick | S::CherryPickSequence => UnderWay::CherryPick,
        S::Bisect => UnderWay::Bisect,
        S::Rebase
        | S::RebaseInteractive
        | S::RebaseMerge
        | S::ApplyMailbox
        | S::ApplyMailboxOrRebase => UnderWay::Rebase,
    }
}

/// The branch that a rebase will move when it is done.
fn rebased_branch(git_dir: &Path) -> Option<String> {
    ["rebase-merge/head-name", "rebase-apply/head-name"]
        .iter()
        .find_map(|file| std::fs::read_to_string(git_dir.join(file)).ok())
        .and_then(|name| Some(name.trim().strip_prefix("refs/heads/")?.to_owned()))
}

/// Whether `name` is a hotfix branch by the globs `patterns`. `*` also matches `/`, so `hotfix/*`
/// takes `hotfix/payments/refund`: that is how people name branches below a team or a ticket, and
/// being silent there would be the worse mistake. A pattern matches the whole name. Invalid
/// patterns match nothing; the configuration reports them.
#[must_use]
pub fn is_hotfix_branch(name: &str, patterns: &[String]) -> bool {
    glob_set(patterns).is_match(name)
}

fn glob_set(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        if let Ok(glob) = GlobBuilder::new(pattern).literal_separator(false).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[track_caller]
    fn case(name: &str, expected: bool) {
        let patterns = Settings::default().branches;
        assert_eq!(is_hotfix_branch(name, &patterns), expected, "{name}");
    }

    #[test]
    fn the_default_patterns_know_how_teams_name_hotfix_branches() {
        case("hotfix/v1.2.1", true);
        case("hotfix/payments/refund", true);
        case("hotfix-1.2.1", true);
        case("team/hotfix/login", true);
        case("release/1.2-hotfix3", true);
        case("main", false);
        case("feature/hotfix-tool", false);
        case("nohotfix/x", false);
        case("release/1.2", false);
    }

    #[test]
    fn a_broken_pattern_does_not_switch_the_good_ones_off() {
        let patterns = ["[".to_owned(), "fix/*".to_owned()];
        assert!(is_hotfix_branch("fix/a", &patterns));
    }
}
