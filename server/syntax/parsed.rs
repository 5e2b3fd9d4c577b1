//! Parsing while somebody types: what is broken just now is left out, the rest stays whole.
//!
//! An open quote or bracket makes tree-sitter try repairs far beyond the line, which takes tens of
//! milliseconds in a long file and turns innocent functions into errors. So the function that is
//! typed in is parsed alone first. If it is broken, the file is parsed with blanks in its place.
//! All bytes keep their places.

use std::ops::{ControlFlow, Range};

use tree_sitter::{InputEdit, Node, Tree};

use super::mask::{masked, placeholder};
use super::near::Fresh;
use super::nodes::{children, field};
use super::source::{Cancel, Cancelled, Parser, point};
use crate::text::{Change, Point, change};

/// A tree, and the stretches of the text that it does not show.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The tree of the text with blanks for `masks`.
    pub tree: Tree,
    /// Bytes whose syntax is broken just now, sorted and disjoint.
    pub masks: Vec<Range<usize>>,
    /// What was parsed anew alone, while the rest of `tree` was only moved along with the edits;
    /// `None` if all was parsed.
    pub fresh: Option<Vec<Fresh>>,
}

impl From<Tree> for Parsed {
    fn from(tree: Tree) -> Self {
        Self {
            tree,
            masks: Vec::new(),
            fresh: None,
        }
    }
}

/// What has to be parsed after edits.
pub(super) struct Edited {
    /// Made to fit the new text; what changed in it is marked.
    pub tree: Tree,
    /// Masks that were not edited.
    pub masks: Vec<Range<usize>>,
    /// Masks that were edited, as they stand now.
    pub lifted: Vec<Range<usize>>,
}

impl Parsed {
    pub(super) fn edited(&self, text: &str, changes: &[Change]) -> Edited {
        let mut tree = self.tree.clone();
        for change in changes {
            tree.edit(&input_edit(change));
        }
        let (mut masks, mut lifted) = (Vec::new(), Vec::new());
        for mask in &self.masks {
            match change::shift(changes, mask.clone()) {
                Some(mask) => masks.push(mask),
                None => lifted.extend(trimmed(text, grown(changes, mask.clone()))),
            }
        }
        for mask in &lifted {
            stale(&mut tree, text, mask.clone());
        }
        Edited {
            tree,
            masks,
            lifted,
        }
    }
}

impl Parser {
    /// Parses `text`, which came out of the text of `old` by `changes`, and asks `watch` every few
    /// microseconds whether to go on.
    ///
    /// # Errors
    /// [`Cancelled`] when `watch` broke.
    pub fn parse_typed(
        &mut self,
        text: &str,
        old: &Parsed,
        changes: &[Change],
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Parsed, Cancelled> {
        let Edited {
            mut tree,
            mut masks,
            lifted,
        } = old.edited(text, changes);
        for chunk in chunks(&tree, text, changes, lifted) {
            if self.is_broken_alone(text, &chunk, watch)? {
                stale(&mut tree, text, chunk.clone());
                masks.push(chunk);
            }
        }
        join(&mut masks);
        let tree = self.parse_watched(&masked(text, &masks), Some(&tree), watch)?;
        Ok(Parsed {
            tree,
            masks,
            fresh: None,
        })
    }

    /// Parses all of `text`, of which `parsed` leaves some out: a quote that was opened in one
    /// function may have been closed in another.
    ///
    /// # Errors
    /// [`Cancelled`] when `cancel` was set.
    pub fn parse_whole(
        &mut self,
        text: &str,
        parsed: &Parsed,
        cancel: &Cancel,
    ) -> Result<Tree, Cancelled> {
        let mut tree = parsed.tree.clone();
        for mask in &parsed.masks {
            stale(&mut tree, text, mask.clone());
        }
        self.parse(text, Some(&tree), cancel, None)
    }

    /// Whether a stretch of whole statements is broken by itself.
    pub(super) fn is_broken_alone(
        &mut self,
        text: &str,
        chunk: &Range<usize>,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<bool, Cancelled> {
        let line = line_start(text, chunk.start);
        let tree = if line == chunk.start {
            self.parse_watched(&text.as_bytes()[chunk.clone()], None, watch)?
        } else {
            // A method keeps its indent, in a class of its own.
            let class = format!("class _:\n{}", &text[line..chunk.end]);
            self.parse_watched(class.as_bytes(), None, watch)?
        };
        Ok(tree.root_node().has_error())
    }
}

/// The statements and functions in which the changes lie, edited masks included.
pub(super) fn chunks(
    tree: &Tree,
    text: &str,
    changes: &[Change],
    lifted: Vec<Range<usize>>,
) -> Vec<Range<usize>> {
    let mut chunks = lifted;
    for edit in change::written(changes) {
        let known = |chunk: &Range<usize>| chunk.start <= edit.start && edit.end <= chunk.end;
        if chunks.iter().any(known) {
            continue;
        }
        // An edit of the indent changes what stands behind it.
        let edit = line_start(text, edit.start)..after_blanks(text, edit.end);
        chunks.extend(trimmed(text, slot(tree.root_node(), edit, text.len())));
    }
    join(&mut chunks);
    chunks
}

/// The smallest stretch of whole statements (of the module or of a class) in which the edit lies:
/// from the first one's start to the next one's start.
fn slot(block: Node<'_>, edit: Range<usize>, end: usize) -> Range<usize> {
    let mut next = end;
    let mut touched: Option<(Node<'_>, Range<usize>)> = None;
    let mut count = 0;
    let statements: Vec<Node<'_>> = children(block).collect();
    for child in statements.into_iter().rev() {
        let start = child.start_byte();
        if edit.start < next && start <= edit.end {
            let last = touched.map_or(next, |(_, range)| range.end);
            touched = Some((child, start..last));
            count += 1;
        }
        next = start;
    }
    let Some((first, range)) = touched else {
        return block.start_byte().min(edit.start)..next.max(edit.end).min(end);
    };
    if 1 < count {
        return range;
    }
    let inner = field(first, "definition").unwrap_or(first);
    let body = field(inner, "body").filter(|body| {
        let first_line = body.start_byte() - body.start_position().column;
        let inside = first_line <= edit.start && edit.end < body.end_byte();
        inner.kind() == "class_definition" && inside
    });
    match body {
        Some(body) => slot(body, edit, range.end),
        // Decorators stay, unless it is one of them that is typed in.
        None if inner.start_byte() < edit.end && first.kind() == "decorated_definition" => {
            inner.start_byte()..range.end
        }
        None => range,
    }
}

/// The range without white space around it; `None` if that is all.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let inside = &text[range.clone()];
    let end = range.start + inside.trim_end().len();
    let start = range.end - inside.trim_start().len();
    (start < end).then_some(start..end)
}

/// Sorts ranges and makes one of those that overlap.
pub(super) fn join(ranges: &mut Vec<Range<usize>>) {
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, kept| {
        let overlaps = next.start < kept.end;
        if overlaps {
            kept.end = kept.end.max(next.end);
        }
        overlaps
    });
}

/// Where a stretch that was typed in stands now.
pub(super) fn grown(changes: &[Change], range: Range<usize>) -> Range<usize> {
    changes.iter().fold(range, |range, change| {
        change.shift(range.clone()).unwrap_or_else(|| {
            let end = range.end.max(change.old_end_byte);
            range.start.min(change.start_byte)..end - change.old_end_byte + change.new_end_byte
        })
    })
}

/// Tells the tree that the bytes of `range` may be others than those it was parsed from.
///
/// The first byte is left out where it stays the same: the line end before it looks ahead to it,
/// and a line end that has to be read again keeps tree-sitter from using anything that follows
/// (`reusable_node_has_different_external_scanner_state` in its log).
fn stale(tree: &mut Tree, text: &str, range: Range<usize>) {
    let same = placeholder(&text[range.clone()])[0] == text.as_bytes()[range.start];
    let range = range.start + usize::from(same)..range.end;
    let (start, end) = (point(text, range.start), point(text, range.end));
    tree.edit(&InputEdit {
        start_byte: range.start,
        old_end_byte: range.end,
        new_end_byte: range.end,
        start_position: start,
        old_end_position: end,
        new_end_position: end,
    });
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |end| end + 1)
}

fn after_blanks(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start_matches([' ', '\t']).len()
}

fn input_edit(change: &Change) -> InputEdit {
    let point = |point: Point| tree_sitter::Point::new(point.row, point.column);
    InputEdit {
        start_byte: change.start_byte,
        old_end_byte: change.old_end_byte,
        new_end_byte: change.new_end_byte,
        start_position: point(change.start),
        old_end_position: point(change.old_end),
        new_end_position: point(change.new_end),
    }
}

#[cfg(test)]
mod tests;
