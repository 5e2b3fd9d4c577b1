//! Follows each response with a name: whose body is taken on a way that never looks at the status.

use std::collections::HashMap;

use tree_sitter::Node;

use super::super::knowledge::http::Library;
use super::super::knowledge::uses;
use super::{BODY, NEUTRAL, STATUS};
use crate::syntax::Unit;
use crate::syntax::flow::{
    Bound, Event, Exit, Flat, Graph, Known, Lattice, Path, Place, Step, solve,
};

/// What became of one response.
#[derive(Debug, Default)]
pub(super) struct Answer<'a> {
    /// The first place that takes the body on a way without any look at the status.
    pub body: Option<Node<'a>>,
    /// Another way looks at the status.
    pub checked: bool,
    /// The status is written to the log.
    pub logged: bool,
}

/// Follows the responses, each by the name that is bound to it.
pub(super) fn answers<'a>(unit: &Unit<'a>, bound: &[(Node<'a>, Library)]) -> Vec<Answer<'a>> {
    let graph = Graph::new(unit);
    let mut lattice = Follow {
        unit,
        graph: &graph,
        bound: HashMap::new(),
        libraries: Vec::new(),
        answers: Vec::new(),
    };
    for (name, library) in bound {
        if let (Some(place), Ok(number)) =
            (graph.flat.find(*name), u32::try_from(lattice.answers.len()))
        {
            lattice.bound.insert(place, number);
        }
        lattice.libraries.push(*library);
        lattice.answers.push(Answer::default());
    }
    solve(&graph, &mut lattice, State::default());
    lattice.answers
}

/// What one place does with a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// Takes its body.
    Body(Place),
    /// Asks whether it succeeded.
    Check,
    /// Names the check and does not call it: `response.raise_for_status`.
    Uncalled(Place),
    /// Writes its status to the log only.
    Logs,
    /// Neither.
    Nothing,
    /// Gives it to somebody else.
    HandsOn,
}

/// The responses that nobody looked at, by name and number, with the place that took the body.
type State = Known<(Path, u32), Option<Place>>;

struct Follow<'g, 'u, 'a> {
    unit: &'u Unit<'a>,
    graph: &'g Graph<'a>,
    bound: HashMap<Place, u32>,
    libraries: Vec<Library>,
    answers: Vec<Answer<'a>>,
}

impl<'a> Follow<'_, '_, 'a> {
    fn flat(&self) -> &Flat<'a> {
        &self.graph.flat
    }

    fn act(&self, name: Place, library: Library) -> Act {
        let flat = self.flat();
        let Some(parent) = flat.parent(name) else {
            return Act::Nothing;
        };
        if flat.kind(parent) != "attribute" {
            return self.act_on_whole(name, parent, library);
        }
        let attribute = flat
            .field(parent, "attribute")
            .map_or("", |node| flat.slice(node));
        let logged = self.is_logged(name);
        let alone = flat
            .parent(parent)
            .is_some_and(|up| flat.kind(up) == "expression_statement");
        if attribute == "raise_for_status" && alone {
            return Act::Uncalled(parent);
        }
        if STATUS.contains(&attribute) {
            return if logged { Act::Logs } else { Act::Check };
        }
        if BODY.contains(&attribute) {
            let called = flat.role(parent) == "function";
            let taken = flat.parent(parent).filter(|_| called).unwrap_or(parent);
            // A log may keep the answer of a failure as well; what is printed is the result.
            return if logged && !uses::printed(self.unit, flat.node(name)) {
                Act::Nothing
            } else {
                Act::Body(taken)
            };
        }
        if NEUTRAL.contains(&attribute) {
            Act::Nothing
        } else {
            // A method that this table does not know may check.
            Act::HandsOn
        }
    }

    /// The response itself stands in a condition, in a log line, or goes somewhere.
    fn act_on_whole(&self, name: Place, parent: Place, library: Library) -> Act {
        let flat = self.flat();
        if self.is_logged(name) {
            return Act::Nothing;
        }
        match flat.kind(parent) {
            // requests defines truth as success; to httpx and aiohttp every response is true.
            "if_statement"
            | "elif_clause"
            | "while_statement"
            | "not_operator"
            | "boolean_operator"
            | "assert_statement"
            | "conditional_expression"
            | "if_clause" => match library {
                Library::Requests => Act::Check,
                _ => Act::Nothing,
            },
            "comparison_operator" if flat.slice(parent).ends_with("None") => Act::Nothing,
            "delete_statement" | "with_item" => Act::Nothing,
            _ => Act::HandsOn,
        }
    }

    /// Whether the place stands in a call that only logs.
    fn is_logged(&self, place: Place) -> bool {
        let flat = self.flat();
        flat.ancestors(place)
            .take_while(|up| !matches!(flat.kind(*up), "block" | "module"))
            .any(|up| flat.kind(up) == "call" && uses::only_logs(self.unit, flat.node(up)))
    }

    /// The responses that the name at this place may hold.
    fn held(&self, at: Place, state: &State) -> Vec<(Path, u32)> {
        let path = self.flat().path(at);
        let names = state.iter().map(|(key, _)| key);
        names.filter(|(one, _)| Some(*one) == path).collect()
    }

    fn is_name(&self, event: Event) -> bool {
        event.step == Step::Value && self.flat().kind(event.at) == "identifier"
    }

    /// The way ends here, or the name goes on to another value.
    fn ends(&mut self, number: u32, taken: Option<Place>) {
        let Some(taken) = taken else { return };
        let node = self.flat().node(taken);
        let first = &mut self.answers[number as usize].body;
        if first.is_none_or(|first| node.start_byte() < first.start_byte()) {
            *first = Some(node);
        }
    }
}

impl Lattice for Follow<'_, '_, '_> {
    type State = State;

    fn join(&mut self, into: &mut State, from: &State) {
        into.merge(from, |ours, theirs| match (ours, theirs) {
            (Some(Some(one)), Some(Some(two))) => Some(Some(one.min(two))),
            (Some(one), Some(two)) => Some(one.or(two)),
            (one, two) => one.or(two),
        });
    }

    fn transfer(&mut self, event: Event, state: &mut State) {
        if self.is_name(event) {
            for (path, number) in self.held(event.at, state) {
                match self.act(event.at, self.libraries[number as usize]) {
                    Act::Body(taken) => {
                        if state.get((path, number)) == Some(None) {
                            state.insert((path, number), Some(taken));
                        }
                    }
                    Act::Check | Act::HandsOn => state.remove((path, number)),
                    Act::Logs | Act::Nothing | Act::Uncalled(_) => {}
                }
            }
        }
        match event.step {
            Step::Bind(bound) => {
                for key in self.held(event.at, state) {
                    state.remove(key);
                }
                if let Some(path) = self.flat().path(event.at)
                    && let Some(number) = self.bound.get(&event.at)
                    && !matches!(bound, Bound::Deleted)
                {
                    state.insert((path, *number), None);
                }
            }
            // What a function made here does with it, nobody knows.
            Step::Define => {
                let text = self.flat().slice(event.at);
                let paths = self.flat().paths();
                state.retain(|(path, _), _| !text.contains(&paths.text(path)));
            }
            _ => {}
        }
    }

    fn observe(&mut self, event: Event, state: &State) {
        if self.is_name(event) {
            for (_, number) in self.held(event.at, state) {
                match self.act(event.at, self.libraries[number as usize]) {
                    Act::Check => self.answers[number as usize].checked = true,
                    Act::Logs => self.answers[number as usize].logged = true,
                    Act::Uncalled(place) => self.ends(number, Some(place)),
                    _ => {}
                }
            }
        }
        match event.step {
            Step::Bind(_) => {
                for (path, number) in self.held(event.at, state) {
                    self.ends(number, state.get((path, number)).flatten());
                }
            }
            Step::Exit(Exit::Return | Exit::End) => {
                for ((_, number), taken) in state.iter() {
                    self.ends(number, taken);
                }
            }
            _ => {}
        }
    }
}
