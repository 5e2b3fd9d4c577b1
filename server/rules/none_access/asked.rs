//! Values of which nothing is known but that the function itself asks about them, below their use.

use std::collections::HashSet;

use tree_sitter::Node;

use super::lattice::Access;
use super::settled::says_none;
use crate::syntax::Unit;
use crate::syntax::nodes::{
    Walk, ancestors, bare, children, field, is_scope, scope_of, statement_of, walk, walk_near,
};

/// The plain names that the function compares with None, or guards (`not user or user.gone`).
pub(super) fn names<'a>(unit: &Unit<'a>) -> HashSet<&'a str> {
    let mut names = HashSet::new();
    if !unit.is_function() {
        return names;
    }
    for test in unit.own(&["comparison_operator", "boolean_operator"]) {
        names.extend(asked_name(unit, test));
    }
    for declared in unit.own(&["global_statement", "nonlocal_statement"]) {
        for name in children(declared) {
            names.remove(unit.slice(name));
        }
    }
    names
}

/// The name that a test asks about: `user is None`, `not user or user.gone`, `user and user.name`.
fn asked_name<'a>(unit: &Unit<'a>, test: Node<'a>) -> Option<&'a str> {
    if test.kind() == "comparison_operator" {
        let parts: Vec<Node<'a>> = children(test).collect();
        let [name, none] = parts.as_slice() else {
            return None;
        };
        let says = says_none(unit, test, true, unit.slice(*name))
            || says_none(unit, test, false, unit.slice(*name));
        return (name.kind() == "identifier" && none.kind() == "none" && says)
            .then(|| unit.slice(*name));
    }
    let left = bare(field(test, "left")?);
    let and = field(test, "operator")?.kind() == "and";
    let name = match left.kind() {
        "identifier" if and => left,
        "not_operator" if !and => bare(field(left, "argument")?),
        _ => return None,
    };
    if name.kind() != "identifier" {
        return None;
    }
    // The other half goes into the value: the first half is there to keep None out of it.
    let mut is_used = false;
    walk_near(
        field(test, "right")?,
        unit.source(),
        unit.slice(name),
        &mut |node| {
            is_used |= node.kind() == "attribute"
                && field(node, "object")
                    .is_some_and(|object| unit.slice(object) == unit.slice(name))
                && field(node, "attribute").is_some_and(|own| !is_of_containers(unit.slice(own)));
            Walk::Into
        },
    );
    is_used.then(|| unit.slice(name))
}

/// Whether the use is certain to run before a test of the same value in the same block.
pub(super) fn is_asked_below(unit: &Unit<'_>, access: &Access<'_>) -> bool {
    let object = access.object;
    let statement = statement_of(object);
    let Some(block) = statement.parent() else {
        return false;
    };
    if object.kind() != "identifier" || is_conditional(unit, object, statement) {
        return false;
    }
    let path = access.path.as_str();
    let mut asked = false;
    walk(block, &mut |node| {
        if asked || node.end_byte() <= statement.end_byte() || is_scope(node) {
            return Walk::Over;
        }
        asked |= statement.end_byte() <= node.start_byte()
            && matches!(node.kind(), "comparison_operator" | "boolean_operator")
            && asked_name(unit, node) == Some(path)
            && !is_asserted(node)
            && !unit.rebound_between(path, statement.start_byte(), node.start_byte());
        Walk::Into
    });
    asked && scope_of(object) == unit.node
}

/// `assert user is not None` tells a reader, and a type checker, what holds anyway.
fn is_asserted(test: Node<'_>) -> bool {
    ancestors(test)
        .take_while(|up| !matches!(up.kind(), "block" | "module"))
        .any(|up| up.kind() == "assert_statement")
}

/// Whether another condition in the same statement decides on the use: it may keep None from it.
fn is_conditional(unit: &Unit<'_>, object: Node<'_>, statement: Node<'_>) -> bool {
    let mut at = object;
    for up in ancestors(object) {
        let decides = match up.kind() {
            "boolean_operator" if field(up, "right") == Some(at) => {
                !speaks_of_the_same(unit, up, object)
            }
            "conditional_expression" => children(up).nth(1) != Some(at),
            "lambda"
            | "list_comprehension"
            | "set_comprehension"
            | "dictionary_comprehension"
            | "generator_expression"
            | "elif_clause"
            | "else_clause"
            | "except_clause" => true,
            _ => false,
        };
        if decides {
            return true;
        }
        if up == statement {
            return false;
        }
        at = up;
    }
    true
}

/// `not head or head <= current`: what is asked first is of the other value in the comparison.
fn speaks_of_the_same(unit: &Unit<'_>, operator: Node<'_>, object: Node<'_>) -> bool {
    let (Some(left), Some(right)) = (field(operator, "left"), field(operator, "right")) else {
        return false;
    };
    let asked = match bare(left) {
        not if not.kind() == "not_operator" => field(not, "argument").map(bare),
        other => Some(other),
    };
    asked.is_some_and(|asked| {
        asked.kind() == "identifier"
            && unit.slice(asked) != unit.slice(object)
            && unit.mentions(right, unit.slice(asked))
    })
}

/// Methods of texts, lists, mappings and files: an empty one of them has these as well.
pub(super) fn is_of_containers(name: &str) -> bool {
    const METHODS: [&str; 68] = [
        "add",
        "all",
        "any",
        "append",
        "appendleft",
        "clear",
        "close",
        "copy",
        "count",
        "decode",
        "difference",
        "discard",
        "dtype",
        "empty",
        "encode",
        "endswith",
        "exclude",
        "exists",
        "expandtabs",
        "extend",
        "extendleft",
        "filter",
        "find",
        "first",
        "flush",
        "format",
        "get",
        "getall",
        "getlist",
        "has_key",
        "index",
        "insert",
        "intersection",
        "isdigit",
        "issubset",
        "items",
        "iteritems",
        "iterkeys",
        "itervalues",
        "join",
        "keys",
        "last",
        "lower",
        "lstrip",
        "order_by",
        "partition",
        "pop",
        "popitem",
        "popleft",
        "put",
        "read",
        "remove",
        "replace",
        "reverse",
        "rsplit",
        "rstrip",
        "setdefault",
        "shape",
        "size",
        "sort",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "union",
        "update",
        "upper",
        "values",
    ];
    METHODS.binary_search(&name).is_ok() || name.starts_with("is")
}

#[cfg(test)]
mod tests {
    use super::is_of_containers;

    #[test]
    fn the_methods_are_found_by_binary_search() {
        for name in ["add", "split", "values", "isdigit", "order_by", "popleft"] {
            assert!(is_of_containers(name), "{name}");
        }
        assert!(!is_of_containers("name"));
    }
}
