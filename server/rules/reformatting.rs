//! Hunks that change the layout of code and not what it does.

use std::ops::Range;

use super::{
    Confidence, Draft, FileChange, Finding, FixContext, Group, Meta, Reporter, Rule, Trial,
};
use crate::compare::edits::Edits;
use crate::compare::form::{Formal, comments_matter, words};
use crate::compare::spelling;
use crate::fixes::hunk::{Target, restore_hunk};
use crate::fixes::{Applicability, Fix};
use crate::syntax::Source;
use crate::vcs::Hunk;

pub struct Reformatting;

static META: Meta = Meta {
    name: "reformatting",
    group: Group::Scope,
    highest: Confidence::Certain,
    checklist: "The change is minimal and targeted",
    noqa: &[],
    docs: include_str!("docs/reformatting.md"),
    pattern: None,
};

impl Rule for Reformatting {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Syntax
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        let formal = change.branch.formal.as_ref();
        let mut formal = formal.filter(|one| one.path == change.path);
        for (index, hunk) in change.hunks.iter().enumerate() {
            let Some(what) = what_changes(change.edits, index) else {
                continue;
            };
            let mut draft = draft_over(span_of(change.head.source, hunk), what);
            if let Some(formal) = formal.take_if(|_| what == What::Layout) {
                draft.message = of_branch(formal);
                draft.confidence = Confidence::Certain;
            }
            reporter.report(draft);
        }
        // Where all is written another way, there is no place of layout to say it at.
        if let (Some(formal), Some(hunk)) = (formal, change.hunks.first()) {
            let span = span_of(change.head.source, hunk);
            reporter.report(Draft {
                detail: "form".to_owned(),
                ..Draft::over(span, Confidence::Certain, of_branch(formal))
            });
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        let head = context.unit.file;
        let mut hunks = context.hunks.iter();
        let hunk = hunks.position(|hunk| span_of(head.source, hunk) == finding.span);
        let (Some(hunk), Some(base)) = (hunk, context.production) else {
            return Vec::new();
        };
        // Neighbours that only together say the same are never further away.
        let near = hunk.saturating_sub(4)..(hunk + 5).min(context.hunks.len());
        let edits = Edits::new(base.source, head.source, &context.hunks[near.clone()]);
        let group = edits.same_code(hunk - near.start);
        let group = group.map_or(hunk..hunk + 1, |group| {
            near.start + group.start..near.start + group.end
        });
        let mut fix: Option<Fix> = None;
        for hunk in &context.hunks[group] {
            let one = restore_hunk(&Target {
                head,
                production: Some((base.source, base.outline)),
                hunk,
                lines: head.source.lines().touched(finding.span.clone()),
                version: context.version,
            });
            match (&mut fix, one) {
                (Some(fix), Some(one)) => fix.edits.extend(one.edits),
                (_, one) => fix = one,
            }
        }
        let comments = finding.message == What::Comments.message();
        let mended = fix.map(|fix| Fix {
            title: if finding.message == What::Spelling.message() {
                "Restore production's spelling here".to_owned()
            } else if comments {
                "Restore production's comments here".to_owned()
            } else {
                "Restore production's layout here".to_owned()
            },
            applicability: if comments {
                Applicability::NeedsReview
            } else {
                Applicability::Safe
            },
            preferred: true,
            ..fix
        });
        mended.into_iter().collect()
    }
}

fn draft_over(span: Range<usize>, what: What) -> Draft {
    Draft {
        detail: format!("{what:?}"),
        ..Draft::over(span, what.confidence(), what.message().to_owned())
    }
}

/// The branch is one thing, so one place speaks for it.
fn of_branch(formal: &Formal) -> String {
    if formal.places < formal.all {
        format!(
            "{} of {} changed places are only form: nobody finds the fix among them",
            formal.places, formal.all
        )
    } else {
        "Only the form of the code changes in this hotfix: it mends nothing".to_owned()
    }
}

/// What a hunk changes, if it changes no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// How the code is laid out.
    Layout,
    /// Blank lines.
    Blank,
    /// Comments, and maybe the layout.
    Comments,
    /// How one thing is written.
    Spelling,
}

impl What {
    fn message(self) -> &'static str {
        match self {
            Self::Layout => "Only the layout changes here: production's text does the same",
            Self::Blank => "Only blank lines change here",
            Self::Comments => "Only comments change here",
            Self::Spelling => "Only the spelling changes here: production's code means the same",
        }
    }

    fn confidence(self) -> Confidence {
        match self {
            Self::Layout => Confidence::Likely,
            Self::Blank | Self::Comments | Self::Spelling => Confidence::Possible,
        }
    }
}

fn what_changes(edits: &Edits<'_>, index: usize) -> Option<What> {
    let Some(together) = edits.same_code(index) else {
        return spelling::same(edits.base(index), edits.head(index)).then_some(What::Spelling);
    };
    if 1 < together.len() {
        return Some(What::Layout);
    }
    let (base, head) = (edits.base(index), edits.head(index));
    let (old, new) = (words(base), words(head));
    if old == new {
        let blank = head.statements.is_empty() && new.is_empty();
        return Some(if blank { What::Blank } else { What::Layout });
    }
    (!comments_matter(base, head)).then_some(What::Comments)
}

/// The bytes that show a hunk: its lines without the blanks around them, or the line behind a
/// deletion.
fn span_of(head: &Source, hunk: &Hunk) -> Range<usize> {
    let lines = head.lines();
    let shown = hunk.shown_in_head();
    let last = (shown.end as usize).min(lines.count());
    let first = (shown.start as usize).min(last.saturating_sub(1));
    let whole = lines.bytes(first..last);
    let text = &head.text()[whole.clone()];
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return whole.start..whole.start + text.trim_end_matches(['\n', '\r']).len();
    }
    let start = whole.start + (text.len() - text.trim_start().len());
    start..start + trimmed.len()
}
