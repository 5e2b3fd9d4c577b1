//! What else git knows of a hotfix: who does it, and from which release it starts.

use super::error::BaseError;
use super::production;
use super::repository::Repository;
use super::scope::BaseCommit;

impl Repository {
    /// The newest release tag at or before the base; none where there are no tags. Walks history
    /// up to that tag.
    ///
    /// # Errors
    /// [`BaseError::Git`] when git cannot be read.
    pub fn base_tag(&self, base: &BaseCommit) -> Result<Option<String>, BaseError> {
        let branch = base.branch.as_deref();
        self.with(|git| {
            let tag = production::nearest_tag(git, base.id, branch)?;
            Ok(tag.map(|tag| tag.name))
        })
    }

    /// Who works here by git's configuration (`Ada Lovelace <ada@example.org>`); none when it says
    /// nothing.
    #[must_use]
    pub fn owner(&self) -> Option<String> {
        let read = |git: &git2::Repository| {
            let config = git.config()?;
            let text = |key: &str| config.get_string(key).ok().filter(|text| !text.is_empty());
            Ok((text("user.name"), text("user.email")))
        };
        match self.with(read).ok()? {
            (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
            (name, email) => name.or(email),
        }
    }
}
