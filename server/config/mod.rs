//! Settings: defaults, files, editor overrides, validation with positions.
//!
//! One table ([`keys::KEYS`]) says which keys there are. It drives reading files, reading the
//! editor's settings and the table in the documentation, so that the three cannot differ.

mod apply;
mod file;
mod globs;
pub mod keys;
mod of_branch;
mod problem;
mod queries;
pub mod schema;
mod settings;
mod severity;
mod similar;
mod value;

pub use file::{ConfigFile, Loaded, load};
pub use globs::PathGlobs;
pub use of_branch::OF_BRANCH;
pub use problem::ConfigProblem;
pub use queries::{QUERY_FOLDER, query_files, read_queries};
pub use settings::{RuleSetting, Settings};
pub use severity::Severity;
pub use similar::did_you_mean;
