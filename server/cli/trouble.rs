//! What went wrong, and how a verb ends.

use std::fmt;
use std::process::ExitCode;

use serde::Serialize;

use super::render::visible::visible;

/// Why something could not be judged: one sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// The file or folder, as the user would write it; none when all of it is meant.
    pub path: Option<String>,
    /// The line in it, counted from 1, where one line is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// One clear sentence without the path and without a final dot.
    pub message: String,
}

impl Trouble {
    /// Trouble with everything.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            path: None,
            line: None,
            message: message.into(),
        }
    }

    /// Trouble with one file or folder.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: Some(path.into()),
            line: None,
            message: message.into(),
        }
    }

    /// Trouble with one line of a file, counted from 1.
    pub fn on_line(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::at(path, message)
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = visible(&self.message);
        match (&self.path, self.line) {
            (Some(path), Some(line)) => write!(out, "{}:{line}: {message}", visible(path)),
            (Some(path), None) => write!(out, "{}: {message}", visible(path)),
            (None, _) => out.write_str(&message),
        }
    }
}

/// How a verb ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to complain about.
    Clean,
    /// Findings at or above `--fail-on`, or a diff that is not empty.
    Found,
    /// Something could not be judged.
    NotJudged,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Found => 1,
            Exit::NotJudged => 2,
        })
    }
}
