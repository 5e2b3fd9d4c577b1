//! The real binary in real folders and repositories: each verb, each exit code, each sentence.

#[cfg(unix)]
#[path = "../support/canary.rs"]
mod canary;
#[path = "../support/git.rs"]
mod git;

mod all;
mod backmerge;
mod branch;
mod check;
mod checklist;
mod compare;
mod config;
mod custom;
mod defer;
mod demo;
mod findings;
mod fix;
mod formats;
mod hostile;
mod report;
mod restore;
mod revert;
mod rollback;
mod rules;
mod start;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use git::TestRepo;

/// What the binary did.
#[derive(Debug)]
struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Outcome {
    /// Stdout as JSON.
    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts the exit code and the whole of stderr.
    #[track_caller]
    fn tells(&self, code: i32, stderr: &str) {
        assert_eq!(
            (self.code, self.stderr.as_str()),
            (code, stderr),
            "{self:?}"
        );
    }
}

/// Runs the binary in `folder`.
fn run(folder: &Path, arguments: &[&str]) -> Outcome {
    run_with_stdin(folder, arguments, "")
}

/// Runs the binary in `folder` with `stdin`.
fn run_with_stdin(folder: &Path, arguments: &[&str], stdin: &str) -> Outcome {
    let mut child = command(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut pipe = child.stdin.take().expect("stdin is a pipe");
    // The binary may not read it.
    let _ = pipe.write_all(stdin.as_bytes());
    drop(pipe);
    let output = child.wait_with_output().expect("the binary ends");
    Outcome {
        code: output.status.code().expect("no signal ended it"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// The binary in `folder`, without what the tester's terminal would change.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hotfix-ls"));
    command.current_dir(folder);
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS"] {
        command.env_remove(name);
    }
    // A clean machine has no `user.name`, and the tester's own must not matter.
    for (name, value) in [("NAME", "Ada"), ("EMAIL", "ada@example.com")] {
        command.env(format!("GIT_AUTHOR_{name}"), value);
        command.env(format!("GIT_COMMITTER_{name}"), value);
    }
    command
}

/// Production (`main`, tag `v1.2.0`) with `shop.py`, and the branch `hotfix/v1.2.1`.
fn hotfix_repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("shop.py", "def total(order):\n    return 1\n");
    repo.commit("Ship the shop");
    repo.git(&["tag", "v1.2.0"]);
    repo.branch("hotfix/v1.2.1");
    repo
}
