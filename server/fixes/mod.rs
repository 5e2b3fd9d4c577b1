//! Building blocks of edits: indentation, imports, logger, lock, the hotfix comment.

mod edit;

pub use edit::{Applicability, Edit, Fix, apply};
