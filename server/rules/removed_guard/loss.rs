//! What all mechanisms beside the single guards hand over: a protection that is lost, where, and
//! what brings it back.

use std::ops::Range;

use tree_sitter::Node;

use super::collect::Guard;
use super::since::Since;
use super::{calls, finals, loops, neutral, outer, swaps};
use crate::fixes::{Applicability, Builder, Fix};
use crate::rules::{Confidence, Draft};
use crate::syntax::Unit;
use crate::syntax::nodes::statement_of;

/// A protection that the hotfix loses.
#[derive(Debug)]
pub(super) struct Loss<'h> {
    /// The name of the mechanism, for the finding's identity.
    pub name: &'static str,
    /// What it protected, in production's words.
    pub subject: String,
    /// Where head lacks it.
    pub place: Node<'h>,
    /// Bytes of production that are shown.
    pub shown: Range<usize>,
    pub confidence: Confidence,
    pub message: String,
    pub covers: &'static [&'static str],
    pub repair: Repair,
}

/// What brings a protection back.
#[derive(Debug, Clone, Default)]
pub(super) enum Repair {
    /// Only production's whole definition does.
    #[default]
    None,
    /// Bytes of head are replaced.
    Replace(Vec<(Range<usize>, String)>),
    /// The statement at the place goes.
    Drop,
    /// A line goes before the statement at the place.
    Before(String),
    /// Lines go before the statement at the place, with a tab for a level.
    Lines(Vec<String>),
    /// So many statements from the place on go below a head.
    Wrap(usize, String),
}

/// All losses between two sides of a scope, single guards aside.
pub(super) fn losses<'h>(base: &Unit<'_>, head: &Unit<'h>, since: &Since<'_, 'h>) -> Vec<Loss<'h>> {
    let mut found = neutral::losses(base, head, since);
    found.extend(swaps::losses(base, head, since));
    found.extend(calls::losses(base, head, since));
    found.extend(loops::losses(base, head, since));
    found.extend(finals::losses(base, head));
    found.extend(outer::losses(base, head));
    found
}

impl Loss<'_> {
    /// Whether this speaks of the guard as well, and no less surely.
    pub fn is_of(&self, guard: &Guard<'_>, confidence: Confidence) -> bool {
        let same = match self.name {
            "neutral" => self.shown == guard.shown,
            "tolerant" | "and" | "filter" | "ternary" => {
                guard.shown.start <= self.shown.start && self.shown.end <= guard.shown.end
            }
            _ => false,
        };
        let surer = confidence < self.confidence || self.name != "neutral";
        same && surer && confidence <= self.confidence
    }

    pub fn draft(&self) -> Draft {
        let draft = Draft {
            detail: format!("{} {}", self.name, self.subject),
            covers: self.covers,
            ..Draft::at(self.place, self.confidence, self.message.clone())
        };
        draft.production(self.shown.clone(), "production has this guard")
    }

    /// The fix that puts production's protection back.
    pub fn fix(&self, head: &Unit<'_>) -> Option<Fix> {
        let mut builder = Builder::new(head.file);
        match &self.repair {
            Repair::None => return None,
            Repair::Replace(parts) => {
                for (range, text) in parts {
                    builder.remove(range.clone());
                    builder.insert(range.start, text.clone());
                }
            }
            Repair::Drop => builder.remove_statement(self.place)?,
            Repair::Before(line) => builder.lines_before(self.place, std::slice::from_ref(line))?,
            Repair::Lines(lines) => builder.lines_before(statement_of(self.place), lines)?,
            Repair::Wrap(count, header) => {
                let last = std::iter::successors(Some(self.place), Node::next_named_sibling)
                    .filter(|one| one.kind() != "comment")
                    .nth(count.checked_sub(1)?)?;
                builder.wrap(self.place, last, std::slice::from_ref(header))?;
            }
        }
        let words = self.subject.split('\n').next().unwrap_or(&self.subject);
        Some(builder.finish(
            format!("Restore production's guard `{words}`"),
            if self.confidence == Confidence::Certain {
                Applicability::Safe
            } else {
                Applicability::NeedsReview
            },
        ))
    }
}
