//! Which resources may be open at each place, and where one is still open at an end.

use std::collections::HashMap;

use tree_sitter::Node;

use super::super::knowledge::openers::Kind;
use super::super::knowledge::uses;
use super::conditions::{conditions, has_plain_close, plain};
use super::handle::{Act, STEPS, View, mentions};
use super::work::{is_light, is_run_at_once};
use crate::syntax::Unit;
use crate::syntax::flow::{
    Bound, Catches, Event, Exit, Flat, Graph, Known, Lattice, Path, Place, Step, catches,
    caught_names, solve,
};

/// What is followed.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// Something that was opened and has a plain name.
    Opened(Kind),
    /// A lock that `acquire()` took.
    Lock,
}

/// How a resource ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End<'a> {
    /// Every way closes it, and a failure as well.
    Always,
    /// A failure on the way leaves it open.
    UnlessFailure,
    /// This exit (or the end of the function, `None`) leaves it open.
    Leak(Option<Node<'a>>),
}

/// What became of one resource.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a different thing that was seen"
)]
pub struct Life<'a> {
    /// What it is.
    pub what: What,
    /// Its name, or that of the lock.
    path: Path,
    /// Where it is opened.
    at: Node<'a>,
    /// Conditions that hold, or do not, wherever it is open.
    conditions: Vec<(String, bool)>,
    /// The places that deal with it, lazy views (`reader = csv.reader(f)`) included.
    pub places: Vec<Node<'a>>,
    /// The places that close it.
    pub closes: Vec<Node<'a>>,
    /// Whether code that nobody can see gets it.
    pub lent: bool,
    /// Whether somebody else owns it on one way at least.
    pub given_away: bool,
    /// `release()` where the function does not hold the lock: the caller's.
    foreign: bool,
    leaks: Vec<Node<'a>>,
    /// Ends of rounds that leave it open.
    continues: Vec<Node<'a>>,
    to_the_end: bool,
    lost: bool,
    /// A failure that is caught here lets the name go to the next one.
    lost_by_failure: bool,
    failure: bool,
    /// The failure is one of real work: other code gets it, or something else is made meanwhile.
    pub worked: bool,
    /// A handler closes it.
    handled: bool,
    /// Each close runs wherever the opening did: no condition of its own decides it.
    plain_close: bool,
}

impl<'a> Life<'a> {
    /// How it ends.
    #[must_use]
    pub fn end(&self) -> End<'a> {
        if self.foreign {
            return End::Always;
        }
        let lost = self.lost || self.lost_by_failure && self.closes.is_empty();
        if lost || self.to_the_end || !self.leaks.is_empty() {
            let exits = self.leaks.iter().chain(&self.continues);
            // One before the opening is that of the next round.
            let nearest =
                |node: &&Node<'a>| (node.start_byte() < self.at.start_byte(), node.start_byte());
            return End::Leak(exits.min_by_key(nearest).copied());
        }
        // The code thought of failures, or opened it only at times: no more can be asked.
        let failure = self.failure || self.lost_by_failure;
        let at_times = !self.conditions.is_empty() && !self.plain_close;
        if failure && !self.handled && !at_times {
            End::UnlessFailure
        } else {
            End::Always
        }
    }
}

/// One resource that may be open, under one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    /// The name is that of a lazy view or a second name.
    view: bool,
    /// It is open only on ways on which something failed.
    failed: bool,
    /// What failed was real work.
    worked: bool,
}

/// What may be open, by name and number.
type State = Known<(Path, u32), Held>;

struct Holds<'g, 'u, 'a> {
    unit: &'u Unit<'a>,
    graph: &'g Graph<'a>,
    lives: Vec<Life<'a>>,
    /// What a place opens: the bound name, or the call of `acquire`.
    opens: HashMap<Place, u32>,
}

/// Follows all resources of a scope. Each comes as the node that makes it held: the bound name, or
/// the call of `acquire` with the lock.
#[must_use]
pub fn lives<'a>(unit: &Unit<'a>, opened: &[(Node<'a>, Node<'a>, What)]) -> Vec<Option<Life<'a>>> {
    let graph = Graph::new(unit);
    let flat = &graph.flat;
    let mut holds = Holds {
        unit,
        graph: &graph,
        lives: Vec::new(),
        opens: HashMap::new(),
    };
    let mut numbers = Vec::new();
    for (place, name, what) in opened {
        let found = flat
            .find(*place)
            .zip(flat.find(*name).and_then(|name| flat.path(name)));
        numbers.push(found.map(|(place, path)| {
            let number = u32::try_from(holds.lives.len()).unwrap_or(u32::MAX);
            holds.lives.push(Life {
                what: *what,
                path,
                at: flat.node(place),
                conditions: conditions(flat, place),
                places: Vec::new(),
                closes: Vec::new(),
                lent: false,
                given_away: false,
                foreign: false,
                leaks: Vec::new(),
                continues: Vec::new(),
                to_the_end: false,
                lost: false,
                lost_by_failure: false,
                failure: false,
                worked: false,
                handled: false,
                plain_close: false,
            });
            holds.opens.insert(place, number);
            number
        }));
    }
    solve(&graph, &mut holds, State::default());
    holds.find_dead_closes();
    for life in &mut holds.lives {
        life.plain_close = has_plain_close(life.at, &life.closes);
    }
    let mut lives: Vec<Option<Life<'a>>> = holds.lives.into_iter().map(Some).collect();
    numbers
        .into_iter()
        .map(|number| lives.get_mut(number? as usize)?.take())
        .collect()
}

/// What a step that fails was about.
#[derive(Clone, Copy)]
enum Work {
    /// Next to nothing: only what the resource itself does, or what hardly ever fails.
    Nothing,
    /// Something else than this name's own method.
    Elsewhere(Option<Path>),
}

impl<'a> Holds<'_, '_, 'a> {
    /// Whether a step is real work for the resources that are open meanwhile.
    fn worked_on(&self, event: Event) -> Work {
        let flat = self.flat();
        if event.step != Step::Value {
            return Work::Nothing;
        }
        match flat.kind(event.at) {
            "await" | "yield" => Work::Elsewhere(None),
            "call" if !self.is_harmless(event.at) && !is_light(flat, event.at) => {
                let owner = flat
                    .field(event.at, "function")
                    .and_then(|function| flat.field(function, "object"))
                    .and_then(|object| flat.path(object));
                Work::Elsewhere(owner)
            }
            _ => Work::Nothing,
        }
    }

    fn flat(&self) -> &Flat<'a> {
        &self.graph.flat
    }

    /// The resources that this name may hold.
    fn held(state: &State, path: Path) -> Vec<u32> {
        state
            .iter()
            .filter(|((one, _), _)| *one == path)
            .map(|((_, number), _)| number)
            .collect()
    }

    fn drop(state: &mut State, number: u32) {
        state.retain(|(_, one), _| one != number);
    }

    /// Calls that fail only where the program is wrong.
    fn is_harmless(&self, call: Place) -> bool {
        const QUIET: &[&str] = &[
            "getattr",
            "hasattr",
            "isinstance",
            "issubclass",
            "len",
            "repr",
            "str",
            "type",
            "id",
            "bool",
            "print",
            "list",
            "dict",
            "tuple",
            "set",
            "super",
            "callable",
            "time.time",
            "time.monotonic",
            "time.perf_counter",
        ];
        let flat = self.flat();
        let function = flat
            .field(call, "function")
            .map_or("", |one| flat.slice(one));
        QUIET.contains(&function) || uses::only_logs(self.unit, flat.node(call))
    }

    /// What an identifier does with the resource that it may hold.
    fn act(&self, at: Place, number: u32) -> Act {
        match self.lives[number as usize].what {
            What::Opened(kind) => View {
                unit: self.unit,
                flat: self.flat(),
                kind,
                steps: STEPS,
            }
            .act(at),
            What::Lock => {
                let flat = self.flat();
                let released = flat.parent(at).is_some_and(|up| {
                    flat.kind(up) == "attribute"
                        && flat
                            .field(up, "attribute")
                            .is_some_and(|name| flat.slice(name) == "release")
                });
                if released { Act::Closes } else { Act::Uses }
            }
        }
    }

    fn bind(&self, target: Place, bound: Bound, state: &mut State) {
        let flat = self.flat();
        let Some(path) = flat.path(target) else {
            return;
        };
        let mut taken = Vec::new();
        if let Bound::Value(value) = bound {
            let value = flat.bare(value);
            let source = flat.path(value);
            for ((one, number), held) in state.iter() {
                let reads = match self.lives[number as usize].what {
                    What::Lock => false,
                    What::Opened(_) if Some(one) == source => true,
                    What::Opened(kind) => {
                        let view = View {
                            unit: self.unit,
                            flat,
                            kind,
                            steps: STEPS,
                        };
                        view.is_view(value)
                            && flat.below(value).any(|at| flat.path(at) == Some(one))
                    }
                };
                if reads {
                    taken.push((number, held));
                }
            }
        }
        let locks = !self.opens.contains_key(&target);
        state.retain(|(one, number), _| {
            one != path || locks && matches!(self.lives[number as usize].what, What::Lock)
        });
        for (number, held) in taken {
            state.insert((path, number), Held { view: true, ..held });
        }
        if let Some(number) = self.opens.get(&target) {
            state.insert(
                (path, *number),
                Held {
                    view: false,
                    failed: false,
                    worked: false,
                },
            );
        }
    }

    /// Whether the condition says that what this name holds is not the opened resource, or not
    /// open any more.
    fn denies(&self, condition: Place, holds: bool, path: Path) -> bool {
        let flat = self.flat();
        let is = |place: Place| flat.path(place) == Some(path);
        match flat.kind(condition) {
            "identifier" => !holds && is(condition),
            "named_expression" => !holds && flat.field(condition, "name").is_some_and(is),
            "attribute" => {
                let closed = flat.slice(condition).ends_with(".closed");
                holds && closed && flat.field(condition, "object").is_some_and(is)
            }
            "call" => {
                let asks = flat.field(condition, "function").is_some_and(|one| {
                    matches!(flat.slice(one), "hasattr" | "isinstance" | "bool")
                });
                let first = flat
                    .field(condition, "arguments")
                    .and_then(|all| flat.children(all).next());
                !holds && asks && first.is_some_and(is)
            }
            "comparison_operator" => {
                let operator: Vec<&str> = flat
                    .fields(condition, "operators")
                    .map(|one| flat.kind(one))
                    .collect();
                let same = match operator.as_slice() {
                    ["is" | "=="] => holds,
                    ["is not" | "!="] | ["is", "not"] => !holds,
                    _ => return false,
                };
                same && flat.children(condition).any(is)
            }
            _ => false,
        }
    }
}

impl Lattice for Holds<'_, '_, '_> {
    type State = State;
    const FAILURES: bool = true;

    fn join(&mut self, into: &mut State, from: &State) {
        into.merge(from, |ours, theirs| match (ours, theirs) {
            (Some(one), Some(two)) => Some(Held {
                view: one.view && two.view,
                failed: one.failed && two.failed,
                worked: one.worked || two.worked,
            }),
            (one, two) => one.or(two),
        });
    }

    fn transfer(&mut self, event: Event, state: &mut State) {
        match event.step {
            Step::Value => {
                if let Some(path) = self.flat().path(event.at) {
                    for number in Self::held(state, path) {
                        if matches!(self.act(event.at, number), Act::Closes | Act::GivesAway) {
                            Self::drop(state, number);
                        }
                    }
                }
                if let Some(number) = self.opens.get(&event.at) {
                    let path = self.lives[*number as usize].path;
                    state.insert(
                        (path, *number),
                        Held {
                            view: false,
                            failed: false,
                            worked: false,
                        },
                    );
                }
            }
            Step::Bind(bound) => self.bind(event.at, bound, state),
            Step::Define if is_run_at_once(self.flat(), event.at) => {}
            // What a function made here does with it, nobody knows.
            Step::Define => {
                let text = self.flat().slice(event.at);
                let paths = self.flat().paths();
                state.retain(|(path, _), _| !mentions(text, &paths.text(path)));
            }
            _ => {}
        }
    }

    fn failed(&mut self, event: Event, state: &mut State) {
        let work = self.worked_on(event);
        let keys: Vec<_> = state.iter().collect();
        for (key, held) in keys {
            // What failed before and was caught on the way does not count for this failure.
            let worked = match work {
                Work::Nothing => false,
                Work::Elsewhere(owner) => owner != Some(key.0),
            };
            state.insert(
                key,
                Held {
                    failed: true,
                    worked,
                    ..held
                },
            );
        }
    }

    fn may_fail(&mut self, event: Event) -> bool {
        match event.step {
            Step::Value => match self.flat().kind(event.at) {
                "call" => !self.is_harmless(event.at),
                kind => matches!(kind, "subscript" | "await" | "yield"),
            },
            Step::Iterate | Step::Enter => true,
            _ => false,
        }
    }

    fn refine(&mut self, condition: Place, holds: bool, state: &mut State) -> bool {
        let (text, holds_plain) = plain(self.flat(), condition, holds);
        let gone: Vec<u32> = state
            .iter()
            .filter(|((path, number), _)| {
                let life = &self.lives[*number as usize];
                let contradicts = life
                    .conditions
                    .iter()
                    .any(|(one, held)| *one == text && *held != holds_plain);
                contradicts
                    || !matches!(life.what, What::Lock) && self.denies(condition, holds, *path)
            })
            .map(|((_, number), _)| number)
            .collect();
        state.retain(|(_, number), _| !gone.contains(&number));
        true
    }

    fn observe(&mut self, event: Event, state: &State) {
        let node = self.flat().node(event.at);
        match event.step {
            Step::Value => {
                if let Some(path) = self.flat().path(event.at) {
                    self.observe_use(event.at, path, state);
                }
            }
            Step::Bind(_) => {
                if let Some(path) = self.flat().path(event.at)
                    && !self.is_alias_of_itself(event)
                {
                    for ((one, number), held) in state.iter() {
                        let other_name = state
                            .iter()
                            .any(|((two, same), _)| same == number && two != path);
                        if one == path && !held.view && !other_name {
                            let life = &mut self.lives[number as usize];
                            let opened = matches!(life.what, What::Opened(_));
                            life.lost |= opened && !held.failed;
                            life.lost_by_failure |= opened && held.failed;
                        }
                    }
                }
            }
            Step::Define if is_run_at_once(self.flat(), event.at) => {}
            Step::Define => {
                let text = self.flat().slice(event.at);
                for ((path, number), _) in state.iter() {
                    if mentions(text, &self.graph.flat.paths().text(path)) {
                        self.lives[number as usize].given_away = true;
                    }
                }
            }
            Step::Jump if self.flat().kind(event.at) == "continue_statement" => {
                for ((_, number), _) in state.iter() {
                    self.lives[number as usize].continues.push(node);
                }
            }
            Step::Exit(exit) => {
                for ((_, number), held) in state.iter() {
                    let life = &mut self.lives[number as usize];
                    match exit {
                        Exit::Process => {}
                        Exit::Failure => {
                            life.failure = true;
                            life.worked |= held.worked;
                        }
                        // An assertion that does not hold is a mistake of the program.
                        Exit::Raise if held.failed || node.kind() == "assert_statement" => {
                            life.failure = true;
                            life.worked |= held.worked;
                        }
                        Exit::Return | Exit::Raise => life.leaks.push(node),
                        Exit::End => life.to_the_end = true,
                    }
                }
            }
            _ => {}
        }
    }
}

impl Holds<'_, '_, '_> {
    /// A close that control does not reach still says what the author meant.
    fn find_dead_closes(&mut self) {
        for number in 0..self.lives.len() {
            let life = &self.lives[number];
            let Some(index) = u32::try_from(number)
                .ok()
                .filter(|_| life.closes.is_empty())
            else {
                continue;
            };
            let flat = &self.graph.flat;
            let dead: Vec<_> = flat
                .below(flat.root())
                .filter(|at| flat.path(*at) == Some(life.path) && flat.role(*at) == "object")
                .filter(|at| self.act(*at, index) == Act::Closes)
                .map(|at| flat.node(at))
                .collect();
            self.lives[number].places.extend(&dead);
            self.lives[number].closes = dead;
        }
    }

    /// `f = f`, `f = wrap(f)`: the name goes on holding it.
    fn is_alias_of_itself(&self, event: Event) -> bool {
        let Step::Bind(Bound::Value(value)) = event.step else {
            return false;
        };
        let flat = self.flat();
        let path = flat.path(event.at);
        flat.below(value).any(|at| flat.path(at) == path)
    }

    fn observe_use(&mut self, at: Place, path: Path, state: &State) {
        let node = self.flat().node(at);
        let held = Self::held(state, path);
        // A handler that does not catch what reading and writing raise is no thought of that.
        let in_handler = self.flat().ancestors(at).any(|up| {
            self.flat().kind(up).starts_with("except")
                && catches(&caught_names(self.flat(), up), "OSError") != Catches::Never
        });
        for number in &held {
            let act = self.act(at, *number);
            let life = &mut self.lives[*number as usize];
            life.places.push(node);
            match act {
                Act::Uses => {}
                Act::Lends => life.lent = true,
                Act::Closes => {
                    life.closes.push(node);
                    life.handled |= in_handler;
                }
                Act::GivesAway => life.given_away = true,
            }
        }
        for number in 0..self.lives.len() {
            let life = &self.lives[number];
            let number32 = u32::try_from(number).unwrap_or(u32::MAX);
            if matches!(life.what, What::Lock)
                && life.path == path
                && held.is_empty()
                && self.act(at, number32) == Act::Closes
            {
                self.lives[number].foreign = true;
            }
        }
    }
}
