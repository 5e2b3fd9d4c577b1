//! `explain`: one rule's documentation.

use super::catalog::{self, Catalog};
use super::render::markdown;
use super::terminal::Terminal;
use super::trouble::Exit;
use crate::checklist::items::explanation;

/// Prints the documentation of the rule `name`.
pub fn run(name: &str, terminal: &mut Terminal) -> Exit {
    if let Some(docs) = explanation(name) {
        terminal.print(&markdown::render(docs, terminal.width));
        return Exit::Clean;
    }
    let catalog = Catalog::here(terminal);
    match catalog::find(&catalog, name) {
        Ok(meta) => {
            terminal.print(&markdown::render(meta.docs, terminal.width));
            Exit::Clean
        }
        Err(trouble) => {
            terminal.trouble(trouble);
            Exit::NotJudged
        }
    }
}
