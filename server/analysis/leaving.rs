//! What may leave the hotfix at a place: a hunk, or everything changed in a definition.

use std::ops::Range;

use super::actions::edited;
use super::{Analysis, Snapshot};
use crate::fixes::{Edit, hunk};
use crate::vcs::Hunk;

/// Hunks that leave together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// The qualified name of the definition, if all that is changed in it leaves.
    pub definition: Option<String>,
    /// The definition around the hunk; none at module level.
    pub around: Option<String>,
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
    let leave = |hunks: Vec<Hunk>, definition: Option<String>| {
        let edits: Vec<Edit> = hunks
            .iter()
            .map(|hunk| hunk::production_lines(base, &snapshot.head, hunk))
            .collect();
        edited(snapshot, &edits).is_some().then(|| Leaving {
            definition,
            around: around.clone(),
            hunks,
            edits,
        })
    };
    let inside = |hunk: &&Hunk| {
        let Some(definition) = definition else {
            return false;
        };
        let head = snapshot.head.lines().touched(definition.range.clone());
        let partner = side.outline().find(&definition.qualname);
        let old = partner.map(|one| base.lines().touched(one.range.clone()));
        hunk::touches(hunk, &(head.start..head.end - 1))
            || old.is_some_and(|old| {
                (hunk.base.start as usize) < old.end && old.start < hunk.base.end as usize
            })
    };
    let all: Vec<Hunk> = hunks.iter().filter(inside).cloned().collect();
    let mut found = Vec::from_iter(leave(vec![first.clone()], None));
    if 1 < all.len() && all.contains(first) {
        found.extend(leave(all, around.clone()));
    }
    found
}
