//! Which release a commit went out with.

use git2::{Commit, Oid, Repository as Git};

use crate::vcs::error::BaseError;
use crate::vcs::production::tags_by_commit;
use crate::vcs::scope::BaseCommit;
use crate::vcs::version;

/// How many tags are tried for one commit: those nearest in time come first, and one of the first
/// is nearly always the right one.
const MOST_TRIED: usize = 24;

/// Clocks of committers differ by less than this, in seconds.
const SKEW: i64 = 24 * 60 * 60;

/// The releases of a repository, the oldest first.
pub(super) struct Releases(Vec<Release>);

struct Release {
    commit: Oid,
    seconds: i64,
    name: String,
}

impl Releases {
    /// Reads the tags: those that name a release, else, where none does, all of them. The hotfix's
    /// own tag is none of them.
    pub fn read(git: &Git, base: &BaseCommit) -> Result<Self, BaseError> {
        let own = base.branch.as_deref().and_then(version::of_branch);
        let tags = tags_by_commit(git)?;
        let is_own = |name: &str| {
            let numbers = version::of_tag(name).map(|tag| tag.numbers);
            numbers.is_some() && numbers == own.as_ref().map(|own| own.numbers.clone())
        };
        let is_release = |name: &str| version::of_tag(name).is_some_and(|it| it.is_release());
        let any = tags.iter().any(|(_, name)| is_release(name));
        let mut found: Vec<Release> = tags
            .into_iter()
            .filter(|(_, name)| !is_own(name) && (!any || is_release(name)))
            .filter_map(|(commit, name)| {
                let seconds = git.find_commit(commit).ok()?.time().seconds();
                Some(Release {
                    commit,
                    seconds,
                    name,
                })
            })
            .collect();
        found.sort_by(|one, other| (one.seconds, &one.name).cmp(&(other.seconds, &other.name)));
        Ok(Self(found))
    }

    /// The first release that has `commit`, and the newest one that it builds on.
    pub fn around(
        &self,
        git: &Git,
        commit: &Commit<'_>,
        stopped: &dyn Fn() -> bool,
    ) -> (Option<String>, Option<String>) {
        let (id, seconds) = (commit.id(), commit.time().seconds());
        let builds_on = |newer: Oid, older: Oid| {
            !stopped() && git.graph_descendant_of(newer, older).unwrap_or(false)
        };
        let mut later = self.0.iter().filter(|it| seconds - SKEW <= it.seconds);
        let mut later = later.by_ref().take(MOST_TRIED);
        let first = later.find(|it| it.commit == id || builds_on(it.commit, id));
        let earlier = self
            .0
            .iter()
            .rev()
            .filter(|it| it.seconds <= seconds + SKEW);
        let mut earlier = earlier.take(MOST_TRIED);
        let before = earlier.find(|it| it.commit != id && builds_on(id, it.commit));
        let name = |it: &Release| it.name.clone();
        (first.map(name), before.map(name))
    }
}
