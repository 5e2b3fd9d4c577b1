//! What only the module's own code notices: private functions that go or take less, functions whose
//! callers here follow, signatures that only say other types.

use super::{draft, name_of};
use crate::compare::canonical::{Reader, Token};
use crate::compare::signature::Signature;
use crate::rules::knowledge::public::still_has;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, field};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;
use std::ops::Range;
use tree_sitter::Node;

/// `typed` holds the lines where only types change as a whole.
pub(super) fn compare(change: &FileChange<'_>, typed: &[Range<u32>], reporter: &mut Reporter) {
    if change.head.is_test {
        return;
    }
    for &index in change.in_base {
        let old = &change.base.outline.definitions[index];
        if old.kind == Kind::Module {
            continue;
        }
        match change.matching.head_of(index) {
            Some(new) => {
                let new = &change.head.outline.definitions[new];
                let line = change.head.source.lines().line_of(new.core.start);
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                if !typed.iter().any(|lines| lines.contains(&line)) {
                    pair(change, old, new, reporter);
                }
            }
            None => gone(change, old, reporter),
        }
    }
}

fn is_private(one: &Definition) -> bool {
    one.name.starts_with('_') && !one.name.ends_with("__")
}

/// A private definition that nothing has taken over as a whole.
fn gone(change: &FileChange<'_>, old: &Definition, reporter: &mut Reporter) {
    let outer = &change.base.outline.definitions[old.parent];
    let with_outer = outer.kind != Kind::Module && change.matching.head_of(old.parent).is_none();
    let moved = change
        .branch
        .went(change.base_path, &old.qualname)
        .is_some();
    if !is_private(old) || with_outer || moved || still_has(change.head, &old.qualname) {
        return;
    }
    let line = u32::try_from(change.base.source.lines().line_of(old.range.start));
    let hunk = change
        .hunks
        .iter()
        .find(|hunk| line.is_ok_and(|line| hunk.base.contains(&line)));
    let Some(hunk) = hunk else { return };
    let (text, lines) = (change.head.source.text(), change.head.source.lines());
    let shown = (hunk.shown_in_head().start as usize).min(lines.count().saturating_sub(1));
    let span = lines.content(shown, text);
    let message = format!(
        "{} is gone: it was private, so only this code did it another way",
        old.qualname
    );
    reporter.report(
        possible(span, message, &old.qualname)
            .production(name_of(change.base.source, old), "production has it"),
    );
}

fn pair(change: &FileChange<'_>, old: &Definition, new: &Definition, reporter: &mut Reporter) {
    let (base, head) = (change.base.source, change.head.source);
    let (Some(before), Some(now)) = (definition_node(base, old), definition_node(head, new)) else {
        return;
    };
    if new.kind != Kind::Function || before.has_error() || now.has_error() {
        return;
    }
    let name = name_of(head, new);
    if header(base, before, true) == header(head, now, true) {
        if header(base, before, false) != header(head, now, false) {
            let message = format!("Only the types in the signature of {} change", new.qualname);
            reporter.report(possible(name, message, "types"));
        }
        return;
    }
    if old.name != new.name {
        return;
    }
    let was = Signature::of(base, before, old.parent != 0);
    let is = Signature::of(head, now, new.parent != 0);
    let lost = was.takes.iter().find(|one| is.find(one.name).is_none());
    if let Some(lost) = lost {
        let (place, message) = if is_private(old) {
            let message = format!(
                "{} is private and no longer takes {}: its callers here change with it",
                new.name, lost.name
            );
            (name, message)
        } else if let Some(call) = following(change, old) {
            let message = format!(
                "This only follows {}, which no longer takes {}: its other callers here change too",
                new.qualname, lost.name
            );
            (call, message)
        } else {
            return;
        };
        reporter.report(
            possible(place, message, "parameter")
                .production(lost.node.byte_range(), "production takes it"),
        );
    }
}

/// The first call of the function here, if each of its calls in production changes.
fn following(change: &FileChange<'_>, old: &Definition) -> Option<Range<usize>> {
    let outline = change.base.outline;
    let name = match old.name.as_str() {
        "__init__" => &outline.definitions[old.parent].name,
        name => name,
    };
    let before = calls_of(change.base.source, name);
    let lines = change.base.source.lines();
    let changes = |call: &Range<usize>| {
        let line = |at| u32::try_from(lines.line_of(at)).unwrap_or(u32::MAX);
        let (first, last) = (line(call.start), line(call.end));
        let mut hunks = change.hunks.iter();
        hunks.any(|hunk| hunk.base.start <= last && first < hunk.base.end)
    };
    if before.is_empty() || !before.iter().all(changes) {
        return None;
    }
    let source = change.head.source;
    let call = calls_of(source, name).into_iter().next()?;
    let content = source
        .lines()
        .content(source.lines().line_of(call.start), source.text());
    Some(call.start..content.end.min(call.end))
}

/// Where the file calls something of this name.
fn calls_of(source: &Source, name: &str) -> Vec<Range<usize>> {
    let mut calls = Vec::new();
    source.walk(&mut |node| {
        let called = (node.kind() == "call").then(|| field(node, "function"));
        if let Some(called) = called.flatten()
            && source.slice(called).rsplit('.').next() == Some(name)
        {
            calls.push(node.byte_range());
        }
        Walk::Into
    });
    calls
}

/// The parameters and the result, with or without their types.
fn header<'s>(source: &'s Source, function: Node<'s>, untyped: bool) -> Vec<Token<'s>> {
    let mut reader = Reader::new(source);
    reader.untyped = untyped;
    if let Some(parameters) = field(function, "parameters") {
        reader.read(parameters);
    }
    if let Some(result) = field(function, "return_type").filter(|_| !untyped) {
        reader.read(result);
    }
    reader.tokens
}

fn possible(span: Range<usize>, message: String, detail: &str) -> Draft {
    Draft {
        confidence: Confidence::Possible,
        ..draft(span, message, detail)
    }
}
