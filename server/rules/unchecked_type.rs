//! `unchecked-type`: a public function works on, wrongly, with an argument of another type.

use tree_sitter::Node;

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::syntax::Unit;
use crate::syntax::nodes::{ancestors, bare, decorators_of, field, positional, scope_of};
use crate::syntax::unit::Parameter;

/// A public function works on, wrongly, with an argument of another type.
pub struct UncheckedType;

static META: Meta = Meta {
    name: "unchecked-type",
    group: Group::Pattern,
    highest: Confidence::Possible,
    checklist: "Edge cases considered",
    noqa: &[],
    docs: include_str!("docs/unchecked-type.md"),
    pattern: None,
};

impl Rule for UncheckedType {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test || !unit.is_function() || !unit.is_public() || is_validated(unit) {
            return;
        }
        for parameter in unit.parameters() {
            if let Some((place, what)) = accepted_use(unit, &parameter) {
                let name = parameter.name;
                let kind = scalar(unit, &parameter).unwrap_or_default();
                reporter.report(Draft::at(
                    place,
                    Confidence::Possible,
                    format!(
                        "{name} should be {kind}, but {what} gives a wrong result without an error"
                    ),
                ));
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        guard(context, finding).into_iter().collect()
    }
}

/// The annotation, where it is one of the scalars that look alike at run time.
fn scalar<'a>(unit: &Unit<'a>, parameter: &Parameter<'a>) -> Option<&'a str> {
    let text = unit.slice(parameter.annotation?).trim_matches(['"', '\'']);
    (!parameter.starred && matches!(text, "int" | "float" | "str" | "bytes")).then_some(text)
}

/// Pydantic, attrs, dataclasses and checking decorators see to the types.
fn is_validated(unit: &Unit<'_>) -> bool {
    const WORDS: [&str; 9] = [
        "validate",
        "typechecked",
        "beartype",
        "overload",
        "route",
        "command",
        "fixture",
        "task",
        "abstractmethod",
    ];
    let decorators = decorators_of(unit.node).into_iter();
    let decorated = decorators.map(|one| unit.slice(one)).any(|text| {
        WORDS.iter().any(|word| text.contains(word))
            || [".get(", ".post(", ".put(", ".delete(", ".patch("]
                .iter()
                .any(|verb| text.contains(verb))
    });
    let model = unit.class().is_some_and(|class| {
        field(class, "superclasses").is_some_and(|bases| {
            ["BaseModel", "Schema", "Protocol", "ABC"]
                .iter()
                .any(|base| unit.slice(bases).contains(base))
        })
    });
    decorated || model
}

/// The first use of the parameter that another type passes silently, and what that type is.
fn accepted_use<'a>(
    unit: &Unit<'a>,
    parameter: &Parameter<'a>,
) -> Option<(Node<'a>, &'static str)> {
    let kind = scalar(unit, parameter)?;
    if !unit.bindings(parameter.name).is_empty() {
        return None;
    }
    let mut found = None;
    for name in unit.own(&["identifier"]) {
        if unit.slice(name) != parameter.name || is_keyword_name(name) {
            continue;
        }
        if is_check(unit, name, kind) {
            return None;
        }
        if found.is_none() {
            found = silent_operation(unit, name, kind).map(|what| (name, what));
        }
    }
    found
}

fn is_keyword_name(name: Node<'_>) -> bool {
    name.parent().is_some_and(|parent| match parent.kind() {
        "keyword_argument" => field(parent, "name") == Some(name),
        "attribute" => field(parent, "attribute") == Some(name),
        "default_parameter" | "typed_parameter" | "typed_default_parameter" | "parameters" => true,
        _ => false,
    })
}

/// Converted, asked for its type, handed to a check, or used so that a wrong type raises.
fn is_check(unit: &Unit<'_>, name: Node<'_>, kind: &str) -> bool {
    let Some(parent) = name.parent() else {
        return false;
    };
    match parent.kind() {
        "argument_list" => {
            let function = parent
                .parent()
                .and_then(|call| field(call, "function"))
                .map_or("", |function| unit.slice(function));
            let last = function
                .rsplit('.')
                .next()
                .unwrap_or(function)
                .to_ascii_lowercase();
            matches!(
                last.as_str(),
                "isinstance"
                    | "type"
                    | "int"
                    | "float"
                    | "str"
                    | "bytes"
                    | "index"
                    | "range"
                    | "round"
                    | "abs"
                    | "sleep"
                    | "decimal"
            ) || [
                "check", "valid", "ensure", "require", "assert", "coerce", "parse",
            ]
            .iter()
            .any(|word| last.contains(word))
        }
        // A method of text: a number has none. `count < 3` raises for text.
        "attribute" => field(parent, "object") == Some(name),
        "comparison_operator" => {
            let ordered = crate::rules::knowledge::keys::operator(parent)
                .chars()
                .all(|c| matches!(c, '<' | '>' | '=' | ' '))
                && !unit.slice(parent).contains("==");
            ordered && kind != "str"
        }
        "match_statement" => true,
        // `count - 1`, `count / 2` and `-count` raise for text.
        "unary_operator" => kind != "str",
        "binary_operator" => {
            let operator = field(parent, "operator").map_or("", |one| one.kind());
            let other = other_side(parent, name);
            let number = other.is_some_and(|one| matches!(one.kind(), "integer" | "float"));
            let text =
                other.is_some_and(|one| matches!(one.kind(), "string" | "concatenated_string"));
            match kind {
                "int" | "float" => {
                    matches!(operator, "-" | "/" | "//" | "**" | "&" | "|" | "<<" | ">>")
                        || (operator == "+" && number)
                }
                _ => operator == "+" && text,
            }
        }
        _ => false,
    }
}

fn other_side<'t>(operation: Node<'t>, one: Node<'t>) -> Option<Node<'t>> {
    ["left", "right"]
        .iter()
        .filter_map(|side| field(operation, side))
        .find(|side| *side != one)
        .map(bare)
}

/// What another type does here without an error.
fn silent_operation(unit: &Unit<'_>, name: Node<'_>, kind: &str) -> Option<&'static str> {
    let parent = name.parent()?;
    match (parent.kind(), kind) {
        ("binary_operator", "int") => {
            let operator = field(parent, "operator")?.kind();
            let other = other_side(parent, name)?;
            // A list or text on the other side is repeated: there text raises.
            let repeats = matches!(other.kind(), "string" | "list" | "tuple" | "float");
            (operator == "*" && !repeats && other.kind() != "binary_operator")
                .then_some("repeating a text")
        }
        // `2.5 * "3"` raises, `2 * "3"` does not.
        ("binary_operator", "float") => {
            let operator = field(parent, "operator")?.kind();
            (operator == "*" && other_side(parent, name)?.kind() == "integer")
                .then_some("repeating a text")
        }
        ("augmented_assignment", "int") => {
            let operator = field(parent, "operator")?;
            (unit.slice(operator) == "*=" && field(parent, "right") == Some(name))
                .then_some("repeating a text")
        }
        ("subscript", "str") if field(parent, "value") == Some(name) => {
            Some("taking items of a list")
        }
        ("for_statement" | "for_in_clause", "str") if field(parent, "right") == Some(name) => {
            Some("going through a list")
        }
        ("binary_operator", "str") => {
            let operator = field(parent, "operator")?.kind();
            let number = other_side(parent, name)?.kind() == "integer";
            (operator == "*" && number).then_some("multiplying a number")
        }
        ("argument_list", "str") => {
            let call = parent.parent()?;
            let function = unit.slice(field(call, "function")?);
            (function == "len" && positional(call).len() == 1).then_some("the length of a list")
        }
        _ => None,
    }
}

fn guard(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let place = context.node(finding)?;
    // A lambda or inner function has its own parameters.
    if scope_of(place) != unit.node || ancestors(place).any(|above| above.is_error()) {
        return None;
    }
    let name = unit.slice(place);
    let parameter = unit.parameter(name)?;
    let kind = scalar(unit, &parameter)?;
    let mut builder = Builder::new(unit.file);
    builder.lines_at_top(
        unit.node,
        &[
            hotfix_comment(
                context.version,
                &format!("{name} of another type went unnoticed"),
            ),
            format!("if not isinstance({name}, {kind}):"),
            format!("\traise TypeError(f\"{name} must be {kind}, got {{type({name}).__name__}}\")"),
        ],
    )?;
    Some(builder.finish(
        format!("Raise a TypeError when {name} is not {kind}"),
        Applicability::NeedsReview,
    ))
}
