//! What is said in another form: a class declares what a method did, an old name is kept alive by a
//! warning.

use super::{draft, name_of};
use crate::compare::edits::Part;
use crate::rules::knowledge::public::still_has;
use crate::rules::{Confidence, Draft, FileChange, LoneFile, Reporter};
use crate::syntax::File;
use crate::syntax::nodes::field;
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;

/// A shorter value declares too little.
const FEWEST_TOKENS: usize = 30;

/// A shorter method did too little.
const FEWEST_LINES: usize = 5;

/// A longer definition does more than to keep an old name alive.
const MOST_LINES: usize = 25;

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    if change.head.is_test {
        return;
    }
    for hunk in 0..change.hunks.len() {
        let (base, head) = (change.edits.base(hunk), change.edits.head(hunk));
        if !base.broken && !head.broken {
            values(change, base, head, reporter);
        }
    }
    for &index in change.in_head {
        if change.matching.base_of(index).is_none() {
            old_name(
                change.head,
                &change.head.outline.definitions[index],
                reporter,
            );
        }
    }
}

/// Old names in a file that is new.
pub(super) fn added(added: &LoneFile<'_>, reporter: &mut Reporter) {
    for one in &added.file.outline.definitions {
        old_name(added.file, one, reporter);
    }
}

/// A value of a class that stands where a method of the class did.
fn values(
    change: &FileChange<'_>,
    base: Part<'_, '_>,
    head: Part<'_, '_>,
    reporter: &mut Reporter,
) {
    let (before, now) = (change.base.outline, change.head.outline);
    for one in head.statements {
        let assignment = one.node.named_child(0);
        let Some(assignment) = assignment.filter(|one| one.kind() == "assignment") else {
            continue;
        };
        let class = now.index_at(one.span.start);
        let outer = &now.definitions[class];
        let Some(left) = field(assignment, "left").filter(|one| one.kind() == "identifier") else {
            continue;
        };
        let name = change.head.source.slice(left);
        let Some(partner) = change.matching.base_of(class) else {
            continue;
        };
        if outer.kind != Kind::Class
            || one.tokens.len() < FEWEST_TOKENS
            || still_has(
                change.base,
                &format!("{}.{name}", before.definitions[partner].qualname),
            )
        {
            continue;
        }
        let gone = base.statements.iter().find_map(|old| {
            let index = before.index_at(old.span.start);
            let method = &before.definitions[index];
            let text = change.base.source.text().get(method.core.clone())?;
            let fits = method.kind == Kind::Function
                && method.parent == partner
                && FEWEST_LINES < text.lines().count()
                && change.matching.head_of(index).is_none()
                && change
                    .branch
                    .went(change.base_path, &method.qualname)
                    .is_none();
            fits.then_some(method)
        });
        let Some(method) = gone else { continue };
        let message = format!("{name} only declares what {} did", method.name);
        reporter.report(
            Draft {
                confidence: Confidence::Possible,
                ..draft(left.byte_range(), message, "declared")
            }
            .production(name_of(change.base.source, method), "production's method"),
        );
    }
}

/// A definition that warns that its name is old and hands all on.
fn old_name(head: File<'_>, one: &Definition, reporter: &mut Reporter) {
    if one.kind == Kind::Module || one.name.starts_with('_') {
        return;
    }
    let Some(node) = definition_node(head.source, one) else {
        return;
    };
    let text = head.source.slice(node);
    let warns = ["DeprecationWarning", "FutureWarning"]
        .iter()
        .any(|word| text.contains(word));
    let hands_on = match one.kind {
        Kind::Class => field(node, "superclasses").is_some() && text.contains("super()."),
        _ => text.contains("return "),
    };
    if !warns || !hands_on || MOST_LINES < text.lines().count() {
        return;
    }
    let message = format!("{} only keeps an old name alive", one.name);
    reporter.report(Draft {
        confidence: Confidence::Possible,
        ..draft(name_of(head.source, one), message, "old name")
    });
}
