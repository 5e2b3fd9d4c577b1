//! The record: the hotfix's own Markdown file, which becomes the pull request's body.
//!
//! It has front matter in YAML, sections with known headings, and generated parts:
//!
//! ```text
//! <!-- hotfix-ls:begin NAME -->
//! what the program knows
//! <!-- hotfix-ls:end NAME -->
//! ```
//!
//! Invariants:
//!
//! * A change touches the bytes of one generated part or of one value of the front matter, and
//!   nothing else.
//! * What was changed is parsed again before it is accepted, so that a generated text can never
//!   swallow a marker or a heading.
//! * A record whose markers are out of order is refused with one sentence and left as it is.

mod disk;
mod error;
mod form;
mod front;
mod markers;
mod outline;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub(super) use disk::inside;
pub use disk::{DiskError, create, load, path, save};
pub use error::RecordError;
pub use form::{QUESTIONS, Question, SECTIONS, Section};
pub use front::Entry;
pub use markers::Part;
pub use outline::{Heading, Task};

use crate::text::Lines;

/// A record that was read without a mistake in its structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    text: String,
    front: Vec<Entry>,
    /// Where a new entry of the front matter is put; none without front matter.
    front_end: Option<usize>,
    headings: Vec<Heading>,
    tasks: Vec<Task>,
    comments: Vec<Range<usize>>,
    parts: Vec<Part>,
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// [`RecordError`] when a merge has left its conflicts, the front matter is no flat table, or a marker is missing, stands
    /// twice or in another part.
    pub fn parse(text: impl Into<String>) -> Result<Self, RecordError> {
        let text = text.into();
        if let Some(line) = markers::conflict(&text) {
            return Err(RecordError::Conflict { line });
        }
        let front = front::read(&text)?;
        let outline = outline::read(&text, front.body);
        let parts = markers::pair(&text, &outline.comments)?;
        let inside = |at: usize| parts.iter().any(|part| part.whole.contains(&at));
        let (mut headings, mut tasks) = (outline.headings, outline.tasks);
        headings.retain(|heading| !inside(heading.range.start));
        tasks.retain(|task| !inside(task.range.start));
        outline::close(&mut headings, text.len());
        Ok(Self {
            front: front.entries,
            front_end: front.end,
            headings,
            tasks,
            comments: outline.comments,
            parts,
            text,
        })
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The entries of the front matter, in the order of the file.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.front
    }

    /// What the front matter says of `key`; none when it says nothing.
    #[must_use]
    pub fn front(&self, key: &str) -> Option<&str> {
        let entry = self.front.iter().find(|entry| entry.key == key)?;
        let value = entry.value.trim();
        (!value.is_empty()).then_some(value)
    }

    /// Sets `key` in the front matter.
    ///
    /// # Errors
    /// [`RecordError::NoFrontMatter`], or [`RecordError::Unfit`] when the value cannot be written
    /// there. The record is unchanged then.
    pub fn set_front(&mut self, key: &str, value: &str) -> Result<(), RecordError> {
        let value = front::written(value);
        let edited = if let Some(entry) = self.front.iter().find(|entry| entry.key == key) {
            let gap = self.text[..entry.span.start].ends_with(':');
            let value = format!("{}{value}", if gap { " " } else { "" });
            spliced(&self.text, &entry.span, &value)
        } else {
            let end = self.front_end.ok_or(RecordError::NoFrontMatter)?;
            let line = format!("{key}: {value}{}", self.line_end());
            spliced(&self.text, &(end..end), &line)
        };
        let record = Self::parse(edited)?;
        if record.generated_names() != self.generated_names() {
            return Err(RecordError::Unfit {
                name: key.to_owned(),
            });
        }
        *self = record;
        Ok(())
    }

    /// The generated parts, in the order of the file.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What stands in the generated part `name`, without the empty lines around it and with `\n`
    /// as line end; none when there is no such part.
    #[must_use]
    pub fn generated(&self, name: &str) -> Option<String> {
        let part = self.part(name)?;
        let text = self.text[part.inner.clone()].trim_matches(['\r', '\n']);
        Some(text.replace("\r\n", "\n"))
    }

    /// Writes the generated part `name` anew, with the record's own line ends. Nothing else
    /// changes.
    ///
    /// # Errors
    /// [`RecordError::MissingPart`] when there is no such part, [`RecordError::Unfit`] when `text`
    /// would break the record (a marker, a fence that is not closed). The record is unchanged then.
    pub fn replace_generated(&mut self, name: &str, text: &str) -> Result<(), RecordError> {
        let part = self.part(name).ok_or_else(|| RecordError::MissingPart {
            name: name.to_owned(),
        })?;
        if self.generated(name).as_deref() == Some(&*normal(text)) {
            return Ok(());
        }
        let edited = spliced(&self.text, &part.inner, &self.inner(text));
        self.accept(edited, name, text, &self.generated_names())
    }

    /// Like [`Record::replace_generated`]; a part that is missing is put at the end of `section`,
    /// before its first question, or at the end of the record when the section is missing too.
    ///
    /// # Errors
    /// [`RecordError::Unfit`] as above.
    pub fn put_generated(
        &mut self,
        section: Section,
        name: &str,
        text: &str,
    ) -> Result<(), RecordError> {
        if self.part(name).is_some() {
            return self.replace_generated(name, text);
        }
        let at = self.place_of(section);
        let end = self.line_end();
        let before = &self.text[..at];
        let gap = match before {
            "" => "",
            _ if before.ends_with(&[end, end].concat()) => "",
            _ if before.ends_with('\n') => end,
            _ => &[end, end].concat(),
        };
        let begin = markers::begin(name);
        let close = markers::end(name);
        let inner = self.inner(text);
        let tail = if at == self.text.len() { "" } else { end };
        let block = format!("{gap}{begin}{end}{inner}{close}{end}{tail}");
        let edited = spliced(&self.text, &(at..at), &block);
        let mut names = self.generated_names();
        names.push(name.to_owned());
        self.accept(edited, name, text, &names)
    }

    /// The section's heading; none when a person took it out.
    #[must_use]
    pub fn section(&self, section: Section) -> Option<&Heading> {
        self.headings
            .iter()
            .find(|heading| heading.level == 2 && section.is_called(&heading.title))
    }

    /// The heading below which `question` is answered.
    #[must_use]
    pub fn heading_of(&self, question: &Question) -> Option<&Heading> {
        let section = self.section(question.section)?;
        let Some(title) = question.heading else {
            return Some(section);
        };
        let inside = |heading: &&Heading| section.body.contains(&heading.range.start);
        self.headings
            .iter()
            .filter(inside)
            .find(|heading| 2 < heading.level && form::same_title(&heading.title, title))
    }

    /// What a person wrote below the heading of `question`; none while it is unanswered. Comments,
    /// generated parts and the text of deeper headings are no answer.
    #[must_use]
    pub fn answer(&self, question: &Question) -> Option<String> {
        let heading = self.heading_of(question)?;
        let deeper = self
            .headings
            .iter()
            .map(|other| other.range.start)
            .find(|&start| heading.range.end <= start && start < heading.body.end);
        let body = heading.body.start..deeper.unwrap_or(heading.body.end);
        let parts = self.parts.iter().map(|part| &part.whole);
        let mut left_out: Vec<&Range<usize>> = parts.chain(&self.comments).collect();
        left_out.sort_by_key(|range| range.start);
        let mut said = String::new();
        let mut at = body.start;
        for range in left_out {
            if range.end <= at || body.end <= range.start {
                continue;
            }
            said.push_str(self.text.get(at..range.start).unwrap_or_default());
            at = range.end.min(body.end);
        }
        said.push_str(self.text.get(at..body.end).unwrap_or_default());
        let said = said.trim().replace("\r\n", "\n");
        (!form::says_nothing(&said)).then_some(said)
    }

    /// The tasks (`- [ ]`) that a person can tick, generated parts left out.
    #[must_use]
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// The line of the byte `at`, counted from 1.
    #[must_use]
    pub fn line_of(&self, at: usize) -> usize {
        Lines::new(&self.text).line_of(at) + 1
    }

    /// How the record's lines end: as its first one does.
    #[must_use]
    pub fn line_end(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    fn generated_names(&self) -> Vec<String> {
        self.parts.iter().map(|part| part.name.clone()).collect()
    }

    /// What stands between two markers for `text`.
    fn inner(&self, text: &str) -> String {
        let end = self.line_end();
        let text = normal(text);
        if text.is_empty() {
            return String::new();
        }
        format!("{end}{}{end}{end}", text.replace('\n', end))
    }

    /// Where a new generated part of `section` goes.
    fn place_of(&self, section: Section) -> usize {
        let Some(heading) = self.section(section) else {
            return self.text.len();
        };
        let first_question = self
            .headings
            .iter()
            .map(|other| other.range.start)
            .find(|&start| heading.range.end <= start && start < heading.body.end);
        first_question.unwrap_or(heading.body.end)
    }

    /// Takes `edited`, if the part `name` says `text` in it and no other part came or went.
    fn accept(
        &mut self,
        edited: String,
        name: &str,
        text: &str,
        names: &[String],
    ) -> Result<(), RecordError> {
        let unfit = || RecordError::Unfit {
            name: name.to_owned(),
        };
        let record = Self::parse(edited).map_err(|_| unfit())?;
        let mut found = record.generated_names();
        let mut names = names.to_vec();
        found.sort();
        names.sort();
        let same_headings = record.headings.len() == self.headings.len();
        if found != names || !same_headings || record.generated(name) != Some(normal(text)) {
            return Err(unfit());
        }
        *self = record;
        Ok(())
    }
}

/// `text` with `\n` as line end and without the empty lines around it.
fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").trim_matches('\n').to_owned()
}

/// `text` with `new` in place of `range`.
fn spliced(text: &str, range: &Range<usize>, new: &str) -> String {
    [&text[..range.start], new, &text[range.end..]].concat()
}
