//! The version that the hotfix will ship as.
//!
//! The first that is known of: the branch's name; the newest release tag in production's history,
//! one patch higher; the setting `version`; the version in production's project files, one patch
//! higher. A `v` stands before it where the branch or the tag has one.

mod names;
mod project;

use git2::Oid;

pub use names::{Version, of_branch, of_tag};

use super::error::BaseError;
use super::production;
use super::repository::Repository;
use super::scope::BaseCommit;
use crate::config::Settings;

impl Repository {
    /// The version of the hotfix on this base as the team writes it (`v1.2.1`); none when nothing
    /// tells it. Reads tags, history up to the newest tag, and at most some ten blobs.
    ///
    /// # Errors
    /// [`BaseError::Git`] when git cannot be read.
    pub fn version(
        &self,
        base: &BaseCommit,
        settings: &Settings,
    ) -> Result<Option<String>, BaseError> {
        let branch = base.branch.as_deref();
        self.with(|git| {
            let tag = newest_tag(git, base.id, branch)?;
            let by_names = by_names(branch, tag.as_ref());
            let known = by_names.or_else(|| settings.version.clone());
            Ok(
                known
                    .or_else(|| Some(project::version(self, git, base.id)?.next_patch().written())),
            )
        })
    }
}

fn newest_tag(
    git: &git2::Repository,
    base: Oid,
    branch: Option<&str>,
) -> Result<Option<Version>, BaseError> {
    let tag = production::nearest_tag(git, base, branch)?;
    Ok(tag.and_then(|tag| of_tag(&tag.name)))
}

/// The version by the branch's name, else by the newest tag before it.
fn by_names(branch: Option<&str>, tag: Option<&Version>) -> Option<String> {
    let tag_has_v = tag.is_some_and(|tag| tag.v);
    if let Some(mut version) = branch.and_then(of_branch) {
        version.v |= tag_has_v;
        return Some(version.written());
    }
    let Some(line) = branch.and_then(names::release_line_of_branch) else {
        return tag.map(|tag| tag.next_patch().written());
    };
    // `release/1.2-hotfix3` says which release is fixed, and the tags say how far it got.
    if let Some(tag) = tag
        && tag.numbers.starts_with(&line.version.numbers)
    {
        return Some(tag.next_patch().written());
    }
    let mut version = line.version;
    version.v |= tag_has_v;
    Some(format!("{}{}", version.written(), line.rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(branch: &str, tag: Option<&str>, expected: Option<&str>) {
        let tag = tag.and_then(of_tag);
        assert_eq!(
            by_names(Some(branch), tag.as_ref()).as_deref(),
            expected,
            "{branch}"
        );
    }

    #[test]
    fn the_branch_tells_the_version_as_it_writes_it() {
        case("hotfix/v1.2.1", None, Some("v1.2.1"));
        case("hotfix/1.2.1", None, Some("1.2.1"));
        case("hotfix-1.2.1-login", None, Some("1.2.1"));
        case("team/hotfix/V2.0.3_crash", None, Some("v2.0.3"));
        case("hotfix/2024.11.3", None, Some("2024.11.3"));
    }

    #[test]
    fn the_tags_tell_whether_a_v_belongs_there() {
        case("hotfix/1.2.1", Some("v1.2.0"), Some("v1.2.1"));
    }

    #[test]
    fn a_branch_that_names_only_the_release_counts_on_from_its_tags() {
        case("release/1.2-hotfix3", Some("v1.2.2"), Some("v1.2.3"));
        case("hotfix/1.2", Some("1.2.9"), Some("1.2.10"));
        case("release/1.2-hotfix3", None, Some("1.2-hotfix3"));
        case("hotfix-1.2", Some("v1.1.0"), Some("v1.2"));
    }

    #[test]
    fn without_a_version_in_the_branch_the_tag_counts_on() {
        case("hotfix/login", Some("v1.2.0"), Some("v1.2.1"));
        case("hotfix/login", Some("release-1.2"), Some("1.2.1"));
        case("hotfix/login", None, None);
    }

    #[test]
    fn numbers_of_other_things_are_no_version() {
        case("hotfix/JIRA-1234", None, None);
        case("hotfix/python3.12-crash", None, None);
        case("hotfix/upgrade-to-3.12", None, None);
    }
}
