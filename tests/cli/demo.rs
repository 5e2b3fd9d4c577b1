//! `demo`: a real repository, whatever the user's git says.

use std::fs;

use crate::{Outcome, command, git::git, run};

fn outcome(command: &mut std::process::Command) -> Outcome {
    let output = command.output().expect("the binary runs");
    Outcome {
        code: output.status.code().expect("no signal ended it"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[test]
fn builds_a_repository_that_git_understands_and_shows_all_four_steps() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shop = folder.path().join("a shop");
    let demo = outcome(command(folder.path()).arg("demo").arg(&shop));
    demo.tells(0, "");
    for step in ["\n1. ", "\n2. ", "\n3. ", "\n4. "] {
        assert!(demo.stdout.contains(step), "{step:?} is missing: {demo:?}");
    }
    assert_eq!(git(&shop, &["branch", "--show-current"]), "hotfix/v1.2.1");
    assert_eq!(git(&shop, &["describe", "main"]), "v1.2.0");
    assert_eq!(git(&shop, &["rev-list", "--count", "v1.2.0..HEAD"]), "1");
    assert_eq!(git(&shop, &["fsck", "--strict"]), "");
    let loose = git(&shop, &["status", "--porcelain"]);
    assert!(loose.contains("shop/payments.py"), "{loose}");
    assert!(
        demo.stdout.contains("cd '"),
        "a path with a blank is quoted"
    );
}

/// What the example is there to show: the six patterns, a dropped guard, and what slips in.
const SHOWN: [&str; 10] = [
    "missing-key",
    "none-access",
    "unchecked-type",
    "request-without-timeout",
    "unchecked-response",
    "check-then-act",
    "unclosed-resource",
    "raise-without-from",
    "removed-guard",
    "debug-leftover",
];

#[test]
fn shows_every_pattern_and_leaves_the_clean_edit_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = run(folder.path(), &["demo", "shop"]);
    let table = run(folder.path(), &["rules", "--format", "markdown"]).stdout;
    let first = demo.stdout.split("\n2. ").next().expect("the first step");
    let missing: Vec<&str> = SHOWN
        .into_iter()
        .filter(|rule| table.contains(&format!("`{rule}`")))
        .filter(|rule| !first.contains(&format!("[{rule}]")))
        .collect();
    assert_eq!(missing, [""; 0], "{first}");
    assert!(!first.contains("weight_grams"), "{first}");
}

#[test]
fn opens_the_editors_where_a_finding_is_left() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = run(folder.path(), &["demo", "shop"]);
    let (_, editors) = demo.stdout.split_once("\n4. ").expect("the last step");
    assert!(editors.contains(" +50 shop/orders.py\n"), "{editors}");
    assert!(editors.contains(" shop/orders.py:50 .  "), "{editors}");
    let left = run(
        &folder.path().join("shop"),
        &["check", "--format", "concise"],
    );
    assert!(left.stdout.contains("shop/orders.py:50:"), "{left:?}");
}

#[test]
fn applies_the_safe_fixes_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = run(folder.path(), &["demo", "shop"]);
    assert!(
        demo.stdout
            .contains("\n+        raise PaymentFailed(order_number) from error\n")
    );
    let shop = folder.path().join("shop");
    let payments = fs::read_to_string(shop.join("shop/payments.py")).expect("a file");
    assert!(payments.contains("from error"));
    run(&shop, &["fix", "--diff"]).tells(0, &run(&shop, &["fix"]).stderr);
}

#[test]
fn the_git_settings_of_the_user_have_no_say() {
    let home = tempfile::tempdir().expect("a temporary folder");
    fs::write(
        home.path().join(".gitconfig"),
        "[core]\n\tautocrlf = true\n[init]\n\tdefaultBranch = trunk\n\ttemplateDir = /nowhere\n\
         [commit]\n\tgpgSign = true\n",
    )
    .expect("a file");
    let demo = outcome(
        command(home.path())
            .args(["demo", "shop"])
            .env("HOME", home.path()),
    );
    demo.tells(0, "");
    let shop = home.path().join("shop");
    assert_eq!(
        git(
            &shop,
            &["branch", "--list", "main", "--format=%(refname:short)"]
        ),
        "main"
    );
    assert_eq!(
        git(&shop, &["rev-parse", "v1.2.0^{tree}"]),
        git(&shop, &["rev-parse", "main^{tree}"])
    );
    assert!(!git(&shop, &["show", "main:shop/stock.py"]).contains('\r'));
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("mine.txt"), "mine").expect("a file");
    run(folder.path(), &["demo", "."])
        .tells(2, "error: .: the folder is not empty: name a new one\n");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}
