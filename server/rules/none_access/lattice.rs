//! Which values may be None at each place, and where one that may be is used.

use std::collections::{BTreeMap, HashMap};

use super::ANYBODY;
use super::refuses::refused;
use super::source::{Why, may_be_none};
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
}

/// Why one value may be None: the number of its [`Why`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reason {
    why: u32,
    /// Another way set the placeholder: it is None at most at times.
    weak: bool,
}

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
    found: BTreeMap<usize, Access<'a>>,
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
    };
    let mut state = State::default();
    for (path, why) in entry {
        let reason = lattice.reason(why);
        state.insert(path, reason);
    }
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

    fn why(&self, reason: Reason) -> &Why<'a> {
        &self.whys[reason.why as usize]
    }

    fn confidence(&self, reason: Reason) -> Confidence {
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
    fn reason_of_object(&mut self, object: Place, state: &State) -> Option<Reason> {
        let object = self.flat().bare(object);
        if let Some(reason) = self.flat().path(object).and_then(|path| state.get(path)) {
            return Some(reason);
        }
        let answers = matches!(self.flat().kind(object), "call" | "await" | "none");
        answers.then(|| self.reason_of(object, state))?
    }

    /// The expressions that must not be None for this step to succeed, and whether that is so for
    /// an operator.
    fn needs(&self, event: Event) -> Vec<(Place, bool)> {
        let flat = self.flat();
        let at = event.at;
        let one = |place: Option<Place>| place.map(|place| (place, false)).into_iter().collect();
        match (event.step, flat.kind(at)) {
            (Step::Bind(Bound::Part(value)), _) => vec![(value, true)],
            (Step::Value | Step::Bind(_), "attribute") => {
                let name = flat
                    .field(at, "attribute")
                    .map_or("", |name| flat.slice(name));
                one(flat.field(at, "object").filter(|_| !name.starts_with("__")))
            }
            (Step::Value | Step::Bind(_), "subscript") => one(flat.field(at, "value")),
            (Step::Value, "call") => {
                let function = flat.field(at, "function");
                let function = function.filter(|function| flat.kind(*function) == "identifier");
                let mut all: Vec<(Place, bool)> = one(function);
                all.extend(
                    refused(self.unit, flat, at)
                        .into_iter()
                        .map(|one| (one, true)),
                );
                all
            }
            (Step::Iterate | Step::Enter, _) => vec![(at, false)],
            (Step::Value, "unary_operator") => flat
                .field(at, "argument")
                .map(|one| (one, true))
                .into_iter()
                .collect(),
            (Step::Value, "binary_operator") => {
                let operator = flat.field(at, "operator").map_or("", |one| flat.kind(one));
                // `str | None` is a type, and other classes define these as they like.
                let plain = !matches!(operator, "|" | "&" | "^" | "@");
                let left = flat.field(at, "left").filter(|_| plain);
                // A text formats None with `%`.
                let right = flat.field(at, "right").filter(|_| plain && operator != "%");
                left.into_iter()
                    .chain(right)
                    .map(|one| (one, true))
                    .collect()
            }
            (Step::Value, "comparison_operator") => self.compared(at),
            _ => Vec::new(),
        }
    }

    /// `a < b` needs both, `a in b` what stands on the right.
    fn compared(&self, comparison: Place) -> Vec<(Place, bool)> {
        let flat = self.flat();
        let operators: Vec<&str> = flat
            .fields(comparison, "operators")
            .map(|one| flat.kind(one))
            .collect();
        let operands: Vec<Place> = flat
            .children(comparison)
            .filter(|one| flat.role(*one) != "operators")
            .collect();
        let ([operator], [left, right]) = (operators.as_slice(), operands.as_slice()) else {
            return Vec::new();
        };
        match *operator {
            "<" | ">" | "<=" | ">=" => vec![(*left, true), (*right, true)],
            "in" | "not in" => vec![(*right, true)],
            _ => Vec::new(),
        }
    }

    fn bind(&mut self, target: Place, bound: Bound, state: &mut State) {
        let Some(path) = self.flat().path(target) else {
            return;
        };
        let reason = match bound {
            Bound::Value(value) => self.reason_of(value, state),
            _ => None,
        };
        self.forget(state, path);
        if let Some(reason) = reason
            && self.flat().kind(target) != "subscript"
        {
            state.insert(path, reason);
        }
    }

    /// What a call may reach, it may set: `self.connect()` fills `self.link`.
    fn called(&mut self, call: Place, state: &mut State) {
        self.fills(call, state);
        let flat = self.flat();
        let paths = flat.paths();
        if state.iter().any(|(path, _)| paths.outer(path).is_some()) {
            let reached: Vec<Path> = flat
                .field(call, "function")
                .into_iter()
                .chain(
                    flat.field(call, "arguments")
                        .into_iter()
                        .flat_map(|all| flat.children(all)),
                )
                .filter_map(|place| flat.path(place))
                .map(|path| paths.root(path))
                .collect();
            state.retain(|path, _| {
                paths.outer(path).is_none() || !reached.contains(&paths.root(path))
            });
        }
        let stands_alone = flat
            .parent(call)
            .is_some_and(|up| flat.kind(up) == "expression_statement");
        if stands_alone {
            self.after_check(call, state);
        }
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
    fn is_caught(&self, at: Place) -> bool {
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
        let takes_it = matches!(event.step, Step::Iterate | Step::Enter)
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
            if !(takes_it && bare) {
                self.judge(object, by_operator, state);
            }
        }
    }
}

impl MayBeNone<'_, '_, '_> {
    fn judge(&mut self, object: Place, by_operator: bool, state: &State) {
        let Some(reason) = self.reason_of_object(object, state) else {
            return;
        };
        // Sums and comparisons are everywhere: only what is certain is worth a word.
        let confidence = self.weighed(reason, object);
        let enough = if self.why(reason).placeholder || self.why(reason).against_its_type {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        if by_operator && confidence < enough || self.is_caught(object) {
            return;
        }
        let object = self.flat().bare(object);
        let node = self.flat().node(object);
        let path = match self.flat().path(object) {
            Some(path) => self.flat().paths().text(path),
            None => self.flat().slice(object).to_owned(),
        };
        let why = Why {
            confidence,
            ..self.why(reason).clone()
        };
        self.found.entry(node.start_byte()).or_insert(Access {
            object: node,
            path,
            why,
        });
    }
}

impl MayBeNone<'_, '_, '_> {
    /// A placeholder that one way leaves as it is, used in a block around it: nothing but luck
    /// keeps that way from here.
    fn weighed(&self, reason: Reason, object: Place) -> Confidence {
        let why = self.why(reason);
        if !reason.weak || !why.placeholder {
            return self.confidence(reason);
        }
        let flat = self.flat();
        let block = |place: Place| {
            flat.ancestors(place)
                .find(|up| matches!(flat.kind(*up), "block" | "module"))
        };
        let conditional = flat
            .ancestors(object)
            .take_while(|up| !matches!(flat.kind(*up), "block" | "module"))
            .any(|up| {
                matches!(
                    flat.kind(up),
                    "conditional_expression"
                        | "boolean_operator"
                        | "lambda"
                        | "list_comprehension"
                        | "set_comprehension"
                        | "dictionary_comprehension"
                        | "generator_expression"
                )
            });
        let around = block(object).map(|block| cleaned(flat, block));
        let behind = flat
            .find(why.place)
            .is_some_and(|set| flat.ancestors(set).any(|up| Some(up) == around));
        if behind && !conditional {
            Confidence::Likely
        } else {
            Confidence::Possible
        }
    }
}

/// The block that a `finally` or a handler belongs to: every way into the `try` may end there.
fn cleaned(flat: &Flat<'_>, block: Place) -> Place {
    let mut at = block;
    while let Some(clause) = flat.parent(at)
        && matches!(flat.kind(clause), "finally_clause" | "except_clause")
        && let Some(outer) = flat
            .ancestors(clause)
            .find(|up| matches!(flat.kind(*up), "block" | "module"))
    {
        at = outer;
    }
    at
}

/// The name that a path is, if it is a plain one.
pub(super) fn plain_name<'a>(flat: &Flat<'a>, path: Path) -> Option<&'a str> {
    match flat.paths().segment(path) {
        Segment::Name(name) => Some(name),
        _ => None,
    }
}
