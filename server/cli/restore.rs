//! `restore`: production's lines come back, for a hunk, a definition, the imports or the layout of a file.

use super::arguments::Restore;
use super::branch::Branch;
use super::opened::{Opened, open, pick, split};
use super::render::diff;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::analysis;
use crate::fixes::{self, Edit};

/// Restores, or shows what would change.
pub fn run(arguments: &Restore, terminal: &mut Terminal) -> Exit {
    let Some(branch) = Branch::here(arguments.base.as_deref(), terminal) else {
        return Exit::NotJudged;
    };
    match restore(&branch, arguments, terminal) {
        Ok(exit) => exit,
        Err(trouble) => {
            terminal.trouble(trouble);
            Exit::NotJudged
        }
    }
}

fn restore(branch: &Branch, arguments: &Restore, terminal: &Terminal) -> Result<Exit, Trouble> {
    let written = arguments.place.as_str();
    let whole = match (arguments.formatting, arguments.imports) {
        (true, _) => Some((layout as fn(&Opened) -> Vec<Edit>, "layout")),
        (_, true) => Some((imports as fn(&Opened) -> Vec<Edit>, "imports")),
        _ => None,
    };
    let (opened, edits, what) = if let Some((edits, what)) = whole {
        let file = split(written).map_or(written, |(file, _)| file);
        let opened = open(branch, file, terminal)?;
        let edits = edits(&opened);
        (opened, edits, what.to_owned())
    } else {
        let Some((file, line)) = split(written) else {
            let message =
                "say which line, as in shop/client.py:12, or add --formatting or --imports";
            return Err(Trouble::at(written, message));
        };
        let opened = open(branch, file, terminal)?;
        let (edits, what) = change(&opened, written, (file, line), arguments.definition)?;
        (opened, edits, what)
    };
    let old = opened.snapshot.head.text();
    let new = fixes::apply(old, &edits).unwrap_or_else(|| old.to_owned());
    let path = &opened.snapshot.path;
    let shown = diff::Change {
        path,
        old,
        new: &new,
        mark: opened.mark(),
    };
    diff::print(&shown, terminal);
    if edits.is_empty() {
        terminal.say(format!(
            "Nothing to restore: {path} has production's {what}{}",
            if arguments.imports {
                " or needs its own"
            } else {
                ""
            }
        ));
        return Ok(Exit::Clean);
    }
    if arguments.diff {
        return Ok(Exit::Found);
    }
    opened
        .write(&new)
        .map_err(|error| Trouble::at(written, error.to_string()))?;
    terminal.say(format!(
        "Restored production's {what} in {path}; `git apply -R` takes the diff above and undoes this"
    ));
    Ok(Exit::Clean)
}

fn layout(opened: &Opened) -> Vec<Edit> {
    // Nobody cancels here, so the analysis always ends.
    let report = analysis::analyse(&opened.snapshot).unwrap_or_default();
    let fix = analysis::restore_layout(&opened.snapshot, &report);
    fix.map_or_else(Vec::new, |fix| fix.edits)
}

fn imports(opened: &Opened) -> Vec<Edit> {
    let fix = analysis::restore_imports(&opened.snapshot);
    fix.map_or_else(Vec::new, |fix| fix.edits)
}

fn change(
    opened: &Opened,
    written: &str,
    (file, line): (&str, usize),
    definition: bool,
) -> Result<(Vec<Edit>, String), Trouble> {
    let head = &opened.snapshot.head;
    // Behind the last line end there is no line that a person would count.
    let open = usize::from(head.text().ends_with(['\n', '\r']));
    let count = head.lines().count() - open.min(head.lines().count());
    if count < line {
        return Err(Trouble::at(written, format!("{file} has {count} lines")));
    }
    let start = head.lines().content(line - 1, head.text()).start;
    let choice = analysis::leaving(&opened.snapshot, start..start);
    let leaving = pick(choice, definition).map_err(|why| Trouble::at(written, why))?;
    let what = match &leaving.definition {
        Some(name) => format!("version of {name}"),
        None => "lines".to_owned(),
    };
    Ok((leaving.edits, what))
}
