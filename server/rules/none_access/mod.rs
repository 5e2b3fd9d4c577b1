//! `none-access`: an attribute, item or call of a value that may be None.

pub(super) mod answers;
mod asked;
mod attributes;
mod endings;
mod fix;
mod judged;
mod lattice;
mod narrow;
mod needs;
mod patterns;
mod placeholders;
mod refuses;
mod settled;
pub(super) mod source;
mod stores;
mod trees;
mod usage;
mod versions;

use std::collections::{HashMap, HashSet};

use self::source::{Why, annotated_none};
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::Unit;
use crate::syntax::flow::{Graph, Path};
use crate::syntax::nodes::{Walk, ancestors, children, field, scope_of, walk_near};
use crate::syntax::unit::Parameter;

/// An attribute, item or call of a value that may be None.
pub struct NoneAccess;

/// Said of a parameter without a type and a default: whoever loops over it means that it is there.
const ANYBODY: &str = "callers are free to pass None";

/// Said of a parameter that may be left out.
const DEFAULT: &str = "None is its default";

/// Parameters that hold a servant, not a value: nobody calls without one.
const SERVANTS: [&str; 37] = [
    "app",
    "client",
    "callback",
    "conn",
    "connection",
    "context",
    "ctx",
    "cur",
    "cursor",
    "db",
    "engine",
    "environ",
    "event",
    "executor",
    "f",
    "fh",
    "file",
    "fp",
    "func",
    "handler",
    "lock",
    "log",
    "logger",
    "loop",
    "module",
    "parser",
    "pool",
    "q",
    "queue",
    "request",
    "session",
    "sock",
    "socket",
    "stream",
    "subparsers",
    "writer",
    "reader",
];

static META: Meta = Meta {
    name: "none-access",
    group: Group::Pattern,
    highest: Confidence::Certain,
    checklist: "Edge cases considered",
    noqa: &[],
    docs: include_str!("../docs/none-access.md"),
    pattern: None,
};

impl Rule for NoneAccess {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test || unit.node.kind() == "class_definition" {
            return;
        }
        let graph = Graph::new(unit);
        let entry = entry(unit, &graph);
        let found = lattice::accesses(unit, &graph, entry);
        for access in settled::all(unit, found) {
            let why = &access.why;
            let shown = access.path.split_whitespace().collect::<Vec<_>>().join(" ");
            let draft = Draft::at(
                access.object,
                // What fails while a module is loaded is seen at once.
                if unit.is_function() {
                    why.confidence
                } else {
                    why.confidence.min(Confidence::Likely)
                },
                format!("{shown} may be None here: {}", why.reason),
            );
            let elsewhere = why.place.start_byte() != access.object.start_byte();
            reporter.report(if elsewhere && why.place.kind() != "identifier" {
                draft.related(why.place, "The value comes from here")
            } else {
                draft
            });
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        context
            .node(finding)
            .map_or_else(Vec::new, |object| fix::fixes(context, object))
    }
}

/// What is known of the parameters when the function begins.
fn entry<'a>(unit: &Unit<'a>, graph: &Graph<'a>) -> Vec<(Path, Why<'a>)> {
    let open_to_all = is_open(unit);
    let mut known: Vec<(Path, Why<'a>)> = unit
        .parameters()
        .into_iter()
        .filter_map(|one| {
            let path = graph.flat.paths().name(one.name)?;
            Some((path, of_parameter(unit, &one, open_to_all)?))
        })
        .collect();
    known.extend(of_outer(unit, graph));
    let declared = attributes::of_function(unit, graph);
    let begins = placeholders::of_function(unit, graph)
        .into_iter()
        .filter(|(path, _)| declared.iter().all(|(one, _)| one != path));
    known.extend(begins);
    known.extend(declared);
    known
}

/// Parameters of the function around an inner one that may be left out, and that neither function
/// asks about or fills: the inner one runs later, whatever the outer one was given.
fn of_outer<'a>(unit: &Unit<'a>, graph: &Graph<'a>) -> Vec<(Path, Why<'a>)> {
    let outer = ancestors(unit.node)
        .find(|up| crate::syntax::nodes::is_scope(*up))
        .filter(|up| up.kind() == "function_definition");
    let Some(outer) = outer.filter(|_| unit.is_function()) else {
        return Vec::new();
    };
    // `partial(watch, on_change=print)` gives what the definition leaves out.
    let own = field(outer, "name").map_or("", |name| unit.slice(name));
    if unit.source().text().contains(&format!("partial({own}")) {
        return Vec::new();
    }
    let outer = Unit::new(unit.file, outer, String::new());
    let parameters = outer.parameters().into_iter();
    parameters
        .filter(|one| one.annotation.is_none() && !one.starred)
        .filter(|one| one.default.is_some_and(|value| value.kind() == "none"))
        .filter(|one| {
            unit.parameter(one.name).is_none()
                && unit.bindings(one.name).is_empty()
                && outer.bindings(one.name).is_empty()
                && !usage::asks_for(&outer, outer.node, one.name)
        })
        .filter_map(|one| {
            let path = graph.flat.paths().name(one.name)?;
            Some((path, Why::new(one.node, Confidence::Possible, DEFAULT)))
        })
        .collect()
}

fn of_parameter<'a>(
    unit: &Unit<'a>,
    parameter: &Parameter<'a>,
    open_to_all: bool,
) -> Option<Why<'a>> {
    if parameter.starred || matches!(parameter.name, "self" | "cls" | "_") {
        return None;
    }
    let default_none = parameter
        .default
        .is_some_and(|value| value.kind() == "none");
    match parameter.annotation {
        Some(annotation) if annotated_none(unit.slice(annotation)) => Some(Why::new(
            parameter.node,
            Confidence::Certain,
            "its type allows None",
        )),
        // Who calls a helper or a protocol's method is known: it passes what is needed.
        _ if default_none => Some(Why {
            against_its_type: parameter.annotation.is_some(),
            ..Why::new(
                parameter.node,
                if is_for_anybody(unit) {
                    Confidence::Likely
                } else {
                    Confidence::Possible
                },
                DEFAULT,
            )
        }),
        None if open_to_all
            && parameter.default.is_none()
            && !SERVANTS.contains(&parameter.name)
            && !is_subject(unit, parameter.name) =>
        {
            Some(Why::new(parameter.node, Confidence::Possible, ANYBODY))
        }
        _ => None,
    }
}

/// Whether the function goes into the parameter in many ways: then it is what the function is
/// about, and nobody calls it without.
fn is_subject(unit: &Unit<'_>, name: &str) -> bool {
    const MANY: usize = 3;
    let mut parts = HashSet::new();
    walk_near(unit.node, unit.source(), name, &mut |node| {
        let (owner, part) = match node.kind() {
            "attribute" => (field(node, "object"), field(node, "attribute")),
            "subscript" => (field(node, "value"), field(node, "subscript")),
            _ => (None, None),
        };
        if let (Some(owner), Some(part)) = (owner, part)
            && unit.slice(owner) == name
        {
            parts.insert(unit.slice(part));
        }
        Walk::Into
    });
    MANY <= parts.len()
}

/// The uses of each of `subjects` (`user`, `self.cache`) on ways on which nothing tests it, if it
/// may be None when the function begins.
pub(super) fn untested_uses<'a>(
    unit: &Unit<'a>,
    subjects: &[&str],
) -> HashMap<String, Vec<tree_sitter::Node<'a>>> {
    const UNTESTED: &str = "nothing tests it";
    let graph = Graph::new(unit);
    let paths = graph.flat.paths();
    let entry: Vec<_> = paths
        .all()
        .filter(|path| subjects.contains(&&*paths.text(*path)))
        .map(|path| (path, Why::new(unit.node, Confidence::Certain, UNTESTED)))
        .collect();
    let mut uses = HashMap::<String, Vec<tree_sitter::Node<'a>>>::new();
    if entry.is_empty() {
        return uses;
    }
    for access in lattice::accesses(unit, &graph, entry) {
        if access.why.reason == UNTESTED && subjects.contains(&access.path.as_str()) {
            uses.entry(access.path).or_default().push(access.object);
        }
    }
    uses
}

/// A public function or method that no framework calls: no helper, no function inside another, no
/// method of Python's own protocols, nothing that a decorator registers.
fn is_for_anybody(unit: &Unit<'_>) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    let is_protocol = own.starts_with("__") && own != "__init__" && own != "__call__";
    let decorated = unit
        .node
        .parent()
        .is_some_and(|parent| parent.kind() == "decorated_definition");
    let inside = ancestors(unit.node).any(|above| above.kind() == "function_definition");
    !(is_protocol || inside || decorated || own.starts_with('_') && own != "__init__")
}

/// A plain public function of the module: anybody may call it with anything. What a decorator
/// registers is called by a framework that knows what it passes.
fn is_open(unit: &Unit<'_>) -> bool {
    let decorated = unit
        .node
        .parent()
        .is_some_and(|parent| parent.kind() == "decorated_definition");
    unit.is_public() && !decorated && scope_of(unit.node).kind() == "module"
}

/// Whether the node stands in a loop of its own function.
fn in_loop(node: tree_sitter::Node<'_>) -> bool {
    ancestors(node)
        .take_while(|above| !crate::syntax::nodes::is_scope(*above))
        .any(|above| {
            matches!(above.kind(), "for_statement" | "while_statement")
                && children(above).any(|part| {
                    part.kind() == "block"
                        && part.start_byte() <= node.start_byte()
                        && node.end_byte() <= part.end_byte()
                })
        })
}
