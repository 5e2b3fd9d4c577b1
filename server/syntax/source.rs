//! A parsed text, and the parser that makes it.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tree_sitter::{Node, ParseOptions, Tree};

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
        let lines = Arc::new(Lines::new(&text));
        Self { text, tree, lines }
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

    /// The tree's root.
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
        self.root()
            .descendant_for_byte_range(range.start, range.end)
    }
}

/// A Python parser. Keep one per thread: making one costs an allocation, using it does not.
pub struct Parser(tree_sitter::Parser);

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
        self.parse_watched(text, old, &mut || {
            if cancel.is_cancelled() || deadline.is_some_and(|at| at < Instant::now()) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    /// Parses `text`, reusing `old` (which must have been edited to match it), and asks `watch`
    /// every few microseconds whether to go on.
    ///
    /// # Errors
    /// [`Cancelled`] when `watch` broke. The parser is reset then, so that the next parse does
    /// not resume this one with another text.
    pub fn parse_watched(
        &mut self,
        text: &str,
        old: Option<&Tree>,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Tree, Cancelled> {
        let bytes = text.as_bytes();
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
