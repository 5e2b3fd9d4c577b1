//! What the rest of the file tells of a key: who asks for it, and where it has a default.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use crate::rules::knowledge::keys::{Keys, module_value};
use crate::syntax::nodes::{Walk, children, field, positional, string_value, walk, walk_near};
use crate::syntax::{Place, Unit};

/// Another place that asks the same mapping for the same key: in this function, or, for an
/// attribute of `self` or a global, in the whole file.
pub(super) fn asked<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    object: Node<'a>,
    mapping: &str,
    key: &str,
) -> Option<Node<'a>> {
    if let Some(place) = keys.asked(mapping, key) {
        return Some(place);
    }
    let is_own = mapping.starts_with("self.");
    let shared = (is_own && object.kind() == "attribute")
        || (keys.bindings(mapping).is_empty()
            && unit.parameter(mapping).is_none()
            && module_value(unit, mapping).is_some());
    if !shared {
        return None;
    }
    let class = unit.class().filter(|_| is_own);
    let place = (class.map(|class| class.start_byte()), mapping.to_owned());
    let questions = unit
        .file
        .facts
        .about(place, || Questions::of(unit, class, mapping));
    questions.0.get(key)?.node(unit.source())
}

/// Whether another function of the file asks a mapping of the same name for the same key.
pub(super) fn is_asked_by_another(unit: &Unit<'_>, mapping: &str, key: &str) -> bool {
    let place = (None::<usize>, mapping.to_owned());
    let questions = unit
        .file
        .facts
        .about(place, || Questions::of(unit, None, mapping));
    questions.0.contains_key(key)
}

/// The first `mapping.get("key")` for each key, in a class or in the whole file.
struct Questions(HashMap<String, Place>);

impl Questions {
    fn of(unit: &Unit<'_>, class: Option<Node<'_>>, mapping: &str) -> Self {
        let mut places = HashMap::new();
        let mut look = |node: Node<'_>| {
            if let Some(key) = question(unit, node, mapping) {
                places.entry(key.to_owned()).or_insert(Place::of(node));
            }
            Walk::Into
        };
        match class {
            Some(class) => walk_near(class, unit.source(), mapping, &mut look),
            None => unit.source().walk_near(mapping, &mut look),
        }
        Self(places)
    }
}

/// The key that a call asks the mapping for.
fn question<'t>(unit: &Unit<'t>, call: Node<'t>, mapping: &str) -> Option<&'t str> {
    let function = field(call, "function").filter(|_| call.kind() == "call")?;
    let (object, name) = (field(function, "object")?, field(function, "attribute")?);
    let asks = unit.slice(name) == "get" && unit.slice(object) == mapping;
    string_value(*positional(call).first().filter(|_| asks)?, unit.source())
}

/// Whether the file gives the key a value among its defaults (`default_config = {"SERVER_NAME":
/// None}`): what is made from them has it.
pub(super) fn has_default(unit: &Unit<'_>, key: &str) -> bool {
    unit.file.facts.get(|| Defaults::of(unit)).0.contains(key)
}

/// The constant keys of all values whose name says that they are defaults.
struct Defaults(HashSet<String>);

impl Defaults {
    fn of(unit: &Unit<'_>) -> Self {
        let mut keys = HashSet::new();
        for needle in ["efault", "EFAULT"] {
            unit.source().walk_near(needle, &mut |node| {
                if node.kind() == "assignment"
                    && let (Some(left), Some(value)) = (field(node, "left"), field(node, "right"))
                    && unit.slice(left).to_ascii_lowercase().contains("default")
                {
                    walk(value, &mut |part| {
                        keys.extend(held(unit, part));
                        Walk::Into
                    });
                }
                Walk::Into
            });
        }
        Self(keys)
    }
}

/// The constant keys that stand directly in a literal.
fn held(unit: &Unit<'_>, literal: Node<'_>) -> Vec<String> {
    let constant = |node| string_value(node, unit.source()).map(str::to_owned);
    match literal.kind() {
        "pair" => field(literal, "key")
            .and_then(constant)
            .into_iter()
            .collect(),
        "set" | "list" | "tuple" => children(literal).filter_map(constant).collect(),
        "keyword_argument" => {
            let of_dict = literal
                .parent()
                .and_then(|up| up.parent())
                .and_then(|call| field(call, "function"))
                .is_some_and(|function| unit.slice(function) == "dict");
            let name = field(literal, "name").filter(|_| of_dict);
            name.map(|name| unit.slice(name).to_owned())
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}
