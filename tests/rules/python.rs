//! Real Python's word on whether a text compiles.

use std::io::Write;
use std::process::{Command, Stdio};

/// Compiles `text` with the Python on PATH (or `HOTFIX_PYTHON`).
pub fn compiles(text: &str) -> Result<(), String> {
    let python = std::env::var("HOTFIX_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(&python)
        .args([
            "-c",
            "import sys; compile(sys.stdin.buffer.read(), 'fixed.py', 'exec')",
        ])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{python} does not start: {error}"))?;
    child
        .stdin
        .take()
        .ok_or("no standard input")?
        .write_all(text.as_bytes())
        .map_err(|error| error.to_string())?;
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
