//! A text that is put together: f-string, `+`, `%`, `.format`, taken apart.

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field, positional};
use crate::syntax::unit::bound_before;

/// One part of a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    /// Written here, without quotes; braces and percent signs as they stand.
    Literal(&'a str),
    /// An expression whose text is put in; `plain` if it is put in as it is.
    Value {
        /// The expression.
        node: Node<'a>,
        /// No conversion and no format says how.
        plain: bool,
    },
}

/// The pieces of an expression that makes a text; an expression of another kind is one value.
pub(super) fn of<'a>(unit: &Unit<'a>, node: Node<'a>) -> Vec<Piece<'a>> {
    let mut found = Vec::new();
    take(unit, bare(node), &mut found);
    found
}

/// The pieces of an argument: of the expression, or of all that its name was given up to here.
pub(super) fn of_argument<'a>(unit: &Unit<'a>, argument: Node<'a>) -> Vec<Piece<'a>> {
    let argument = bare(argument);
    if argument.kind() != "identifier" {
        return of(unit, argument);
    }
    let mut found = Vec::new();
    let bindings = unit.bindings(unit.slice(argument));
    for one in bindings
        .iter()
        .filter(|one| bound_before(**one, argument.start_byte()))
    {
        let Some(up) = one.parent() else { continue };
        if up.kind() != "augmented_assignment" {
            found.clear();
        }
        if let Some(value) = field(up, "right").or_else(|| field(up, "value")) {
            take(unit, bare(value), &mut found);
        }
    }
    if found.is_empty() {
        found.push(Piece::Value {
            node: argument,
            plain: true,
        });
    }
    found
}

/// Whether something is put into a text that is written here.
pub(super) fn is_built(pieces: &[Piece<'_>]) -> bool {
    let text = pieces
        .iter()
        .any(|one| matches!(one, Piece::Literal(text) if !text.trim().is_empty()));
    text && pieces.iter().any(|one| matches!(one, Piece::Value { .. }))
}

/// What is written here, with a space for each value.
pub(super) fn written(pieces: &[Piece<'_>]) -> String {
    let parts = pieces.iter().map(|one| match one {
        Piece::Literal(text) => text,
        Piece::Value { .. } => " ",
    });
    parts.collect()
}

fn take<'a>(unit: &Unit<'a>, node: Node<'a>, found: &mut Vec<Piece<'a>>) {
    match node.kind() {
        "string" => take_string(unit, node, found),
        "concatenated_string" => {
            for part in children(node) {
                take(unit, part, found);
            }
        }
        "binary_operator" => {
            let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
                return;
            };
            match field(node, "operator").map(|one| one.kind()) {
                Some("+") => {
                    take(unit, bare(left), found);
                    take(unit, bare(right), found);
                }
                Some("%") if is_text(bare(left)) => percent(unit, bare(left), bare(right), found),
                _ => found.push(Piece::Value { node, plain: true }),
            }
        }
        "call" if is_format(unit, node) => formatted(unit, node, found),
        "call" if is_call_of(unit, node, &["join", "replace"]) => joined(unit, node, found),
        "call" if is_call_of(unit, node, &["strip", "dedent", "lower", "upper"]) => {
            // textwrap.dedent("…"), "…".strip()
            let inner = positional(node)
                .first()
                .copied()
                .or_else(|| field(field(node, "function")?, "object"));
            match inner.map(bare) {
                Some(inner) if is_text(inner) || inner.kind() == "binary_operator" => {
                    take(unit, inner, found);
                }
                _ => found.push(Piece::Value { node, plain: true }),
            }
        }
        _ => found.push(Piece::Value { node, plain: true }),
    }
}

fn is_text(node: Node<'_>) -> bool {
    matches!(node.kind(), "string" | "concatenated_string")
}

fn is_call_of(unit: &Unit<'_>, call: Node<'_>, names: &[&str]) -> bool {
    field(call, "function").is_some_and(|function| {
        let last = field(function, "attribute").unwrap_or(function);
        names.contains(&unit.slice(last))
    })
}

fn is_format(unit: &Unit<'_>, call: Node<'_>) -> bool {
    is_call_of(unit, call, &["format"])
        && field(call, "function")
            .and_then(|function| field(function, "object"))
            .is_some_and(|object| is_text(bare(object)))
}

/// `" ".join(["a", b])`, `"a b".replace("b", b)`.
fn joined<'a>(unit: &Unit<'a>, call: Node<'a>, found: &mut Vec<Piece<'a>>) {
    let object = field(call, "function")
        .and_then(|function| field(function, "object"))
        .map(bare);
    let arguments = positional(call);
    let list = arguments
        .first()
        .copied()
        .map(bare)
        .filter(|one| matches!(one.kind(), "list" | "tuple"));
    match (object.filter(|one| is_text(*one)), list) {
        (Some(object), None) if 1 < arguments.len() => {
            take(unit, object, found);
            found.push(Piece::Value {
                node: arguments[1],
                plain: true,
            });
        }
        (Some(_), Some(list)) => {
            for part in children(list) {
                take(unit, bare(part), found);
                found.push(Piece::Literal(" "));
            }
        }
        _ => found.push(Piece::Value {
            node: call,
            plain: true,
        }),
    }
}

fn take_string<'a>(unit: &Unit<'a>, string: Node<'a>, found: &mut Vec<Piece<'a>>) {
    let text = unit.source().text();
    let (Some(first), Some(last)) = (
        string.child(0),
        string
            .child_count()
            .checked_sub(1)
            .and_then(|at| string.child(at)),
    ) else {
        return;
    };
    let mut at = first.end_byte();
    for part in children(string).filter(|one| one.kind() == "interpolation") {
        found.push(Piece::Literal(
            text.get(at..part.start_byte()).unwrap_or_default(),
        ));
        if let Some(node) = field(part, "expression").or_else(|| part.named_child(0)) {
            let plain = field(part, "type_conversion").is_none()
                && field(part, "format_specifier").is_none();
            found.push(Piece::Value { node, plain });
        }
        at = part.end_byte();
    }
    found.push(Piece::Literal(
        text.get(at..last.start_byte()).unwrap_or_default(),
    ));
}

/// The text of plain strings as one, with the places of its placeholders.
fn literal_parts<'a>(unit: &Unit<'a>, node: Node<'a>) -> Vec<&'a str> {
    let mut pieces = Vec::new();
    take(unit, node, &mut pieces);
    pieces
        .into_iter()
        .filter_map(|one| match one {
            Piece::Literal(text) => Some(text),
            Piece::Value { .. } => None,
        })
        .collect()
}

fn percent<'a>(unit: &Unit<'a>, left: Node<'a>, right: Node<'a>, found: &mut Vec<Piece<'a>>) {
    let mut values = match right.kind() {
        "tuple" => children(right).collect::<Vec<_>>(),
        "dictionary" => children(right)
            .filter_map(|pair| field(pair, "value"))
            .collect(),
        _ => vec![right],
    }
    .into_iter();
    for text in literal_parts(unit, left) {
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            let (before, behind) = rest.split_at(at);
            let kind = behind[1..]
                .find(|c: char| c.is_ascii_alphabetic() || c == '%')
                .map(|end| end + 1);
            let named = behind.starts_with("%(").then(|| behind.find(')')).flatten();
            let end = named.map_or(kind, |close| Some(close + 1));
            let Some(end) = end.filter(|end| behind.len() > *end) else {
                break;
            };
            let letter = behind[end..].chars().next().unwrap_or('s');
            found.push(Piece::Literal(before));
            if letter == '%' {
                found.push(Piece::Literal("%"));
            } else if let Some(node) = values.next() {
                // `%d` takes numbers only.
                found.push(Piece::Value {
                    node,
                    plain: letter == 's',
                });
            }
            rest = &behind[end + letter.len_utf8()..];
        }
        found.push(Piece::Literal(rest));
    }
    found.extend(values.map(|node| Piece::Value { node, plain: false }));
}

fn formatted<'a>(unit: &Unit<'a>, call: Node<'a>, found: &mut Vec<Piece<'a>>) {
    let Some(object) = field(call, "function").and_then(|function| field(function, "object"))
    else {
        return;
    };
    let arguments: Vec<Node<'a>> = field(call, "arguments")
        .map(|list| children(list).collect())
        .unwrap_or_default();
    let mut next = 0;
    for text in literal_parts(unit, bare(object)) {
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, behind) = rest.split_at(at);
            found.push(Piece::Literal(before));
            if let Some(escaped) = behind.strip_prefix("{{") {
                found.push(Piece::Literal("{"));
                rest = escaped;
                continue;
            }
            let Some(close) = behind.find('}') else { break };
            let inside = &behind[1..close];
            let name = inside.split([':', '!']).next().unwrap_or_default();
            let positional: Vec<Node<'a>> = arguments
                .iter()
                .copied()
                .filter(|one| one.kind() != "keyword_argument")
                .collect();
            let value = if name.is_empty() {
                next += 1;
                positional.get(next - 1).copied()
            } else if let Ok(index) = name.parse::<usize>() {
                positional.get(index).copied()
            } else {
                arguments.iter().find_map(|one| {
                    let known = field(*one, "name").is_some_and(|known| unit.slice(known) == name);
                    known.then(|| field(*one, "value")).flatten()
                })
            };
            if let Some(node) = value {
                found.push(Piece::Value {
                    node,
                    plain: name.len() == inside.len(),
                });
            }
            rest = &behind[close + 1..];
        }
        found.push(Piece::Literal(rest));
    }
}
