//! The front matter: a flat table in YAML between two lines `---`.
//!
//! Only the values' places are taken from the parser. A value is replaced where it stands, so that
//! comments, order and quotes of the others stay.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScanError, Span};

use super::error::RecordError;

/// One entry of the front matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Bytes of the record where the key stands.
    pub key_span: Range<usize>,
    /// The value; empty when nothing is set.
    pub value: String,
    /// Bytes of the record where the value stands; empty right after the colon when nothing is set.
    pub span: Range<usize>,
}

/// What was read.
pub(super) struct Front {
    pub entries: Vec<Entry>,
    /// Where a further entry can be put.
    pub end: Option<usize>,
    /// Where the Markdown begins.
    pub body: usize,
}

/// Reads the front matter of `text`, if it has one.
pub(super) fn read(text: &str) -> Result<Front, RecordError> {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut lines = text[start..].split_inclusive('\n');
    let none = Front {
        entries: Vec::new(),
        end: None,
        body: start,
    };
    let Some(first) = lines.next().filter(|line| is_fence(line)) else {
        return Ok(none);
    };
    let from = start + first.len();
    let mut at = from;
    for line in lines {
        if is_fence(line) {
            return Ok(Front {
                entries: entries(text, from..at)?,
                end: Some(at),
                body: at + line.len(),
            });
        }
        at += line.len();
    }
    Err(RecordError::OpenFrontMatter)
}

fn is_fence(line: &str) -> bool {
    line.trim_end() == "---"
}

/// `value` as YAML writes it on one line.
pub(super) fn written(value: &str) -> String {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = |c: char| c.is_alphanumeric() || " ._/+@-".contains(c);
    let starts_well = value.starts_with(|c: char| c.is_alphanumeric());
    let word = ["true", "false", "null", "yes", "no", "on", "off"];
    let is_word = word.contains(&&*value.to_lowercase());
    // What reads as a number loses its zeros: `1.10` is not `1.1`.
    let is_number = value.parse::<f64>().is_ok();
    if value.is_empty() || (starts_well && value.chars().all(plain) && !is_word && !is_number) {
        return value;
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The entries of the YAML in `range`.
fn entries(text: &str, range: Range<usize>) -> Result<Vec<Entry>, RecordError> {
    let yaml = &text[range.clone()];
    // The first line of the record is the fence.
    let wrong = |line: usize, reason: &str| RecordError::FrontMatter {
        line: line + 1,
        reason: reason.to_owned(),
    };
    let of_scan = |error: &ScanError| wrong(error.marker().line(), error.info());
    let places = Places::new(yaml, range.start);
    let mut entries: Vec<Entry> = Vec::new();
    let mut key: Option<(String, Range<usize>)> = None;
    let mut depth = 0_usize;
    for event in Parser::new_from_str(yaml) {
        let (event, span) = event.map_err(|error| of_scan(&error))?;
        match event {
            Event::MappingStart(..) => depth += 1,
            Event::MappingEnd => depth = depth.saturating_sub(1),
            Event::Scalar(value, ..) if depth == 1 => match key.take() {
                None => key = Some((value.into_owned(), places.bytes(span))),
                Some((key, key_span)) => entries.push(Entry {
                    value: if is_null(&value) { "" } else { &*value }.to_owned(),
                    span: value_span(text, &key_span, places.bytes(span)),
                    key,
                    key_span,
                }),
            },
            Event::Scalar(value, ..) if depth == 0 && is_null(&value) => {}
            Event::Scalar(..)
            | Event::SequenceStart(..)
            | Event::SequenceEnd
            | Event::Alias(..) => return Err(wrong(span.start.line(), "a list or bare text")),
            _ => {}
        }
        if 1 < depth {
            return Err(wrong(span.start.line(), "a table in a table"));
        }
    }
    for (index, entry) in entries.iter().enumerate() {
        if entries[..index].iter().any(|other| other.key == entry.key) {
            let line = text[..entry.key_span.start].matches('\n').count();
            return Err(wrong(line, &format!("`{}` stands twice", entry.key)));
        }
    }
    Ok(entries)
}

fn is_null(value: &str) -> bool {
    value.is_empty() || value == "~" || value == "null"
}

/// The place of a value; one that is missing stands right after its key's colon.
fn value_span(text: &str, key: &Range<usize>, span: Range<usize>) -> Range<usize> {
    if !span.is_empty() {
        // Some spans reach over the blanks behind the value.
        let length = text[span.clone()].trim_end().len();
        return span.start..span.start + length;
    }
    let colon = text[key.end..]
        .find(':')
        .map_or(key.end, |at| key.end + at + 1);
    colon..colon
}

/// Turns the parser's characters into bytes of the record.
struct Places {
    /// The byte of each character, and of the end.
    bytes: Vec<usize>,
}

impl Places {
    fn new(yaml: &str, offset: usize) -> Self {
        let characters = yaml.char_indices().map(|(at, _)| at);
        let bytes = characters.chain([yaml.len()]).map(|at| at + offset);
        Self {
            bytes: bytes.collect(),
        }
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let last = self.bytes.last().copied().unwrap_or_default();
        let byte = |index: usize| self.bytes.get(index).copied().unwrap_or(last);
        byte(span.start.index())..byte(span.end.index())
    }
}
