//! `demo`: a small example repository, and what the tool says of it.

mod build;

use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Effects, Style};

use super::arguments::Selection;
use super::fix::{self, Options};
use super::judge::{Shown, try_fixes};
use super::place;
use super::render::{Results, concise, diff, full, summary};
use super::scope;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};

const HEADING: Style = AnsiColor::BrightMagenta.on_default().effects(Effects::BOLD);

/// Builds the repository, checks it, fixes what fixes itself, and says how to go on.
pub fn run(folder: Option<&Path>, terminal: &mut Terminal) -> Exit {
    let folder = match choose_folder(folder, terminal) {
        Ok(folder) => folder,
        Err(trouble) => {
            terminal.trouble(trouble);
            return Exit::NotJudged;
        }
    };
    if let Err(error) = build::build(&folder) {
        let message = format!("the example cannot be built here ({error}): name another folder");
        terminal.trouble(Trouble::at(folder.display().to_string(), message));
        return Exit::NotJudged;
    }
    // From here on everything is shown as if the user stood in the example.
    terminal.folder.clone_from(&folder);
    show(&folder, terminal);
    if terminal.troubles().is_empty() {
        Exit::Clean
    } else {
        Exit::NotJudged
    }
}

fn show(folder: &Path, terminal: &mut Terminal) {
    heading(
        terminal,
        "1. What hotfix/v1.2.1 changes, judged against production",
    );
    let results = judge(terminal);
    terminal.print(&full::render(&results.files, terminal.width));
    terminal.print(&summary::line(&results, terminal.troubles().len()));

    heading(
        terminal,
        "2. The safe fixes, as `hotfix-ls fix` applies them",
    );
    apply(&results, terminal);

    heading(terminal, "3. What is left for a person");
    let left = judge(terminal);
    terminal.print(&concise::render(&left.files));
    terminal.print(&summary::line(&left, terminal.troubles().len()));

    heading(terminal, "4. Go on in your editor");
    terminal.print(&editors(folder));
}

fn judge(terminal: &mut Terminal) -> Results {
    let selection = Selection {
        paths: Vec::new(),
        base: None,
        all: false,
    };
    let mut results = scope::judge(&selection, None, terminal);
    try_fixes(&mut results.files, Shown::First);
    results
}

/// Writes the safe fixes and shows them as a diff.
fn apply(results: &Results, terminal: &mut Terminal) {
    let options = Options::default();
    for file in &results.files {
        let outcome = fix::fix_text(&file.snapshot, &options);
        let old = &file.input.text;
        if *old != outcome.text && fix::write_back(file, &outcome.text, terminal) {
            let change = fix::change(file, &file.target.path, &outcome.text);
            diff::print(&change, terminal);
        }
    }
}

fn heading(terminal: &Terminal, text: &str) {
    terminal.print(&format!("\n{HEADING}{text}{HEADING:#}\n\n"));
}

/// How to open the example; the binary is named by its path, because it may not be on the PATH.
fn editors(folder: &Path) -> String {
    let folder = place::shell_word(&folder.display().to_string());
    let binary = std::env::current_exe().unwrap_or_else(|_| "hotfix-ls".into());
    // Before the file is opened: Neovim 0.11 does not attach to it later.
    let lua = format!(
        "lua vim.lsp.config(\"hotfix_ls\", {{cmd={{[[{}]], \"server\"}}, filetypes={{\"python\"}}}}) \
         vim.lsp.enable(\"hotfix_ls\")",
        binary.display()
    );
    format!(
        "The example:  cd {folder}\n\
         Neovim 0.11:  nvim --cmd {} +50 shop/orders.py\n\
         VS Code:      code --goto shop/orders.py:50 .   (after editors/vscode/build in a clone of hotfix-ls)\n",
        place::shell_word(&lua),
    )
}

/// The folder that was named, if it is new or empty; else a new temporary one, which stays.
fn choose_folder(named: Option<&Path>, terminal: &Terminal) -> Result<PathBuf, Trouble> {
    let Some(named) = named else {
        let folder = tempfile::Builder::new()
            .prefix("hotfix-ls-demo-")
            .tempdir()
            .map_err(|error| {
                Trouble::new(format!(
                    "no temporary folder can be made ({error}): name a folder"
                ))
            })?;
        return Ok(folder.keep());
    };
    let folder = place::absolute(&terminal.folder, named);
    let shown = named.display().to_string();
    match std::fs::read_dir(&folder).map(Iterator::count) {
        Ok(entries) if 0 < entries => {
            let message = "the folder is not empty: name a new one";
            Err(Trouble::at(shown, message))
        }
        Err(_) if folder.exists() => Err(Trouble::at(
            shown,
            "this is not a folder that can be read: name a new one",
        )),
        _ => Ok(folder),
    }
}
