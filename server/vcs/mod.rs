//! Git: the repository of a file, which production it goes back to, the file's production text,
//! hunks. Knows nothing of Python's syntax and nothing of editors.

mod base;
pub mod hunks;

pub use base::{Base, Inactive, NotComparable, Production};
pub use hunks::Hunk;
