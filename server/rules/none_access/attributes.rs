//! Attributes of `self` whose class, or a base class in the same file, says that they may be None.

use std::sync::Arc;

use tree_sitter::Node;

use super::source::{Why, annotated_none};
use super::usage::asks_for;
use crate::rules::Confidence;
use crate::syntax::flow::{Graph, Path, Segment};
use crate::syntax::nodes::{children, field, keyword, own, scope_of};
use crate::syntax::unit::definition_node;
use crate::syntax::{Kind, Place, Unit};

/// How many base classes are looked at.
const MOST: usize = 4;

/// What the method's class says of the attributes that the method uses.
pub(super) fn of_function<'a>(unit: &Unit<'a>, graph: &Graph<'a>) -> Vec<(Path, Why<'a>)> {
    let paths = graph.flat.paths();
    let own_name = unit.qualname.rsplit('.').next().unwrap_or_default();
    let Some(this) = paths.name("self").filter(|_| own_name != "__init__") else {
        return Vec::new();
    };
    let mut found: Vec<(Path, Why<'a>)> = Vec::new();
    let mut nearer: Vec<Arc<Declared>> = Vec::new();
    for class in classes(unit) {
        let declared = Declared::by(unit, class);
        for (name, place) in &declared.0 {
            // A class may declare thousands; only what the function uses is looked into, and what a
            // class says of a name goes before what its bases say.
            if let Some(path) = paths.step(this, Segment::Attribute(name))
                && !nearer
                    .iter()
                    .any(|one| one.0.iter().any(|(own, _)| own == name))
                && let Some(declaration) = place.node(unit.source())
                && let Some(why) = allows_none(unit, declaration)
            {
                found.push((path, why));
            }
        }
        nearer.push(declared);
    }
    found
}

/// The names that a class declares, each with its assignment.
struct Declared(Vec<(String, Place)>);

/// The class that begins at this byte.
#[derive(PartialEq, Eq, Hash)]
struct ClassAt(usize);

impl Declared {
    /// Once for each class, not for each of its methods.
    fn by(unit: &Unit<'_>, class: Node<'_>) -> Arc<Self> {
        unit.file.facts.about(ClassAt(class.start_byte()), || {
            let all = declared(unit, class).into_iter();
            Self(
                all.filter_map(|one| {
                    let left = field(one, "left")?;
                    let name = unit.slice(field(left, "attribute").unwrap_or(left));
                    Some((name.to_owned(), Place::of(one)))
                })
                .collect(),
            )
        })
    }
}

/// The method's class and the base classes that stand in the same file, the nearest first.
pub(super) fn classes<'a>(unit: &Unit<'a>) -> Vec<Node<'a>> {
    let mut found: Vec<Node<'a>> = unit
        .class()
        .filter(|class| *class == scope_of(unit.node))
        .into_iter()
        .collect();
    let mut next = 0;
    while next < found.len() && found.len() <= MOST {
        let bases = field(found[next], "superclasses");
        next += 1;
        for base in bases.into_iter().flat_map(children) {
            let class = unit
                .file
                .outline
                .find(unit.slice(base))
                .filter(|one| one.kind == Kind::Class)
                .and_then(|one| definition_node(unit.source(), one));
            found.extend(class.filter(|class| !found.contains(class)));
        }
    }
    found
}

/// The assignments in the class itself and those to `self` in its `__init__`.
fn declared<'a>(unit: &Unit<'a>, class: Node<'a>) -> Vec<Node<'a>> {
    let Some(body) = field(class, "body") else {
        return Vec::new();
    };
    let statements: Vec<Node<'a>> = children(body).collect();
    let mut declared: Vec<Node<'a>> = statements
        .iter()
        .filter_map(|statement| statement.named_child(0))
        .filter(|one| one.kind() == "assignment")
        .collect();
    let init = statements
        .iter()
        .find(|one| field(**one, "name").is_some_and(|name| unit.slice(name) == "__init__"));
    let in_init = init.map_or_else(Vec::new, |init| own(*init, &["assignment"]));
    declared.extend(in_init.into_iter().filter(|one| {
        field(*one, "left").is_some_and(|left| unit.slice(left).starts_with("self."))
    }));
    declared
}

/// What a declaration says of None.
fn allows_none<'a>(unit: &Unit<'a>, declaration: Node<'a>) -> Option<Why<'a>> {
    if let Some(annotation) = field(declaration, "type") {
        return annotated_none(unit.slice(annotation))
            .then(|| Why::new(declaration, Confidence::Likely, "its type allows None"));
    }
    if let Some(parameter) = optional_parameter(unit, declaration) {
        return Some(Why::new(
            parameter,
            Confidence::Likely,
            "its type allows None",
        ));
    }
    let value = field(declaration, "right").filter(|value| value.kind() == "call")?;
    let made = unit.slice(field(value, "function")?);
    let last = made.rsplit('.').next().unwrap_or(made);
    let is_column = matches!(last, "ForeignKey" | "OneToOneField") || last.ends_with("Field");
    let is_null = keyword(value, "null", unit.source()).is_some_and(|one| one.kind() == "true");
    // `if self.site_id is not None` asks for the same thing.
    let name = unit.slice(field(declaration, "left")?);
    let by_id = || unit.slice(unit.node).contains(&format!("{name}_id"));
    // `site = models.ForeignKey(Site, null=True)`
    // Rows that the code makes itself may never lack it.
    (is_null && is_column && !by_id())
        .then(|| Why::new(declaration, Confidence::Possible, "its column allows NULL"))
}

/// The parameter of `__init__` behind `self.shop = shop`, if its type allows None and `__init__` asks
/// for neither of them.
fn optional_parameter<'a>(unit: &Unit<'a>, declaration: Node<'a>) -> Option<Node<'a>> {
    let value = field(declaration, "right").filter(|value| value.kind() == "identifier")?;
    let init = scope_of(declaration);
    if init.kind() != "function_definition" {
        return None;
    }
    let init = Unit::new(unit.file, init, String::new());
    let name = unit.slice(value);
    let parameter = init.parameter(name).filter(|one| {
        one.annotation
            .is_some_and(|kind| annotated_none(unit.slice(kind)))
    })?;
    let attribute = unit.slice(field(declaration, "left")?);
    let times = unit.slice(init.node).matches(attribute).count();
    let is_asked = !init.bindings(name).is_empty() || asks_for(&init, init.node, name);
    (times == 1 && !is_asked).then_some(parameter.node)
}
