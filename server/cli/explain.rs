//! `explain`: one rule's documentation.

use super::catalog::{self, Catalog};
use super::render::markdown;
use super::terminal::Terminal;
use super::trouble::Exit;

/// Prints the documentation of the rule `name`.
pub fn run(name: &str, terminal: &mut Terminal) -> Exit {
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
