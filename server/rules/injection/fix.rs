//! Hands data over as data.

use tree_sitter::Node;

use super::pieces::{self, Piece};
use super::sql;
use crate::fixes::{Applicability, Builder, Fix};
use crate::rules::{Finding, FixContext};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, bare, children, field, keyword, positional, walk};

pub(super) fn fixes(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let node = context.node(finding)?;
    if finding.message.contains("becomes part of this query") {
        return parameters(unit, node);
    }
    if finding.message.contains("shell") {
        return words(unit, node);
    }
    let call = if node.kind() == "call" {
        node
    } else {
        return None;
    };
    let name = unit.callee(call)?;
    match name.as_str() {
        "yaml.load" | "yaml.load_all" | "yaml.unsafe_load" | "yaml.unsafe_load_all" => {
            safe_load(unit, call, &name)
        }
        "eval" | "builtins.eval" => literal(unit, call),
        _ => None,
    }
}

/// The call around an argument.
fn call_around(argument: Node<'_>) -> Option<Node<'_>> {
    let up = argument.parent()?;
    let list = if up.kind() == "keyword_argument" {
        up.parent()?
    } else {
        up
    };
    list.parent()
        .filter(|call| call.kind() == "call" && list.kind() == "argument_list")
}

/// The placeholder of the database driver that the file uses: `%s`, `?`, `$1`.
fn style(unit: &Unit<'_>) -> Option<&'static str> {
    let names = unit.names();
    let imports = |modules: &[&str]| modules.iter().any(|one| names.imports_module(one));
    if imports(&["asyncpg"]) {
        return Some("$");
    }
    if imports(&["sqlite3", "duckdb", "pyodbc", "aiosqlite"]) {
        return Some("?");
    }
    if imports(&[
        "psycopg", "psycopg2", "pymysql", "MySQLdb", "mysql", "django", "aiomysql", "aiopg",
    ]) {
        return Some("%s");
    }
    // What another query of the file uses.
    let text = unit.source().text();
    let mut seen = None;
    for at in text.match_indices(".execute(").map(|(at, _)| at) {
        let line = text[at..].lines().next().unwrap_or_default();
        for mark in ["%s", "?"] {
            if line.contains(&format!("{mark}\""))
                || line.contains(&format!("{mark}'"))
                || line.contains(&format!("{mark} "))
            {
                seen = Some(mark);
            }
        }
    }
    seen
}

/// `execute(f"… {order_id}")` becomes `execute("… %s", (order_id,))`.
fn parameters(unit: &Unit<'_>, query: Node<'_>) -> Option<Fix> {
    let call = call_around(query)?;
    if unit.callee(call).is_some_and(|name| {
        matches!(
            name.as_str(),
            "sqlalchemy.text" | "sqlalchemy.sql.text" | "sqlmodel.text"
        )
    }) {
        return named_parameters(unit, query, call);
    }
    let method = unit.slice(field(field(call, "function")?, "attribute")?);
    (matches!(
        method,
        "execute" | "raw" | "fetch" | "fetchrow" | "fetchval"
    ) && positional(call).len() == 1
        && field(call, "arguments")?.named_child_count() == 1)
        .then_some(())?;
    let source = sql::text_of(unit, query)?;
    let style = style(unit)?;
    (style == "$" || !method.starts_with("fetch")).then_some(())?;
    let (text, values) = rewritten(unit, source, &mut |_, many| {
        if style == "$" {
            format!("${many}")
        } else {
            style.to_owned()
        }
    })?;
    let handed = match (style, values.as_slice()) {
        ("$", many) => many.join(", "),
        (_, [one]) => format!("({one},)"),
        (_, many) => format!("({})", many.join(", ")),
    };
    let mut builder = Builder::new(unit.file);
    put_query(&mut builder, unit, (query, source), &text)?;
    builder.insert(query.end_byte(), format!(", {handed}"));
    Some(builder.finish(title(&values), Applicability::NeedsReview))
}

/// `execute(text(f"… {order_id}"))` becomes `execute(text("… :order_id"), {"order_id": order_id})`.
fn named_parameters(unit: &Unit<'_>, query: Node<'_>, text_call: Node<'_>) -> Option<Fix> {
    let call = call_around(text_call)?;
    let method = unit.slice(field(field(call, "function")?, "attribute")?);
    (matches!(method, "execute" | "scalar" | "scalars")
        && field(call, "arguments")?.named_child_count() == 1
        && field(text_call, "arguments")?.named_child_count() == 1)
        .then_some(())?;
    let source = sql::text_of(unit, query)?;
    // A colon of the text itself would be read as a name.
    (!unit.slice(source).contains(':')).then_some(())?;
    let mut named: Vec<(String, String)> = Vec::new();
    let (text, values) = rewritten(unit, source, &mut |value, many| {
        let known = named.iter().find(|(_, one)| one == value);
        if let Some((name, _)) = known {
            return format!(":{name}");
        }
        let last = value.rsplit('.').next().unwrap_or(value);
        let fits = last
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || one == '_')
            && last.starts_with(|one: char| one.is_ascii_alphabetic())
            && !named.iter().any(|(name, _)| name == last);
        let name = if fits {
            last.to_owned()
        } else {
            format!("value_{many}")
        };
        named.push((name.clone(), value.to_owned()));
        format!(":{name}")
    })?;
    let handed: Vec<String> = named
        .iter()
        .map(|(name, value)| format!("\"{name}\": {value}"))
        .collect();
    let mut builder = Builder::new(unit.file);
    put_query(&mut builder, unit, (query, source), &text)?;
    builder.insert(text_call.end_byte(), format!(", {{{}}}", handed.join(", ")));
    Some(builder.finish(title(&values), Applicability::NeedsReview))
}

fn title(values: &[&str]) -> String {
    match values {
        [one] => format!("Hand {one} over as a parameter"),
        _ => "Hand the values over as parameters".to_owned(),
    }
}

/// The query's text with a mark in the place of each value, and the values in order. `mark` is given
/// a value and how many there are with it.
fn rewritten<'a>(
    unit: &Unit<'a>,
    source: Node<'a>,
    mark: &mut dyn FnMut(&str, usize) -> String,
) -> Option<(String, Vec<&'a str>)> {
    let pieces = pieces::of(unit, source);
    let mut text = String::new();
    let mut values: Vec<&'a str> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(part) => {
                let part = closing_quote_taken(&pieces[..index], part);
                (!part.contains('%') && !part.contains("{{") && !part.contains('\\'))
                    .then_some(())?;
                text.push_str(part);
            }
            Piece::Value { node, plain } => {
                (*plain && !sql::names_something(&pieces[..index])).then_some(())?;
                let opened = text.ends_with('\'');
                let closed = matches!(pieces.get(index + 1), Some(Piece::Literal(next)) if next.starts_with('\''));
                (opened == closed).then_some(())?;
                if opened {
                    text.pop();
                } else {
                    // Inside a longer text of SQL: `LIKE '%…%'`, `'a-…'`.
                    text.matches('\'').count().is_multiple_of(2).then_some(())?;
                }
                let lower = text.trim_end().to_ascii_lowercase();
                (!lower.ends_with("in") && !lower.ends_with("in (")).then_some(())?;
                values.push(unit.slice(*node));
                text.push_str(&mark(unit.slice(*node), values.len()));
            }
        }
    }
    (!values.is_empty()).then_some((text, values))
}

/// Puts the text in the place of the query's, where its layout allows it.
fn put_query(
    builder: &mut Builder<'_>,
    unit: &Unit<'_>,
    (query, source): (Node<'_>, Node<'_>),
    text: &str,
) -> Option<()> {
    // A text over several lines keeps its layout only where it is one string.
    let written = unit.slice(source);
    let quotes = if written.contains("\"\"\"") || text.contains('\n') {
        "\"\"\""
    } else if text.contains('"') {
        "'"
    } else {
        "\""
    };
    (!text.contains(quotes)).then_some(())?;
    if !(source == bare(query)) {
        only_for(unit, query, source)?;
    }
    builder.replace(
        if source == bare(query) { query } else { source },
        format!("{quotes}{text}{quotes}"),
    );
    Some(())
}

fn closing_quote_taken<'s>(before: &[Piece<'_>], part: &'s str) -> &'s str {
    let quoted =
        matches!(before, [.., Piece::Literal(text), Piece::Value { .. }] if text.ends_with('\''));
    if quoted {
        part.strip_prefix('\'').unwrap_or(part)
    } else {
        part
    }
}

/// The name of the query is used here only, so that its text may change.
fn only_for(unit: &Unit<'_>, query: Node<'_>, source: Node<'_>) -> Option<()> {
    let name = unit.slice(bare(query));
    (unit.bindings(name).len() == 1).then_some(())?;
    let mut uses = 0;
    walk(unit.node, &mut |node| {
        if node.kind() == "identifier"
            && unit.slice(node) == name
            && source.end_byte() <= node.start_byte()
        {
            uses += 1;
        }
        Walk::Into
    });
    (uses == 1).then_some(())
}

/// `run(f"ls {path}", shell=True)` becomes `run(["ls", path])`.
fn words(unit: &Unit<'_>, command: Node<'_>) -> Option<Fix> {
    let call = call_around(command)?;
    let shell = keyword(call, "shell", unit.source())?.parent()?;
    let mut builder = Builder::new(unit.file);
    if bare(command).kind() == "list" {
        builder.remove_element(shell)?;
        return Some(builder.finish("Run the list without a shell", Applicability::NeedsReview));
    }
    let text = bare(command);
    (text.kind() == "string").then_some(())?;
    let mut list: Vec<String> = Vec::new();
    let mut open = false;
    for piece in pieces::of(unit, text) {
        match piece {
            Piece::Literal(part) => {
                (!part.contains(|c: char| "|&;<>()$`\\\"'*?[]#~=%{}!\n".contains(c)))
                    .then_some(())?;
                // A word that touches a value would have to be joined with it.
                (!open || part.is_empty() || part.starts_with(' ')).then_some(())?;
                list.extend(part.split_whitespace().map(|word| format!("\"{word}\"")));
                open = !part.is_empty() && !part.ends_with(' ');
            }
            Piece::Value { node, plain } => {
                (plain && !open).then_some(())?;
                list.push(as_word(unit, node));
                open = true;
            }
        }
    }
    (1 < list.len()).then_some(())?;
    builder.replace(command, format!("[{}]", list.join(", ")));
    builder.remove_element(shell)?;
    Some(builder.finish(
        "Run the words of the command without a shell",
        Applicability::NeedsReview,
    ))
}

/// A value as a word: a number must become text first.
fn as_word(unit: &Unit<'_>, node: Node<'_>) -> String {
    let text = unit.slice(node);
    let annotated = unit
        .parameter(text)
        .and_then(|one| one.annotation)
        .map(|one| unit.slice(one));
    match annotated {
        Some("int" | "float") => format!("str({text})"),
        _ => text.to_owned(),
    }
}

fn safe_load(unit: &Unit<'_>, call: Node<'_>, name: &str) -> Option<Fix> {
    let function = field(call, "function")?;
    (function.kind() == "attribute").then_some(())?;
    let mut builder = Builder::new(unit.file);
    let last = if name.ends_with("_all") {
        "safe_load_all"
    } else {
        "safe_load"
    };
    builder.replace(field(function, "attribute")?, last);
    let loader = keyword(call, "Loader", unit.source())
        .and_then(|value| value.parent())
        .or_else(|| positional(call).get(1).copied());
    if let Some(loader) = loader {
        builder.remove_element(loader)?;
    }
    Some(builder.finish(
        format!(
            "Read plain data only with {}.{last}",
            unit.slice(field(function, "object")?)
        ),
        Applicability::NeedsReview,
    ))
}

fn literal(unit: &Unit<'_>, call: Node<'_>) -> Option<Fix> {
    let arguments: Vec<Node<'_>> = children(field(call, "arguments")?).collect();
    (arguments.len() == 1).then_some(())?;
    let mut builder = Builder::new(unit.file);
    let module = builder.import("ast")?;
    builder.replace(field(call, "function")?, format!("{module}.literal_eval"));
    Some(builder.finish(
        "Read a literal with ast.literal_eval",
        Applicability::NeedsReview,
    ))
}
