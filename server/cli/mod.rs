//! The command line: one file per verb, renderers beside.

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs one verb.
pub fn run(_arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(2)
}
