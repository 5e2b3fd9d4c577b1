//! Which version of a file brought a definition as production has it.
//!
//! A definition is followed by its text: while the version before has the same lines, it was not
//! changed. Only where such lines stand twice in a version does their place count as well.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use git2::{ObjectType, Oid, Repository as Git};
use memchr::memmem;

use super::versions::Versions;
use crate::vcs::hunks::{self, Hunk, LineMap};

/// What was found of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// This commit brought it as it is.
    In(Oid),
    /// It is older than what can be seen.
    Older,
}

/// The text of a definition.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub pieces: &'a [&'a str],
    /// Tells it from other texts.
    pub id: Oid,
}

impl<'a> Wanted<'a> {
    pub fn new(pieces: &'a [&'a str]) -> Self {
        let bytes = pieces.join("\0");
        let id = Oid::hash_object(ObjectType::Blob, bytes.as_bytes());
        Self {
            pieces,
            id: id.unwrap_or(Oid::ZERO_SHA1),
        }
    }
}

/// Definitions that are followed together, as long as their histories are the same. The key is the
/// version that has them; the newest one comes first, so that those that parted at a merge meet
/// again before the common past is looked through.
type Groups = BTreeMap<(Reverse<i64>, usize), Group>;

struct Group {
    text: Vec<u8>,
    /// Of each its number in the question, and where its pieces begin, in bytes.
    members: Vec<(usize, Vec<usize>)>,
}

/// Writes into `found` what is found of each of `open`; false when `stopped` said so on the way.
pub(super) fn last_changes(
    git: &Git,
    versions: &Versions,
    open: &[(usize, Wanted<'_>)],
    found: &mut [Found],
    stopped: &dyn Fn() -> bool,
) -> bool {
    let Some(text) = versions.all.first().and_then(|it| text(git, it.blob)) else {
        return true;
    };
    let members = open.iter().enumerate().filter_map(|(index, (_, wanted))| {
        let mut from = 0;
        let places = wanted.pieces.iter().map(|piece| {
            let at = places(&text, piece.as_bytes()).find(|at| from <= *at)?;
            from = at + piece.len();
            Some(at)
        });
        Some((index, places.collect::<Option<Vec<_>>>()?))
    });
    let members = members.collect();
    let mut groups = Groups::from([((Reverse(0), 0), Group { text, members })]);
    while let Some(((_, at), group)) = groups.pop_first() {
        if stopped() {
            return false;
        }
        step(git, versions, open, (at, group), found, &mut groups);
    }
    true
}

/// Follows a group one version back. What no version before has, was brought by this one.
fn step(
    git: &Git,
    versions: &Versions,
    open: &[(usize, Wanted<'_>)],
    (at, group): (usize, Group),
    found: &mut [Found],
    groups: &mut Groups,
) {
    let Some(version) = versions.all.get(at) else {
        return;
    };
    let mut left = group.members;
    for parent in &version.parents {
        let Some(old) = versions.all.get(*parent) else {
            continue;
        };
        let key = (Reverse(old.seconds), *parent);
        // Another group may wait there and have read the text.
        let waiting = groups.remove(&key);
        let (before, mut going) = match waiting {
            Some(group) => (group.text, group.members),
            None => match text(git, old.blob) {
                Some(text) => (text, Vec::new()),
                None => continue,
            },
        };
        let mut hunks = None;
        left.retain(|(index, at)| {
            let pieces = open
                .get(*index)
                .map_or(&[][..], |(_, wanted)| wanted.pieces);
            let found = pieces.iter().zip(at);
            let found = found
                .map(|(piece, at)| place(&before, &group.text, piece.as_bytes(), *at, &mut hunks));
            match found.collect::<Option<Vec<usize>>>() {
                Some(at) => {
                    going.push((*index, at));
                    false
                }
                None => true,
            }
        });
        if !going.is_empty() {
            let members = going;
            groups.insert(
                key,
                Group {
                    text: before,
                    members,
                },
            );
        }
    }
    for (index, _) in left {
        let Some((number, _)) = open.get(index) else {
            continue;
        };
        if let Some(found) = found.get_mut(*number) {
            *found = if version.is_cut {
                Found::Older
            } else {
                Found::In(version.commit)
            };
        }
    }
}

/// Where `piece`, which stands at `at` in `after`, stands in the version before.
fn place(
    before: &[u8],
    after: &[u8],
    piece: &[u8],
    at: usize,
    hunks: &mut Option<Vec<Hunk>>,
) -> Option<usize> {
    let mut there = places(before, piece);
    let first = there.next()?;
    let is_only = there.next().is_none() && places(after, piece).nth(1).is_none();
    if is_only {
        return Some(first);
    }
    let [old, new] = [before, after].map(String::from_utf8_lossy);
    let hunks = hunks.get_or_insert_with(|| hunks::diff(&old, &new));
    let line = u32::try_from(memchr::memchr_iter(b'\n', &after[..at]).count()).ok()?;
    let line = LineMap::new(hunks).unchanged_base_of(line)?;
    let starts: BTreeMap<usize, usize> = line_starts(before).collect();
    let place = *starts.get(&usize::try_from(line).ok()?)?;
    let same: Range<usize> = place..place + piece.len();
    (before.get(same)? == piece).then_some(place)
}

fn line_starts(text: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let ends = memchr::memchr_iter(b'\n', text).map(|at| at + 1);
    std::iter::once(0).chain(ends).enumerate()
}

/// Where `piece` stands in `text` as whole lines.
fn places<'t>(text: &'t [u8], piece: &'t [u8]) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text, piece).filter(move |at| {
        let begins = *at == 0 || text.get(at - 1) == Some(&b'\n');
        let end = at + piece.len();
        let ends = piece.ends_with(b"\n") || text.get(end).is_none_or(|next| *next == b'\n');
        begins && ends
    })
}

/// The bytes of a version as they are compared: without byte order mark, with `\n` as line ends.
fn text(git: &Git, blob: Oid) -> Option<Vec<u8>> {
    let blob = git.find_blob(blob).ok()?;
    let bytes = blob.content();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if memchr::memchr(b'\r', bytes).is_none() {
        return Some(bytes.to_vec());
    }
    let mut folded = Vec::with_capacity(bytes.len());
    for (index, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(index + 1) != Some(&b'\n') {
            folded.push(*byte);
        }
    }
    Some(folded)
}
