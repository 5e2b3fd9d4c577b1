//! The ways that control can take through a scope: blocks of events, and edges between them.

use super::flat::{Flat, Place};

/// The number of a block in its graph.
pub type BlockId = usize;

/// What happens at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An expression was computed; its parts were before.
    Value,
    /// A target (name, attribute or subscript) was bound.
    Bind(Bound),
    /// A loop or comprehension goes through this value.
    Iterate,
    /// A `with` entered this context manager.
    Enter,
    /// A `with` left this context manager, on whatever way.
    Leave,
    /// A function, class or lambda was made; its body does not run here.
    Define,
    /// `global` or `nonlocal`.
    Declare,
    /// An import ran.
    Import,
    /// A handler (`except`) caught something.
    Catch,
    /// `return`, `break` or `continue` begins to leave what is around it.
    Jump,
    /// The function ends here.
    Exit(Exit),
}

/// What a target was bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// This value.
    Value(Place),
    /// An item of this value.
    Item(Place),
    /// What entering this context manager gave.
    Entered(Place),
    /// A part of this value.
    Part(Place),
    /// Its own value, updated by this one (`+=`).
    Updated(Place),
    /// Something imported, defined or caught.
    Named,
    /// A part of what a `match` looks at.
    Captured(Place),
    /// It is gone (`del`).
    Deleted,
}

/// How a function ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By `return`.
    Return,
    /// Behind its last statement.
    End,
    /// By a `raise` or `assert` of its own that nothing here catches.
    Raise,
    /// Something that it calls failed, and nothing here catches that.
    Failure,
    /// The process ends.
    Process,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub step: Step,
    /// Where.
    pub at: Place,
}

/// What is known when control takes an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Nothing.
    Always,
    /// This condition held, or did not. It has no `and`, `or`, `not` or parentheses of its own.
    Condition(Place, bool),
    /// The `case` clause (second) matched the subject (first), or did not.
    Case(Place, Place, bool),
}

/// A way from one block to another.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    /// Where it leads.
    pub to: BlockId,
    /// What is known on it.
    pub given: Given,
}

/// Events that happen one after the other.
#[derive(Debug, Default)]
pub struct Block {
    /// In order.
    pub events: Vec<Event>,
    /// Where control goes behind the last one.
    pub next: Vec<Edge>,
    /// Where control goes when one of the events fails.
    pub landing: Option<BlockId>,
}

/// All ways through a scope.
#[derive(Debug)]
pub struct Graph<'a> {
    /// The code.
    pub flat: Flat<'a>,
    pub(super) blocks: Vec<Block>,
    /// The blocks that control can reach, each before those that it leads to, loops aside.
    pub(super) order: Vec<BlockId>,
}

/// The block where control enters.
pub(super) const ENTRY: BlockId = 0;
/// The block where failures go that nothing catches.
pub(super) const FAILED: BlockId = 1;

impl Graph<'_> {
    /// How many blocks there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.blocks.len()
    }

    /// Sorts the blocks; see `order`.
    pub(super) fn sort(&mut self) {
        let mut seen = vec![false; self.blocks.len()];
        let mut behind = Vec::new();
        let mut stack = vec![(ENTRY, 0usize)];
        seen[ENTRY] = true;
        while let Some((block, at)) = stack.pop() {
            let here = &self.blocks[block];
            // What comes last here comes first in the order: failures leave behind what follows.
            let to = match here.landing {
                Some(landing) if at == 0 => Some(landing),
                _ => here
                    .next
                    .get(at - usize::from(here.landing.is_some()))
                    .map(|edge| edge.to),
            };
            let Some(to) = to else {
                behind.push(block);
                continue;
            };
            stack.push((block, at + 1));
            if !seen[to] {
                seen[to] = true;
                stack.push((to, 0));
            }
        }
        behind.reverse();
        self.order = behind;
    }
}

impl Step {
    /// Whether the step can fail.
    #[must_use]
    pub fn may_fail(self, kind: &str) -> bool {
        match self {
            Self::Value => matches!(
                kind,
                "call"
                    | "subscript"
                    | "attribute"
                    | "await"
                    | "yield"
                    | "binary_operator"
                    | "unary_operator"
                    | "comparison_operator"
            ),
            Self::Iterate | Self::Enter | Self::Import => true,
            Self::Bind(Bound::Deleted | Bound::Part(_)) => true,
            _ => false,
        }
    }
}
