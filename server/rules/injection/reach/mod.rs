//! Where the parts of a text come from, as far as the function shows it.

mod calls;
mod names;

use tree_sitter::Node;

use super::pieces::{self, Piece};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field};

/// Where a value comes from; a later one is worse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reach<'a> {
    /// Written in the program.
    Constant,
    /// Checked, converted to a number, or quoted.
    Safe,
    /// Nothing is known.
    Unknown,
    /// An attribute of an object.
    Attribute(&'a str),
    /// A parameter that is annotated as a number.
    Number(&'a str),
    /// A parameter.
    Parameter(&'a str),
    /// A request, the command line, the environment, what somebody typed.
    Outside(&'a str),
}

impl Reach<'_> {
    fn rank(self) -> u8 {
        match self {
            Self::Constant => 0,
            Self::Safe => 1,
            Self::Unknown => 2,
            Self::Attribute(_) => 3,
            Self::Number(_) => 4,
            Self::Parameter(_) => 5,
            Self::Outside(_) => 6,
        }
    }

    fn or(self, other: Self) -> Self {
        if self.rank() < other.rank() {
            other
        } else {
            self
        }
    }
}

/// Where the value of an expression comes from; the worst of its parts.
pub(super) fn of<'a>(unit: &Unit<'a>, node: Node<'a>) -> Reach<'a> {
    within(unit, node, 6)
}

fn within<'a>(unit: &Unit<'a>, node: Node<'a>, depth: u8) -> Reach<'a> {
    let node = bare(node);
    let Some(depth) = depth.checked_sub(1) else {
        return Reach::Unknown;
    };
    let worst = |parts: &mut dyn Iterator<Item = Node<'a>>| {
        parts.fold(Reach::Constant, |found, part| {
            found.or(within(unit, part, depth))
        })
    };
    match node.kind() {
        "string" | "concatenated_string" | "binary_operator" => {
            let parts = pieces::of(unit, node);
            if let [Piece::Value { node: same, .. }] = parts.as_slice()
                && *same == node
            {
                return worst(&mut children(node));
            }
            parts
                .into_iter()
                .fold(Reach::Constant, |found, part| match part {
                    Piece::Literal(_) => found,
                    Piece::Value { node, .. } => found.or(within(unit, node, depth)),
                })
        }
        "integer"
        | "float"
        | "true"
        | "false"
        | "none"
        | "comparison_operator"
        | "not_operator"
        | "unary_operator" => Reach::Constant,
        "list" | "tuple" | "set" | "expression_list" => worst(&mut children(node)),
        "list_splat" | "await" | "keyword_argument" => children(node)
            .last()
            .map_or(Reach::Unknown, |inner| within(unit, inner, depth)),
        "conditional_expression" => {
            let parts: Vec<Node<'a>> = children(node).collect();
            match parts.as_slice() {
                [one, _, other] => within(unit, *one, depth).or(within(unit, *other, depth)),
                _ => Reach::Unknown,
            }
        }
        "boolean_operator" => worst(
            &mut [field(node, "left"), field(node, "right")]
                .into_iter()
                .flatten(),
        ),
        "named_expression" => {
            field(node, "value").map_or(Reach::Unknown, |value| within(unit, value, depth))
        }
        "generator_expression" | "list_comprehension" | "set_comprehension" => {
            field(node, "body").map_or(Reach::Unknown, |body| within(unit, body, depth))
        }
        "subscript" => of_subscript(unit, node, depth),
        "attribute" => of_attribute(unit, node),
        "identifier" => names::of_name(unit, node, depth),
        "call" => calls::of_call(unit, node, depth),
        _ => Reach::Unknown,
    }
}

fn of_subscript<'a>(unit: &Unit<'a>, node: Node<'a>, depth: u8) -> Reach<'a> {
    let Some(value) = field(node, "value") else {
        return Reach::Unknown;
    };
    if is_outside(unit, value) {
        return Reach::Outside(unit.slice(node));
    }
    match within(unit, value, depth) {
        Reach::Parameter(_) => Reach::Parameter(unit.slice(node)),
        other => other,
    }
}

/// `request.args`, `sys.argv`, `os.environ`: somebody else wrote it.
fn is_outside(unit: &Unit<'_>, node: Node<'_>) -> bool {
    let Some(name) = unit.resolve(node) else {
        return false;
    };
    if matches!(name.as_str(), "sys.argv" | "os.environ") {
        return true;
    }
    let Some((object, part)) = name.rsplit_once('.') else {
        return false;
    };
    let request = object == "request" || object.ends_with(".request");
    request
        && matches!(
            part,
            "args"
                | "form"
                | "values"
                | "json"
                | "data"
                | "cookies"
                | "headers"
                | "GET"
                | "POST"
                | "body"
                | "query_params"
                | "path_params"
                | "query"
                | "files"
                | "COOKIES"
                | "META"
                | "match_info"
                | "query_string"
                | "rel_url"
        )
}

fn of_attribute<'a>(unit: &Unit<'a>, node: Node<'a>) -> Reach<'a> {
    if is_outside(unit, node) {
        return Reach::Outside(unit.slice(node));
    }
    let text = unit.slice(node);
    let last = text.rsplit('.').next().unwrap_or(text);
    let constant = last.chars().any(char::is_uppercase) && !last.chars().any(char::is_lowercase);
    let first = text.split('.').next().unwrap_or(text);
    if constant || unit.names().is_imported(first) {
        return Reach::Constant;
    }
    Reach::Attribute(text)
}
