//! `report`: the text of the pull request, and a page.

use crate::{TestRepo, hotfix_repo, run};

fn repo() -> TestRepo {
    let repo = hotfix_repo();
    repo.write(
        "shop.py",
        "def total(order):\n    # Hotfix (v1.2.1): an order may be missing.\n    if order is None:\n        \
         raise ValueError(\"no order\")\n    print(order)  # hotfix: allow(debug-leftover) the printer reads it\n    return 1\n",
    );
    repo.commit("Refuse a missing order");
    run(repo.root(), &["start"]);
    let path = ".hotfix/hotfix/v1.2.1.md";
    let text = std::fs::read_to_string(repo.path(path)).expect("the record");
    let text = text.replace(
        "## Root cause\n",
        "## Root cause\n\nNobody asked whether there is one.\n",
    );
    repo.write(path, text.replace("severity: #", "severity: high #"));
    repo
}

#[test]
fn the_pull_request_tells_what_changes_what_was_seen_and_the_way_back() {
    let repo = repo();
    let outcome = run(repo.root(), &["report"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    for part in [
        "# Hotfix v1.2.1\n\nseverity high · branch `hotfix/v1.2.1` · from `main`",
        "- `total` (`shop.py:1`): now raises `ValueError` when `order is None`\n",
        "  - no test of this hotfix reaches it\n",
        "## Root cause\n\nNobody asked whether there is one.\n",
        "- [ ] A test covers the fix: **does not hold**: no changed test reaches total\n",
        "\nNot answered in the record: What goes wrong? · When does it happen?",
        "## Deliberate exceptions\n\n- `shop.py:5` `debug-leftover`: the printer reads it\n",
        "## How to take it back\n",
    ] {
        assert!(outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
    }
    assert!(
        !outcome.stdout.contains("push --force"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn the_same_comes_as_json_and_as_a_page() {
    let repo = repo();
    let json = run(repo.root(), &["report", "--format", "json"]).json();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["severity"], "high");
    assert_eq!(json["changes"][0]["scope"], "total");
    assert_eq!(json["exceptions"][0]["rule"], "debug-leftover");
    assert_eq!(json["commits"][0]["subject"], "Refuse a missing order");
    assert_eq!(json["checklist"]["total"], 14);

    let page = run(repo.root(), &["report", "--format", "html"]);
    assert_eq!(page.code, 0, "{}", page.stderr);
    assert!(
        page.stdout.starts_with("<!doctype html>"),
        "{}",
        page.stdout
    );
    let added =
        "<tr class=\"new\"><td class=\"n\">3</td><td>+</td><td>    if order is None:</td></tr>";
    assert!(page.stdout.contains(added), "{}", page.stdout);
    assert!(page.stdout.contains("<h2>Timeline</h2>"));
}

#[test]
fn the_last_change_before_and_who_could_review_are_told() {
    let repo = hotfix_repo();
    let text = "def total(order):\n    return 2\n";
    repo.switch("main");
    repo.write("shop.py", text);
    repo.git(&["add", "--all"]);
    let author = "Grace <grace@example.com>";
    repo.git(&["commit", "--quiet", "--author", author, "-m", "Count twice"]);
    repo.git(&["tag", "v1.3.0"]);
    repo.branch("hotfix/v1.3.1");
    repo.write("shop.py", text.replace('2', "1"));
    repo.commit("Count once");
    run(repo.root(), &["start"]);

    let report = run(repo.root(), &["report"]).stdout;
    let (_, past) = report.split_once("## Before this hotfix\n").expect(&report);
    assert!(
        past.contains("Count twice | Grace | v1.3.0 | v1.2.0 |\n"),
        "{past}"
    );
    assert!(
        past.contains("- Ada made 1 of 2 commits to `shop.py`\n"),
        "{past}"
    );
    let review = "- Could review it: Grace (last changed 1 of these definitions, 1 commit)\n";
    assert!(past.contains(review), "{past}");

    run(repo.root(), &["checklist", "--write"]);
    let record = std::fs::read_to_string(repo.path(".hotfix/hotfix/v1.3.1.md")).expect("a record");
    assert!(
        record.contains("<!-- hotfix-ls:begin history -->\n"),
        "{record}"
    );
    assert!(record.contains(review), "{record}");
    let again = run(repo.root(), &["report"]).stdout;
    assert_eq!(again.matches("Count twice").count(), 1, "{again}");

    let json = run(repo.root(), &["report", "--format", "json"]).json();
    let past = &json["history"]["definitions"][0]["last_change"];
    assert_eq!(past["commit"]["author"], "Grace");
    assert_eq!(past["release"], "v1.3.0");
}
