//! `fix`: what is written, and what never is.

use std::fs;

use crate::{TestRepo, hotfix_repo, run};

const BEFORE: &str = "\
def total(order):
    try:
        return find(order)
    except KeyError as error:
        raise OrderMissing(order)
";

fn after() -> String {
    BEFORE
        .replace("(order)\n", "(order) from error\n")
        .replacen("find(order) from error", "find(order)", 1)
}

fn repo_with(text: impl AsRef<[u8]>) -> TestRepo {
    let repo = hotfix_repo();
    repo.write("shop.py", text);
    repo
}

fn read(repo: &TestRepo) -> Vec<u8> {
    fs::read(repo.path("shop.py")).expect("the file is there")
}

#[test]
fn a_second_run_changes_nothing() {
    let repo = repo_with(BEFORE);
    run(repo.root(), &["fix"]).tells(0, "Fixed 1 finding in 1 file\n");
    assert_eq!(String::from_utf8_lossy(&read(&repo)), after());
    run(repo.root(), &["fix"]).tells(0, "Nothing to fix\n");
    assert_eq!(String::from_utf8_lossy(&read(&repo)), after());
    assert_eq!(run(repo.root(), &["check"]).code, 0);
}

#[test]
fn a_diff_writes_nothing_and_git_can_apply_it() {
    let repo = repo_with(BEFORE);
    let outcome = run(repo.root(), &["fix", "--diff"]);
    outcome.tells(1, "Would fix 1 finding in 1 file\n");
    assert_eq!(String::from_utf8_lossy(&read(&repo)), BEFORE);
    repo.write("fix.diff", &outcome.stdout);
    repo.git(&["apply", "fix.diff"]);
    assert_eq!(String::from_utf8_lossy(&read(&repo)), after());
    run(repo.root(), &["fix", "--diff"]).tells(0, "Nothing to fix\n");
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    let marked = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let repo = repo_with(marked(BEFORE));
    run(repo.root(), &["fix"]).tells(0, "Fixed 1 finding in 1 file\n");
    assert_eq!(String::from_utf8_lossy(&read(&repo)), marked(&after()));
}

#[test]
fn only_the_named_rule_is_fixed() {
    let repo = repo_with(BEFORE);
    run(repo.root(), &["fix", "--rule", "unused-allow"]).tells(0, "Nothing to fix\n");
    assert_eq!(String::from_utf8_lossy(&read(&repo)), BEFORE);
    run(repo.root(), &["fix", "--rule", "raise-without-from"])
        .tells(0, "Fixed 1 finding in 1 file\n");
}

#[test]
fn an_unknown_rule_is_told_and_nothing_is_written() {
    let repo = repo_with(BEFORE);
    run(repo.root(), &["fix", "--rule", "raise-withot-from"]).tells(
        2,
        "error: there is no rule `raise-withot-from`: did you mean `raise-without-from`?\n",
    );
    assert_eq!(String::from_utf8_lossy(&read(&repo)), BEFORE);
}

#[test]
fn a_fix_that_needs_a_review_is_applied_only_on_demand() {
    let call = "import logging\n\nimport requests\n\n\ndef total(order):\n    try:\n        \
                return requests.get('http://localhost')\n    except requests.RequestException:\n        \
                logging.exception('ping')\n        raise\n";
    let repo = repo_with(call);
    run(repo.root(), &["fix"]).tells(
        0,
        "Nothing to fix; 1 left for a person: see `hotfix-ls check`\n",
    );
    assert_eq!(String::from_utf8_lossy(&read(&repo)), call);
    run(repo.root(), &["fix", "--unsafe"]).tells(0, "Fixed 1 finding in 1 file\n");
    assert!(String::from_utf8_lossy(&read(&repo)).contains("timeout=10"));
    run(repo.root(), &["fix", "--unsafe"]).tells(0, "Nothing to fix\n");
}

#[test]
fn what_the_hotfix_wrote_is_never_replaced_by_productions_text() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write(
        "shop.py",
        "def total(order, rate):\n    return order.sum * rate\n",
    );
    repo.commit("Take a rate");
    repo.branch("hotfix/v1.2.2");
    let hotfix = "def total(order):\n    return order.sum * order.rate\n";
    repo.write("shop.py", hotfix);
    let found = run(repo.root(), &["check"]).stdout;
    assert!(found.contains("api-change"), "{found}");
    assert!(
        found.contains("Restore production's version of total"),
        "{found}"
    );
    run(repo.root(), &["fix", "--unsafe"]);
    assert_eq!(String::from_utf8_lossy(&read(&repo)), hotfix);
}

#[test]
fn a_branch_that_is_no_hotfix_branch_is_left_alone() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write("shop.py", BEFORE);
    assert_eq!(run(repo.root(), &["fix"]).code, 0);
    assert_eq!(String::from_utf8_lossy(&read(&repo)), BEFORE);
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_left_alone_and_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let repo = repo_with(BEFORE);
    let read_only = fs::Permissions::from_mode(0o444);
    fs::set_permissions(repo.path("shop.py"), read_only).expect("a mode");
    run(repo.root(), &["fix"]).tells(
        2,
        "error: shop.py: it is read-only, so nothing was written to it: make it writable first\n",
    );
    assert_eq!(String::from_utf8_lossy(&read(&repo)), BEFORE);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_without_room_loses_nothing() {
    let repo = hotfix_repo();
    let old = format!(
        "def total(order):\n    print(order)\n    return 1\n{}",
        "# x\n".repeat(2000)
    );
    repo.write("shop.py", &old);
    // The shell's limit of a file's size stands for the full disk; its signal is ignored, so that
    // writing fails.
    let script = "ulimit -f 4; trap '' XFSZ; exec \"$0\" fix";
    let output = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_hotfix-ls")])
        .current_dir(repo.root())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("a shell");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(
        told,
        "error: shop.py: it cannot be written (file too large), so it is as it was: check the disk and the folder's mode\n"
    );
    let kept = std::fs::read_to_string(repo.path("shop.py")).expect("the file");
    assert_eq!(kept, old);
    assert_eq!(
        repo.git(&["status", "--short", "--untracked-files"]),
        "M shop.py"
    );
}
