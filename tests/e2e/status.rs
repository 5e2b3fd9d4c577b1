//! The status that a status bar shows.

use serde_json::{Value, json};

use crate::scene::{PRODUCTION, editor, none, one, repository, risky};

#[test]
fn the_status_names_the_hotfix_and_counts_its_findings() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let status = client.status(|status| status["counts"]["warning"] == 1);
    assert_eq!(status["state"], "active");
    assert_eq!(status["branch"], "hotfix/v1.2.1");
    assert_eq!(status["production"], "main");
    assert_eq!(status["version"], "v1.2.1");
    assert_eq!(status["base"], repo.git(&["rev-parse", "main"]));
    assert_eq!(status["reason"], Value::Null);
    client.rewrite(&uri, 2, PRODUCTION);
    client.status(|status| status["counts"]["warning"] == 0);
    client.finish();
}

#[test]
fn the_status_can_be_asked_for() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let params = json!({"textDocument": {"uri": uri}});
    let of_document = client.request("hotfix/status", params).expect("a status");
    assert_eq!(of_document["branch"], "hotfix/v1.2.1");
    let of_workspace = client
        .request("hotfix/status", json!({}))
        .expect("a status");
    assert_eq!(of_workspace["root"], json!(repo.root()));
    let without_params = client
        .request("hotfix/status", Value::Null)
        .expect("a status");
    assert_eq!(without_params["root"], json!(repo.root()));
    client.finish();
}

#[test]
fn a_document_that_was_just_opened_has_the_status_of_its_repository() {
    let repo = repository();
    let mut client = editor(repo.root());
    let first = client.open(&repo.path("app.py"), PRODUCTION);
    client.diagnostics(&first, 1, none);
    for number in 0..20 {
        let uri = client.open(&repo.path(&format!("new{number}.py")), "x = 1\n");
        let params = json!({"textDocument": {"uri": uri}});
        let status = client.request("hotfix/status", params).expect("a status");
        assert_eq!(status["branch"], "hotfix/v1.2.1", "{status:#}");
    }
    client.finish();
}

#[test]
fn a_document_with_a_reason_of_its_own_has_the_client_ask_again() {
    let repo = repository();
    repo.write("hotfix.toml", "exclude = [\"vendor\"]\n");
    let mut client = editor(repo.root());
    let first = client.open(&repo.path("app.py"), PRODUCTION);
    client.diagnostics(&first, 1, none);
    let uri = client.open(&repo.path("vendor/lib.py"), "x = 1\n");
    // As editors do: each notification is followed by a question about the file that is shown.
    let status = loop {
        client.status(|status| status["state"] == "active");
        let params = json!({"textDocument": {"uri": uri}});
        let status = client.request("hotfix/status", params).expect("a status");
        if status["state"] == "inactive" {
            break status;
        }
    };
    let reason = status["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("exclude"), "{reason}");
    client.finish();
}

#[test]
fn nothing_found_is_said_only_when_all_was_judged() {
    let repo = repository();
    for number in 0..30 {
        repo.write(&format!("risky{number}.py"), risky());
    }
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    // The question of an editor that has just opened a file.
    let params = json!({"textDocument": {"uri": uri}});
    let first = client.request("hotfix/status", params).expect("a status");
    assert_eq!(first["looking"], true, "{first:#}");
    let mut said = Vec::new();
    loop {
        let status = client.status(|_| true);
        let is_last = status["looking"] == false && status["counts"]["warning"] != 0;
        said.push(status);
        if is_last {
            break;
        }
    }
    for status in said.iter().filter(|status| status["looking"] == false) {
        assert_eq!(
            status["counts"],
            said[said.len() - 1]["counts"],
            "{said:#?}"
        );
    }
    client.finish();
}

#[test]
fn a_folder_without_repository_ends_the_looking() {
    let folder = crate::git::TestRepo::folder();
    folder.write("a.py", "x = 1\n");
    let mut client = editor(folder.root());
    let status = client.status(|status| status["looking"] == false);
    assert_eq!(status["state"], "inactive");
    let uri = client.open(&folder.path("a.py"), "x = 1\n");
    client.status(|status| {
        let reason = status["reason"].as_str().unwrap_or_default();
        status["looking"] == false && reason.contains("no git repository")
    });
    let params = json!({"textDocument": {"uri": uri}});
    let status = client.request("hotfix/status", params).expect("a status");
    assert_eq!(status["looking"], false, "{status:#}");
    client.finish();
}

#[test]
fn looking_begins_anew_with_another_base_and_ends() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    client.diagnostics(&uri, 1, none);
    client.status(|status| status["state"] == "active" && status["looking"] == false);
    client.notifications.clear();
    repo.switch("main");
    client.status(|status| status["state"] == "inactive" && status["looking"] == false);
    repo.switch("hotfix/v1.2.1");
    client.status(|status| status["looking"] == true);
    client.status(|status| status["state"] == "active" && status["looking"] == false);
    client.finish();
}
