//! `check` on a branch.

use crate::{hotfix_repo, run, run_with_stdin};

#[test]
fn a_branch_that_is_no_hotfix_branch_is_not_judged_and_says_how_to_force_it() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write("shop.py", "def total(order):\n    return 2\n");
    let outcome = run(repo.root(), &["check"]);
    outcome.tells(
        0,
        "note: nothing was judged: branch main is not a hotfix branch \
         (hotfix/*, hotfix-*, */hotfix/*, release/*-hotfix*): set `branches` or use `--base REF`\n",
    );
    assert_eq!(outcome.stdout, "");
}

#[test]
fn a_base_judges_any_branch() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write("shop.py", "def total(order):\n    return 2\n");
    let outcome = run(
        repo.root(),
        &["check", "--base", "v1.2.0", "--format", "json"],
    );
    outcome.tells(0, "");
    assert_eq!(outcome.json()["base"]["kind"], "production");
    assert_eq!(outcome.json()["base"]["reference"], "v1.2.0");
    assert_eq!(outcome.json()["summary"]["files"], 1);
}

#[test]
fn an_unknown_base_is_an_error_and_never_no_findings() {
    let repo = hotfix_repo();
    let outcome = run(repo.root(), &["check", "--base", "nope"]);
    outcome.tells(
        2,
        "error: there is no ref or commit nope: check the spelling or run `git fetch`\n",
    );
    assert_eq!(outcome.stdout, "");
}

#[test]
fn outside_of_a_repository_it_says_what_works_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().canonicalize().expect("it exists");
    let outcome = run(&root, &["check"]);
    let expected = format!(
        "error: {} is in no git repository: run `hotfix-ls check --all` to judge files without git\n",
        root.display()
    );
    outcome.tells(2, &expected);
}

#[test]
fn only_changed_files_are_judged_committed_or_not() {
    let repo = hotfix_repo();
    repo.write("new.py", "x = 1\n");
    repo.commit("Start the fix");
    repo.write("loose.py", "x = 1\n");
    repo.write("notes.txt", "not Python\n");
    let outcome = run(repo.root(), &["check", "--format", "json"]);
    assert_eq!(outcome.json()["summary"]["files"], 2);
    let only = run(
        repo.root(),
        &["check", "--format", "json", "new.py", "shop.py"],
    );
    assert_eq!(only.json()["summary"]["files"], 1, "shop.py is unchanged");
}

#[test]
fn a_new_file_of_release_notes_is_judged() {
    let repo = hotfix_repo();
    repo.write("newsfragments/7.feature.rst", "Orders can be exported.\n");
    let outcome = run(repo.root(), &["check", "--format", "json"]);
    let found = &outcome.json()["findings"][0];
    assert_eq!(found["rule"], "new-feature");
    assert_eq!(found["path"], "newsfragments/7.feature.rst");
}

#[test]
fn release_notes_that_cannot_be_read_keep_nobody_from_judging_the_code() {
    let repo = hotfix_repo();
    repo.write("newsfragments/7.feature.rst", b"caf\xe9\n");
    repo.write("CHANGELOG.md", b"\0\x01");
    repo.write("new.py", "x = 1\n");
    let outcome = run(repo.root(), &["check", "--format", "json"]);
    outcome.tells(0, "");
    repo.commit("Add notes");
    let head = run(repo.root(), &["check", "--head", "HEAD"]);
    head.tells(0, "");
}

#[test]
fn a_branch_without_changes_says_what_it_was_compared_with() {
    let repo = hotfix_repo();
    let outcome = run(repo.root(), &["check"]);
    outcome.tells(0, "");
    let commit = repo.git(&["rev-parse", "main"]);
    let commit = &commit[..10];
    let expected = format!(
        "Nothing differs from main ({commit}): it is merged already, or nothing is changed yet\n"
    );
    assert_eq!(outcome.stdout, expected);
}

#[test]
fn a_manifest_that_cannot_be_read_any_more_is_an_error_and_never_no_findings() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write("pyproject.toml", "[project]\nname = \"shop\"\n");
    repo.commit("Name the project");
    repo.git(&["switch", "-c", "hotfix/v1.2.2"]);
    repo.write("pyproject.toml", "[project]\nname = \"shop\"\n[tool\n");
    let expected = "error: pyproject.toml:3: this is no valid TOML from here on, so the file was not judged: correct it first\n";
    run(repo.root(), &["check"]).tells(2, expected);
    repo.commit("Break it");
    run(repo.root(), &["check", "--head", "HEAD"]).tells(2, expected);
}

#[test]
fn a_module_that_only_has_another_name_is_judged() {
    let repo = hotfix_repo();
    repo.git(&["mv", "shop.py", "store.py"]);
    repo.write("web.py", "from shop import total\n");
    repo.commit("Rename the shop");
    for arguments in [&["check"][..], &["check", "--head", "HEAD"]] {
        let arguments = [arguments, &["--format", "json", "--fail-on", "never"]].concat();
        let outcome = run(repo.root(), &arguments).json();
        let all = outcome["findings"].as_array().expect("a list").iter();
        let told = all.filter(|one| one["rule"] == "api-change");
        let told: Vec<_> = told.map(|one| one["message"].as_str()).collect();
        let expected = "shop is store now: web.py imports the old name and fails";
        assert_eq!(told, [Some(expected)]);
    }
}

#[test]
fn a_path_that_is_not_there_is_told_and_the_others_are_judged() {
    let repo = hotfix_repo();
    repo.write("shop.py", "def total(order):\n    return 2\n");
    let outcome = run(
        repo.root(),
        &["check", "shoop.py", "shop.py", "--format", "json"],
    );
    outcome.tells(
        2,
        "error: shoop.py: no such file or folder: check the spelling\n",
    );
    assert_eq!(outcome.json()["summary"]["files"], 1);
    assert_eq!(outcome.json()["problems"][0]["path"], "shoop.py");
}

#[test]
fn a_path_of_another_repository_is_told() {
    let (repo, other) = (hotfix_repo(), hotfix_repo());
    let path = other.path("shop.py").display().to_string();
    let outcome = run(repo.root(), &["check", "shop.py", &path]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .ends_with("this is not in the repository .: check it in a run of its own\n"),
        "{outcome:?}"
    );
}

#[test]
fn a_file_that_is_no_text_is_told_and_the_others_are_judged() {
    let repo = hotfix_repo();
    repo.write("binary.py", b"x\0y");
    repo.write("latin.py", b"x = '\xe4'\n");
    repo.write("shop.py", "def total(order):\n    return 2\n");
    let outcome = run(repo.root(), &["check", "--format", "json"]);
    outcome.tells(
        2,
        "error: binary.py: the file is binary: name Python files only, or add it to `exclude`\n\
         error: latin.py: the file is not UTF-8 text: save it as UTF-8, or add it to `exclude`\n",
    );
    assert_eq!(outcome.json()["summary"]["files"], 1);
}

#[test]
fn the_text_on_stdin_stands_for_the_file() {
    let repo = hotfix_repo();
    let arguments = ["check", "--stdin-filename", "shop.py", "--format", "json"];
    let same = run_with_stdin(repo.root(), &arguments, "def total(order):\n    return 1\n");
    assert_eq!(same.json()["summary"]["files"], 0);
    let changed = run_with_stdin(repo.root(), &arguments, "def total(order):\n    return 2\n");
    assert_eq!(changed.json()["summary"]["files"], 1);
}

#[test]
fn paths_are_relative_to_the_current_folder() {
    let repo = hotfix_repo();
    repo.write("api/a.py", b"\xff");
    let outcome = run(&repo.path("api"), &["check"]);
    assert!(outcome.stderr.starts_with("error: a.py: "), "{outcome:?}");
    repo.write("shop.py", b"\xff");
    let outcome = run(&repo.path("api"), &["check", ".."]);
    assert!(
        outcome.stderr.contains("error: ../shop.py: "),
        "{outcome:?}"
    );
}

#[test]
fn a_file_that_git_ignores_is_told_when_it_is_named() {
    let repo = hotfix_repo();
    repo.write(".gitignore", "local.py\n");
    repo.write("local.py", "x = 1\n");
    let outcome = run(repo.root(), &["check", "local.py"]);
    outcome.tells(
        0,
        "note: nothing was judged: local.py is ignored by git: \
         use `check --all local.py` to judge it all the same\n",
    );
}

#[test]
fn a_renamed_file_is_compared_with_its_old_name() {
    let repo = hotfix_repo();
    let body = "def total(order):\n    return sum(line.cents for line in order.lines)\n";
    repo.switch("main");
    repo.write("shop.py", body.repeat(5));
    repo.commit("Grow");
    repo.branch("hotfix/v1.2.2");
    repo.delete("shop.py");
    repo.write("store.py", body.repeat(5));
    let outcome = run(repo.root(), &["check", "--format", "json"]);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    let json = outcome.json();
    let found = json["findings"].as_array().expect("a list");
    assert_eq!(found.len(), 1, "only the name is new: {found:?}");
    assert_eq!(
        found[0]["message"],
        "shop is store now: whoever imports the old name fails"
    );
}

#[test]
fn only_a_line_end_differs_and_nothing_is_judged() {
    let repo = hotfix_repo();
    repo.write("shop.py", "def total(order):\r\n    return 1\r\n");
    let outcome = run(repo.root(), &["check", "--format", "json"]);
    assert_eq!(outcome.json()["summary"]["files"], 0);
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let repo = hotfix_repo();
    let mut child = crate::command(repo.root())
        .args(["check", "--format", "json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_changed_manifest_is_judged_with_the_python_files() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write(
        "pyproject.toml",
        "[project]\ndependencies = [\"requests>=2.31\"]\n",
    );
    repo.commit("Ask for requests");
    repo.git(&["checkout", "-q", "-B", "hotfix/v1.2.1"]);
    repo.write(
        "pyproject.toml",
        "[project]\ndependencies = [\"requests>=2.32\"]\n",
    );
    let outcome = run(repo.root(), &["check"]);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    for shown in [
        "The dependency requests changes: >=2.31 → >=2.32",
        "pyproject.toml:2:17",
        "production has",
    ] {
        assert!(outcome.stdout.contains(shown), "{}", outcome.stdout);
    }
}

/// The commit on the branch, which is not checked out any more.
fn committed_fix() -> crate::git::TestRepo {
    let repo = hotfix_repo();
    repo.write("shop.py", "def total(order):\n    return order['sum']\n");
    repo.commit("Fix the sum");
    repo.switch("main");
    repo
}

#[test]
fn a_commit_is_judged_without_being_checked_out() {
    let repo = committed_fix();
    repo.write("shop.py", "def total(order):\n    return 7 +\n");
    let asked = ["check", "--head", "hotfix/v1.2.1", "--format", "concise"];
    let outcome = run(repo.root(), &asked);
    outcome.tells(0, "");
    assert!(
        outcome.stdout.contains("shop.py:2:12: hint[missing-key]"),
        "{outcome:?}"
    );
}

#[test]
fn a_commit_is_compared_with_where_it_left_production() {
    let repo = committed_fix();
    repo.write("later.py", "x = 1\n");
    repo.commit("Go on");
    let asked = ["check", "--head", "hotfix/v1.2.1", "--format", "json"];
    let outcome = run(repo.root(), &asked);
    assert_eq!(outcome.json()["summary"]["files"], 1);
    let base = repo.git(&["rev-parse", "v1.2.0"]);
    assert_eq!(outcome.json()["base"]["commit"], base.trim());
}

#[test]
fn a_file_that_a_commit_renames_is_compared_with_its_old_name() {
    let repo = hotfix_repo();
    let body: Vec<String> = (0..20).map(|line| format!("x{line} = {line}\n")).collect();
    let body = body.concat();
    repo.write("old.py", &body);
    repo.commit("Add");
    repo.git(&["tag", "before"]);
    repo.delete("old.py");
    repo.write("new.py", format!("{body}y = input['k']\n"));
    repo.commit("Rename");
    repo.switch("main");
    let asked = ["check", "--base", "before", "--head", "hotfix/v1.2.1"];
    let outcome = run(repo.root(), &[&asked[..], &["--format", "json"]].concat());
    assert_eq!(outcome.json()["summary"]["files"], 1);
    assert_eq!(outcome.json()["problems"], serde_json::json!([]));
}

#[test]
fn paths_narrow_a_commit_down() {
    let repo = committed_fix();
    let asked = ["check", "other", "--head", "hotfix/v1.2.1"];
    let outcome = run(repo.root(), &asked);
    assert!(
        outcome
            .stdout
            .starts_with("No Python file differs from main"),
        "{outcome:?}"
    );
}

#[test]
fn a_commit_that_does_not_exist_is_an_error() {
    let repo = hotfix_repo();
    let outcome = run(repo.root(), &["check", "--head", "nope"]);
    outcome.tells(
        2,
        "error: there is no ref or commit nope: check the spelling or run `git fetch`\n",
    );
    assert_eq!(outcome.stdout, "");
}

#[cfg(target_os = "linux")]
#[test]
fn results_that_a_full_disk_does_not_take_are_an_error() {
    let repo = hotfix_repo();
    repo.write("shop.py", "def total(order):\n    return 2\n");
    for arguments in [&["check"][..], &["check", "--format", "json"], &["rules"]] {
        let full = std::fs::File::create("/dev/full").expect("a full disk");
        let output = crate::command(repo.root())
            .args(arguments)
            .stdout(full)
            .output()
            .expect("the binary runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        let expected = "error: the results cannot be written to stdout: no storage space\n";
        assert_eq!(told, expected, "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let repo = hotfix_repo();
    repo.write("shop.py", "def total(order):\n    return 2\n");
    for arguments in [
        &["check"][..],
        &["rules"],
        &["explain", "missing-key"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = crate::command(repo.root())
            .args(arguments)
            .stdout(writer)
            .output()
            .expect("the binary runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            (output.status.code(), &*told),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_package_that_no_longer_imports_its_own_module_breaks_nobody() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write(
        "store/__init__.py",
        "from . import rates\nfrom .rates import tax\n",
    );
    repo.write("store/rates.py", "def tax():\n    return 1\n");
    repo.write(
        "web.py",
        "from store import rates, tax\n\nrates.tax() + tax()\n",
    );
    repo.commit("Open a store");
    repo.branch("hotfix/v1.2.2");
    repo.write("store/__init__.py", "");
    let outcome = run(repo.root(), &["check", "--format", "concise"]);
    assert!(
        outcome.stdout.contains("tax can no longer be imported"),
        "{outcome:?}"
    );
    assert!(
        !outcome.stdout.contains("rates can no longer be imported"),
        "{outcome:?}"
    );
}
