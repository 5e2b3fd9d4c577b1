//! Where a value comes from: what was bound to a name or to an attribute of `self`, in this
//! function, in the functions around it, in the class or in the module.

use tree_sitter::Node;

use super::moved;
use crate::syntax::nodes::{
    Walk, ancestors, bare, children, field, is_scope, scope_of, walk, walk_near_within,
};
use crate::syntax::{Binding, Place, Unit};

/// What bound a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// `name = value`, `name := value`, `self.name = value`.
    Value(Node<'a>),
    /// `with value as name`.
    With(Node<'a>),
    /// A parameter, with its annotation.
    Parameter(Option<Node<'a>>),
    /// Only an annotation: `name: Type`.
    Annotation(Node<'a>),
    /// Something else: a loop, an import, unpacking, a handler.
    Other(Node<'a>),
}

/// What bound a name, and the scope that owns it.
#[derive(Debug, Clone)]
pub struct Bound<'a> {
    /// The function, class or module that holds the name.
    pub scope: Node<'a>,
    /// Everything that binds it there, in source order.
    pub origins: Vec<Origin<'a>>,
}

/// What bound the plain name `name` as seen from `unit`: the innermost scope that binds it.
#[must_use]
pub fn of_name<'a>(unit: &Unit<'a>, name: &str) -> Option<Bound<'a>> {
    let mut scope = unit.node;
    loop {
        let visible = scope == unit.node || scope.kind() != "class_definition";
        if visible && let Some(bound) = in_scope(unit, scope, name) {
            return Some(bound);
        }
        // A text that is not Python at all has a root of another kind.
        if scope.kind() == "module" || scope.parent().is_none() {
            return None;
        }
        scope = scope_of(scope);
    }
}

fn in_scope<'a>(unit: &Unit<'a>, scope: Node<'a>, name: &str) -> Option<Bound<'a>> {
    if scope == unit.node {
        return bound_in(unit, name);
    }
    if scope.kind() == "module" {
        return in_module(unit, scope, name);
    }
    bound_in(&Unit::new(unit.file, scope, String::new()), name)
}

/// A module's names are read from its outline: walking it for every call would cost too much.
fn in_module<'a>(unit: &Unit<'a>, scope: Node<'a>, name: &str) -> Option<Bound<'a>> {
    let source = unit.source();
    let assignments = unit.file.outline.assigned.iter();
    let origins: Vec<_> = assignments
        .filter(|(assigned, _)| assigned == name)
        .filter_map(|(_, range)| source.node_at(range.start..range.start + name.len()))
        .filter(|node| node.kind() == "identifier")
        .filter_map(|node| Some(origin(node, node.parent()?)))
        .collect();
    (!origins.is_empty()).then_some(Bound { scope, origins })
}

fn bound_in<'a>(here: &Unit<'a>, name: &str) -> Option<Bound<'a>> {
    let scope = here.node;
    let mut origins = Vec::new();
    if let Some(parameter) = here.parameter(name) {
        origins.push(Origin::Parameter(parameter.annotation));
    }
    let bindings = here.bound(name);
    let elsewhere =
        |one: &Binding<'_>| matches!(one.parent.kind(), "global_statement" | "nonlocal_statement");
    if bindings.iter().any(elsewhere) {
        return None;
    }
    origins.extend(bindings.iter().map(|one| origin(one.name, one.parent)));
    (!origins.is_empty()).then_some(Bound { scope, origins })
}

fn origin<'a>(identifier: Node<'a>, parent: Node<'a>) -> Origin<'a> {
    match parent.kind() {
        "assignment" => match (field(parent, "right"), field(parent, "type")) {
            (Some(value), _) => Origin::Value(last_of_chain(value)),
            (None, Some(annotation)) => Origin::Annotation(annotation),
            (None, None) => Origin::Other(identifier),
        },
        "named_expression" => {
            field(parent, "value").map_or(Origin::Other(identifier), Origin::Value)
        }
        "as_pattern_target" => parent
            .parent()
            .filter(|pattern| {
                ancestors(*pattern)
                    .take(2)
                    .any(|up| up.kind() == "with_item")
            })
            .and_then(|pattern| pattern.named_child(0))
            .map_or(Origin::Other(identifier), Origin::With),
        _ => Origin::Other(identifier),
    }
}

/// The value at the end of `a = b = value`.
fn last_of_chain(mut value: Node<'_>) -> Node<'_> {
    while value.kind() == "assignment" {
        let Some(right) = field(value, "right") else {
            break;
        };
        value = right;
    }
    value
}

/// What bound `self.attribute` (or `cls.attribute`) in the class around `unit`.
#[must_use]
pub fn of_attribute<'a>(unit: &Unit<'a>, attribute: &str) -> Option<Bound<'a>> {
    let class = std::iter::once(unit.node)
        .chain(ancestors(unit.node))
        .find(|node| node.kind() == "class_definition")?;
    let place = (class.start_byte(), attribute.to_owned());
    let kept = unit
        .file
        .facts
        .about(place, || Kept::of(unit, class, attribute));
    let origins: Vec<_> = kept
        .0
        .iter()
        .filter_map(|(kind, place)| Some(kind.of(place.node(unit.source())?)))
        .collect();
    (!origins.is_empty()).then_some(Bound {
        scope: class,
        origins,
    })
}

/// What a class puts into one attribute.
struct Kept(Vec<(Put, Place)>);

/// How a node says what an attribute is.
#[derive(Debug, Clone, Copy)]
enum Put {
    Value,
    Annotation,
    With,
}

impl Put {
    fn of(self, node: Node<'_>) -> Origin<'_> {
        match self {
            Self::Value => Origin::Value(node),
            Self::Annotation => Origin::Annotation(node),
            Self::With => Origin::With(node),
        }
    }
}

impl Kept {
    fn of<'a>(unit: &Unit<'a>, class: Node<'a>, attribute: &str) -> Self {
        let mut origins = Vec::new();
        let mut add = |put, node: Node<'a>| origins.push((put, Place::of(node)));
        walk_near_within(class, unit.source(), attribute, &mut |node, above| {
            if node.kind() == "class_definition" && node != class {
                return Walk::Over;
            }
            let names_it = |target: Node<'a>| match target.kind() {
                "identifier" => {
                    let scope = above.iter().rfind(|up| is_scope(**up));
                    scope == Some(&class) && unit.slice(target) == attribute
                }
                "attribute" => {
                    is_self(unit, field(target, "object"))
                        && field(target, "attribute")
                            .is_some_and(|name| unit.slice(name) == attribute)
                }
                _ => false,
            };
            match node.kind() {
                "assignment" if field(node, "left").is_some_and(names_it) => {
                    if let Some(value) = field(node, "right") {
                        add(Put::Value, last_of_chain(value));
                    }
                    if let Some(annotation) = field(node, "type") {
                        add(Put::Annotation, annotation);
                    }
                }
                "as_pattern_target" if node.named_child(0).is_some_and(names_it) => {
                    if let Some(value) = above.last().and_then(|pattern| pattern.named_child(0)) {
                        add(Put::With, value);
                    }
                }
                _ => {}
            }
            Walk::Into
        });
        Self(origins)
    }
}

fn is_self(unit: &Unit<'_>, object: Option<Node<'_>>) -> bool {
    object.is_some_and(|object| matches!(unit.slice(object), "self" | "cls"))
}

/// What bound the expression: a plain name, or an attribute of `self`.
#[must_use]
pub fn of<'a>(unit: &Unit<'a>, expression: Node<'a>) -> Option<Bound<'a>> {
    match expression.kind() {
        "identifier" => of_name(unit, unit.slice(expression)),
        "attribute" if is_self(unit, field(expression, "object")) => {
            of_attribute(unit, unit.slice(field(expression, "attribute")?))
        }
        _ => None,
    }
}

/// The imported dotted name that an expression stands for: import aliases and plain aliases
/// (`fetch = requests.get`) replaced. `None` where the first name is bound to something else.
#[must_use]
pub fn imported(unit: &Unit<'_>, expression: Node<'_>) -> Option<String> {
    follow(unit, expression, 3).map(moved::modern)
}

/// The same, where the name is not one that this file defines itself.
#[must_use]
pub fn library(unit: &Unit<'_>, expression: Node<'_>) -> Option<String> {
    let name = imported(unit, expression)?;
    let mut first = expression;
    while first.kind() == "attribute" {
        first = field(first, "object")?;
    }
    let own = unit.file.outline.find(unit.slice(first)).is_some()
        && !unit.names().is_imported(unit.slice(first));
    (!own).then_some(name)
}

fn follow(unit: &Unit<'_>, expression: Node<'_>, left: usize) -> Option<String> {
    let dotted = unit.resolve(expression)?;
    let mut first = expression;
    while first.kind() == "attribute" {
        first = field(first, "object")?;
    }
    let Some(bound) = of_name(unit, unit.slice(first)) else {
        return Some(dotted);
    };
    let mut alias = None;
    for origin in bound.origins {
        match origin {
            Origin::Other(node) if is_import(node) => {}
            // `requests = None` where the import failed.
            Origin::Value(value) if value.kind() == "none" => {}
            Origin::Value(value) if first == expression && 0 < left && alias.is_none() => {
                alias = Some(follow(unit, bare(value), left - 1)?);
            }
            _ => return None,
        }
    }
    Some(alias.unwrap_or(dotted))
}

fn is_import(node: Node<'_>) -> bool {
    ancestors(node)
        .take(3)
        .any(|up| up.kind().starts_with("import_"))
}

/// The text of an annotation's type without `Optional[…]`, `… | None` and quotes, resolved.
#[must_use]
pub fn annotated(unit: &Unit<'_>, annotation: Node<'_>) -> Option<String> {
    let text = unit.slice(annotation).trim_matches(['"', '\'']);
    let inner = text
        .strip_prefix("Optional[")
        .or_else(|| text.strip_prefix("typing.Optional["))
        .map_or(text, |rest| rest.trim_end_matches(']'));
    let mut parts = inner.split('|').map(str::trim).filter(|one| *one != "None");
    let only = parts.next()?;
    parts.next().is_none().then(|| unit.names().expand(only))
}

/// All calls in the unit's own code, lambdas included. The definitions of a module or class are
/// left out whole: they are judged as units of their own.
#[must_use]
pub fn calls<'a>(unit: &Unit<'a>) -> Vec<Node<'a>> {
    let scope = unit.node;
    let holds_many = !unit.is_function();
    let mut bodies: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    walk(scope, &mut |node| {
        if bodies.last() == Some(&node.id()) {
            bodies.pop();
            return Walk::Over;
        }
        let definition = matches!(node.kind(), "function_definition" | "class_definition");
        if definition && node != scope {
            if holds_many {
                return Walk::Over;
            }
            bodies.extend(field(node, "body").map(|body| body.id()));
        }
        if node.kind() == "call" {
            found.push(node);
        }
        Walk::Into
    });
    found
}

/// Whether one of the function's decorators, or of the functions and classes around it, has a
/// name that `wanted` accepts.
#[must_use]
pub fn decorated(unit: &Unit<'_>, wanted: &dyn Fn(&str) -> bool) -> bool {
    std::iter::once(unit.node)
        .chain(ancestors(unit.node))
        .filter(|node| node.kind() == "decorated_definition")
        .flat_map(|node| children(node).collect::<Vec<_>>())
        .filter(|child| child.kind() == "decorator")
        .any(|decorator| wanted(unit.slice(decorator)))
}

#[cfg(test)]
mod tests {
    use super::of_name;
    use crate::config::Settings;
    use crate::syntax::{Facts, File, Outline, Source, Unit};

    #[test]
    fn a_name_is_looked_for_in_a_text_that_is_not_python() {
        let text = "if int():\n    y = 1\n\n-- Star assignment\n-- ---------------\n\n";
        let source = Source::parse(text);
        assert_eq!(source.root().kind(), "ERROR");
        let (outline, settings, facts) =
            (Outline::new(&source), Settings::default(), Facts::default());
        let file = File {
            source: &source,
            outline: &outline,
            settings: &settings,
            is_test: false,
            facts: &facts,
        };
        let unit = Unit::new(file, source.root(), String::new());
        assert!(of_name(&unit, "unknown").is_none());
    }
}
