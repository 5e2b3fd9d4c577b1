//! What a repository that means harm can put into names and texts.

use crate::{command, hotfix_repo, run};

/// Clears the screen of whoever prints it.
const ORDER: &str = "\u{1b}[2J";

#[test]
fn no_name_and_no_text_gives_orders_to_the_terminal() {
    let repo = hotfix_repo();
    let name = format!("a{ORDER}\nb.py");
    let text = format!("def f(event):\n    print('x{ORDER}')\n    return event['{ORDER}']\n");
    repo.write(&name, &text);
    repo.write(&format!("bad{ORDER}.py"), "x = (\n");
    let verbs: [&[&str]; 4] = [
        &["check"],
        &["check", "--format", "concise"],
        &["check", "--format", "json"],
        &["fix", "--diff", "--unsafe"],
    ];
    for arguments in verbs {
        let output = command(repo.root())
            .args(arguments)
            .env("CLICOLOR_FORCE", "1")
            .output()
            .expect("the binary runs");
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8(shown).expect("UTF-8");
        assert!(!shown.contains(ORDER), "{arguments:?}: {shown:?}");
        assert!(shown.contains(r"[2J"), "{arguments:?}: {shown:?}");
    }
    let concise = run(repo.root(), &["check", "--format", "concise"]).stdout;
    assert!(concise.starts_with(r"a\u{1b}[2J\nb.py:1:1: "), "{concise}");
}

#[test]
fn git_takes_the_diff_of_a_file_with_odd_name_and_odd_bytes() {
    let repo = hotfix_repo();
    let name = "odd \"\n\u{1b}.py";
    repo.write(
        name,
        format!("def f():\n    x = '{ORDER}\u{9b}'\n    print(x)\n"),
    );
    repo.git(&["add", "."]);
    let diff = run(repo.root(), &["fix", "--diff"]).stdout;
    repo.write("the.patch", &diff);
    repo.git(&["apply", "the.patch"]);
    let fixed = std::fs::read_to_string(repo.path(name)).expect("the file");
    assert_eq!(fixed, format!("def f():\n    x = '{ORDER}\u{9b}'\n"));
}

#[cfg(unix)]
#[test]
fn nothing_is_run_that_a_repository_brings_along() {
    let canary = crate::canary::Canary::new();
    let repo = &canary.repo;
    for arguments in [
        &["check"][..],
        &["check", "--base", "main", "--format", "json"],
        &["check", "app.py"],
        &["check", "--all"],
        &["fix", "--diff"],
        &["explain", "missing-key"],
        &["rules"],
        &["fix"],
    ] {
        let outcome = run(repo.root(), arguments);
        assert!(outcome.code < 2, "{arguments:?}: {outcome:?}");
        canary.is_silent();
    }
    // The fixes were made, so that all of it was judged and not refused.
    let fixed = std::fs::read_to_string(repo.path("app.py")).expect("the file");
    assert!(!fixed.contains("print"), "{fixed}");
    // A blob that was never fetched is not fetched by a program of the repository either.
    let blob = repo.git(&["-c", "alias.rev-parse=", "rev-parse", "main:late.py"]);
    let (folder, name) = blob.split_at(2);
    repo.delete(&format!(".git/objects/{folder}/{name}"));
    let outcome = run(repo.root(), &["check"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    canary.is_silent();
}

#[cfg(unix)]
#[test]
fn a_git_in_the_current_folder_is_not_run() {
    let repo = hotfix_repo();
    repo.write("app.py", "def f(event):\n    print(event)\n");
    let ran = repo.path(".git/ran");
    let script = format!("#!/bin/sh\ntouch '{}'\n", ran.display());
    repo.write("git", &script);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(repo.path("git"), mode).expect("a mode");
    let path = std::env::var("PATH").expect("a PATH");
    let inside = repo.root().display();
    let output = command(repo.root())
        .arg("check")
        .env("PATH", format!(".::{inside}:{path}"))
        .output()
        .expect("the binary runs");
    assert!(!ran.exists(), "the repository's own program was run");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("debug-leftover"), "{output:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_an_error_and_not_waited_for() {
    let repo = hotfix_repo();
    repo.delete("shop.py");
    let made = std::process::Command::new("mkfifo")
        .arg(repo.path("shop.py"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    for arguments in [&["check"][..], &["check", "shop.py"], &["fix"]] {
        run(repo.root(), arguments).tells(
            2,
            "error: shop.py: it is a device or a pipe, not a file: name Python files only, or add it to `exclude`\n",
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_told_and_not_passed_over() {
    use std::os::unix::ffi::OsStrExt as _;
    let repo = hotfix_repo();
    let name = std::ffi::OsStr::from_bytes(b"odd\xff.py");
    std::fs::write(repo.root().join(name), "print(1)\n").expect("a file");
    let told = "error: odd\u{fffd}.py: its name is not UTF-8, so it was not judged: rename it\n";
    run(repo.root(), &["check"]).tells(2, told);
    repo.git(&["add", "."]);
    run(repo.root(), &["check", "."]).tells(2, told);
    repo.write("pkg/a.py", "x = 1\n");
    run(repo.root(), &["check", "pkg"]).tells(0, "");
}

#[cfg(unix)]
#[test]
fn a_link_that_is_named_is_not_judged_and_says_so() {
    let repo = hotfix_repo();
    std::os::unix::fs::symlink("loop.py", repo.path("loop.py")).expect("a link");
    run(repo.root(), &["check", "loop.py"]).tells(
        0,
        "note: loop.py is not judged: this file is a symbolic link, here or in production: open the file that it points to\n",
    );
}

#[test]
fn a_carriage_return_alone_is_told_as_what_it_is() {
    let repo = hotfix_repo();
    let text = "def total(order):\r    print(order)\r    return order['id']\r";
    repo.write("shop.py", text);
    let outcome = run(repo.root(), &["fix"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("a carriage return alone ends a line here"),
        "{outcome:?}"
    );
    let kept = std::fs::read_to_string(repo.path("shop.py")).expect("the file");
    assert_eq!(kept, text);
}
