use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use super::*;
use crate::fixes::hunk::production_lines;
use crate::syntax::Source;
use crate::vcs::comparable;

/// Defers one hunk; gives the patch and the text without it.
fn deferred(stored: &str, head: &str, number: usize) -> Result<(String, String), Refusal> {
    let base = comparable(stored.as_bytes()).expect("text");
    let all = hunks::diff(&base, head);
    let hunk = all[number].clone();
    let edit = production_lines(&Source::plain(base.as_str()), &Source::plain(head), &hunk);
    let done = defer("shop/client.py", stored, head, &[hunk], vec![edit])?;
    let without = apply(head, &done.edits).expect("edits that fit");
    Ok((done.patch, without))
}

#[track_caller]
fn round_trip(stored: &str, head: &str) {
    let base = comparable(stored.as_bytes()).expect("text");
    let count = hunks::diff(&base, head).len();
    assert!(0 < count, "{stored:?} → {head:?}");
    for number in 0..count {
        let (patch, without) = deferred(stored, head, number).expect("a deferral");
        let left = hunks::diff(&base, &without).len();
        assert_eq!(left, count - 1, "{without:?}");
        let patch = read_patch(&patch).expect("a patch");
        assert_eq!(
            bring_back(&without, stored, &patch).as_deref(),
            Ok(head),
            "{without:?}"
        );
    }
}

#[test]
fn every_hunk_leaves_and_comes_back() {
    round_trip("a\nb\nc\nd\ne\n", "a\nB\nc\nd\nE\n");
    round_trip("a\nb\nc\n", "a\nb\nnew\nc\n");
    round_trip("a\nb\nc\n", "a\nc\n");
    round_trip("a\nb\n", "first\na\nb\nlast\n");
}

#[test]
fn line_ends_tabs_and_a_missing_last_one_survive() {
    round_trip("a\r\n\tb\r\nc\r\n", "a\r\n\tB\r\nc\r\n");
    // Git keeps `\n` and the work tree has `\r\n`.
    round_trip("a\n\tb\nc\n", "a\r\n\tB\r\nc\r\n");
    round_trip("a\nb", "a\nB");
    round_trip("a\nb\n", "a\nB");
    round_trip("a\nb", "a\nb\nc\n");
    round_trip("\u{feff}a\nb\n", "A\nb\n");
}

#[test]
fn what_stands_elsewhere_may_change_meanwhile() {
    let stored = "a\nb\nc\nd\ne\nf\n";
    let (patch, without) = deferred(stored, "a\nB\nc\nd\ne\nf\n", 0).expect("a deferral");
    assert_eq!(without, stored);
    let patch = read_patch(&patch).expect("a patch");
    let back = bring_back("new\na\nb\nc\nd\nE\nf\n", stored, &patch);
    assert_eq!(back.as_deref(), Ok("new\na\nB\nc\nd\nE\nf\n"));
}

#[test]
fn a_place_that_was_changed_meanwhile_is_named() {
    let stored = "a\nb\nc\n";
    let (patch, _) = deferred(stored, "a\nB\nc\n", 0).expect("a deferral");
    let patch = read_patch(&patch).expect("a patch");
    let back = bring_back("x\ny\na\nother\nc\n", stored, &patch);
    assert_eq!(back, Err(Clash { line: 4 }));
}

#[test]
fn a_file_that_mixes_line_ends_in_the_hunk_is_refused() {
    let refused = deferred("a\nb\n", "a\nx\r\ny\nb\n", 0);
    assert_eq!(refused, Err(Refusal::NotTheSame));
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(["-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn real_git_applies_the_patch_where_production_and_where_the_hotfix_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let file = root.join("shop/client.py");
    std::fs::create_dir(root.join("shop")).expect("a folder");
    let stored = "one\ntwo\nthree\nfour\nfive\nsix\n";
    let head = "ONE\ntwo\nthree\nfour\nFIVE\nsix\n";
    std::fs::write(&file, stored).expect("written");
    git(root, &["init", "--quiet"]);
    git(root, &["add", "--all"]);
    git(root, &["commit", "--quiet", "--message", "Release"]);
    let (patch, without) = deferred(stored, head, 1).expect("a deferral");
    assert_eq!(without, "ONE\ntwo\nthree\nfour\nfive\nsix\n");
    std::fs::write(root.join("a.patch"), patch).expect("written");

    git(root, &["apply", "--3way", "a.patch"]);
    let there = std::fs::read_to_string(&file).expect("read");
    assert_eq!(there, "one\ntwo\nthree\nfour\nFIVE\nsix\n");

    git(root, &["checkout", "--quiet", "HEAD", "--", "shop"]);
    std::fs::write(&file, without).expect("written");
    git(root, &["add", "shop"]);
    git(root, &["apply", "--3way", "a.patch"]);
    let there = std::fs::read_to_string(&file).expect("read");
    assert_eq!(there, head);
}

/// A text of a few lines, with its line ends and maybe without a last one.
fn texts() -> impl Strategy<Value = (String, String)> {
    let line = "[a-d\t ]{0,3}";
    let lines = || prop::collection::vec(line, 0..12);
    (
        lines(),
        lines(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(mut base, head, windows, base_ends, head_ends)| {
            // Most of head is production's, so that hunks are small.
            let mut new = base.clone();
            for (at, line) in head.into_iter().enumerate() {
                match at % 4 {
                    0 if at < new.len() => new[at] = line,
                    1 if at < new.len() => drop(new.remove(at)),
                    2 => new.insert(at.min(new.len()), line),
                    _ => {}
                }
            }
            base.push("end".to_owned());
            let join = |lines: &[String], end: &str, ends: bool| {
                let mut text = lines.join(end);
                if ends && !text.is_empty() {
                    text.push_str(end);
                }
                text
            };
            let end = if windows { "\r\n" } else { "\n" };
            (join(&base, end, base_ends), join(&new, end, head_ends))
        })
}

proptest! {
    /// A deferral is either refused, or brings the same bytes back.
    #[test]
    fn what_leaves_comes_back((stored, head) in texts()) {
        let base = comparable(stored.as_bytes()).expect("text");
        for number in 0..hunks::diff(&base, &head).len() {
            let Ok((patch, without)) = deferred(&stored, &head, number) else {
                continue;
            };
            let patch = read_patch(&patch).expect("a patch");
            let back = bring_back(&without, &stored, &patch);
            prop_assert_eq!(back.as_deref(), Ok(head.as_str()));
        }
    }

    /// Restoring every hunk, one after the other, gives production's bytes. A last line end that
    /// comes or goes is no hunk: where it is all that differs there, it stays.
    #[test]
    fn what_is_restored_is_productions((stored, head) in texts()) {
        let base = comparable(stored.as_bytes()).expect("text");
        let production = Source::plain(base.as_str());
        let mut text = head;
        let ends_changed = hunks::diff(&base, &text).last().is_some_and(|hunk| {
            let count = |text: &str| text.lines().count();
            count(&base) == hunk.base.end as usize && count(&text) == hunk.head.end as usize
        });
        while let Some(hunk) = hunks::diff(&base, &text).into_iter().next() {
            // A text without line ends does not say which ones it wants. One may lose its only one
            // on the way.
            prop_assume!(text.contains('\n'));
            let edit = production_lines(&production, &Source::plain(text.as_str()), &hunk);
            text = apply(&text, &[edit]).expect("an edit that fits");
        }
        if ends_changed {
            prop_assert_eq!(text, stored);
        } else {
            let content = |text: &str| text.trim_end_matches(['\n', '\r']).to_owned();
            prop_assert_eq!(content(&text), content(&stored));
        }
    }
}
