//! Statements that stand in another definition than in production.

use super::{draft, name_of};
use crate::compare::blocks::{Block, mark};
use crate::rules::{FileChange, LoneFile, Reporter};

/// Reports what came to a changed file. `told` names functions that have a finding as a whole.
pub(super) fn compare(change: &FileChange<'_>, told: &[String], reporter: &mut Reporter) {
    for block in to(&change.branch.blocks, change.path) {
        if told.contains(&block.to.qualname) {
            continue;
        }
        let statements = (0..change.hunks.len()).flat_map(|at| change.edits.head(at).statements);
        let outline = change.head.outline;
        let mut same = statements.filter(|one| {
            outline.enclosing(one.span.start).qualname == block.to.qualname
                && mark(one) == block.mark
        });
        // The branch was looked at before the last keystrokes.
        let Some(first) = same.next() else { continue };
        let lines = change.head.source.lines();
        let line = lines.line_of(first.span.start);
        let content = lines.content(line, change.head.source.text());
        let span = first.span.start..content.end.min(first.span.end);
        reporter.report(draft(span, message(block), "block"));
    }
}

/// Reports what came to a file that is new.
pub(super) fn added(added: &LoneFile<'_>, reporter: &mut Reporter) {
    for block in to(&added.branch.blocks, added.path) {
        let own = added.file.outline.find(&block.to.qualname);
        if let Some(own) = own.filter(|one| !one.qualname.is_empty()) {
            let name = name_of(added.file.source, own);
            reporter.report(draft(name, message(block), "block"));
        }
    }
}

fn to<'b>(blocks: &'b [Block], path: &str) -> impl Iterator<Item = &'b Block> {
    blocks.iter().filter(move |one| one.to.path == path)
}

fn message(block: &Block) -> String {
    let what = match block.statements {
        0 => "Part of this statement moves".to_owned(),
        1 => "One statement moves".to_owned(),
        count => format!("{count} statements move"),
    };
    let (from, place) = (&block.from.qualname, &block.from);
    let place = format!("{}:{}", place.path, place.line + 1);
    match from.as_str() {
        "" => format!("{what} here: production has it in {place}"),
        name => format!("{what} here: production has it in {name} ({place})"),
    }
}
