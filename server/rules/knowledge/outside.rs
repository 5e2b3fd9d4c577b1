//! Where a mapping comes from, as far as the function shows it.

use std::collections::HashMap;

use tree_sitter::Node;

use super::keys::{Keys, constant_subscript, module_value, path, root};
use crate::syntax::nodes::{ancestors, bare, children, field, own, positional};
use crate::syntax::unit::{Parameter, definition_node};
use crate::syntax::{Kind, Place, Unit};

/// Where a mapping comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From outside the process: JSON, environment, a payload. Nobody here chose its keys.
    Outside,
    /// A part or an item of something from outside, or form data with an answer of its own.
    PartOfOutside,
    /// Declared as a plain mapping.
    Declared,
    /// A parameter or item without a declared type.
    Plain,
    /// Nothing is known.
    Unknown,
    /// Not a plain mapping: a class, a table, a mapping with defaults, a typed dictionary.
    Other,
}

/// Names of parameters that bring data from outside.
const FROM_OUTSIDE: [&str; 3] = ["event", "payload", "body"];

/// Parts of a web framework's request. Werkzeug answers a lacking key of `args` and `form` with 400;
/// the dictionaries of Django, in capitals, raise and the client gets 500.
const REQUEST_PARTS: [(&str, Origin); 15] = [
    ("META", Origin::Outside),
    ("headers", Origin::PartOfOutside),
    ("session", Origin::PartOfOutside),
    ("files", Origin::PartOfOutside),
    ("FILES", Origin::Outside),
    ("COOKIES", Origin::Outside),
    ("json", Origin::Outside),
    ("args", Origin::PartOfOutside),
    ("form", Origin::PartOfOutside),
    ("values", Origin::PartOfOutside),
    ("GET", Origin::Outside),
    ("POST", Origin::Outside),
    ("query_params", Origin::PartOfOutside),
    ("cookies", Origin::PartOfOutside),
    ("data", Origin::PartOfOutside),
];

/// Functions whose result comes from outside.
const READERS: [&str; 14] = [
    "json.loads",
    "json.load",
    "simplejson.loads",
    "simplejson.load",
    "orjson.loads",
    "ujson.loads",
    "yaml.safe_load",
    "yaml.load",
    "tomllib.loads",
    "tomllib.load",
    "toml.loads",
    "toml.load",
    "urllib.parse.parse_qs",
    "os.environ.copy",
];

/// The origin of the mapping that `object` stands for at its place.
#[must_use]
pub fn origin<'a>(keys: &Keys<'_, 'a>, unit: &Unit<'a>, object: Node<'a>) -> Origin {
    origin_within(keys, unit, object, 4)
}

fn origin_within<'a>(keys: &Keys<'_, 'a>, unit: &Unit<'a>, object: Node<'a>, depth: u8) -> Origin {
    let object = bare(object);
    if depth == 0 {
        return Origin::Unknown;
    }
    let again = |node| origin_within(keys, unit, node, depth - 1);
    match object.kind() {
        "identifier" => of_name(keys, unit, object, depth),
        "attribute" => of_attribute(unit, object),
        "call" => of_call(keys, unit, object, depth),
        "await" => object.named_child(0).map_or(Origin::Unknown, again),
        "subscript" => match constant_subscript(unit, object) {
            Some((outer, _)) => part_of(again(outer)),
            None => field(object, "value").map_or(Origin::Unknown, |outer| part_of(again(outer))),
        },
        // `json.loads(x) or {}`
        "boolean_operator" => field(object, "left").map_or(Origin::Unknown, again),
        "conditional_expression" => children(object).next().map_or(Origin::Unknown, again),
        "dictionary" | "dictionary_comprehension" => Origin::Plain,
        _ => Origin::Unknown,
    }
}

fn part_of(whole: Origin) -> Origin {
    match whole {
        Origin::Outside | Origin::PartOfOutside => Origin::PartOfOutside,
        _ => Origin::Unknown,
    }
}

fn of_name<'a>(keys: &Keys<'_, 'a>, unit: &Unit<'a>, name: Node<'a>, depth: u8) -> Origin {
    let text = unit.slice(name);
    if unit.names().is_imported(text) {
        let full = unit.names().expand(text);
        return if full == "os.environ" {
            Origin::Outside
        } else {
            Origin::Other
        };
    }
    if let Some(value) = keys.last_value(text, name.start_byte()) {
        // `event = event or {}` keeps what the parameter is.
        if path(unit, value).is_none_or(|path| root(&path) != text) {
            return of_value(keys, unit, value, name, depth);
        }
    }
    if let Some(parameter) = unit.parameter(text) {
        return of_parameter(unit, &parameter);
    }
    if let Some(item) = iterated(keys, unit, text, name) {
        return match origin_within(keys, unit, item, depth - 1) {
            // The rows of a table with a head of its own: `csv.DictReader(file)`.
            Origin::Other if is_table(keys, unit, item) => Origin::PartOfOutside,
            // The items of `json.loads(text)`, as in a loop over it.
            Origin::Outside if item.kind() == "call" => Origin::Outside,
            Origin::Outside | Origin::PartOfOutside => Origin::PartOfOutside,
            Origin::Other => Origin::Other,
            _ => Origin::Plain,
        };
    }
    if keys.bindings(text).is_empty() {
        if let Some(value) = value_around(unit, text) {
            return of_reader(unit, value);
        }
        return of_global(unit, text);
    }
    Origin::Unknown
}

fn is_table<'a>(keys: &Keys<'_, 'a>, unit: &Unit<'a>, item: Node<'a>) -> bool {
    let value = match item.kind() {
        "identifier" => keys.last_value(unit.slice(item), item.start_byte()),
        _ => Some(item),
    };
    value
        .and_then(|value| unit.callee(bare(value)))
        .is_some_and(|full| full == "csv.DictReader")
}

/// The only value that a function around this one gives to a name that this one does not bind.
fn value_around<'a>(unit: &Unit<'a>, name: &str) -> Option<Node<'a>> {
    let outer = ancestors(unit.node).find(|above| above.kind() == "function_definition")?;
    let values = unit
        .file
        .facts
        .about(outer.start_byte(), || Values::of(unit, outer));
    match values.0.get(name).map(Vec::as_slice) {
        Some([Some(only)]) => only.node(unit.source()),
        _ => None,
    }
}

/// The values that a function gives to its names.
struct Values(HashMap<String, Vec<Option<Place>>>);

impl Values {
    fn of(unit: &Unit<'_>, function: Node<'_>) -> Self {
        let mut values: HashMap<String, Vec<Option<Place>>> = HashMap::new();
        for one in own(function, &["assignment"]) {
            if let Some(name) = field(one, "left").filter(|left| left.kind() == "identifier") {
                let value = field(one, "right").map(|value| Place::of(bare(value)));
                values
                    .entry(unit.slice(name).to_owned())
                    .or_default()
                    .push(value);
            }
        }
        Self(values)
    }
}

/// What a call that reads from outside gives; nothing is known of others.
fn of_reader(unit: &Unit<'_>, value: Node<'_>) -> Origin {
    let reads = value.kind() == "call"
        && unit
            .callee(value)
            .is_some_and(|full| READERS.contains(&full.as_str()));
    if reads {
        Origin::Outside
    } else {
        Origin::Other
    }
}

/// An annotated local (`data: dict = …`) says what it is; else its value does.
fn of_value<'a>(
    keys: &Keys<'_, 'a>,
    unit: &Unit<'a>,
    value: Node<'a>,
    name: Node<'a>,
    depth: u8,
) -> Origin {
    let found = if name.start_byte() < value.end_byte() {
        Origin::Unknown
    } else {
        origin_within(keys, unit, value, depth - 1)
    };
    if matches!(found, Origin::Unknown | Origin::Plain)
        && let Some(annotation) = value.parent().and_then(|parent| field(parent, "type"))
    {
        return declared(unit, annotation);
    }
    found
}

fn of_global(unit: &Unit<'_>, name: &str) -> Origin {
    let class_like =
        name.chars().next().is_some_and(char::is_uppercase) && name.chars().any(char::is_lowercase);
    let builtin = matches!(
        name,
        "list" | "dict" | "tuple" | "set" | "type" | "frozenset" | "os"
    );
    if class_like || builtin || module_value(unit, name).is_none() {
        return Origin::Other;
    }
    Origin::Unknown
}

/// What a `for name in …` around the place goes through.
fn iterated<'a>(
    keys: &Keys<'_, 'a>,
    unit: &Unit<'a>,
    name: &str,
    at: Node<'a>,
) -> Option<Node<'a>> {
    let bindings = keys.bindings(name);
    let binding = bindings.iter().rfind(|one| {
        one.parent().is_some_and(|parent| {
            matches!(parent.kind(), "for_statement" | "for_in_clause")
                && field(parent, "left") == Some(**one)
                && parent.parent().is_some_and(|outer| {
                    outer.start_byte() <= at.start_byte() && at.end_byte() <= outer.end_byte()
                })
        })
    })?;
    let right = bare(field(binding.parent()?, "right")?);
    let _ = unit;
    Some(right)
}

fn of_parameter(unit: &Unit<'_>, parameter: &Parameter<'_>) -> Origin {
    let named = FROM_OUTSIDE.iter().any(|name| {
        parameter.name == *name
            || parameter
                .name
                .strip_suffix(name)
                .is_some_and(|rest| rest.ends_with('_'))
    });
    let kind = match parameter.annotation {
        Some(annotation) => declared(unit, annotation),
        None => Origin::Plain,
    };
    match kind {
        _ if parameter.starred => Origin::Plain,
        Origin::Declared | Origin::Plain if named => Origin::Outside,
        _ if parameter.name == "self" || parameter.name == "cls" => Origin::Other,
        other => other,
    }
}

/// What an annotation says: a plain mapping, nothing (`Any`, `object`), or something else.
#[must_use]
pub fn declared(unit: &Unit<'_>, annotation: Node<'_>) -> Origin {
    const MAPPINGS: [&str; 5] = ["dict", "Dict", "Mapping", "MutableMapping", "OrderedDict"];
    let text = unit
        .slice(annotation)
        .trim_matches(['"', '\''])
        .replace(char::is_whitespace, "");
    let inner = text
        .strip_prefix("Optional[")
        .or_else(|| text.strip_prefix("typing.Optional["))
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(&text);
    let parts: Vec<&str> = split_union(inner)
        .into_iter()
        .filter(|part| *part != "None")
        .collect();
    let [one] = parts.as_slice() else {
        return Origin::Other;
    };
    let head = one.split('[').next().unwrap_or(one);
    let last = head.rsplit('.').next().unwrap_or(head);
    // `Options = dict[str, str]`
    let alias = super::keys::module_value(unit, last)
        .and_then(|value| field(value, "value").filter(|_| value.kind() == "subscript"));
    let is_alias = alias.is_some_and(|head| {
        let head = unit.slice(head);
        MAPPINGS.contains(&head.rsplit('.').next().unwrap_or(head))
    });
    if MAPPINGS.contains(&last) || is_alias {
        Origin::Declared
    } else if matches!(last, "Any" | "object") {
        Origin::Plain
    } else {
        Origin::Other
    }
}

/// The members of `A | B[C | D]`, split at the outer bars.
#[must_use]
pub fn split_union(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0usize, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

fn of_attribute(unit: &Unit<'_>, attribute: Node<'_>) -> Origin {
    if unit
        .resolve(attribute)
        .is_some_and(|full| full == "os.environ")
    {
        return Origin::Outside;
    }
    let (Some(object), Some(name)) = (field(attribute, "object"), field(attribute, "attribute"))
    else {
        return Origin::Unknown;
    };
    let object = unit.slice(object);
    // `response.headers["Location"]`: the other side decides on them.
    let last = object.rsplit('.').next().unwrap_or(object);
    let answers = matches!(
        last,
        "response" | "resp" | "res" | "reply" | "exc" | "err" | "error"
    );
    if answers && unit.slice(name) == "headers" {
        return Origin::PartOfOutside;
    }
    if object == "request" || object.ends_with(".request") {
        let name = unit.slice(name);
        return REQUEST_PARTS
            .iter()
            .find(|(part, _)| *part == name)
            .map_or(Origin::Other, |(_, origin)| *origin);
    }
    Origin::Unknown
}

/// A function of the file that only returns what it read from outside: `return json.load(file)`.
fn answers_outside(unit: &Unit<'_>, name: &str) -> bool {
    let Some(node) = unit
        .file
        .outline
        .find(name)
        .filter(|one| one.kind == Kind::Function && one.range == one.core)
        .and_then(|one| definition_node(unit.source(), one))
    else {
        return false;
    };
    let returns = own(node, &["return_statement", "yield"]);
    !returns.is_empty()
        && unit.bindings(name).is_empty()
        && returns.iter().all(|one| {
            one.kind() == "return_statement"
                && one
                    .named_child(0)
                    .map(bare)
                    .filter(|value| value.kind() == "call")
                    .and_then(|value| unit.callee(value))
                    .is_some_and(|full| READERS.contains(&full.as_str()))
        })
}

fn of_call<'a>(keys: &Keys<'_, 'a>, unit: &Unit<'a>, call: Node<'a>, depth: u8) -> Origin {
    let Some(function) = field(call, "function") else {
        return Origin::Unknown;
    };
    if let Some(full) = unit.resolve(function)
        && READERS.contains(&full.as_str())
    {
        return Origin::Outside;
    }
    let name = field(function, "attribute").map(|name| unit.slice(name));
    match (name, unit.slice(function)) {
        (Some("json"), _) if positional(call).is_empty() => Origin::Outside,
        (Some("get_json"), _) => Origin::Outside,
        (Some("copy"), _) => field(function, "object").map_or(Origin::Unknown, |object| {
            origin_within(keys, unit, object, depth - 1)
        }),
        // `.get("part", {})` of something from outside.
        (Some("get"), _) => field(function, "object").map_or(Origin::Unknown, |object| {
            part_of(origin_within(keys, unit, object, depth - 1))
        }),
        (_, "dict" | "copy.copy" | "copy.deepcopy" | "deepcopy") => {
            positional(call).first().map_or(Origin::Unknown, |first| {
                match origin_within(keys, unit, *first, depth - 1) {
                    // `dict(zip(names, values))`
                    Origin::Unknown if first.kind() == "call" => Origin::Plain,
                    found => found,
                }
            })
        }
        (None, name) if answers_outside(unit, name) => Origin::Declared,
        (_, function) => {
            let last = function.rsplit('.').next().unwrap_or(function);
            let class_like = last.chars().next().is_some_and(char::is_uppercase);
            if class_like || matches!(last, "defaultdict") {
                Origin::Other
            } else {
                Origin::Unknown
            }
        }
    }
}
