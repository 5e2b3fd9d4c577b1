//! What is typed: the same keystrokes for every server.

use crate::program::{Program, Random};

/// One change as the client sends it: a range in lines and characters, and the new text.
#[derive(Debug, Clone)]
pub struct Change {
    pub start: (usize, usize),
    pub end: (usize, usize),
    pub text: String,
}

/// The client's own copy of the text. It is ASCII, so characters are bytes in every encoding.
pub struct Buffer {
    text: String,
}

impl Buffer {
    pub fn new(text: &str) -> Self {
        assert!(text.is_ascii(), "positions are counted in bytes here");
        Self {
            text: text.to_owned(),
        }
    }

    fn position(&self, at: usize) -> (usize, usize) {
        let before = &self.text[..at];
        let line = before.bytes().filter(|&byte| byte == b'\n').count();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        (line, at - start)
    }

    /// The bytes of a line, without its end.
    fn line(&self, wanted: usize) -> std::ops::Range<usize> {
        let mut start = 0;
        for (index, line) in self.text.split_inclusive('\n').enumerate() {
            if index == wanted {
                return start..start + line.trim_end_matches('\n').len();
            }
            start += line.len();
        }
        start..start
    }

    fn replace(&mut self, range: std::ops::Range<usize>, text: &str) -> Change {
        let change = Change {
            start: self.position(range.start),
            end: self.position(range.end),
            text: text.to_owned(),
        };
        self.text.replace_range(range, text);
        change
    }
}

/// What was typed and is not taken back yet.
struct Typed {
    at: usize,
    length: usize,
    due: usize,
}

/// `count` single keystrokes. Every tenth one is a bracket, a quote or a new line. Each is taken
/// back a few keystrokes later, as people do, so the file stays as good as it was.
pub fn keystrokes(program: &Program, count: usize, seed: u64) -> Vec<Change> {
    let mut random = Random::new(seed);
    let mut buffer = Buffer::new(&program.hotfix);
    let mut typed: Vec<Typed> = Vec::new();
    let mut changes = Vec::with_capacity(count);
    for index in 0..count {
        let special = index % 10 == 9;
        let due = typed.iter().position(|typed| typed.due <= index);
        if let (Some(due), false) = (due, special) {
            let back = typed.remove(due);
            for other in &mut typed {
                if other.at > back.at {
                    other.at -= back.length;
                }
            }
            changes.push(buffer.replace(back.at..back.at + back.length, ""));
            continue;
        }
        let (at, text) = keystroke(&buffer, program, special, &mut random, &typed);
        for other in &mut typed {
            if other.at >= at {
                other.at += text.len();
            }
        }
        typed.push(Typed {
            at,
            length: text.len(),
            due: index + 1 + random.below(8),
        });
        changes.push(buffer.replace(at..at, &text));
    }
    changes
}

/// Where the next keystroke goes and what it is. Half of them go near the hotfix's own hunks.
fn keystroke(
    buffer: &Buffer,
    program: &Program,
    special: bool,
    random: &mut Random,
    typed: &[Typed],
) -> (usize, String) {
    let lines = buffer.text.matches('\n').count();
    loop {
        let wanted = if random.below(2) == 0 {
            let near = program.changed[random.below(program.changed.len())];
            (near + random.below(5)).saturating_sub(2)
        } else {
            random.below(lines)
        };
        let line = buffer.line(wanted);
        let text = &buffer.text[line.clone()];
        let indent = text.len() - text.trim_start().len();
        if text.trim().is_empty() {
            continue;
        }
        let at = line.start + indent + random.below(text.len() - indent + 1);
        let taken = |typed: &Typed| typed.at < at && at < typed.at + typed.length;
        if typed.iter().any(taken) {
            continue;
        }
        if !special {
            let letter = char::from(b'a' + u8::try_from(random.below(26)).expect("below 26"));
            return (at, letter.to_string());
        }
        return match random.below(6) {
            0 => (at, "(".to_owned()),
            1 => (at, "[".to_owned()),
            2 => (at, "{".to_owned()),
            3 => (at, "\"".to_owned()),
            4 => (at, "'".to_owned()),
            // An editor indents the new line like the one above.
            _ => (line.end, format!("\n{}", " ".repeat(indent))),
        };
    }
}

/// Bursts of `length` letters typed at one place without waiting; every second burst takes the
/// letters of the one before back.
pub fn bursts(program: &Program, count: usize, length: usize, seed: u64) -> Vec<Vec<Change>> {
    let mut random = Random::new(seed);
    let mut buffer = Buffer::new(&program.hotfix);
    let mut out = Vec::with_capacity(count);
    let mut at = 0;
    for index in 0..count {
        if index.is_multiple_of(2) {
            at = keystroke(&buffer, program, false, &mut random, &[]).0;
        }
        let burst = (0..length)
            .map(|step| {
                if index.is_multiple_of(2) {
                    let letter = random.pick(&["a", "e", "n", "t", "_", "s"]);
                    buffer.replace(at + step..at + step, letter)
                } else {
                    let last = at + length - 1 - step;
                    buffer.replace(last..last + 1, "")
                }
            })
            .collect();
        out.push(burst);
    }
    assert_eq!(buffer.text == program.hotfix, count.is_multiple_of(2));
    out
}
