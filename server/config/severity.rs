//! How a finding is shown. It stands here because the settings name it and the settings read no
//! rules.

/// How a finding is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Never fails CI.
    Hint,
    /// For a look.
    Information,
    /// Fails CI by default.
    Warning,
}
