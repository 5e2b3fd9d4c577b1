//! Which parts of two texts have to be compared.

use std::ops::Range;

use imara_diff::Token;

use super::base_lines::narrow;

/// How many equal lines around a change are compared again, so that a hunk may slide to where a
/// person would see it. Longer runs of equal lines are skipped.
const CONTEXT: usize = 16;

/// Lines that are the same on both sides.
pub(super) struct Run {
    pub base: usize,
    pub head: usize,
    pub len: usize,
    /// Whether one of them occurs only once in production, so that they cannot be others.
    pub anchored: bool,
}

/// Lines of production and lines of head.
pub(super) type Segment = (Range<usize>, Range<usize>);

/// The parts that have to be compared: all but the inside of long runs. None where the runs are not
/// in production's order (something was moved or copied): then only the whole tells.
pub(super) fn segments(runs: &[Run], base_count: usize, head_count: usize) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut from = (0, 0);
    let mut last = (0, 0);
    for run in runs {
        if !run.anchored || run.len <= 2 * CONTEXT {
            continue;
        }
        if run.base < last.0 {
            return None;
        }
        if (run.base, run.head) != (0, 0) {
            segments.push((from.0..run.base + CONTEXT, from.1..run.head + CONTEXT));
        }
        last = (run.base + run.len, run.head + run.len);
        from = (last.0 - CONTEXT, last.1 - CONTEXT);
    }
    if last != (base_count, head_count) {
        segments.push((from.0..base_count, from.1..head_count));
    }
    Some(segments)
}

/// Small numbers for the tokens of one segment: the diff allocates by the highest one.
pub(super) struct Numbers {
    small: Vec<u32>,
    back: Vec<Token>,
}

impl Numbers {
    const NONE: u32 = u32::MAX;

    pub fn new(tokens: usize) -> Self {
        Self {
            small: vec![Self::NONE; tokens],
            back: Vec::new(),
        }
    }

    /// Both sides with small numbers; `back` leads to the tokens again until the next call.
    pub fn of(&mut self, before: &[Token], after: &[Token]) -> (Vec<Token>, Vec<Token>) {
        for token in self.back.drain(..) {
            self.small[token.0 as usize] = Self::NONE;
        }
        let mut number = |&token: &Token| {
            let small = &mut self.small[token.0 as usize];
            if *small == Self::NONE {
                *small = narrow(self.back.len());
                self.back.push(token);
            }
            Token(*small)
        };
        let before = before.iter().map(&mut number).collect();
        (before, after.iter().map(number).collect())
    }

    /// How many small numbers there are.
    pub fn count(&self) -> u32 {
        narrow(self.back.len())
    }

    /// The token behind a small number.
    pub fn token(&self, small: Token) -> Token {
        self.back[small.0 as usize]
    }
}
