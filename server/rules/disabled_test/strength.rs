//! How much an assertion proves.

use tree_sitter::Node;

use crate::compare::normal;
use crate::rules::knowledge::keys::operator;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field, keyword, positional, string_value};

/// What one assertion is about, and how much it proves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strength {
    /// From 0 (holds always) to 5 (names the value).
    pub level: u8,
    /// What is looked at, as normalised text.
    pub subject: String,
    /// Tolerances, bounds and numbers of accepted values: name and value, where a larger value
    /// accepts more.
    pub bounds: Vec<(String, f64)>,
    /// The expected value is empty, zero, true or false: its truth says nearly the same.
    pub trivial: bool,
    /// For an expected exception: its types and whether its message is looked at.
    pub raises: Option<(Vec<String>, bool)>,
}

impl Strength {
    fn new(level: u8, subject: String) -> Self {
        Self {
            level,
            subject,
            bounds: Vec::new(),
            trivial: false,
            raises: None,
        }
    }
}

/// The parts of a condition that must all hold.
pub(super) fn of_condition<'t>(unit: &Unit<'_>, condition: Node<'t>) -> Vec<(Node<'t>, Strength)> {
    let condition = bare(condition);
    if condition.kind() == "boolean_operator"
        && field(condition, "operator").is_some_and(|one| one.kind() == "and")
    {
        return ["left", "right"]
            .iter()
            .filter_map(|side| field(condition, side))
            .flat_map(|side| of_condition(unit, side))
            .collect();
    }
    vec![(condition, of_one(unit, condition))]
}

fn text(unit: &Unit<'_>, node: Node<'_>) -> String {
    normal::text(unit.source(), bare(node).byte_range())
}

fn of_one(unit: &Unit<'_>, condition: Node<'_>) -> Strength {
    match condition.kind() {
        "comparison_operator" => of_comparison(unit, condition),
        "boolean_operator" => {
            let sides: Vec<Strength> = ["left", "right"]
                .iter()
                .filter_map(|side| field(condition, side))
                .map(|side| of_one(unit, bare(side)))
                .collect();
            let least = sides.iter().map(|one| one.level).min().unwrap_or(0);
            let subject = sides
                .into_iter()
                .next()
                .map_or_else(String::new, |one| one.subject);
            Strength::new(least.saturating_sub(1), subject)
        }
        "not_operator" => {
            let inner = field(condition, "argument").map_or(condition, bare);
            let level = if inner.kind() == "comparison_operator" {
                3
            } else {
                2
            };
            Strength::new(level, text(unit, inner))
        }
        "call" => of_call(unit, condition),
        // `assert (value, "message")` holds always.
        "true" | "string" | "tuple" | "integer" | "list" => Strength::new(0, String::new()),
        _ => Strength::new(2, text(unit, condition)),
    }
}

fn of_comparison(unit: &Unit<'_>, comparison: Node<'_>) -> Strength {
    let operands: Vec<Node<'_>> = children(comparison).map(bare).collect();
    let [left, right] = operands.as_slice() else {
        return Strength::new(
            3,
            text(unit, operands.first().copied().unwrap_or(comparison)),
        );
    };
    let sign = operator(comparison);
    let swapped = is_literal(*left) && !is_literal(*right);
    let (subject, expected) = if swapped {
        (*right, *left)
    } else {
        (*left, *right)
    };
    let subject = text(unit, subject);
    if let Some(call) = [*left, *right]
        .into_iter()
        .find(|one| ends_in(unit, *one, "approx"))
    {
        let mut found = Strength::new(4, subject);
        found.bounds = tolerances(unit, call);
        return found;
    }
    match sign.as_str() {
        "==" | "is" => {
            let mut found = Strength::new(5, subject);
            found.trivial = is_trivial(unit, expected);
            if matches!(expected.kind(), "true" | "false") && sign == "==" {
                found.level = 2;
            }
            found
        }
        "is not" if expected.kind() == "none" => Strength::new(1, subject),
        "<" | "<=" | ">" | ">=" => {
            let mut found = Strength::new(3, subject);
            if let Some(value) = number(unit, expected) {
                let upper = sign.starts_with('<') != swapped;
                found
                    .bounds
                    .push(("bound".to_owned(), if upper { value } else { -value }));
            }
            found
        }
        "in" => {
            let mut found = Strength::new(3, subject);
            if matches!(expected.kind(), "list" | "tuple" | "set") {
                #[expect(clippy::cast_precision_loss, reason = "literals are short")]
                let count = children(expected).count() as f64;
                found.bounds.push(("values".to_owned(), count));
            }
            found
        }
        _ => Strength::new(3, subject),
    }
}

fn of_call(unit: &Unit<'_>, call: Node<'_>) -> Strength {
    let first = positional(call).first().copied();
    if ["isclose", "allclose"]
        .iter()
        .any(|name| ends_in(unit, call, name))
    {
        let mut found = Strength::new(4, first.map_or_else(String::new, |one| text(unit, one)));
        found.bounds = tolerances(unit, call);
        return found;
    }
    if ["isinstance", "issubclass", "hasattr", "all", "any"]
        .iter()
        .any(|name| ends_in(unit, call, name))
    {
        return Strength::new(3, first.map_or_else(String::new, |one| text(unit, one)));
    }
    if ["startswith", "endswith", "match", "search", "equals"]
        .iter()
        .any(|name| ends_in(unit, call, name))
    {
        let object = field(call, "function").and_then(|function| field(function, "object"));
        return Strength::new(3, object.map_or_else(String::new, |one| text(unit, one)));
    }
    Strength::new(2, text(unit, call))
}

/// What a call of an asserting method proves; `None` if it asserts nothing.
pub(super) fn of_assert_call(unit: &Unit<'_>, call: Node<'_>) -> Option<Strength> {
    let function = field(call, "function")?;
    let name = match function.kind() {
        "attribute" => unit.slice(field(function, "attribute")?),
        "identifier" => unit.slice(function),
        _ => return None,
    };
    let arguments = positional(call);
    if matches!(
        name,
        "raises"
            | "warns"
            | "assertRaises"
            | "assertRaisesRegex"
            | "assertWarns"
            | "assertWarnsRegex"
            | "assertRaisesMessage"
    ) {
        return Some(of_raises(unit, call, name, &arguments));
    }
    if !name.starts_with("assert") {
        return None;
    }
    if let Some(level) = mock_level(name) {
        let object = field(function, "object")?;
        return Some(Strength::new(level, text(unit, object)));
    }
    let first = arguments.first().copied();
    if matches!(name, "assertTrue" | "assertFalse" | "assert_") {
        let mut found = of_one(unit, bare(first?));
        if name == "assertFalse" {
            found.level = found.level.min(3);
            found.bounds.clear();
        }
        return Some(found);
    }
    let literal_first = first.is_some_and(is_literal);
    let (subject, expected) = if literal_first {
        (arguments.get(1).copied(), first)
    } else {
        (first, arguments.get(1).copied())
    };
    let subject = subject.map_or_else(String::new, |one| text(unit, one));
    let mut found = Strength::new(method_level(name), subject);
    found.bounds = tolerances(unit, call);
    if let Some(places) = arguments
        .get(2)
        .filter(|_| name.starts_with("assertAlmost") || name.starts_with("assertNotAlmost"))
        && let Some(value) = number(unit, *places)
    {
        found.bounds.push(("places".to_owned(), -value));
    }
    found.trivial = found.level == 5 && expected.is_some_and(|one| is_trivial(unit, one));
    if found.trivial && expected.is_some_and(|one| matches!(one.kind(), "true" | "false")) {
        found.level = 2;
    }
    if let Some(value) = expected.and_then(|one| number(unit, one)) {
        match name {
            "assertLess" | "assertLessEqual" => found.bounds.push(("bound".to_owned(), value)),
            "assertGreater" | "assertGreaterEqual" => {
                found.bounds.push(("bound".to_owned(), -value));
            }
            _ => {}
        }
    }
    Some(found)
}

fn method_level(name: &str) -> u8 {
    let lower = name.to_ascii_lowercase();
    match name {
        "assertIsNotNone" => 1,
        "assertIsNone" | "assertIs" => 5,
        "assertCountEqual" | "assertItemsEqual" => 4,
        _ if lower.contains("almost") || lower.contains("close") => 4,
        "assertNotEqual" | "assertNotEquals" => 3,
        _ if lower.ends_with("equal") || lower.ends_with("equals") => {
            if lower.contains("less") || lower.contains("greater") {
                3
            } else {
                5
            }
        }
        _ => 3,
    }
}

fn mock_level(name: &str) -> Option<u8> {
    let kind = name.strip_prefix("assert_")?;
    match kind {
        "called_once_with" | "awaited_once_with" | "not_called" | "not_awaited" => Some(5),
        "called_with" | "awaited_with" | "has_calls" | "has_awaits" | "any_call" | "any_await" => {
            Some(4)
        }
        "called_once" | "awaited_once" => Some(3),
        "called" | "awaited" => Some(2),
        _ => None,
    }
}

fn of_raises(unit: &Unit<'_>, call: Node<'_>, name: &str, arguments: &[Node<'_>]) -> Strength {
    let types = arguments
        .first()
        .map_or_else(Vec::new, |first| match first.kind() {
            "tuple" => children(*first).map(|one| text(unit, one)).collect(),
            _ => vec![text(unit, *first)],
        });
    let looks = name.ends_with("Regex")
        || name.ends_with("Message")
        || keyword(call, "match", unit.source()).is_some()
        || keyword(call, "check", unit.source()).is_some();
    let mut found = Strength::new(5, "raises".to_owned());
    found.raises = Some((types, looks));
    found
}

/// Tolerances of a comparison of numbers; a larger value accepts more.
fn tolerances(unit: &Unit<'_>, call: Node<'_>) -> Vec<(String, f64)> {
    let names = [
        "abs",
        "rel",
        "abs_tol",
        "rel_tol",
        "atol",
        "rtol",
        "delta",
        "tolerance",
        "tol",
        "places",
        "decimal",
        "significant",
    ];
    names
        .iter()
        .filter_map(|name| {
            let value = number(unit, keyword(call, name, unit.source())?)?;
            let fewer = matches!(*name, "places" | "decimal" | "significant");
            Some(((*name).to_owned(), if fewer { -value } else { value }))
        })
        .collect()
}

fn number(unit: &Unit<'_>, node: Node<'_>) -> Option<f64> {
    let node = bare(node);
    if node.kind() == "unary_operator" {
        return number(unit, field(node, "argument")?).map(|value| -value);
    }
    matches!(node.kind(), "integer" | "float")
        .then(|| unit.slice(node).replace('_', "").parse().ok())
        .flatten()
}

fn is_literal(node: Node<'_>) -> bool {
    matches!(
        bare(node).kind(),
        "integer"
            | "float"
            | "string"
            | "true"
            | "false"
            | "none"
            | "list"
            | "dictionary"
            | "tuple"
            | "set"
            | "concatenated_string"
    )
}

fn is_trivial(unit: &Unit<'_>, node: Node<'_>) -> bool {
    match node.kind() {
        "true" | "false" => true,
        "integer" => unit.slice(node) == "0",
        "string" => string_value(node, unit.source()) == Some(""),
        "list" | "dictionary" | "tuple" => children(node).next().is_none(),
        _ => false,
    }
}

/// Whether the node is a call of a function of this name, whatever stands before it.
fn ends_in(unit: &Unit<'_>, node: Node<'_>, name: &str) -> bool {
    field(node, "function").is_some_and(|function| {
        let last = field(function, "attribute").unwrap_or(function);
        node.kind() == "call" && unit.slice(last) == name
    })
}
