//! `defer`: nothing that leaves may be lost, and what cannot leave says why.

use std::fs;

use crate::{TestRepo, hotfix_repo, run};

const SHOP: &str = "def total(order):\n    return 1\n";
const CHANGED: &str = "LIMIT = 3\n\n\ndef total(order):\n    return len(order)\n";

fn changed() -> TestRepo {
    let repo = hotfix_repo();
    repo.write("shop.py", CHANGED);
    repo
}

fn shop(repo: &TestRepo) -> String {
    fs::read_to_string(repo.path("shop.py")).expect("the file")
}

#[test]
fn a_hunk_leaves_is_listed_and_comes_back() {
    let repo = changed();
    let left = run(
        repo.root(),
        &["defer", "shop.py:5", "--message", "Count  the\norder"],
    );
    assert_eq!(left.code, 0, "{left:?}");
    assert!(left.stdout.is_empty(), "{left:?}");
    assert_eq!(shop(&repo), format!("LIMIT = 3\n\n\n{SHOP}"));
    assert!(
        repo.path(".hotfix/deferred/01-count-the-order.patch")
            .is_file()
    );

    let list = run(repo.root(), &["defer"]);
    assert_eq!(
        list.stdout,
        "  1  shop.py:5  Count the order (from hotfix/v1.2.1)\n"
    );
    std::fs::create_dir_all(repo.path("sub")).expect("a folder");
    let below = run(&repo.path("sub"), &["defer", "--list"]);
    assert!(below.stdout.contains("  ../shop.py:5  "), "{below:?}");
    let back = run(repo.root(), &["defer", "--apply", "1"]);
    assert_eq!(back.code, 0, "{back:?}");
    assert_eq!(shop(&repo), CHANGED);
    let list = run(repo.root(), &["defer", "--list"]);
    assert_eq!((list.code, list.stdout.as_str()), (0, ""), "{list:?}");
}

#[test]
fn real_git_puts_the_patch_on_production() {
    let repo = changed();
    assert_eq!(run(repo.root(), &["defer", "shop.py:5"]).code, 0);
    repo.git(&["stash", "--quiet"]);
    repo.switch("main");
    repo.git(&[
        "apply",
        "--3way",
        ".hotfix/deferred/01-change-in-total.patch",
    ]);
    assert_eq!(shop(&repo), SHOP.replace('1', "len(order)"));
}

#[test]
fn all_that_left_becomes_one_commit_on_a_new_branch_and_this_one_stays() {
    let repo = changed();
    for place in ["shop.py:5", "shop.py:1"] {
        assert_eq!(run(repo.root(), &["defer", place]).code, 0);
    }
    assert_eq!(shop(&repo), SHOP);
    let made = run(repo.root(), &["defer", "--branch", "feature/limit"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert_eq!(
        repo.git(&["show", "feature/limit:shop.py"]),
        CHANGED.trim_end()
    );
    assert_eq!(
        repo.git(&["rev-list", "--count", "main..feature/limit"])
            .trim(),
        "1"
    );
    assert_eq!(
        repo.git(&["log", "-1", "--format=%an <%ae>, %cn", "feature/limit"]),
        "Ada <ada@example.com>, Ada"
    );
    assert_eq!(
        repo.git(&["branch", "--show-current"]).trim(),
        "hotfix/v1.2.1"
    );
    assert_eq!(shop(&repo), SHOP);
    assert_eq!(run(repo.root(), &["defer"]).stdout, "");

    let again = run(repo.root(), &["defer", "--branch", "feature/limit"]);
    assert_eq!(again.code, 2, "{again:?}");
}

#[test]
fn a_branch_that_exists_is_left_alone_and_nothing_is_lost() {
    let repo = changed();
    assert_eq!(run(repo.root(), &["defer", "shop.py:5"]).code, 0);
    let before = repo.git(&["rev-parse", "main"]);
    run(repo.root(), &["defer", "--branch", "main"]).tells(
        2,
        "error: there is a branch main already: take another name\n",
    );
    assert_eq!(repo.git(&["rev-parse", "main"]), before);
    assert!(
        run(repo.root(), &["defer"])
            .stdout
            .contains("change in total")
    );
}

#[test]
fn a_change_that_does_not_fit_any_more_stays_a_patch() {
    let repo = changed();
    assert_eq!(run(repo.root(), &["defer", "shop.py:5"]).code, 0);
    let other = "LIMIT = 3\n\n\ndef total(order):\n    return 7\n";
    repo.write("shop.py", other);
    run(repo.root(), &["defer", "--apply", "1"]).tells(
        2,
        "error: line 5 was changed meanwhile, where the patch belongs: run `git apply --3way \
         .hotfix/deferred/01-change-in-total.patch` and settle it by hand\n",
    );
    assert_eq!(shop(&repo), other);
    assert!(
        run(repo.root(), &["defer"])
            .stdout
            .contains("change in total")
    );
}

#[test]
fn a_place_without_a_change_says_so() {
    let repo = hotfix_repo();
    repo.write("shop.py", SHOP.replace('1', "2"));
    repo.write("new.py", "x = 1\n");
    for (place, expected) in [
        ("shop.py", "say which line"),
        ("shop.py:0", "say which line"),
        ("shop.py:99", "shop.py has 3 lines"),
        ("shop.py:1", "changes nothing here"),
        ("gone.py:1", "cannot be read"),
        ("new.py:1", "production has no such file"),
    ] {
        let refused = run(repo.root(), &["defer", place]);
        assert_eq!(refused.code, 2, "{place}: {refused:?}");
        assert!(refused.stderr.contains(expected), "{place}: {refused:?}");
    }
    assert!(!repo.path(".hotfix").exists());
}

#[test]
fn what_is_no_patch_is_named_and_kept() {
    let repo = changed();
    repo.write(".hotfix/deferred/03-mine.patch", "a shopping list\n");
    let list = run(repo.root(), &["defer"]);
    assert_eq!(list.code, 2, "{list:?}");
    assert!(list.stderr.contains("03-mine.patch"), "{list:?}");
    assert_eq!(run(repo.root(), &["defer", "shop.py:5"]).code, 0);
    assert!(
        repo.path(".hotfix/deferred/04-change-in-total.patch")
            .is_file()
    );
    assert!(repo.path(".hotfix/deferred/03-mine.patch").is_file());
}

#[test]
fn a_folder_of_patches_that_cannot_be_written_is_named_and_nothing_leaves() {
    let repo = changed();
    let before = shop(&repo);
    repo.write(".hotfix", "a file in the way\n");
    let outcome = run(repo.root(), &["defer", "shop.py:2"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    let says = "error: shop.py:2: .hotfix/deferred: it cannot be written (";
    assert!(outcome.stderr.starts_with(says), "{}", outcome.stderr);
    assert_eq!(shop(&repo), before);
}
