//! What is wrong in a configuration, and where.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

/// One thing that is wrong in a configuration. Everything else in it still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The file; `None` for the editor's settings.
    pub file: Option<PathBuf>,
    /// One sentence that says what to do, without the place.
    pub message: String,
    /// Bytes of the file's text; empty for the editor's settings.
    pub span: Range<usize>,
    /// The line, counted from 0.
    pub line: usize,
    /// The column in Unicode characters, counted from 0.
    pub column: usize,
}

impl ConfigProblem {
    /// A problem at `span` of `text`.
    #[must_use]
    pub fn new(text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let before = text.get(..span.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            file: None,
            message: message.into(),
            line: before.matches('\n').count(),
            column: before[line_start..]
                .trim_start_matches('\u{feff}')
                .chars()
                .count(),
            span,
        }
    }
}

impl fmt::Display for ConfigProblem {
    /// `file:line:column: message`, counted from 1.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(
                out,
                "{}:{}:{}: {}",
                file.display(),
                self.line + 1,
                self.column + 1,
                self.message
            ),
            None => write!(out, "editor settings: {}", self.message),
        }
    }
}
