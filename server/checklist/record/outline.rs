//! Headings, tasks and comments of a Markdown text, with their places.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A heading that stands in no quote and no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 for `#`, 2 for `##`.
    pub level: u8,
    /// Its text without markup.
    pub title: String,
    /// Bytes of the heading itself.
    pub range: Range<usize>,
    /// Bytes from behind the heading to the next one of the same or a higher rank; generated
    /// headings do not count.
    pub body: Range<usize>,
}

/// An item of a list that can be ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Whether it is ticked.
    pub ticked: bool,
    /// Bytes of `[ ]`.
    pub mark: Range<usize>,
    /// Bytes of the whole item.
    pub range: Range<usize>,
    /// Its text without markup and comments.
    pub text: String,
    /// What its comments say, `-->` and `<!--` left out.
    pub comment: String,
}

/// What a text holds.
#[derive(Default)]
pub(super) struct Outline {
    pub headings: Vec<Heading>,
    pub tasks: Vec<Task>,
    pub comments: Vec<Range<usize>>,
}

/// Reads the Markdown of `text` from the byte `from` on.
pub(super) fn read(text: &str, from: usize) -> Outline {
    let options = Options::ENABLE_TASKLISTS | Options::ENABLE_TABLES;
    let mut reader = Reader {
        text,
        outline: Outline::default(),
        heading: false,
        tasks: Vec::new(),
        depth: 0,
    };
    for (event, range) in Parser::new_ext(&text[from..], options).into_offset_iter() {
        reader.event(&event, range.start + from..range.end + from);
    }
    let mut outline = reader.outline;
    outline.tasks.sort_by_key(|task| task.range.start);
    outline
}

struct Reader<'t> {
    text: &'t str,
    outline: Outline,
    /// Whether a heading is being read.
    heading: bool,
    /// The list items around, innermost last; `None` for those without a box.
    tasks: Vec<(Range<usize>, Option<Task>)>,
    /// How many quotes and lists are around.
    depth: usize,
}

impl Reader<'_> {
    fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::List(_)) => self.depth += 1,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_)) => {
                self.depth = self.depth.saturating_sub(1);
            }
            Event::Start(Tag::Heading { level, .. }) if self.depth == 0 => {
                self.heading = true;
                self.outline.headings.push(Heading {
                    level: rank(*level),
                    title: String::new(),
                    body: range.end..range.end,
                    range,
                });
            }
            Event::End(TagEnd::Heading(_)) => self.heading = false,
            Event::Start(Tag::Item) => self.tasks.push((range, None)),
            Event::End(TagEnd::Item) => {
                let task = self.tasks.pop().and_then(|(_, task)| task);
                self.outline.tasks.extend(task);
            }
            Event::TaskListMarker(ticked) => {
                if let Some((item, task)) = self.tasks.last_mut() {
                    *task = Some(Task {
                        ticked: *ticked,
                        mark: range,
                        range: item.clone(),
                        text: String::new(),
                        comment: String::new(),
                    });
                }
            }
            Event::Text(text) | Event::Code(text) => self.say(text),
            Event::SoftBreak | Event::HardBreak => self.say(" "),
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => self.comments(range),
            _ => {}
        }
    }

    fn say(&mut self, text: &str) {
        if self.heading
            && let Some(heading) = self.outline.headings.last_mut()
        {
            heading.title.push_str(text);
        }
        if let Some((_, Some(task))) = self.tasks.last_mut() {
            task.text.push_str(text);
        }
    }

    /// Takes the comments out of a piece of HTML.
    fn comments(&mut self, html: Range<usize>) {
        let mut at = html.start;
        while let Some(start) = self.text[at..html.end].find("<!--") {
            let start = at + start;
            let length = self.text[start + 4..html.end].find("-->");
            let end = length.map_or(html.end, |length| start + 4 + length + 3);
            if let Some((_, Some(task))) = self.tasks.last_mut() {
                let inside = self.text[start..end].trim_start_matches("<!--");
                task.comment.push_str(inside.trim_end_matches("-->"));
            }
            self.outline.comments.push(start..end);
            at = end;
        }
    }
}

fn rank(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Says where the body of each heading ends, in a text of `end` bytes.
pub(super) fn close(headings: &mut [Heading], end: usize) {
    for index in 0..headings.len() {
        let level = headings[index].level;
        let next = headings[index + 1..]
            .iter()
            .find(|other| other.level <= level);
        headings[index].body.end = next.map_or(end, |next| next.range.start);
    }
}
