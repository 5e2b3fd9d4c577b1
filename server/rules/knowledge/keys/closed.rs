//! Mappings whose keys are all written in the code: a literal that nobody else changes.

use tree_sitter::Node;

use super::shapes::module_value;
use super::{Keys, constant_subscript};
use crate::syntax::Unit;
use crate::syntax::nodes::own;
use crate::syntax::nodes::{
    Walk, bare, children, field, keyword, positional, string_value, walk_near,
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
    let mut seen = Written::Never;
    walk_near(scope, unit.source(), name, &mut |node| {
        if node.kind() == "identifier" && unit.slice(node) == name && !bindings.contains(&node) {
            seen = match (seen, use_of(unit, node, key)) {
                (Written::Unknown, _) | (_, Written::Unknown) => Written::Unknown,
                (Written::Later, _) | (_, Written::Later) => Written::Later,
                _ => Written::Never,
            };
        }
        Walk::Into
    });
    let text = unit.slice(scope);
    if text.contains("exec(") || text.contains("locals()") {
        return Some(Written::Unknown);
    }
    Some(seen)
}

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
                    .all(|one| one.kind() == "dictionary")
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
    if literal.kind() == "call" {
        if keyword(literal, key, unit.source()).is_some() {
            return Some(false);
        }
        let arguments = field(literal, "arguments")?;
        if children(arguments).any(|one| one.kind() == "dictionary_splat") {
            return None;
        }
        return positional(literal)
            .first()
            .map_or(Some(true), |inner| lacks(unit, *inner, key));
    }
    // `dict.fromkeys(["open", "closed"], 0)`
    if matches!(literal.kind(), "list" | "tuple" | "set") {
        let names: Option<Vec<&str>> = children(literal)
            .filter(|one| one.kind() != "comment")
            .map(|one| string_value(one, unit.source()))
            .collect();
        return names.map(|names| !names.contains(&key));
    }
    for pair in children(literal).filter(|one| one.kind() != "comment") {
        let one = bare(field(pair, "key").filter(|_| pair.kind() == "pair")?);
        match one.kind() {
            "string" => {
                if string_value(one, unit.source())? == key {
                    return Some(false);
                }
            }
            "integer" | "float" | "true" | "false" | "none" => {}
            _ => return None,
        }
    }
    Some(true)
}

/// What one use of the mapping's name may do to the key.
fn use_of(unit: &Unit<'_>, name: Node<'_>, key: &str) -> Written {
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
    let Some(parent) = name.parent() else {
        return Written::Unknown;
    };
    match parent.kind() {
        "subscript" if field(parent, "value") == Some(name) => {
            if super::is_load(parent) {
                return Written::Never;
            }
            match constant_subscript(unit, parent) {
                Some((_, stored)) if stored == key => Written::Later,
                Some(_) => Written::Never,
                None if field(parent, "subscript").is_some_and(|one| one.kind() == "integer") => {
                    Written::Never
                }
                None => Written::Unknown,
            }
        }
        "attribute" if field(parent, "object") == Some(name) => {
            let method = field(parent, "attribute").map_or("", |one| unit.slice(one));
            if READS.contains(&method) {
                Written::Never
            } else {
                Written::Unknown
            }
        }
        "comparison_operator"
        | "not_operator"
        | "boolean_operator"
        | "if_statement"
        | "return_statement"
        | "for_statement"
        | "interpolation"
        | "expression_statement" => Written::Never,
        "argument_list" => {
            let callee = parent
                .parent()
                .and_then(|call| field(call, "function"))
                .map_or("", |function| unit.slice(function));
            if HARMLESS.contains(&callee) {
                Written::Never
            } else {
                Written::Unknown
            }
        }
        _ => Written::Unknown,
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
    let mut changed = false;
    walk_near(unit.source().root(), unit.source(), name, &mut |node| {
        if node.kind() == "identifier" && unit.slice(node) == name {
            let bound = node
                .parent()
                .is_some_and(|up| up.kind() == "assignment" && field(up, "left") == Some(node));
            changed |= !bound && use_of(unit, node, key) != Written::Never;
        }
        Walk::Into
    });
    !changed
}

/// Whether a value is the literal of a mapping that certainly lacks the key.
#[must_use]
pub fn literal_lacks(unit: &Unit<'_>, value: Node<'_>, key: &str) -> bool {
    let value = bare(value);
    let empty = value.kind() == "call" && unit.slice(value) == "dict()";
    empty || value.kind() == "dictionary" && lacks(unit, value, key) == Some(true)
}

/// Whether a use of a mapping certainly does not put the key there. `mapping` is its whole
/// expression: a name, an attribute.
#[must_use]
pub fn is_harmless(unit: &Unit<'_>, mapping: Node<'_>, key: &str) -> bool {
    use_of(unit, mapping, key) == Written::Never
}
