//! All changed files of a branch, looked at together: what moves between them, and how much it is.

use std::ops::Range;

use super::blocks::Ends;
use super::branch::{Branch, Sides};
use super::form::Formal;
use super::matching::Matching;
use super::shape::{Changed, Counts, Fact, Shape, Side};
use super::size::{Budget, Oversize, Size};
use crate::config::{PathGlobs, Settings};
use crate::syntax::{Outline, Source};
use crate::vcs::{Hunk, hunks};

/// What a branch does as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// What moves between its files, and whether it is too large.
    pub branch: Branch,
    /// How much of what it does.
    pub counts: Counts,
    /// Its size.
    pub size: Size,
    /// What its size may be.
    pub budget: Budget,
}

impl Survey {
    /// Reads all changed files. `paths` is what their paths tell, of files of every kind; `commits`
    /// is how many commits the branch has.
    #[must_use]
    pub fn of(files: &[Sides], paths: &Counts, commits: u32, settings: &Settings) -> Self {
        let tests = PathGlobs::new(&settings.tests);
        let mut branch = Branch::of(files);
        let mut all = Shape::default();
        let mut largest: Option<(u32, &str)> = None;
        let mut formal: Option<(u32, &str)> = None;
        let mut ends = Ends::default();
        for file in files {
            let shape = shape_of(file, &branch, tests.matches(&file.path), &mut ends);
            let lines = shape.lines();
            if formal.is_none_or(|(most, _)| most < shape.form()) {
                formal = Some((shape.form(), &file.path));
            }
            if file.head.is_some() && largest.is_none_or(|(most, _)| most < lines) {
                largest = Some((lines, &file.path));
            }
            all.join(&shape);
        }
        all.add_paths(paths);
        branch.blocks = ends.blocks();
        all.add(Fact::MovedBlocks, branch.blocks.len());
        let counts = all.counts();
        let size = Size {
            files: counts.get(Fact::Files),
            lines: all.lines(),
            definitions: counts.get(Fact::Definitions),
            commits: commits.max(1),
        };
        branch.oversize = largest.and_then(|(_, path)| Oversize::of(size, settings, path));
        branch.formal = formal.and_then(|(_, path)| Formal::of(&counts, path));
        Self {
            branch,
            counts,
            size,
            budget: Budget::of(settings, size.commits),
        }
    }
}

fn shape_of(file: &Sides, branch: &Branch, is_test: bool, ends: &mut Ends) -> Shape {
    let outline = |side: &Option<Source>| side.as_ref().map(Outline::new);
    let (base_outline, head_outline) = (outline(&file.base), outline(&file.head));
    let base = file.base.as_ref().zip(base_outline.as_ref());
    let head = file.head.as_ref().zip(head_outline.as_ref());
    let matching = base
        .zip(head)
        .map(|((old, before), (new, now))| Matching::new(before, now, old, new));
    let hunks = match (base, head) {
        (Some((old, _)), Some((new, _))) => hunks::diff(old.text(), new.text()),
        (old, new) => {
            let lines = |side: Option<(&Source, &Outline)>| -> Range<u32> {
                let count = side.map_or(0, |(source, _)| source.text().lines().count());
                0..u32::try_from(count).unwrap_or(u32::MAX)
            };
            vec![Hunk {
                base: lines(old),
                head: lines(new),
            }]
        }
    };
    let side = |(source, outline)| Side { source, outline };
    let changed = Changed {
        path: &file.path,
        is_test,
        base: base.map(side),
        head: head.map(side),
        hunks: &hunks,
        matching: matching.as_ref(),
        branch,
    };
    ends.read(&changed);
    Shape::of_file(&changed)
}
