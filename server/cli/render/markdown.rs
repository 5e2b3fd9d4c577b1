//! Markdown for the terminal: the little that the rules' documentation uses.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style};

const TITLE: Style = Style::new().effects(Effects::BOLD.insert(Effects::UNDERLINE));
const HEADING: Style = Style::new().effects(Effects::BOLD);
const CODE: Style = AnsiColor::Cyan.on_default();
const STRONG: Style = Style::new().effects(Effects::BOLD);

/// Draws `text` for lines of `width` columns.
pub fn render(text: &str, width: usize) -> String {
    // Longer lines are hard to read, however wide the terminal is.
    let width = width.min(88);
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            flush(&mut out, &mut paragraph, width);
            in_code = !in_code;
        } else if in_code {
            let _ = writeln!(out, "    {CODE}{line}{CODE:#}");
        } else if let Some(title) = line.strip_prefix("# ") {
            flush(&mut out, &mut paragraph, width);
            let _ = writeln!(out, "{TITLE}{title}{TITLE:#}");
        } else if line.starts_with('#') {
            flush(&mut out, &mut paragraph, width);
            let title = line.trim_start_matches('#').trim();
            let _ = writeln!(out, "{HEADING}{title}{HEADING:#}");
        } else if line.trim().is_empty() {
            flush(&mut out, &mut paragraph, width);
            out.push('\n');
        } else if line.starts_with('|') {
            let _ = writeln!(out, "{}", inline(line));
        } else {
            if is_item(line) {
                flush(&mut out, &mut paragraph, width);
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flush(&mut out, &mut paragraph, width);
    out
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ")
        || line.starts_with("* ")
        || rest.len() < line.len() && rest.starts_with(". ")
}

fn flush(out: &mut String, paragraph: &mut String, width: usize) {
    if paragraph.is_empty() {
        return;
    }
    let indent = if is_item(paragraph) { 2 } else { 0 };
    let mut column = 0;
    let mut wrapped = String::new();
    for word in paragraph.split_whitespace() {
        let length = word.chars().filter(|c| !"`*".contains(*c)).count();
        if 0 < column && width < column + 1 + length {
            let _ = write!(wrapped, "\n{:indent$}", "");
            column = indent;
        } else if 0 < column {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += length;
    }
    let _ = writeln!(out, "{}", inline(&wrapped));
    paragraph.clear();
}

/// `code` and **strong** inside a paragraph.
fn inline(text: &str) -> String {
    let coded = alternate(text, "`", CODE);
    alternate(&coded, "**", STRONG)
}

/// Styles every second piece between `mark`s; an unpaired mark stays as it is.
fn alternate(text: &str, mark: &str, style: Style) -> String {
    let mut pieces = text.split(mark).peekable();
    let mut out = pieces.next().unwrap_or_default().to_owned();
    while let Some(piece) = pieces.next() {
        if let Some(after) = pieces.next() {
            let _ = write!(out, "{style}{piece}{style:#}{after}");
        } else {
            let _ = write!(out, "{mark}{piece}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::render;

    fn plain(text: &str, width: usize) -> String {
        anstream::adapter::strip_str(&render(text, width)).to_string()
    }

    #[test]
    fn paragraphs_are_wrapped_and_code_is_not() {
        let text = "# title\n\nOne two\nthree `four`.\n\n```python\nx = a_very_long_line_of_code(1, 2)\n```\n";
        let expected = "title\n\nOne two\nthree four.\n\n    x = a_very_long_line_of_code(1, 2)\n";
        assert_eq!(plain(text, 11), expected);
    }

    #[test]
    fn list_items_stay_apart_and_hang() {
        let text = "- one two three\n- four\n";
        assert_eq!(plain(text, 9), "- one two\n  three\n- four\n");
    }

    #[test]
    fn a_lonely_mark_stays() {
        assert_eq!(plain("a ` b\n", 80), "a ` b\n");
    }
}
