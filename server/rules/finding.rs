//! What a rule reports.

use std::ops::Range;

use crate::compare::branch::User;

pub use crate::config::Severity;

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Shown as a hint, never fails CI.
    Possible,
    /// Shown as an information.
    Likely,
    /// Shown as a warning.
    Certain,
}

impl From<Confidence> for Severity {
    fn from(confidence: Confidence) -> Self {
        match confidence {
            Confidence::Possible => Self::Hint,
            Confidence::Likely => Self::Information,
            Confidence::Certain => Self::Warning,
        }
    }
}

/// Where a related place lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Bytes of the head text.
    Head(Range<usize>),
    /// Bytes of production's (comparable) text.
    Production(Range<usize>),
    /// A place in another file.
    Elsewhere(User),
}

/// Another place that explains a finding: production's line, the lock, the other `.get`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What stands there, in one short sentence.
    pub message: String,
}

/// What a rule reports. The fixes are built later, when somebody asks (`analysis::fixes`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// Bytes of the head text that are underlined.
    pub span: Range<usize>,
    /// Bytes of the head text whose normalised syntax identifies the finding.
    pub anchor: Range<usize>,
    /// One sentence with the user's own names.
    pub message: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// How it is shown, after the settings.
    pub severity: Severity,
    /// Places that explain it.
    pub related: Vec<Related>,
    /// The qualified name of the enclosing definition; empty at module level.
    pub scope: String,
    /// Stable across runs and unrelated edits: 16 hexadecimal digits.
    pub identity: String,
}
