//! What the tests did is told apart, and so is what follows.

use crate::{Hotfix, outcomes};

#[test]
fn red_on_production_and_green_with_the_hotfix_is_a_proof() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    let proof = hotfix.prove(0);
    assert_eq!(proof["verdict"], "proven");
    assert_eq!(outcomes(&proof), [("test_empty", "error", "passed")]);
    let test = &proof["tests"][0];
    assert_eq!(test["id"], "test_shop.py::TestShop::test_empty");
    assert_eq!(test["production"]["exception"], "KeyError");
    assert_eq!(
        proof["summary"],
        "Proven: 1 test is red on main and green with the hotfix"
    );
    hotfix.assert_clean();
}

#[test]
fn a_failed_assertion_is_told_from_another_exception() {
    let hotfix = Hotfix::new();
    hotfix.repo.write("shop.py", SHOP_ROUNDED);
    hotfix.test(
        "test_cents",
        "self.assertEqual(shop.total({\"sum\": 2.004}), 2)",
    );
    let proof = hotfix.prove(0);
    assert_eq!(outcomes(&proof), [("test_cents", "assertion", "passed")]);
}

const SHOP_ROUNDED: &str = "def total(order):\n    return round(order[\"sum\"], 2)\n";

#[test]
fn a_test_that_passes_on_production_proves_nothing() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix.test(
        "test_three",
        "self.assertEqual(shop.total({\"sum\": 3}), 3)",
    );
    let proof = hotfix.prove(1);
    assert_eq!(proof["verdict"], "does-not-reproduce");
    assert_eq!(outcomes(&proof), [("test_three", "passed", "passed")]);
}

/// The guide asks for a test of normal operation beside the one that shows the bug.
#[test]
fn one_proving_test_is_enough_beside_others_that_pass() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    hotfix.test(
        "test_three",
        "self.assertEqual(shop.total({\"sum\": 3}), 3)",
    );
    let proof = hotfix.prove(0);
    assert_eq!(proof["verdict"], "proven");
    assert_eq!(outcomes(&proof).len(), 2);
}

#[test]
fn a_test_that_is_red_with_the_hotfix_is_no_proof() {
    let hotfix = Hotfix::new();
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    let proof = hotfix.prove(1);
    assert_eq!(proof["verdict"], "not-fixed");
    assert_eq!(outcomes(&proof), [("test_empty", "error", "error")]);
}

/// Red for another reason than the bug: production lacks the new function.
#[test]
fn a_test_of_what_production_lacks_cannot_tell() {
    let hotfix = Hotfix::new();
    let fixed = "def total(order):\n    return safe(order)\n\n\ndef safe(order):\n    return 0\n";
    hotfix.repo.write("shop.py", fixed);
    hotfix.test(
        "test_safe",
        "from shop import safe\nself.assertEqual(safe({}), 0)",
    );
    let proof = hotfix.prove(1);
    assert_eq!(proof["verdict"], "cannot-tell");
    assert_eq!(outcomes(&proof), [("test_safe", "import", "passed")]);

    let new = "import unittest\n\nfrom shop import safe\n\n\nclass TestSafe(unittest.TestCase):\n    def test_safe(self):\n        self.assertEqual(safe({}), 0)\n";
    hotfix.repo.write("test_safe.py", new);
    hotfix.repo.git(&["checkout", "--quiet", "test_shop.py"]);
    let proof = hotfix.prove(1);
    assert_eq!(proof["verdict"], "cannot-tell");
    assert_eq!(outcomes(&proof), [("test_safe", "collection", "passed")]);
    let message = proof["tests"][0]["production"]["message"].to_string();
    assert!(message.contains("cannot import name 'safe'"), "{proof}");
}

#[test]
fn a_test_that_changes_its_mind_is_flaky() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    let file = hotfix.repo.path(".git/count");
    let body = format!(
        "import pathlib\ncount = pathlib.Path({file:?})\nbefore = count.exists()\nif 'get' in open(shop.__file__).read():\n    count.touch()\nself.assertTrue(before or 'get' not in open(shop.__file__).read())"
    );
    hotfix.test("test_luck", &body);
    let proof = hotfix.prove(1);
    assert_eq!(proof["verdict"], "flaky");
    assert_eq!(proof["tests"][0]["reading"], "flaky");
}

#[test]
fn tests_that_need_pytest_are_not_run_without_it() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    let summary = || {
        let proof = hotfix.prove(2);
        assert_eq!(proof["verdict"], "not-run", "{proof}");
        proof["summary"].as_str().unwrap_or_default().to_owned()
    };
    let new = "from shop import total\n\n\ndef test_total():\n    assert total({}) == 0\n";
    hotfix.repo.write("test_function.py", new);
    let whole = summary();
    assert!(
        whole.contains("no test was collected, and pytest is not installed here: activate"),
        "{whole}"
    );

    // A single function of a file with other tests must not be run while unittest looks for it.
    std::fs::remove_file(hotfix.repo.path("test_function.py")).expect("removed");
    let file = hotfix.repo.path("test_shop.py");
    let old = std::fs::read_to_string(&file).expect("the tests");
    let function = "def test_total():\n    assert shop.total({}) == 0\n";
    std::fs::write(&file, format!("{old}\n\n{function}")).expect("written");
    let single = summary();
    assert!(
        single.contains("No module named 'pytest', which this test needs; activate"),
        "{single}"
    );
}

#[test]
fn a_hotfix_without_a_test_has_nothing_to_prove() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    let proof = hotfix.prove(1);
    assert_eq!(proof["verdict"], "no-tests");
    hotfix.assert_clean();
}

#[test]
fn a_test_that_never_ends_is_stopped() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix
        .repo
        .write("hotfix.toml", "command-timeout-seconds = 1\n");
    hotfix.test("test_wait", "import time\ntime.sleep(3600)");
    let proof = hotfix.prove(2);
    assert_eq!(proof["verdict"], "not-run");
    let summary = proof["summary"].to_string();
    assert!(summary.contains("more than 1 seconds"), "{proof}");
    hotfix.assert_clean();
}

/// `make test` and the like tell nothing of single tests; the exit code counts then, and that is
/// said.
#[test]
fn a_command_of_the_team_that_tells_nothing_counts_by_its_exit_code() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    let config = "test-command = \"python3 -m unittest --quiet\"\n";
    hotfix.repo.write("hotfix.toml", config);
    let proof = hotfix.prove(0);
    assert_eq!(proof["verdict"], "proven");
    assert_eq!(
        proof["tests"][0]["id"],
        "python3 -m unittest --quiet test_shop.py"
    );
    assert!(
        proof["notes"][0].to_string().contains("exit code"),
        "{proof}"
    );
}

#[test]
fn a_command_that_does_not_exist_is_named() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    let config = "test-command = \"no-such-program-here\"\n";
    hotfix.repo.write("hotfix.toml", config);
    let proof = hotfix.prove(2);
    assert_eq!(proof["verdict"], "not-run");
    let output = proof["output"].to_string();
    assert!(output.contains("no-such-program-here"), "{proof}");
}

/// The record is where the reviewer looks; the proof there must be the last one.
#[cfg(unix)]
#[test]
fn a_command_that_the_shell_cannot_read_is_named() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    let config = "test-command = 'python3 \"-m'\n";
    hotfix.repo.write("hotfix.toml", config);
    let proof = hotfix.prove(2);
    assert_eq!(proof["verdict"], "not-run");
    let summary = proof["summary"].to_string();
    assert!(
        summary.contains("the shell cannot read the command"),
        "{proof}"
    );
}

/// The record is where the reviewer looks; the proof there must be the last one.
#[test]
fn the_proof_goes_into_the_record() {
    let hotfix = Hotfix::new();
    let started = hotfix.run(&["start"]);
    assert!(started.status.success(), "{started:?}");
    let record = || {
        let path = hotfix.repo.path(".hotfix/hotfix/v1.2.1.md");
        let other = hotfix.repo.path(".hotfix/hotfix-v1.2.1.md");
        std::fs::read_to_string(path)
            .or_else(|_| std::fs::read_to_string(other))
            .expect("the record")
    };
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    let first = hotfix.prove(1);
    assert!(record().contains("Not fixed: 1 test fails"), "{}", record());
    hotfix.fix();
    let second = hotfix.prove(0);
    let text = record();
    assert!(text.contains("Proven: 1 test is red on main"), "{text}");
    assert!(!text.contains("Not fixed"), "{text}");
    assert_ne!(first["stamp"], second["stamp"]);
    let third = hotfix.prove(0);
    assert_eq!(second["stamp"], third["stamp"], "the record made it stale");
}
