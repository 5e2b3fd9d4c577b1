//! Expressions that go on where a value is not there: a default, a question first, a filter.

use tree_sitter::Node;

use super::collect::{names_in, normal, shorten};
use super::forms::{Form, form};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{ancestors, bare, children, field};

/// Calls that go on where something is not there.
pub(super) fn tolerant<'b>(
    unit: &Unit<'b>,
    call: Node<'b>,
    function: Node<'b>,
    last: &str,
    given: &[Node<'b>],
) -> Option<Form<'b>> {
    let object = field(function, "object").map(|object| normal(unit, object));
    let words = shorten(unit.slice(call));
    let text = |node: Node<'b>| normal(unit, node);
    let (what, weak, covers): (_, _, &'static [&'static str]) = match (last, object, given) {
        ("get" | "setdefault", Some(object), [key, _]) => {
            let key_text = text(*key);
            let mut weak = vec![format!("{object} [ {key_text} ]")];
            if object == "os . environ" {
                weak.push(format!("os . getenv ( {key_text} )"));
            }
            (unit.slice(*key).to_owned(), weak, &["missing-key"])
        }
        ("pop", Some(object), [key, _]) => {
            let weak = vec![format!("{object} . pop ( {} )", text(*key))];
            (unit.slice(*key).to_owned(), weak, &["missing-key"])
        }
        ("getenv", Some(object), [key, _]) if object == "os" => {
            let weak = vec![format!("os . environ [ {} ]", text(*key))];
            (unit.slice(*key).to_owned(), weak, &["missing-key"])
        }
        ("getattr", None, [object, name, _]) => {
            let name = crate::syntax::nodes::string_value(*name, unit.source())?;
            let weak = vec![format!("{} . {name}", text(*object))];
            (format!("`{name}`"), weak, &["none-access"])
        }
        ("next", None, [from, _]) => {
            let weak = vec![format!("next ( {} )", text(*from))];
            ("a next item".to_owned(), weak, &[])
        }
        _ => return None,
    };
    Some(Form {
        asks: true,
        covers,
        ..form(
            "tolerant",
            call,
            weak,
            format!("Production goes on without {what} by `{words}`; the hotfix fails there"),
        )
    })
}

/// Whether the node is a condition or a part of one: those are read as checks.
fn in_condition(node: Node<'_>) -> bool {
    let mut at = node;
    for up in ancestors(node) {
        match up.kind() {
            "if_statement" | "elif_clause" | "while_statement" | "assert_statement"
            | "if_clause" => return true,
            "conditional_expression" if children(up).nth(1) == Some(at) => return true,
            "boolean_operator" | "not_operator" | "parenthesized_expression" => at = up,
            _ => return false,
        }
    }
    false
}

/// `x or []` and `x and x.name`.
pub(super) fn of_operator<'b>(unit: &Unit<'b>, node: Node<'b>) -> Option<Form<'b>> {
    if in_condition(node) {
        return None;
    }
    let (left, right) = (field(node, "left")?, field(node, "right")?);
    let is_and = field(node, "operator")?.kind() == "and";
    let words = shorten(unit.slice(node));
    if is_and {
        let subject = normal(unit, left);
        let used = normal(unit, right);
        let follows = [".", "[", "("]
            .iter()
            .any(|mark| used.contains(&format!("{subject} {mark}")));
        let plain = matches!(bare(left).kind(), "identifier" | "attribute");
        return (plain && follows).then(|| Form {
            asks: true,
            covers: &["none-access"],
            ..form(
                "and",
                node,
                vec![used],
                format!("Production asks for `{subject}` first by `{words}`; the hotfix fails without it", subject = unit.slice(left)),
            )
        });
    }
    let literal = match bare(right).kind() {
        "list" | "dictionary" | "tuple" | "string" => {
            bare(right).named_child_count() == 0 || bare(right).kind() == "string"
        }
        "integer" | "float" => true,
        "call" => matches!(unit.slice(right), "dict()" | "list()" | "set()" | "tuple()"),
        _ => false,
    };
    if !literal {
        return None;
    }
    let confidence = if is_taken_apart(unit, node) {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    Some(Form {
        alone: false,
        asks: true,
        covers: &["none-access"],
        confidence,
        ..form(
            "default",
            node,
            vec![normal(unit, left)],
            format!("Production goes on without a value by `{words}`; the hotfix fails there"),
        )
    })
}

/// `x.name if x else None`, which is `x.name` now.
pub(super) fn of_ternary<'b>(unit: &Unit<'b>, node: Node<'b>) -> Option<Form<'b>> {
    let parts: Vec<Node<'b>> = children(node)
        .filter(|one| one.kind() != "comment")
        .collect();
    let [body, condition, other] = parts.as_slice() else {
        return None;
    };
    let used = match (is_empty_value(*body), is_empty_value(*other)) {
        (false, true) => *body,
        (true, false) => *other,
        _ => return None,
    };
    let asked = names_in(unit, *condition);
    let within = names_in(unit, used);
    // What is asked about has to do with what is used.
    let about = asked.iter().any(|name| {
        within
            .iter()
            .any(|one| one == name || one.starts_with(&format!("{name}.")))
    });
    if !about {
        return None;
    }
    let text = normal(unit, used);
    let atoms = super::collect::atoms(*condition);
    let subject = match atoms.as_slice() {
        [atom] => super::collect::classify(unit, *atom).map(|(_, subject)| subject),
        _ => None,
    };
    // A call may be asked for what it does.
    let calls = atoms.iter().any(|atom| atom.kind() == "call") && subject.is_none();
    let taken_apart = subject.is_some_and(|subject| {
        let subject = subject
            .split('[')
            .next()
            .unwrap_or(&subject)
            .replace('.', " . ");
        [".", "[", "("]
            .iter()
            .any(|mark| text.contains(&format!("{subject} {mark}")))
    });
    Some(Form {
        alone: !matches!(bare(used).kind(), "identifier" | "attribute"),
        asks: true,
        covers: &["none-access", "missing-key"],
        confidence: match (taken_apart, calls) {
            (true, _) => Confidence::Certain,
            (false, true) => Confidence::Possible,
            (false, false) => Confidence::Likely,
        },
        ..form(
            "ternary",
            node,
            vec![text],
            format!(
                "Production asks `{}` first; the hotfix takes it as it comes",
                shorten(unit.slice(*condition))
            ),
        )
    })
}

/// A value that says that there is none.
fn is_empty_value(node: Node<'_>) -> bool {
    let node = bare(node);
    match node.kind() {
        "none" | "true" | "false" | "integer" | "float" | "string" => true,
        "list" | "dictionary" | "tuple" => node.named_child_count() == 0,
        _ => false,
    }
}

/// Whether what holds the value fails on None: it goes through it, or takes a part of it.
fn is_taken_apart(unit: &Unit<'_>, node: Node<'_>) -> bool {
    let mut at = node;
    while let Some(up) = at
        .parent()
        .filter(|up| up.kind() == "parenthesized_expression")
    {
        at = up;
    }
    let Some(up) = at.parent() else { return false };
    match up.kind() {
        "for_statement" | "for_in_clause" => field(up, "right") == Some(at),
        "attribute" => field(up, "object") == Some(at),
        "subscript" => field(up, "value") == Some(at),
        "binary_operator" => true,
        "argument_list" => up
            .parent()
            .and_then(|call| field(call, "function"))
            .is_some_and(|callee| {
                matches!(
                    unit.slice(callee),
                    "len"
                        | "list"
                        | "sorted"
                        | "set"
                        | "tuple"
                        | "sum"
                        | "enumerate"
                        | "iter"
                        | "int"
                        | "float"
                        | "any"
                        | "all"
                        | "min"
                        | "max"
                )
            }),
        _ => false,
    }
}

/// The `if` clauses of a comprehension.
pub(super) fn filters<'b>(unit: &Unit<'b>, node: Node<'b>, found: &mut Vec<Form<'b>>) {
    let clauses: Vec<Node<'b>> = children(node)
        .filter(|part| part.kind() == "if_clause")
        .collect();
    let Some(body) = field(node, "body") else {
        return;
    };
    for clause in clauses {
        let Some(condition) = clause.named_child(0) else {
            continue;
        };
        let subject = match super::collect::atoms(condition).as_slice() {
            [atom] => super::collect::classify(unit, *atom).map(|(_, subject)| subject),
            _ => None,
        };
        let used = normal(unit, body);
        let certain = subject.is_some_and(|subject| {
            let subject = subject
                .split('[')
                .next()
                .unwrap_or(&subject)
                .replace('.', " . ");
            [".", "["]
                .iter()
                .any(|mark| used.contains(&format!("{subject} {mark}")))
        });
        let words = shorten(unit.slice(condition));
        found.push(Form {
            asks: true,
            covers: &["none-access", "missing-key"],
            confidence: if certain {
                Confidence::Certain
            } else {
                Confidence::Likely
            },
            ..form(
                "filter",
                node,
                vec![super::swaps::replaced(unit, node, clause, "")],
                format!("Production takes only those with `{words}`; the hotfix takes all"),
            )
        });
    }
}
