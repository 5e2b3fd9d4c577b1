//! The status that a status bar shows.

use serde_json::{Value, json};

use crate::scene::{PRODUCTION, editor, one, repository, risky};

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
