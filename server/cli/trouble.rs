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
    /// One clear sentence without the path and without a final dot.
    pub message: String,
}

impl Trouble {
    /// Trouble with everything.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            path: None,
            message: message.into(),
        }
    }

    /// Trouble with one file or folder.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: Some(path.into()),
            message: message.into(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(out, "{}: {}", visible(path), visible(&self.message)),
            None => out.write_str(&visible(&self.message)),
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
