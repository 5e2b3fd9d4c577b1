//! Building blocks of edits: layout, statements, imports, logger, the hotfix comment, hunks.
//! Knows nothing of rules.

mod builder;
pub mod deferral;
mod edit;
pub mod hunk;
pub mod import_hunks;
mod imports;
pub mod layout;
mod unused;

pub use builder::{Builder, hotfix_comment};
pub use edit::{Applicability, Edit, Fix, apply};
