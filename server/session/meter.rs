//! The size of a hotfix as a status bar shows it.

use serde::{Deserialize, Serialize};

use crate::analysis::risk::Risk;
use crate::compare::size::Size;
use crate::compare::survey::Survey;

/// How large a hotfix is, held against its budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// Changed files of production code.
    pub files: u32,
    /// Changed lines of production code, added and removed together.
    pub lines: u32,
    /// Changed functions of production.
    pub definitions: u32,
    /// Commits of the branch, at least one.
    pub commits: u32,
    /// What it may be.
    pub budget: Limits,
    /// Whether the budget is exceeded.
    pub over: bool,
    /// The size in words: `2 files, 31 lines, 3 functions`.
    pub text: String,
}

/// How little a hotfix looks like a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// From 0 (like a fix) to 100 (like anything but a fix).
    pub score: u8,
    /// What raises it, the heaviest first, at most three.
    pub reasons: Vec<String>,
}

impl Score {
    /// The risk of a hotfix; none where nothing changes.
    #[must_use]
    pub fn new(survey: &Survey) -> Option<Self> {
        let Risk { score, reasons } = Risk::of(&survey.counts)?;
        Some(Self { score, reasons })
    }
}

/// What a hotfix may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Files.
    pub files: u32,
    /// Lines.
    pub lines: u32,
    /// Functions.
    pub definitions: u32,
}

impl Meter {
    /// The size without the words.
    #[must_use]
    pub fn size(&self) -> Size {
        Size {
            files: self.files,
            lines: self.lines,
            definitions: self.definitions,
            commits: self.commits,
        }
    }

    /// The meter of a hotfix.
    #[must_use]
    pub fn new(survey: &Survey) -> Self {
        let (size, budget) = (survey.size, survey.budget);
        Self {
            files: size.files,
            lines: size.lines,
            definitions: size.definitions,
            commits: size.commits,
            budget: Limits {
                files: budget.files,
                lines: budget.lines,
                definitions: budget.definitions,
            },
            over: !budget.holds(size),
            text: size.meter(),
        }
    }
}
