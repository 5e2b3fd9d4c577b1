//! Caret comments: what is expected where.
//!
//! `#   ^^^^ rule confidence: part of the message` below the line that it speaks of. The carets
//! stand below the underlined columns; `#<^^` begins at column 0.

/// An expected finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The line of the code, from 0, annotations left out.
    pub line: usize,
    /// The columns in characters, on the first line of the finding.
    pub columns: std::ops::Range<usize>,
    /// The rule.
    pub rule: String,
    /// `certain`, `likely` or `possible`.
    pub confidence: String,
    /// What the message contains.
    pub message: String,
}

/// The code without annotations, and the annotations.
pub fn split(head: &str) -> (String, Vec<Expected>) {
    let mut code = String::new();
    let mut expected = Vec::new();
    let mut line = 0;
    for text in head.lines() {
        if let Some(one) = parse(text, line) {
            expected.push(one);
        } else {
            code.push_str(text);
            code.push('\n');
            line += 1;
        }
    }
    (code, expected)
}

fn parse(text: &str, lines: usize) -> Option<Expected> {
    let rest = text.strip_prefix('#')?;
    let trimmed = rest.trim_start_matches([' ', '<']);
    let carets = trimmed.chars().take_while(|c| *c == '^').count();
    if carets == 0 {
        return None;
    }
    let from_zero = rest.starts_with('<');
    let start = if from_zero {
        0
    } else {
        text.chars().count() - trimmed.chars().count()
    };
    let end = text.chars().count() - trimmed.chars().count() + carets;
    let (what, message) = match trimmed[carets..].split_once(':') {
        Some((what, message)) => (what, message.trim()),
        None => (&trimmed[carets..], ""),
    };
    let mut words = what.split_whitespace();
    Some(Expected {
        line: lines
            .checked_sub(1)
            .expect("an annotation stands below its line"),
        columns: start..end,
        rule: words.next().expect("an annotation names a rule").to_owned(),
        confidence: words
            .next()
            .expect("an annotation names a confidence")
            .to_owned(),
        message: message.to_owned(),
    })
}
