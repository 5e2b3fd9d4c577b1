//! The example repository, made by libgit2 alone: neither the git command nor the user's git
//! settings have a say in it.

use std::fs;
use std::path::Path;

use git2::{Oid, Repository, RepositoryInitOptions, Signature, Time};

/// Why the example cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The disk said no.
    #[error("{0}")]
    Disk(#[from] std::io::Error),
    /// Git said no.
    #[error("{}", .0.message())]
    Git(#[from] git2::Error),
}

/// Paths and texts of a commit.
type Files = [(&'static str, &'static str)];

macro_rules! sources {
    ($side:literal: $($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!($side, "/", $path)))),*]
    };
}

/// The first release.
const FIRST: &Files = sources!("production": "pyproject.toml", "shop/__init__.py", "shop/stock.py");

/// What the second release adds.
const SECOND: &Files = sources!(
    "production": "CHANGELOG.md", "shop/orders.py", "shop/payments.py", "tests/test_orders.py",
);

/// What the hotfix has committed.
const COMMITTED: &Files = sources!("hotfix": "shop/orders.py", "tests/test_orders.py");

/// What the hotfix has only in the work tree.
const LOOSE: &Files = sources!("hotfix": "shop/payments.py", "shop/stock.py");

/// Builds production's history with the tag `v1.2.0`, and the branch `hotfix/v1.2.1` with an
/// unfinished fix, in the new or empty folder `folder`.
pub fn build(folder: &Path) -> Result<(), BuildError> {
    fs::create_dir_all(folder)?;
    let mut options = RepositoryInitOptions::new();
    options.external_template(false).initial_head("main");
    let repository = Repository::init_opts(folder, &options)?;
    let mut config = repository.config()?.open_level(git2::ConfigLevel::Local)?;
    config.set_bool("core.autocrlf", false)?;

    let history = History {
        repository: &repository,
        folder,
    };
    let first = history.commit("refs/heads/main", "Sell what is in stock", FIRST, None, 0)?;
    let second = history.commit(
        "refs/heads/main",
        "Let guests order",
        SECOND,
        Some(first),
        1,
    )?;
    let production = repository.find_object(second, None)?;
    repository.tag("v1.2.0", &production, &author(1)?, "Release 1.2.0", false)?;
    let branch = "refs/heads/hotfix/v1.2.1";
    let message = "Send the receipt to the account's address";
    history.commit(branch, message, COMMITTED, Some(second), 2)?;
    repository.set_head(branch)?;
    history.write(LOOSE)
}

struct History<'a> {
    repository: &'a Repository,
    folder: &'a Path,
}

impl History<'_> {
    /// Writes `files`, adds them to the index, and commits the whole index on `branch`.
    fn commit(
        &self,
        branch: &str,
        message: &str,
        files: &Files,
        parent: Option<Oid>,
        day: i64,
    ) -> Result<Oid, BuildError> {
        self.write(files)?;
        let mut index = self.repository.index()?;
        for (path, _) in files {
            index.add_path(Path::new(path))?;
        }
        index.write()?;
        let tree = self.repository.find_tree(index.write_tree()?)?;
        let parent = parent
            .map(|id| self.repository.find_commit(id))
            .transpose()?;
        let parents: Vec<_> = parent.iter().collect();
        let author = author(day)?;
        let id = self
            .repository
            .commit(None, &author, &author, message, &tree, &parents)?;
        self.repository.reference(branch, id, true, message)?;
        Ok(id)
    }

    fn write(&self, files: &Files) -> Result<(), BuildError> {
        for (path, text) in files {
            let file = self.folder.join(path);
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(file, text)?;
        }
        Ok(())
    }
}

/// The same author and the same days on every machine, so that the ids are the same as well.
fn author(day: i64) -> Result<Signature<'static>, git2::Error> {
    const FIRST_DAY: i64 = 1_760_000_000;
    const SECONDS: i64 = 86_400;
    let time = Time::new(FIRST_DAY + day * SECONDS, 0);
    Signature::new("Ada Example", "ada@example.com", &time)
}
