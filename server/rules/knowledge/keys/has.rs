//! Which keys a mapping certainly has at each place: tested, stored, read before, checked.

use std::collections::{HashMap, HashSet};

use super::shapes::{is_check_name, keys_given, literal_holds, module_value};
use super::{Keys, bare, positional, string_value};
use crate::syntax::Unit;
use crate::syntax::flow::{
    Bound, Event, Flat, Graph, Known, Lattice, Path, Place, Segment, Step, handlers_around, solve,
    swallows_around,
};
use crate::syntax::nodes::{children, field};

/// What is known of the keys of a scope's mappings, by the id of the node that asks for one.
#[derive(Debug, Default)]
pub struct Presence {
    /// Reads `m["k"]` that nothing proves and whose failure nothing here takes care of.
    unproven: HashSet<usize>,
    /// Calls `m.get("k")` of a key that is certainly there.
    sure: HashSet<usize>,
    /// Unproven reads below a condition on another key: the kind may promise the key.
    variants: HashSet<usize>,
}

impl Presence {
    /// Follows the keys of a scope.
    #[must_use]
    pub fn new<'a>(graph: &Graph<'a>, keys: &Keys<'_, 'a>) -> Self {
        let mut has = Has {
            graph,
            keys,
            keys_of: HashMap::new(),
            presence: Self::default(),
        };
        let paths = graph.flat.paths();
        for path in paths.all() {
            if let (Some(mapping), Segment::Key(key)) = (paths.outer(path), paths.segment(path)) {
                has.keys_of.entry(mapping).or_default().push((key, path));
            }
        }
        if !has.keys_of.is_empty() {
            let entry = has.entry();
            solve(graph, &mut has, entry);
        }
        has.presence
    }

    /// Whether a read `m["k"]` may fail.
    #[must_use]
    pub fn may_lack(&self, read: tree_sitter::Node<'_>) -> bool {
        self.unproven.contains(&read.id())
    }

    /// Whether a condition on another key of the same mapping (`event["type"] == "refund"`) decided
    /// that this read runs.
    #[must_use]
    pub fn is_variant(&self, read: tree_sitter::Node<'_>) -> bool {
        self.variants.contains(&read.id())
    }

    /// Whether a call `m.get("k")` certainly finds the key.
    #[must_use]
    pub fn is_sure(&self, get: tree_sitter::Node<'_>) -> bool {
        self.sure.contains(&get.id())
    }
}

/// What is certain of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    /// It is there: the path ends in a key.
    There,
    /// The mapping was checked as a whole.
    Checked,
    /// A part of it has a certain value.
    Known,
}

type State = Known<(Path, Fact), ()>;

struct Has<'g, 'k, 'u, 'a> {
    graph: &'g Graph<'a>,
    keys: &'k Keys<'u, 'a>,
    /// The keys that are asked of each mapping.
    keys_of: HashMap<Path, Vec<(&'a str, Path)>>,
    presence: Presence,
}

impl<'a> Has<'_, '_, '_, 'a> {
    fn flat(&self) -> &Flat<'a> {
        &self.graph.flat
    }

    fn unit(&self) -> &Unit<'a> {
        self.keys.unit
    }

    /// The path `m["k"]` of `m.get("k", …)`.
    fn asked_by_get(&self, call: Place) -> Option<Path> {
        let flat = self.flat();
        let function = flat.field(call, "function")?;
        if flat.slice(flat.field(function, "attribute")?) != "get" {
            return None;
        }
        let mapping = flat.path(flat.field(function, "object")?)?;
        let key = positional(flat.node(call)).first().copied()?;
        let key = string_value(key, self.unit().source())?;
        flat.paths().step(mapping, Segment::Key(key))
    }

    /// Constants of the module have the keys of their literal.
    fn entry(&self) -> State {
        let mut state = State::default();
        let paths = self.flat().paths();
        for (mapping, keys) in &self.keys_of {
            let Segment::Name(name) = paths.segment(*mapping) else {
                continue;
            };
            if self.unit().parameter(name).is_some() || !self.keys.bindings(name).is_empty() {
                continue;
            }
            if let Some(value) = module_value(self.unit(), name) {
                for (key, path) in keys {
                    if literal_holds(self.unit(), value, key) {
                        state.insert((*path, Fact::There), ());
                    }
                }
            }
        }
        state
    }

    /// Forgets everything that is reached through a path.
    fn forget(&self, state: &mut State, path: Path) {
        let paths = self.flat().paths();
        state.retain(|(one, _), ()| !paths.is_within(one, path));
    }

    fn bind(&self, target: Place, bound: Bound, state: &mut State) {
        let flat = self.flat();
        let Some(path) = flat.path(target) else {
            return;
        };
        let mut taken = Vec::new();
        if let Bound::Value(value) | Bound::Updated(value) = bound {
            let value = flat.bare(value);
            if matches!(bound, Bound::Value(_)) {
                self.taken_over(value, path, state, &mut taken);
            }
            self.literal_keys(flat.node(value), path, &mut taken);
        }
        // `mapping |= more` takes no key away.
        if !matches!(bound, Bound::Updated(_)) {
            self.forget(state, path);
        }
        if flat.kind(target) == "subscript" && bound != Bound::Deleted {
            state.insert((path, Fact::There), ());
        }
        for fact in taken {
            state.insert(fact, ());
        }
    }

    /// The keys that a literal has, those of the literals in it included.
    fn literal_keys(
        &self,
        value: tree_sitter::Node<'_>,
        path: Path,
        taken: &mut Vec<(Path, Fact)>,
    ) {
        for (key, one) in self.keys_of.get(&path).into_iter().flatten() {
            if literal_holds(self.unit(), value, key) {
                taken.push((*one, Fact::There));
                let inner = children(bare(value))
                    .filter(|pair| pair.kind() == "pair")
                    .find(|pair| {
                        field(*pair, "key")
                            .and_then(|name| string_value(name, self.unit().source()))
                            == Some(*key)
                    })
                    .and_then(|pair| field(pair, "value"));
                if let Some(inner) = inner {
                    self.literal_keys(inner, *one, taken);
                }
            }
        }
    }

    /// `other = mapping`: what is known of the one holds for the other.
    fn taken_over(&self, value: Place, path: Path, state: &State, taken: &mut Vec<(Path, Fact)>) {
        let paths = self.flat().paths();
        let Some(from) = self.flat().path(value) else {
            return;
        };
        for ((one, fact), ()) in state.iter() {
            if fact == Fact::Checked && one == from {
                taken.push((path, fact));
            } else if paths.outer(one) == Some(from)
                && let Some(same) = paths.step(path, paths.segment(one))
            {
                taken.push((same, fact));
            }
        }
    }

    fn called(&self, call: Place, state: &mut State) {
        let flat = self.flat();
        let Some(function) = flat.field(call, "function") else {
            return;
        };
        if is_check_name(flat.slice(function)) {
            self.checked(call, function, state);
        }
        let (Some(object), Some(name)) = (
            flat.field(function, "object"),
            flat.field(function, "attribute"),
        ) else {
            return;
        };
        let Some(mapping) = flat.path(object) else {
            return;
        };
        let node = flat.node(call);
        let key = positional(node)
            .first()
            .and_then(|first| string_value(*first, self.unit().source()))
            .and_then(|key| flat.paths().step(mapping, Segment::Key(key)));
        match (flat.slice(name), key) {
            ("setdefault" | "__setitem__", Some(path)) => state.insert((path, Fact::There), ()),
            ("pop" | "__delitem__", Some(path)) => self.forget(state, path),
            ("clear" | "popitem", _) => self.forget(state, mapping),
            ("update", _) => {
                for key in keys_given(self.unit(), node) {
                    if let Some(path) = flat.paths().step(mapping, Segment::Key(key)) {
                        state.insert((path, Fact::There), ());
                    }
                }
            }
            _ => {}
        }
    }

    /// `validate(data)`, `data.check()`: whoever calls this knows which keys he needs.
    fn checked(&self, call: Place, function: Place, state: &mut State) {
        let flat = self.flat();
        let arguments = flat
            .field(call, "arguments")
            .into_iter()
            .flat_map(|all| flat.children(all));
        let values = arguments.map(|one| {
            flat.field(one, "value")
                .filter(|_| flat.kind(one) == "keyword_argument")
                .unwrap_or(one)
        });
        for value in values.chain(flat.field(function, "object")) {
            if let Some(path) = flat.path(value) {
                state.insert((path, Fact::Checked), ());
            }
        }
    }

    /// The mappings of which a condition speaks, itself or through names that hold an answer.
    fn spoken_of(&self, condition: Place) -> Vec<Path> {
        let flat = self.flat();
        let mut found = Vec::new();
        let mut add = |part: Place| {
            if let Some(path) = flat.path(part)
                && self.keys_of.contains_key(&path)
                && !found.contains(&path)
            {
                found.push(path);
            }
        };
        for part in flat.below(condition) {
            add(part);
            if flat.kind(part) == "identifier" {
                let node = flat.node(part);
                let value = self.keys.last_value(flat.slice(part), node.start_byte());
                if let Some(value) = value.and_then(|value| flat.find(value)) {
                    flat.below(value).for_each(&mut add);
                }
            }
        }
        found
    }

    /// Whether the condition says that a part of something has this value: `event["type"] == "a"`.
    fn tells_kind(&self, condition: Place, holds: bool) -> bool {
        let flat = self.flat();
        let operators: Vec<&str> = flat
            .fields(condition, "operators")
            .map(|one| flat.kind(one))
            .collect();
        match operators.as_slice() {
            ["==" | "is" | "in"] => holds,
            ["!=" | "is not" | "not in"] => !holds,
            _ => false,
        }
    }

    /// Whether the condition reads a part of the mapping, itself or through a name.
    fn is_about_a_part(&self, condition: Place, mapping: Path) -> bool {
        let flat = self.flat();
        let paths = || flat.below(condition).filter_map(|part| flat.path(part));
        paths().any(|path| flat.paths().outer(path) == Some(mapping))
            || paths().all(|path| path != mapping)
    }

    fn is_there(&self, path: Path, state: &State) -> bool {
        let checked = self
            .flat()
            .paths()
            .outer(path)
            .is_some_and(|mapping| state.contains((mapping, Fact::Checked)));
        checked || state.contains((path, Fact::There))
    }

    fn is_caught(&self, at: Place) -> bool {
        const KINDS: [&str; 4] = ["KeyError", "LookupError", "Exception", "BaseException"];
        handlers_around(self.flat(), at)
            .into_iter()
            .chain(swallows_around(self.flat(), at))
            .any(|name| KINDS.contains(&name) || name.ends_with("KeyError"))
    }

    /// A condition around the place asks for this key among others with `or`: what stands below
    /// asks itself which one it is.
    fn is_one_of_several(&self, at: Place, mapping: Path, key: &str) -> bool {
        let flat = self.flat();
        let text = flat.paths().text(mapping);
        let mut part = at;
        for up in flat.ancestors(at) {
            let below = matches!(flat.role(part), "consequence" | "body");
            if let Some(condition) = flat.field(up, "condition").filter(|_| below) {
                let condition = flat.node(flat.bare(condition));
                let is_or = condition.kind() == "boolean_operator"
                    && field(condition, "operator").is_some_and(|one| one.kind() == "or");
                if is_or && self.keys.proves(bare(condition), true, &text, key, 3) {
                    return true;
                }
            }
            part = up;
        }
        false
    }
}

impl Lattice for Has<'_, '_, '_, '_> {
    type State = State;

    fn join(&mut self, into: &mut State, from: &State) {
        into.merge(from, Option::and);
    }

    fn transfer(&mut self, event: Event, state: &mut State) {
        match (event.step, self.flat().kind(event.at)) {
            // What was read once is there.
            (Step::Value, "subscript") => {
                if let Some(path) = self.flat().path(event.at) {
                    state.insert((path, Fact::There), ());
                }
            }
            (Step::Value, "call") => self.called(event.at, state),
            (Step::Bind(bound), _) => self.bind(event.at, bound, state),
            _ => {}
        }
    }

    fn refine(&mut self, condition: Place, holds: bool, state: &mut State) -> bool {
        let known = self.tells_kind(condition, holds);
        for mapping in self.spoken_of(condition) {
            if known && self.is_about_a_part(condition, mapping) {
                state.insert((self.flat().paths().root(mapping), Fact::Known), ());
            }
            let text = self.flat().paths().text(mapping);
            let node = self.flat().node(condition);
            // `if "id" not in order: … order["id"]`: whatever was known, it is not there.
            let denied = self.keys.denied(node, holds, &text);
            for (key, path) in &self.keys_of[&mapping] {
                if self.keys.proves(node, holds, &text, key, 3) {
                    state.insert((*path, Fact::There), ());
                } else if denied == Some(*key) {
                    state.remove((*path, Fact::There));
                }
            }
        }
        true
    }

    fn matched(&mut self, subject: Place, clause: Place, matches: bool, state: &mut State) {
        let flat = self.flat();
        let Some(mapping) = flat.path(subject).filter(|_| matches) else {
            return;
        };
        let source = self.unit().source();
        for pattern in flat
            .children(clause)
            .filter(|one| flat.kind(*one) == "case_pattern")
        {
            for part in flat.below(pattern) {
                let path = string_value(flat.node(part), source)
                    .and_then(|key| flat.paths().step(mapping, Segment::Key(key)));
                if let Some(path) = path {
                    state.insert((path, Fact::There), ());
                }
            }
        }
    }

    fn observe(&mut self, event: Event, state: &State) {
        // A key that is taken out has to be there, as one that is read.
        if !matches!(event.step, Step::Value | Step::Bind(Bound::Deleted)) {
            return;
        }
        let id = self.flat().node(event.at).id();
        match self.flat().kind(event.at) {
            "subscript" => {
                let Some(path) = self.flat().path(event.at) else {
                    return;
                };
                let Some(mapping) = self.flat().paths().outer(path) else {
                    return;
                };
                let Segment::Key(key) = self.flat().paths().segment(path) else {
                    return;
                };
                if !self.is_there(path, state)
                    && !self.is_caught(event.at)
                    && !self.is_one_of_several(event.at, mapping, key)
                {
                    self.presence.unproven.insert(id);
                    let root = self.flat().paths().root(path);
                    if state.contains((root, Fact::Known)) {
                        self.presence.variants.insert(id);
                    }
                }
            }
            "call" => {
                let sure = self
                    .asked_by_get(event.at)
                    .is_some_and(|path| state.contains((path, Fact::There)));
                if sure {
                    self.presence.sure.insert(id);
                }
            }
            _ => {}
        }
    }
}
