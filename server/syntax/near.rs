//! The text right after a keystroke, before all of it is parsed again.
//!
//! An incremental parse of 10,000 lines takes milliseconds wherever the edit is, because
//! tree-sitter never takes over a list of statements as a whole (`cant_reuse_node_is_fragile` in
//! its log) and so goes through all that follow. The statement of the module that is typed in
//! takes a tenth of that. The rest of the old tree is moved along with the edits.

use std::ops::{ControlFlow, Range};

use tree_sitter::{Node, Tree};

use super::mask::masked;
use super::nodes::{self, Walk, children};
use super::parsed::{Edited, chunks, join, line_start, trimmed};
use super::source::{Cancelled, Parser, point};
use super::{Parsed, Source};
use crate::text::{Change, change};

/// With more statements than this the whole text is parsed sooner.
const MOST: usize = 8;

/// Statements of the module that were parsed anew, alone.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// Their bytes, in which the tree of the whole text is out of date.
    pub range: Range<usize>,
    /// Their tree, with the places that they have in the whole text.
    pub tree: Tree,
}

impl Parser {
    /// Parses only those statements of the module in which `changes` lie, which made `text` out of
    /// the text of `old`. Functions that are broken alone are masked. `None` if that does not help:
    /// what was typed breaks more than a function.
    ///
    /// # Errors
    /// [`Cancelled`] when `watch` broke.
    pub fn parse_near(
        &mut self,
        text: &str,
        old: &Parsed,
        changes: &[Change],
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Parsed>, Cancelled> {
        let Edited {
            tree,
            mut masks,
            lifted,
        } = old.edited(text, changes);
        let mut fresh = Vec::new();
        let mut classes = Vec::new();
        let chunks = chunks(&tree, text, changes, lifted);
        if leaves_nothing(changes, &chunks) {
            return Ok(None);
        }
        for chunk in chunks {
            let whole = around(tree.root_node(), text, &chunk);
            if whole.as_ref() == Some(&chunk) {
                let part = self.parse_part(text.as_bytes(), text, &chunk, &tree, watch)?;
                if part.root_node().has_error() {
                    masks.push(chunk);
                } else {
                    fresh.push(Fresh {
                        range: chunk,
                        tree: part,
                    });
                }
            } else if self.is_broken_alone(text, &chunk, watch)? {
                masks.push(chunk);
            } else {
                classes.extend(whole);
            }
        }
        join(&mut masks);
        join(&mut classes);
        if MOST < classes.len() {
            return Ok(None);
        }
        let shown = masked(text, &masks);
        for range in classes {
            let part = self.parse_part(&shown, text, &range, &tree, watch)?;
            if part.root_node().has_error() {
                return Ok(None);
            }
            fresh.push(Fresh { range, tree: part });
        }
        fresh.sort_by_key(|one| one.range.start);
        Ok(Some(Parsed {
            tree,
            masks,
            fresh: Some(fresh),
        }))
    }

    /// Parses whole lines of a text; what has not changed in them is taken over from `old`.
    fn parse_part(
        &mut self,
        bytes: &[u8],
        text: &str,
        part: &Range<usize>,
        old: &Tree,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Tree, Cancelled> {
        let start = line_start(text, part.start);
        let lines = tree_sitter::Range {
            start_byte: start,
            end_byte: part.end,
            start_point: point(text, start),
            end_point: point(text, part.end),
        };
        let parsed = match self.0.set_included_ranges(&[lines]) {
            Ok(()) => self.parse_watched(bytes, Some(old), watch),
            Err(_) => Err(Cancelled),
        };
        // No ranges are all of the text, which cannot fail.
        let _ = self.0.set_included_ranges(&[]);
        parsed
    }
}

/// Whether an edit removed a whole statement, so that nothing is left there to be parsed anew.
fn leaves_nothing(changes: &[Change], chunks: &[Range<usize>]) -> bool {
    let inside = |edit: &Range<usize>| {
        let around = |chunk: &Range<usize>| chunk.start <= edit.start && edit.end <= chunk.end;
        chunks.iter().any(around)
    };
    let removes = |change: &Change| change.start_byte < change.old_end_byte;
    changes.iter().any(removes) && !change::written(changes).iter().all(inside)
}

/// The statements of the module in which `chunk` lies, up to the next one.
fn around(root: Node<'_>, text: &str, chunk: &Range<usize>) -> Option<Range<usize>> {
    let mut start = chunk.start;
    let mut end = text.len();
    for statement in children(root) {
        if chunk.end <= statement.start_byte() {
            end = statement.start_byte();
            break;
        }
        if chunk.start < statement.end_byte() {
            start = start.min(statement.start_byte());
        }
    }
    trimmed(text, start..end)
}

impl Source {
    /// The module's statements: what is out of date in the tree is replaced by what was parsed
    /// anew.
    pub fn statements(&self) -> impl Iterator<Item = Node<'_>> {
        let out_of_date = |node: &Node<'_>| {
            let range = node.byte_range();
            let anew = |one: &Fresh| one.range.contains(&range.start);
            range.is_empty() || self.fresh().iter().any(anew)
        };
        let mut statements: Vec<Node<'_>> = children(self.root())
            .filter(|node| !out_of_date(node))
            .collect();
        if !self.fresh().is_empty() {
            let anew = self.fresh().iter().map(|one| one.tree.root_node());
            statements.extend(anew.flat_map(children));
            statements.sort_by_key(Node::start_byte);
        }
        statements.into_iter()
    }

    /// Visits every node of the module's statements, as far as `visit` says.
    pub fn walk<'s>(&'s self, visit: &mut dyn FnMut(Node<'s>) -> Walk) {
        for statement in self.statements() {
            nodes::walk(statement, visit);
        }
    }

    /// Visits those nodes of the module's statements whose text holds `needle`.
    pub fn walk_near<'s>(&'s self, needle: &str, visit: &mut dyn FnMut(Node<'s>) -> Walk) {
        if self.fresh().is_empty() {
            nodes::walk_near(self.root(), self, needle, visit);
            return;
        }
        for statement in self.statements() {
            nodes::walk_near(statement, self, needle, visit);
        }
    }

    /// As [`Source::walk_near`]; `visit` gets the nodes above as well, the parent last. The module
    /// itself need not be among them.
    pub fn walk_near_within<'s>(
        &'s self,
        needle: &str,
        visit: &mut dyn FnMut(Node<'s>, &[Node<'s>]) -> Walk,
    ) {
        for statement in self.statements() {
            nodes::walk_near_within(statement, self, needle, visit);
        }
    }
}

#[cfg(test)]
mod tests;
