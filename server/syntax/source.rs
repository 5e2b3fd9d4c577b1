//! A parsed text, and the parser that makes it.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tree_sitter::{InputEdit, Node, ParseOptions, Point, Tree};

use super::depth::bearable;
use super::mask::masked;
use super::near::Fresh;
use super::parsed::Parsed;
use crate::text::Lines;

/// A flag that a running analysis polls; cheap to clone, set once.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the analysis to stop at its next step.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// # Errors
    /// [`Cancelled`] once [`Cancel::cancel`] was called.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }
}

/// The work was stopped: cancelled, or the deadline passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped before the end")]
pub struct Cancelled;

/// A text with its syntax tree. Immutable; cloning shares both.
#[derive(Debug, Clone)]
pub struct Source {
    text: Arc<str>,
    tree: Tree,
    lines: Arc<Lines>,
    masks: Arc<[Range<usize>]>,
    fresh: Option<Arc<[Fresh]>>,
}

impl Source {
    /// Parses `text` from nothing.
    #[must_use]
    pub fn parse(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let tree = Parser::new()
            .parse(&text, None, &Cancel::default(), None)
            .expect("a parse without deadline and cancellation ends");
        Self::new(text, tree)
    }

    /// Joins a text and the tree that was parsed from exactly this text.
    #[must_use]
    pub fn new(text: Arc<str>, tree: Tree) -> Self {
        Self::typed(text, tree.into())
    }

    /// A text that is not Python, such as a manifest. Its tree is empty.
    #[must_use]
    pub fn plain(text: impl Into<Arc<str>>) -> Self {
        Self::new(text.into(), Self::parse("").tree)
    }

    /// Joins a text that is being typed and what was parsed from it.
    #[must_use]
    pub fn typed(text: Arc<str>, parsed: Parsed) -> Self {
        let lines = Arc::new(Lines::new(&text));
        Self {
            text,
            tree: parsed.tree,
            lines,
            masks: parsed.masks.into(),
            fresh: parsed.fresh.map(Arc::from),
        }
    }

    /// This source after edits, parsed from the old tree. `changes` are the replaced bytes of this
    /// text, disjoint, with what stands there in `text`.
    #[must_use]
    pub fn edited(&self, text: impl Into<Arc<str>>, changes: &[(Range<usize>, &str)]) -> Self {
        let text = text.into();
        let mut tree = self.tree.clone();
        let mut changes = changes.to_vec();
        changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        // From the end to the beginning, so that the places before are still those of this text.
        for (range, inserted) in &changes {
            let start = point(&self.text, range.start);
            let last = point(inserted, inserted.len());
            let new_end = Point::new(
                start.row + last.row,
                if last.row == 0 { start.column } else { 0 } + last.column,
            );
            tree.edit(&InputEdit {
                start_byte: range.start,
                old_end_byte: range.end,
                new_end_byte: range.start + inserted.len(),
                start_position: start,
                old_end_position: point(&self.text, range.end),
                new_end_position: new_end,
            });
        }
        let Some(masks) = self.shifted_masks(&changes) else {
            return Self::parse(text);
        };
        let go_on = &mut || ControlFlow::Continue(());
        let parsed = Parser::new().parse_watched(&masked(&text, &masks), Some(&tree), go_on);
        match parsed {
            Ok(tree) => {
                let parsed = Parsed {
                    masks,
                    ..tree.into()
                };
                Self::typed(text, parsed)
            }
            Err(Cancelled) => Self::parse(text),
        }
    }

    /// Where the masks are after `changes`; `None` if one of them is touched.
    fn shifted_masks(&self, changes: &[(Range<usize>, &str)]) -> Option<Vec<Range<usize>>> {
        let shift = |mask: &Range<usize>| {
            let (mut added, mut removed) = (0, 0);
            for (range, inserted) in changes {
                if range.end < mask.start {
                    added += inserted.len();
                    removed += range.len();
                } else if range.start <= mask.end {
                    return None;
                }
            }
            Some(mask.start + added - removed..mask.end + added - removed)
        };
        self.masks.iter().map(shift).collect()
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, shared.
    #[must_use]
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// The tree.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Bytes that the tree does not show, because their syntax is broken just now.
    #[must_use]
    pub fn masks(&self) -> &[Range<usize>] {
        &self.masks
    }

    /// The mask in which the byte `at` lies.
    #[must_use]
    pub fn mask_at(&self, at: usize) -> Option<&Range<usize>> {
        self.masks.iter().find(|mask| mask.contains(&at))
    }

    /// The statements of the module that were parsed anew alone, while the rest of the tree was
    /// only moved along with the edits. Empty for all but the text right after a keystroke.
    #[must_use]
    pub fn fresh(&self) -> &[Fresh] {
        self.fresh.as_deref().unwrap_or_default()
    }

    /// Whether the whole tree is that of the text, not only [`Source::fresh`].
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.fresh.is_none()
    }

    /// Whether some of the text could not be understood.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        !self.masks.is_empty() || self.root().has_error()
    }

    /// The tree's root. Where [`Source::fresh`] has something it is out of date: whoever looks
    /// through the whole file uses [`Source::statements`], [`Source::walk`] or
    /// [`Source::walk_near`].
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    /// The line starts.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// The text of a node.
    #[must_use]
    pub fn slice(&self, node: Node<'_>) -> &str {
        &self.text[node.byte_range()]
    }

    /// The smallest node that spans `range` exactly or, failing that, encloses it.
    #[must_use]
    pub fn node_at(&self, range: Range<usize>) -> Option<Node<'_>> {
        let fresh = self
            .fresh()
            .iter()
            .find(|one| one.range.start <= range.start && range.end <= one.range.end);
        fresh
            .map_or_else(|| self.root(), |one| one.tree.root_node())
            .descendant_for_byte_range(range.start, range.end)
    }
}

/// tree-sitter's row and column (bytes) of a byte; its rows end at `\n` only.
pub(super) fn point(text: &str, at: usize) -> Point {
    let before = &text.as_bytes()[..at];
    let row = memchr::memchr_iter(b'\n', before).count();
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    Point::new(row, at - start)
}

/// A Python parser. Keep one per thread: making one costs an allocation, using it does not.
pub struct Parser(pub(super) tree_sitter::Parser);

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// A parser for Python.
    #[must_use]
    pub fn new() -> Self {
        let mut parser = tree_sitter::Parser::new();
        parser
            .set_language(&tree_sitter_python::LANGUAGE.into())
            .expect("tree-sitter-python is built for this tree-sitter");
        Self(parser)
    }

    /// Parses `text`, reusing `old` (which must have been edited to match it).
    ///
    /// # Errors
    /// [`Cancelled`] when `cancel` was set or `deadline` passed. The parser is reset then, so
    /// that the next parse does not resume this one with another text.
    pub fn parse(
        &mut self,
        text: &str,
        old: Option<&Tree>,
        cancel: &Cancel,
        deadline: Option<Instant>,
    ) -> Result<Tree, Cancelled> {
        self.parse_watched(text.as_bytes(), old, &mut || {
            if cancel.is_cancelled() || deadline.is_some_and(|at| at < Instant::now()) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    /// Parses a text, reusing `old` (which must have been edited to match it), and asks `watch`
    /// every few microseconds whether to go on.
    ///
    /// # Errors
    /// [`Cancelled`] when `watch` broke. The parser is reset then, so that the next parse does
    /// not resume this one with another text.
    pub fn parse_watched(
        &mut self,
        bytes: &[u8],
        old: Option<&Tree>,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Tree, Cancelled> {
        let bytes = bearable(bytes);
        let mut progress = |_: &tree_sitter::ParseState| watch();
        let options = ParseOptions::new().progress_callback(&mut progress);
        let tree = self.0.parse_with_options(
            &mut |at, _| bytes.get(at..).unwrap_or_default(),
            old,
            Some(options),
        );
        tree.ok_or_else(|| {
            self.0.reset();
            Cancelled
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_source_has_the_tree_of_its_text() {
        let old = Source::parse("def f(a):\n    return a\n\n\ndef g(b):\n    return b\n");
        let changes = [(14..20, "x = 1\n    return"), (0..0, "import logging\n\n")];
        let text =
            "import logging\n\ndef f(a):\n    x = 1\n    return a\n\n\ndef g(b):\n    return b\n";
        let edited = old.edited(text, &changes);
        let fresh = Source::parse(text);
        assert_eq!(edited.root().to_sexp(), fresh.root().to_sexp());
        let last = |source: &Source| source.root().named_child(2).map(|node| node.range());
        assert_eq!(last(&edited), last(&fresh));
    }
}
