//! A value that a class or the module gives a name: what uses the name says the same as before.

use std::ops::Range;

use super::draft;
use crate::compare::canonical::{Role, Token, tokens};
use crate::compare::statements::Statement;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::field;
use crate::syntax::outline::Kind;

/// In larger changes nothing is looked for.
const MOST_STATEMENTS: usize = 300;

/// A name that is new in a class or in the module.
struct Named<'a> {
    name: &'a str,
    span: Range<usize>,
    value: Vec<Token<'a>>,
}

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let hunks: Vec<usize> = (0..change.hunks.len())
        .filter(|&hunk| {
            let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
            !base.broken && !head.broken
        })
        .collect();
    let come: Vec<&Statement<'_>> = hunks
        .iter()
        .flat_map(|&hunk| change.edits.head(hunk).statements)
        .collect();
    if MOST_STATEMENTS < come.len() {
        return;
    }
    let new = come.iter().filter_map(|one| named(change, one));
    for one in new {
        let user = hunks.iter().find_map(|&hunk| {
            let base = change.edits.base(hunk).statements;
            let head = change.edits.head(hunk).statements;
            head.iter().find_map(|user| {
                let spread = spread(&user.tokens, one.name, &one.value)?;
                base.iter().find(|old| old.tokens == spread)
            })
        });
        let Some(user) = user else { continue };
        let message = format!("A value of production only gets a name here: {}", one.name);
        let place = super::rearranged::line_of(change.base.source, user);
        reporter.report(
            Draft {
                confidence: Confidence::Possible,
                ..draft(one.span, message, "constant")
            }
            .production(place, "production has the value itself"),
        );
    }
}

/// `NAME = value` in a class or in the module, of a name that production does not have.
fn named<'a>(change: &FileChange<'a>, statement: &Statement<'a>) -> Option<Named<'a>> {
    let source: &'a Source = change.head.source;
    let assignment = statement.node.named_child(0)?;
    if statement.node.kind() != "expression_statement" || assignment.kind() != "assignment" {
        return None;
    }
    let outline = change.head.outline;
    if outline.enclosing(statement.span.start).kind == Kind::Function {
        return None;
    }
    let left = field(assignment, "left").filter(|one| one.kind() == "identifier")?;
    let name = source.slice(left);
    let known = change.base.outline.assigned.iter();
    if known.clone().any(|(one, _)| one == name) {
        return None;
    }
    Some(Named {
        name,
        span: left.byte_range(),
        value: tokens(source, field(assignment, "right")?),
    })
}

/// The tokens with the value wherever the name stands, behind `self.` or the like or alone. `None`
/// where it does not.
fn spread<'a>(all: &[Token<'a>], name: &str, value: &[Token<'a>]) -> Option<Vec<Token<'a>>> {
    let mut found: Vec<Token<'a>> = Vec::with_capacity(all.len());
    let mut some = false;
    for token in all {
        let own = token.text == name;
        if own && token.role == Role::Name {
            found.extend_from_slice(value);
            some = true;
        } else if own && token.role == Role::Attribute && found.len() >= 2 {
            // `self`, `.`
            found.truncate(found.len() - 2);
            found.extend_from_slice(value);
            some = true;
        } else {
            found.push(token.clone());
        }
    }
    some.then_some(found)
}
