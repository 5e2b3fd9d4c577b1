//! Git: the repository of a file, which production it goes back to, the file's production text,
//! hunks. Knows nothing of Python's syntax and nothing of editors.
//!
//! How the answers are split:
//!
//! * [`BaseError`]: the repository cannot be judged (exit code 2).
//! * [`Inactive`]: nothing is judged on purpose (exit code 0).
//! * [`NotComparable`]: one file cannot be compared; [`NotComparable::is_failure`] tells whether
//!   that is exit code 2.
//!
//! # Safety: what is never executed
//!
//! A repository that somebody hands us must not run its own programs. libgit2 runs none: no hooks,
//! no external diff, no textconv, no clean or smudge filters, no file system monitor, no
//! credential helpers, and nothing here talks to a network. Where the installed `git` is asked
//! (`changed::command`), its configuration is overridden so that the same holds. The check that a
//! repository belongs to the user is never switched off: a foreign one is refused with git's own
//! advice. Environment variables such as `GIT_DIR` are not followed: the file decides which
//! repository is meant, also when a git hook started us.

mod about;
mod base;
mod blob;
mod cache;
mod changed;
mod checkout;
mod commits;
mod error;
mod feature;
mod head;
mod history;
pub mod hunks;
mod landing;
mod locate;
mod lookup;
mod patch;
mod patch_file;
mod production;
mod rehearsal;
mod repository;
mod revision;
mod scope;
#[cfg(test)]
mod tests;
pub mod version;

pub use base::{Base, Inactive, NotComparable, Production};
pub use blob::{LIMIT_BYTES, comparable};
pub use changed::{ChangedFile, FileChange};
pub use checkout::CopyError;
pub use commits::{CommitInfo, RefKind, TreeChange};
pub use error::BaseError;
pub use feature::FeatureError;
pub use head::{HeadState, UnderWay, is_hotfix_branch};
pub use history::{Author, FilePast, FileQuestion, HistoryCache, Past, Person};
pub use hunks::Hunk;
pub use landing::{Brought, Copied, Hotfix, Landing, Standing, StartBy};
pub use patch_file::{PatchFile, PatchPart, read_patch, write_patch};
pub use rehearsal::{Rehearsal, Try};
pub use repository::Repository;
pub use scope::{BaseCommit, Note, RefsFingerprint, Scope};
