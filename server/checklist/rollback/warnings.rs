//! What a person must know before the rollback.

use super::code::guessed_start;
use super::{About, count, short};
use crate::vcs::{BaseError, Brought, CommitInfo, Landing};

/// Everything that could surprise.
pub(super) fn of(about: &About<'_>) -> Result<Vec<String>, BaseError> {
    let mut warnings = Vec::new();
    let standing = about.standing;
    for (own, target) in &standing.own_reverts {
        warnings.push(format!(
            "{} itself takes back {}: the rollback brings {} to production again",
            own.short(),
            short(target),
            short(target)
        ));
    }
    let brought_again = |it: &Brought| !it.is_gone() && !it.reverts.is_empty();
    if standing.brought.iter().any(brought_again) {
        warnings.push(format!(
            "{} was already taken back and brought again: the plan takes back the commit that \
             brought it again",
            about.name()
        ));
    }
    for gone in standing.brought.iter().filter(|it| it.is_gone()) {
        let by = gone.reverts.last().map_or("", CommitInfo::short);
        if !about.is_rolled_back() {
            let (id, subject) = (gone.commit.short(), &gone.commit.subject);
            warnings.push(format!("{id} ({subject}) was taken back by {by} already"));
        }
    }
    if matches!(standing.landing, Landing::FastForwarded)
        && let Some(by) = guessed_start(standing.hotfix.start_by)
    {
        let commits = count(standing.hotfix.commits.len(), "commit");
        warnings.push(format!(
            "git does not show where {} began, so the start is {by} ({commits}): check the list",
            about.name()
        ));
    }
    if let Landing::Copied { copies, missing } = &standing.landing {
        for own in missing {
            let (id, subject) = (own.short(), &own.subject);
            warnings.push(format!("{id} ({subject}) is not in production"));
        }
        for copied in copies.iter().filter(|copied| copied.by_message) {
            warnings.push(format!(
                "{} names {} and changes something else: look at it before the rollback",
                copied.copy.short(),
                copied.own.short()
            ));
        }
    }
    if 0 < standing.hotfix.merges && matches!(standing.landing, Landing::Absent) {
        let merges = count(standing.hotfix.merges, "merge");
        warnings.push(format!(
            "the branch holds {merges}: what they brought from elsewhere stays"
        ));
    }
    let uncommitted = about.repository.uncommitted()?;
    if 0 < uncommitted {
        let files = count(uncommitted, "file");
        warnings.push(format!(
            "{files} changed and not committed yet: this plan takes back commits only. Commit or \
             stash what is open and ask again; until then `git switch` may refuse"
        ));
    }
    Ok(warnings)
}
