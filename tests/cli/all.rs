//! `check --all`: everything is new, git is not asked.

use std::fs;

use crate::{hotfix_repo, run};

#[test]
fn works_outside_of_a_repository() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.py"), "x = 1\n").expect("a file");
    fs::write(folder.path().join("b.txt"), "no Python\n").expect("a file");
    let outcome = run(folder.path(), &["check", "--all", "--format", "json"]);
    outcome.tells(0, "");
    assert_eq!(outcome.json()["base"]["kind"], "all-new");
    assert_eq!(outcome.json()["summary"]["files"], 1);
}

#[test]
fn works_on_any_branch_and_judges_unchanged_files() {
    let repo = hotfix_repo();
    repo.switch("main");
    let outcome = run(
        repo.root(),
        &["check", "--all", "shop.py", "--format", "json"],
    );
    outcome.tells(0, "");
    assert_eq!(outcome.json()["summary"]["files"], 1);
}

#[test]
fn leaves_out_what_git_ignores_but_not_what_is_named() {
    let repo = hotfix_repo();
    repo.write(".gitignore", "build/\n");
    repo.write("build/a.py", "x = 1\n");
    let walked = run(repo.root(), &["check", "--all", "--format", "json"]);
    assert_eq!(walked.json()["summary"]["files"], 1);
    let named = run(
        repo.root(),
        &["check", "--all", "build/a.py", "--format", "json"],
    );
    assert_eq!(named.json()["summary"]["files"], 1);
}

#[test]
fn a_named_file_counts_whatever_its_name_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("manage"), "x = 1\n").expect("a file");
    let outcome = run(
        folder.path(),
        &["check", "--all", "manage", "--format", "json"],
    );
    assert_eq!(outcome.json()["summary"]["files"], 1);
}

#[test]
fn a_base_and_all_contradict_each_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = run(folder.path(), &["check", "--all", "--base", "main"]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("cannot be used with"),
        "{outcome:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_never_ends_is_refused_by_its_size() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.py")).expect("a link");
    run(folder.path(), &["check", "--all", "zero.py"]).tells(
        2,
        "error: zero.py: the file is larger than 8 MB, so it was not judged: add it to `exclude`\n",
    );
}
