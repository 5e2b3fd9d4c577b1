//! `completions`: prints a completion script.

use clap::CommandFactory as _;

use super::arguments::Arguments;
use super::terminal::Terminal;
use super::trouble::Exit;

/// Prints the completion script of `shell`.
pub fn run(shell: clap_complete::Shell, terminal: &mut Terminal) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "hotfix-ls", &mut script);
    terminal.print(&String::from_utf8_lossy(&script));
    Exit::Clean
}
