//! Head's lines in terms of production's.

use std::collections::HashMap;

use imara_diff::Token;

use super::base_lines::{BaseLines, mark, narrow};
use super::segments::Run;

/// How many bytes are compared at once while two texts are the same.
const CHUNK: usize = 128;

/// Head's lines as production's tokens. It guesses that the next line of head is the next one of
/// production and copies tokens for as long as the bytes agree; only a line that does not agree is
/// looked up by its hash.
pub(super) struct Interned<'a> {
    base: &'a BaseLines,
    head: &'a str,
    /// The next byte of head.
    at: usize,
    /// The line of production that is expected next.
    guess: usize,
    pub tokens: Vec<Token>,
    /// Lines of head that follow production's lines one by one.
    pub runs: Vec<Run>,
    /// Contents that production does not have.
    pub fresh: HashMap<&'a str, Token>,
}

impl<'a> Interned<'a> {
    pub fn new(base: &'a BaseLines, head: &'a str) -> Self {
        Self {
            base,
            head,
            at: mark(head),
            guess: 0,
            tokens: Vec::with_capacity(base.count + 64),
            runs: Vec::new(),
            fresh: HashMap::new(),
        }
    }

    pub fn run(&mut self) {
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
        self.matched(self.guess, agreed - self.guess);
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
        self.matched(self.guess, 1);
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
            self.matched(self.guess, 1);
            self.guess += 1;
            return base.tokens[self.guess - 1];
        }
        if let Some(token) = base.find(content) {
            let (line, only) = base.first[token.0 as usize];
            // A line that occurs once tells where we are; a blank one does not.
            if only {
                self.matched(line as usize, 1);
                self.guess = line as usize + 1;
            } else {
                self.guess += 1;
            }
            return token;
        }
        let next = narrow(base.first.len() + self.fresh.len());
        *self.fresh.entry(content).or_insert(Token(next))
    }

    /// Notes that the next `len` lines of head are production's lines from `line` on.
    fn matched(&mut self, line: usize, len: usize) {
        let head = self.tokens.len();
        let only = |token: &Token| self.base.first[token.0 as usize].1;
        match self.runs.last_mut() {
            Some(run) if run.base + run.len == line && run.head + run.len == head => {
                run.len += len;
                run.anchored = run.anchored || self.base.tokens[line..line + len].iter().any(only);
            }
            _ => self.runs.push(Run {
                base: line,
                head,
                len,
                anchored: self.base.tokens[line..line + len].iter().any(only),
            }),
        }
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
