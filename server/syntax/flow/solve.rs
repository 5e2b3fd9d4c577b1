//! Runs a lattice over the ways through a scope until nothing changes.

use super::flat::Place;
use super::graph::{ENTRY, Event, FAILED, Given, Graph, Step};

/// What one rule knows at each place, and how that changes. The engine walks, joins, follows
/// exceptions and loops; a lattice only says what one step does.
pub trait Lattice {
    /// What is known at a place. Cloning should be cheap ([`super::Known`] is).
    type State: Clone + PartialEq;

    /// Whether ways on which something fails and nothing catches it are of interest.
    const FAILURES: bool = false;

    /// What is known where two ways meet.
    fn join(&mut self, into: &mut Self::State, from: &Self::State);

    /// What a step changes when it succeeds.
    fn transfer(&mut self, event: Event, state: &mut Self::State);

    /// What a step changes when it fails. `state` is that before the step.
    fn failed(&mut self, _event: Event, _state: &mut Self::State) {}

    /// Whether a step that can fail in principle fails often enough to follow that.
    fn may_fail(&mut self, _event: Event) -> bool {
        true
    }

    /// What a condition without `and`, `or` and `not` proves where it holds, or does not. The
    /// answer `false` says that control cannot come this way.
    fn refine(&mut self, _condition: Place, _holds: bool, _state: &mut Self::State) -> bool {
        true
    }

    /// What a `case` clause proves of the subject where it matches, or does not.
    fn matched(
        &mut self,
        _subject: Place,
        _clause: Place,
        _matches: bool,
        _state: &mut Self::State,
    ) {
    }

    /// Looks at a step, once for every place and way through a `finally`, with what is known
    /// before it on all ways together. Findings are made here.
    fn observe(&mut self, _event: Event, _state: &Self::State) {}
}

/// A block is looked at no more often than this, however deep the loops around it: the work stays
/// linear in the size of the function.
const ROUNDS: u8 = 4;

/// Runs the lattice; `entry` is what is known at the beginning.
pub fn solve<L: Lattice>(graph: &Graph<'_>, lattice: &mut L, entry: L::State) {
    let mut run = Run {
        graph,
        states: vec![None; graph.blocks.len()],
        waiting: vec![false; graph.order.len()],
        rank: vec![usize::MAX; graph.blocks.len()],
    };
    for (rank, block) in graph.order.iter().enumerate() {
        run.rank[*block] = rank;
    }
    run.states[ENTRY] = Some(entry);
    run.waiting[0] = true;
    let mut visits = vec![0u8; graph.order.len()];
    let mut rank = 0;
    while rank < run.waiting.len() {
        if !run.waiting[rank] || visits[rank] == ROUNDS {
            rank += 1;
            continue;
        }
        run.waiting[rank] = false;
        visits[rank] += 1;
        rank = run.block(lattice, graph.order[rank]).min(rank + 1);
    }
    for block in &graph.order {
        let Some(mut state) = run.states[*block].clone() else {
            continue;
        };
        for event in &graph.blocks[*block].events {
            lattice.observe(*event, &state);
            lattice.transfer(*event, &mut state);
        }
    }
}

struct Run<'g, 'a, S> {
    graph: &'g Graph<'a>,
    /// What is known where a block begins; `None`: control does not come here.
    states: Vec<Option<S>>,
    /// By rank: whether the block must be looked at again.
    waiting: Vec<bool>,
    rank: Vec<usize>,
}

impl<S: Clone + PartialEq> Run<'_, '_, S> {
    /// Goes through one block; gives the lowest rank that must be looked at again.
    fn block<L: Lattice<State = S>>(&mut self, lattice: &mut L, id: usize) -> usize {
        let block = &self.graph.blocks[id];
        let mut lowest = usize::MAX;
        let Some(mut state) = self.states[id].clone() else {
            return lowest;
        };
        let landing = block.landing.filter(|to| L::FAILURES || *to != FAILED);
        let mut last_thrown: Option<S> = None;
        for event in &block.events {
            if let Some(to) = landing
                && event.step.may_fail(self.graph.flat.kind(event.at))
                && lattice.may_fail(*event)
            {
                let mut thrown = state.clone();
                lattice.failed(*event, &mut thrown);
                if last_thrown.as_ref() != Some(&thrown) {
                    lowest = lowest.min(self.arrive(lattice, to, &thrown));
                    last_thrown = Some(thrown);
                }
            }
            lattice.transfer(*event, &mut state);
        }
        for edge in &block.next {
            let mut known = state.clone();
            let open = match edge.given {
                Given::Always => true,
                Given::Condition(at, holds) => lattice.refine(at, holds, &mut known),
                Given::Case(subject, clause, matches) => {
                    lattice.matched(subject, clause, matches, &mut known);
                    true
                }
            };
            if open {
                lowest = lowest.min(self.arrive(lattice, edge.to, &known));
            }
        }
        lowest
    }

    /// Joins what is known into a block; gives its rank if that changed anything.
    fn arrive<L: Lattice<State = S>>(&mut self, lattice: &mut L, to: usize, known: &S) -> usize {
        let rank = self.rank[to];
        let changed = match &mut self.states[to] {
            Some(state) => {
                let before = state.clone();
                lattice.join(state, known);
                *state != before
            }
            empty => {
                *empty = Some(known.clone());
                true
            }
        };
        match self.waiting.get_mut(rank) {
            Some(waiting) if changed => {
                *waiting = true;
                rank
            }
            _ => usize::MAX,
        }
    }
}

impl Event {
    /// Whether the event computes an expression.
    #[must_use]
    pub fn is_value(self) -> bool {
        self.step == Step::Value
    }
}
