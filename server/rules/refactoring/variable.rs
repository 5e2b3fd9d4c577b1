//! An expression that gets a name, or loses it: what uses it says the same as before.

use std::collections::BTreeSet;
use std::ops::Range;

use super::draft;
use crate::compare::canonical::{Role, Token, tokens};
use crate::compare::edits::Part;
use crate::compare::statements::Statement;
use crate::rules::{FileChange, Reporter};
use crate::syntax::nodes::field;
use crate::syntax::{Outline, Source};

/// In longer hunks nothing is looked for.
const MOST_STATEMENTS: usize = 60;

/// Reports such names; gives the definitions of head that have them.
pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) -> BTreeSet<usize> {
    let mut told = BTreeSet::new();
    for index in 0..change.hunks.len() {
        let (base, head) = (change.edits.base(index), change.edits.head(index));
        if base.broken || head.broken || change.edits.same_code(index).is_some() {
            continue;
        }
        let old = change.base.outline;
        if let Some((name, at)) = named(base, old, head) {
            let message = format!("An expression of production only gets a name here: {name}");
            told.insert(change.head.outline.index_at(at.start));
            reporter.report(draft(at, message, "variable"));
        } else if let Some((name, at)) = named(head, change.head.outline, base) {
            let Some(first) = head.statements.first() else {
                continue;
            };
            let lines = change.head.source.lines();
            let line = lines.line_of(first.span.start);
            let content = lines.content(line, change.head.source.text());
            let span = first.span.start..content.end.min(first.span.end);
            let message =
                format!("Only the variable {name} goes: what it held stands in its place");
            told.insert(change.head.outline.index_at(span.start));
            reporter.report(
                draft(span, message, "variable").production(at, "production has a name for it"),
            );
        }
    }
    told
}

/// The name that `with` gives to an expression of `without`, and where: what uses the name says the
/// same as production with the expression in its place.
fn named(
    without: Part<'_, '_>,
    outline: &Outline,
    with: Part<'_, '_>,
) -> Option<(String, Range<usize>)> {
    let (plain, more) = (without.statements, with.statements);
    // Where the function knows the name already, what it holds changes elsewhere as well.
    let around = outline.enclosing(plain.first()?.span.start);
    let around = without.source.text().get(around.core.clone())?;
    if MOST_STATEMENTS < more.len() || MOST_STATEMENTS < plain.len() {
        return None;
    }
    more.iter().enumerate().find_map(|(at, one)| {
        let (name, span, value) = assigned(with.source, one)?;
        if is_known(around, &name) {
            return None;
        }
        let mut users = more[at + 1..]
            .iter()
            .filter(|user| mentions(&user.tokens, &name))
            .peekable();
        users.peek()?;
        let same = users.all(|user| {
            let spread = spread(&user.tokens, &name, &value);
            plain
                .iter()
                .any(|old| old.node.kind() == user.node.kind() && old.tokens == spread)
        });
        same.then_some((name, span))
    })
}

/// `name = value`, a plain variable.
fn assigned<'a>(
    source: &'a Source,
    statement: &Statement<'a>,
) -> Option<(String, Range<usize>, Vec<Token<'a>>)> {
    let assignment = statement.node.named_child(0)?;
    if statement.node.kind() != "expression_statement" || assignment.kind() != "assignment" {
        return None;
    }
    let left = field(assignment, "left").filter(|one| one.kind() == "identifier")?;
    let value = field(assignment, "right")?;
    // A name for a name, or for a constant, is another matter.
    if value.kind() == "identifier" || value.named_child_count() == 0 {
        return None;
    }
    Some((
        source.slice(left).to_owned(),
        left.byte_range(),
        tokens(source, value),
    ))
}

/// The tokens with `value` wherever `name` stands.
fn spread<'a>(all: &[Token<'a>], name: &str, value: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut found = Vec::with_capacity(all.len());
    for token in all {
        if token.role == Role::Name && token.text == name {
            found.extend_from_slice(value);
        } else {
            found.push(token.clone());
        }
    }
    found
}

/// Whether the text has the name of a variable: an attribute of that name is another thing.
fn is_known(text: &str, name: &str) -> bool {
    let bytes = text.as_bytes();
    let is_part =
        |byte: Option<&u8>| byte.is_some_and(|one| one.is_ascii_alphanumeric() || *one == b'_');
    memchr::memmem::find_iter(bytes, name.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        !is_part(before) && before != Some(&b'.') && !is_part(bytes.get(at + name.len()))
    })
}

fn mentions(all: &[Token<'_>], name: &str) -> bool {
    all.iter()
        .any(|one| one.role == Role::Name && one.text == name)
}
