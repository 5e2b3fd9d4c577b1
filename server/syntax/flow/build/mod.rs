//! Makes the graph of a scope: where Python's statements and expressions lead.
//!
//! A `finally` body is laid out once for each way into it (onwards, failure, `return`, `break`,
//! `continue`), so that the ways do not mix; inside a second `finally` once for all ways.

mod attempts;
mod bindings;
mod expressions;
mod frames;
mod loops;
mod patterns;
mod statements;

use self::frames::Frame;
use super::flat::{Flat, Place};
use super::graph::{Block, BlockId, Bound, Edge, Event, Exit, FAILED, Given, Graph, Step};
use crate::syntax::Unit;

impl<'a> Graph<'a> {
    /// The graph of one function, class body or module.
    #[must_use]
    pub fn new(unit: &Unit<'a>) -> Self {
        let flat = Flat::new(unit.source(), unit.node);
        let mut builder = Builder {
            unit,
            flat: &flat,
            blocks: Vec::new(),
            here: None,
            landing: Some(FAILED),
            frames: Vec::new(),
            in_finally: 0,
            depth: 0,
            thrown: 0,
        };
        let entry = builder.block();
        let failed = builder.block();
        builder.blocks[failed].landing = None;
        builder.emit_into(failed, Step::Exit(Exit::Failure), flat.root());
        builder.here = Some(entry);
        let body = flat
            .field(flat.root(), "body")
            .unwrap_or_else(|| flat.root());
        builder.suite(body);
        builder.emit(Step::Exit(Exit::End), flat.root());
        let blocks = std::mem::take(&mut builder.blocks);
        let mut graph = Graph {
            flat,
            blocks,
            order: Vec::new(),
        };
        graph.sort();
        graph
    }
}

struct Builder<'f, 'u, 'a> {
    unit: &'u Unit<'a>,
    flat: &'f Flat<'a>,
    blocks: Vec<Block>,
    /// The block that is being filled; `None`: control does not come here.
    here: Option<BlockId>,
    /// Where failures go from here.
    landing: Option<BlockId>,
    frames: Vec<Frame>,
    /// How many `finally` bodies are around.
    in_finally: usize,
    /// How deep the expression is nested.
    depth: usize,
    /// How many statements were seen that raise.
    thrown: usize,
}

impl<'a> Builder<'_, '_, 'a> {
    fn block(&mut self) -> BlockId {
        self.blocks.push(Block {
            landing: self.landing,
            ..Block::default()
        });
        self.blocks.len() - 1
    }

    fn edge(&mut self, from: BlockId, to: BlockId, given: Given) {
        self.blocks[from].next.push(Edge { to, given });
    }

    /// A new block behind this one.
    fn behind(&mut self, from: BlockId, given: Given) -> BlockId {
        let to = self.block();
        self.edge(from, to, given);
        to
    }

    fn emit_into(&mut self, block: BlockId, step: Step, at: Place) {
        self.blocks[block].events.push(Event { step, at });
    }

    fn emit(&mut self, step: Step, at: Place) {
        if let Some(here) = self.here {
            self.emit_into(here, step, at);
        }
    }

    /// A new block where these ways meet, if control comes on any of them.
    fn meet(&mut self, ways: impl IntoIterator<Item = Option<BlockId>>) {
        let ways: Vec<BlockId> = ways.into_iter().flatten().collect();
        self.here = None;
        if ways.is_empty() {
            return;
        }
        let meeting = self.block();
        for way in ways {
            self.edge(way, meeting, Given::Always);
        }
        self.here = Some(meeting);
    }

    /// Goes on in a new block, which fails to where failures go now.
    fn renew(&mut self) {
        if let Some(here) = self.here {
            self.here = Some(self.behind(here, Given::Always));
        }
    }

    fn bind(&mut self, target: Place, bound: Bound) {
        self.emit(Step::Bind(bound), target);
    }

    fn slice(&self, place: Place) -> &'a str {
        self.flat.slice(place)
    }
}
