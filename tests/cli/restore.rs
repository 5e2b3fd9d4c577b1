//! `restore`: production's lines come back, and what goes can be had again.

use std::fs;

use crate::{TestRepo, hotfix_repo, run};

const SHOP: &str = "def total(order):\n    return 1\n";

fn shop(repo: &TestRepo) -> String {
    fs::read_to_string(repo.path("shop.py")).expect("the file")
}

fn with(text: &str) -> TestRepo {
    let repo = hotfix_repo();
    assert_eq!(shop(&repo), SHOP);
    repo.write("shop.py", text);
    repo
}

#[test]
fn a_hunk_goes_and_its_diff_brings_it_back() {
    let changed = "LIMIT = 3\n\n\ndef total(order):\n    return len(order)\n";
    let repo = with(changed);
    let outcome = run(repo.root(), &["restore", "shop.py:5"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(shop(&repo), format!("LIMIT = 3\n\n\n{SHOP}"));
    repo.write("back.diff", &outcome.stdout);
    repo.git(&["apply", "-R", "back.diff"]);
    assert_eq!(shop(&repo), changed);
}

#[test]
fn all_of_a_definition_goes() {
    let changed = "def total(order, rate):\n    return 1\n    print(rate)\n";
    let repo = with(changed);
    let outcome = run(repo.root(), &["restore", "shop.py:1", "--definition"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stderr.contains("version of total"), "{outcome:?}");
    assert_eq!(shop(&repo), SHOP);
}

/// A branch whose production has imports.
fn importing(head: &str) -> TestRepo {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write("shop.py", IMPORTING);
    repo.commit("Import");
    repo.branch("hotfix/v1.2.2");
    repo.write("shop.py", head);
    repo
}

const IMPORTING: &str =
    "import os\nimport sys\n\nfrom shop import (\n    orders,\n)\n\nprint(os, sys, orders)\n";

#[test]
fn imports_go_that_the_hotfix_does_not_need() {
    let head =
        "import json\nimport sys\nimport os\n\nfrom shop import orders\n\nprint(os, sys, orders)\n";
    let repo = importing(head);
    let outcome = run(repo.root(), &["restore", "shop.py", "--imports"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(shop(&repo), IMPORTING);
}

#[test]
fn code_on_the_line_of_an_import_stays() {
    let head =
        "import sys; start()\nimport os\n\nfrom shop import orders\n\nprint(os, sys, orders)\n";
    let repo = importing(head);
    let outcome = run(repo.root(), &["restore", "shop.py", "--imports"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let left = shop(&repo);
    assert!(left.starts_with("import sys; start()\n"), "{left}");
}

#[test]
fn an_import_that_the_hotfix_uses_stays() {
    let head = "import os\nimport sys\n\nfrom shop import orders\n\nimport json\n\nprint(json, os, sys, orders)\n";
    let repo = importing(head);
    let outcome = run(repo.root(), &["restore", "shop.py", "--imports"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let left = shop(&repo);
    assert!(left.contains("import json\n"), "{left}");
    assert!(left.contains("    orders,\n"), "{left}");
    let again = run(repo.root(), &["restore", "shop.py", "--imports"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.stderr.contains("or needs its own"), "{again:?}");
}

#[test]
fn a_change_that_reaches_out_of_the_definition_is_not_taken_for_its_own() {
    let repo = with("LIMIT = 3\n\n\ndef total(order, rate):\n    return 1\n");
    let outcome = run(repo.root(), &["restore", "shop.py:4", "--definition"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(outcome.stderr.contains("reaches out of"), "{outcome:?}");
    assert!(shop(&repo).starts_with("LIMIT = 3"));
}

#[test]
fn only_the_layout_goes_and_a_byte_order_mark_stays() {
    let repo = with("\u{feff}def total( order ):\n    return 1\n\n\nLIMIT = 3\n");
    let outcome = run(repo.root(), &["restore", "shop.py", "--formatting"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(shop(&repo), format!("\u{feff}{SHOP}\n\nLIMIT = 3\n"));
    let again = run(repo.root(), &["restore", "shop.py", "--formatting"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{again:?}");
}

#[test]
fn a_diff_shows_and_writes_nothing() {
    let repo = with("def total(order):\n    return 2\n");
    let outcome = run(repo.root(), &["restore", "shop.py:2", "--diff"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stdout.contains("-    return 2\n+    return 1\n"));
    assert_eq!(shop(&repo), "def total(order):\n    return 2\n");
}

#[test]
fn what_cannot_be_restored_says_why() {
    let repo = with("def total(order):\n    return 2\n");
    repo.write("new.py", "x = 1\n");
    for (place, said) in [
        ("shop.py", "say which line"),
        ("shop.py:1", "changes nothing here"),
        ("shop.py:99", "has 2 lines"),
        ("new.py:1", "production has no such file"),
        ("no.py:1", "cannot be read"),
    ] {
        let outcome = run(repo.root(), &["restore", place]);
        assert_eq!(outcome.code, 2, "{outcome:?}");
        assert!(outcome.stderr.contains(said), "{outcome:?}");
    }
}

#[test]
fn the_diff_of_a_file_with_a_byte_order_mark_undoes_it() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write("shop.py", format!("\u{feff}{SHOP}"));
    repo.commit("Mark the file");
    repo.branch("hotfix/v1.2.2");
    let changed = "\u{feff}def total(order):\n    return 2\n";
    repo.write("shop.py", changed);
    let outcome = run(repo.root(), &["restore", "shop.py:2"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    repo.write("back.diff", &outcome.stdout);
    repo.git(&["apply", "-R", "back.diff"]);
    assert_eq!(shop(&repo), changed);
}

#[test]
fn a_line_keeps_its_own_line_end() {
    let mixed = "def total(order):\n    return 1\r\n";
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write("shop.py", mixed);
    repo.commit("Mix the line ends");
    repo.branch("hotfix/v1.2.2");
    repo.write("shop.py", mixed.replace('1', "2"));
    let outcome = run(repo.root(), &["restore", "shop.py:2"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(shop(&repo), mixed);
}

#[test]
fn a_deleted_file_comes_back_by_the_command_that_is_told() {
    let repo = hotfix_repo();
    fs::remove_file(repo.path("shop.py")).expect("the file goes");
    let outcome = run(repo.root(), &["restore", "shop.py:1"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    let told = outcome.stderr.split('`').nth(1).expect("a command");
    let words: Vec<&str> = told.split(' ').skip(1).collect();
    repo.git(&words);
    assert_eq!(shop(&repo), SHOP);
}
