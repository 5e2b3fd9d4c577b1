//! `prove` with real interpreters, real git, real signals. The tests of `pytest.rs` need a Python
//! with pytest, named in `HOTFIX_TEST_PYTHON`; the others use unittest and any `python3`.

#[path = "../support/git.rs"]
mod git;

#[cfg(unix)]
mod killed;
mod outcomes;
mod places;
mod pytest;
mod verify;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use git::TestRepo;
use serde_json::Value;

/// A hotfix of `shop.py` in its own repository, with a temporary folder of its own, so that whatever
/// is left behind is found.
struct Hotfix {
    repo: TestRepo,
    temporary: tempfile::TempDir,
}

const SHOP: &str = "def total(order):\n    return order[\"sum\"]\n";

impl Hotfix {
    /// Production has `shop.py` and an old test; the hotfix has changed nothing yet.
    fn new() -> Self {
        let repo = TestRepo::new();
        repo.write("shop.py", SHOP);
        repo.write(
            "test_shop.py",
            "import unittest\n\nimport shop\n\n\nclass TestShop(unittest.TestCase):\n    def test_sum(self):\n        self.assertEqual(shop.total({\"sum\": 2}), 2)\n",
        );
        repo.commit("Ship the shop");
        repo.git(&["tag", "v1.2.0"]);
        repo.branch("hotfix/v1.2.1");
        Self {
            repo,
            temporary: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// Appends a test to the class of `test_shop.py`.
    fn test(&self, name: &str, body: &str) {
        let path = self.repo.path("test_shop.py");
        let mut text = std::fs::read_to_string(&path).expect("the tests");
        let body = body.replace('\n', "\n        ");
        text = format!("{text}\n    def {name}(self):\n        {body}\n");
        self.repo.write("test_shop.py", text);
    }

    /// The real fix: an order without a sum is worth nothing.
    fn fix(&self) {
        let fixed = SHOP.replace("order[\"sum\"]", "order.get(\"sum\", 0)");
        self.repo.write("shop.py", fixed);
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotfix-ls"));
        command.current_dir(self.repo.root()).args(arguments);
        for name in [
            "VIRTUAL_ENV",
            "CONDA_PREFIX",
            "PYTHONPATH",
            "PYTEST_PLUGINS",
        ] {
            command.env_remove(name);
        }
        command.env("TMPDIR", self.temporary.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    /// The proof as JSON.
    #[track_caller]
    fn prove(&self, code: i32) -> Value {
        json(&self.run(&["prove", "--format", "json"]), code)
    }

    /// Asserts that the temporary folder is empty.
    #[track_caller]
    fn assert_clean(&self) {
        let left: Vec<PathBuf> = std::fs::read_dir(self.temporary.path())
            .expect("the temporary folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        assert_eq!(left, Vec::<PathBuf>::new());
    }

    /// Every file of the work tree and of git, with its bytes; what `prove` keeps there left out.
    fn snapshot(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        let mut folders = vec![self.repo.root().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let about = path.symlink_metadata().expect("it is there");
                if about.is_dir() {
                    if !path.ends_with(".git/hotfix-ls") {
                        all.insert(path.clone(), Vec::new());
                        folders.push(path);
                    }
                } else if about.is_file() {
                    let bytes = std::fs::read(&path).expect("a file");
                    all.insert(path, bytes);
                }
            }
        }
        all
    }
}

#[track_caller]
fn json(output: &Output, code: i32) -> Value {
    let words = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{text}\n{words}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}\n{words}"))
}

/// Each test's name with its outcomes on production and on the hotfix.
fn outcomes(proof: &Value) -> Vec<(&str, &str, &str)> {
    let tests = proof["tests"].as_array().expect("a list of tests");
    let outcomes = tests.iter().map(|test| {
        let id = test["id"].as_str().unwrap_or_default();
        let name = id.rsplit("::").next().unwrap_or(id);
        let on = |side: &str| test[side]["outcome"].as_str().unwrap_or_default();
        (name, on("production"), on("head"))
    });
    outcomes.collect()
}

/// Whether a path exists, links not followed.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
