//! A team's own rules, seen from the command line.

use crate::{hotfix_repo, run};

const OWN: &str = "((call function: (identifier) @name) @anchor (#eq? @name \"float\")\n \
    (#set! name \"lost-cents\") (#set! message \"{name} loses cents: use Decimal\")\n \
    (#set! severity \"warning\") (#set! fix \"Decimal(0)\"))\n";

#[test]
fn an_own_rule_is_reported_listed_and_explained() {
    let repo = hotfix_repo();
    repo.write(".hotfix/queries/money.scm", OWN);
    repo.write("shop.py", "def total(order):\n    return float(order)\n");
    let found = run(repo.root(), &["check", "--format", "concise"]);
    assert_eq!(found.code, 1, "{}", found.stderr);
    let line = "shop.py:2:12: warning[lost-cents] float loses cents: use Decimal";
    assert!(found.stdout.contains(line), "{}", found.stdout);

    let rules = run(repo.root(), &["rules"]);
    assert!(rules.stdout.contains("lost-cents"), "{}", rules.stdout);
    let text = run(repo.root(), &["explain", "lost-cents"]);
    let readable = "name loses cents: use Decimal";
    assert!(text.stdout.contains(readable), "{}", text.stdout);
    assert!(!text.stdout.contains("{name}"), "{}", text.stdout);
}

#[test]
fn what_is_wrong_in_an_own_rule_is_told_with_its_place_and_the_rest_holds() {
    let repo = hotfix_repo();
    repo.write(".hotfix/queries/broken.scm", "\n((identifier) @thing)\n");
    repo.write(".hotfix/queries/money.scm", OWN);
    repo.write("shop.py", "def total(order):\n    return float(order)\n");
    let outcome = run(repo.root(), &["check", "--format", "concise"]);
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        "error: .hotfix/queries/broken.scm:2:1: @thing is not in the vocabulary of \
         queries/README.md\n"
    );
    assert!(outcome.stdout.contains("lost-cents"), "{}", outcome.stdout);
}

#[test]
fn without_own_rules_nothing_is_said_of_them() {
    let repo = hotfix_repo();
    let rules = run(repo.root(), &["rules"]);
    rules.tells(0, "");
    assert!(!rules.stdout.contains("Your own rules"), "{}", rules.stdout);
}
