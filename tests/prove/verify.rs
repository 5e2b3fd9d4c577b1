//! The project's own tests on the hotfix, and what the checklist makes of the results.

use serde_json::Value;

use crate::{Hotfix, json};

const CONFIG: &str =
    "smoke-tests = \"python3 -c 'import shop; shop.total({})'\"\nintegration-tests = \"exit 3\"\n";

fn hotfix() -> Hotfix {
    let hotfix = Hotfix::new();
    hotfix.repo.write("hotfix.toml", CONFIG);
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    hotfix
}

fn results(verification: &Value) -> Vec<(&str, &str)> {
    let suites = verification["suites"].as_array().expect("a list");
    suites
        .iter()
        .map(|suite| {
            let kind = suite["kind"].as_str().unwrap_or_default();
            (kind, suite["result"].as_str().unwrap_or_default())
        })
        .collect()
}

#[test]
fn each_suite_is_run_by_its_own_command() {
    let hotfix = hotfix();
    let red = json(&hotfix.run(&["verify", "--format", "json"]), 1);
    let expected = [
        ("unit", "failed"),
        ("integration", "failed"),
        ("smoke", "failed"),
    ];
    assert_eq!(results(&red), expected, "{red}");
    assert_eq!(
        red["suites"][0]["red"],
        serde_json::json!(["test_shop.py::TestShop::test_empty"])
    );
    hotfix.fix();
    let green = json(&hotfix.run(&["verify", "--format", "json"]), 1);
    let expected = [
        ("unit", "passed"),
        ("integration", "failed"),
        ("smoke", "passed"),
    ];
    assert_eq!(results(&green), expected, "{green}");
    assert_eq!(
        green["suites"][0]["summary"],
        "The unit tests pass: 2 tests"
    );
    hotfix.assert_clean();
}

#[test]
fn a_suite_that_is_asked_for_must_be_configured() {
    let hotfix = Hotfix::new();
    let outcome = json(&hotfix.run(&["verify", "smoke", "--format", "json"]), 2);
    assert_eq!(results(&outcome), [("smoke", "not-configured")]);
    assert!(outcome.to_string().contains("set `smoke-tests`"));
}

/// The item stays ticked only as long as nothing changes: that is what staleness is for.
#[test]
fn the_checklist_believes_the_results_until_something_changes() {
    let hotfix = hotfix();
    hotfix.fix();
    let item = |name: &str| {
        let output = hotfix.run(&["checklist", "--format", "json"]);
        let list = json(&output, 1);
        let items = list["items"].as_array().expect("a list").clone();
        let item = items.iter().find(|item| item["name"] == name);
        item.expect("the item").to_string()
    };
    assert!(
        item("smoke").contains("hotfix-ls verify"),
        "{}",
        item("smoke")
    );
    json(
        &hotfix.run(&["verify", "smoke", "unit", "--format", "json"]),
        0,
    );
    assert!(
        item("smoke").contains("The smoke tests pass"),
        "{}",
        item("smoke")
    );
    assert!(
        item("tests-pass").contains("2 tests"),
        "{}",
        item("tests-pass")
    );
    json(&hotfix.run(&["prove", "--format", "json"]), 0);
    let reproduced = item("reproduced");
    assert!(reproduced.contains("the root cause"), "{reproduced}");
    hotfix.repo.write("README.md", "a document\n");
    assert!(
        item("smoke").contains("The smoke tests pass"),
        "{}",
        item("smoke")
    );
    hotfix
        .repo
        .write("shop.py", "def total(order):\n    return 0\n");
    assert!(item("smoke").contains("again"), "{}", item("smoke"));
    assert!(
        item("reproduced").contains("out of date"),
        "{}",
        item("reproduced")
    );
}
