//! Mappings whose keys are all written in the code: a literal that nobody else changes.

use std::collections::HashSet;
use std::sync::Arc;

use tree_sitter::Node;

use super::shapes::module_value;
use super::{Keys, constant_subscript};
use crate::syntax::Unit;
use crate::syntax::nodes::{
    Walk, bare, children, field, own, positional, string_value, walk_near_within,
};
use crate::syntax::unit::definition_node;

/// What the code shows of a key of such a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Nothing ever writes the key.
    Never,
    /// The literal lacks it; something may write it later, on some way.
    Later,
    /// Code that cannot be seen may write it.
    Unknown,
}

/// What all uses of a mapping together do to its keys.
#[derive(Debug, Default)]
pub struct Writes {
    /// The constant keys that some use stores.
    stored: HashSet<String>,
    /// Code that cannot be seen may store any key.
    open: bool,
}

impl Writes {
    /// Counts one use. `mapping` is its whole expression (a name, an attribute), `above` are the
    /// nodes around it, the parent last.
    pub fn add(&mut self, unit: &Unit<'_>, mapping: Node<'_>, above: &[Node<'_>]) {
        match use_of(unit, mapping, above) {
            Use::Harmless => {}
            Use::Stores(key) => {
                self.stored.insert(key.to_owned());
            }
            Use::Unknown => self.open = true,
        }
    }

    /// Counts a use that cannot be seen.
    pub fn leave_open(&mut self) {
        self.open = true;
    }

    /// Whether the key is written anywhere.
    #[must_use]
    pub fn of(&self, key: &str) -> Written {
        if self.open {
            Written::Unknown
        } else if self.stored.contains(key) {
            Written::Later
        } else {
            Written::Never
        }
    }
}

/// Whether the key of the mapping `object` is written anywhere, if a literal without it makes the
/// mapping.
#[must_use]
pub fn written<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    object: Node<'a>,
    key: &str,
) -> Option<Written> {
    let object = bare(object);
    if object.kind() != "identifier" {
        return None;
    }
    let name = unit.slice(object);
    let bindings = keys.bindings(name);
    let (value, scope) = match bindings {
        [_] if unit.parameter(name).is_none() => {
            (keys.last_value(name, object.start_byte())?, unit.node)
        }
        _ => return None,
    };
    let literal = literal_of(unit, value, 2)?;
    if !lacks(unit, literal, key)? {
        return None;
    }
    let writes = unit
        .file
        .facts
        .about((scope.start_byte(), name.to_owned()), || {
            let mut writes = Writes::default();
            walk_near_within(scope, unit.source(), name, &mut |node, above| {
                let is_use = node.kind() == "identifier" && unit.slice(node) == name;
                if is_use && !bindings.contains(&node) {
                    writes.add(unit, node, above);
                }
                Walk::Into
            });
            let text = unit.slice(scope);
            if text.contains("exec(") || text.contains("locals()") {
                writes.leave_open();
            }
            LocalWrites(writes)
        });
    Some(writes.0.of(key))
}

/// What a function does to a mapping of its own.
struct LocalWrites(Writes);

/// What a file does to a mapping of its module.
struct ModuleWrites(Writes);

/// The literal behind a value: itself, `dict(…)` of one, or what a function of the file returns.
fn literal_of<'a>(unit: &Unit<'a>, value: Node<'a>, left: u8) -> Option<Node<'a>> {
    let value = bare(value);
    match value.kind() {
        "dictionary" => Some(value),
        "call" => {
            let name = unit.slice(field(value, "function")?);
            let plain = name == "dict"
                && positional(value)
                    .iter()
                    .all(|one| one.kind() == "dictionary" || pairs(*one).is_some())
                && positional(value).len() < 2;
            let of_names = name == "dict.fromkeys"
                && positional(value)
                    .first()
                    .is_some_and(|names| matches!(names.kind(), "list" | "tuple" | "set"));
            if plain || of_names {
                return Some(value);
            }
            let left = left.checked_sub(1)?;
            let definition = unit.file.outline.find(name)?;
            if definition.range != definition.core || !unit.bindings(name).is_empty() {
                return None;
            }
            let node = definition_node(unit.source(), definition)
                .filter(|node| node.kind() == "function_definition")?;
            let returns = own(node, &["return_statement", "yield"]);
            let [one] = returns.as_slice() else {
                return None;
            };
            let returned = one
                .named_child(0)
                .filter(|_| one.kind() == "return_statement")?;
            let inner = Unit::new(unit.file, node, definition.qualname.clone());
            literal_of(&inner, returned, left).filter(|found| found.kind() == "dictionary")
        }
        _ => None,
    }
}

/// Whether the literal certainly lacks the key; `None` where a key is not constant.
fn lacks(unit: &Unit<'_>, literal: Node<'_>, key: &str) -> Option<bool> {
    let keys = literal_keys(unit, literal);
    keys.0.as_ref().map(|keys| !keys.contains(key))
}

/// The constant keys of a literal; `None` where one is not constant.
struct LiteralKeys(Option<HashSet<String>>);

fn literal_keys(unit: &Unit<'_>, literal: Node<'_>) -> Arc<LiteralKeys> {
    let find = || {
        let mut keys = HashSet::new();
        LiteralKeys(add_keys(unit, literal, &mut keys).map(|()| keys))
    };
    unit.file.facts.about(literal.start_byte(), find)
}

fn add_keys(unit: &Unit<'_>, literal: Node<'_>, keys: &mut HashSet<String>) -> Option<()> {
    let constant = |node| string_value(node, unit.source()).map(str::to_owned);
    let parts = || children(literal).filter(|one| one.kind() != "comment");
    match literal.kind() {
        "call" => {
            for argument in children(field(literal, "arguments")?) {
                match argument.kind() {
                    "dictionary_splat" => return None,
                    "keyword_argument" => {
                        keys.extend(field(argument, "name").map(|one| unit.slice(one).to_owned()));
                    }
                    _ => {}
                }
            }
            let of_pairs = field(literal, "function").is_some_and(|one| unit.slice(one) == "dict");
            match positional(literal).first() {
                // `dict([("open", 1), ("closed", 2)])`
                Some(inner) if of_pairs && inner.kind() != "dictionary" => {
                    for key in pairs(*inner)? {
                        keys.insert(constant(key)?);
                    }
                    Some(())
                }
                Some(inner) => add_keys(unit, *inner, keys),
                None => Some(()),
            }
        }
        // `dict.fromkeys(["open", "closed"], 0)`
        "list" | "tuple" | "set" => {
            for part in parts() {
                keys.insert(constant(part)?);
            }
            Some(())
        }
        _ => {
            for pair in parts() {
                let one = bare(field(pair, "key").filter(|_| pair.kind() == "pair")?);
                match one.kind() {
                    "string" => {
                        keys.insert(constant(one)?);
                    }
                    "integer" | "float" | "true" | "false" | "none" => {}
                    _ => return None,
                }
            }
            Some(())
        }
    }
}

/// The first parts of the pairs in a list: `[("open", 1), ("closed", 2)]`.
fn pairs(list: Node<'_>) -> Option<Vec<Node<'_>>> {
    if !matches!(list.kind(), "list" | "tuple") {
        return None;
    }
    children(list)
        .filter(|one| one.kind() != "comment")
        .map(first_of_two)
        .collect()
}

fn first_of_two(pair: Node<'_>) -> Option<Node<'_>> {
    let mut parts = children(pair).filter(|_| matches!(pair.kind(), "tuple" | "list"));
    match (parts.next(), parts.next(), parts.next()) {
        (Some(key), Some(_), None) => Some(bare(key)),
        _ => None,
    }
}

/// What one use of a mapping does to its keys.
enum Use<'t> {
    Harmless,
    Stores(&'t str),
    Unknown,
}

/// What one use of the mapping, whose expression is `name`, does.
fn use_of<'t>(unit: &Unit<'t>, name: Node<'t>, above: &[Node<'t>]) -> Use<'t> {
    const READS: [&str; 6] = ["get", "items", "keys", "values", "copy", "pop"];
    const HARMLESS: [&str; 11] = [
        "print",
        "len",
        "str",
        "repr",
        "sorted",
        "list",
        "dict",
        "isinstance",
        "bool",
        "set",
        "json.dumps",
    ];
    let Some(&parent) = above.last() else {
        return Use::Unknown;
    };
    match parent.kind() {
        "subscript" if field(parent, "value") == Some(name) => {
            if super::is_load(parent) {
                return Use::Harmless;
            }
            match constant_subscript(unit, parent) {
                Some((_, stored)) => Use::Stores(stored),
                None if field(parent, "subscript").is_some_and(|one| one.kind() == "integer") => {
                    Use::Harmless
                }
                None => Use::Unknown,
            }
        }
        "attribute" if field(parent, "object") == Some(name) => {
            let method = field(parent, "attribute").map_or("", |one| unit.slice(one));
            if READS.contains(&method) {
                Use::Harmless
            } else {
                Use::Unknown
            }
        }
        "comparison_operator"
        | "not_operator"
        | "boolean_operator"
        | "if_statement"
        | "return_statement"
        | "for_statement"
        | "interpolation"
        | "expression_statement" => Use::Harmless,
        "argument_list" => {
            let callee = above
                .len()
                .checked_sub(2)
                .and_then(|at| field(above[at], "function"))
                .map_or("", |function| unit.slice(function));
            if HARMLESS.contains(&callee) {
                Use::Harmless
            } else {
                Use::Unknown
            }
        }
        _ => Use::Unknown,
    }
}

/// The literal that a module's name is bound to, if it lacks the key and nothing changes it.
#[must_use]
pub fn module_lacks(unit: &Unit<'_>, keys: &Keys<'_, '_>, name: &str, key: &str) -> bool {
    if !keys.bindings(name).is_empty() || unit.parameter(name).is_some() {
        return false;
    }
    let Some(value) = module_value(unit, name).filter(|value| value.kind() == "dictionary") else {
        return false;
    };
    if lacks(unit, value, key) != Some(true) {
        return false;
    }
    let writes = unit.file.facts.about(name.to_owned(), || {
        let mut writes = Writes::default();
        unit.source().walk_near_within(name, &mut |node, above| {
            if node.kind() == "identifier" && unit.slice(node) == name {
                let bound = above.last().is_some_and(|up| {
                    up.kind() == "assignment" && field(*up, "left") == Some(node)
                });
                if !bound {
                    writes.add(unit, node, above);
                }
            }
            Walk::Into
        });
        ModuleWrites(writes)
    });
    writes.0.of(key) == Written::Never
}

/// Whether a value is the literal of a mapping that certainly lacks the key.
#[must_use]
pub fn literal_lacks(unit: &Unit<'_>, value: Node<'_>, key: &str) -> bool {
    let value = bare(value);
    let empty = value.kind() == "call" && unit.slice(value) == "dict()";
    empty || value.kind() == "dictionary" && lacks(unit, value, key) == Some(true)
}
