//! Fields as others see them: of models that are stored or sent, and of a mapping that is given.

use std::collections::BTreeSet;

use tree_sitter::Node;

use crate::compare::canonical;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::nodes::{Walk, bare, children, field, string_value, walk};
use crate::syntax::unit::definition_node;
use crate::syntax::{File, Kind, Names, Source};

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    for &index in change.in_head {
        let new = &change.head.outline.definitions[index];
        let old = change.matching.base_of(index);
        let Some(old) = old.map(|old| &change.base.outline.definitions[old]) else {
            continue;
        };
        let nodes =
            definition_node(change.base.source, old).zip(definition_node(change.head.source, new));
        let Some((before, now)) = nodes.filter(|_| old.qualname == new.qualname) else {
            continue;
        };
        match new.kind {
            Kind::Class => class(change, &new.qualname, (before, now), reporter),
            Kind::Function if !new.name.starts_with('_') => {
                mapping(change, &new.qualname, (before, now), reporter);
            }
            _ => {}
        }
    }
}

/// What a class is a model of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Model {
    /// Rows of a table.
    Table,
    /// Messages and documents.
    Message,
}

fn model(source: &Source, names: &Names, class: Node<'_>) -> Option<Model> {
    let bases = field(class, "superclasses").into_iter().flat_map(children);
    bases
        .map(|one| names.expand(source.slice(one)))
        .find_map(|base| match base.as_str() {
            "django.db.models.Model" => Some(Model::Table),
            "pydantic.BaseModel"
            | "pydantic.main.BaseModel"
            | "typing.TypedDict"
            | "typing_extensions.TypedDict" => Some(Model::Message),
            _ => None,
        })
}

/// A field of a model.
struct Declared<'s> {
    name: &'s str,
    node: Node<'s>,
    /// Its type and value in canonical form.
    says: String,
}

/// The fields of a model in their order.
fn declared<'s>(source: &'s Source, class: Node<'s>) -> Vec<Declared<'s>> {
    let body = field(class, "body").into_iter().flat_map(children);
    let all = body.filter_map(|statement| {
        let assignment = statement.named_child(0)?;
        let left = field(assignment, "left").filter(|one| one.kind() == "identifier")?;
        let name = &source.text()[left.byte_range()];
        let says = ["type", "right"]
            .iter()
            .filter_map(|part| field(assignment, part));
        let says: Vec<String> = says.map(|one| canonical::text(source, one)).collect();
        let is_field = assignment.kind() == "assignment" && !name.starts_with('_');
        is_field.then(|| Declared {
            name,
            node: left,
            says: says.join(" = "),
        })
    });
    all.collect()
}

fn class(
    change: &FileChange<'_>,
    shown: &str,
    (before, now): (Node<'_>, Node<'_>),
    reporter: &mut Reporter,
) {
    let (base, head) = (change.base, change.head);
    let Some(kind) = model(head.source, &head.outline.names, now) else {
        return;
    };
    let (was, is) = (declared(base.source, before), declared(head.source, now));
    let lacks = |all: &[Declared<'_>], name: &str| all.iter().all(|one| one.name != name);
    let mut gone: Vec<&Declared<'_>> = was.iter().filter(|one| lacks(&is, one.name)).collect();
    for new in is.iter().filter(|one| lacks(&was, one.name)) {
        let Some(at) = gone.iter().position(|old| old.says == new.says) else {
            continue;
        };
        let old = gone.remove(at);
        let (was, is) = (old.name, new.name);
        let message = match kind {
            Model::Table => format!(
                "The column {was} of {shown} is {is} now: production and a rollback do not find the data"
            ),
            Model::Message => format!(
                "The field {was} of {shown} is {is} now: what production sends or has stored goes by {was}"
            ),
        };
        report(change, (old.node, new.node), was, message, reporter);
    }
}

/// Keys of a mapping that a function gives, with the values that they had.
fn mapping(
    change: &FileChange<'_>,
    shown: &str,
    (before, now): (Node<'_>, Node<'_>),
    reporter: &mut Reporter,
) {
    let (base, head) = (change.base, change.head);
    let (was, is) = (given(before), given(now));
    if was.len() != is.len() {
        return;
    }
    for (old, new) in was.into_iter().zip(is) {
        let (old, new) = (pairs(base.source, old), pairs(head.source, new));
        let names = |all: &[(&str, Node<'_>, String)]| -> BTreeSet<String> {
            all.iter().map(|(name, ..)| (*name).to_owned()).collect()
        };
        let (had, has) = (names(&old), names(&new));
        for (name, node, value) in &new {
            let mut same = old.iter().filter(|(was, _, held)| {
                held == value && !has.contains(*was) && !stands_in(head, was)
            });
            let (first, second) = (same.next(), same.next());
            let (Some((was, place, _)), None, false) = (first, second, had.contains(*name)) else {
                continue;
            };
            let message = format!(
                "The field {was} of what {shown}() gives is {name} now: who reads {was} does not find it"
            );
            report(change, (*place, *node), was, message, reporter);
        }
    }
}

/// Whether a file has the name between quotes.
fn stands_in(file: File<'_>, name: &str) -> bool {
    let text = file.source.text();
    let mut quotes = ['"', '\''].iter();
    quotes.any(|quote| text.contains(&format!("{quote}{name}{quote}")))
}

/// The dictionaries that a function's own `return` statements give.
fn given(function: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    if let Some(body) = field(function, "body") {
        walk(body, &mut |node| match node.kind() {
            "function_definition" | "class_definition" | "lambda" => Walk::Over,
            "return_statement" => {
                let value = children(node).next().map(bare);
                found.extend(value.filter(|one| one.kind() == "dictionary"));
                Walk::Over
            }
            _ => Walk::Into,
        });
    }
    found
}

/// Keys that are texts, each with where it stands and its value in canonical form.
fn pairs<'s>(source: &'s Source, mapping: Node<'s>) -> Vec<(&'s str, Node<'s>, String)> {
    let all = children(mapping).filter(|one| one.kind() == "pair");
    let all = all.filter_map(|pair| {
        let (key, value) = (field(pair, "key")?, field(pair, "value")?);
        // The same constant may be meant for many keys.
        let tells = !matches!(
            value.kind(),
            "none" | "true" | "false" | "integer" | "string"
        );
        let name = string_value(key, source)?;
        tells.then(|| (name, key, canonical::text(source, value)))
    });
    all.collect()
}

fn report(
    change: &FileChange<'_>,
    (old, new): (Node<'_>, Node<'_>),
    was: &str,
    message: String,
    reporter: &mut Reporter,
) {
    // An alias keeps the old name for others.
    let statement = crate::syntax::nodes::statement_of(new);
    let text = change.head.source.slice(statement);
    let keeps = ["alias", "db_column", "db_table", "source"];
    if keeps.iter().any(|one| text.contains(one)) && stands_in(change.head, was) {
        return;
    }
    reporter.report(
        Draft {
            covers: &["new-feature", "api-change", "refactoring"],
            detail: was.to_owned(),
            ..Draft::at(new, Confidence::Likely, message)
        }
        .production(old.byte_range(), "production's name"),
    );
}
