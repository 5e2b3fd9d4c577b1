//! `start`: the record of a hotfix that begins now.

use std::io::Read as _;
use std::path::Path;

use super::arguments::Start;
use super::branch::Branch;
use super::judge::on_a_large_stack;
use super::place;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::session::{Beginning, Begun, begin};

/// More than this is no traceback, in bytes.
const LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Creates the record. One that exists is never overwritten; only the part about the traceback is
/// written anew.
pub fn run(start: &Start, terminal: &mut Terminal) -> Exit {
    let Some(branch) = Branch::here(start.base.as_deref(), terminal) else {
        return Exit::NotJudged;
    };
    let text = match &start.traceback {
        Some(file) => match read(file, terminal) {
            Some(text) => Some(text),
            None => return Exit::NotJudged,
        },
        None => None,
    };
    let beginning = Beginning {
        repository: &branch.repository,
        base: &branch.base,
        settings: &branch.settings,
        version: branch.version.as_deref(),
    };
    let Some(begun) = on_a_large_stack(|| Some(begin(beginning, text.as_deref()))) else {
        return Exit::NotJudged;
    };
    match begun {
        Ok((path, begun)) => {
            let shown = place::shown(&terminal.folder, &branch.root().join(path));
            match begun {
                Begun::Created => {
                    terminal.say(format!("Created {shown}"));
                    terminal.say("Answer what you know, then see `hotfix-ls checklist`");
                }
                Begun::Added => terminal.say(format!("Wrote the traceback into {shown}")),
                Begun::Same => {
                    terminal.say(format!("The same traceback stands already in {shown}"));
                }
            }
            Exit::Clean
        }
        Err(error) => {
            terminal.trouble(Trouble {
                path: error.path,
                line: None,
                message: error.message,
            });
            Exit::NotJudged
        }
    }
}

fn read(file: &Path, terminal: &mut Terminal) -> Option<String> {
    let bytes = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        let stdin = std::io::stdin().lock();
        stdin
            .take(LIMIT_BYTES)
            .read_to_end(&mut bytes)
            .map(|_| bytes)
    } else {
        crate::text::read_limited(&place::absolute(&terminal.folder, file), LIMIT_BYTES)
    };
    match bytes {
        Ok(bytes) => Some(decoded(&bytes)),
        Err(error) => {
            let shown = file.display().to_string();
            let message = if error.kind() == std::io::ErrorKind::NotFound {
                "no such file: check the spelling, or use `-` to paste the traceback".to_owned()
            } else {
                format!("it cannot be read ({error})")
            };
            terminal.trouble(Trouble::at(shown, message));
            None
        }
    }
}

/// The text of a log. What `>` of an older PowerShell writes is UTF-16 with a mark in front.
fn decoded(bytes: &[u8]) -> String {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.as_chunks().0.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
