//! The constructor that a class gets written: of data classes and named tuples.

use tree_sitter::Node;

use super::signature::{Passing, Signature, Takes};
use crate::syntax::nodes::{children, decorators_of, field, keyword, positional};
use crate::syntax::{Names, Source};

/// What stands for a default, whatever it is.
const DEFAULT: &str = "…";

/// How a class whose constructor is written for it is made; `None` for any other class, and for one
/// whose fields cannot be told.
#[must_use]
pub fn constructor<'s>(
    source: &'s Source,
    names: &Names,
    class: Node<'s>,
) -> Option<Signature<'s>> {
    let body = field(class, "body")?;
    let mut by_name = match maker(source, names, class)? {
        Maker::Named => false,
        Maker::Data { by_name } => by_name,
    };
    let mut takes = Vec::new();
    for statement in children(body) {
        let one = match statement.kind() {
            "function_definition" if name_of(source, statement) == "__init__" => return None,
            "expression_statement" => statement.named_child(0),
            _ => None,
        };
        let Some(one) = one.filter(|one| one.kind() == "assignment") else {
            continue;
        };
        let (Some(left), Some(kind)) = (field(one, "left"), field(one, "type")) else {
            continue;
        };
        let kind = source.slice(kind);
        if left.kind() != "identifier" || kind.contains("ClassVar") {
            continue;
        }
        if kind.ends_with("KW_ONLY") {
            by_name = true;
            continue;
        }
        let value = Value::of(source, field(one, "right"));
        if value.is_left_out {
            continue;
        }
        takes.push(Takes {
            name: &source.text()[left.byte_range()],
            passing: if by_name || value.by_name {
                Passing::Name
            } else {
                Passing::Either
            },
            default: value.is_given.then(|| DEFAULT.to_owned()),
            node: left,
        });
    }
    Some(Signature::taking(takes))
}

/// The same of a class that writes its constructor itself.
#[must_use]
pub fn written<'s>(source: &'s Source, class: Node<'s>) -> Option<Signature<'s>> {
    let mut all = children(field(class, "body")?);
    let init =
        all.find(|one| one.kind() == "function_definition" && name_of(source, *one) == "__init__")?;
    let mut takes = Signature::of(source, init, true).takes;
    for one in &mut takes {
        one.default = one.default.take().map(|_| DEFAULT.to_owned());
    }
    Some(Signature::taking(takes))
}

enum Maker {
    /// `typing.NamedTuple`.
    Named,
    /// `dataclasses.dataclass`, and what is made like it.
    Data { by_name: bool },
}

fn maker(source: &Source, names: &Names, class: Node<'_>) -> Option<Maker> {
    let full = |node: Node<'_>| names.expand(source.slice(node));
    let bases = field(class, "superclasses").into_iter().flat_map(children);
    if bases.map(full).any(|one| one == "typing.NamedTuple") {
        return Some(Maker::Named);
    }
    decorators_of(class).into_iter().find_map(|decorator| {
        let value = decorator.named_child(0)?;
        let function = field(value, "function").unwrap_or(value);
        let known = matches!(
            full(function).as_str(),
            "dataclasses.dataclass"
                | "pydantic.dataclasses.dataclass"
                | "attr.dataclass"
                | "attr.define"
                | "attr.frozen"
                | "attrs.define"
                | "attrs.frozen"
        );
        let is = |name: &str, kind: &str| {
            keyword(value, name, source).is_some_and(|one| one.kind() == kind)
        };
        (known && !is("init", "false")).then(|| Maker::Data {
            by_name: is("kw_only", "true"),
        })
    })
}

/// What stands behind a field's name.
#[derive(Default)]
struct Value {
    is_given: bool,
    by_name: bool,
    is_left_out: bool,
}

impl Value {
    /// `= 3`, `= field(default_factory=list)`.
    fn of(source: &Source, value: Option<Node<'_>>) -> Self {
        let Some(value) = value else {
            return Self::default();
        };
        let called = field(value, "function").map_or("", |one| source.slice(one));
        let called = called.rsplit('.').next().unwrap_or(called);
        if !matches!(called, "field" | "Field" | "ib" | "attrib" | "Factory") {
            return Self {
                is_given: true,
                ..Self::default()
            };
        }
        let is = |name: &str, kind: &str| {
            keyword(value, name, source).is_some_and(|one| one.kind() == kind)
        };
        let has = |name: &str| keyword(value, name, source).is_some();
        let first = positional(value).first().copied();
        let first = first.is_some_and(|one| one.kind() != "ellipsis");
        Self {
            is_given: has("default")
                || has("default_factory")
                || has("factory")
                || called == "Factory"
                || first,
            by_name: is("kw_only", "true"),
            is_left_out: is("init", "false"),
        }
    }
}

fn name_of<'s>(source: &'s Source, definition: Node<'_>) -> &'s str {
    field(definition, "name").map_or("", |one| &source.text()[one.byte_range()])
}
