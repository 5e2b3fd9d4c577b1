//! The line diff, with production's side prepared once.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use imara_diff::{Algorithm, Diff, IndentHeuristic, IndentLevel, Token};

use super::Hunk;
use crate::text::Lines;

/// How wide a tab is where a hunk may slide; only its order of magnitude matters.
const TAB_WIDTH: u8 = 8;

/// How many bytes are compared at once while two texts are the same.
const CHUNK: usize = 128;

/// Production's lines, interned once and kept while the base stays. Comparing a head of the same
/// length then costs one pass over equal bytes and the diff of what differs: 0.15 ms for 10,000
/// lines with 20 hunks, 0.3 ms when head has `\r\n`.
pub struct BaseLines {
    text: Arc<str>,
    lines: Lines,
    count: usize,
    /// One token per line; equal content, equal token.
    tokens: Vec<Token>,
    /// Per token: its first line, and whether that is its only one.
    first: Vec<(u32, bool)>,
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
        let Interned { tokens, fresh, .. } = interned;
        if tokens == self.tokens {
            return Vec::new();
        }
        let known = self.first.len();
        let mut texts = vec![""; fresh.len()];
        for (content, token) in &fresh {
            texts[token.0 as usize - known] = content;
        }
        let mut diff = Diff::default();
        let all = narrow(known + texts.len());
        diff.compute_with(Algorithm::Histogram, &self.tokens, &tokens, all);
        let indent = |token: Token| {
            let token = token.0 as usize;
            let content = match self.first.get(token) {
                Some(&(line, _)) => self.content(line as usize),
                None => texts.get(token - known).copied().unwrap_or_default(),
            };
            IndentLevel::for_ascii_line(content.bytes(), TAB_WIDTH)
        };
        diff.postprocess_with(&self.tokens, &tokens, IndentHeuristic::new(indent));
        diff.hunks()
            .map(|hunk| Hunk {
                base: hunk.before,
                head: hunk.after,
            })
            .collect()
    }

    fn content(&self, line: usize) -> &str {
        &self.text[content(&self.lines, &self.text, line)]
    }

    /// The token of production's lines with this content.
    fn find(&self, content: &str) -> Option<Token> {
        let hash = self.hasher.hash_one(content);
        let from = self.index.partition_point(|&(it, _)| it < hash);
        self.index[from..]
            .iter()
            .take_while(|&&(it, _)| it == hash)
            .map(|&(_, token)| token)
            .find(|token| self.content(self.first[token.0 as usize].0 as usize) == content)
    }
}

/// Head's lines as production's tokens. It guesses that the next line of head is the next one of
/// production and copies tokens for as long as the bytes agree; only a line that does not agree is
/// looked up by its hash.
struct Interned<'a> {
    base: &'a BaseLines,
    head: &'a str,
    /// The next byte of head.
    at: usize,
    /// The line of production that is expected next.
    guess: usize,
    tokens: Vec<Token>,
    /// Contents that production does not have.
    fresh: HashMap<&'a str, Token>,
}

impl<'a> Interned<'a> {
    fn new(base: &'a BaseLines, head: &'a str) -> Self {
        Self {
            base,
            head,
            at: mark(head),
            guess: 0,
            tokens: Vec::with_capacity(base.count + 64),
            fresh: HashMap::new(),
        }
    }

    fn run(&mut self) {
        while self.at < self.head.len() {
            if !self.copy_equal_lines() {
                self.take_line();
            }
        }
    }

    /// Copies the tokens of all whole lines on which both texts agree from here on.
    fn copy_equal_lines(&mut self) -> bool {
        let base = self.base;
        if base.count <= self.guess {
            return false;
        }
        let text = base.text.as_bytes();
        let from = base.lines.start(self.guess).max(mark(&base.text));
        let same = equal_bytes(&text[from..], &self.head.as_bytes()[self.at..]);
        if from + same < base.lines.start(self.guess + 1) {
            return self.copy_line_of_windows(from, same);
        }
        // Only lines that are ended: head may go on where production's last line stops.
        let ended = base.lines.count() - 1;
        let agreed = base.lines.line_of(from + same).min(ended);
        if agreed <= self.guess {
            return false;
        }
        self.tokens
            .extend_from_slice(&base.tokens[self.guess..agreed]);
        self.at += base.lines.start(agreed) - from;
        self.guess = agreed;
        // Production may end this line with a lone `\r` where head has `\r\n`.
        let head = self.head.as_bytes();
        if head[self.at - 1] == b'\r' && head.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
        true
    }

    /// Copies one token where the texts agree up to an `\n` that is `\r\n` in head. Without this,
    /// every buffer of an editor on Windows would be looked at line by line twice.
    fn copy_line_of_windows(&mut self, from: usize, same: usize) -> bool {
        let (text, head) = (self.base.text.as_bytes(), self.head.as_bytes());
        let end = self.at + same;
        // After a `\r` on both sides head's line has ended already, and this is the next one.
        if 0 < same && text[from + same - 1] == b'\r' {
            return false;
        }
        if text.get(from + same) != Some(&b'\n') || head.get(end..end + 2) != Some(b"\r\n") {
            return false;
        }
        self.tokens.push(self.base.tokens[self.guess]);
        self.guess += 1;
        self.at = end + 2;
        true
    }

    fn take_line(&mut self) {
        let rest = &self.head.as_bytes()[self.at..];
        let (len, end) = match memchr::memchr2(b'\n', b'\r', rest) {
            Some(len) if rest[len] == b'\r' && rest.get(len + 1) == Some(&b'\n') => (len, 2),
            Some(len) => (len, 1),
            None => (rest.len(), 0),
        };
        let content = &self.head[self.at..self.at + len];
        self.at += len + end;
        let token = self.token_of(content);
        self.tokens.push(token);
    }

    fn token_of(&mut self, content: &'a str) -> Token {
        let base = self.base;
        if self.guess < base.count && base.content(self.guess) == content {
            self.guess += 1;
            return base.tokens[self.guess - 1];
        }
        if let Some(token) = base.find(content) {
            let (line, only) = base.first[token.0 as usize];
            // A line that occurs once tells where we are; a blank one does not.
            self.guess = if only {
                line as usize + 1
            } else {
                self.guess + 1
            };
            return token;
        }
        let next = narrow(base.first.len() + self.fresh.len());
        *self.fresh.entry(content).or_insert(Token(next))
    }
}

/// The length of a byte order mark at the start of `text`.
fn mark(text: &str) -> usize {
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

/// How many bytes at the start of both are the same.
fn equal_bytes(one: &[u8], two: &[u8]) -> usize {
    let chunks = one
        .chunks_exact(CHUNK)
        .zip(two.chunks_exact(CHUNK))
        .take_while(|(one, two)| one == two)
        .count();
    let from = chunks * CHUNK;
    let rest = one[from..].iter().zip(&two[from..]);
    from + rest.take_while(|(one, two)| one == two).count()
}

/// Lines are counted in `u32`: a text of more lines is far beyond every limit on file size.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
