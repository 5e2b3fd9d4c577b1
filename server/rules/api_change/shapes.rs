//! What a function gives: one value, several, or one of another kind.

use tree_sitter::Node;

use super::function::Difference;
use crate::compare::canonical;
use crate::rules::Confidence;
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, bare, children, field, walk};

/// The values that a function's own `return` statements give, `None` aside.
pub(super) fn returned(function: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    if let Some(body) = field(function, "body") {
        walk(body, &mut |node| match node.kind() {
            "function_definition" | "class_definition" | "lambda" => Walk::Over,
            "return_statement" => {
                let value = children(node).next().map(bare);
                found.extend(value.filter(|one| !matches!(one.kind(), "none" | "comment")));
                Walk::Over
            }
            _ => Walk::Into,
        });
    }
    found
}

/// Whether both sides of a function return the same, as it is written.
pub(super) fn same((base, old): (&Source, Node<'_>), (head, new): (&Source, Node<'_>)) -> bool {
    let texts = |source: &Source, function| -> Vec<String> {
        let all = returned(function).into_iter();
        all.map(|one| canonical::text(source, one)).collect()
    };
    texts(base, old) == texts(head, new)
}

/// What callers notice of the results, beside what annotations say.
pub(super) fn compare(
    name: &str,
    (base, old): (&Source, Node<'_>),
    (head, new): (&Source, Node<'_>),
) -> Option<Difference> {
    let (before, after) = (returned(old), returned(new));
    let message = parts(base, &before, head, &after)
        .map(|what| format!("{name}() gives {what}"))
        .or_else(|| {
            let (was, is) = (kind_of(base, &before)?, kind_of(head, &after)?);
            (was != is).then(|| format!("{name}() gives {is} now, and {was} in production"))
        })?;
    Some(Difference {
        place: None,
        confidence: Confidence::Likely,
        message,
    })
}

/// One value in place of several, or the other way round.
fn parts(base: &Source, old: &[Node<'_>], head: &Source, new: &[Node<'_>]) -> Option<String> {
    if old.len() != new.len() {
        return None;
    }
    let holds = |source: &Source, all: Node<'_>, of: &Source, one: Node<'_>| {
        let wanted = canonical::text(of, one);
        children(all).any(|item| canonical::text(source, item) == wanted)
    };
    let sizes = |all: &[Node<'_>]| -> Option<usize> {
        let mut sizes = all
            .iter()
            .map(|one| is_tuple(*one).then(|| children(*one).count()));
        let first = sizes.next()??;
        sizes.all(|one| one == Some(first)).then_some(first)
    };
    if let (Some(was), Some(is)) = (sizes(old), sizes(new)) {
        return (was != is).then(|| {
            format!("{is} values now, and {was} in production: callers that take them apart fail")
        });
    }
    old.iter()
        .zip(new)
        .find_map(|(old, new)| match (is_tuple(*old), is_tuple(*new)) {
            (false, true) if holds(head, *new, base, *old) => Some(format!(
                "a tuple now, and `{}` alone in production: callers do not take it apart",
                short(base.slice(*old))
            )),
            (true, false) if holds(base, *old, head, *new) => Some(format!(
                "`{}` alone now, and a tuple in production: callers that take it apart fail",
                short(head.slice(*new))
            )),
            _ => None,
        })
}

fn is_tuple(node: Node<'_>) -> bool {
    matches!(node.kind(), "tuple" | "expression_list")
        && !children(node).any(|one| one.kind() == "list_splat")
}

/// The first line, and not too much of it.
fn short(text: &str) -> String {
    const MOST: usize = 40;
    let line = text.lines().next().unwrap_or(text);
    if line.chars().count() <= MOST {
        return line.to_owned();
    }
    line.chars().take(MOST).chain(['…']).collect()
}

/// The kind that all of the values have, as far as their own syntax tells.
fn kind_of(source: &Source, all: &[Node<'_>]) -> Option<&'static str> {
    let mut kinds = all.iter().map(|one| kind(source, *one));
    let first = kinds.next()??;
    kinds.all(|one| one == Some(first)).then_some(first)
}

fn kind(source: &Source, node: Node<'_>) -> Option<&'static str> {
    Some(match node.kind() {
        "dictionary" | "dictionary_comprehension" => "a dictionary",
        // What goes through one goes through the other.
        "list" | "list_comprehension" | "tuple" | "expression_list" => "a list",
        "set" | "set_comprehension" => "a set",
        "string" | "concatenated_string" => "a string",
        "integer" | "float" => "a number",
        "true" | "false" | "not_operator" | "comparison_operator" => "a truth value",
        "call" => match field(node, "function").map(|one| source.slice(one))? {
            "round" | "len" | "int" | "float" => "a number",
            "str" | "repr" => "a string",
            "dict" => "a dictionary",
            "list" | "sorted" | "tuple" => "a list",
            "set" => "a set",
            "bool" | "isinstance" | "any" | "all" => "a truth value",
            _ => return None,
        },
        _ => return None,
    })
}
