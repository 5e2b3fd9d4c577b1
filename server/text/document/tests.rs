use proptest::prelude::*;

use super::*;
use crate::text::Lines;
use crate::text::position;

fn at(line: u32, column: u32) -> Position {
    Position { line, column }
}

#[track_caller]
fn case(text: &str, from: Position, to: Position, insert: &str, expected: &str) {
    let mut document = Document::new(text, 1);
    document.replace(from..to, insert, Encoding::Utf16);
    assert_eq!(&*document.text(), expected);
}

#[test]
fn typing_inserts_at_the_clients_column() {
    case("s = '🐍'\n", at(0, 7), at(0, 7), "!", "s = '🐍!'\n");
}

#[test]
fn a_lone_cr_ends_a_line() {
    case("a\rb\n", at(1, 0), at(1, 1), "c", "a\rc\n");
}

#[test]
fn a_form_feed_ends_no_line() {
    case("a\u{c}b\nc", at(1, 0), at(1, 1), "d", "a\u{c}b\nd");
}

#[test]
fn a_position_beyond_the_line_stays_before_its_line_end() {
    case("a\r\nb", at(0, 50), at(0, 50), "x", "ax\r\nb");
}

#[test]
fn a_position_beyond_the_text_is_its_end() {
    case("a\nb", at(9, 9), at(9, 9), "x", "a\nbx");
}

#[test]
fn the_middle_of_a_surrogate_pair_is_its_start() {
    case("🐍", at(0, 1), at(0, 1), "x", "x🐍");
}

#[test]
fn positions_in_the_wrong_order_are_put_right() {
    case("abcd", at(0, 3), at(0, 1), "", "ad");
}

#[test]
fn replacing_everything_counts_only_what_differs() {
    let mut document = Document::new("aé\nb\nc\n", 1);
    document.replace_all("aè\nb\nc\n");
    let change = document.changes()[0];
    assert_eq!((change.start_byte, change.old_end_byte), (1, 3));
    assert_eq!(&*document.text(), "aè\nb\nc\n");
}

#[test]
fn replacing_everything_by_the_same_is_no_change() {
    let mut document = Document::new("a\n", 1);
    document.replace_all("a\n");
    assert!(document.changes().is_empty());
}

#[test]
fn line_ends_and_the_byte_order_mark_do_not_make_a_difference() {
    let document = Document::new("\u{feff}a\r\nb\r\n", 1);
    assert!(document.equals_folded("a\nb\n"));
    assert!(!document.equals_folded("a\nb"));
    assert!(!document.equals_folded("a\nb\nc"));
}

#[test]
fn a_lone_cr_is_not_folded() {
    assert!(!Document::new("a\rb", 1).equals_folded("a\nb"));
    assert!(Document::new("a\rb\r", 1).equals_folded("a\rb\r"));
}

/// One random edit: from, to, text.
fn edit() -> impl Strategy<Value = (Position, Position, String)> {
    let place = || (0_u32..8, 0_u32..12).prop_map(|(line, column)| at(line, column));
    (place(), place(), "([a(\r\n🐍é]|\r\n){0,4}")
}

proptest! {
    #[test]
    fn edits_match_a_plain_string(
        start in "([a\r\n🐍é]|\r\n){0,40}",
        edits in prop::collection::vec(edit(), 1..6),
        encoding in prop::sample::select(vec![Encoding::Utf8, Encoding::Utf16, Encoding::Utf32]),
    ) {
        let mut document = Document::new(&start, 1);
        let mut model = start.clone();
        for (from, to, text) in &edits {
            let lines = Lines::new(&model);
            let range = position::range(&model, &lines, *from..*to, encoding);
            model.replace_range(range, text);
            document.replace(*from..*to, text, encoding);
            prop_assert_eq!(&*document.text(), &model);
        }
    }

    #[test]
    fn changes_rebuild_the_text_and_its_points(
        start in "([a\r\n🐍é]|\r\n){0,40}",
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        let mut document = Document::new(&start, 1);
        let mut states = vec![start];
        for (from, to, text) in &edits {
            document.replace(*from..*to, text, Encoding::Utf16);
            states.push(document.text().to_string());
        }
        for (pair, change) in states.windows(2).zip(document.changes()) {
            let (old, new) = (&pair[0], &pair[1]);
            prop_assert_eq!(&old[..change.start_byte], &new[..change.start_byte]);
            prop_assert_eq!(&old[change.old_end_byte..], &new[change.new_end_byte..]);
            let zero = crate::text::change::Point::default();
            prop_assert_eq!(change.start, zero.after(&old[..change.start_byte]));
            prop_assert_eq!(change.old_end, zero.after(&old[..change.old_end_byte]));
            prop_assert_eq!(change.new_end, zero.after(&new[..change.new_end_byte]));
        }
    }

    #[test]
    fn replacing_everything_reaches_any_text(
        old in "[ab\r\n🐍é]{0,30}",
        new in "[ab\r\n🐍é]{0,30}",
    ) {
        let mut document = Document::new(&old, 1);
        document.replace_all(&new);
        prop_assert_eq!(&*document.text(), &new);
    }

    #[test]
    fn folded_equality_matches_a_plain_replace(
        text in "([ab\r\n]|\r\n){0,20}",
        other in "([ab\n]){0,6}",
    ) {
        let folded = text.replace("\r\n", "\n");
        let document = Document::new(&text, 1);
        prop_assert!(document.equals_folded(&folded));
        prop_assert_eq!(document.equals_folded(&other), folded == other);
    }
}
