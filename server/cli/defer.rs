//! `defer`: changes leave the hotfix for a feature branch, and come back.

use std::fmt::Write as _;

use super::arguments::Defer;
use super::branch::Branch;
use super::opened::{open, pick, split};
use super::place;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::analysis;
use crate::checklist::deferred::{self, About, Change, Deferred};
use crate::fixes;

/// Does one of the four things that `defer` can do.
pub fn run(arguments: &Defer, terminal: &mut Terminal) -> Exit {
    let Some(branch) = Branch::here(arguments.base.as_deref(), terminal) else {
        return Exit::NotJudged;
    };
    let done = match (&arguments.place, &arguments.branch, arguments.apply) {
        (Some(written), ..) => leave(&branch, arguments, written, terminal),
        (None, Some(name), only) => put_on(&branch, name, only, terminal),
        (None, None, Some(number)) => come_back(&branch, number, terminal),
        (None, None, None) => list(&branch, terminal),
    };
    match done {
        Ok(()) if terminal.troubles().is_empty() => Exit::Clean,
        Ok(()) => Exit::NotJudged,
        Err(trouble) => {
            terminal.trouble(trouble);
            Exit::NotJudged
        }
    }
}

fn trouble(error: impl std::fmt::Display) -> Trouble {
    Trouble::new(error.to_string())
}

fn leave(
    branch: &Branch,
    arguments: &Defer,
    written: &str,
    terminal: &Terminal,
) -> Result<(), Trouble> {
    let Some((file, line)) = split(written) else {
        let message = "say which line, as in shop/client.py:12";
        return Err(Trouble::at(written, message));
    };
    let at = |message: String| Trouble::at(written, message);
    let opened = open(branch, file, terminal)?;
    let head = &opened.snapshot.head;
    if head.lines().count() < line {
        return Err(at(format!("{file} has {} lines", head.lines().count())));
    }
    let start = head.lines().content(line - 1, head.text()).start;
    let choice = analysis::leaving(&opened.snapshot, start..start);
    let leaving = pick(choice, arguments.definition).map_err(|why| at(why.to_owned()))?;
    let about = About {
        what: one_line(arguments.message.as_deref()).unwrap_or_else(|| leaving.what()),
        branch: branch.base.branch.clone().unwrap_or_default(),
        base: branch.base.commit.clone(),
        file: opened.snapshot.path.clone(),
        line: leaving
            .hunks
            .first()
            .map_or(line, |hunk| hunk.head.start as usize + 1),
    };
    let what = about.what.clone();
    let (path, edits) = deferred::leave(
        &branch.repository,
        Change {
            about,
            production: &opened.production,
            head: head.text(),
            hunks: &leaving.hunks,
            edits: leaving.edits,
        },
    )
    .map_err(|error| at(error.to_string()))?;
    let rest = fixes::apply(head.text(), &edits).unwrap_or_else(|| head.text().to_owned());
    if let Err(error) = opened.write(&rest) {
        // The change is still in the file: its patch must not look as if it had left.
        deferred::remove(branch.root(), &path).map_err(trouble)?;
        return Err(at(error.to_string()));
    }
    let shown = place::shown(&terminal.folder, &branch.root().join(&path));
    terminal.say(format!("Deferred \"{what}\" to {shown}"));
    terminal.say(format!(
        "Bring it back with `hotfix-ls defer --apply {}`, or put it on a branch with `hotfix-ls \
         defer --branch NAME`",
        number_of(&path)
    ));
    Ok(())
}

fn one_line(message: Option<&str>) -> Option<String> {
    let text = message?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

fn number_of(path: &str) -> u32 {
    let name = path.rsplit('/').next().unwrap_or_default();
    let number = name.split('-').next().unwrap_or_default();
    number.parse().unwrap_or_default()
}

fn listed(branch: &Branch, terminal: &mut Terminal) -> Result<Vec<Deferred>, Trouble> {
    let listed = deferred::list(branch.root()).map_err(trouble)?;
    for path in listed.broken {
        let message = "it is no patch of one file: remove it, or get it back from git";
        terminal.trouble(Trouble::at(path, message));
    }
    Ok(listed.changes)
}

fn list(branch: &Branch, terminal: &mut Terminal) -> Result<(), Trouble> {
    let changes = listed(branch, terminal)?;
    if changes.is_empty() {
        terminal
            .say("Nothing has left this hotfix: `hotfix-ls defer FILE:LINE` lets a change leave");
    }
    let mut table = String::new();
    for change in &changes {
        let about = &change.about;
        let from = if about.branch.is_empty() {
            String::new()
        } else {
            format!(" (from {})", about.branch)
        };
        let file = place::shown(&terminal.folder, &branch.root().join(&about.file));
        let _ = writeln!(
            table,
            "{:>3}  {file}:{}  {}{from}",
            change.number, about.line, about.what
        );
    }
    terminal.print(&super::plan::harmless(&table));
    Ok(())
}

fn come_back(branch: &Branch, number: u32, terminal: &mut Terminal) -> Result<(), Trouble> {
    let change = numbered(branch, number, terminal)?;
    let path = deferred::bring_back(&branch.repository, &change).map_err(trouble)?;
    let shown = place::shown(&terminal.folder, &branch.root().join(path));
    terminal.say(format!(
        "Brought \"{}\" back into {shown}",
        change.about.what
    ));
    Ok(())
}

fn numbered(branch: &Branch, number: u32, terminal: &mut Terminal) -> Result<Deferred, Trouble> {
    let mut changes = listed(branch, terminal)?;
    changes.retain(|change| change.number == number);
    match changes.len() {
        1 => Ok(changes.swap_remove(0)),
        0 => Err(Trouble::new(format!(
            "no change has the number {number}: `hotfix-ls defer --list` shows them"
        ))),
        _ => Err(Trouble::new(format!(
            "several changes have the number {number}: rename one in {}",
            deferred::FOLDER
        ))),
    }
}

fn put_on(
    branch: &Branch,
    name: &str,
    only: Option<u32>,
    terminal: &mut Terminal,
) -> Result<(), Trouble> {
    let changes = match only {
        Some(number) => vec![numbered(branch, number, terminal)?],
        None => listed(branch, terminal)?,
    };
    if changes.is_empty() {
        return Err(Trouble::new(
            "nothing has left this hotfix, so there is nothing to put on a branch",
        ));
    }
    let at = (name, branch.base.commit.as_str());
    let commit = deferred::put_on(&branch.repository, at, &changes).map_err(trouble)?;
    let count = match changes.len() {
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    terminal.say(format!(
        "Made the branch {name} with {count} in commit {}; this branch stays as it is",
        commit.get(..10).unwrap_or(&commit)
    ));
    Ok(())
}
