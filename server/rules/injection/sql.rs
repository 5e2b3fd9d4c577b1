//! Queries that are put together.

use tree_sitter::Node;

use super::pieces::{self, Piece};
use super::reach::{self, Reach};
use super::{Found, confidence, named};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, keyword, positional};

/// Methods that take a query as their first argument.
const SINKS: [&str; 20] = [
    "execute",
    "executemany",
    "executescript",
    "execute_sql",
    "raw",
    "RawSQL",
    "text",
    "mogrify",
    "fetch",
    "fetchrow",
    "fetchval",
    "fetch_all",
    "fetch_one",
    "fetch_val",
    "read_sql",
    "read_sql_query",
    "exec_driver_sql",
    "query",
    "sql",
    "run",
];

pub(super) fn judge<'a>(unit: &Unit<'a>, call: Node<'a>, name: &str) -> Option<Found<'a>> {
    if !SINKS.contains(&name) {
        return None;
    }
    let query = query_of(unit, call)?;
    let pieces = pieces::of_argument(unit, query);
    if !pieces::is_built(&pieces) || !is_sql(&pieces::written(&pieces), name) {
        return None;
    }
    let mut worst: Option<(Confidence, &'a str, bool)> = None;
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Value { node, plain } = piece else {
            continue;
        };
        let reach = reach::of(unit, *node);
        let names = names_something(&pieces[..index]);
        let Some(mut sure) = confidence(unit, &reach) else {
            continue;
        };
        // A table or column cannot be handed over as data, and is seldom anybody else's choice.
        if names && !matches!(reach, Reach::Outside(_)) {
            sure = match sure {
                Confidence::Certain if !is_named_so(&reach) => Confidence::Likely,
                _ => Confidence::Possible,
            };
        }
        // `%d` and `{x:d}` refuse everything but numbers.
        if !plain && is_number_format(unit, *node) {
            continue;
        }
        if worst.as_ref().is_none_or(|(known, ..)| *known < sure) {
            worst = Some((sure, named(unit, &reach, *node), names));
        }
    }
    let (confidence, what, names) = worst?;
    let message = if names {
        format!("{what} becomes part of this query: choose it from a list of known names")
    } else {
        format!("{what} becomes part of this query: hand it over as a parameter")
    };
    Some(Found {
        place: query,
        confidence,
        message,
    })
}

/// Whether a parameter's name says that it is a table or column: programs name these themselves.
fn is_named_so(reach: &Reach<'_>) -> bool {
    let Reach::Parameter(name) = reach else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    [
        "table",
        "column",
        "schema",
        "index",
        "view",
        "sequence",
        "constraint",
        "model",
        "field",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// The argument that holds the query.
pub(super) fn query_of<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Node<'a>> {
    let first = positional(call).first().copied();
    first.or_else(|| {
        ["query", "sql", "statement", "operation"]
            .iter()
            .find_map(|name| keyword(call, name, unit.source()))
    })
}

/// The expression that makes the query's text: the argument, or what its name was given last;
/// inside `text(…)` that call is judged itself.
pub(super) fn text_of<'a>(unit: &Unit<'a>, query: Node<'a>) -> Option<Node<'a>> {
    let query = bare(query);
    if query.kind() != "identifier" {
        return Some(query);
    }
    let value = unit.last_value(unit.slice(query), query.start_byte())?;
    Some(bare(value))
}

fn is_sql(text: &str, method: &str) -> bool {
    let lower = text
        .trim_start_matches(['\\', 'n', '\n', ' ', '\t', '\r', '('])
        .to_ascii_lowercase();
    let lower = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    let starts = |word: &str| lower.starts_with(word);
    // `canvas.text(f"Select your order, {name}")` is no query.
    (starts("select ") && (method.starts_with("execute") || lower.contains(" from ")))
        || starts("insert into")
        || starts("insert or ")
        || starts("replace into")
        || starts("delete from")
        || (starts("update ") && lower.contains(" set "))
        || starts("drop ")
        || starts("alter ")
        || starts("create ")
        || starts("truncate ")
        || starts("merge into")
        || starts("grant ")
        || starts("revoke ")
        || starts("call ")
        || (starts("with ") && lower.contains("select"))
        || (starts("explain ") && lower.contains("select"))
}

/// Whether a name of the database, not a value, stands behind these pieces.
pub(super) fn names_something(before: &[Piece<'_>]) -> bool {
    let blank = |one: &&Piece<'_>| matches!(one, Piece::Literal(text) if text.trim().is_empty());
    let Some(Piece::Literal(text)) = before.iter().rev().find(|one| !blank(one)) else {
        return true;
    };
    let lower = text.trim_end().to_ascii_lowercase();
    if lower.ends_with(['.', '`', '[', '"']) {
        return true;
    }
    let word = lower
        .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or_default();
    lower.is_empty()
        || matches!(
            word,
            "from"
                | "join"
                | "into"
                | "update"
                | "table"
                | "database"
                | "schema"
                | "index"
                | "view"
                | "by"
                | "select"
                | "column"
                | "distinct"
                | "on"
                | "exists"
                | "sequence"
                | "user"
                | "role"
                | "to"
                | "extension"
                | "set"
                | "truncate"
                | "alter"
                | "drop"
                | "create"
                | "references"
                | "where"
                | "asc"
                | "desc"
                | "constraint"
                | "only"
                | "trigger"
                | "function"
                | "savepoint"
                | "add"
                | "as"
                | "type"
                | "rename"
                | "call"
        ) && !text.trim_end().ends_with(['\'', '=', '<', '>', '%'])
}

fn is_number_format(unit: &Unit<'_>, value: Node<'_>) -> bool {
    // The format stands behind the value in its f-string; `%d` is told by the pieces.
    let Some(up) = value.parent().filter(|up| up.kind() == "interpolation") else {
        return true;
    };
    field(up, "format_specifier")
        .is_some_and(|format| unit.slice(format).ends_with(['d', 'f', 'x', 'e', 'g']))
}
