//! Branches that are switched under the running server, and bases that cannot be known.

use crate::git::{self, TestRepo};
use crate::scene::{PRODUCTION, editor, none, one, repository, risky, uri};

#[test]
fn switching_the_branch_silences_and_speaks_again() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    // In a terminal: the editor is not told.
    repo.switch("main");
    client.diagnostics(&uri, 1, none);
    client.status(|status| status["state"] == "inactive" && status["branch"] == "main");
    repo.switch("hotfix/v1.2.1");
    client.diagnostics(&uri, 1, one);
    client.status(|status| status["state"] == "active");
    client.finish();
}

#[test]
fn a_production_that_moves_on_is_the_new_base_after_a_merge() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    // Production gets the same lines: they are not the hotfix's any more.
    repo.switch("main");
    repo.write("app.py", risky());
    repo.commit("The same on production");
    repo.switch("hotfix/v1.2.1");
    repo.git(&["merge", "--quiet", "--no-edit", "main"]);
    client.diagnostics(&uri, 1, none);
    client.finish();
}

#[test]
fn a_branch_that_is_no_hotfix_shows_nothing_and_says_why() {
    let repo = repository();
    repo.branch("feature/orders");
    repo.write("app.py", risky());
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    let status = client.status(|status| status["state"] == "inactive");
    let reason = status["reason"].as_str().unwrap_or_default();
    assert!(
        reason.contains("feature/orders") && reason.contains("branches"),
        "{reason}"
    );
    assert!(!client.has_shown(&uri));
    client.finish();
}

#[test]
fn a_commit_on_the_hotfix_changes_nothing() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    repo.write("app.py", risky());
    repo.commit("The hotfix");
    client.edit(&uri, 2, ((1, 0), (1, 0)), "\n");
    client.diagnostics(&uri, 2, one);
    client.finish();
}

/// The alert for a repository whose base cannot be known.
#[track_caller]
fn shown_error(repo: &TestRepo, expected: &str) {
    let mut client = editor(repo.root());
    let first = client.open(&repo.path("app.py"), &risky());
    let second = client.open(&repo.path("other.py"), &risky());
    let alert = client.alert();
    assert!(alert.contains(expected), "{alert}");
    let status = client.status(|status| status["state"] == "error");
    let reason = status["reason"].as_str().unwrap_or_default();
    assert!(reason.contains(expected), "{reason}");
    assert!(!client.has_shown(&first) && !client.has_shown(&second));
    // `finish` fails on a second alert for the same reason.
    client.finish();
}

#[test]
fn a_shallow_clone_is_a_shown_error() {
    let origin = repository();
    origin.switch("main");
    origin.write("app.py", format!("{PRODUCTION}\n\nX = 1\n"));
    origin.commit("Production moves");
    origin.switch("hotfix/v1.2.1");
    origin.write("b.py", "y = 1\n");
    origin.commit("The hotfix");
    let clone = origin.cloned(&["--depth=1", "--no-single-branch", "--branch=hotfix/v1.2.1"]);
    shown_error(&clone, "git fetch --unshallow");
}

#[test]
fn a_shallow_clone_that_is_completed_works_at_once() {
    let origin = repository();
    origin.switch("main");
    origin.write("b.py", "y = 1\n");
    origin.commit("Production moves");
    origin.switch("hotfix/v1.2.1");
    origin.write("c.py", "z = 1\n");
    origin.commit("The hotfix");
    let clone = origin.cloned(&["--depth=1", "--no-single-branch", "--branch=hotfix/v1.2.1"]);
    let mut client = editor(clone.root());
    let uri = client.open(&clone.path("app.py"), &risky());
    client.alert();
    clone.git(&["fetch", "--quiet", "--unshallow"]);
    client.diagnostics(&uri, 1, one);
    client.finish();
}

#[test]
fn a_repository_without_production_is_a_shown_error() {
    let repo = TestRepo::new();
    repo.write("app.py", PRODUCTION);
    repo.commit("First");
    repo.git(&["branch", "--move", "hotfix/v1"]);
    shown_error(&repo, "no production ref");
}

#[test]
fn a_branch_without_commit_is_a_shown_error() {
    let repo = TestRepo::new();
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/hotfix/v1"]);
    shown_error(&repo, "has no commit yet");
}

#[test]
fn a_linked_work_tree_is_judged_by_its_own_branch() {
    let repo = repository();
    repo.switch("main");
    let linked = TestRepo::folder();
    let path = linked.path("linked");
    let place = path.display().to_string();
    git::git(
        repo.root(),
        &["worktree", "add", "--quiet", &place, "hotfix/v1.2.1"],
    );
    let mut client = editor(&path);
    let document = client.open(&path.join("app.py"), &risky());
    client.diagnostics(&document, 1, one);
    client.finish();
}

#[cfg(unix)]
#[test]
fn a_folder_behind_a_link_is_published_as_the_editor_spells_it() {
    let repo = repository();
    repo.write("app.py", risky());
    let elsewhere = TestRepo::folder();
    let link = elsewhere.path("link");
    std::os::unix::fs::symlink(repo.root(), &link).expect("a link");
    let mut client = editor(&link);
    client.file_diagnostics(&uri(&link.join("app.py")), one);
    client.finish();
}
