use std::fmt::Write as _;

use super::*;
use crate::syntax::{Cancel, Outline, Unit};
use crate::text::{Document, Encoding, Lines, position};

const FILE: &str = "\
import os

LIMIT = 3


@cached
def first(a):
    value = load(a)
    return value


class Store:
    limit = 3

    def get(self, key):
        found = self.data[key]
        return found

    @property
    def size(self):
        return len(self.data)


def last(b):
    return b
";

/// A text, its tree, and the same after one edit.
struct Edit {
    before: Parsed,
    document: Document,
    old: Source,
}

impl Edit {
    fn new(text: &str) -> Self {
        let tree = Parser::new().parse(text, None, &Cancel::default(), None);
        let before = Parsed::from(tree.expect("nobody cancels"));
        Self {
            old: Source::typed(text.into(), before.clone()),
            before,
            document: Document::new(text, 1),
        }
    }

    fn replace(&mut self, range: Range<usize>, text: &str) -> &mut Self {
        let before = self.document.text();
        let lines = Lines::new(&before);
        let at = |byte| position::position(&before, &lines, byte, Encoding::Utf8);
        self.document
            .replace(at(range.start)..at(range.end), text, Encoding::Utf8);
        self
    }

    fn after(&mut self, mark: &str, typed: &str) -> &mut Self {
        let at = self.document.text().find(mark).expect("a mark") + mark.len();
        self.replace(at..at, typed)
    }

    fn near(&self) -> Option<Source> {
        let text = self.document.text();
        let go_on = &mut || ControlFlow::Continue(());
        let parsed = Parser::new()
            .parse_near(&text, &self.before, self.document.changes(), go_on)
            .expect("nobody cancels")?;
        Some(Source::typed(text, parsed))
    }

    fn moved(&self) -> Option<Outline> {
        Outline::new(&self.old).moved(self.document.changes(), &self.near()?)
    }
}

/// Compares line by line, so that a difference can be read.
#[track_caller]
fn same(left: &str, right: &str, text: &str) {
    for (left, right) in left.lines().zip(right.lines()) {
        assert_eq!(left, right, "{text}");
    }
    assert_eq!(left.lines().count(), right.lines().count(), "{text}");
}

/// What rules see of the definitions: their names, places and trees.
fn seen(source: &Source, outline: &Outline) -> String {
    let mut all = String::new();
    for one in outline.definitions.iter().skip(1) {
        let node = crate::syntax::unit::definition_node(source, one);
        let tree = node.map_or_else(String::new, |node| {
            format!("{:?} {}", node.range(), node.to_sexp())
        });
        let _ = writeln!(
            all,
            "{} {:?} {:?} {tree}",
            one.qualname, one.range, one.core
        );
    }
    let _ = writeln!(all, "{:?}", outline.assigned);
    all
}

#[test]
fn the_function_that_is_typed_in_is_parsed_anew_in_its_place() {
    for (mark, typed) in [
        ("load(a", "b"),
        ("load(a", ", 3"),
        ("load(a)", "\n    other(value)"),
        ("self.data[key]", ".x"),
        ("len(self.data)", " + 1"),
        ("return b", "b"),
        ("def last(b", ", c"),
    ] {
        let mut edit = Edit::new(FILE);
        edit.after(mark, typed);
        let near = edit.near().expect("it is sound");
        assert_eq!(near.fresh().len(), 1, "{mark}");
        let whole = Source::parse(edit.document.text());
        let outline = Outline::new(&whole);
        assert_eq!(seen(&near, &Outline::new(&near)), seen(&whole, &outline));
        let moved = edit.moved().expect("the same definitions");
        assert_eq!(seen(&near, &moved), seen(&whole, &outline), "{mark}");
    }
}

#[test]
fn a_broken_function_is_masked() {
    for (mark, typed) in [("load(a", "(("), ("self.data[key", "["), ("return b", "'")] {
        let mut edit = Edit::new(FILE);
        edit.after(mark, typed);
        let near = edit.near().expect("the rest is sound");
        assert_eq!(near.masks().len(), 1, "{mark}");
        let moved = edit.moved().expect("the same definitions");
        assert_eq!(
            seen(&near, &moved),
            seen(&near, &Outline::new(&near)),
            "{mark}"
        );
    }
}

#[test]
fn another_definition_needs_a_new_skeleton() {
    for (mark, typed) in [
        ("return b", "\n\n\ndef more(): pass"),
        ("def last", "ing"),
        ("len(self.data)", "\n\n    def more(self): pass"),
        ("LIMIT", "S"),
        ("def last", "ing("),
    ] {
        let mut edit = Edit::new(FILE);
        edit.after(mark, typed);
        assert!(edit.moved().is_none(), "{mark}");
    }
}

#[test]
fn a_class_is_seen_from_its_method() {
    let mut edit = Edit::new(FILE);
    edit.after("self.data[key]", ".x");
    let near = edit.near().expect("it is sound");
    let outline = Outline::new(&near);
    let method = outline.find("Store.get").expect("it is there");
    let node = crate::syntax::unit::definition_node(&near, method).expect("sound");
    let settings = crate::config::Settings::default();
    let facts = crate::syntax::Facts::default();
    let file = crate::syntax::File {
        source: &near,
        outline: &outline,
        settings: &settings,
        is_test: false,
        facts: &facts,
    };
    let class = Unit::new(file, node, String::new())
        .class()
        .expect("a class");
    assert!(near.slice(class).ends_with("len(self.data)"));
}

/// Whatever is typed, a skeleton that was moved along is the one that would be read, and a sound
/// function looks as after a whole parse.
#[test]
fn what_is_moved_along_is_what_would_be_read() {
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or_default() % below
    };
    let typed = [
        "x", "(", "\"", "\n", ":", "é", "    ", "def f(", "]", "#", " ",
    ];
    let text = FILE.repeat(3);
    let (mut known, mut sound) = (0, 0);
    for _ in 0..800 {
        let mut edit = Edit::new(&text);
        for _ in 0..=random(2) {
            let length = edit.document.text().len();
            let start = random(length);
            let removed = if random(3) == 0 { random(12) } else { 0 };
            let end = (start + removed).min(length);
            let new = if removed == 0 {
                typed[random(typed.len())]
            } else {
                ""
            };
            edit.replace(start..end, new);
        }
        let Some(near) = edit.near() else {
            continue;
        };
        let read = Outline::new(&near);
        if let Some(moved) = edit.moved() {
            known += 1;
            same(&seen(&near, &moved), &seen(&near, &read), near.text());
        }
        let whole = Source::parse(edit.document.text());
        if !whole.is_broken() && near.masks().is_empty() {
            sound += 1;
            let all = Outline::new(&whole);
            same(&seen(&near, &read), &seen(&whole, &all), near.text());
        }
    }
    assert!(300 < known && 120 < sound, "{known} {sound}");
}

#[test]
fn what_was_moved_along_is_out_of_date() {
    for typed in ["(", "b"] {
        let mut edit = Edit::new(FILE);
        edit.after("return b", typed);
        assert!(!edit.near().expect("the rest is sound").is_up_to_date());
        assert!(edit.old.is_up_to_date());
    }
}
