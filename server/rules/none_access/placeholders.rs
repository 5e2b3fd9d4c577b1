//! Names of a module and attributes of a class that begin as None.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tree_sitter::Node;

use super::attributes::classes;
use super::source::Why;
use crate::rules::Confidence;
use crate::syntax::flow::{Graph, Path, Segment};
use crate::syntax::nodes::{
    Walk, ancestors, bare, children, field, fields, scope_of, walk, walk_near,
};
use crate::syntax::unit::{binds, definition_node};
use crate::syntax::{File, Kind, Place, Unit};

/// The attributes of a class. Only the classes are read that the judged function belongs to: a file
/// may have hundreds, and this runs at every keystroke.
#[derive(Debug, Default)]
struct Attributes {
    /// Those that begin as None.
    begin: Vec<Begin>,
    /// Those that get another value.
    filled: Vec<String>,
}

/// The class that begins at this byte.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ClassAt(usize);

/// The names that the module itself assigns.
#[derive(Debug, Default)]
struct Names(Vec<(String, Seen)>);

/// A name of the module.
#[derive(Debug, PartialEq, Eq, Hash)]
struct OfModule(String);

#[derive(Debug)]
struct Begin {
    name: String,
    /// Where the None stands, or what may give it.
    at: Place,
    /// Some condition asks for it.
    asked: bool,
    how: How,
}

/// How an attribute or a name comes to be None.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Begins,
    /// It is read from the environment.
    Environment,
    /// `__init__` puts a parameter there whose default is None.
    LeftOut,
    /// A method sets it back to None.
    SetBack,
}

/// What a class or a module does with its names and attributes, while it is read.
#[derive(Debug, Default)]
struct Reading(HashMap<(usize, String), Seen>);

#[derive(Debug, Default, Clone)]
struct Seen {
    /// The value None.
    none: Option<Place>,
    /// The call that reads it from the environment.
    environment: Option<Place>,
    /// The default None of the parameter that `__init__` puts there.
    default: Option<Place>,
    /// The None that another method sets it back to.
    back: Option<Place>,
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
    fn none(&self) -> Option<(How, Place)> {
        if let Some(at) = &self.none {
            return (0 < self.tested || !self.set).then(|| (How::Begins, at.clone()));
        }
        if let Some(at) = &self.environment {
            return (!self.set).then(|| (How::Environment, at.clone()));
        }
        let left_out = self.default.clone().filter(|_| 0 < self.tested);
        let back = self.back.clone().filter(|_| OFTEN <= self.tested);
        left_out
            .map(|at| (How::LeftOut, at))
            .or_else(|| back.map(|at| (How::SetBack, at)))
    }

    fn begin(&self, name: String) -> Option<Begin> {
        let (how, at) = self.none()?;
        Some(Begin {
            name,
            at,
            asked: 0 < self.tested,
            how,
        })
    }
}

/// The module's names and the attributes of `self` that may still be None when the function begins.
pub(super) fn of_function<'a>(unit: &Unit<'a>, graph: &Graph<'a>) -> Vec<(Path, Why<'a>)> {
    if !unit.is_function() {
        return Vec::new();
    }
    let paths = graph.flat.paths();
    let class = unit.class().filter(|class| *class == scope_of(unit.node));
    let this = class.and_then(|_| paths.name("self"));
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    let mut found = Vec::new();
    let mut push = |path: Option<Path>, one: &Begin| {
        if let Some(path) = path
            && let Some(place) = one.at.node(unit.source())
        {
            let how = match one.how {
                How::Begins => "it begins as None",
                How::Environment => "the environment may lack it",
                How::LeftOut => "__init__ may leave it None",
                How::SetBack => "it is set back to None",
            };
            let why = Why::new(place, Confidence::Possible, how);
            found.push((path, why));
        }
    };
    for (name, seen) in &unit.file.facts.get(|| Names::of(unit.file)).0 {
        let path = paths.name(name).filter(|_| is_free(unit, name));
        if path.is_some()
            && let Some(one) = &*of_module(unit.file, name, seen)
        {
            push(path, one);
        }
    }
    if let Some(this) = this.filter(|_| own != "__init__") {
        let mut nearer = HashSet::new();
        for class in classes(unit) {
            let known = of_class(unit.file, class);
            let is_base = unit.class() != Some(class);
            for one in &known.begin {
                // What a base class only declares is for its subclasses to fill.
                let is_nearer = !nearer.contains(&one.name) || one.how == How::SetBack;
                if !is_base || one.asked && is_nearer {
                    push(paths.step(this, Segment::Attribute(&one.name)), one);
                }
            }
            nearer.extend(known.filled.iter().cloned());
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

/// What the class does with its attributes, and what others do with `Shop.owner`.
fn of_class(file: File<'_>, class: Node<'_>) -> Arc<Attributes> {
    let start = class.start_byte();
    file.facts.about(ClassAt(start), || {
        let mut reading = Reading::default();
        walk(class, &mut |node| {
            reading.read(file, node);
            Walk::Into
        });
        let own = &file.outline.enclosing(start).qualname;
        file.source.walk_near(&format!("{own}."), &mut |node| {
            if node == class {
                return Walk::Over;
            }
            reading.read(file, node);
            Walk::Into
        });
        let mut known = Attributes::default();
        for ((owner, name), seen) in reading.0 {
            if owner != start {
                continue;
            }
            if seen.set {
                known.filled.push(name.clone());
            }
            known.begin.extend(seen.begin(name));
        }
        known
    })
}

impl Names {
    fn of(file: File<'_>) -> Self {
        let mut reading = Reading::default();
        file.source.walk(&mut |node| {
            if matches!(node.kind(), "function_definition" | "class_definition") {
                return Walk::Over;
            }
            if matches!(node.kind(), "assignment" | "augmented_assignment") {
                reading.read(file, node);
            }
            Walk::Into
        });
        let all = reading.0.into_iter();
        Self(
            all.filter(|((owner, _), seen)| *owner == 0 && seen.none.is_some())
                .map(|((_, name), seen)| (name, seen))
                .collect(),
        )
    }
}

/// The name `name` of the module, if it begins as None: `seen` knows what the module itself does
/// with it, and the functions are asked here.
fn of_module(file: File<'_>, name: &str, seen: &Seen) -> Arc<Option<Begin>> {
    file.facts.about(OfModule(name.to_owned()), || {
        let mut seen = seen.clone();
        file.source.walk_near(name, &mut |node| {
            let is_it = |one: &Node<'_>| file.source.slice(*one) == name;
            if node.kind() == "global_statement" {
                seen.set |= children(node).any(|one| is_it(&one));
            }
            let all = asked(file, node);
            let tested = all.iter().filter(|one| is_it(one)).count();
            seen.tested += u32::try_from(tested).unwrap_or(u32::MAX);
            Walk::Into
        });
        seen.begin(name.to_owned())
    })
}

impl Reading {
    fn read(&mut self, file: File<'_>, node: Node<'_>) {
        match node.kind() {
            "assignment" | "augmented_assignment" => {
                for target in field(node, "left").into_iter().flat_map(targets) {
                    self.bound(file, node, target);
                }
            }
            _ => {
                // From the question to what is asked for: to look for the parent of every name
                // would search the tree from its root each time.
                for asked in asked(file, node) {
                    if let Some((owner, name)) = owner(file, asked) {
                        self.at(owner, name).tested += 1;
                    }
                }
            }
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
        let is_plain = field(node, "type").is_none();
        let none = value
            .filter(|_| is_plain)
            .map(|value| {
                none_arm(value)
                    .filter(|_| target.kind() == "attribute")
                    .unwrap_or(value)
            })
            .filter(|value| value.kind() == "none");
        // The outline knows the scope. To climb to it would search the tree from its root for every
        // step, for every assignment of the file, at every keystroke.
        let index = file.outline.index_at(node.start_byte());
        let scope = &file.outline.definitions[index];
        let place = match target.kind() {
            "identifier" if scope.kind == Kind::Class => {
                Some((scope.core.start, file.source.slice(target)))
            }
            "identifier" if index == 0 => Some((0, file.source.slice(target))),
            "attribute" => owner(file, target),
            _ => None,
        };
        let Some((owner, name)) = place else { return };
        let in_init = scope.kind == Kind::Function && scope.name == "__init__";
        let begins = target.kind() == "identifier" || in_init;
        let default = value
            .filter(|value| in_init && value.kind() == "identifier")
            .and_then(|value| left_out(file, definition_node(file.source, scope)?, target, value));
        let environment = value
            .filter(|value| begins && target.kind() == "attribute" && may_lack(file, *value))
            .map(Place::of);
        let seen = self.at(owner, name);
        match none.map(Place::of) {
            Some(at) if begins => _ = seen.none.get_or_insert(at),
            Some(at) if target.kind() == "attribute" => _ = seen.back.get_or_insert(at),
            Some(_) => {}
            None if environment.is_some() && seen.environment.is_none() => {
                seen.environment = environment;
            }
            None => {
                seen.set = true;
                seen.default = seen.default.take().or(default);
            }
        }
    }
}

/// The None of `Path(root) if root else None`.
fn none_arm(value: Node<'_>) -> Option<Node<'_>> {
    if value.kind() != "conditional_expression" {
        return None;
    }
    let parts: Vec<Node<'_>> = children(value).map(bare).collect();
    [parts.first()?, parts.get(2)?]
        .into_iter()
        .find(|arm| arm.kind() == "none")
        .copied()
}

/// `os.environ.get("URL")`, `os.getenv("URL")`: without a default.
fn may_lack(file: File<'_>, value: Node<'_>) -> bool {
    let reads = field(value, "function")
        .filter(|_| value.kind() == "call")
        .is_some_and(|one| {
            matches!(
                file.source.slice(one),
                "os.environ.get" | "environ.get" | "os.getenv" | "getenv"
            )
        });
    reads && field(value, "arguments").is_some_and(|all| children(all).count() == 1)
}

/// Where the class says that its attribute is None, if nothing in the file puts anything else there
/// or asks for it: `Shop.owner.name`.
pub(super) fn never_filled<'a>(unit: &Unit<'a>, class: &str, name: &str) -> Option<Node<'a>> {
    let definition = unit
        .file
        .outline
        .find(class)
        .filter(|one| one.kind == Kind::Class)?;
    // A member of an enumeration has a value.
    let class = definition_node(unit.source(), definition)?;
    let bases = field(class, "superclasses").map_or("", |bases| unit.slice(bases));
    if bases.contains("Enum") || bases.contains("Flag") || bases.contains("metaclass") {
        return None;
    }
    let known = of_class(unit.file, class);
    let begin = known
        .begin
        .iter()
        .find(|one| one.name == name && one.how == How::Begins && !one.asked)?;
    if known.filled.iter().any(|one| one == name) {
        return None;
    }
    begin.at.node(unit.source())
}

/// The default None, if the value is a parameter of `__init__` that has it, and
/// `__init__` neither fills nor asks for it or for the attribute.
fn left_out(file: File<'_>, init: Node<'_>, target: Node<'_>, value: Node<'_>) -> Option<Place> {
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
    (!is_handled).then(|| Place::of(default))
}

fn targets(left: Node<'_>) -> Vec<Node<'_>> {
    match left.kind() {
        "pattern_list" | "tuple_pattern" => children(left).collect(),
        _ => vec![left],
    }
}

/// The owner of `self.name` or `Shop.name` (the class) or of a plain name (the module).
fn owner<'t>(file: File<'t>, node: Node<'t>) -> Option<(usize, &'t str)> {
    if node.kind() == "identifier" {
        return Some((0, file.source.slice(node)));
    }
    let object = file.source.slice(field(node, "object")?);
    let name = file.source.slice(field(node, "attribute")?);
    if matches!(object, "self" | "cls") {
        let mut index = file.outline.index_at(node.start_byte());
        while index != 0 {
            let one = &file.outline.definitions[index];
            if one.kind == Kind::Class {
                return Some((one.core.start, name));
            }
            index = one.parent;
        }
        return None;
    }
    // `Shop.owner = …`
    let class = object
        .starts_with(char::is_uppercase)
        .then(|| file.outline.find(object))?;
    class
        .filter(|one| one.kind == Kind::Class)
        .map(|class| (class.core.start, name))
}

/// Whether something asks for the node: `if x`, `not x`, `x and …`, `x is None`.
fn is_asked(file: File<'_>, node: Node<'_>) -> bool {
    node.parent()
        .is_some_and(|up| asked(file, up).contains(&node))
}

/// The names and attributes that a question asks for.
fn asked<'t>(file: File<'_>, question: Node<'t>) -> Vec<Node<'t>> {
    let mut found: Vec<Node<'t>> = match question.kind() {
        "not_operator" | "boolean_operator" => children(question).collect(),
        "if_statement" | "elif_clause" | "while_statement" => {
            field(question, "condition").into_iter().collect()
        }
        "comparison_operator" => {
            let is = |one: Node<'_>| file.source.slice(one).starts_with("is");
            if !fields(question, "operators").any(is)
                || !children(question).any(|one| one.kind() == "none")
            {
                return Vec::new();
            }
            children(question).collect()
        }
        _ => return Vec::new(),
    };
    found.retain(|one| matches!(one.kind(), "identifier" | "attribute"));
    found
}
