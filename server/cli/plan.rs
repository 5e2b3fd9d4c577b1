//! Which hotfix `rollback`, `backmerge`, `prove` and `verify` are about.

use super::branch::Branch;
use super::configs::Configs;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::vcs::{BaseError, Inactive, Repository, Scope};

/// What the user named.
pub struct Subject<'a> {
    /// The verb, for messages.
    pub verb: &'a str,
    /// A branch or commit; none for the branch that is checked out.
    pub hotfix: Option<&'a str>,
    /// The production ref, where it is not to be looked for.
    pub reference: Option<&'a str>,
}

impl Subject<'_> {
    /// Finds it; none when that is not possible, which was told.
    pub fn find(&self, terminal: &mut Terminal) -> Option<Branch> {
        match self.look(terminal) {
            Ok(Ok(found)) => {
                found.base.notes.iter().for_each(|note| terminal.note(note));
                Some(found)
            }
            Ok(Err(inactive)) => {
                terminal.trouble(Trouble::new(self.not_here(&inactive)));
                None
            }
            Err(error) => {
                terminal.trouble(Trouble::new(error.to_string()));
                None
            }
        }
    }

    fn look(&self, terminal: &mut Terminal) -> Result<Result<Branch, Inactive>, BaseError> {
        let repository = Repository::discover(&terminal.folder)?;
        let mut configs = Configs::new(Some(repository.root().to_owned()));
        let settings = configs.of(repository.root(), terminal).settings;
        let base = match self.hotfix {
            Some(name) => repository.base_of(&settings, self.reference, name)?,
            None => match repository.scope(&settings, self.reference)? {
                Scope::Judged(base) => base,
                Scope::Inactive(reason) => return Ok(Err(reason)),
            },
        };
        let version = repository.version(&base, &settings)?;
        Ok(Ok(Branch {
            repository,
            base,
            settings,
            version,
        }))
    }

    /// What to do where no hotfix is checked out.
    fn not_here(&self, reason: &Inactive) -> String {
        let here = match reason {
            Inactive::NotHotfixBranch { branch, .. } => {
                format!("branch {branch} is not a hotfix branch")
            }
            Inactive::DetachedHead { commit } => format!("HEAD is detached at {commit}"),
            other @ Inactive::Ignored { .. } => other.to_string(),
        };
        format!(
            "{here}: name the hotfix with `hotfix-ls {} BRANCH`",
            self.verb
        )
    }
}

/// `text` for a terminal: what a path or a message holds of control characters is shown and not
/// obeyed.
pub fn harmless(text: &str) -> String {
    let show = |c: char| {
        let harmful = c.is_control() && !matches!(c, '\n' | '\t');
        if harmful {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().map(show).collect()
}
