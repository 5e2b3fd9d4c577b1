//! `checklist`: how every item stands.

use serde_json::Value;

use crate::{TestRepo, hotfix_repo, run};

const FIX: &str = "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef total(order):\n    \
                   # Hotfix (v1.2.1): an order may be missing.\n    if order is None:\n        \
                   logger.error(\"no order\")\n        raise ValueError(\"no order\")\n    return 1\n";

fn states(repo: &TestRepo) -> Vec<(String, String, String)> {
    let outcome = run(repo.root(), &["checklist", "--format", "json"]);
    let json = outcome.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items = json["items"].as_array().expect("a list");
    let item = |it: &Value| (text(&it["name"]), text(&it["state"]), text(&it["says"]));
    items.iter().map(item).collect()
}

#[track_caller]
fn stands(repo: &TestRepo, name: &str, state: &str, says: &str) {
    let found = states(repo).into_iter().find(|it| it.0 == name);
    let (_, found, said) = found.expect("the item");
    assert_eq!((found.as_str(), said.as_str()), (state, says), "{name}");
}

#[test]
fn what_can_be_seen_is_seen_and_nothing_else_is_ticked() {
    let repo = hotfix_repo();
    repo.write("shop.py", FIX);
    let outcome = run(repo.root(), &["checklist"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    let head = "hotfix/v1.2.1: 5 of 14 items hold\n";
    assert!(outcome.stdout.starts_with(head), "{}", outcome.stdout);
    for part in [
        "✓ The fix can be seen in the logs\n    new: 1 log line\n",
        "✗ A test covers the fix\n    no changed test reaches total\n",
        "? The smoke tests pass\n    not seen here: run `hotfix-ls verify`, or tick it\n",
        "There is no record yet: run `hotfix-ls start`\n",
    ] {
        assert!(outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
    }
}

#[test]
fn a_test_in_the_work_tree_reaches_the_fix_and_one_of_production_does_not_count() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write(
        "tests/test_shop.py",
        "from shop import total\n\n\ndef test_total():\n    assert total({}) == 1\n",
    );
    repo.commit("Test the shop");
    repo.git(&["switch", "--quiet", "--force-create", "hotfix/v1.2.1"]);
    repo.write("shop.py", FIX);
    stands(
        &repo,
        "tests-added",
        "failed",
        "no changed test reaches total",
    );
    repo.write(
        "tests/test_none.py",
        "import pytest\nimport shop\n\n\ndef test_none():\n    with pytest.raises(ValueError):\n        shop.total(None)\n",
    );
    stands(
        &repo,
        "tests-added",
        "passed",
        "tests/test_none.py::test_none",
    );
}

#[test]
fn the_record_holds_what_a_person_says() {
    let repo = hotfix_repo();
    repo.write("shop.py", FIX);
    run(repo.root(), &["start"]);
    let path = ".hotfix/hotfix/v1.2.1.md";
    let text = std::fs::read_to_string(repo.path(path)).expect("the record");
    let text = text
        .replace("- [ ] The smoke tests", "- [x] The smoke tests")
        .replace(
            "<!-- integration -->",
            "Not applicable: no other service <!-- integration -->",
        );
    repo.write(path, &text);
    stands(&repo, "smoke", "attested", "ticked by hand");
    stands(&repo, "integration", "not-applicable", "no other service");

    let outcome = run(repo.root(), &["checklist", "--write"]);
    assert!(
        outcome.stdout.contains("19 questions without an answer"),
        "{}",
        outcome.stdout
    );
    let written = std::fs::read_to_string(repo.path(path)).expect("the record");
    assert!(
        written.contains("| ✓ | The fix can be seen in the logs | new: 1 log line |"),
        "{written}"
    );
    let mut own = written.clone();
    for part in ["history", "facts"] {
        let end = format!("<!-- hotfix-ls:end {part} -->\n");
        let begin = own.find(&format!("<!-- hotfix-ls:begin {part} -->"));
        let end = own.find(&end).expect("its end") + end.len();
        own.replace_range(begin.expect("a part")..end, "");
    }
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(words(&own), words(&text), "what a person wrote stays");
    run(repo.root(), &["checklist", "--write"]);
    let again = std::fs::read_to_string(repo.path(path)).expect("the record");
    assert_eq!(again, written, "written twice it is as written once");
}

#[test]
fn what_is_done_around_the_merge_is_ticked_by_hand_and_counts_for_no_item() {
    let repo = hotfix_repo();
    repo.write("shop.py", FIX);
    let head = |text: &str| text.lines().next().map(str::to_owned);
    run(repo.root(), &["start"]);
    let before = run(repo.root(), &["checklist"]).stdout;
    let path = ".hotfix/hotfix/v1.2.1.md";
    let text = std::fs::read_to_string(repo.path(path)).expect("the record");
    assert!(
        text.contains("### After the release\n\n- [ ] It runs in production <!-- deployed -->")
    );
    let text = text
        .replace("- [ ] A second person", "- [x] A second person")
        .replace(
            "tried in staging",
            "tried in staging: not applicable: there is none",
        );
    repo.write(path, &text);
    let after = run(repo.root(), &["checklist"]).stdout;
    assert_eq!(head(&after), head(&before));
    for part in [
        "\nBefore the merge, ticked by hand:\n  ☑ A second person has reviewed it\n  \
         – It was tried in staging (not applicable: there is none)\n",
        "\nAfter the release, ticked by hand:\n  ? It runs in production\n",
    ] {
        assert!(after.contains(part), "{part}: {after}");
    }
    let json = run(repo.root(), &["checklist", "--format", "json"]).json();
    assert_eq!(json["steps"][0]["state"], "done");
    assert_eq!(json["steps"][1]["reason"], "there is none");
    assert_eq!(json["steps"][6]["when"], "after-release");
    let report = run(repo.root(), &["report"]).stdout;
    for part in [
        "\n## Before the merge\n\n- [x] A second person has reviewed it\n\
         - [x] It was tried in staging: not applicable: there is none\n",
        "\n## After the release\n\n- [ ] It runs in production\n",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
}

#[test]
fn what_is_wrong_with_the_settings_is_told_once() {
    let repo = hotfix_repo();
    repo.write("hotfix.toml", "colour = 1\n");
    let outcome = run(repo.root(), &["checklist"]);
    assert_eq!(
        outcome.stderr.matches("colour").count(),
        1,
        "{}",
        outcome.stderr
    );
}

#[test]
fn check_shows_what_single_functions_lack_once_there_is_a_record() {
    let repo = hotfix_repo();
    repo.write("shop.py", "def total(order):\n    return 2\n");
    let shown = |arguments: &[&str]| {
        let outcome = run(
            repo.root(),
            &[&["check", "--format", "concise"], arguments].concat(),
        );
        let rules = ["missing-test", "missing-hotfix-comment"];
        (
            outcome.code,
            rules.map(|rule| outcome.stdout.contains(rule)),
        )
    };
    assert_eq!(
        shown(&[]),
        (0, [false, false]),
        "somebody still looks for the fix"
    );

    repo.write("hotfix.toml", "[rules]\nmissing-test = \"warning\"\n");
    assert_eq!(shown(&[]), (1, [true, false]), "the settings ask for it");
    std::fs::remove_file(repo.path("hotfix.toml")).expect("removed");

    run(repo.root(), &["start"]);
    assert_eq!(shown(&[]), (0, [true, true]), "a hint fails nothing");
    assert_eq!(shown(&["shop.py"]), (0, [true, true]));
    assert_eq!(
        shown(&["--all"]),
        (0, [false, false]),
        "no branch is looked at"
    );
    let full = run(repo.root(), &["check"]).stdout;
    assert!(
        full.contains("comes back with the next merge"),
        "why: {full}"
    );
    let sarif = run(repo.root(), &["check", "--format", "sarif"]).json();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules");
    let rule = rules
        .iter()
        .find(|rule| rule["id"] == "missing-test")
        .expect("the rule");
    let text = rule["shortDescription"]["text"]
        .as_str()
        .unwrap_or_default();
    assert!(text.starts_with("A function that"), "{text}");

    let path = ".hotfix/hotfix/v1.2.1.md";
    let text = std::fs::read_to_string(repo.path(path)).expect("the record");
    let excused = "A test covers the fix: not applicable: only the real printer shows it";
    repo.write(path, text.replace("A test covers the fix", excused));
    assert_eq!(shown(&[]), (0, [false, true]), "the record says why");
}

#[test]
fn without_a_record_nothing_can_be_written() {
    let repo = hotfix_repo();
    repo.write("shop.py", FIX);
    run(repo.root(), &["checklist", "--write"]).tells(
        2,
        "error: there is no record to write into: run `hotfix-ls start`\n",
    );
}

#[test]
fn what_an_item_lacks_is_explained_and_may_be_allowed_in_the_code() {
    let repo = hotfix_repo();
    let text = run(repo.root(), &["explain", "missing-test"]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(
        text.stdout.contains("no new or changed test"),
        "{}",
        text.stdout
    );

    let allowed = "# hotfix: allow(missing-test) only the real printer shows it\ndef total";
    repo.write("shop.py", FIX.replace("def total", allowed));
    stands(
        &repo,
        "tests-added",
        "passed",
        "every changed definition is excused by a comment",
    );
    let outcome = run(repo.root(), &["check", "--format", "concise"]);
    assert!(
        !outcome.stdout.contains("unused-allow"),
        "{}",
        outcome.stdout
    );
    repo.write(
        "shop.py",
        FIX.replace("def total", "# hotfix: allow(missing-tests) no\ndef total"),
    );
    let outcome = run(repo.root(), &["check", "--format", "concise"]);
    assert!(
        outcome.stdout.contains("did you mean missing-test?"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn check_checklist_and_report_measure_the_same_against_the_same_budget() {
    let repo = hotfix_repo();
    let many = |count: usize| {
        "def total(order):\n    return (\n".to_owned()
            + &"        1 +\n".repeat(count)
            + "        0\n    )\n"
    };
    // Two commits may change twice as much as one.
    repo.write("shop.py", many(80));
    repo.commit("Count");
    repo.write("shop.py", many(120));
    repo.commit("Count on");
    let size = "1 file, 124 lines, 1 function";
    let check = run(repo.root(), &["check"]).stdout;
    assert!(check.contains(&format!("Size: {size}\n")), "{check}");
    stands(
        &repo,
        "minimal",
        "passed",
        &format!("{size} of production code"),
    );
    let report = run(repo.root(), &["report"]).stdout;
    assert!(
        report.contains(&format!("Production code: {size}. ")),
        "{report}"
    );
    repo.write("hotfix.toml", "budget-lines = 60\n");
    let says =
        format!("{size} of production code are too many for a hotfix: leave out what can wait");
    stands(&repo, "minimal", "failed", &says);
    let page = run(repo.root(), &["report", "--format", "html"]).stdout;
    let meter = "lines of production code<div class=\"bar over\">";
    assert!(page.contains(meter), "{page}");
}
