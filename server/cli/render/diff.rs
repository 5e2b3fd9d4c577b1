//! A unified diff.

use std::fmt::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Effects, Style};

use super::visible::{diff_path, visible_line};
use crate::cli::terminal::Terminal;
use crate::vcs::Hunk;
use crate::vcs::hunks::diff as hunks;

const HEADER: Style = Style::new().effects(Effects::BOLD);
const PLACE: Style = AnsiColor::Cyan.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

/// Unchanged lines around each change.
const CONTEXT: usize = 3;

/// What a file becomes.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The file, relative to the repository.
    pub path: &'a str,
    /// Its text now.
    pub old: &'a str,
    /// Its text then.
    pub new: &'a str,
    /// The byte order mark in front of both texts; empty where the file has none.
    pub mark: &'a str,
}

/// Prints the unified diff of a change, and nothing when the texts are equal. For a program it
/// holds the lines byte by byte, so that `git apply` takes it; for a person it has colours, and no
/// line of it can give orders to the terminal.
pub fn print(change: &Change<'_>, terminal: &Terminal) {
    let Change { path, mark, .. } = *change;
    if terminal.is_read_by_a_person() {
        terminal.print(&unified(path, change.old, change.new, true));
    } else {
        let whole = |text: &str| [mark, text].concat();
        let (old, new) = (whole(change.old), whole(change.new));
        terminal.print_exactly(&unified(path, &old, &new, false));
    }
}

/// The unified diff from `old` to `new`, empty when they are equal.
fn unified(path: &str, old: &str, new: &str, to_a_person: bool) -> String {
    let hunks = hunks(old, new);
    if hunks.is_empty() {
        return String::new();
    }
    let (old, new) = (Side::of(old), Side::of(new));
    let mut out = Out {
        text: String::new(),
        to_a_person,
    };
    let (before, after) = (format!("a/{path}"), format!("b/{path}"));
    out.line(HEADER, &format!("--- {}", diff_path(&before)));
    out.line(HEADER, &format!("+++ {}", diff_path(&after)));
    for group in groups(&hunks) {
        write_group(&mut out, group, &old, &new);
    }
    out.text
}

/// The diff as far as it is written.
struct Out {
    text: String,
    to_a_person: bool,
}

impl Out {
    fn line(&mut self, style: Style, line: &str) {
        let _ = if self.to_a_person {
            writeln!(self.text, "{style}{}{style:#}", visible_line(line))
        } else {
            writeln!(self.text, "{line}")
        };
    }
}

/// One side's lines, each with its line end.
struct Side<'a>(Vec<&'a str>);

impl<'a> Side<'a> {
    fn of(text: &'a str) -> Self {
        Self(text.split_inclusive('\n').collect())
    }

    fn write(&self, out: &mut Out, range: Range<usize>, sign: char, style: Style) {
        for line in self.0.get(range).unwrap_or_default() {
            let content = line.strip_suffix('\n');
            out.line(style, &format!("{sign}{}", content.unwrap_or(line)));
            if content.is_none() {
                out.line(Style::new(), "\\ No newline at end of file");
            }
        }
    }
}

/// Hunks whose context would touch are shown together.
fn groups(hunks: &[Hunk]) -> impl Iterator<Item = &[Hunk]> {
    hunks.chunk_by(|left, right| {
        let gap = right.base.start.saturating_sub(left.base.end);
        usize::try_from(gap).unwrap_or(usize::MAX) <= 2 * CONTEXT
    })
}

fn write_group(out: &mut Out, group: &[Hunk], old: &Side<'_>, new: &Side<'_>) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return;
    };
    let old_start = index(first.base.start).saturating_sub(CONTEXT);
    let old_end = (index(last.base.end) + CONTEXT).min(old.0.len());
    let new_start = index(first.head.start).saturating_sub(CONTEXT);
    let new_end = (index(last.head.end) + CONTEXT).min(new.0.len());
    let (before, after) = (side(old_start, old_end), side(new_start, new_end));
    out.line(PLACE, &format!("@@ -{before} +{after} @@"));
    let mut at = old_start;
    for hunk in group {
        let (removed, added) = (&hunk.base, &hunk.head);
        old.write(out, at..index(removed.start), ' ', Style::new());
        old.write(out, lines(removed), '-', REMOVED);
        new.write(out, lines(added), '+', ADDED);
        at = index(removed.end);
    }
    old.write(out, at..old_end, ' ', Style::new());
}

/// `start,count` as the format counts: from 1, and an empty side by the line before.
fn side(start: usize, end: usize) -> String {
    let count = end - start;
    let start = if count == 0 { start } else { start + 1 };
    format!("{start},{count}")
}

fn lines(range: &Range<u32>) -> Range<usize> {
    index(range.start)..index(range.end)
}

fn index(line: u32) -> usize {
    usize::try_from(line).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(old: &str, new: &str) -> String {
        let drawn = unified("a.py", old, new, true);
        let plain = unified("a.py", old, new, false);
        assert_eq!(anstream::adapter::strip_str(&drawn).to_string(), plain);
        plain
    }

    #[test]
    fn distant_changes_get_headers_of_their_own() {
        let old = (1..=20).map(|line| line.to_string()).collect::<Vec<_>>();
        let old = old.join("\n") + "\n";
        let new = old.replacen("2\n", "two\n", 1).replace("19\n", "");
        let expected = "--- a/a.py\n+++ b/a.py\n\
            @@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n\
            @@ -16,5 +16,4 @@\n 16\n 17\n 18\n-19\n 20\n";
        assert_eq!(plain(&old, &new), expected);
    }

    #[test]
    fn a_missing_last_line_end_is_marked() {
        let expected =
            "--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,1 @@\n-a\n+b\n\\ No newline at end of file\n";
        assert_eq!(plain("a\n", "b"), expected);
    }

    #[test]
    fn a_program_gets_the_bytes_and_a_terminal_no_orders() {
        let (old, new) = ("a\u{1b}[2Jb\n", "c\n");
        assert!(unified("a.py", old, new, false).contains("-a\u{1b}[2Jb\n"));
        assert!(unified("a.py", old, new, true).contains(r"-a\u{1b}[2Jb"));
    }

    #[test]
    fn equal_texts_give_nothing() {
        assert_eq!(plain("a\n", "a\n"), "");
    }

    #[test]
    fn an_empty_side_is_numbered_by_the_line_before() {
        assert_eq!(
            plain("", "a\n"),
            "--- a/a.py\n+++ b/a.py\n@@ -0,0 +1,1 @@\n+a\n"
        );
    }
}
