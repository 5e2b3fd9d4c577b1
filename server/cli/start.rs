//! `start`: the record of a hotfix that begins now.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use super::arguments::Start;
use super::branch::Branch;
use super::place;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::analysis::{self, Comparison, Snapshot};
use crate::checklist::record::{self, Record};
use crate::checklist::start::{self, Failure, FoundThere, Known};
use crate::checklist::traceback::{self, Located};
use crate::syntax::Cancel;

/// More than this is no traceback, in bytes.
const LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Creates the record. One that exists is never overwritten; only the part about the traceback is
/// written anew.
pub fn run(start: &Start, terminal: &mut Terminal) -> Exit {
    let Some(branch) = Branch::here(start.base.as_deref(), terminal) else {
        return Exit::NotJudged;
    };
    let Some(path) = branch.record_path(terminal) else {
        return Exit::NotJudged;
    };
    let Ok(old) = branch.record(&path, terminal) else {
        return Exit::NotJudged;
    };
    if old.is_some() && start.traceback.is_none() {
        let message = "there is a record already, so nothing was written: go on in it, or add a \
                       traceback with `hotfix-ls start --traceback FILE`";
        terminal.trouble(Trouble::at(path, message));
        return Exit::NotJudged;
    }
    let failure = match &start.traceback {
        Some(file) => match pasted(&branch, file, terminal) {
            Some(failure) => Some(failure),
            None => return Exit::NotJudged,
        },
        None => None,
    };
    let written = match (&old, failure) {
        (Some(old), Some(failure)) => add(&branch, &path, old, &failure),
        (_, failure) => create(&branch, &path, failure),
    };
    match written {
        Ok(done) => {
            let shown = place::shown(&terminal.folder, &branch.root().join(&path));
            terminal.say(format!("{done} {shown}"));
            if old.is_none() {
                terminal.say("Answer what you know, then see `hotfix-ls checklist`");
            }
            Exit::Clean
        }
        Err(message) => {
            terminal.trouble(Trouble::at(path, message));
            Exit::NotJudged
        }
    }
}

fn create(branch: &Branch, path: &str, failure: Option<Failure>) -> Result<&'static str, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let base_tag = branch.repository.base_tag(&branch.base);
    let known = Known {
        branch: branch.base.branch.clone().unwrap_or_default(),
        version: branch.version.clone(),
        base: branch.base.commit.clone(),
        base_tag: base_tag.map_err(|error| text(&error))?,
        production: branch.base.reference.clone(),
        owner: branch.repository.owner(),
        failure,
    };
    let record = start::record(&known).map_err(|error| text(&error))?;
    record::create(branch.root(), path, &record).map_err(|error| text(&error))?;
    Ok("Created")
}

fn add(
    branch: &Branch,
    path: &str,
    old: &Record,
    failure: &Failure,
) -> Result<&'static str, String> {
    let mut new = old.clone();
    start::tell(&mut new, failure).map_err(|error| error.to_string())?;
    if new == *old {
        return Ok("The same traceback stands already in");
    }
    record::save(branch.root(), path, old, &new).map_err(|error| error.to_string())?;
    Ok("Wrote the traceback into")
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
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => {
            let shown = file.display().to_string();
            terminal.trouble(Trouble::at(shown, format!("it cannot be read ({error})")));
            None
        }
    }
}

/// What failed by the text in `file`; told and none when it holds no traceback.
fn pasted(branch: &Branch, file: &Path, terminal: &mut Terminal) -> Option<Failure> {
    let traceback = traceback::read(&read(file, terminal)?);
    let mut raised = traceback.raised.iter();
    if raised.all(|raised| raised.frames.is_empty()) {
        let message = "no traceback was found in it: paste all lines from `Traceback` to the name \
                       of the exception";
        terminal.trouble(Trouble::new(message));
        return None;
    }
    let located = traceback::locate(branch.root(), &traceback);
    Some(Failure {
        findings: findings(branch, &located),
        located,
        traceback,
    })
}

/// What the rules say of the lines that failed, as if they were new.
fn findings(branch: &Branch, located: &[Vec<Located>]) -> Vec<FoundThere> {
    let mut lines: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for place in located.iter().flatten() {
        lines.entry(&place.path).or_default().push(place.line);
    }
    let work = || {
        let of_file = |(path, lines): (&&str, &Vec<usize>)| judge(branch, path, lines);
        lines.iter().flat_map(of_file).collect()
    };
    super::judge::on_a_large_stack(work)
}

fn judge(branch: &Branch, path: &str, lines: &[usize]) -> Vec<FoundThere> {
    let bytes = crate::text::read_regular(&branch.root().join(path), crate::vcs::LIMIT_BYTES);
    let Some(text) = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Vec::new();
    };
    let snapshot = Snapshot {
        path: path.to_owned(),
        is_test: branch.settings.is_test(path),
        head: analysis::source(path, text),
        base: Comparison::AllNew,
        settings: Arc::clone(&branch.settings),
        version: branch.version.clone(),
        branch: None,
        cancel: Cancel::default(),
    };
    let report = analysis::analyse(&snapshot).unwrap_or_default();
    let found = report.findings.iter().filter_map(|finding| {
        let touched = snapshot.head.lines().touched(finding.span.clone());
        let line = touched.start + 1;
        let meant = lines.iter().any(|line| touched.contains(&(line - 1)));
        meant.then(|| FoundThere {
            path: path.to_owned(),
            line,
            rule: finding.rule.to_owned(),
            message: finding.message.clone(),
        })
    });
    found.collect()
}
