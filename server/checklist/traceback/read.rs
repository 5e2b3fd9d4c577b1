//! Text → frames and exceptions.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Frame, Raised, Traceback};

/// More than this is a whole log, and only its end is read, in bytes.
const MOST_BYTES: usize = 512 * 1024;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant")
}

/// Python's own shape, that of notebooks, and that of a JSON log whose quotes are escaped.
static PYTHON: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"File \\?["'“]?(?P<file>[^"”'\\]+?|[A-Za-z]:[^"”']+?|[^"”']+?)\\?["'”]?(?:, line |:)(?P<line>\d+)(?:,? in (?P<function>[\w.<>]+))?"#,
    )
});

/// pytest's and Rich's shape: `shop/orders.py:12: in confirm`, `shop/orders.py:12: KeyError`.
static COLON: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?P<file>[^\s│|<>]+\.pyx?):(?P<line>\d+)(?::? in (?P<function>[\w.<>]+)|: (?P<error>[A-Z][\w.]*)\s*$|:?\s*(?:│\s*)?$)",
    )
});

/// The shape of error trackers: `shop/orders.py in confirm at line 12`.
static TRACKER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?P<file>[^\s│|]+\.pyx?) in (?P<function>[\w.<>]+)(?: at line |:)(?P<line>\d+)")
});

/// The sentence of an exception: alone in its line, apart from what a log writes before it.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^(?P<name>(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?::\s(?P<message>.*)|:?)$")
});

/// A name that is an exception's by its ending, wherever it stands.
static ENDING: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:^|[\s|│\]])(?P<name>(?:[A-Za-z_]\w*\.)*\w*(?:Error|Exception|Exit|Interrupt|Warning|Timeout|Group|NotFound|DoesNotExist|Failure|Refused|StopIteration))(?::\s(?P<message>.*)|:?\s*)$",
    )
});

static COLOURS: LazyLock<Regex> = LazyLock::new(|| regex("\u{1b}\\[[0-9;]*[A-Za-z]"));

/// Reads a pasted text. What is no traceback is passed over; nothing found is an empty answer.
#[must_use]
pub fn read(text: &str) -> Traceback {
    let mut start = text.len().saturating_sub(MOST_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let text = COLOURS.replace_all(&text[start..], "");
    let text = unescaped(&text);
    let mut reader = Reader::default();
    for line in text.lines() {
        reader.line(line);
    }
    reader.finish()
}

/// A log line in JSON holds the whole traceback in one string.
fn unescaped(text: &str) -> String {
    if !text.contains("\\n") || !text.contains("File \\\"") {
        return text.to_owned();
    }
    // The string ends at its first quote that is not escaped; other fields may follow.
    let lines = text.lines().map(|line| {
        let Some(end) = line
            .rfind("\\n")
            .and_then(|at| Some(at + closing_quote(&line[at..])?))
        else {
            return line.to_owned();
        };
        line[..end].to_owned()
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    text.replace("\\n", "\n").replace("\\\"", "\"")
}

/// Where the first quote stands that no backslash escapes.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == '"' && !escaped {
            return Some(at);
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

#[derive(Default)]
struct Reader {
    raised: Vec<Raised>,
    frames: Vec<Frame>,
    /// An exception that was named before its frames, as error trackers do.
    named: Option<Raised>,
    /// Whether the last line was a place, so that the next one may be its code.
    at_place: bool,
    /// What stands before `Traceback` or before a frame's blanks: a date, a container's name.
    prefix: String,
    /// pytest prints the failing line before its place.
    marked: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if let Some(at) = line.find("Traceback (most recent call last)") {
            self.close();
            self.prefix = line[..at].to_owned();
            self.at_place = false;
            return;
        }
        if let Some(found) = PYTHON.captures(line) {
            self.place(&found);
            return;
        }
        let bare = self.without_prefix(line);
        if let Some(found) = TRACKER.captures(bare).or_else(|| COLON.captures(bare)) {
            let error = found.name("error").map(|it| it.as_str().to_owned());
            self.place(&found);
            if let Some(code) = self.marked.take()
                && let Some(frame) = self.frames.last_mut()
            {
                frame.code = Some(code);
                self.at_place = false;
            }
            if let Some(name) = error {
                self.end_of_test(name);
            }
            return;
        }
        self.other(bare);
    }

    fn place(&mut self, found: &Captures<'_>) {
        let text = |name: &str| found.name(name).map_or("", |it| it.as_str());
        let Ok(line) = text("line").parse() else {
            return;
        };
        self.frames.push(Frame {
            file: text("file").trim().to_owned(),
            line,
            function: text("function").to_owned(),
            code: None,
        });
        self.at_place = true;
    }

    /// A line that is no place: code, an exception, or something else.
    fn other(&mut self, line: &str) {
        let trimmed = line.trim_matches(['|', '+', '│', ' ', '\t']);
        if let Some(code) = line.strip_prefix("> ").filter(|_| !self.at_place) {
            self.marked = Some(code.trim().to_owned());
            return;
        }
        if let Some(failed) = line.strip_prefix("E   ") {
            if let Some(raised) = sentence(failed.trim()) {
                self.named.get_or_insert(raised);
            }
            return;
        }
        let indented = line.starts_with([' ', '\t']) && !line.trim_start().starts_with(['|', '+']);
        let in_group = trimmed.len() < line.len() && line.trim_start().starts_with(['|', '+']);
        if self.at_place && (indented || in_group) && !trimmed.is_empty() {
            self.at_place = false;
            let is_sentence = in_group && ENDING.is_match(trimmed);
            if !is_sentence {
                if let Some(frame) = self.frames.last_mut() {
                    frame.code = Some(trimmed.to_owned());
                }
                return;
            }
        }
        let exact = (!indented || in_group).then(|| sentence(trimmed)).flatten();
        let found = if self.frames.is_empty() {
            // Before any frame a plain word is not yet an exception.
            exact.filter(|it| ENDING.is_match(&it.name))
        } else {
            exact.or_else(|| by_ending(trimmed))
        };
        match found {
            Some(raised) if self.frames.is_empty() => self.named = Some(raised),
            Some(raised) => {
                let frames = std::mem::take(&mut self.frames);
                self.raised.push(Raised { frames, ..raised });
                self.named = None;
                self.at_place = false;
            }
            None => {}
        }
    }

    /// pytest ends a traceback with the place and the exception's name; its message stood before.
    fn end_of_test(&mut self, name: String) {
        let message = self.named.take().map(|it| it.message).unwrap_or_default();
        let frames = std::mem::take(&mut self.frames);
        self.raised.push(Raised {
            name,
            message,
            frames,
        });
        self.at_place = false;
    }

    /// Frames without an exception behind them belong to the one that was named before.
    fn close(&mut self) {
        if self.frames.is_empty() {
            return;
        }
        let frames = std::mem::take(&mut self.frames);
        let named = self.named.take().unwrap_or_default();
        self.raised.push(Raised { frames, ..named });
    }

    fn without_prefix<'l>(&self, line: &'l str) -> &'l str {
        match line.strip_prefix(&*self.prefix) {
            Some(rest) if !self.prefix.trim().is_empty() => rest,
            // Another second, another time stamp: what has the same length is left out.
            _ if 8 < self.prefix.len() && self.prefix.starts_with(|c: char| c.is_ascii_digit()) => {
                line.get(self.prefix.len()..)
                    .filter(|_| line.starts_with(|c: char| c.is_ascii_digit()))
                    .unwrap_or(line)
            }
            _ => line,
        }
    }

    fn finish(mut self) -> Traceback {
        self.close();
        if self.raised.is_empty() {
            self.raised.extend(self.named.take());
        }
        Traceback {
            raised: self.raised,
        }
    }
}

fn sentence(line: &str) -> Option<Raised> {
    of_captures(&SENTENCE.captures(line)?)
}

fn by_ending(line: &str) -> Option<Raised> {
    of_captures(&ENDING.captures(line)?)
}

fn of_captures(found: &Captures<'_>) -> Option<Raised> {
    Some(Raised {
        name: found.name("name")?.as_str().to_owned(),
        message: found
            .name("message")
            .map(|it| it.as_str().trim().to_owned())
            .unwrap_or_default(),
        frames: Vec::new(),
    })
}
