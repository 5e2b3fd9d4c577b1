//! `defer`: changes leave the hotfix for a feature branch, and come back.

use std::fmt::Write as _;
use std::sync::Arc;

use super::arguments::Defer;
use super::branch::Branch;
use super::place;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::analysis::{self, BaseSide, Comparison, Leaving, Snapshot};
use crate::checklist::deferred::{self, About, Change, Deferred};
use crate::fixes;
use crate::syntax::Cancel;
use crate::text;
use crate::vcs::{Base, LIMIT_BYTES, Production, Scope};

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

/// A file of the hotfix that production has, as it lies on disk.
struct Opened {
    file: std::path::PathBuf,
    bytes: Vec<u8>,
    production: Arc<Production>,
    snapshot: Snapshot,
}

fn open(branch: &Branch, written: &str, terminal: &Terminal) -> Result<Opened, Trouble> {
    let at = |message: String| Trouble::at(written, message);
    let file = place::absolute(&terminal.folder, std::path::Path::new(written));
    let bytes = text::read_regular(&file, LIMIT_BYTES)
        .map_err(|error| at(format!("it cannot be read ({error})")))?;
    let head = std::str::from_utf8(&bytes)
        .map_err(|_| at("it is not UTF-8: save it as UTF-8 first".to_owned()))?;
    let scope = Scope::Judged(Arc::clone(&branch.base));
    let production = match branch.repository.base_for(&scope, &file) {
        Base::Production(production) => production,
        Base::Added => {
            let message = "production has no such file, so all of it would leave: move it to \
                           another branch with git";
            return Err(at(message.to_owned()));
        }
        Base::Inactive(reason) => return Err(at(reason.to_string())),
        Base::NotComparable(reason) => return Err(at(reason.to_string())),
    };
    let path = branch
        .repository
        .relative(&file)
        .map_err(|error| at(error.to_string()))?;
    let head = head.strip_prefix('\u{feff}').unwrap_or(head).to_owned();
    let side = BaseSide::new(Arc::clone(&production));
    let snapshot = Snapshot {
        is_test: branch.settings.is_test(&path),
        head: analysis::source(&path, head),
        base: Comparison::Production(Arc::new(side)),
        settings: Arc::clone(&branch.settings),
        version: branch.version.clone(),
        branch: None,
        cancel: Cancel::default(),
        path,
    };
    Ok(Opened {
        file,
        bytes,
        production,
        snapshot,
    })
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
    let Some(leaving) = pick(choice, arguments.definition) else {
        let message = "the hotfix changes nothing here that can leave by itself: name a changed \
                       line (`hotfix-ls check` and `git diff` show them)";
        return Err(at(message.to_owned()));
    };
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
    let mark: &[u8] = "\u{feff}".as_bytes();
    let mark = if opened.bytes.starts_with(mark) {
        mark
    } else {
        &[]
    };
    let rest = fixes::apply(head.text(), &edits).unwrap_or_else(|| head.text().to_owned());
    let rest = [mark, rest.as_bytes()].concat();
    if let Err(error) = text::replace(&opened.file, &opened.bytes, &rest) {
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

fn pick(mut choice: Vec<Leaving>, definition: bool) -> Option<Leaving> {
    let whole = choice.iter().position(|one| one.definition.is_some());
    match whole {
        Some(whole) if definition => Some(choice.swap_remove(whole)),
        // All that is changed in the definition is this hunk.
        _ => (!choice.is_empty()).then(|| choice.swap_remove(0)),
    }
}

/// `shop/client.py:12` → the file and the line.
fn split(written: &str) -> Option<(&str, usize)> {
    let (file, line) = written.rsplit_once(':')?;
    let line = line.parse().ok().filter(|line| 0 < *line)?;
    Some((file, line))
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
        let _ = writeln!(
            table,
            "{:>3}  {}:{}  {}{from}",
            change.number, about.file, about.line, about.what
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
