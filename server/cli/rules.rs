//! `rules`: the table of all rules.

use super::arguments::TableFormat;
use super::catalog::{self, Catalog};
use super::terminal::Terminal;
use super::trouble::Exit;

/// Prints the table.
pub fn run(format: TableFormat, terminal: &mut Terminal) -> Exit {
    let table = match format {
        TableFormat::Text => catalog::text(&Catalog::here(terminal), terminal.width),
        TableFormat::Json => catalog::json(&Catalog::here(terminal)),
        // For the documentation of this program.
        TableFormat::Markdown => catalog::markdown(&Catalog::of_program()),
    };
    terminal.print(&table);
    Exit::Clean
}
