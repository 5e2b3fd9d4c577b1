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
