//! Where documents may lie: several folders, several repositories, none at all.

use serde_json::json;

use crate::client::Client;
use crate::git::TestRepo;
use crate::scene::{hello, none, one, repository, risky, uri};

#[test]
fn folders_of_several_repositories_are_judged_side_by_side() {
    let hot = repository();
    let calm = repository();
    calm.switch("main");
    let (mut client, _) = Client::greeted(hello(&[hot.root(), calm.root()]));
    let in_hot = client.open(&hot.path("app.py"), &risky());
    let in_calm = client.open(&calm.path("app.py"), &risky());
    client.diagnostics(&in_hot, 1, one);
    let of = |repo: &TestRepo| json!(repo.root());
    client.status(|status| status["root"] == of(&hot) && status["state"] == "active");
    client.status(|status| status["root"] == of(&calm) && status["state"] == "inactive");
    assert!(!client.has_shown(&in_calm));
    client.finish();
}

#[test]
fn a_repository_inside_of_another_has_its_own_production() {
    let outer = repository();
    let inner = outer.path("vendor/lib");
    std::fs::create_dir_all(&inner).expect("a folder");
    crate::git::git(&inner, &["init", "--quiet", "--initial-branch=main"]);
    std::fs::write(inner.join("lib.py"), risky()).expect("a file");
    crate::git::git(&inner, &["add", "--all"]);
    crate::git::git(&inner, &["commit", "--quiet", "--message", "Production"]);
    crate::git::git(&inner, &["switch", "--quiet", "--create", "hotfix/v2"]);
    let (mut client, _) = Client::greeted(hello(&[outer.root()]));
    // In the inner repository the risky lines are production.
    let document = client.open(&inner.join("lib.py"), &risky());
    client.diagnostics(&document, 1, none);
    assert!(!client.has_shown(&document));
    client.finish();
}

#[test]
fn a_folder_that_is_added_later_is_judged_too() {
    let one_repo = repository();
    let other = repository();
    other.write("app.py", risky());
    let (mut client, _) = Client::greeted(hello(&[one_repo.root()]));
    client.status(|status| status["state"] == "active");
    client.notify(
        "workspace/didChangeWorkspaceFolders",
        json!({"event": {"added": [{"uri": uri(other.root()), "name": "other"}], "removed": []}}),
    );
    client.file_diagnostics(&uri(&other.path("app.py")), one);
    client.finish();
}

#[test]
fn a_file_without_repository_is_silent_and_the_status_says_why() {
    let folder = TestRepo::folder();
    let (mut client, _) = Client::greeted(hello(&[folder.root()]));
    let document = client.open(&folder.path("app.py"), &risky());
    assert!(!client.has_shown(&document));
    let params = json!({"textDocument": {"uri": document}});
    let status = client.request("hotfix/status", params).expect("a status");
    assert_eq!(status["state"], "inactive");
    let reason = status["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("git repository"), "{reason}");
    client.finish();
}

#[test]
fn a_text_that_was_never_saved_is_silent() {
    let repo = repository();
    let (mut client, _) = Client::greeted(hello(&[repo.root()]));
    client.open_uri("untitled:Untitled-1", &risky());
    client.edit("untitled:Untitled-1", 2, ((0, 0), (0, 0)), "x");
    assert!(!client.has_shown("untitled:Untitled-1"));
    let hover = client.hover("untitled:Untitled-1", 7, 10);
    assert!(hover.is_null());
    let params = json!({"textDocument": {"uri": "untitled:Untitled-1"}});
    let status = client.request("hotfix/status", params).expect("a status");
    let reason = status["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("never saved"), "{reason}");
    client.finish();
}

#[test]
fn an_edit_of_a_document_that_is_not_open_changes_nothing() {
    let repo = repository();
    let (mut client, _) = Client::greeted(hello(&[repo.root()]));
    let uri = uri(&repo.path("app.py"));
    client.edit(&uri, 5, ((0, 0), (0, 0)), "x");
    client.close(&uri);
    client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.finish();
}
