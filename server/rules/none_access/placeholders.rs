//! Names of a module and attributes of a class that begin as None.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::attributes::classes;
use super::source::Why;
use crate::rules::Confidence;
use crate::syntax::flow::{Graph, Path, Segment};
use crate::syntax::nodes::{Walk, ancestors, bare, children, field, fields, scope_of};
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
}

/// What a file does with its names and attributes: all of them, while it is read.
#[derive(Debug, Default)]
struct Reading(HashMap<(usize, String), Seen>);

#[derive(Debug, Default, Clone)]
struct Seen {
    /// The first byte of the value None.
    none: Option<usize>,
    /// Something else is put there, too.
    set: bool,
    /// Some condition asks for it.
    tested: bool,
}

impl Seen {
    /// Whether it is worth a word: the file itself asks about it, or nothing here fills it.
    fn counts(&self) -> bool {
        self.tested || !self.set
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
    let mut push = |path: Option<Path>, at: usize| {
        let place = unit.source().node_at(at..at + "None".len());
        if let (Some(path), Some(place)) = (path, place) {
            let why = Why::new(place, Confidence::Possible, "it begins as None");
            found.push((path, why));
        }
    };
    for one in known.begin.get(&0).into_iter().flatten() {
        let path = paths.name(&one.name).filter(|_| is_free(unit, &one.name));
        push(path, one.at);
    }
    if let Some(this) = this.filter(|_| own != "__init__") {
        let mut nearer = HashSet::new();
        for class in classes(unit) {
            let owner = class.start_byte();
            let is_base = unit.class() != Some(class);
            for one in known.begin.get(&owner).into_iter().flatten() {
                // What a base class only declares is for its subclasses to fill.
                let counts = !is_base || one.asked && !nearer.contains(&one.name);
                if counts {
                    push(paths.step(this, Segment::Attribute(&one.name)), one.at);
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
        if file.source.text().contains("= None") {
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
            if let Some(at) = seen.none.filter(|_| seen.counts()) {
                let asked = seen.tested;
                let begin = Begin { name, at, asked };
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
                    self.at(owner, name).tested = true;
                }
            }
            _ => {}
        }
    }

    fn at(&mut self, owner: usize, name: &str) -> &mut Seen {
        self.0.entry((owner, name.to_owned())).or_default()
    }

    fn bound(&mut self, file: File<'_>, node: Node<'_>, target: Node<'_>) {
        let value = field(node, "right").map(bare);
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
        let seen = self.at(owner, name);
        match none {
            Some(value) if begins => seen.none = seen.none.or(Some(value.start_byte())),
            // Set back to None: nothing new.
            Some(_) => {}
            None => seen.set = true,
        }
    }
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
