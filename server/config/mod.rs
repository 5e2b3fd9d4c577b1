//! Settings: defaults, files, editor overrides, validation with positions.

mod settings;

pub use settings::{RuleSetting, Settings};
