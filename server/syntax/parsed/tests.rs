use super::*;
use crate::syntax::{Outline, Source};
use crate::text::{Document, Encoding, Lines, Position, position};

const FILE: &str = "\
import os


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

/// A text that is typed in, parsed after each edit as the server does.
struct Typing {
    document: Document,
    parser: Parser,
    parsed: Parsed,
}

impl Typing {
    fn new(text: &str) -> Self {
        let mut parser = Parser::new();
        let tree = parser.parse(text, None, &Cancel::default(), None);
        Self {
            document: Document::new(text, 1),
            parsed: tree.expect("nobody cancels").into(),
            parser,
        }
    }

    fn replace(&mut self, range: Range<usize>, text: &str) -> String {
        let before = self.document.text();
        let lines = Lines::new(&before);
        let at = |byte| position::position(&before, &lines, byte, Encoding::Utf8);
        let place: Range<Position> = at(range.start)..at(range.end);
        self.document.replace(place, text, Encoding::Utf8);
        let after = self.document.text();
        let changes = self.document.changes();
        let mut watch = || ControlFlow::Continue(());
        let parsed = self
            .parser
            .parse_typed(&after, &self.parsed, changes, &mut watch);
        self.parsed = parsed.expect("nobody cancels");
        self.document.forget_changes(self.document.changes().len());
        after.to_string()
    }

    /// Types `typed` behind `mark`; gives what is masked then.
    fn after(&mut self, mark: &str, typed: &str) -> Vec<String> {
        let at = self.document.text().find(mark).expect("a mark") + mark.len();
        let text = self.replace(at..at, typed);
        let masks = self.parsed.masks.iter();
        masks.map(|mask| text[mask.clone()].to_owned()).collect()
    }

    fn definitions(&self) -> Vec<String> {
        let source = Source::typed(self.document.text(), self.parsed.clone());
        let outline = Outline::new(&source);
        let names = outline.definitions.into_iter().map(|one| one.qualname);
        names.collect()
    }
}

/// Types one thing that breaks a function. Only that is left out, nothing loses its name, and
/// taking it back mends all.
#[track_caller]
fn case(mark: &str, typed: &str, hidden: &str) {
    let mut typing = Typing::new(FILE);
    let names = typing.definitions();
    let masks = typing.after(mark, typed);
    assert_eq!(masks.len(), 1, "{masks:?}");
    assert!(masks[0].starts_with(hidden), "{masks:?}");
    assert!(!typing.parsed.tree.root_node().has_error());
    assert_eq!(typing.definitions(), names);

    let at = typing.document.text().find(mark).expect("a mark") + mark.len();
    typing.replace(at..at + typed.len(), "");
    assert!(typing.parsed.masks.is_empty());
    assert!(!typing.parsed.tree.root_node().has_error());
}

#[test]
fn only_the_function_that_is_typed_in_is_left_out() {
    case("value = ", "\"", "def first");
    case("value = ", "\"\"\"", "def first");
    case("load(", "(", "def first");
    case("def first(a", ",,", "def first");
    case("found = ", "'", "def get");
    case("len(", "[", "def size");
    case("def last(b)", "(", "def last");
    case("@cached", "(", "@cached");
    case("limit = ", "(", "limit");
    case("import ", "(", "import");
}

#[test]
fn typing_in_one_function_after_the_other_leaves_out_both_until_each_is_mended() {
    let mut typing = Typing::new(FILE);
    assert_eq!(typing.after("value = ", "(").len(), 1);
    assert_eq!(typing.after("return b", "[").len(), 2);
    assert_eq!(typing.after("return b[", "]").len(), 2);
    assert_eq!(typing.after("return b[", "0").len(), 1);
    assert!(typing.after("value = (", ")").len() == 1);
}

#[test]
fn a_quote_that_another_function_closes_is_found_by_a_whole_parse() {
    let mut typing = Typing::new(FILE);
    typing.after("value = ", "\"\"\"");
    typing.after("return b", "\"\"\"");
    assert!(!typing.parsed.masks.is_empty());
    let text = typing.document.text();
    let whole = typing
        .parser
        .parse_whole(&text, &typing.parsed, &Cancel::default());
    assert!(whole.is_ok_and(|tree| !tree.root_node().has_error()));
}

/// After any typing, the tree is the one that a fresh parse of the same text with the same masks
/// gives: nothing stale is ever reused.
#[test]
fn what_is_parsed_while_typing_is_what_is_parsed_afresh() {
    let mut seed = 11_u64;
    let mut random = |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or_default() % below
    };
    let typed = [
        "x", "(", "\"", "\"\"\"", "\n", ":", "é", "    ", "def f(", "]", "#", "@",
    ];
    let mut broken = 0;
    let mut typing = Typing::new(&FILE.repeat(4));
    for _ in 0..600 {
        let text = typing.document.text();
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let start = boundaries[random(boundaries.len())];
        let end = if random(3) == 0 {
            boundaries[random(boundaries.len())]
        } else {
            start
        };
        let (start, end) = (start.min(end), end.max(start).min(start + 40));
        let end = (end..=text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(start);
        let new = if start < end {
            ""
        } else {
            typed[random(typed.len())]
        };
        let after = typing.replace(start..end, new);
        broken += usize::from(!typing.parsed.masks.is_empty());
        let shown = masked(&after, &typing.parsed.masks);
        let shown = std::str::from_utf8(&shown).expect("whole characters are blanked");
        let fresh = Source::parse(shown);
        // An error is repaired in one way or another, depending on what was there before.
        if !fresh.root().has_error() {
            let now = typing.parsed.tree.root_node();
            assert_eq!(now.to_sexp(), fresh.root().to_sexp(), "{after}");
        }
        if after.len() < 400 {
            typing = Typing::new(&FILE.repeat(4));
        }
    }
    assert!(100 < broken, "{broken}");
}
