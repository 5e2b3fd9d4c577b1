//! From a line of one side to its line on the other.

use super::Hunk;

/// A line on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapped {
    /// The line, counted from 0. For a line that was added or removed it is the line after, which
    /// is the number of lines at the end of a text.
    pub line: u32,
    /// Whether both lines have the same content; otherwise it is only the nearest line.
    pub exact: bool,
}

/// Translates lines between production and head. Monotone in both directions.
#[derive(Debug, Clone, Copy)]
pub struct LineMap<'a> {
    hunks: &'a [Hunk],
}

impl<'a> LineMap<'a> {
    /// A map over `hunks` as [`super::diff`] returns them.
    #[must_use]
    pub fn new(hunks: &'a [Hunk]) -> Self {
        Self { hunks }
    }

    /// Production's line for a line of head.
    #[must_use]
    pub fn base_of(&self, head: u32) -> Mapped {
        map(self.hunks, head, |hunk| (&hunk.head, &hunk.base))
    }

    /// Head's line for a line of production.
    #[must_use]
    pub fn head_of(&self, base: u32) -> Mapped {
        map(self.hunks, base, |hunk| (&hunk.base, &hunk.head))
    }

    /// Production's line with the same content; none for a changed line.
    #[must_use]
    pub fn unchanged_base_of(&self, head: u32) -> Option<u32> {
        let mapped = self.base_of(head);
        mapped.exact.then_some(mapped.line)
    }

    /// Head's line with the same content; none for a changed line.
    #[must_use]
    pub fn unchanged_head_of(&self, base: u32) -> Option<u32> {
        let mapped = self.head_of(base);
        mapped.exact.then_some(mapped.line)
    }
}

/// The side that is asked about and the other one.
type Sides<'h> = (&'h std::ops::Range<u32>, &'h std::ops::Range<u32>);

fn map(hunks: &[Hunk], line: u32, sides: impl Fn(&Hunk) -> Sides<'_>) -> Mapped {
    // The last hunk that begins at or before the line and is not wholly after it.
    let before = hunks.partition_point(|hunk| sides(hunk).0.start <= line);
    let Some(hunk) = before.checked_sub(1).and_then(|at| hunks.get(at)) else {
        return Mapped { line, exact: true };
    };
    let (from, to) = sides(hunk);
    if from.contains(&line) {
        let inside = to.start + (line - from.start);
        let last = to.end.saturating_sub(1).max(to.start);
        return Mapped {
            line: inside.min(last),
            exact: false,
        };
    }
    Mapped {
        line: to.end + (line - from.end),
        exact: true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::diff;
    use super::*;

    #[test]
    fn unchanged_lines_are_exact_and_changed_ones_are_near() {
        let hunks = diff("a\nb\nc\nd\n", "a\nB\nB2\nc\n");
        let map = LineMap::new(&hunks);
        let near = |line| Mapped { line, exact: false };
        assert_eq!(map.unchanged_base_of(0), Some(0));
        assert_eq!(map.base_of(1), near(1));
        assert_eq!(map.base_of(2), near(1));
        assert_eq!(map.unchanged_base_of(3), Some(2));
        assert_eq!(map.unchanged_head_of(2), Some(3));
        assert_eq!(map.head_of(3), near(4));
    }

    #[test]
    fn an_added_line_is_near_the_line_that_follows_it() {
        let hunks = diff("a\nb\n", "a\nnew\nb\n");
        let map = LineMap::new(&hunks);
        assert_eq!(
            map.base_of(1),
            Mapped {
                line: 1,
                exact: false
            }
        );
        assert_eq!(map.unchanged_base_of(2), Some(1));
    }
}
