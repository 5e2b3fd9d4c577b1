//! Migrations of production that the hotfix edits: where they have run, they do not run again.

use tree_sitter::Node;

use super::{alembic, django};
use crate::compare::canonical;
use crate::rules::{Confidence, Draft, Reporter};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, children, field, walk};

/// Arguments that the database does not see, or that only add a way back.
const UNSEEN: [&str; 22] = [
    "verbose_name",
    "verbose_name_plural",
    "help_text",
    "choices",
    "validators",
    "error_messages",
    "related_name",
    "related_query_name",
    "limit_choices_to",
    "on_delete",
    "editable",
    "blank",
    "serialize",
    "default",
    "reverse_code",
    "reverse_sql",
    "elidable",
    "hints",
    "atomic",
    "state_operations",
    "managers",
    "upload_to",
];

pub(super) fn compare(base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let (place, same) = if django::is_migration(base) && django::is_migration(head) {
        let (Some((_, old)), Some((name, new))) = (operations(base), operations(head)) else {
            return;
        };
        (name, seen(base, old) == seen(head, new))
    } else if head.qualname == "upgrade"
        && base.is_function()
        && alembic::is_revision(base.file)
        && alembic::is_revision(head.file)
    {
        let Some(name) = field(head.node, "name") else {
            return;
        };
        (name, steps(base) == steps(head))
    } else {
        return;
    };
    if same {
        return;
    }
    let message = "This migration is production's: where it has run it does not run again, so what changes here needs a new migration";
    reporter.report(Draft::at(place, Confidence::Certain, message));
}

/// `operations = […]` of a migration: the name and the list.
fn operations<'a>(unit: &Unit<'a>) -> Option<(Node<'a>, Node<'a>)> {
    let mut all = children(field(unit.node, "body")?);
    all.find_map(|statement| {
        let assignment = statement.named_child(0)?;
        let (left, right) = (field(assignment, "left")?, field(assignment, "right")?);
        (unit.slice(left) == "operations" && right.kind() == "list").then_some((left, right))
    })
}

/// What the database sees of a list of operations, in any order.
fn seen(unit: &Unit<'_>, list: Node<'_>) -> Vec<String> {
    let mut all: Vec<String> = children(list)
        .filter(|one| one.kind() != "comment")
        .map(|one| as_seen(unit, one))
        .collect();
    all.sort();
    all
}

fn as_seen(unit: &Unit<'_>, node: Node<'_>) -> String {
    let function = field(node, "function");
    let (Some(function), Some(arguments)) = (function, field(node, "arguments")) else {
        return match node.kind() {
            "list" | "tuple" | "set" | "dictionary" | "pair" => {
                let all = children(node).filter(|one| one.kind() != "comment");
                let all: Vec<String> = all.map(|one| as_seen(unit, one)).collect();
                format!("[{}]", all.join(","))
            }
            _ => canonical::text(unit.source(), node),
        };
    };
    let called = unit.slice(function);
    let called = called.rsplit('.').next().unwrap_or(called);
    let mut given: Vec<String> = Vec::new();
    for one in children(arguments).filter(|one| one.kind() != "comment") {
        match (field(one, "name"), field(one, "value")) {
            (Some(name), _) if UNSEEN.contains(&unit.slice(name)) => {}
            (Some(name), Some(value)) => {
                given.push(format!("{}={}", unit.slice(name), as_seen(unit, value)));
            }
            _ => given.push(as_seen(unit, one)),
        }
    }
    // The second argument of these is the way back.
    if matches!(called, "RunPython" | "RunSQL") {
        given.truncate(1);
    }
    format!("{called}({})", given.join(","))
}

/// The steps that a revision takes: its calls on `op`, in any order.
fn steps(unit: &Unit<'_>) -> Vec<String> {
    let mut all = Vec::new();
    walk(unit.node, &mut |node| {
        let function = field(node, "function").map_or("", |one| unit.slice(one));
        if node.kind() == "call" && function.starts_with("op.") {
            all.push(as_seen(unit, node));
            return Walk::Over;
        }
        Walk::Into
    });
    all.sort();
    all
}
