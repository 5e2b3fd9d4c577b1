//! What can be done with any hunk: restore production's text, say why it is there.

use std::ops::Range;

use super::builder::{Builder, hotfix_comment};
use super::layout::{line_end, line_end_at};
use super::{Applicability, Edit, Fix};
use crate::syntax::nodes::{children, field, statement_of};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;
use crate::syntax::{File, Outline, Source};
use crate::vcs::Hunk;

/// A hunk and what is known around it.
#[derive(Debug)]
pub struct Target<'a> {
    /// The hotfix's file.
    pub head: File<'a>,
    /// Production's text and skeleton, if production has the file.
    pub production: Option<(&'a Source, &'a Outline)>,
    /// The hunk.
    pub hunk: &'a Hunk,
    /// The lines that the user pointed at.
    pub lines: Range<usize>,
    /// The hotfix's version.
    pub version: Option<&'a str>,
}

/// What an action on a hunk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Says in a comment why the hunk is there.
    Comment,
    /// Says so in the docstring.
    Docstring,
    /// Brings production's lines back.
    RestoreHunk,
    /// Brings production's version of the definition back.
    RestoreDefinition,
    /// Brings production's imports back.
    RestoreImports,
}

/// Whether the lines touch the hunk; a deletion is touched by the lines on both sides of it.
#[must_use]
pub fn touches(hunk: &Hunk, lines: &Range<usize>) -> bool {
    let (start, end) = (hunk.head.start as usize, hunk.head.end as usize);
    if start == end {
        lines.start <= start && start <= lines.end
    } else {
        lines.start < end && start < lines.end
    }
}

/// All actions that apply, the most likely first.
#[must_use]
pub fn actions(target: &Target<'_>) -> Vec<(Purpose, Fix)> {
    [
        (Purpose::Comment, comment(target)),
        (Purpose::Docstring, docstring_note(target)),
        (Purpose::RestoreHunk, restore_hunk(target)),
        (Purpose::RestoreDefinition, restore_definition(target)),
    ]
    .into_iter()
    .filter_map(|(purpose, fix)| Some((purpose, fix?)))
    .collect()
}

fn fix(title: String, edits: Vec<Edit>, applicability: Applicability) -> Fix {
    Fix {
        title,
        edits,
        applicability,
        preferred: false,
    }
}

/// Production's lines in place of the hunk's, with the line ends of the file.
#[must_use]
pub fn restore_hunk(target: &Target<'_>) -> Option<Fix> {
    let (base, _) = target.production?;
    let edit = production_lines(base, target.head.source, target.hunk);
    let count = target.hunk.base.len();
    let title = match (count, target.hunk.head.is_empty()) {
        (0, _) => "Remove these lines: production does not have them".to_owned(),
        (1, true) => "Bring back the line that production has here".to_owned(),
        (_, true) => format!("Bring back the {count} lines that production has here"),
        _ => "Restore production's version of this hunk".to_owned(),
    };
    Some(fix(title, vec![edit], Applicability::Restores))
}

/// Puts production's lines in the place of the hunk's.
#[must_use]
pub fn production_lines(base: &Source, head: &Source, hunk: &Hunk) -> Edit {
    let range = head
        .lines()
        .bytes(hunk.head.start as usize..hunk.head.end as usize);
    let text = base_lines(base, hunk.base.clone(), line_end_at(head, range.start));
    let at_end = |source: &Source, line: u32| {
        let is_open = !source.text().is_empty() && !source.text().ends_with(['\n', '\r']);
        source.lines().count() <= line as usize + usize::from(!is_open)
    };
    if at_end(base, hunk.base.end) && at_end(head, hunk.head.end) {
        return tail(head, range, text, base.text().ends_with('\n'));
    }
    fit(head, range, text)
}

/// Production's last lines replace head's last lines: the text ends as production's does.
fn tail(head: &Source, mut range: Range<usize>, mut text: String, is_ended: bool) -> Edit {
    let before = &head.text()[..range.start];
    range.end = head.text().len();
    if text.is_empty() && !is_ended {
        range.start = before
            .strip_suffix('\n')
            .map_or(before, |line| line.strip_suffix('\r').unwrap_or(line))
            .len();
    } else if !text.is_empty() && !before.is_empty() && !before.ends_with('\n') {
        text.insert_str(0, line_end(head));
    }
    Edit { range, text }
}

/// Production's version of the definition around the hunk.
#[must_use]
pub fn restore_definition(target: &Target<'_>) -> Option<Fix> {
    let (base, base_outline) = target.production?;
    let definition = definition_around(target)?;
    restore_named((target.head.source, definition), (base, base_outline))
}

/// Production's version of a definition of head, found by its qualified name.
#[must_use]
pub fn restore_named(
    (head, definition): (&Source, &Definition),
    (base, base_outline): (&Source, &Outline),
) -> Option<Fix> {
    let old = base_outline
        .find(&definition.qualname)
        .filter(|old| old.kind != Kind::Module)?;
    let whole = |source: &Source, range: Range<usize>| {
        let lines = source.lines();
        lines.line_of(range.start)..lines.line_of(range.end.max(1) - 1) + 1
    };
    let old_lines = whole(base, old.range.clone());
    let new_lines = whole(head, definition.range.clone());
    let as_u32 = |line: usize| u32::try_from(line).ok();
    let text = base_lines(
        base,
        as_u32(old_lines.start)?..as_u32(old_lines.end)?,
        line_end(head),
    );
    let edit = fit(head, head.lines().bytes(new_lines), text);
    (head.text()[edit.range.clone()] != edit.text).then(|| {
        fix(
            format!("Restore production's version of {}", definition.qualname),
            vec![edit],
            Applicability::Restores,
        )
    })
}

/// Production's definition `gone` put back behind the definition that stands before it in
/// production, or before the one behind it; `None` where head has neither.
#[must_use]
pub fn bring_back(
    head: File<'_>,
    (base, base_outline): (&Source, &Outline),
    gone: &Definition,
) -> Option<Fix> {
    let lines = base.lines();
    let siblings = || {
        let all = base_outline.definitions.iter().skip(1);
        all.filter(|one| one.parent == gone.parent)
    };
    let in_head = |one: &&Definition| head.outline.find(&one.qualname).is_some();
    let line = |at: usize| u32::try_from(lines.line_of(at)).ok();
    let (first, after) = (
        line(gone.range.start)?,
        line(gone.range.end.max(1) - 1)? + 1,
    );
    let mut before = siblings().filter(|one| one.range.end <= gone.range.start);
    let behind = siblings().filter(|one| gone.range.end <= one.range.start);
    let head_lines = head.source.lines();
    let (at, range) = if let Some(one) = before.rfind(in_head) {
        let partner = head.outline.find(&one.qualname)?;
        let last = line(one.range.end.max(1) - 1)? + 1;
        // The blank lines between the two come along; what else stood there may still be there.
        let blank = (last..first).rev().take_while(|&line| {
            let content = lines.content(line as usize, base.text());
            base.text()[content].trim().is_empty()
        });
        let blank = u32::try_from(blank.count()).ok()?;
        (
            head_lines.start(head_lines.line_of(partner.range.end.max(1) - 1) + 1),
            first - blank..after,
        )
    } else {
        let one = behind.filter(in_head).min_by_key(|one| one.range.start)?;
        let partner = head.outline.find(&one.qualname)?;
        (
            head_lines.start(head_lines.line_of(partner.range.start)),
            first..line(one.range.start)?,
        )
    };
    let text = base_lines(base, range, line_end(head.source));
    let at = at.min(head.source.text().len());
    let edit = fit(head.source, at..at, text);
    Some(fix(
        format!("Bring back production's {}", gone.name),
        vec![edit],
        Applicability::NeedsReview,
    ))
}

/// Whole lines replace whole lines; at the end of a text without final line end the line ends
/// around the edit are made to fit.
fn fit(head: &Source, mut range: Range<usize>, mut text: String) -> Edit {
    let end = line_end(head);
    let whole = head.text();
    if range.end == whole.len() && !whole.ends_with(['\n', '\r']) && !whole.is_empty() {
        if range.is_empty() {
            text = format!("{end}{}", text.trim_end_matches(['\n', '\r']));
        } else if text.is_empty() {
            range.start = whole[..range.start].trim_end_matches(['\n', '\r']).len();
        } else {
            text.truncate(text.trim_end_matches(['\n', '\r']).len());
        }
    } else if !text.is_empty() && !text.ends_with(['\n', '\r']) {
        text.push_str(end);
    }
    Edit { range, text }
}

fn base_lines(base: &Source, lines: Range<u32>, end: &str) -> String {
    let bytes = base.lines().bytes(lines.start as usize..lines.end as usize);
    let text = &base.text()[bytes];
    if end == "\n" {
        text.to_owned()
    } else {
        text.replace('\n', end)
    }
}

/// The innermost function or class around the lines that the user pointed at.
pub(crate) fn definition_around<'a>(target: &'a Target<'_>) -> Option<&'a Definition> {
    let lines = target.head.source.lines();
    target.head.outline.definitions.iter().rev().find(|one| {
        let span = lines.touched(one.range.clone());
        one.kind != Kind::Module && span.start < target.lines.end && target.lines.start < span.end
    })
}

/// The comment that says that and why the line is part of a hotfix, above the hunk's first
/// statement.
#[must_use]
pub fn comment(target: &Target<'_>) -> Option<Fix> {
    let lines = target.head.source.lines();
    let first = (target.hunk.head.start..target.hunk.head.end).find_map(|line| {
        let content = lines.content(line as usize, target.head.source.text());
        let code = target.head.source.text()[content.clone()].trim_start();
        (!code.is_empty() && !code.starts_with('#')).then(|| content.end - code.len())
    })?;
    let statement = statement_of(target.head.source.node_at(first..first + 1)?);
    let above = lines.line_of(statement.start_byte()).checked_sub(1);
    let explained = above.is_some_and(|line| {
        let content = lines.content(line, target.head.source.text());
        target.head.source.text()[content]
            .trim_start()
            .starts_with("# Hotfix")
    });
    if explained {
        return None;
    }
    let mut builder = Builder::new(target.head);
    let text = hotfix_comment(target.version, "say what was broken and why this mends it");
    builder.lines_before(statement, &[&text])?;
    Some(builder.finish(
        format!(
            "Add the comment {}",
            text.split(": ").next().unwrap_or(&text)
        ),
        Applicability::NeedsReview,
    ))
}

/// A line in the docstring of the changed function that tells its readers of the hotfix.
#[must_use]
pub fn docstring_note(target: &Target<'_>) -> Option<Fix> {
    let definition = definition_around(target).filter(|one| one.kind == Kind::Function)?;
    let node = definition_node(target.head.source, definition)?;
    let text = hotfix_comment(target.version, "say what callers see now");
    let line = text.trim_start_matches("# ");
    let first = children(field(node, "body")?).next()?;
    let docstring = first
        .named_child(0)
        .filter(|child| first.kind() == "expression_statement" && child.kind() == "string");
    let mut builder = Builder::new(target.head);
    let title = format!("Note the hotfix in the docstring of {}", definition.name);
    let Some(docstring) = docstring else {
        builder.lines_before(first, &[format!("\"\"\"{line}\"\"\"")])?;
        return Some(builder.finish(title, Applicability::NeedsReview));
    };
    let old = target.head.source.slice(docstring);
    if old.contains("Hotfix (") || old.contains("Hotfix:") {
        return None;
    }
    let quotes = ["\"\"\"", "'''"]
        .into_iter()
        .find(|quotes| old.ends_with(quotes))?;
    let indent = super::layout::indent_of(target.head.source, first);
    let end = line_end(target.head.source);
    let inside = old.strip_suffix(quotes)?.trim_end_matches([' ', '\t']);
    let start = docstring.start_byte() + inside.len();
    let lead = if inside.ends_with(['\n', '\r']) {
        ""
    } else {
        end
    };
    builder.remove(start..docstring.end_byte());
    builder.insert(
        start,
        format!("{lead}{end}{indent}{line}{end}{indent}{quotes}"),
    );
    Some(builder.finish(title, Applicability::NeedsReview))
}
