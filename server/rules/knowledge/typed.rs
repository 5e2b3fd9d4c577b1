//! Typed dictionaries of the file: which keys their type does not require.

use tree_sitter::Node;

use super::keys::{Keys, constant_subscript};
use super::origins::{self, Origin};
use super::outside::split_union;
use crate::syntax::nodes::{bare, children, field, keyword, string_value};
use crate::syntax::unit::definition_node;
use crate::syntax::{Kind, Unit};

/// How far values and base classes are followed.
const STEPS: u8 = 4;

/// What a type says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// The typed dictionary.
    pub class: String,
    /// Whether every value of the type has the key.
    pub required: bool,
    /// Whether the type names the key at all.
    pub named: bool,
    /// Whether the value may be of another type as well, which may have the key.
    pub one_of_several: bool,
    /// The type of the key's value.
    of: String,
}

/// What the type of `object` says of `key`, if it is a typed dictionary of this file.
#[must_use]
pub fn promise<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    object: Node<'a>,
    key: &str,
) -> Option<Promise> {
    let class = type_of(unit, keys, object, STEPS)?;
    let members: Vec<&str> = members(&class);
    if let [one] = members.as_slice() {
        return find(unit, one, key, STEPS).or_else(|| unnamed(unit, one));
    }
    let mut promises = Vec::new();
    for one in members {
        promises.push(find(unit, one, key, STEPS).or_else(|| unnamed(unit, one))?);
    }
    // The one that promises least decides.
    promises.sort_by_key(|one| (one.required, one.named));
    promises.into_iter().next().map(|one| Promise {
        one_of_several: true,
        ..one
    })
}

/// The types that a value may have: `Cat | Dog`, `Union[Cat, Dog]`.
fn members(class: &str) -> Vec<&str> {
    let inner = class
        .strip_prefix("typing.")
        .unwrap_or(class)
        .strip_prefix("Union[")
        .and_then(|rest| rest.strip_suffix(']'))
        .filter(|inner| !inner.contains('['));
    let all: Vec<&str> = match inner {
        Some(inner) => inner.split(',').collect(),
        None => split_union(class),
    };
    all.into_iter().filter(|one| *one != "None").collect()
}

/// A typed dictionary all of whose keys stand in this file, for a key that is none of them.
fn unnamed(unit: &Unit<'_>, class: &str) -> Option<Promise> {
    is_closed(unit, class, STEPS).then(|| Promise {
        class: class.to_owned(),
        required: false,
        named: false,
        one_of_several: false,
        of: String::new(),
    })
}

/// Whether all keys of the typed dictionary stand in this file: it and its bases are plain lists of
/// keys, and nothing says that there may be more.
fn is_closed(unit: &Unit<'_>, class: &str, left: u8) -> bool {
    let Some(left) = left.checked_sub(1) else {
        return false;
    };
    let outline = &unit.file.outline;
    if let Some(definition) = outline.find(class).filter(|one| one.kind == Kind::Class) {
        if outline.find(&format!("{class}#2")).is_some() {
            return false;
        }
        let Some(node) = definition_node(unit.source(), definition) else {
            return false;
        };
        let (Some(bases), Some(body)) = (field(node, "superclasses"), field(node, "body")) else {
            return false;
        };
        let plain = |base: Node<'_>| match base.kind() {
            "keyword_argument" => {
                field(base, "name").is_some_and(|name| unit.slice(name) == "total")
            }
            "comment" => true,
            _ => is_typed_dict(unit, base) || is_closed(unit, unit.slice(base), left),
        };
        return children(bases).all(plain)
            && children(body).all(|one| {
                matches!(one.kind(), "comment" | "pass_statement")
                    || one.named_child(0).is_some_and(|inner| {
                        matches!(inner.kind(), "string" | "ellipsis")
                            || inner.kind() == "assignment" && field(inner, "type").is_some()
                    })
            });
    }
    let value = super::keys::module_value(unit, class).filter(|value| value.kind() == "call");
    value.is_some_and(|call| {
        let typed = field(call, "function").is_some_and(|one| is_typed_dict(unit, one));
        typed
            && field(call, "arguments").is_some_and(|all| {
                children(all).all(|one| match one.kind() {
                    "string" | "comment" => true,
                    "dictionary" => children(one).all(|pair| {
                        field(pair, "key")
                            .is_some_and(|key| string_value(key, unit.source()).is_some())
                    }),
                    "keyword_argument" => {
                        field(one, "name").is_some_and(|name| unit.slice(name) == "total")
                    }
                    _ => false,
                })
            })
    })
}

/// The type of an expression, as an annotation says it.
fn type_of<'a>(unit: &Unit<'a>, keys: &Keys<'_, 'a>, object: Node<'a>, left: u8) -> Option<String> {
    let left = left.checked_sub(1)?;
    let object = bare(object);
    match object.kind() {
        "identifier" => {
            let name = unit.slice(object);
            if let Some(item) = iterated(keys, name, object) {
                return element(&type_of(unit, keys, item, left)?);
            }
            let bound = origins::of_name(unit, name)?;
            of_origins(unit, keys, &bound.origins, left)
        }
        "attribute" => {
            let bound = origins::of(unit, object)?;
            of_origins(unit, keys, &bound.origins, left)
        }
        "subscript" => {
            let (outer, key) = constant_subscript(unit, object)?;
            let class = type_of(unit, keys, outer, left)?;
            Some(find(unit, &class, key, left)?.of)
        }
        "call" => {
            let name = unit.slice(field(object, "function")?);
            let definition = unit.file.outline.find(name)?;
            if definition.kind == Kind::Class {
                return Some(name.to_owned());
            }
            let node = definition_node(unit.source(), definition)
                .filter(|_| definition.kind == Kind::Function)?;
            Some(plain(unit.slice(field(node, "return_type")?)))
        }
        _ => None,
    }
}

fn of_origins<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    origins: &[Origin<'a>],
    left: u8,
) -> Option<String> {
    let annotation = |value: Node<'a>| value.parent().and_then(|parent| field(parent, "type"));
    // One declaration holds for every value of the name.
    origins.iter().find_map(|origin| match origin {
        Origin::Parameter(Some(declared)) | Origin::Annotation(declared) => {
            Some(plain(unit.slice(*declared)))
        }
        Origin::Value(value) => match annotation(*value) {
            Some(declared) => Some(plain(unit.slice(declared))),
            None if origins.len() == 1 => type_of(unit, keys, *value, left),
            None => None,
        },
        _ => None,
    })
}

/// What a loop around the place goes through, if the name is that loop's.
fn iterated<'a>(keys: &Keys<'_, 'a>, name: &str, at: Node<'a>) -> Option<Node<'a>> {
    let bindings = keys.bindings(name);
    let [binding] = bindings else {
        return None;
    };
    let parent = binding.parent()?;
    let loops = matches!(parent.kind(), "for_statement" | "for_in_clause")
        && field(parent, "left") == Some(*binding)
        && at != *binding;
    loops.then(|| field(parent, "right"))?
}

/// `list[Order]` → `Order`.
fn element(container: &str) -> Option<String> {
    let (head, inner) = container.split_once('[')?;
    let inner = inner.strip_suffix(']')?;
    let known = [
        "list",
        "List",
        "set",
        "Sequence",
        "Iterable",
        "Iterator",
        "Collection",
        "tuple",
        "Tuple",
    ];
    let last = head.rsplit('.').next()?;
    known
        .contains(&last)
        .then(|| plain(inner.split(',').next().unwrap_or(inner)))
}

/// A type without quotes, `Optional` and `None`.
fn plain(annotation: &str) -> String {
    let text = annotation
        .trim_matches(['"', '\''])
        .replace(char::is_whitespace, "");
    let mut inner = text.as_str();
    for wrapper in [
        "Optional",
        "Required",
        "NotRequired",
        "ReadOnly",
        "Final",
        "Annotated",
        "Unpack",
    ] {
        let short = inner
            .rsplit_once('.')
            .filter(|(module, _)| !module.contains('['));
        let name = short.map_or(inner, |(_, name)| name);
        if let Some(rest) = name
            .strip_prefix(wrapper)
            .and_then(|rest| rest.strip_prefix('['))
            .and_then(|rest| rest.strip_suffix(']'))
        {
            inner = rest;
        }
    }
    let members = split_union(inner);
    let mut some = members.into_iter().filter(|one| *one != "None");
    match (some.next(), some.next()) {
        (Some(one), None) => one.to_owned(),
        _ => inner.to_owned(),
    }
}

/// What the typed dictionary `class` says of the key.
fn find(unit: &Unit<'_>, class: &str, key: &str, left: u8) -> Option<Promise> {
    let left = left.checked_sub(1)?;
    if let Some(definition) = unit
        .file
        .outline
        .find(class)
        .filter(|one| one.kind == Kind::Class)
    {
        let node = definition_node(unit.source(), definition)?;
        return of_class(unit, node, class, key, left);
    }
    let value = super::keys::module_value(unit, class).filter(|value| value.kind() == "call")?;
    of_call(unit, value, class, key)
}

fn is_typed_dict(unit: &Unit<'_>, base: Node<'_>) -> bool {
    unit.resolve(base)
        .is_some_and(|name| name == "TypedDict" || name.ends_with(".TypedDict"))
}

fn of_class(unit: &Unit<'_>, class: Node<'_>, name: &str, key: &str, left: u8) -> Option<Promise> {
    let bases = field(class, "superclasses")?;
    let plain_bases: Vec<_> = children(bases)
        .filter(|base| base.kind() != "keyword_argument")
        .collect();
    let typed = plain_bases.iter().any(|base| is_typed_dict(unit, *base))
        || plain_bases
            .iter()
            .any(|base| is_class_of_file(unit, unit.slice(*base), left))
        || plain_bases
            .iter()
            .any(|base| is_closed(unit, unit.slice(*base), left));
    if !typed {
        return None;
    }
    for statement in children(field(class, "body")?) {
        let declared = statement.named_child(0).and_then(|one| {
            let left = field(one, "left")?;
            Some((left, field(one, "type")?))
        });
        if let Some((field_name, annotation)) = declared
            && unit.slice(field_name) == key
        {
            return Some(promised(unit, name, annotation, is_total(unit, bases)));
        }
    }
    plain_bases
        .into_iter()
        .find_map(|base| find(unit, unit.slice(base), key, left))
        .map(|found| Promise {
            class: name.to_owned(),
            ..found
        })
}

/// Whether a class of the file is a typed dictionary itself.
fn is_class_of_file(unit: &Unit<'_>, name: &str, left: u8) -> bool {
    let Some(left) = left.checked_sub(1) else {
        return false;
    };
    let node = unit
        .file
        .outline
        .find(name)
        .filter(|one| one.kind == Kind::Class)
        .and_then(|one| definition_node(unit.source(), one));
    node.and_then(|node| field(node, "superclasses"))
        .is_some_and(|bases| {
            children(bases).any(|base| {
                is_typed_dict(unit, base) || is_class_of_file(unit, unit.slice(base), left)
            })
        })
}

fn is_total(unit: &Unit<'_>, arguments: Node<'_>) -> bool {
    !children(arguments).any(|one| {
        one.kind() == "keyword_argument"
            && field(one, "name").is_some_and(|name| unit.slice(name) == "total")
            && field(one, "value").is_some_and(|value| value.kind() == "false")
    })
}

fn promised(unit: &Unit<'_>, class: &str, annotation: Node<'_>, total: bool) -> Promise {
    let text = unit.slice(annotation).replace(char::is_whitespace, "");
    let required = if text.contains("NotRequired[") {
        false
    } else {
        total || text.contains("Required[")
    };
    Promise {
        class: class.to_owned(),
        required,
        named: true,
        one_of_several: false,
        of: plain(&text),
    }
}

/// `Order = TypedDict("Order", {"id": NotRequired[int]}, total=False)`.
fn of_call(unit: &Unit<'_>, call: Node<'_>, class: &str, key: &str) -> Option<Promise> {
    if !is_typed_dict(unit, field(call, "function")?) {
        return None;
    }
    let total = keyword(call, "total", unit.source()).is_none_or(|one| one.kind() != "false");
    let arguments = field(call, "arguments")?;
    let pairs = children(arguments).find(|one| one.kind() == "dictionary")?;
    let pair = children(pairs).find(|pair| {
        field(*pair, "key").and_then(|one| string_value(one, unit.source())) == Some(key)
    })?;
    Some(promised(unit, class, field(pair, "value")?, total))
}
