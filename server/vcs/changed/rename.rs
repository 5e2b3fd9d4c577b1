//! Which deleted file a new one was renamed from.
//!
//! Rename detection over a whole repository takes seconds, so this looks only at files that are
//! gone from the work tree, of the same extension and of a similar size, the nearest names first,
//! and at most [`CANDIDATES`] of them.

use std::collections::HashMap;
use std::path::Path;

use git2::{ObjectType, Oid};

use super::Gone;
use crate::vcs::blob;
use crate::vcs::repository::Repository;

/// How many deleted files are compared by content: 50 files of usual size take some 10 ms.
const CANDIDATES: usize = 50;

/// How much of the larger file must be in both, in percent of its bytes. Git's own threshold.
const SIMILAR_PERCENT: usize = 50;

/// The deleted file that `path` with the content `bytes` most probably was: the same content first,
/// else the most similar one.
pub(super) fn origin<'g>(
    repository: &Repository,
    git: &git2::Repository,
    gone: &'g [Gone],
    path: &str,
    bytes: &[u8],
) -> Option<&'g Gone> {
    if bytes.is_empty() {
        return None;
    }
    let mut near: Vec<&Gone> = gone
        .iter()
        .filter(|gone| Path::new(&gone.path).extension() == Path::new(path).extension())
        .collect();
    near.sort_by_key(|gone| distance(&gone.path, path));
    let own = Oid::hash_object(ObjectType::Blob, bytes).ok();
    if let Some(same) = near.iter().find(|gone| Some(gone.blob) == own) {
        return Some(same);
    }
    let text = blob::comparable(bytes).ok()?;
    let database = git.odb().ok()?;
    let score = |gone: &Gone| {
        let size = database.read_header(gone.blob).ok()?.0;
        if !similar_size(size, bytes.len()) {
            return None;
        }
        Some(similarity(&repository.text(git, gone.blob).ok()?, &text))
    };
    let scored = near
        .into_iter()
        .take(CANDIDATES)
        .filter_map(|gone| Some((score(gone)?, gone)))
        .filter(|&(score, _)| SIMILAR_PERCENT <= score);
    // Of equal scores the nearest name wins: `max_by_key` takes the last, so the order is turned.
    let scored: Vec<(usize, &Gone)> = scored.collect();
    let best = scored.into_iter().rev().max_by_key(|&(score, _)| score);
    best.map(|(_, gone)| gone)
}

/// Sorts the same file name first, then the same folder, then by how much of the path is shared.
fn distance(old: &str, new: &str) -> (bool, bool, usize, String) {
    let split = |path: &str| -> (String, String) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        (folder.to_owned(), name.to_owned())
    };
    let ((old_folder, old_name), (new_folder, new_name)) = (split(old), split(new));
    let shared = old.split('/').zip(new.split('/'));
    let shared = shared.take_while(|(old, new)| old == new).count();
    (
        old_name != new_name,
        old_folder != new_folder,
        usize::MAX - shared,
        old.to_owned(),
    )
}

/// Whether files of these sizes can reach the threshold at all. Folding of line ends makes a file
/// smaller, so a little room is left.
fn similar_size(one: usize, two: usize) -> bool {
    let (small, large) = (one.min(two), one.max(two));
    large * SIMILAR_PERCENT <= (small + small / 8 + 16) * 100
}

/// How much of the larger text is in both, line by line in any order, in percent of its bytes.
fn similarity(one: &str, two: &str) -> usize {
    let weight = |line: &str| line.trim().len();
    let mut lines: HashMap<&str, usize> = HashMap::new();
    let mut total = [0, 0];
    for line in one.lines() {
        total[0] += weight(line);
        *lines.entry(line).or_default() += 1;
    }
    let mut common = 0;
    for line in two.lines() {
        total[1] += weight(line);
        if let Some(left) = lines.get_mut(line)
            && 0 < *left
        {
            *left -= 1;
            common += weight(line);
        }
    }
    let larger = total[0].max(total[1]).max(1);
    common * 100 / larger
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_counts_the_bytes_of_common_lines() {
        assert_eq!(similarity("abc\ndef\n", "def\nabc\n"), 100);
        assert_eq!(similarity("abc\ndef\n", "abc\nxyz\n"), 50);
        assert_eq!(similarity("a\n\n\n\n", "b\n\n\n\n"), 0);
        assert_eq!(similarity("a\na\n", "a\n"), 50);
    }

    #[test]
    fn sizes_that_cannot_reach_the_threshold_are_not_read() {
        assert!(similar_size(1000, 2000));
        assert!(!similar_size(1000, 3000));
    }

    #[test]
    fn the_same_name_is_nearer_than_the_same_folder() {
        let mut paths = ["x/other.py", "pkg/b.py", "lib/a.py"];
        paths.sort_by_key(|path| distance(path, "pkg/a.py"));
        assert_eq!(paths, ["lib/a.py", "pkg/b.py", "x/other.py"]);
    }
}
