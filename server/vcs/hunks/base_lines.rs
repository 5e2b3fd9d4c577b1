//! The line diff, with production's side prepared once.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use imara_diff::{Algorithm, Diff, IndentHeuristic, IndentLevel, Token};

use super::Hunk;
use super::interned::Interned;
use super::segments::{Numbers, segments};
use crate::text::Lines;

/// How wide a tab is where a hunk may slide; only its order of magnitude matters.
const TAB_WIDTH: u8 = 8;

/// Production's lines, interned once and kept while the base stays. Comparing a head of the same
/// length then costs one pass over equal bytes and the diff of what differs: 0.02 ms for 10,000
/// lines with 20 hunks, 0.2 ms when head has `\r\n`, 2 ms when nothing is the same.
pub struct BaseLines {
    pub(super) text: Arc<str>,
    pub(super) lines: Lines,
    pub(super) count: usize,
    /// One token per line; equal content, equal token.
    pub(super) tokens: Vec<Token>,
    /// Per token: its first line, and whether that is its only one.
    pub(super) first: Vec<(u32, bool)>,
    /// Hash of a token's content and the token, sorted.
    index: Vec<(u64, Token)>,
    hasher: RandomState,
}

impl std::fmt::Debug for BaseLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BaseLines")
            .field("lines", &self.count)
            .finish_non_exhaustive()
    }
}

impl BaseLines {
    /// Interns the lines of `text`.
    #[must_use]
    pub fn new(text: Arc<str>) -> Self {
        let lines = Lines::new(&text);
        let count = count(&lines, text.len());
        let hasher = RandomState::new();
        let mut known: HashMap<&str, Token> = HashMap::with_capacity(count);
        let mut tokens = Vec::with_capacity(count);
        let mut first: Vec<(u32, bool)> = Vec::new();
        let mut index = Vec::new();
        for line in 0..count {
            let content = &text[content(&lines, &text, line)];
            let token = *known.entry(content).or_insert_with(|| {
                let token = Token(narrow(first.len()));
                first.push((narrow(line), true));
                index.push((hasher.hash_one(content), token));
                token
            });
            let seen = &mut first[token.0 as usize];
            seen.1 = seen.0 == narrow(line);
            tokens.push(token);
        }
        drop(known);
        index.sort_unstable_by_key(|&(hash, token)| (hash, token.0));
        Self {
            text,
            lines,
            count,
            tokens,
            first,
            index,
            hasher,
        }
    }

    /// Production's text.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// How many lines production has; the empty one after a final line end is none.
    #[must_use]
    pub fn count(&self) -> u32 {
        narrow(self.count)
    }

    /// The hunks between production and `head`, sorted and disjoint.
    #[must_use]
    pub fn diff(&self, head: &str) -> Vec<Hunk> {
        if *head == *self.text {
            return Vec::new();
        }
        let mut interned = Interned::new(self, head);
        interned.run();
        if interned.tokens == self.tokens {
            return Vec::new();
        }
        let known = self.first.len();
        let mut fresh = vec![""; interned.fresh.len()];
        for (content, token) in &interned.fresh {
            fresh[token.0 as usize - known] = content;
        }
        let indent = |token: Token| {
            let token = token.0 as usize;
            let content = match self.first.get(token) {
                Some(&(line, _)) => self.content(line as usize),
                None => fresh.get(token - known).copied().unwrap_or_default(),
            };
            IndentLevel::for_ascii_line(content.bytes(), TAB_WIDTH)
        };
        compare(&self.tokens, &interned, &indent, known + fresh.len())
    }

    pub(super) fn content(&self, line: usize) -> &str {
        &self.text[content(&self.lines, &self.text, line)]
    }

    /// The token of production's lines with this content.
    pub(super) fn find(&self, content: &str) -> Option<Token> {
        let hash = self.hasher.hash_one(content);
        let from = self.index.partition_point(|&(it, _)| it < hash);
        self.index[from..]
            .iter()
            .take_while(|&&(it, _)| it == hash)
            .map(|&(_, token)| token)
            .find(|token| self.content(self.first[token.0 as usize].0 as usize) == content)
    }
}

fn shifted(lines: &Range<u32>, by: usize) -> Range<u32> {
    lines.start + narrow(by)..lines.end + narrow(by)
}

/// Compares segment by segment.
fn compare(
    base: &[Token],
    head: &Interned<'_>,
    indent: &impl Fn(Token) -> IndentLevel,
    tokens: usize,
) -> Vec<Hunk> {
    let whole = || vec![(0..base.len(), 0..head.tokens.len())];
    let segments = segments(&head.runs, base.len(), head.tokens.len()).unwrap_or_else(whole);
    let mut numbers = Numbers::new(tokens);
    let mut hunks = Vec::new();
    for (in_base, in_head) in segments {
        let (before, after) = numbers.of(&base[in_base.clone()], &head.tokens[in_head.clone()]);
        let mut diff = Diff::default();
        diff.compute_with(Algorithm::Histogram, &before, &after, numbers.count());
        let indent = IndentHeuristic::new(|small| indent(numbers.token(small)));
        diff.postprocess_with(&before, &after, indent);
        hunks.extend(diff.hunks().map(|hunk| Hunk {
            base: shifted(&hunk.before, in_base.start),
            head: shifted(&hunk.after, in_head.start),
        }));
    }
    hunks
}

/// The length of a byte order mark at the start of `text`.
pub(super) fn mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

/// The content of a line: without its end, and without a mark on the first one.
fn content(lines: &Lines, text: &str, line: usize) -> Range<usize> {
    let mut content = lines.content(line, text);
    if line == 0 {
        content.start += mark(text);
    }
    content
}

fn count(lines: &Lines, len: usize) -> usize {
    let all = lines.count();
    if lines.start(all - 1) == len {
        all - 1
    } else {
        all
    }
}

/// Lines are counted in `u32`: a text of more lines is far beyond every limit on file size.
pub(super) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
