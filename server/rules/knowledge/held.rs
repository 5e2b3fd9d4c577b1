//! Where a lock is held: inside `with lock:`, or between `acquire` and `release` on every way.

use tree_sitter::Node;

use super::locks::is_lock;
use crate::syntax::Unit;
use crate::syntax::flow::{
    Event, Flat, Graph, Known, Lattice, Path, Place, Step, last_part, solve,
};

/// The places of a scope that run with a lock held.
#[derive(Debug, Default)]
pub struct Held {
    /// First and last byte of each place, and whether a lock is held there, in order.
    places: Vec<(usize, usize, bool)>,
}

impl Held {
    /// Follows the locks of a scope.
    #[must_use]
    pub fn new(unit: &Unit<'_>) -> Self {
        let text = unit.slice(unit.node);
        if !["with ", "acquire", "enter_context"]
            .iter()
            .any(|word| text.contains(word))
        {
            return Self::default();
        }
        let graph = Graph::new(unit);
        let mut locks = Locks {
            unit,
            graph: &graph,
            places: Vec::new(),
        };
        solve(&graph, &mut locks, State::default());
        let mut places = locks.places;
        places.sort_unstable();
        Self { places }
    }

    /// Whether a lock is held wherever the node runs.
    #[must_use]
    pub fn at(&self, node: Node<'_>) -> bool {
        let from = self
            .places
            .partition_point(|(start, _, _)| *start < node.start_byte());
        let mut inside = self.places[from..]
            .iter()
            .take_while(|(start, _, _)| *start < node.end_byte())
            .filter(|(_, end, _)| *end <= node.end_byte())
            .peekable();
        inside.peek().is_some() && inside.all(|(_, _, held)| *held)
    }
}

/// What holds a lock: a `with` (its item) or a path that was acquired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    With(Place),
    Acquired(Path),
    /// Taken by a function: `_acquireLock()`.
    Function,
    /// Entered into an exit stack: held to its end.
    Stack,
}

type State = Known<Holder, ()>;

struct Locks<'g, 'u, 'a> {
    unit: &'u Unit<'a>,
    graph: &'g Graph<'a>,
    places: Vec<(usize, usize, bool)>,
}

impl<'a> Locks<'_, '_, 'a> {
    fn flat(&self) -> &Flat<'a> {
        &self.graph.flat
    }

    fn is_lock(&self, place: Place) -> bool {
        is_lock(self.unit, self.flat().node(place))
    }

    fn called(&self, call: Place, state: &mut State) {
        let flat = self.flat();
        let Some(function) = flat.field(call, "function") else {
            return;
        };
        match by_function(last_part(flat.slice(function))) {
            Some(true) => state.insert(Holder::Function, ()),
            Some(false) => {
                state.remove(Holder::Function);
            }
            None => {}
        }
        let Some(object) = flat.field(function, "object") else {
            return;
        };
        match last_part(flat.slice(function)) {
            "acquire" | "acquire_lock" | "__enter__" if self.is_lock(object) => {
                if let Some(path) = flat.path(object) {
                    state.insert(Holder::Acquired(path), ());
                }
            }
            "release" | "release_lock" | "__exit__" => {
                if let Some(path) = flat.path(object) {
                    state.remove(Holder::Acquired(path));
                }
            }
            "enter_context" | "enter_async_context" => {
                let entered = flat
                    .field(call, "arguments")
                    .and_then(|all| flat.children(all).next());
                if entered.is_some_and(|lock| self.is_lock(lock)) {
                    state.insert(Holder::Stack, ());
                }
            }
            _ => {}
        }
    }
}

/// Whether a function's name says that it takes a lock (`true`) or gives it back (`false`):
/// `_acquireLock`, `release_global_lock`.
fn by_function(name: &str) -> Option<bool> {
    let name = name.trim_start_matches('_').to_ascii_lowercase();
    if !name.ends_with("lock") {
        return None;
    }
    match name {
        _ if name.starts_with("acquire") => Some(true),
        _ if name.starts_with("release") => Some(false),
        _ => None,
    }
}

impl Lattice for Locks<'_, '_, '_> {
    type State = State;

    fn join(&mut self, into: &mut State, from: &State) {
        into.merge(from, Option::and);
    }

    fn transfer(&mut self, event: Event, state: &mut State) {
        match event.step {
            Step::Enter if self.is_lock(event.at) => state.insert(Holder::With(event.at), ()),
            Step::Leave => {
                state.remove(Holder::With(event.at));
            }
            Step::Value if self.flat().kind(event.at) == "call" => self.called(event.at, state),
            _ => {}
        }
    }

    fn observe(&mut self, event: Event, state: &State) {
        if matches!(event.step, Step::Value | Step::Bind(_) | Step::Jump) {
            let node = self.flat().node(event.at);
            self.places
                .push((node.start_byte(), node.end_byte(), !state.is_empty()));
        }
    }
}
