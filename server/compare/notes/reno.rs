//! Notes of reno: a YAML mapping from kinds of changes to texts.

use saphyr_parser::{Event, Parser};

use super::{Entry, Kind};

/// The kinds that the hotfix's note has and production's has not. A note that is no such mapping
/// says nothing; reno itself tells what is wrong with it.
pub(super) fn entries(base: Option<&str>, head: &str) -> Vec<Entry> {
    let before = base.and_then(keys).unwrap_or_default();
    let mut entries = keys(head).unwrap_or_default();
    entries.retain(|one| before.iter().all(|old| old.word != one.word));
    entries
}

/// The keys at the top that name a kind; none where the text is no mapping.
fn keys(text: &str) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    let (mut depth, mut key_is_next) = (0_usize, false);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        match event {
            Event::MappingStart(..) => {
                depth += 1;
                key_is_next |= depth == 1;
            }
            Event::SequenceStart(..) if depth == 0 => return None,
            Event::SequenceStart(..) => depth += 1,
            Event::MappingEnd | Event::SequenceEnd => {
                depth = depth.saturating_sub(1);
                key_is_next = depth == 1;
            }
            Event::Scalar(word, ..) if depth == 1 => {
                if key_is_next && let Some(kind) = Kind::of_word(&word) {
                    let line = text.lines().nth(span.start.line().saturating_sub(1))?;
                    let start = line.as_ptr() as usize - text.as_ptr() as usize;
                    entries.push(Entry {
                        kind,
                        word: word.into_owned(),
                        is_sorted: true,
                        span: start..start + line.trim_end().len(),
                    });
                }
                key_is_next = !key_is_next;
            }
            _ => {}
        }
    }
    Some(entries)
}
