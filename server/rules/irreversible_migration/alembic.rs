//! Alembic: the functions `upgrade` and `downgrade` of a revision.

use tree_sitter::Node;

use super::is_set;
use crate::rules::{Confidence, Draft, Reporter};
use crate::syntax::nodes::{
    ancestors, children, field, has_splat, keyword, positional, string_value,
};
use crate::syntax::unit::definition_node;
use crate::syntax::{File, Unit};

pub(super) fn check(unit: &Unit<'_>, reporter: &mut Reporter) {
    if !unit.is_function() || !is_revision(unit.file) {
        return;
    }
    match unit.qualname.as_str() {
        "upgrade" => {
            for call in unit.own(&["call"]) {
                reporter.report_if(judge(unit, call));
            }
            if unit.file.outline.find("downgrade").is_none() && does_something(unit.node) {
                let name = field(unit.node, "name").unwrap_or(unit.node);
                let message = "This revision has no downgrade: there is no way back".to_owned();
                reporter.report(Draft::at(name, Confidence::Certain, message));
            }
        }
        "downgrade" => reporter.report_if(no_way_back(unit)),
        _ => {}
    }
}

pub(super) fn is_revision(file: File<'_>) -> bool {
    let assigns = |name: &str| file.outline.assigned.iter().any(|(one, _)| one == name);
    // Annotated in new revisions: `revision: str = "…"`.
    assigns("revision") && assigns("down_revision") && file.outline.names.is_imported("op")
}

/// A downgrade that does nothing, or gives up, although the upgrade does something.
fn no_way_back(unit: &Unit<'_>) -> Option<Draft> {
    let upgrade = unit.file.outline.find("upgrade")?;
    if !does_something(definition_node(unit.source(), upgrade)?) {
        return None;
    }
    let name = field(unit.node, "name")?;
    if !does_something(unit.node) {
        let message =
            "downgrade does nothing: the rollback leaves the database as it is".to_owned();
        return Some(Draft::at(name, Confidence::Certain, message));
    }
    let first = statements(unit.node).next()?;
    (first.kind() == "raise_statement").then(|| {
        let message = "downgrade only raises: there is no way back".to_owned();
        Draft::at(name, Confidence::Certain, message)
    })
}

/// A function's statements without docstring, `pass`, `…` and a bare `return`.
fn statements(function: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let body = field(function, "body").into_iter().flat_map(children);
    body.filter(|one| {
        let says_nothing = one.kind() == "expression_statement"
            && one
                .named_child(0)
                .is_some_and(|value| matches!(value.kind(), "string" | "ellipsis"));
        let leaves = one.kind() == "return_statement"
            && one
                .named_child(0)
                .is_none_or(|value| value.kind() == "none");
        !says_nothing && !leaves && one.kind() != "pass_statement"
    })
}

fn does_something(function: Node<'_>) -> bool {
    statements(function).next().is_some()
}

fn judge<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Draft> {
    let function = field(call, "function").filter(|one| one.kind() == "attribute")?;
    let object = unit.slice(field(function, "object")?);
    let batch = is_batch(unit, call, object);
    if object != "op" && !batch || has_splat(call) {
        return None;
    }
    let given = positional(call);
    // A batch knows its table.
    let name = |at: usize| {
        let at = if batch { at.checked_sub(1)? } else { at };
        let value = *given.get(at)?;
        Some(string_value(value, unit.source()).unwrap_or_else(|| unit.slice(value)))
    };
    let called = unit.slice(field(function, "attribute")?);
    match called {
        "drop_table" => {
            let message = format!(
                "drop_table drops {}: going back brings it back without its rows",
                name(0)?
            );
            Some(Draft::at(call, Confidence::Certain, message))
        }
        "drop_column" => {
            let message = format!(
                "drop_column drops {}: going back brings it back without its values",
                name(1)?
            );
            Some(Draft::at(call, Confidence::Certain, message))
        }
        "add_column" => {
            let column = *given.get(usize::from(!batch))?;
            let message = format!(
                "add_column makes {} NOT NULL without server_default: rows that exist have no value for it",
                unit.slice(*positional(column).first()?)
            );
            let filled = ["server_default", "primary_key"]
                .iter()
                .any(|name| keyword(column, name, unit.source()).is_some())
                || positional(column).iter().any(|one| {
                    let text = unit.slice(*one);
                    text.contains("Computed(") || text.contains("Identity(")
                });
            (is_set(unit, column, "nullable", "false") && !filled)
                .then(|| Draft::at(call, Confidence::Certain, message))
        }
        "rename_table" => {
            let message = format!(
                "rename_table renames {}: production's code, which runs beside it and after a rollback, does not find it",
                name(0)?
            );
            Some(Draft::at(call, Confidence::Certain, message))
        }
        "alter_column" if keyword(call, "new_column_name", unit.source()).is_some() => {
            let message = format!(
                "alter_column renames {}: production's code, which runs beside it and after a rollback, does not find it",
                name(1)?
            );
            Some(Draft::at(call, Confidence::Certain, message))
        }
        "create_unique_constraint" | "create_index"
            if called == "create_unique_constraint" || is_set(unit, call, "unique", "true") =>
        {
            let table = name(1)?;
            let text = unit.source().text();
            let is_new = ['"', '\'']
                .iter()
                .any(|quote| near(text, "create_table(", &format!("{quote}{table}{quote}")));
            let message = format!(
                "{called} wants rows of {table} to be unique: rows that exist may not be, and production's code may write such"
            );
            (!is_new).then(|| Draft::at(call, Confidence::Likely, message))
        }
        "alter_column" if is_set(unit, call, "nullable", "false") => {
            let message = format!(
                "alter_column makes {} NOT NULL: production's code may still write NULL",
                name(1)?
            );
            Some(Draft::at(call, Confidence::Likely, message))
        }
        _ => None,
    }
}

/// Whether `what` stands right behind `call` somewhere.
fn near(text: &str, call: &str, what: &str) -> bool {
    let mut all = text.split(call).skip(1);
    all.any(|rest| rest.trim_start().starts_with(what))
}

/// Whether the name is that of `with op.batch_alter_table(…) as name` around the call.
fn is_batch(unit: &Unit<'_>, call: Node<'_>, name: &str) -> bool {
    let withs = ancestors(call).filter(|up| up.kind() == "with_statement");
    withs
        .filter_map(|with| field(with, "body").map(|body| with.start_byte()..body.start_byte()))
        .any(|head| {
            let text = &unit.source().text()[head];
            text.contains("batch_alter_table(") && text.contains(&format!(" as {name}:"))
        })
}
