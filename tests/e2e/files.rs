//! Changed files that are not open, and files that move.

use serde_json::json;

use crate::scene::{PRODUCTION, editor, none, one, repository, risky, uri};

#[test]
fn a_changed_file_that_is_not_open_is_judged() {
    let repo = repository();
    repo.write("app.py", risky());
    let mut client = editor(repo.root());
    let uri = uri(&repo.path("app.py"));
    client.file_diagnostics(&uri, one);
    client.status(|status| status["counts"]["warning"] == 1);
    client.finish();
}

#[test]
fn a_changed_manifest_is_judged_and_cleared() {
    let repo = repository();
    repo.write("requirements.txt", "requests==2.31\n");
    repo.commit("Pin requests");
    repo.git(&["branch", "-f", "main"]);
    repo.write("requirements.txt", "requests==2.32\n");
    let mut client = editor(repo.root());
    let uri = uri(&repo.path("requirements.txt"));
    client.file_diagnostics(&uri, |found| {
        found.len() == 1 && found[0]["code"] == "dependency-change"
    });
    repo.write("requirements.txt", "requests==2.31\n");
    let change = json!({"changes": [{"uri": uri, "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", change);
    client.file_diagnostics(&uri, none);
    client.finish();
}

#[test]
fn a_new_file_that_is_not_open_is_judged() {
    let repo = repository();
    repo.write("pkg/new.py", risky());
    let mut client = editor(repo.root());
    client.file_diagnostics(&uri(&repo.path("pkg/new.py")), one);
    client.finish();
}

/// The first document often arrives before the server has looked at the folder.
#[test]
fn a_repository_known_by_a_document_has_its_changed_files_judged() {
    let (folder, repo) = (repository(), repository());
    repo.write("other.py", risky());
    let mut client = editor(folder.root());
    let open = client.open(&repo.path("app.py"), PRODUCTION);
    client.diagnostics(&open, 1, none);
    client.file_diagnostics(&uri(&repo.path("other.py")), one);
    client.finish();
}

#[test]
fn a_changed_file_that_goes_back_to_production_is_cleared() {
    let repo = repository();
    repo.write("app.py", risky());
    let mut client = editor(repo.root());
    let uri = uri(&repo.path("app.py"));
    client.file_diagnostics(&uri, one);
    client.status(|status| status["counts"]["warning"] == 1);
    client.notifications.clear();
    repo.write("app.py", PRODUCTION);
    let change = json!({"changes": [{"uri": uri, "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", change);
    client.file_diagnostics(&uri, none);
    client.status(|status| status["counts"]["warning"] == 0);
    client.finish();
}

#[test]
fn closing_an_unsaved_edit_clears_it() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.status(|status| status["counts"]["warning"] == 1);
    client.notifications.clear();
    client.close(&uri);
    client.file_diagnostics(&uri, none);
    client.status(|status| status["counts"]["warning"] == 0);
    assert!(!client.has_shown(&uri));
    client.finish();
}

#[test]
fn closing_a_saved_edit_keeps_what_the_disk_says() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    repo.write("app.py", risky());
    client.save(&uri);
    client.close(&uri);
    client.file_diagnostics(&uri, one);
    client.finish();
}

#[test]
fn the_open_buffer_counts_and_not_the_disk() {
    let repo = repository();
    repo.write("app.py", risky());
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    client.diagnostics(&uri, 1, none);
    client.save(&uri);
    // What came before the document was opened is about the disk; nothing may come after.
    client.notifications.clear();
    assert!(!client.has_shown(&uri));
    client.finish();
}

#[test]
fn a_renamed_file_is_compared_with_what_it_was() {
    let repo = repository();
    let old = uri(&repo.path("app.py"));
    let mut client = editor(repo.root());
    client.open(&repo.path("app.py"), PRODUCTION);
    client.diagnostics(&old, 1, none);
    repo.git(&["mv", "app.py", "orders.py"]);
    client.close(&old);
    let new = client.open(&repo.path("orders.py"), PRODUCTION);
    // Who imports the old name is told of, whatever else is new.
    client.diagnostics(&new, 1, |all| {
        all.len() == 1 && all[0]["code"] == "api-change"
    });
    client.rewrite(&new, 2, &risky());
    client.diagnostics(&new, 2, one);
    client.finish();
}

#[test]
fn an_added_file_is_new_from_its_first_line() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("added.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.finish();
}

#[cfg(unix)]
#[test]
fn a_named_pipe_in_place_of_a_file_holds_nobody_up() {
    let repo = repository();
    repo.delete("app.py");
    let made = std::process::Command::new("mkfifo")
        .arg(repo.path("app.py"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    repo.write("z.py", risky());
    let mut client = editor(repo.root());
    client.file_diagnostics(&uri(&repo.path("z.py")), one);
    client.finish();
}

#[test]
fn a_deleted_file_is_told_at_its_old_place_and_cleared_when_it_is_back() {
    let repo = repository();
    std::fs::remove_file(repo.path("app.py")).expect("the file is there");
    let mut client = editor(repo.root());
    let uri = uri(&repo.path("app.py"));
    client.file_diagnostics(&uri, |found| {
        found.len() == 1 && found[0]["code"] == "api-change"
    });
    repo.write("app.py", PRODUCTION);
    let change = json!({"changes": [{"uri": uri, "type": 1}]});
    client.notify("workspace/didChangeWatchedFiles", change);
    client.file_diagnostics(&uri, none);
    client.finish();
}

#[test]
fn a_function_that_comes_from_another_file_is_told_in_the_open_document() {
    let repo = repository();
    let total = "def total(orders):\n    return sum(orders.values())\n";
    repo.write("sums.py", "RATE = 2\n");
    repo.commit("Add rates");
    repo.git(&["branch", "-f", "main"]);
    let left = PRODUCTION.replace(&format!("\n\n{total}"), "");
    repo.write("app.py", format!("from sums import total\n\n{left}"));
    let head = format!("RATE = 2\n\n\n{total}");
    repo.write("sums.py", &head);
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("sums.py"), &head);
    client.diagnostics(&uri, 1, |found| {
        found.len() == 1 && found[0]["code"] == "refactoring"
    });
    client.finish();
}

#[test]
fn who_uses_a_broken_function_is_a_related_place_in_another_file() {
    let repo = repository();
    repo.write("web.py", "from app import total\n\nprint(total({}))\n");
    repo.commit("Add a page");
    repo.git(&["branch", "-f", "main"]);
    repo.write(
        "app.py",
        PRODUCTION.replace("total(orders)", "total(orders, rate)"),
    );
    let mut client = editor(repo.root());
    let found = client.file_diagnostics(&uri(&repo.path("app.py")), |found| {
        found.iter().any(|one| one["code"] == "api-change")
    });
    let related = found[0]["relatedInformation"].as_array().expect("places");
    let web = uri(&repo.path("web.py"));
    let places = related.iter().filter(|one| one["location"]["uri"] == web);
    assert_eq!(places.count(), 2, "{related:?}");
    client.finish();
}
