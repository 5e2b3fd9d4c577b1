//! Which values may be None at each place, and where one that may be is used.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::answers::part_of_own_function;
use super::placeholders::never_filled;
use super::source::{Ground, Why, may_be_none};
use super::{ANYBODY, asked, versions};
use crate::rules::Confidence;
use crate::rules::knowledge::keys::{Keys, Presence};
use crate::syntax::Unit;
use crate::syntax::flow::{
    Bound, Event, Flat, Graph, Known, Lattice, Path, Place, Segment, Step, handlers_around, solve,
    swallows_around,
};

/// A use of a value that may be None.
#[derive(Debug, Clone)]
pub(super) struct Access<'a> {
    /// The expression that may be None.
    pub object: tree_sitter::Node<'a>,
    /// How the code writes it.
    pub path: String,
    pub why: Why<'a>,
    /// It is an operand or an argument: that alone says too little, the code around decides.
    pub by_operator: bool,
}

impl Access<'_> {
    /// Whether it is worth a word only if the code around it speaks for it.
    pub(super) fn is_tentative(&self) -> bool {
        self.by_operator || self.why.ground == Ground::AskedBelow
    }
}

/// Why one value may be None: the number of its [`Why`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reason {
    why: u32,
    /// Another way set the placeholder: it is None at most at times.
    pub(super) weak: bool,
}

/// Said of a value of which nothing else is known.
const ASKED_BELOW: &str = "the code below asks for that";

/// What may be None, by path.
pub(super) type State = Known<Path, Reason>;

pub(super) struct MayBeNone<'g, 'u, 'a> {
    pub(super) unit: &'u Unit<'a>,
    pub(super) graph: &'g Graph<'a>,
    pub(super) keys: Keys<'u, 'a>,
    presence: Presence,
    /// The `assert` statements.
    pub(super) asserted: Vec<tree_sitter::Node<'a>>,
    whys: Vec<Why<'a>>,
    /// What an expression says of itself, asked once.
    asked: HashMap<Place, Option<u32>>,
    pub(super) found: BTreeMap<usize, Access<'a>>,
    /// The names that the function asks about itself.
    questions: HashSet<&'a str>,
}

/// All first uses of values that may be None; `entry` is what is known of the parameters.
pub(super) fn accesses<'a>(
    unit: &Unit<'a>,
    graph: &Graph<'a>,
    entry: Vec<(Path, Why<'a>)>,
) -> Vec<Access<'a>> {
    let keys = Keys::new(unit);
    let mut lattice = MayBeNone {
        unit,
        graph,
        presence: Presence::new(graph, &keys),
        keys,
        asserted: unit.own(&["assert_statement"]),
        whys: Vec::new(),
        asked: HashMap::new(),
        found: BTreeMap::new(),
        questions: asked::names(unit),
    };
    let mut state = State::default();
    for (path, why) in entry {
        let reason = lattice.reason(why);
        state.insert(path, reason);
    }
    lattice.ask_of_parameters(&mut state);
    solve(graph, &mut lattice, state);
    lattice.found.into_values().collect()
}

impl<'a> MayBeNone<'_, '_, 'a> {
    pub(super) fn flat(&self) -> &Flat<'a> {
        &self.graph.flat
    }

    pub(super) fn reason(&mut self, why: Why<'a>) -> Reason {
        let number = u32::try_from(self.whys.len()).unwrap_or(u32::MAX);
        self.whys.push(why);
        Reason {
            why: number,
            weak: false,
        }
    }

    pub(super) fn why(&self, reason: Reason) -> &Why<'a> {
        &self.whys[reason.why as usize]
    }

    pub(super) fn confidence(&self, reason: Reason) -> Confidence {
        if reason.weak {
            Confidence::Possible
        } else {
            self.why(reason).confidence
        }
    }

    /// Forgets a path and everything reached through it.
    pub(super) fn forget(&self, state: &mut State, path: Path) {
        let paths = self.flat().paths();
        if paths.is_extended(path) {
            state.retain(|known, _| !paths.is_within(known, path));
        } else {
            state.remove(path);
        }
    }

    /// Remembers one reason for one place of the code, so that a second round finds the same.
    pub(super) fn remember(
        &mut self,
        at: Place,
        why: impl FnOnce(&Self) -> Option<Why<'a>>,
    ) -> Option<Reason> {
        let number = if let Some(known) = self.asked.get(&at) {
            *known
        } else {
            let number = why(self).map(|why| self.reason(why).why);
            self.asked.insert(at, number);
            number
        };
        number.map(|why| Reason { why, weak: false })
    }

    /// Why the value of this expression may be None.
    fn reason_of(&mut self, value: Place, state: &State) -> Option<Reason> {
        if let Some(reason) = self.flat().path(value).and_then(|path| state.get(path)) {
            return Some(reason);
        }
        let value = self.flat().bare(value);
        self.remember(value, |lattice| {
            let node = lattice.flat().node(value);
            let sure = lattice.presence.is_sure(node);
            may_be_none(lattice.unit, &lattice.keys, node).filter(|_| !sure)
        })
    }

    /// Why the object of this use may be None.
    pub(super) fn reason_of_object(&mut self, object: Place, state: &State) -> Option<Reason> {
        let object = self.flat().bare(object);
        if let Some(reason) = self.flat().path(object).and_then(|path| state.get(path)) {
            return Some(reason);
        }
        match self.flat().kind(object) {
            "call" | "await" | "none" => self.reason_of(object, state),
            "attribute" => match self.reason_of_class_attribute(object) {
                None => self.reason_of(object, state),
                known => known,
            },
            _ => None,
        }
    }

    /// `Shop.owner`, which the class sets to None and nothing else fills.
    fn reason_of_class_attribute(&mut self, object: Place) -> Option<Reason> {
        let flat = self.flat();
        let owner = flat
            .field(object, "object")
            .filter(|owner| flat.kind(*owner) == "identifier")?;
        let starts_as_class = flat.slice(owner).starts_with(char::is_uppercase);
        starts_as_class.then(|| {
            self.remember(object, |lattice| {
                let flat = lattice.flat();
                let name = flat.field(object, "attribute")?;
                let place = never_filled(lattice.unit, flat.slice(owner), flat.slice(name))?;
                Some(Why::new(place, Confidence::Possible, "it begins as None"))
            })
        })?
    }

    fn bind(&mut self, target: Place, bound: Bound, state: &mut State) {
        let Some(path) = self.flat().path(target) else {
            return;
        };
        let reason = match bound {
            Bound::Value(value) => self.reason_of(value, state),
            _ => None,
        };
        let reason = reason.or_else(|| self.reason_to_ask(target, bound));
        self.forget(state, path);
        if let Some(reason) = reason
            && self.flat().kind(target) != "subscript"
        {
            state.insert(path, reason);
        }
    }

    /// Why the value of a name may be None of which the value itself says nothing: it is a part of
    /// an answer (`first, second = self.find()`), or the function asks for it below.
    fn reason_to_ask(&mut self, target: Place, bound: Bound) -> Option<Reason> {
        let (Bound::Value(value) | Bound::Item(value) | Bound::Entered(value) | Bound::Part(value)) =
            bound
        else {
            return None;
        };
        self.remember(target, |lattice| {
            let flat = lattice.flat();
            let value = flat.bare(value);
            if let Bound::Part(_) = bound
                && let Some(list) = flat.parent(target)
                && let Some(index) = flat.children(list).position(|one| one == target)
                && let Some(why) = part_of_own_function(lattice.unit, flat.node(value), index)
            {
                return Some(why);
            }
            let open = !matches!(bound, Bound::Value(_))
                || matches!(
                    flat.kind(value),
                    "call" | "await" | "yield" | "attribute" | "subscript"
                );
            let is_asked =
                flat.kind(target) == "identifier" && lattice.questions.contains(flat.slice(target));
            (open && is_asked).then(|| {
                Why::new(flat.node(target), Confidence::Possible, ASKED_BELOW)
                    .on(Ground::AskedBelow)
            })
        })
    }

    /// The same of parameters without a type and a default.
    fn ask_of_parameters(&mut self, state: &mut State) {
        for one in self.unit.parameters() {
            let plain = one.annotation.is_none() && one.default.is_none() && !one.starred;
            let path = self.flat().paths().name(one.name);
            if let Some(path) = path.filter(|path| plain && !state.contains(*path))
                && self.questions.contains(one.name)
                && !matches!(one.name, "self" | "cls")
            {
                let why = Why::new(one.node, Confidence::Possible, ASKED_BELOW);
                let reason = self.reason(why.on(Ground::AskedBelow));
                state.insert(path, reason);
            }
        }
    }

    /// What a call may reach, it may set: `self.connect()` fills `self.link`.
    fn called(&mut self, call: Place, state: &mut State) {
        self.fills(call, state);
        let flat = self.flat();
        let paths = flat.paths();
        if state.iter().any(|(path, _)| paths.outer(path).is_some()) {
            let mut reached: Vec<Path> = flat
                .field(call, "arguments")
                .into_iter()
                .flat_map(|all| flat.children(all))
                .filter_map(|place| flat.path(place))
                .map(|path| {
                    if self.is_method(path) {
                        paths.root(path)
                    } else {
                        path
                    }
                })
                .collect();
            // `self.link.open()` fills the link's attributes, not those of `self`.
            let function = flat.field(call, "function");
            let method = function.and_then(|place| flat.path(place));
            reached.extend(method.map(|path| paths.outer(path).unwrap_or(path)));
            // `super().open()`
            let inherited = function.is_some_and(|one| flat.slice(one).starts_with("super("));
            reached.extend(paths.name("self").filter(|_| inherited));
            state.retain(|path, _| {
                paths.outer(path).is_none()
                    || !reached.iter().any(|one| paths.is_within(path, *one))
            });
        }
        let stands_alone = flat
            .parent(call)
            .is_some_and(|up| flat.kind(up) == "expression_statement");
        if stands_alone {
            self.after_check(call, state);
        }
    }

    /// `run(self.connect)`: what is handed on is a method, which may set anything.
    fn is_method(&self, path: Path) -> bool {
        let Segment::Attribute(name) = self.flat().paths().segment(path) else {
            return false;
        };
        let class = self
            .unit
            .qualname
            .rsplit_once('.')
            .map_or("", |(class, _)| class);
        let own = format!("{class}.{name}");
        self.unit.file.outline.find(&own).is_some()
    }

    /// `if _db is None: init()`: a function of this file may fill the module's own names.
    fn fills(&self, call: Place, state: &mut State) {
        let flat = self.flat();
        let name = flat
            .field(call, "function")
            .map_or("", |function| flat.slice(function));
        if state.is_empty() || self.unit.file.outline.find(name).is_none() {
            return;
        }
        let parameters = self.unit.parameters();
        let is_global = |path: Path| {
            plain_name(flat, path).is_some_and(|name| {
                self.unit.bindings(name).is_empty() && parameters.iter().all(|one| one.name != name)
            })
        };
        state.retain(|path, _| !is_global(path));
    }

    /// `self.assertIsNotNone(x)`, `check(x)`: what was handed to a check is taken as checked.
    fn after_check(&mut self, call: Place, state: &mut State) {
        let flat = self.flat();
        let name = flat
            .field(call, "function")
            .map_or("", |function| flat.slice(function));
        let last = crate::syntax::flow::last_part(name).to_ascii_lowercase();
        let checks = ["assert", "ensure", "require", "check", "valid", "verify"];
        if !checks.iter().any(|word| last.contains(word)) {
            return;
        }
        let arguments: Vec<Place> = self.arguments(call);
        for argument in arguments {
            self.assume(argument, true, state);
        }
    }

    /// The positional arguments of a call.
    pub(super) fn arguments(&self, call: Place) -> Vec<Place> {
        let flat = self.flat();
        flat.field(call, "arguments").map_or_else(Vec::new, |all| {
            flat.children(all)
                .filter(|one| !matches!(flat.kind(*one), "keyword_argument" | "dictionary_splat"))
                .collect()
        })
    }

    /// Whether a failure by None is taken care of around the place.
    pub(super) fn is_caught(&self, at: Place) -> bool {
        const KINDS: [&str; 4] = ["AttributeError", "TypeError", "Exception", "BaseException"];
        handlers_around(self.flat(), at)
            .iter()
            .chain(&swallows_around(self.flat(), at))
            .any(|name| KINDS.contains(name))
    }
}

impl Lattice for MayBeNone<'_, '_, '_> {
    type State = State;

    fn join(&mut self, into: &mut State, from: &State) {
        into.merge(from, |ours, theirs| match (ours, theirs) {
            (Some(one), None) | (None, Some(one)) => Some(Reason {
                // One way may have set the placeholder: then it stays a possibility.
                weak: one.weak || self.why(one).placeholder,
                ..one
            }),
            (Some(one), Some(two)) => {
                let (first, second) = (self.confidence(one), self.confidence(two));
                let both = self.why(one).placeholder && self.why(two).placeholder;
                let mut better = match first.cmp(&second) {
                    std::cmp::Ordering::Equal if one.why <= two.why => one,
                    std::cmp::Ordering::Less if both => one,
                    std::cmp::Ordering::Greater if !both => one,
                    _ => two,
                };
                better.weak |= one.why == two.why && (one.weak || two.weak);
                Some(better)
            }
            (None, None) => None,
        });
    }

    fn transfer(&mut self, event: Event, state: &mut State) {
        if !state.is_empty() {
            for (object, _) in self.needs(event) {
                if let Some(path) = self.flat().path(object)
                    && state.contains(path)
                {
                    self.forget(state, path);
                }
            }
        }
        match event.step {
            Step::Value if self.flat().kind(event.at) == "call" => self.called(event.at, state),
            Step::Bind(bound) => self.bind(event.at, bound, state),
            // A function defined here may bind names of this one; its body is judged alone.
            Step::Define if self.flat().slice(event.at).contains("nonlocal ") => {
                *state = State::default();
            }
            Step::Declare => {
                let names: Vec<Place> = self.flat().children(event.at).collect();
                for path in names.into_iter().filter_map(|name| self.flat().path(name)) {
                    self.forget(state, path);
                }
            }
            _ => {}
        }
    }

    fn refine(&mut self, condition: Place, holds: bool, state: &mut State) -> bool {
        // What a type checker is told there holds for it; at run time nothing is done.
        let text = self.flat().slice(self.flat().bare(condition));
        if !holds && matches!(text, "TYPE_CHECKING" | "typing.TYPE_CHECKING") {
            return false;
        }
        // Nobody runs the old half of `if sys.version_info >= (3, 5):`.
        if versions::says(text).is_some_and(|said| said != holds) {
            return false;
        }
        self.assume(condition, holds, state);
        true
    }

    fn matched(&mut self, subject: Place, clause: Place, matches: bool, state: &mut State) {
        let flat = self.flat();
        // `match row := find(key):` tests the name.
        let subject = match flat.kind(flat.bare(subject)) {
            "named_expression" => flat.field(flat.bare(subject), "name").unwrap_or(subject),
            _ => subject,
        };
        let Some(path) = flat.path(subject) else {
            return;
        };
        let patterns: Vec<&str> = flat
            .children(clause)
            .filter(|one| flat.kind(*one) == "case_pattern")
            .map(|one| flat.slice(one))
            .collect();
        let is_name = |text: &&str| {
            text.chars().all(|one| one.is_alphanumeric() || one == '_')
                && !matches!(*text, "None" | "True" | "False")
                && !text.starts_with(char::is_numeric)
        };
        let for_none = patterns
            .iter()
            .any(|text| text.split('|').any(|one| one.trim() == "None"));
        let proves = if matches {
            !for_none && !patterns.iter().any(is_name)
        } else {
            for_none && flat.field(clause, "guard").is_none()
        };
        if proves {
            self.forget(state, path);
        }
    }

    fn observe(&mut self, event: Event, state: &State) {
        // Whoever goes through a bare parameter or asks it for a key knows what it is.
        let flat = self.flat();
        // So does who calls it or puts something into it.
        let takes_it = matches!(event.step, Step::Iterate | Step::Enter | Step::Bind(_))
            || flat.kind(event.at) == "call"
            || flat.kind(event.at) == "attribute"
                && flat
                    .field(event.at, "attribute")
                    .is_some_and(|name| matches!(flat.slice(name), "get" | "pop" | "setdefault"));
        for (object, by_operator) in self.needs(event) {
            let bare = self
                .flat()
                .path(object)
                .and_then(|path| state.get(path))
                .is_some_and(|reason| self.why(reason).reason == ANYBODY);
            if !((takes_it || self.is_spread(object)) && bare) {
                self.judge(object, by_operator, state);
            }
        }
    }
}

/// The name that a path is, if it is a plain one.
pub(super) fn plain_name<'a>(flat: &Flat<'a>, path: Path) -> Option<&'a str> {
    match flat.paths().segment(path) {
        Segment::Name(name) => Some(name),
        _ => None,
    }
}
