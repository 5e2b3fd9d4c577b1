//! Django: the operations of a `Migration`.

use tree_sitter::Node;

use super::is_set;
use crate::fixes::{Applicability, Builder, Fix};
use crate::rules::{Confidence, Draft, Finding, FixContext, Reporter};
use crate::syntax::Unit;
use crate::syntax::nodes::{
    Walk, bare, children, field, has_splat, keyword, positional, string_value, walk,
};
use crate::syntax::unit::definition_node;

pub(super) fn check(unit: &Unit<'_>, reporter: &mut Reporter) {
    if !is_migration(unit) {
        return;
    }
    walk(unit.node, &mut |node| {
        if node.kind() == "function_definition" {
            return Walk::Over;
        }
        if node.kind() != "call" {
            return Walk::Into;
        }
        if operation(unit, node) != Some("SeparateDatabaseAndState") {
            reporter.report_if(judge(unit, node));
            return Walk::Into;
        }
        // Its state operations do not touch the database; its database operations do.
        let named = keyword(node, "database_operations", unit.source());
        if let Some(inner) = named.or_else(|| positional(node).first().copied()) {
            walk(inner, &mut |one| {
                reporter.report_if(judge(unit, one));
                Walk::Into
            });
        }
        Walk::Over
    });
}

pub(super) fn is_migration(unit: &Unit<'_>) -> bool {
    unit.node.kind() == "class_definition"
        && field(unit.node, "superclasses").is_some_and(|bases| {
            children(bases).any(|base| {
                unit.resolve(base).is_some_and(|name| {
                    name == "django.db.migrations.Migration"
                        || name == "django.db.migrations.migration.Migration"
                })
            })
        })
}

/// The name of the operation that a call makes: `RunSQL`.
fn operation<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<&'a str> {
    let function = field(call, "function")?;
    let name = unit.resolve(function)?;
    let ours = name.starts_with("django.db.migrations.");
    let last = field(function, "attribute").unwrap_or(function);
    ours.then(|| unit.slice(last))
}

fn judge<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Draft> {
    if call.kind() != "call" || has_splat(call) {
        return None;
    }
    match operation(unit, call)? {
        "RunPython" => one_way(unit, call, "RunPython", "reverse_code"),
        "RunSQL" => one_way(unit, call, "RunSQL", "reverse_sql"),
        "DeleteModel" => {
            let model = text(unit, call, "name", 0)?;
            let message = format!(
                "DeleteModel drops the table of {model}: going back brings it back without its rows"
            );
            Some(Draft::at(call, Confidence::Certain, message))
        }
        "RemoveField" => {
            let place = column(unit, call)?;
            let message =
                format!("RemoveField drops {place}: going back brings it back without its values");
            let confidence = if refilled(unit, call) {
                Confidence::Possible
            } else {
                Confidence::Certain
            };
            Some(Draft::at(call, confidence, message))
        }
        "RenameField" => renamed_field(unit, call),
        "RenameModel" => renamed_model(unit, call),
        "AddConstraint" | "AlterUniqueTogether" => unique(unit, call),
        "AddField" => added(unit, call),
        "AlterField" => altered(unit, call),
        _ => None,
    }
}

/// Another name for a column: production's code goes by the old one.
fn renamed_field<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Draft> {
    let model = text(unit, call, "model_name", 0)?;
    let (old, new) = (
        text(unit, call, "old_name", 1)?,
        text(unit, call, "new_name", 2)?,
    );
    if creates(unit, model) || old == new {
        return None;
    }
    let message = format!(
        "RenameField renames {model}.{old} to {new}: production's code, which runs beside it and after a rollback, does not find {old}"
    );
    Some(Draft::at(call, Confidence::Certain, message))
}

/// Another name for a model, and mostly for its table.
fn renamed_model<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Draft> {
    let (old, new) = (
        text(unit, call, "old_name", 0)?,
        text(unit, call, "new_name", 1)?,
    );
    if creates(unit, old) || old == new {
        return None;
    }
    // With a table of its own name a model takes that along.
    let kept = ["db_table", "AlterModelTable"];
    let keeps = kept.iter().any(|one| unit.source().text().contains(one));
    if keeps {
        return None;
    }
    let message = format!(
        "RenameModel renames the table of {old}: production's code, which runs beside it and after a rollback, does not find it"
    );
    Some(Draft::at(call, Confidence::Certain, message))
}

/// Rows that exist, and those that production's code still writes, were never asked to be unique.
fn unique<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Draft> {
    let source = unit.source();
    let given = positional(call);
    let model = text(unit, call, "model_name", 0).or_else(|| text(unit, call, "name", 0))?;
    let (name, what) = if operation(unit, call)? == "AddConstraint" {
        let one = keyword(call, "constraint", source).or_else(|| given.get(1).copied())?;
        let called = unit.slice(field(one, "function")?);
        if !called.ends_with("UniqueConstraint") {
            return None;
        }
        ("AddConstraint", one)
    } else {
        let list = keyword(call, "unique_together", source).or_else(|| given.get(1).copied())?;
        ("AlterUniqueTogether", list)
    };
    let is_empty = unit.slice(what) == "set()" || children(what).next().is_none();
    if is_empty || creates(unit, model) {
        return None;
    }
    let message = format!(
        "{name} wants rows of {model} to be unique: rows that exist may not be, and production's code may write such"
    );
    Some(Draft::at(call, Confidence::Likely, message))
}

/// Whether an earlier operation of the same migration fills the field again on the way back: a
/// `RunPython` whose reverse function gives the field a value.
fn refilled<'a>(unit: &Unit<'a>, removal: Node<'a>) -> bool {
    let Some(name) = text(unit, removal, "name", 1) else {
        return false;
    };
    let sets = |function: &str| {
        let definition = unit.file.outline.find(function);
        definition
            .and_then(|one| definition_node(unit.source(), one))
            .is_some_and(|node| {
                let body = unit.source().slice(node);
                body.contains(&format!(".{name} = ")) || body.contains(&format!("{name}="))
            })
    };
    let mut found = false;
    walk(unit.node, &mut |node| {
        let before = node.end_byte() <= removal.start_byte();
        if before && node.kind() == "call" && operation(unit, node) == Some("RunPython") {
            let reverse = keyword(node, "reverse_code", unit.source())
                .or_else(|| positional(node).get(1).copied());
            found |= reverse.is_some_and(|one| sets(unit.slice(one)));
        }
        if found { Walk::Over } else { Walk::Into }
    });
    found
}

/// `RunPython(forwards)`: going back stops with `IrreversibleError`.
fn one_way<'a>(unit: &Unit<'a>, call: Node<'a>, name: &str, reverse: &str) -> Option<Draft> {
    let given = keyword(call, reverse, unit.source()).or_else(|| positional(call).get(1).copied());
    if given.is_some_and(|value| bare(value).kind() != "none") {
        return None;
    }
    let message = format!("This {name} has no {reverse}: migrating back stops here with an error");
    Some(Draft::at(call, Confidence::Certain, message))
}

/// A new column that must have a value, and does not get one from the database.
fn added<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Draft> {
    let source = unit.source();
    let value = keyword(call, "field", source).or_else(|| positional(call).get(2).copied())?;
    let value = Some(bare(value)).filter(|value| value.kind() == "call" && !has_splat(*value))?;
    let class = unit.slice(field(value, "function")?);
    let class = class.rsplit('.').next().unwrap_or(class);
    let filled = class == "ManyToManyField" || class == "GeneratedField" || class.contains("Auto");
    if filled || is_set(unit, value, "null", "true") {
        return None;
    }
    let has = |name: &str| keyword(value, name, source).is_some();
    if has("db_default") || has("auto_now") || has("auto_now_add") {
        return None;
    }
    if creates(unit, text(unit, call, "model_name", 0)?) {
        return None;
    }
    let place = column(unit, call)?;
    if !has("default") {
        let message = format!(
            "AddField adds {place} without null=True and without a default: rows that exist have no value for it"
        );
        return Some(Draft::at(call, Confidence::Certain, message));
    }
    is_set(unit, call, "preserve_default", "false").then(|| {
        let message = format!(
            "{place} has no default in the database: production's code, which does not know it, cannot insert rows any more"
        );
        Draft::at(call, Confidence::Likely, message)
    })
}

/// Whether the same migration creates the table, which has no rows then.
fn creates(unit: &Unit<'_>, model: &str) -> bool {
    let mut found = false;
    walk(unit.node, &mut |node| {
        found |= node.kind() == "call"
            && operation(unit, node) == Some("CreateModel")
            && text(unit, node, "name", 0).is_some_and(|name| name.eq_ignore_ascii_case(model));
        if found { Walk::Over } else { Walk::Into }
    });
    found
}

/// A column that takes less than before. What it took before is not in this file.
fn altered<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Draft> {
    let source = unit.source();
    let value = keyword(call, "field", source).or_else(|| positional(call).get(2).copied())?;
    let value = Some(bare(value)).filter(|value| value.kind() == "call")?;
    let narrow = if is_set(unit, value, "unique", "true") {
        "unique"
    } else if is_set(unit, value, "null", "false") {
        "null=False"
    } else {
        return None;
    };
    let place = column(unit, call)?;
    let message =
        format!("AlterField makes {place} {narrow}: production's code may write what it refuses");
    Some(Draft::at(call, Confidence::Possible, message))
}

/// `order.total` of a field operation.
fn column(unit: &Unit<'_>, call: Node<'_>) -> Option<String> {
    let model = text(unit, call, "model_name", 0)?;
    Some(format!("{model}.{}", text(unit, call, "name", 1)?))
}

fn text<'a>(unit: &Unit<'a>, call: Node<'a>, name: &str, at: usize) -> Option<&'a str> {
    let value = keyword(call, name, unit.source()).or_else(|| positional(call).get(at).copied())?;
    Some(string_value(value, unit.source()).unwrap_or_else(|| unit.slice(value)))
}

/// Says that going back has nothing to do.
pub(super) fn fix(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let call = context.node(finding).filter(|node| node.kind() == "call")?;
    let (reverse, class) = match operation(unit, call)? {
        "RunPython" => ("reverse_code", "RunPython"),
        "RunSQL" => ("reverse_sql", "RunSQL"),
        _ => return None,
    };
    let function = unit.slice(field(call, "function")?);
    let mut builder = Builder::new(unit.file);
    match keyword(call, reverse, unit.source()).or_else(|| positional(call).get(1).copied()) {
        Some(none) => builder.replace(none, format!("{function}.noop")),
        None => builder.argument(call, &format!("{reverse}={function}.noop"))?,
    }
    Some(builder.finish(
        format!("Let migrating back pass this {class} ({reverse}={function}.noop)"),
        Applicability::NeedsReview,
    ))
}
