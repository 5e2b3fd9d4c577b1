//! Changes that left the hotfix and wait for a feature branch: one patch each, in
//! `.hotfix/deferred/`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::record::{DiskError, inside};
use crate::fixes::Edit;
use crate::fixes::deferral::{self, Clash, Refusal};
use crate::text::{self, WriteError};
use crate::vcs::{FeatureError, Hunk, PatchFile, Production, Repository, read_patch};

/// Where the patches lie, relative to the repository.
pub const FOLDER: &str = ".hotfix/deferred";

/// More than this is no patch of one hunk, in bytes.
const LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// The longest part of a file name that is made of the change's own name, in characters.
const LONGEST_SLUG: usize = 40;

/// What stands above a patch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// What the change is, in a few words, on one line.
    pub what: String,
    /// The branch that it left.
    pub branch: String,
    /// The full object id of the commit that the branch is compared with.
    pub base: String,
    /// The path of the file on that branch, relative to the repository, with `/`.
    pub file: String,
    /// The line at which it stood, counted from 1.
    pub line: usize,
}

/// One deferred change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferred {
    /// The number that its file name begins with.
    pub number: u32,
    /// Its path, relative to the repository, with `/`.
    pub path: String,
    /// What stands above the patch.
    pub about: About,
    /// The patch.
    pub patch: PatchFile,
    /// The whole text of its file.
    pub text: String,
}

/// What a folder of deferred changes holds.
#[derive(Debug, Default)]
pub struct Listed {
    /// The changes, by number.
    pub changes: Vec<Deferred>,
    /// The paths of files that are called like a change and hold none.
    pub broken: Vec<String>,
}

/// Why a change did not leave, or did not come back. Nothing was changed then. `Display` is one
/// sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DeferError {
    /// Production's blob is not in this clone.
    #[error("production's version of it is not in this clone: run `git fetch` and try again")]
    NoBlob,
    /// It would not come back as it was.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It does not fit any more.
    #[error("{clash}: run `git apply --3way {path}` and settle it by hand")]
    Clash {
        /// Where.
        clash: Clash,
        /// The patch.
        path: String,
    },
    /// It stands too close to another one, or to what production changed since.
    #[error("{0}: {1}: put it on a branch of its own with `--apply NUMBER --branch NAME`")]
    Together(String, Clash),
    /// Production does not have the file any more.
    #[error("production has no {0} any more: apply its patch by hand")]
    NotInProduction(String),
    /// There is no branch.
    #[error(transparent)]
    Branch(#[from] FeatureError),
    /// The file that it belongs to is not there.
    #[error("{0} is not there, and the change belongs into it: restore the file first")]
    NoFile(String),
    /// The file that it belongs to is no text.
    #[error("{0} is not UTF-8: save it as UTF-8 first")]
    NotUtf8(String),
    /// The patch cannot be written.
    #[error("{FOLDER}: {0}")]
    Patch(DiskError),
    /// The disk said no.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// What leaves the hotfix.
#[derive(Debug)]
pub struct Change<'a> {
    /// What stands above the patch.
    pub about: About,
    /// The file as production has it.
    pub production: &'a Production,
    /// The hotfix's text.
    pub head: &'a str,
    /// The hunks that leave.
    pub hunks: &'a [Hunk],
    /// What brings production's lines back.
    pub edits: Vec<Edit>,
}

/// Writes the patch of a change, after trying that it brings the same text back. Gives the path of
/// the patch and the edits that are left to make.
///
/// # Errors
/// [`DeferError`]; there is no patch then.
pub fn leave(
    repository: &Repository,
    change: Change<'_>,
) -> Result<(String, Vec<Edit>), DeferError> {
    let production = change.production;
    let stored = repository
        .blob_text(&production.blob)
        .ok_or(DeferError::NoBlob)?;
    let deferral = deferral::defer(
        &production.path,
        &stored,
        change.head,
        change.hunks,
        change.edits,
    )?;
    let path = write(repository.root(), &change.about, &deferral.patch);
    let path = path.map_err(DeferError::Patch)?;
    Ok((path, deferral.edits))
}

/// Brings a deferred change back into the work tree, and removes its patch. Gives the path of the
/// changed file, relative to the repository.
///
/// # Errors
/// [`DeferError`]; the file and the patch are as they were then.
pub fn bring_back(repository: &Repository, change: &Deferred) -> Result<String, DeferError> {
    let root = repository.root();
    let known = [&change.about.file, &change.patch.path];
    let path = known
        .into_iter()
        .find(|path| !path.is_empty() && root.join(path).is_file())
        .ok_or_else(|| DeferError::NoFile(change.patch.path.clone()))?;
    let file = root.join(path);
    inside(root, &file)?;
    let bytes = text::read_regular(&file, LIMIT_BYTES).map_err(DiskError::Read)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| DeferError::NotUtf8(path.clone()))?;
    let stored = repository
        .blob_text(&change.patch.blob)
        .ok_or(DeferError::NoBlob)?;
    let back = deferral::bring_back(text, &stored, &change.patch).map_err(|clash| {
        let path = change.path.clone();
        DeferError::Clash { clash, path }
    })?;
    text::replace(&file, &bytes, back.as_bytes()).map_err(DiskError::from)?;
    remove(root, &change.path)?;
    Ok(path.clone())
}

/// Makes the branch `name` at the commit `start`, with `changes` in one commit, and removes their
/// patches. Gives the new commit's id.
///
/// # Errors
/// [`DeferError`]; there is no branch and the patches are as they were then.
pub fn put_on(
    repository: &Repository,
    (name, start): (&str, &str),
    changes: &[Deferred],
) -> Result<String, DeferError> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for change in changes {
        let patch = &change.patch;
        let text = match files.remove(&patch.path) {
            Some(text) => text,
            None => repository
                .file_at(start, &patch.path)
                .ok_or_else(|| DeferError::NotInProduction(patch.path.clone()))?,
        };
        let stored = repository
            .blob_text(&patch.blob)
            .ok_or(DeferError::NoBlob)?;
        let new = deferral::bring_back(&text, &stored, patch)
            .map_err(|clash| DeferError::Together(change.path.clone(), clash))?;
        files.insert(patch.path.clone(), new);
    }
    let commit = repository.feature_branch(name, start, &files, &message(changes))?;
    for change in changes {
        remove(repository.root(), &change.path)?;
    }
    Ok(commit)
}

fn message(changes: &[Deferred]) -> String {
    if let [one] = changes {
        return format!(
            "{}\n\nDeferred from {}.\n",
            one.about.what, one.about.branch
        );
    }
    let mut text = "Changes that left a hotfix\n\n".to_owned();
    for Deferred { about, .. } in changes {
        let _ = writeln!(
            text,
            "- {} ({}, from {})",
            about.what, about.file, about.branch
        );
    }
    text
}

/// All deferred changes of the repository at `root`.
///
/// # Errors
/// [`DiskError`] when the folder cannot be read.
pub fn list(root: &Path) -> Result<Listed, DiskError> {
    let folder = root.join(FOLDER);
    let mut listed = Listed::default();
    if folder.symlink_metadata().is_err() {
        return Ok(listed);
    }
    inside(root, &folder)?;
    for entry in std::fs::read_dir(&folder).map_err(DiskError::Read)? {
        let name = entry.map_err(DiskError::Read)?.file_name();
        let Some((name, number)) = name.to_str().and_then(|name| Some((name, number(name)?)))
        else {
            continue;
        };
        let path = format!("{FOLDER}/{name}");
        match read(root, &path, number) {
            Some(change) => listed.changes.push(change),
            None => listed.broken.push(path),
        }
    }
    let key = |change: &Deferred| (change.number, change.path.clone());
    listed.changes.sort_by_key(key);
    listed.broken.sort();
    Ok(listed)
}

/// The number of a file that is called like a deferred change.
fn number(name: &str) -> Option<u32> {
    let (number, _) = name.strip_suffix(".patch")?.split_once('-')?;
    number.parse().ok()
}

fn read(root: &Path, path: &str, number: u32) -> Option<Deferred> {
    let file = root.join(path);
    inside(root, &file).ok()?;
    let bytes = text::read_regular(&file, LIMIT_BYTES).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(Deferred {
        number,
        path: path.to_owned(),
        about: About::read(&text),
        patch: read_patch(&text)?,
        text,
    })
}

/// Writes a deferred change under the next number; gives its path, relative to the repository.
///
/// # Errors
/// [`DiskError`] when it cannot be written. Nothing was written then.
pub fn write(root: &Path, about: &About, patch: &str) -> Result<String, DiskError> {
    let folder = root.join(FOLDER);
    inside(root, &folder)?;
    std::fs::create_dir_all(&folder).map_err(WriteError::Io)?;
    inside(root, &folder)?;
    let listed = list(root)?;
    let taken = listed.changes.iter().map(|change| change.number);
    let broken = listed.broken.iter().filter_map(|path| {
        let name = path.rsplit('/').next()?;
        number(name)
    });
    let mut next = taken.chain(broken).max().unwrap_or(0);
    loop {
        next += 1;
        let path = format!("{FOLDER}/{next:02}-{}.patch", slug(&about.what));
        match text::create(&root.join(&path), about.above(patch).as_bytes()) {
            Ok(()) => return Ok(path),
            // Another process took the number a moment ago.
            Err(WriteError::Exists) if next < u32::MAX => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Removes the file of a change that was brought back or never left.
///
/// # Errors
/// [`DiskError`] when it cannot be removed.
pub fn remove(root: &Path, path: &str) -> Result<(), DiskError> {
    let file = root.join(path);
    inside(root, &file)?;
    std::fs::remove_file(file).map_err(|error| WriteError::Io(error).into())
}

impl About {
    /// The patch with this above it. Git leaves out what stands above a patch.
    fn above(&self, patch: &str) -> String {
        let mut text = format!("Deferred from {}: {}\n\n", self.branch, self.what);
        let _ = writeln!(text, "Hotfix-Branch: {}", self.branch);
        let _ = writeln!(text, "Hotfix-Base: {}", self.base);
        let _ = writeln!(text, "Hotfix-File: {}", self.file);
        let _ = writeln!(text, "Hotfix-Line: {}\n", self.line);
        text.push_str(patch);
        text
    }

    fn read(text: &str) -> Self {
        let mut about = Self::default();
        for line in text.lines().take_while(|line| !line.starts_with("diff ")) {
            let Some((key, value)) = line.split_once(": ") else {
                continue;
            };
            match key {
                "Hotfix-Branch" => value.clone_into(&mut about.branch),
                "Hotfix-Base" => value.clone_into(&mut about.base),
                "Hotfix-File" => value.clone_into(&mut about.file),
                "Hotfix-Line" => about.line = value.parse().unwrap_or_default(),
                _ if key.starts_with("Deferred from ") => value.clone_into(&mut about.what),
                _ => {}
            }
        }
        about
    }
}

/// `shop.client.fetch` → `shop-client-fetch`.
fn slug(what: &str) -> String {
    let mut slug = String::new();
    for c in what.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if LONGEST_SLUG <= slug.len() {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "change".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcs::write_patch;

    fn about(what: &str) -> About {
        About {
            what: what.to_owned(),
            branch: "hotfix/v1.2.1".to_owned(),
            base: "c0ffee".to_owned(),
            file: "shop/client.py".to_owned(),
            line: 7,
        }
    }

    #[test]
    fn changes_are_numbered_and_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        assert!(list(root).expect("nothing yet").changes.is_empty());
        let patch = write_patch("shop/client.py", "a\n", "b\n").expect("a patch");
        let first = write(root, &about("change in Client.fetch()"), &patch).expect("written");
        assert_eq!(first, ".hotfix/deferred/01-change-in-client-fetch.patch");
        let second = write(root, &about("…"), &patch).expect("written");
        assert_eq!(second, ".hotfix/deferred/02-change.patch");

        let listed = list(root).expect("two changes");
        let numbers: Vec<u32> = listed.changes.iter().map(|one| one.number).collect();
        assert_eq!(numbers, [1, 2]);
        assert_eq!(listed.changes[0].about, about("change in Client.fetch()"));
        assert_eq!(listed.changes[0].patch.path, "shop/client.py");
    }

    #[test]
    fn a_number_is_not_given_twice_and_a_broken_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        std::fs::create_dir_all(root.join(FOLDER)).expect("a folder");
        std::fs::write(root.join(FOLDER).join("07-old.patch"), "no patch").expect("written");
        std::fs::write(root.join(FOLDER).join("notes.txt"), "mine").expect("written");
        let patch = write_patch("a.py", "a\n", "b\n").expect("a patch");
        let path = write(root, &about("x"), &patch).expect("written");
        assert_eq!(path, ".hotfix/deferred/08-x.patch");
        let listed = list(root).expect("listed");
        assert_eq!(listed.broken, [".hotfix/deferred/07-old.patch"]);
        remove(root, &path).expect("removed");
        assert!(list(root).expect("listed").changes.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_leads_elsewhere_is_not_written_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join(".hotfix"))
            .expect("a link");
        let patch = write_patch("a.py", "a\n", "b\n").expect("a patch");
        let refused = write(folder.path(), &about("x"), &patch);
        assert!(matches!(refused, Err(DiskError::Outside)), "{refused:?}");
    }
}
