//! Values, kinds and keys that the code deals with now and production's file does not know.

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use super::report;
use crate::compare::statements::Statement;
use crate::rules::{Confidence, FileChange, Reporter};
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, children, field, positional, string_value, walk};

/// How documentation marks what is new.
const NOTES: [&str; 2] = [".. versionadded::", "!!! version-added"];

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let base = change.base.source.text();
    let mut told = BTreeSet::new();
    for (index, hunk) in change.hunks.iter().enumerate() {
        for statement in change.edits.head(index).statements {
            for one in in_statement(change.head.source, statement) {
                let line = u32::try_from(change.head.source.lines().line_of(one.span.start));
                let touched = line.is_ok_and(|line| hunk.head.contains(&line));
                if !touched || one.is_known_in(base) || !told.insert(one.text) {
                    continue;
                }
                let message = match one.what {
                    What::Value => format!(
                        "{} is dealt with here now: production does not know it",
                        one.text
                    ),
                    What::Kind => format!(
                        "{} is dealt with here now: production does not ask for it",
                        one.text
                    ),
                    What::Key => format!(
                        "The key {} is new: production writes nothing under it",
                        one.text
                    ),
                };
                report(reporter, one.span, Confidence::Possible, message);
            }
        }
    }
    noted(change, reporter);
}

/// What is dealt with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// A text that something is compared with.
    Value,
    /// A class that something is checked for.
    Kind,
    /// A key that is written.
    Key,
}

struct Found<'s> {
    what: What,
    text: &'s str,
    span: Range<usize>,
}

impl Found<'_> {
    fn is_known_in(&self, text: &str) -> bool {
        match self.what {
            What::Kind => text.contains(self.text),
            _ => ['"', '\'']
                .iter()
                .any(|quote| text.contains(&format!("{quote}{}{quote}", self.text))),
        }
    }
}

fn in_statement<'s>(source: &'s Source, statement: &Statement<'s>) -> Vec<Found<'s>> {
    let mut found = Vec::new();
    walk(statement.node, &mut |node| {
        if statement.span.end <= node.start_byte() {
            return Walk::Over;
        }
        match node.kind() {
            "comparison_operator" => {
                for one in children(node) {
                    let listed = matches!(one.kind(), "tuple" | "list" | "set");
                    let all: Vec<_> = if listed {
                        children(one).collect()
                    } else {
                        vec![one]
                    };
                    for one in all {
                        push(&mut found, What::Value, source, one);
                    }
                }
            }
            // Parameters of a query, options of a call and the text of an error are no data.
            "pair" if is_no_data(source, node) => {}
            "pair" => {
                if let Some(key) = field(node, "key") {
                    push(&mut found, What::Key, source, key);
                }
            }
            "assignment" => {
                let left = field(node, "left").filter(|one| one.kind() == "subscript");
                if let Some(key) = left.and_then(|one| field(one, "subscript")) {
                    push(&mut found, What::Key, source, key);
                }
            }
            "call" => kinds(source, node, &mut found),
            _ => {}
        }
        Walk::Into
    });
    found
}

/// The classes in `isinstance(value, (A, B))`.
fn kinds<'s>(source: &'s Source, call: Node<'s>, found: &mut Vec<Found<'s>>) {
    let named = field(call, "function").map_or("", |one| source.slice(one));
    let given = positional(call);
    let (true, Some(asked)) = (matches!(named, "isinstance" | "issubclass"), given.get(1)) else {
        return;
    };
    let all: Vec<_> = match asked.kind() {
        "tuple" => children(*asked).collect(),
        _ => vec![*asked],
    };
    for one in all {
        if matches!(one.kind(), "identifier" | "attribute") {
            let text = source.slice(one);
            // Who asks for any failure asks for none of them.
            if matches!(text, "Exception" | "BaseException") {
                continue;
            }
            found.push(Found {
                what: What::Kind,
                text: text.rsplit('.').next().unwrap_or(text),
                span: one.byte_range(),
            });
        }
    }
}

/// Whether a pair belongs to a dict that only parametrises a call or explains an error.
fn is_no_data(source: &Source, pair: Node<'_>) -> bool {
    const ONLY_SAYS: [&str; 7] = [
        "options",
        "params",
        "parameters",
        "headers",
        "extra",
        "filters",
        "details",
    ];
    let Some(dict) = pair.parent().and_then(|dict| dict.parent()) else {
        return false;
    };
    let call = match dict.kind() {
        "keyword_argument" => {
            return field(dict, "name").is_some_and(|name| ONLY_SAYS.contains(&source.slice(name)));
        }
        "argument_list" => dict.parent(),
        _ => None,
    };
    let name = call
        .and_then(|call| field(call, "function"))
        .map_or("", |one| source.slice(one));
    let last = name.rsplit('.').next().unwrap_or(name);
    matches!(
        last,
        "execute" | "executemany" | "scalar" | "scalars" | "bindparams" | "text"
    ) || last.ends_with("Error")
        || last.ends_with("Exception")
}

fn push<'s>(found: &mut Vec<Found<'s>>, what: What, source: &'s Source, node: Node<'s>) {
    let Some(text) = string_value(node, source) else {
        return;
    };
    let sound = text
        .chars()
        .all(|one| one.is_alphanumeric() || "_-./:".contains(one));
    if sound && 1 < text.len() {
        found.push(Found {
            what,
            text,
            span: node.byte_range(),
        });
    }
}

/// Docstrings that say what is new.
fn noted(change: &FileChange<'_>, reporter: &mut Reporter) {
    let is_note = |line: &str| NOTES.iter().any(|note| line.trim_start().starts_with(note));
    let (base, head) = (change.base.source, change.head.source);
    let lines = base.lines();
    let before = change.hunks.iter().flat_map(|hunk| hunk.base.clone());
    let before =
        before.filter(|&line| is_note(&base.text()[lines.content(line as usize, base.text())]));
    let lines = head.lines();
    let now = change.hunks.iter().flat_map(|hunk| hunk.head.clone());
    let now: Vec<_> = now
        .map(|line| lines.content(line as usize, head.text()))
        .filter(|line| is_note(&head.text()[line.clone()]))
        .collect();
    if let (Some(line), true) = (now.first(), before.count() < now.len()) {
        let text = &head.text()[line.clone()];
        let start = line.start + (text.len() - text.trim_start().len());
        let message = "The documentation says here that something is new".to_owned();
        report(reporter, start..line.end, Confidence::Likely, message);
    }
}
