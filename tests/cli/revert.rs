//! `revert-conflict` in real repositories: production went on while the hotfix was made.

use crate::{TestRepo, run};

const BEFORE: &str =
    "def total(order):\n    return order.net\n\n\n\n\ndef tax(order):\n    return 0\n";

/// A hotfix of `total` that is committed, and production's own later change.
fn repo(later: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("shop.py", BEFORE);
    repo.commit("Ship the shop");
    repo.branch("hotfix/v1.2.1");
    repo.write("shop.py", BEFORE.replace("order.net", "order.net or 0"));
    repo.commit("Fix the total");
    repo.switch("main");
    repo.write("shop.py", later);
    repo.commit("Change the shop");
    repo.switch("hotfix/v1.2.1");
    repo
}

#[track_caller]
fn is_told(repo: &TestRepo, more: &[&str]) -> bool {
    let mut arguments = vec!["check", "--format", "concise", "--fail-on", "never"];
    arguments.extend(more);
    let outcome = run(repo.root(), &arguments);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    outcome.stdout.contains("[revert-conflict]")
}

#[test]
fn a_later_change_of_the_same_line_is_told() {
    let repo = repo(&BEFORE.replace("order.net", "order.sum"));
    assert!(is_told(&repo, &[]));
    assert!(is_told(&repo, &["--head", "hotfix/v1.2.1"]));
}

#[test]
fn a_later_change_of_other_lines_is_not() {
    let repo = repo(&BEFORE.replace("return 0", "return 1"));
    assert!(!is_told(&repo, &[]));
    assert!(!is_told(&repo, &["--head", "hotfix/v1.2.1"]));
}

#[test]
fn a_hotfix_that_is_in_production_is_not() {
    let repo = repo(&BEFORE.replace("return 0", "return 1"));
    repo.switch("main");
    repo.git(&["merge", "--quiet", "--no-edit", "hotfix/v1.2.1"]);
    repo.switch("hotfix/v1.2.1");
    assert!(!is_told(&repo, &[]));
}
