//! Keeping results: for the checklist, and in the record for people.

use super::store::{self, PROOF};
use super::types::Proof;
use super::verify::Verification;
use super::{Task, text};
use crate::checklist::record::{self, DiskError, Section};

/// Keeps a proof for the checklist, and writes it into the record if there is one; the record's path
/// then.
///
/// # Errors
/// One sentence that says what to do, without a final dot.
pub fn keep_proof(task: Task<'_>, proof: &Proof) -> Result<Option<String>, String> {
    let branch = task.base.branch.as_deref();
    store::save(task.repository, PROOF, branch, proof).map_err(|error| not_kept(&error))?;
    write_part(task, "proof", &text::markdown(proof))
}

/// Keeps what was verified beside the suites that were not run this time, as [`keep_proof`] does.
///
/// # Errors
/// One sentence that says what to do, without a final dot.
pub fn keep_verification(task: Task<'_>, result: Verification) -> Result<Option<String>, String> {
    let all = store::keep_verification(task.repository, task.base, result);
    let all = all.map_err(|error| not_kept(&error))?;
    write_part(task, "verify", &all.markdown())
}

fn not_kept(error: &std::io::Error) -> String {
    format!("the result cannot be kept in git's folder ({error}): look at its rights")
}

fn write_part(task: Task<'_>, part: &str, text: &str) -> Result<Option<String>, String> {
    let Some(branch) = &task.base.branch else {
        return Ok(None);
    };
    let root = task.repository.root();
    let path = record::path(task.settings, branch);
    let at = |error: &dyn std::fmt::Display| format!("{path}: {error}");
    let old = match record::load(root, &path) {
        Ok(old) => old,
        Err(DiskError::Missing) => return Ok(None),
        Err(error) => return Err(at(&error)),
    };
    let mut new = old.clone();
    new.put_generated(Section::Tests, part, text)
        .map_err(|error| at(&error))?;
    record::save(root, &path, &old, &new).map_err(|error| at(&error))?;
    Ok(Some(path))
}
