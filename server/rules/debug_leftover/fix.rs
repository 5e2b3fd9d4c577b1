//! Takes leftovers out again, whole lines at a time.

use std::ops::Range;

use tree_sitter::Node;

use super::conflict::conflicts;
use super::{Finding, FixContext};
use crate::fixes::layout::{begins_line, ends_line, next_line};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::Unit;
use crate::syntax::nodes::{
    Walk, children, field, keyword, positional, statement_of, string_value, walk,
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
    [remove(unit, node), to_log(unit, node)]
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
    // What goes on in the next comment line would lose its beginning.
    let next = lines.line_of(finding.span.end) + 1;
    let below = (next < lines.count()).then(|| lines.content(next, whole));
    let marked = ["TODO", "FIXME", "XXX"]
        .iter()
        .any(|mark| text.contains(mark));
    if marked && below.is_some_and(|below| whole[below].trim_start().starts_with('#')) {
        return None;
    }
    let mut builder = Builder::new(unit.file);
    builder.remove(range);
    let upper = text.trim_start_matches(['#', ' ']);
    let mark = ["TODO", "FIXME", "XXX"]
        .into_iter()
        .find(|mark| upper.starts_with(mark));
    Some(match mark {
        Some(mark) => builder.finish(
            format!("Remove the {mark} comment"),
            Applicability::NeedsReview,
        ),
        None => builder.finish("Remove the code that is switched off", Applicability::Safe),
    })
}

/// Removes a statement; a block that would be empty keeps `pass`.
fn remove(unit: &Unit<'_>, node: Node<'_>) -> Option<Fix> {
    let statement = statement_of(node);
    let whole = statement == node || statement.named_child(0) == Some(node);
    if !whole
        || !(statement.kind() == "expression_statement" || statement.kind().starts_with("import_"))
    {
        return None;
    }
    let source = unit.source();
    let mut builder = Builder::new(unit.file);
    let alone = statement
        .parent()
        .is_some_and(|block| block.kind() == "block" && children(block).count() == 1);
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
        unit.slice(statement)
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
