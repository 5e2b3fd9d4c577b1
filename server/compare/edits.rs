//! The hunks of a file as code: what each side says there.

use std::ops::Range;

use tree_sitter::Node;

use super::statements::{Found, Statement, in_stretches};
use crate::syntax::Source;
use crate::vcs::Hunk;

/// At most so many hunks are taken together.
const MOST_TOGETHER: usize = 4;

/// Hunks that are taken together have at most so many equal lines between them.
const FURTHEST: u32 = 4;

/// The code in the hunks of both sides.
#[derive(Debug)]
pub struct Edits<'a> {
    base: Side<'a>,
    head: Side<'a>,
    same: Vec<Option<Range<usize>>>,
}

/// One hunk on one side.
#[derive(Debug, Clone, Copy)]
pub struct Part<'p, 'a> {
    /// The statements and headers that touch the hunk.
    pub statements: &'p [Statement<'a>],
    /// The comments on its lines.
    pub comments: &'p [Node<'a>],
    /// The side.
    pub source: &'a Source,
    /// Whether the hunk reaches into text that cannot be parsed.
    pub broken: bool,
}

#[derive(Debug)]
struct Side<'a> {
    source: &'a Source,
    found: Found<'a>,
    stretches: Vec<Range<usize>>,
}

impl<'a> Side<'a> {
    fn new(source: &'a Source, lines: impl Iterator<Item = Range<u32>>) -> Self {
        let stretches: Vec<Range<usize>> = lines
            .map(|lines| {
                source
                    .lines()
                    .bytes(lines.start as usize..lines.end as usize)
            })
            .collect();
        Self {
            source,
            found: in_stretches(source, &stretches),
            stretches,
        }
    }

    fn part(&self, index: usize) -> Part<'_, 'a> {
        let stretch = &self.stretches[index];
        let all = &self.found.statements;
        let first = all.partition_point(|one| one.span.end <= stretch.start);
        let last = all.partition_point(|one| one.span.start < stretch.end);
        let comments = &self.found.comments;
        let from = comments.partition_point(|one| one.end_byte() <= stretch.start);
        let to = comments.partition_point(|one| one.start_byte() < stretch.end);
        let statements = &all[first..last.max(first)];
        Part {
            statements,
            comments: &comments[from..to.max(from)],
            source: self.source,
            broken: statements.iter().any(|one| one.broken)
                || self
                    .source
                    .masks()
                    .iter()
                    .any(|mask| mask.start <= stretch.end && stretch.start <= mask.end),
        }
    }
}

impl<'a> Edits<'a> {
    /// Reads the hunks on both sides. The cost follows the hunks and the number of statements
    /// beside them, not the file.
    #[must_use]
    pub fn new(base: &'a Source, head: &'a Source, hunks: &[Hunk]) -> Self {
        let mut edits = Self {
            base: Side::new(base, hunks.iter().map(|one| one.base.clone())),
            head: Side::new(head, hunks.iter().map(|one| one.head.clone())),
            same: Vec::new(),
        };
        edits.find_same(hunks);
        edits
    }

    /// Production's part of a hunk.
    #[must_use]
    pub fn base(&self, hunk: usize) -> Part<'_, 'a> {
        self.base.part(hunk)
    }

    /// The hotfix's part of a hunk.
    #[must_use]
    pub fn head(&self, hunk: usize) -> Part<'_, 'a> {
        self.head.part(hunk)
    }

    /// The hunks, `hunk` among them, that say the same on both sides, comments aside: this one
    /// alone, or with its neighbours, where the comparison of lines took lines for equal that only
    /// look alike. `None` if the code differs.
    #[must_use]
    pub fn same_code(&self, hunk: usize) -> Option<Range<usize>> {
        self.same.get(hunk).cloned().flatten()
    }

    fn alone(&self, hunk: usize) -> bool {
        let (base, head) = (self.base(hunk), self.head(hunk));
        !base.broken && !head.broken && equal(base.statements, head.statements)
    }

    /// Whether the hunks with all that lies between them say the same.
    fn together(&self, hunks: &Range<usize>) -> bool {
        let read = |side: &Side<'a>| {
            let whole = side.stretches[hunks.start].start..side.stretches[hunks.end - 1].end;
            in_stretches(side.source, &[whole])
        };
        hunks
            .clone()
            .all(|hunk| !self.base(hunk).broken && !self.head(hunk).broken)
            && equal(&read(&self.base).statements, &read(&self.head).statements)
    }

    fn find_same(&mut self, hunks: &[Hunk]) {
        self.same = (0..hunks.len())
            .map(|hunk| self.alone(hunk).then(|| hunk..hunk + 1))
            .collect();
        for last in 1..hunks.len() {
            for count in 2..=MOST_TOGETHER.min(last + 1) {
                let group = last + 1 - count..last + 1;
                let near = group
                    .clone()
                    .skip(1)
                    .all(|hunk| hunks[hunk].head.start <= hunks[hunk - 1].head.end + FURTHEST);
                let differs = |hunk: usize| self.same[hunk].is_none();
                if !near || !differs(group.start) && !differs(last) {
                    break;
                }
                if group.clone().any(differs) && self.together(&group) {
                    for hunk in group.clone() {
                        self.same[hunk] = Some(group.clone());
                    }
                    break;
                }
            }
        }
    }
}

fn equal(base: &[Statement<'_>], head: &[Statement<'_>]) -> bool {
    base.len() == head.len() && base.iter().zip(head).all(|(old, new)| old.same(new))
}
