//! Where the output goes: stdout for results, stderr for everything else.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Effects, Style};

use super::render::visible::visible;
use super::trouble::Trouble;

/// Bold red, for what stops us.
const ERROR: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
/// Bold cyan, for what is worth knowing.
const NOTE: Style = AnsiColor::BrightCyan.on_default().effects(Effects::BOLD);

/// Where the output goes. Colours are written always and stripped where the other end is no
/// terminal (`NO_COLOR` and `CLICOLOR_FORCE` are honoured).
pub struct Terminal {
    /// The current folder.
    pub folder: PathBuf,
    /// The width of a line in columns.
    pub width: usize,
    troubles: Vec<Trouble>,
    /// Why stdout did not take a result.
    lost: Cell<Option<ErrorKind>>,
}

#[expect(
    clippy::unused_self,
    reason = "whoever writes must have been handed the terminal"
)]
impl Terminal {
    /// The terminal of this process.
    pub fn new() -> Self {
        // Wide enough for most lines of code where nobody tells the width (a pipe, a CI log).
        const WIDTH_ELSEWHERE: usize = 120;
        let width = terminal_size::terminal_size_of(std::io::stdout())
            .map_or(WIDTH_ELSEWHERE, |(width, _)| usize::from(width.0));
        Self {
            folder: std::env::current_dir().unwrap_or_default(),
            width: width.max(40),
            troubles: Vec::new(),
            lost: Cell::new(None),
        }
    }

    /// Writes a result to stdout.
    pub fn print(&self, text: &str) {
        self.write(anstream::stdout().lock(), text);
    }

    /// Writes a text for a program to stdout, byte for byte.
    pub fn print_exactly(&self, text: &str) {
        self.write(io::stdout().lock(), text);
    }

    /// Whoever reads may have gone (`| head`): that is no error. A full disk is one.
    fn write(&self, mut out: impl Write, text: &str) {
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.lost.set(Some(error.kind()));
        }
    }

    /// Whether a part of the results was lost on the way, which is told.
    pub fn tell_lost(&mut self) -> bool {
        let Some(reason) = self.lost.take() else {
            return false;
        };
        let message = format!("the results cannot be written to stdout: {reason}");
        self.trouble(Trouble::new(message));
        true
    }

    /// Whether stdout is read by a person, and not by a program that takes bytes as they are.
    pub fn is_read_by_a_person(&self) -> bool {
        let out = std::io::stdout();
        out.is_terminal() || anstream::AutoStream::choice(&out) != anstream::ColorChoice::Never
    }

    /// Tells on stderr what was done.
    pub fn say(&self, message: impl Display) {
        let mut out = anstream::stderr().lock();
        let _ = writeln!(out, "{message}");
    }

    /// Tells something worth knowing on stderr.
    pub fn note(&self, message: impl Display) {
        let mut out = anstream::stderr().lock();
        let _ = writeln!(out, "{NOTE}note{NOTE:#}: {}", visible(&message.to_string()));
    }

    /// Tells on stderr what could not be judged; the exit code becomes 2.
    pub fn trouble(&mut self, trouble: Trouble) {
        // Two looks at one thing find the same; a person needs to read it once.
        if self.troubles.contains(&trouble) {
            return;
        }
        let mut out = anstream::stderr().lock();
        let _ = writeln!(out, "{ERROR}error{ERROR:#}: {trouble}");
        self.troubles.push(trouble);
    }

    /// What could not be judged so far.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// Whether progress would be seen and not spoil a log.
    pub fn shows_progress(&self) -> bool {
        std::io::stderr().is_terminal()
    }
}
