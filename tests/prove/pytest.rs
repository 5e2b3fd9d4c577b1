//! pytest, as the project has it.

use std::path::PathBuf;

use serde_json::Value;

use crate::{Hotfix, json, outcomes};

/// The environment of the Python that has pytest.
fn environment() -> PathBuf {
    let python = std::env::var_os("HOTFIX_TEST_PYTHON").map(PathBuf::from);
    let environment = python.and_then(|python| Some(python.parent()?.parent()?.to_owned()));
    let has_pytest = |folder: &PathBuf| {
        let output = std::process::Command::new(folder.join("bin/python"))
            .args(["-c", "import pytest"])
            .output();
        output.is_ok_and(|output| output.status.success())
    };
    environment
        .filter(has_pytest)
        .expect("HOTFIX_TEST_PYTHON names the Python of a virtual environment with pytest")
}

#[track_caller]
fn prove(hotfix: &Hotfix, code: i32) -> Value {
    let output = hotfix
        .command(&["prove", "--format", "json"])
        .env("VIRTUAL_ENV", environment())
        .output()
        .expect("the binary runs");
    json(&output, code)
}

const PRODUCTION: &str = "\
import pytest

import shop


@pytest.fixture
def order():
    return {\"sum\": 2}


def test_sum(order):
    assert shop.total(order) == 2


def test_slow():
    raise RuntimeError(\"nobody asked for this test\")
";

fn shop(tests: &str) -> Hotfix {
    let hotfix = Hotfix::new();
    hotfix.repo.switch("main");
    hotfix.repo.write("tests/test_total.py", PRODUCTION);
    hotfix.repo.commit("Test the shop");
    hotfix
        .repo
        .git(&["switch", "--quiet", "--create", "hotfix/v1.2.2"]);
    hotfix.fix();
    hotfix
        .repo
        .write("tests/test_total.py", format!("{PRODUCTION}\n\n{tests}"));
    hotfix
}

/// All outcomes in one run, each test by its own id, and only the tests that the hotfix changes.
#[test]
fn each_test_is_told_apart_by_its_id() {
    let hotfix = shop(
        "\
@pytest.mark.parametrize(\"order\", [{}, {\"sum\": 3}])
def test_any(order):
    assert shop.total(order) == order.get(\"sum\", 0)


def test_assertion():
    try:
        total = shop.total({})
    except KeyError:
        total = None
    assert total == 0


def test_did_not_raise():
    with pytest.raises(AttributeError):
        shop.total(None)


@pytest.fixture
def broken():
    return shop.total({})


def test_fixture(broken):
    assert broken == 0


@pytest.mark.skip(reason=\"later\")
def test_skipped():
    assert False
",
    );
    let proof = prove(&hotfix, 0);
    assert_eq!(proof["verdict"], "proven");
    assert_eq!(
        outcomes(&proof),
        [
            ("test_any[order0]", "error", "passed"),
            ("test_any[order1]", "passed", "passed"),
            ("test_assertion", "assertion", "passed"),
            ("test_did_not_raise", "error", "passed"),
            ("test_fixture", "error", "passed"),
            ("test_skipped", "skipped", "skipped"),
        ]
    );
    hotfix.assert_clean();
}

#[test]
fn a_file_that_production_cannot_collect_cannot_tell() {
    let hotfix = shop("");
    hotfix.repo.git(&["checkout", "--quiet", "tests"]);
    hotfix.repo.write(
        "shop.py",
        "LIMIT = 1\n\n\ndef total(order):\n    return 0\n",
    );
    hotfix.repo.write(
        "tests/test_limit.py",
        "from shop import LIMIT\n\n\ndef test_limit():\n    assert LIMIT == 1\n",
    );
    let proof = prove(&hotfix, 1);
    assert_eq!(proof["verdict"], "cannot-tell");
    assert_eq!(outcomes(&proof), [("test_limit", "collection", "passed")]);
    let message = proof["tests"][0]["production"]["message"].to_string();
    assert!(message.contains("cannot import name 'LIMIT'"), "{proof}");
}

/// The team's own command runs pytest somewhere inside; the tests are told apart all the same.
#[test]
fn pytest_inside_of_another_command_tells_as_well() {
    let hotfix = shop("def test_empty():\n    assert shop.total({}) == 0\n");
    let python = environment().join("bin/python");
    let config = format!(
        "test-command = \"true && {} -m pytest -q\"\n",
        python.display()
    );
    hotfix.repo.write("hotfix.toml", config);
    let proof = prove(&hotfix, 0);
    assert_eq!(outcomes(&proof), [("test_empty", "error", "passed")]);
    assert_eq!(proof["notes"], serde_json::json!([]));
}

/// Options that the project's own configuration does not know stop pytest before the first test.
#[test]
fn a_pytest_that_does_not_start_shows_its_words() {
    let hotfix = shop("def test_empty():\n    assert shop.total({}) == 0\n");
    hotfix
        .repo
        .write("pytest.ini", "[pytest]\naddopts = --no-such-option\n");
    hotfix.repo.switch("main");
    hotfix
        .repo
        .git(&["stash", "--quiet", "--include-untracked"]);
    hotfix
        .repo
        .write("pytest.ini", "[pytest]\naddopts = --no-such-option\n");
    hotfix.repo.commit("Break pytest");
    hotfix
        .repo
        .git(&["switch", "--quiet", "--create", "hotfix/v1.2.3"]);
    hotfix.fix();
    hotfix.repo.write(
        "tests/test_total.py",
        format!("{PRODUCTION}\n\ndef test_empty():\n    assert shop.total({{}}) == 0\n"),
    );
    let proof = prove(&hotfix, 2);
    assert_eq!(proof["verdict"], "not-run");
    let output = proof["output"].to_string();
    assert!(output.contains("--no-such-option"), "{proof}");
}
