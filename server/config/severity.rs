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

impl Severity {
    /// Its name in settings and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Information => "information",
            Self::Warning => "warning",
        }
    }
}
