//! The lines of a text that a picture needs, so that drawing one finding costs a few lines and
//! not the whole file.

use std::ops::Range;

use super::visible::inert;
use crate::text::Lines;

/// Some whole lines of a text, with `\n` as the only line end.
pub struct Window {
    /// The lines.
    pub source: String,
    /// The number of the first line, counted from 1.
    pub first_line: usize,
    start: usize,
    /// Offsets in the whole text of the carriage returns that were left out.
    dropped: Vec<usize>,
}

impl Window {
    /// The lines from the first to the last of `ranges`.
    pub fn new<'a>(
        text: &str,
        lines: &Lines,
        ranges: impl IntoIterator<Item = &'a Range<usize>>,
    ) -> Self {
        let mut bounds: Option<Range<usize>> = None;
        for range in ranges {
            let touched = lines.touched(range.clone());
            bounds = Some(match bounds {
                None => touched,
                Some(known) => known.start.min(touched.start)..known.end.max(touched.end),
            });
        }
        let bounds = bounds.unwrap_or(0..1);
        let bytes = lines.bytes(bounds.clone());
        let start = bytes.start;
        let raw = text.get(bytes).unwrap_or_default();
        let dropped: Vec<usize> = raw
            .match_indices("\r\n")
            .map(|(at, _)| start + at)
            .collect();
        Self {
            source: inert(raw).replace("\r\n", "\n"),
            first_line: bounds.start + 1,
            start,
            dropped,
        }
    }

    /// A range of the whole text, in the window.
    pub fn map(&self, range: &Range<usize>) -> Range<usize> {
        self.offset(range.start)..self.offset(range.end)
    }

    /// An edit of the whole text, in the window. What is put behind the last line end is drawn in
    /// front of it, or the picture would glue it to the last line.
    pub fn edit(&self, range: &Range<usize>, text: String) -> (Range<usize>, String) {
        let range = self.map(range);
        let last = self.source.len();
        match text.strip_suffix('\n') {
            Some(lines) if range == (last..last) && self.source.ends_with('\n') => {
                (last - 1..last - 1, format!("\n{lines}"))
            }
            _ => (range, text),
        }
    }

    fn offset(&self, at: usize) -> usize {
        let dropped = self.dropped.partition_point(|&dropped| dropped < at);
        at.saturating_sub(self.start + dropped)
            .min(self.source.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_behind_the_last_one_stay_lines() {
        let text = "a\nb\n";
        let lines = Lines::new(text);
        let window = Window::new(text, &lines, [&(2..3), &(4..4)]);
        let (range, drawn) = window.edit(&(4..4), "c\nd\n".to_owned());
        let mut source = window.source.clone();
        source.replace_range(range, &drawn);
        assert_eq!(source, "b\nc\nd\n");
    }

    #[test]
    fn offsets_survive_folded_line_ends() {
        let text = "a\r\nbc\r\nde\r\nf\r\n";
        let lines = Lines::new(text);
        let wanted = text.find('e').expect("there")..text.find('e').expect("there") + 1;
        let first = text.find('b').expect("there")..text.find('b').expect("there") + 1;
        let window = Window::new(text, &lines, [&wanted, &first]);
        assert_eq!(window.source, "bc\nde\n");
        assert_eq!(window.first_line, 2);
        assert_eq!(&window.source[window.map(&wanted)], "e");
    }
}
