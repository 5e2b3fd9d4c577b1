//! Names of a module and attributes of a class that begin as None.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::attributes::classes;
use super::source::Why;
use crate::rules::Confidence;
use crate::syntax::flow::{Graph, Path, Segment};
use crate::syntax::nodes::{Walk, ancestors, bare, children, field, fields, scope_of, walk_near};
use crate::syntax::unit::binds;
use crate::syntax::{File, Unit};

/// By the first byte of the class (0 for the module, which is no class).
#[derive(Debug, Default)]
struct Placeholders {
    /// The names that begin as None.
    begin: HashMap<usize, Vec<Begin>>,
    /// The names that get another value.
    filled: HashMap<usize, Vec<String>>,
}

#[derive(Debug)]
struct Begin {
    name: String,
    /// The first byte of the None.
    at: usize,
    /// Some condition asks for it.
    asked: bool,
    how: How,
}

/// How an attribute or a name comes to be None.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Begins,
    /// `__init__` puts a parameter there whose default is None.
    LeftOut,
    /// A method sets it back to None.
    SetBack,
}

/// What a file does with its names and attributes: all of them, while it is read.
#[derive(Debug, Default)]
struct Reading(HashMap<(usize, String), Seen>);

#[derive(Debug, Default, Clone)]
struct Seen {
    /// The first byte of the value None.
    none: Option<usize>,
    /// The first byte of the default None of the parameter that `__init__` puts there.
    default: Option<usize>,
    /// The first byte of the None that another method sets it back to.
    back: Option<usize>,
    /// Something else is put there, too.
    set: bool,
    /// How many conditions ask for it.
    tested: u32,
}

/// So many conditions have to ask for what a method sets back to None: a class that asks once lives
/// by a protocol.
const OFTEN: u32 = 3;

impl Seen {
    /// How it comes to be None, and where; only if it is worth a word: the file itself asks about
    /// it, or nothing here fills it.
    fn none(&self) -> Option<(How, usize)> {
        if let Some(at) = self.none {
            return (0 < self.tested || !self.set).then_some((How::Begins, at));
        }
        let left_out = self.default.filter(|_| 0 < self.tested);
        let back = self.back.filter(|_| OFTEN <= self.tested);
        left_out
            .map(|at| (How::LeftOut, at))
            .or_else(|| back.map(|at| (How::SetBack, at)))
    }
}

/// The module's names and the attributes of `self` that may still be None when the function begins.
pub(super) fn of_function<'a>(unit: &Unit<'a>, graph: &Graph<'a>) -> Vec<(Path, Why<'a>)> {
    if !unit.is_function() {
        return Vec::new();
    }
    let known = unit.file.facts.get(|| Placeholders::of(unit.file));
    let paths = graph.flat.paths();
    let class = unit.class().filter(|class| *class == scope_of(unit.node));
    let this = class.and_then(|_| paths.name("self"));
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    let mut found = Vec::new();
    let mut push = |path: Option<Path>, one: &Begin| {
        let place = unit.source().node_at(one.at..one.at + "None".len());
        if let (Some(path), Some(place)) = (path, place) {
            let how = match one.how {
                How::Begins => "it begins as None",
                How::LeftOut => "__init__ may leave it None",
                How::SetBack => "it is set back to None",
            };
            let why = Why::new(place, Confidence::Possible, how);
            found.push((path, why));
        }
    };
    for one in known.begin.get(&0).into_iter().flatten() {
        let path = paths.name(&one.name).filter(|_| is_free(unit, &one.name));
        push(path, one);
    }
    if let Some(this) = this.filter(|_| own != "__init__") {
        let mut nearer = HashSet::new();
        for class in classes(unit) {
            let owner = class.start_byte();
            let is_base = unit.class() != Some(class);
            for one in known.begin.get(&owner).into_iter().flatten() {
                // What a base class only declares is for its subclasses to fill.
                let is_nearer = !nearer.contains(&one.name) || one.how == How::SetBack;
                if !is_base || one.asked && is_nearer {
                    push(paths.step(this, Segment::Attribute(&one.name)), one);
                }
            }
            nearer.extend(known.filled.get(&owner).into_iter().flatten());
        }
    }
    found.sort_by_key(|(_, why)| why.place.start_byte());
    found
}

/// Whether the name is the module's in this function.
fn is_free(unit: &Unit<'_>, name: &str) -> bool {
    unit.parameter(name).is_none()
        && unit.bindings(name).is_empty()
        && !ancestors(unit.node)
            .filter(|up| up.kind() == "function_definition")
            .any(|outer| {
                let outer = Unit::new(unit.file, outer, String::new());
                outer.parameter(name).is_some() || !outer.bindings(name).is_empty()
            })
}

impl Placeholders {
    fn of(file: File<'_>) -> Self {
        let mut reading = Reading::default();
        if file.source.text().contains("None") {
            file.source.walk(&mut |node| {
                reading.read(file, node);
                Walk::Into
            });
        }
        let mut known = Self::default();
        for ((owner, name), seen) in reading.0 {
            if seen.set {
                known.filled.entry(owner).or_default().push(name.clone());
            }
            if let Some((how, at)) = seen.none() {
                let asked = 0 < seen.tested;
                let begin = Begin {
                    name,
                    at,
                    asked,
                    how,
                };
                known.begin.entry(owner).or_default().push(begin);
            }
        }
        known
    }
}

impl Reading {
    fn read(&mut self, file: File<'_>, node: Node<'_>) {
        match node.kind() {
            "assignment" | "augmented_assignment" => {
                for target in field(node, "left").into_iter().flat_map(targets) {
                    self.bound(file, node, target);
                }
            }
            "global_statement" => {
                for name in children(node) {
                    self.at(0, file.source.slice(name)).set = true;
                }
            }
            "identifier" | "attribute" if is_asked(file, node) => {
                if let Some((owner, name)) = owner(file, node) {
                    self.at(owner, name).tested += 1;
                }
            }
            _ => {}
        }
    }

    fn at(&mut self, owner: usize, name: &str) -> &mut Seen {
        self.0.entry((owner, name.to_owned())).or_default()
    }

    fn bound(&mut self, file: File<'_>, node: Node<'_>, target: Node<'_>) {
        let mut value = field(node, "right").map(bare);
        // `self.host = self.port = None`
        while let Some(inner) =
            value.filter(|one| one.kind() == "assignment" && target.kind() == "attribute")
        {
            value = field(inner, "right").map(bare);
        }
        let none = value.filter(|value| value.kind() == "none" && field(node, "type").is_none());
        let scope = scope_of(node);
        let in_class = scope.kind() == "class_definition";
        let place = match target.kind() {
            "identifier" if in_class => Some((scope.start_byte(), file.source.slice(target))),
            "identifier" if scope.kind() == "module" => Some((0, file.source.slice(target))),
            "attribute" => owner(file, target),
            _ => None,
        };
        let Some((owner, name)) = place else { return };
        let begins = target.kind() == "identifier"
            || field(scope, "name").is_some_and(|name| file.source.slice(name) == "__init__");
        let default = value
            .filter(|_| begins)
            .and_then(|value| left_out(file, scope, target, value));
        let seen = self.at(owner, name);
        match none.map(|value| value.start_byte()) {
            Some(at) if begins => seen.none = seen.none.or(Some(at)),
            Some(at) if target.kind() == "attribute" => seen.back = seen.back.or(Some(at)),
            Some(_) => {}
            None => {
                seen.set = true;
                seen.default = seen.default.or(default);
            }
        }
    }
}

/// The first byte of the default None, if the value is a parameter of `__init__` that has it, and
/// `__init__` neither fills nor asks for it or for the attribute.
fn left_out(file: File<'_>, init: Node<'_>, target: Node<'_>, value: Node<'_>) -> Option<usize> {
    if value.kind() != "identifier" {
        return None;
    }
    let name = file.source.slice(value);
    let parameters = field(init, "parameters")?;
    let default = children(parameters)
        .filter(|one| field(*one, "name").is_some_and(|own| file.source.slice(own) == name))
        .find_map(|one| field(one, "value"))
        .filter(|default| default.kind() == "none")?;
    let attribute = file.source.slice(target);
    let last = field(target, "attribute").map_or(attribute, |last| file.source.slice(last));
    let mut is_handled = false;
    walk_near(init, file.source, name, &mut |node| {
        let is_it = node.kind() == "identifier" && file.source.slice(node) == name;
        is_handled |= is_it
            && (is_asked(file, node) || binds(node) && parameters.end_byte() <= node.start_byte());
        Walk::Into
    });
    walk_near(init, file.source, last, &mut |node| {
        is_handled |= node.kind() == "attribute"
            && node != target
            && file.source.slice(node) == attribute
            && (is_asked(file, node)
                || node.parent().is_some_and(|up| {
                    up.kind() == "assignment" && field(up, "left") == Some(node)
                }));
        Walk::Into
    });
    (!is_handled).then(|| default.start_byte())
}

fn targets(left: Node<'_>) -> Vec<Node<'_>> {
    match left.kind() {
        "pattern_list" | "tuple_pattern" => children(left).collect(),
        _ => vec![left],
    }
}

/// The owner of `self.name` (its class) or of a plain name (the module).
fn owner<'t>(file: File<'t>, node: Node<'t>) -> Option<(usize, &'t str)> {
    if node.kind() == "identifier" {
        return Some((0, file.source.slice(node)));
    }
    let object = field(node, "object")?;
    let own = matches!(file.source.slice(object), "self" | "cls");
    let class = ancestors(node).find(|up| up.kind() == "class_definition");
    own.then(|| {
        Some((
            class?.start_byte(),
            file.source.slice(field(node, "attribute")?),
        ))
    })?
}

/// Whether the node is a question: `if x`, `not x`, `x and …`, `x is None`.
fn is_asked(file: File<'_>, node: Node<'_>) -> bool {
    let Some(up) = node.parent() else {
        return false;
    };
    match up.kind() {
        "not_operator" | "boolean_operator" => true,
        "if_statement" | "elif_clause" | "while_statement" => field(up, "condition") == Some(node),
        "comparison_operator" => {
            children(up).any(|one| one.kind() == "none")
                && fields(up, "operators").any(|one| file.source.slice(one).starts_with("is"))
        }
        _ => false,
    }
}
