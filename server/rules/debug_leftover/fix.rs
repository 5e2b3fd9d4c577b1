//! Takes leftovers out again, whole lines at a time.

use std::ops::Range;

use tree_sitter::Node;

use super::conflict::conflicts;
use super::{Finding, FixContext};
use crate::fixes::layout::{begins_line, ends_line, next_line};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::Unit;
use crate::syntax::nodes::{
    Walk, ancestors, children, field, keyword, positional, statement_of, string_value, walk,
};

pub(super) fn fixes(context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
    let unit = context.unit;
    let text = &unit.source().text()[finding.span.clone()];
    if text.starts_with("<<<<<<<") {
        return resolve(unit, finding);
    }
    if text.starts_with('#') {
        return remove_comment(unit, finding, text).into_iter().collect();
    }
    let Some(node) = context.node(finding) else {
        return Vec::new();
    };
    if finding.message.contains("log level")
        && let Some(fix) = super::levels::level_back(context, node)
    {
        return vec![fix];
    }
    [remove(context, node), to_log(unit, node)]
        .into_iter()
        .flatten()
        .collect()
}

/// Keeps one side of a conflict.
fn resolve(unit: &Unit<'_>, finding: &Finding) -> Vec<Fix> {
    let all = conflicts(unit.source());
    let Some(conflict) = all
        .into_iter()
        .find(|one| one.begin.start == finding.span.start)
    else {
        return Vec::new();
    };
    let upper_end = conflict
        .ancestor
        .as_ref()
        .map_or(conflict.middle.start, |line| line.start);
    let name = |line: &Range<usize>, side: &str| {
        let label = unit.source().text()[line.clone()].trim()[7..].trim();
        if label.is_empty() {
            format!("Keep the {side} side of the conflict")
        } else {
            format!("Keep the {side} side of the conflict ({label})")
        }
    };
    let keep = |title: String, drop: [Range<usize>; 2]| {
        let mut builder = Builder::new(unit.file);
        for range in drop {
            builder.remove(range);
        }
        builder.finish(title, Applicability::NeedsReview)
    };
    vec![
        keep(
            name(&conflict.begin, "upper"),
            [conflict.begin.clone(), upper_end..conflict.end.end],
        ),
        keep(
            name(&conflict.end, "lower"),
            [
                conflict.begin.start..conflict.middle.end,
                conflict.end.clone(),
            ],
        ),
    ]
}

/// Removes a comment: its lines, or only itself behind code.
fn remove_comment(unit: &Unit<'_>, finding: &Finding, text: &str) -> Option<Fix> {
    let source = unit.source();
    let (whole, lines) = (source.text(), source.lines());
    let first = lines.line_of(finding.span.start);
    let before = &whole[lines.start(first)..finding.span.start];
    let range = if before.trim().is_empty() {
        let last = lines.line_of(finding.span.end);
        lines.start(first)..lines.start(last + 1).min(whole.len())
    } else {
        lines.start(first) + before.trim_end().len()..finding.span.end
    };
    // Without the note nobody knows that something is left to do: that is no fix.
    let marked = ["TODO", "FIXME", "XXX"]
        .iter()
        .any(|mark| text.contains(mark));
    if marked {
        return None;
    }
    let mut builder = Builder::new(unit.file);
    builder.remove(range);
    Some(builder.finish("Remove the code that is switched off", Applicability::Safe))
}

/// Removes a statement; a block that would be empty keeps `pass`.
fn remove(context: &FixContext<'_>, node: Node<'_>) -> Option<Fix> {
    let unit = context.unit;
    let statement = statement_of(node);
    let whole = statement == node || statement.named_child(0) == Some(node);
    if !whole
        || !(statement.kind() == "expression_statement" || statement.kind().starts_with("import_"))
    {
        return None;
    }
    let source = unit.source();
    let mut builder = Builder::new(unit.file);
    let statement = choice_of(unit, statement).unwrap_or(statement);
    let alone = statement
        .parent()
        .is_some_and(|block| block.kind() == "block" && children(block).count() == 1);
    builder.forget(unit.file, &statement.byte_range(), context.production);
    forget_caught(unit, &mut builder, statement);
    if alone {
        builder.replace(statement, "pass");
    } else if begins_line(source, statement) && ends_line(source, statement) {
        let start = source
            .lines()
            .start(source.lines().line_of(statement.start_byte()));
        builder.remove(start..next_line(source, statement).min(source.text().len()));
    } else {
        builder.remove(beside_semicolon(unit, statement)?);
    }
    let written = if node.kind() == "call" {
        unit.slice(field(node, "function")?)
    } else {
        unit.slice(node)
    };
    Some(builder.finish(
        format!("Remove {written}"),
        if has_effects(unit, node) {
            Applicability::NeedsReview
        } else {
            Applicability::Safe
        },
    ))
}

/// The `if` around a statement where all of its branches hold nothing but such statements.
fn choice_of<'a>(unit: &Unit<'a>, statement: Node<'a>) -> Option<Node<'a>> {
    let block = statement.parent().filter(|up| up.kind() == "block")?;
    let mut choice = block.parent()?;
    if matches!(choice.kind(), "elif_clause" | "else_clause") {
        choice = choice.parent()?;
    }
    if choice.kind() != "if_statement" {
        return None;
    }
    let mut only_shows = true;
    walk(choice, &mut |node| {
        match node.kind() {
            "block" => only_shows &= children(node).all(|one| shows(unit, one)),
            "comment" => only_shows = false,
            "call" => only_shows &= shows_itself(unit, node),
            "await" | "yield" | "named_expression" => only_shows = false,
            _ => {}
        }
        if only_shows { Walk::Into } else { Walk::Over }
    });
    only_shows.then_some(choice)
}

/// Whether a statement only shows something to who is debugging.
fn shows(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    let call = statement.named_child(0).filter(|one| one.kind() == "call");
    statement.kind() == "expression_statement" && call.is_some_and(|call| shows_itself(unit, call))
}

fn shows_itself(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let callee = unit.callee(call).unwrap_or_default();
    matches!(
        callee.as_str(),
        "print" | "pprint.pprint" | "breakpoint" | "pdb.set_trace"
    )
}

/// `except ValueError as error:` keeps no name that nothing reads any more.
fn forget_caught(unit: &Unit<'_>, builder: &mut Builder<'_>, statement: Node<'_>) {
    let clause = ancestors(statement).find(|up| up.kind() == "except_clause");
    let Some((pattern, clause)) = clause.and_then(|clause| {
        let pattern = children(clause).find(|one| one.kind() == "as_pattern")?;
        Some((pattern, clause))
    }) else {
        return;
    };
    let (Some(kinds), Some(alias)) = (pattern.named_child(0), field(pattern, "alias")) else {
        return;
    };
    let name = unit.slice(alias);
    let mut here = 0;
    let mut elsewhere = 0;
    walk(clause, &mut |node| {
        if node.kind() == "identifier" && unit.slice(node) == name {
            let inside = statement.start_byte() <= node.start_byte()
                && node.end_byte() <= statement.end_byte();
            if inside {
                here += 1;
            } else if alias.start_byte() != node.start_byte() {
                elsewhere += 1;
            }
        }
        Walk::Into
    });
    if 0 < here && elsewhere == 0 {
        builder.remove(kinds.end_byte()..alias.end_byte());
    }
}

/// The bytes of a statement that shares its line, with one semicolon.
fn beside_semicolon(unit: &Unit<'_>, statement: Node<'_>) -> Option<Range<usize>> {
    let source = unit.source();
    let line = source.lines().line_of(statement.start_byte());
    let content = source.lines().content(line, source.text());
    if content.end < statement.end_byte() {
        return None;
    }
    let behind = &source.text()[statement.end_byte()..content.end];
    if let Some(rest) = behind.trim_start().strip_prefix(';')
        && !rest.trim().is_empty()
    {
        let rest = rest.trim_start();
        return Some(statement.start_byte()..content.end - rest.len());
    }
    let before = &source.text()[content.start..statement.start_byte()];
    let kept = before.trim_end().strip_suffix(';')?;
    Some(content.start + kept.trim_end().len()..statement.end_byte())
}

/// Whether what is removed computes something that may matter; stopping in a debugger and
/// sleeping have no other effect, but a sleep may hold a race together.
fn has_effects(unit: &Unit<'_>, node: Node<'_>) -> bool {
    if node.kind() != "call" {
        return false;
    }
    if unit.callee(node).as_deref() == Some("time.sleep") {
        return true;
    }
    let mut calls = false;
    if let Some(arguments) = field(node, "arguments") {
        walk(arguments, &mut |inner| {
            calls |= matches!(
                inner.kind(),
                "call" | "await" | "named_expression" | "yield"
            );
            Walk::Into
        });
    }
    calls
}

/// `print("paid", order.id)` becomes `logger.debug("paid %s", order.id)`.
fn to_log(unit: &Unit<'_>, node: Node<'_>) -> Option<Fix> {
    if node.kind() != "call" || unit.callee(node)? != "print" {
        return None;
    }
    let refused = ["sep", "end", "file"]
        .iter()
        .any(|name| keyword(node, name, unit.source()).is_some());
    let arguments = positional(node);
    if refused || arguments.is_empty() || arguments.iter().any(|one| one.kind() == "list_splat") {
        return None;
    }
    let mut words = Vec::new();
    let mut values = Vec::new();
    for argument in arguments {
        match string_value(argument, unit.source()) {
            Some(text) if !text.contains(['"', '\n']) => words.push(text.replace('%', "%%")),
            _ => {
                words.push("%s".to_owned());
                values.push(unit.slice(argument));
            }
        }
    }
    let mut format = words.join(" ");
    if values.is_empty() {
        format = format.replace("%%", "%");
    }
    let mut builder = Builder::new(unit.file);
    let logger = builder.logger()?;
    let rest: String = values.iter().flat_map(|value| [", ", value]).collect();
    builder.replace(node, format!("{logger}.debug(\"{format}\"{rest})"));
    Some(builder.finish(
        "Log it at debug level instead of printing it",
        Applicability::NeedsReview,
    ))
}
