//! Whether the fix is on other branches; the printed commands are really run.

use std::path::Path;

use serde_json::Value;

use crate::rollback::{paste, shop, tree};
use crate::run;

#[track_caller]
fn check(folder: &Path, code: i32, names: &[&str]) -> Value {
    let start = ["backmerge", "--format", "json", "--check"];
    let outcome = run(folder, &[&start[..], names].concat());
    assert_eq!(outcome.code, code, "{outcome:?}");
    outcome.json()["branches"].clone()
}

fn commands(branch: &Value) -> Vec<String> {
    let commands = branch["commands"].as_array().expect("a list");
    commands
        .iter()
        .filter_map(|command| command.as_str().map(str::to_owned))
        .collect()
}

/// `develop` gets the fix by each way that teams have, and each is recognised.
#[test]
fn every_way_of_merging_back_is_recognised() {
    for (how, git) in [
        (
            "merged",
            &["merge", "--quiet", "--no-ff", "hotfix/v1.2.1"][..],
        ),
        (
            "squashed",
            &["merge", "--quiet", "--squash", "hotfix/v1.2.1"],
        ),
        (
            "copied",
            &["cherry-pick", "hotfix/v1.2.1~1", "hotfix/v1.2.1"],
        ),
    ] {
        let (remote, clone) = shop();
        remote.branch("develop");
        remote.write("feature.py", "y = 1\n");
        remote.commit("Begin a feature");
        clone.git(&["fetch", "--quiet"]);
        let before = check(clone.root(), 1, &["develop"]);
        assert_eq!(before[0]["present"], false);
        assert_eq!(before[0]["missing"].as_array().map(Vec::len), Some(2));
        remote.git(git);
        remote.commit("Take the hotfix over");
        clone.git(&["fetch", "--quiet"]);
        let after = check(clone.root(), 0, &["develop"]);
        assert_eq!(after[0]["landing"]["how"], how);
        assert_eq!(after[0]["name"], "origin/develop");
    }
}

/// Whoever takes the fix back on `develop` loses it there, and the commands bring it again.
#[test]
fn a_fix_that_was_taken_back_again_is_missing() {
    let ways: [(&[&str], &[&[&str]]); 3] = [
        (
            &["merge", "--quiet", "--no-ff", "hotfix/v1.2.1"],
            &[&["revert", "--no-edit", "-m", "1", "HEAD"]],
        ),
        (
            &["merge", "--quiet", "--ff-only", "hotfix/v1.2.1"],
            &[&["revert", "--no-edit", "HEAD", "HEAD~1"]],
        ),
        (
            &["cherry-pick", "hotfix/v1.2.1~1", "hotfix/v1.2.1"],
            &[
                &["revert", "--no-edit", "HEAD"],
                &["revert", "--no-edit", "HEAD"],
                &["revert", "--no-edit", "HEAD"],
            ],
        ),
    ];
    for (way, backs) in ways {
        let (remote, clone) = shop();
        remote.branch("develop");
        remote.git(way);
        for back in backs {
            remote.git(back);
        }
        clone.git(&["fetch", "--quiet"]);
        let found = check(clone.root(), 1, &["develop"]);
        assert_eq!(found[0]["present"], false, "{way:?}");
        let words = run(clone.root(), &["backmerge", "--check", "develop"]).stdout;
        let last = remote.git(&["rev-parse", "--short=10", "HEAD"]);
        let says = format!(", and was taken back by {last}");
        assert!(words.contains(&says), "{words}");
        paste(clone.root(), &commands(&found[0])).unwrap_or_else(|words| panic!("{words}"));
        assert_eq!(tree(&clone, "HEAD"), tree(&remote, "hotfix/v1.2.1"));
        clone.switch("hotfix/v1.2.1");
        check(clone.root(), 0, &["backmerge/develop"]);
    }
}

/// The commits have other contexts there, so that no patch id is the same; the files tell.
#[test]
fn a_fix_that_was_written_anew_is_known_by_what_the_files_hold() {
    let (remote, clone) = shop();
    remote.git(&["switch", "--quiet", "--create", "develop", "main"]);
    for file in ["shop.py", "test_shop.py"] {
        remote.git(&["checkout", "hotfix/v1.2.1", "--", file]);
    }
    remote.write("feature.py", "y = 1\n");
    remote.commit("Take the fix over by hand, and more");
    clone.git(&["fetch", "--quiet"]);
    let found = check(clone.root(), 0, &["develop"]);
    assert_eq!(found[0]["landing"]["how"], "content");
}

#[test]
fn the_commands_bring_the_fix() {
    let (remote, clone) = shop();
    remote.git(&["branch", "release/1.1"]);
    remote.git(&["branch", "release/1.2"]);
    clone.git(&["fetch", "--quiet"]);
    let found = check(clone.root(), 1, &["release/*"]);
    let names = [&found[0]["name"], &found[1]["name"]];
    assert_eq!(names, ["origin/release/1.1", "origin/release/1.2"]);
    for (index, branch) in ["release/1.1", "release/1.2"].iter().enumerate() {
        paste(clone.root(), &commands(&found[index])).unwrap_or_else(|words| panic!("{words}"));
        remote.git(&["switch", "--quiet", branch]);
        remote.git(&[
            "merge",
            "--quiet",
            "--ff-only",
            &format!("backmerge/{branch}"),
        ]);
        assert_eq!(tree(&remote, "HEAD"), tree(&remote, "hotfix/v1.2.1"));
    }
    clone.git(&["fetch", "--quiet"]);
    clone.switch("hotfix/v1.2.1");
    check(clone.root(), 0, &["release/*"]);
}

#[test]
fn one_missing_commit_of_two_is_named() {
    let (remote, clone) = shop();
    remote.branch("develop");
    remote.git(&["cherry-pick", "hotfix/v1.2.1~1"]);
    clone.git(&["fetch", "--quiet"]);
    let found = check(clone.root(), 1, &["develop"]);
    let missing = found[0]["missing"].as_array().expect("a list");
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0]["subject"], "Count an empty order as nothing");
    paste(clone.root(), &commands(&found[0])).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(tree(&clone, "HEAD"), tree(&clone, "hotfix/v1.2.1"));
}

#[test]
fn a_conflict_is_foretold() {
    let (remote, clone) = shop();
    remote.branch("develop");
    remote.write("shop.py", "def total(order):\n    return order.price\n");
    remote.commit("Rewrite the shop");
    clone.git(&["fetch", "--quiet"]);
    let found = check(clone.root(), 1, &["develop"]);
    assert_eq!(found[0]["conflicts"], serde_json::json!(["shop.py"]));
    let words = paste(clone.root(), &commands(&found[0])).expect_err("git conflicts as well");
    assert!(words.contains("CONFLICT"), "{words}");
}

#[test]
fn a_branch_that_does_not_exist_is_an_error() {
    let (_remote, clone) = shop();
    for name in ["develop", "release/*"] {
        let outcome = run(clone.root(), &["backmerge", "--check", name]);
        let expected = format!(
            "error: there is no ref or commit {name}: check the spelling or run `git fetch`\n"
        );
        outcome.tells(2, &expected);
    }
}
