//! What holds for every pair of texts.

use proptest::prelude::*;

use super::{BaseLines, Hunk, LineMap};

/// A text of few different lines, so that the two sides have much in common.
fn text() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec!["", "a", "    a", "b", "ab", "    return 1", "é"]);
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", "\r"]);
    let lines = prop::collection::vec((line, end), 0..40);
    (lines, prop::sample::select(vec!["", "", "a", "ab"])).prop_map(|(lines, last)| {
        let mut text: String = lines
            .into_iter()
            .flat_map(|(line, end)| [line, end])
            .collect();
        text.push_str(last);
        text
    })
}

/// A long text of mostly different lines and the same text after some edits: lines replaced,
/// inserted, deleted, and blocks copied or moved.
fn edited() -> impl Strategy<Value = (String, String)> {
    let edit = (0..5_u8, 0..400_usize, 1..60_usize, 0..400_usize);
    (200..400_usize, prop::collection::vec(edit, 0..6)).prop_map(|(count, edits)| {
        let line = |line: usize| match line % 7 {
            0 => String::new(),
            1 => "    return None".to_owned(),
            _ => format!("    value_{line} = {line}"),
        };
        let base: Vec<String> = (0..count).map(line).collect();
        let mut head = base.clone();
        for (kind, at, len, to) in edits {
            let from = at.min(head.len());
            let block: Vec<String> = head[from..(from + len).min(head.len())].to_vec();
            match kind {
                0 => head.splice(from..from + block.len(), []).for_each(drop),
                1 => head
                    .splice(from..from, ["new".to_owned(), String::new()])
                    .for_each(drop),
                2 => head
                    .iter_mut()
                    .skip(from)
                    .take(2)
                    .for_each(|line| line.push('x')),
                copy_or_move => {
                    if copy_or_move == 3 {
                        head.splice(from..from + block.len(), []).for_each(drop);
                    }
                    let to = to.min(head.len());
                    head.splice(to..to, block).for_each(drop);
                }
            }
        }
        (base.join("\n"), head.join("\n"))
    })
}

/// The lines' contents by a plain reading of the rule, apart from the code under test.
fn contents(text: &str) -> Vec<String> {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<String> = unified.split('\n').map(str::to_owned).collect();
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn apply(hunks: &[Hunk], base: &[String], head: &[String]) -> Vec<String> {
    let mut result = Vec::new();
    let mut next = 0;
    for hunk in hunks {
        result.extend_from_slice(&base[next..hunk.base.start as usize]);
        result.extend_from_slice(&head[hunk.head.start as usize..hunk.head.end as usize]);
        next = hunk.base.end as usize;
    }
    result.extend_from_slice(&base[next..]);
    result
}

fn hunks(base: &str, head: &str) -> Vec<Hunk> {
    BaseLines::new(base.into()).diff(head)
}

proptest! {
    #[test]
    fn what_holds_for_short_texts_holds_for_long_ones((base, head) in edited()) {
        let (lines, wanted) = (contents(&base), contents(&head));
        let hunks = hunks(&base, &head);
        prop_assert_eq!(apply(&hunks, &lines, &wanted), wanted);
        for pair in hunks.windows(2) {
            prop_assert!(pair[0].base.end < pair[1].base.start);
            prop_assert!(pair[0].head.end < pair[1].head.start);
        }
    }

    #[test]
    fn applying_the_hunks_to_base_gives_head(base in text(), head in text()) {
        let (lines, wanted) = (contents(&base), contents(&head));
        prop_assert_eq!(apply(&hunks(&base, &head), &lines, &wanted), wanted);
    }

    #[test]
    fn hunks_are_sorted_disjoint_and_never_empty(base in text(), head in text()) {
        let hunks = hunks(&base, &head);
        for hunk in &hunks {
            prop_assert!(!hunk.base.is_empty() || !hunk.head.is_empty());
        }
        for pair in hunks.windows(2) {
            prop_assert!(pair[0].base.end < pair[1].base.start);
            prop_assert!(pair[0].head.end < pair[1].head.start);
        }
    }

    #[test]
    fn the_line_map_is_monotone_and_exact_lines_are_equal(base in text(), head in text()) {
        let hunks = hunks(&base, &head);
        let map = LineMap::new(&hunks);
        let (base, head) = (contents(&base), contents(&head));
        let mut last = 0;
        for (line, content) in head.iter().enumerate() {
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            let mapped = map.base_of(line);
            prop_assert!(last <= mapped.line);
            last = mapped.line;
            if mapped.exact {
                prop_assert_eq!(content, &base[mapped.line as usize]);
                prop_assert_eq!(map.unchanged_head_of(mapped.line), Some(line));
            }
        }
    }

    #[test]
    fn a_text_does_not_differ_from_itself_with_other_line_ends(base in text()) {
        let head = contents(&base).join("\r\n");
        let same = contents(&head) == contents(&base);
        prop_assert_eq!(hunks(&base, &head).is_empty(), same);
    }
}
