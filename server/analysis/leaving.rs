//! What may leave the hotfix at a place: a hunk, or everything changed in a definition.

use std::ops::Range;

use super::actions::edited;
use super::{Analysis, Snapshot};
use crate::fixes::{Edit, hunk};
use crate::syntax::Source;
use crate::syntax::outline::Definition;
use crate::vcs::Hunk;

/// Hunks that leave together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// The qualified name of the definition, if all that is changed in it leaves.
    pub definition: Option<String>,
    /// The definition around the hunk; none at module level.
    pub around: Option<String>,
    /// Whether this is all that changes in the definition around it, and nothing else.
    pub is_all: bool,
    /// The hunks, in order.
    pub hunks: Vec<Hunk>,
    /// What brings production's lines back.
    pub edits: Vec<Edit>,
}

impl Leaving {
    /// What the change is, in a few words.
    #[must_use]
    pub fn what(&self) -> String {
        match (&self.definition, &self.around) {
            (Some(name), _) => format!("changes in {name}"),
            (None, Some(name)) => format!("change in {name}"),
            (None, None) => "change at module level".to_owned(),
        }
    }
}

/// What may leave at `range` (bytes of head): the hunk there, then all hunks of the definition
/// around it if there are more. Nothing where production has no such file, or where the rest would
/// be no Python any more.
#[must_use]
pub fn leaving(snapshot: &Snapshot, range: Range<usize>) -> Vec<Leaving> {
    let analysis = Analysis::new(snapshot);
    let Some(side) = snapshot.base.production() else {
        return Vec::new();
    };
    let (base, hunks) = (side.source(), analysis.hunks());
    let lines = snapshot.head.lines().touched(range);
    let Some(first) = hunks.iter().find(|hunk| hunk::touches(hunk, &lines)) else {
        return Vec::new();
    };
    let target = hunk::Target {
        head: analysis.head(),
        production: Some((base, side.outline())),
        hunk: first,
        lines,
        version: None,
    };
    let definition = hunk::definition_around(&target);
    let around = definition.map(|one| one.qualname.clone());
    let partner = definition.and_then(|one| side.outline().find(&one.qualname));
    let span = |source: &Source, one: &Definition| source.lines().touched(one.range.clone());
    let scope = Scope {
        sources: (&snapshot.head, base),
        head: definition.map(|one| span(&snapshot.head, one)),
        base: partner.map(|one| span(base, one)),
    };
    let touching = hunks.iter().filter(|hunk| scope.has_part_of(hunk));
    let all: Vec<Hunk> = touching.cloned().collect();
    let all_inside = all.iter().all(|hunk| scope.holds(hunk));
    let leave = |hunks: Vec<Hunk>, definition: Option<String>| {
        let edits: Vec<Edit> = hunks
            .iter()
            .map(|hunk| hunk::production_lines(base, &snapshot.head, hunk))
            .collect();
        edited(snapshot, &edits).is_some().then(|| Leaving {
            definition,
            around: around.clone(),
            is_all: hunks == all && all_inside,
            hunks,
            edits,
        })
    };
    let mut found = Vec::from_iter(leave(vec![first.clone()], None));
    if 1 < all.len() && all.contains(first) && all_inside {
        found.extend(leave(all.clone(), around.clone()));
    }
    found
}

/// A definition, as lines of both sides.
struct Scope<'a> {
    /// Head and production.
    sources: (&'a Source, &'a Source),
    head: Option<Range<usize>>,
    /// None where production has no such definition.
    base: Option<Range<usize>>,
}

impl Scope<'_> {
    /// Whether the hunk changes some line of the definition.
    fn has_part_of(&self, hunk: &Hunk) -> bool {
        let head = self.head.as_ref();
        head.is_some_and(|head| overlaps(&hunk.head, head))
            || self
                .base
                .as_ref()
                .is_some_and(|base| overlaps(&hunk.base, base))
    }

    /// Whether the hunk changes nothing else. A hunk leaves whole, and would take it along.
    fn holds(&self, hunk: &Hunk) -> bool {
        reaches_no_code(self.sources.0, &hunk.head, self.head.as_ref())
            && reaches_no_code(self.sources.1, &hunk.base, self.base.as_ref())
    }
}

/// Whether some lines of a hunk's side are lines of the definition. An empty side lies between two
/// lines: at the definition's edge it is outside.
fn overlaps(hunk: &Range<u32>, definition: &Range<usize>) -> bool {
    let (start, end) = (hunk.start as usize, hunk.end as usize);
    if start == end {
        definition.start < start && start < definition.end
    } else {
        start < definition.end && definition.start < end
    }
}

/// Whether a side of a hunk has only blank lines outside of the definition.
fn reaches_no_code(source: &Source, hunk: &Range<u32>, definition: Option<&Range<usize>>) -> bool {
    let blank = |line: usize| {
        let content = source.lines().content(line, source.text());
        source.text()[content].trim().is_empty()
    };
    (hunk.start as usize..hunk.end as usize)
        .all(|line| definition.is_some_and(|inside| inside.contains(&line)) || blank(line))
}
