//! The last proof of a branch, kept in git's own folder of this work tree.

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::verify::Verification;
use crate::vcs::{BaseCommit, Repository};

/// What `prove` keeps.
pub const PROOF: &str = "proof";
/// What `verify` keeps.
pub const VERIFICATION: &str = "verify";

/// A stored result is no larger than this, in bytes.
const LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Where the result `kind` of `branch` lies. It is no part of the repository: who clones it has
/// proved nothing yet.
fn path(repository: &Repository, kind: &str, branch: Option<&str>) -> PathBuf {
    let hash = crate::compare::normal::stable_hash(&[branch.unwrap_or("HEAD")]);
    let folder = repository.git_dir().join("hotfix-ls");
    folder.join(format!("{kind}-{hash:016x}.json"))
}

/// Keeps a result.
///
/// # Errors
/// What the disk says.
pub(super) fn save<T: Serialize>(
    repository: &Repository,
    kind: &str,
    branch: Option<&str>,
    result: &T,
) -> std::io::Result<()> {
    let path = path(repository, kind, branch);
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    std::fs::create_dir_all(folder)?;
    let text = serde_json::to_string_pretty(result).map_err(std::io::Error::other)?;
    // In one step: a reader never sees half of it, and neither does who was killed in between.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// The result that was kept; none when there is none that can be read.
#[must_use]
pub fn load<T: DeserializeOwned>(
    repository: &Repository,
    kind: &str,
    branch: Option<&str>,
) -> Option<T> {
    let bytes = crate::text::read_regular(&path(repository, kind, branch), LIMIT_BYTES).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Keeps what was verified, beside the suites that were not run this time, and gives all of it.
///
/// # Errors
/// What the disk says.
pub fn keep_verification(
    repository: &Repository,
    base: &BaseCommit,
    result: Verification,
) -> std::io::Result<Verification> {
    let branch = base.branch.as_deref();
    let before = load(repository, VERIFICATION, branch).unwrap_or_default();
    let all = result.over(before);
    save(repository, VERIFICATION, branch, &all)?;
    Ok(all)
}
