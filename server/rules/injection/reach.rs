//! Where the parts of a text come from, as far as the function shows it.

use tree_sitter::Node;

use super::pieces::{self, Piece};
use crate::rules::knowledge::keys::operator;
use crate::syntax::Unit;
use crate::syntax::flow::facts_at;
use crate::syntax::nodes::{bare, children, field, positional, string_value};
use crate::syntax::unit::{bound_before, value_bound};

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

/// Functions whose result cannot carry syntax of another language.
const SAFE: [&str; 26] = [
    "int",
    "float",
    "bool",
    "len",
    "abs",
    "round",
    "hash",
    "id",
    "ord",
    "sum",
    "quote",
    "quote_name",
    "escape",
    "quote_ident",
    "quote_identifier",
    "literal_eval",
    "escape_string",
    "Identifier",
    "Literal",
    "Placeholder",
    "uuid4",
    "secure_filename",
    "join_quoted",
    "mogrify",
    "time",
    "isoformat",
];

/// Methods and functions whose result is made of their argument.
const PASSES: [&str; 35] = [
    "compile",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "replace",
    "encode",
    "decode",
    "format",
    "join",
    "split",
    "rsplit",
    "splitlines",
    "str",
    "repr",
    "bytes",
    "Path",
    "fspath",
    "abspath",
    "normpath",
    "expanduser",
    "basename",
    "dedent",
    "get",
    "pop",
    "copy",
    "list",
    "tuple",
    "sorted",
    "b64decode",
    "unquote",
    "read",
    "partition",
];

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
        "identifier" => of_name(unit, node, depth),
        "call" => of_call(unit, node, depth),
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

fn of_name<'a>(unit: &Unit<'a>, node: Node<'a>, depth: u8) -> Reach<'a> {
    let name = unit.slice(node);
    let constant = name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase);
    if constant || unit.names().is_imported(name) {
        return Reach::Constant;
    }
    if is_checked(unit, node, name) {
        return Reach::Safe;
    }
    let bound = unit.bindings(name);
    let mut found = Reach::Constant;
    let mut known = false;
    for one in bound
        .iter()
        .filter(|one| bound_before(**one, node.start_byte()) || is_loop(**one))
    {
        known = true;
        found = found.or(of_binding(unit, *one, depth));
    }
    // A statement of the function itself that gives it another value hides the parameter.
    let hidden = bound.iter().any(|one| {
        bound_before(*one, node.start_byte()) && always(unit, *one) && value_bound(*one).is_some()
    });
    if let Some(parameter) = unit.parameter(name).filter(|_| !hidden) {
        known = true;
        found = found.or(of_parameter(unit, parameter.annotation, parameter.name));
    }
    if known { found } else { of_outer(unit, name) }
}

fn of_parameter<'a>(unit: &Unit<'a>, annotation: Option<Node<'a>>, name: &'a str) -> Reach<'a> {
    if matches!(name, "self" | "cls") {
        return Reach::Constant;
    }
    let annotation = annotation.map_or("", |one| unit.slice(one));
    if matches!(
        annotation,
        "int"
            | "float"
            | "bool"
            | "int | None"
            | "Optional[int]"
            | "UUID"
            | "uuid.UUID"
            | "date"
            | "datetime"
            | "Decimal"
    ) {
        return Reach::Number(name);
    }
    if annotation.starts_with("Literal[") || annotation.starts_with("typing.Literal[") {
        return Reach::Safe;
    }
    Reach::Parameter(name)
}

fn is_loop(identifier: Node<'_>) -> bool {
    identifier.parent().is_some_and(|up| {
        matches!(
            up.kind(),
            "for_in_clause" | "for_statement" | "pattern_list" | "tuple_pattern"
        )
    })
}

/// Whether the binding is a statement of the function's own block.
fn always(unit: &Unit<'_>, identifier: Node<'_>) -> bool {
    let statement = crate::syntax::nodes::statement_of(identifier);
    statement
        .parent()
        .zip(field(unit.node, "body"))
        .is_some_and(|(block, body)| block == body)
}

fn of_binding<'a>(unit: &Unit<'a>, identifier: Node<'a>, depth: u8) -> Reach<'a> {
    if let Some(value) = value_bound(identifier) {
        return within(unit, value, depth);
    }
    let mut up = identifier.parent();
    for _ in 0..3 {
        let Some(node) = up else { break };
        match node.kind() {
            "for_statement" | "for_in_clause" | "assignment" => {
                return field(node, "right")
                    .map_or(Reach::Unknown, |right| within(unit, right, depth));
            }
            "augmented_assignment" => {
                return field(node, "right")
                    .map_or(Reach::Unknown, |right| within(unit, right, depth));
            }
            "as_pattern_target" => {
                let value = node.parent().and_then(|pattern| pattern.named_child(0));
                return value.map_or(Reach::Unknown, |value| within(unit, value, depth));
            }
            _ => up = node.parent(),
        }
    }
    Reach::Unknown
}

/// A name of the module or of a function around.
fn of_outer<'a>(unit: &Unit<'a>, name: &str) -> Reach<'a> {
    let assigned = &unit.file.outline.assigned;
    let constant = assigned
        .iter()
        .filter(|(known, _)| known == name)
        .all(|(_, range)| {
            unit.source().node_at(range.clone()).is_some_and(|node| {
                let assignment = if node.kind() == "assignment" {
                    Some(node)
                } else {
                    node.named_child(0)
                };
                assignment
                    .and_then(|one| field(one, "right"))
                    .is_some_and(|right| {
                        matches!(
                            right.kind(),
                            "string"
                                | "integer"
                                | "concatenated_string"
                                | "list"
                                | "tuple"
                                | "dictionary"
                        )
                    })
            })
        });
    if constant && assigned.iter().any(|(known, _)| known == name) {
        Reach::Constant
    } else {
        Reach::Unknown
    }
}

fn of_call<'a>(unit: &Unit<'a>, call: Node<'a>, depth: u8) -> Reach<'a> {
    let Some(function) = field(call, "function") else {
        return Reach::Unknown;
    };
    let name =
        field(function, "attribute").map_or_else(|| unit.slice(function), |last| unit.slice(last));
    if SAFE.contains(&name) || doubles_quotes(unit, call, name) {
        return Reach::Safe;
    }
    let whole = unit.resolve(function).unwrap_or_default();
    if matches!(
        whole.as_str(),
        "input" | "os.getenv" | "os.environ.get" | "getpass.getpass" | "raw_input"
    ) {
        return Reach::Outside(unit.slice(call));
    }
    let object = field(function, "object");
    if object.is_some_and(|object| is_outside(unit, object))
        || (matches!(
            name,
            "get_json" | "get_data" | "body" | "read" | "form" | "json"
        ) && whole.contains("request."))
    {
        return Reach::Outside(unit.slice(call));
    }
    if !PASSES.contains(&name) {
        return Reach::Unknown;
    }
    let mut found = object
        .filter(|object| !unit.names().is_imported(unit.slice(*object)))
        .map_or(Reach::Constant, |object| within(unit, object, depth));
    if !matches!(
        name,
        "get" | "pop" | "encode" | "decode" | "strip" | "split" | "replace"
    ) {
        let generator =
            field(call, "arguments").filter(|list| list.kind() == "generator_expression");
        let arguments = generator.map_or_else(|| positional(call), |one| vec![one]);
        for argument in arguments {
            found = found.or(within(unit, argument, depth));
        }
    }
    match found {
        Reach::Parameter(_) if matches!(name, "get" | "pop") => Reach::Parameter(unit.slice(call)),
        other => other,
    }
}

/// `name.replace("'", "''")`: what would end the text early is taken care of.
fn doubles_quotes(unit: &Unit<'_>, call: Node<'_>, name: &str) -> bool {
    name == "replace"
        && positional(call)
            .first()
            .and_then(|first| string_value(*first, unit.source()))
            .is_some_and(|first| matches!(first, "'" | "\"" | "`" | "\\'" | "\\\""))
}

/// Whether a condition that holds here limits the name: membership, equality, digits, a pattern.
fn is_checked(unit: &Unit<'_>, node: Node<'_>, name: &str) -> bool {
    let whole = unit.slice(unit.node);
    if !(whole.contains("if ") || whole.contains("assert")) {
        return false;
    }
    facts_at(node, unit.source()).iter().any(|fact| {
        let condition = fact.condition;
        match condition.kind() {
            "comparison_operator" => {
                let about = condition
                    .named_child(0)
                    .is_some_and(|left| unit.mentions(left, name));
                let sign = operator(condition);
                about
                    && ((fact.holds && matches!(sign.as_str(), "in" | "=="))
                        || (!fact.holds && matches!(sign.as_str(), "not in" | "!=")))
            }
            "call" => {
                let text = unit.slice(condition);
                let limits = [
                    "isdigit",
                    "isidentifier",
                    "isalnum",
                    "isdecimal",
                    "isnumeric",
                    "isalpha",
                    "match(",
                    "fullmatch(",
                    "search(",
                    "isinstance(",
                    "valid",
                    "allowed",
                    "is_safe",
                    "check",
                ];
                unit.mentions(condition, name)
                    && limits.iter().any(|word| text.contains(word))
                    && !text.contains(", str)")
            }
            _ => false,
        }
    })
}
