//! `rules`: the table of all rules.

use super::arguments::TableFormat;
use super::catalog;
use super::terminal::Terminal;
use super::trouble::Exit;

/// Prints the table.
pub fn run(format: TableFormat, terminal: &Terminal) -> Exit {
    terminal.print(&match format {
        TableFormat::Text => catalog::text(terminal.width),
        TableFormat::Json => catalog::json(),
        TableFormat::Markdown => catalog::markdown(),
    });
    Exit::Clean
}
