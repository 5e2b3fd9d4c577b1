//! The hotfix branch that a verb is about, and its record.

use std::path::Path;
use std::sync::Arc;

use super::configs::Configs;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::checklist::record::{self, DiskError, Record};
use crate::config::Settings;
use crate::vcs::{BaseCommit, Repository, Scope};

/// A hotfix branch whose base is known.
pub struct Branch {
    /// The repository of the terminal's folder.
    pub repository: Repository,
    /// What the branch is compared with.
    pub base: Arc<BaseCommit>,
    /// The settings of the repository's root.
    pub settings: Arc<Settings>,
    /// The hotfix's version, if anything tells it.
    pub version: Option<String>,
}

impl Branch {
    /// The branch that is checked out in the terminal's folder. What stands in the way is told.
    pub fn here(reference: Option<&str>, terminal: &mut Terminal) -> Option<Self> {
        let folder = terminal.folder.clone();
        Self::at(&folder, reference, terminal)
    }

    /// The branch that is checked out where `folder` lies. What stands in the way is told.
    pub fn at(folder: &Path, reference: Option<&str>, terminal: &mut Terminal) -> Option<Self> {
        let found = Self::find(folder, reference, terminal);
        found
            .map_err(|message| terminal.trouble(Trouble::new(message)))
            .ok()
    }

    fn find(
        folder: &Path,
        reference: Option<&str>,
        terminal: &mut Terminal,
    ) -> Result<Self, String> {
        let text = |error: crate::vcs::BaseError| error.to_string();
        let repository = Repository::discover(folder).map_err(text)?;
        let mut configs = Configs::new(Some(repository.root().to_owned()));
        let settings = configs.of(repository.root(), terminal).settings;
        let base = match repository.scope(&settings, reference).map_err(text)? {
            Scope::Judged(base) => base,
            Scope::Inactive(reason) => return Err(reason.to_string()),
        };
        let version = repository.version(&base, &settings).map_err(text)?;
        Ok(Self {
            repository,
            base,
            settings,
            version,
        })
    }

    /// The root of the work tree.
    pub fn root(&self) -> &Path {
        self.repository.root()
    }

    /// The record; none when there is none yet.
    ///
    /// # Errors
    /// [`Told`] when it cannot be read, which was told.
    pub fn record(&self, path: &str, terminal: &mut Terminal) -> Result<Option<Record>, Told> {
        match record::load(self.root(), path) {
            Ok(record) => Ok(Some(record)),
            Err(DiskError::Missing) => Ok(None),
            Err(error) => {
                terminal.trouble(Trouble::at(path, error.to_string()));
                Err(Told)
            }
        }
    }
}

/// Something is wrong, and the terminal has said what.
#[derive(Debug, Clone, Copy)]
pub struct Told;
