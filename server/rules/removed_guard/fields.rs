//! Fields whose validator or limits are gone.

use tree_sitter::Node;

use super::collect::normal;
use super::loss::{Loss, Repair};
use super::outer::{assigned, last, loss, name_of};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, children, decorators_of, field, keyword, string_value, walk};

/// Decorators under which a method is asked about each value of a field.
const VALIDATORS: &[&str] = &[
    "field_validator",
    "validator",
    "model_validator",
    "root_validator",
    "validates",
    "validates_schema",
    "pre_load",
];

/// The methods of a class that are validators, with the fields that they speak of.
fn validating<'u>(unit: &Unit<'u>) -> Vec<(&'u str, Node<'u>, Vec<&'u str>)> {
    let body = field(unit.node, "body").into_iter().flat_map(children);
    body.filter(|one| one.kind() == "decorated_definition")
        .filter_map(|one| {
            let method = field(one, "definition")?;
            let name = unit.slice(field(method, "name")?);
            let decorator = decorators_of(method).into_iter().find(|decorator| {
                decorator.named_child(0).is_some_and(|what| {
                    let callee = field(what, "function").unwrap_or(what);
                    VALIDATORS.contains(&last(unit.slice(callee)))
                })
            })?;
            let call = decorator.named_child(0)?;
            let fields = crate::syntax::nodes::positional(call)
                .into_iter()
                .filter_map(|given| string_value(given, unit.source()))
                .collect();
            Some((name, decorator, fields))
        })
        .collect()
}

pub(super) fn validators<'h>(base: &Unit<'_>, head: &Unit<'h>, found: &mut Vec<Loss<'h>>) {
    let now = validating(head);
    let before = validating(base);
    if before.len() <= now.len() {
        return;
    }
    for (name, decorator, fields) in &before {
        if now
            .iter()
            .any(|(one, _, about)| one == name || !about.is_empty() && about == fields)
        {
            continue;
        }
        let there = annotated(head);
        let old = annotated(base);
        let kept: Vec<Node<'h>> = fields
            .iter()
            .filter_map(|field| {
                let is = there.iter().find(|(one, _)| one == field)?;
                let was = old.iter().find(|(one, _)| one == field)?;
                // Another type or `Field(…)` may do the same.
                (normal(head, is.1) == normal(base, was.1)).then_some(is.1)
            })
            .collect();
        let place = if fields.is_empty() {
            name_of(head)
        } else {
            kept.first().copied()
        };
        let Some(place) = place else { continue };
        let words = base.slice(*decorator);
        found.push(loss(
            "validator",
            (base, *decorator),
            place,
            Confidence::Certain,
            format!("Production checks this by `{name}()` ({words}); the hotfix drops the check"),
        ));
    }
}

/// The annotated fields of a class body: name and assignment.
fn annotated<'u>(unit: &Unit<'u>) -> Vec<(&'u str, Node<'u>)> {
    let mut all = assigned(unit);
    all.retain(|(_, one)| field(*one, "type").is_some() || field(*one, "right").is_some());
    all
}

/// Arguments of a field that limit its values.
const LIMITS: &[&str] = &[
    "gt",
    "ge",
    "lt",
    "le",
    "multiple_of",
    "min_length",
    "max_length",
    "pattern",
    "regex",
    "min_items",
    "max_items",
    "max_digits",
    "decimal_places",
    "strict",
    "validators",
    "validate",
    "min_value",
    "max_value",
];

/// The call that describes a field: its value, or a part of its annotation.
fn describing<'u>(unit: &Unit<'u>, assignment: Node<'u>) -> Vec<Node<'u>> {
    let mut found = Vec::new();
    walk(assignment, &mut |node| {
        if node.kind() == "call" {
            let callee = field(node, "function").map_or("", |one| last(unit.slice(one)));
            let known = [
                "Field",
                "Query",
                "Path",
                "Body",
                "Form",
                "StringConstraints",
                "conint",
                "constr",
                "confloat",
                "condecimal",
                "conlist",
            ];
            if known.contains(&callee)
                || callee.ends_with("Field")
                || describes_by_module(unit, node)
            {
                found.push(node);
            }
        }
        Walk::Into
    });
    found
}

/// `fields.Int(validate=…)` of marshmallow, `serializers.CharField(…)`.
fn describes_by_module(unit: &Unit<'_>, call: Node<'_>) -> bool {
    field(call, "function").is_some_and(|callee| {
        let text = unit.slice(callee);
        text.starts_with("fields.") || text.starts_with("serializers.")
    })
}

/// Whether the call describes a column of a table: `models.CharField(max_length=…)`.
fn is_column(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let callee = field(call, "function").map_or("", |callee| unit.slice(callee));
    callee.ends_with("Field")
        && callee != "Field"
        && !["pydantic.", "serializers.", "forms.", "fields."]
            .iter()
            .any(|module| callee.starts_with(module))
}

pub(super) fn limits<'h>(base: &Unit<'_>, head: &Unit<'h>, found: &mut Vec<Loss<'h>>) {
    let now = annotated(head);
    let checks = |unit: &Unit<'_>, name: &str| {
        validating(unit)
            .iter()
            .any(|(_, _, fields)| fields.contains(&name))
    };
    for (name, assignment) in annotated(base) {
        let Some((_, there)) = now.iter().find(|(one, _)| *one == name) else {
            continue;
        };
        let bounds = |unit: &Unit<'_>, at: Node<'_>| -> Vec<String> {
            describing(unit, at)
                .into_iter()
                .flat_map(|call| {
                    // What a database column may hold is no check: it changes by a migration.
                    let known = if is_column(unit, call) {
                        &["validators"][..]
                    } else {
                        LIMITS
                    };
                    known
                        .iter()
                        .filter_map(move |limit| keyword(call, limit, unit.source()))
                })
                .filter_map(|value| value.parent())
                .map(|argument| unit.slice(argument).to_owned())
                .collect()
        };
        let key = |text: &String| text.split('=').next().unwrap_or(text).trim().to_owned();
        let is: Vec<String> = bounds(head, *there).iter().map(key).collect();
        let was = bounds(base, assignment);
        let gone: Vec<&String> = was.iter().filter(|one| !is.contains(&key(one))).collect();
        // Another type may hold the limits: `PositiveInt`, `Annotated[int, …]`.
        let kind = |unit: &Unit<'_>, at: Node<'_>| field(at, "type").map(|kind| normal(unit, kind));
        let in_value =
            field(assignment, "right").is_some_and(|right| !describing(base, right).is_empty());
        let retyped = in_value && kind(base, assignment) != kind(head, *there);
        let more = is
            .iter()
            .any(|one| !was.iter().any(|other| key(other) == *one));
        if gone.is_empty() || retyped || more || !checks(base, name) && checks(head, name) {
            continue;
        }
        let words = gone
            .iter()
            .map(|one| one.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let mut one = loss(
            "field-limit",
            (base, assignment),
            *there,
            Confidence::Certain,
            format!("Production limits `{name}` by `{words}`; the hotfix takes any value"),
        );
        let text = base.slice(assignment);
        let callees = describing(base, assignment).into_iter().all(|call| {
            let dotted = field(call, "function").map_or("", |one| base.slice(one));
            base.names().expand(dotted) == head.names().expand(dotted)
        });
        if callees && !text.contains('\n') {
            one.repair = Repair::Replace(vec![(there.byte_range(), text.to_owned())]);
        }
        found.push(one);
    }
}
