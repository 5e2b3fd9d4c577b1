//! Where the tests run, and what they see: production's code with the hotfix's tests.

use crate::{Hotfix, exists, json, outcomes};

fn proven() -> Hotfix {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    hotfix
}

#[test]
fn the_work_tree_stays_as_it_is_byte_by_byte() {
    let hotfix = proven();
    hotfix.repo.commit("Fix it");
    hotfix.repo.write("notes.txt", "not committed\n");
    hotfix.repo.git(&["status"]);
    let before = hotfix.snapshot();
    hotfix.prove(0);
    let after = hotfix.snapshot();
    assert!(before == after, "{:?}", difference(&before, &after));
    let worktrees = hotfix.repo.git(&["worktree", "list"]);
    assert_eq!(worktrees.lines().count(), 1);
    hotfix.assert_clean();
}

type Snapshot = std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>;

fn difference(before: &Snapshot, after: &Snapshot) -> Vec<std::path::PathBuf> {
    let all = before.keys().chain(after.keys());
    let mut differ: Vec<_> = all
        .filter(|path| before.get(*path) != after.get(*path))
        .cloned()
        .collect();
    differ.dedup();
    differ
}

/// What is neither staged nor committed is part of the hotfix as well, new files too.
#[test]
fn the_work_tree_counts_and_not_the_last_commit() {
    let hotfix = Hotfix::new();
    hotfix.repo.write(
        "shop.py",
        "from prices import of\n\n\ndef total(order):\n    return of(order)\n",
    );
    hotfix.repo.write(
        "prices.py",
        "def of(order):\n    return order.get('sum', 0)\n",
    );
    hotfix.test("test_empty", "self.assertEqual(shop.total({}), 0)");
    let proof = hotfix.prove(0);
    assert_eq!(outcomes(&proof), [("test_empty", "error", "passed")]);
}

/// A developer's PYTHONPATH often names his own checkout.
#[test]
fn a_python_path_into_the_work_tree_is_turned_into_the_copy() {
    let hotfix = proven();
    let output = hotfix
        .command(&["prove", "--format", "json"])
        .env("PYTHONPATH", hotfix.repo.root())
        .output()
        .expect("the binary runs");
    let proof = json(&output, 0);
    assert_eq!(outcomes(&proof), [("test_empty", "error", "passed")]);
}

/// An import hook of an editable install that comes before everything would let production's side
/// run the hotfix: "passes on production" would be a lie.
#[test]
fn code_from_the_work_tree_is_noticed() {
    let hotfix = proven();
    let hooks = tempfile::tempdir().expect("a temporary folder");
    let hook = format!(
        "import sys\nsys.modules.pop('shop', None)\nsys.path.insert(0, {:?})\nimport shop\n",
        hotfix.repo.root()
    );
    std::fs::write(hooks.path().join("sitecustomize.py"), hook).expect("a file");
    let output = hotfix
        .command(&["prove", "--format", "json"])
        .env("PYTHONPATH", hooks.path())
        .output()
        .expect("the binary runs");
    let proof = json(&output, 2);
    let summary = proof["summary"].to_string();
    assert!(summary.contains("took shop from your work tree"), "{proof}");
}

/// Compiled extensions and generated files are ignored by git and needed by the tests.
#[test]
fn what_git_ignores_is_there_and_environments_are_not() {
    let hotfix = Hotfix::new();
    hotfix.repo.write(".gitignore", "_version.py\n.venv/\n");
    hotfix.repo.write("_version.py", "VERSION = '1.2.1'\n");
    hotfix.repo.write(".venv/huge", "x");
    hotfix.fix();
    hotfix.test(
        "test_empty",
        "import os\nimport _version\nself.assertFalse(os.path.exists('.venv'))\nself.assertEqual(shop.total({}), 0)",
    );
    let proof = hotfix.prove(0);
    assert_eq!(outcomes(&proof), [("test_empty", "error", "passed")]);
}

/// Production has a link where the hotfix has a folder: writing through it would leave the copy.
#[cfg(unix)]
#[test]
fn a_link_out_of_the_copy_is_never_followed() {
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let hotfix = Hotfix::new();
    hotfix.repo.switch("main");
    std::os::unix::fs::symlink(elsewhere.path(), hotfix.repo.path("tests")).expect("a link");
    hotfix.repo.commit("Link the tests");
    hotfix
        .repo
        .git(&["switch", "--quiet", "--create", "hotfix/link"]);
    hotfix.repo.delete("tests");
    hotfix.repo.write("tests/__init__.py", "");
    hotfix.repo.write(
        "tests/test_total.py",
        "import unittest\n\nimport shop\n\n\nclass TestTotal(unittest.TestCase):\n    def test_empty(self):\n        self.assertEqual(shop.total({}), 0)\n",
    );
    hotfix.fix();
    let proof = hotfix.prove(0);
    assert_eq!(outcomes(&proof), [("test_empty", "error", "passed")]);
    assert!(!exists(&elsewhere.path().join("test_total.py")));
    assert!(!exists(&elsewhere.path().join("__init__.py")));
}

/// The tests of production are gone, renamed or moved on the hotfix: the copy follows.
#[test]
fn a_renamed_test_file_is_run_by_its_new_name() {
    let hotfix = proven();
    hotfix.repo.git(&["mv", "test_shop.py", "test_orders.py"]);
    let proof = hotfix.prove(0);
    assert_eq!(
        proof["tests"][0]["id"],
        "test_orders.py::TestShop::test_empty"
    );
}

#[test]
fn a_branch_that_is_no_hotfix_is_not_run() {
    let hotfix = proven();
    hotfix
        .repo
        .git(&["switch", "--quiet", "--create", "feature"]);
    let output = hotfix.run(&["prove"]);
    assert_eq!(output.status.code(), Some(2));
    let against = hotfix.run(&["prove", "--base", "main", "--format", "json"]);
    assert_eq!(json(&against, 0)["verdict"], "proven");
}
