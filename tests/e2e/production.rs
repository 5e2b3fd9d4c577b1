//! `hotfix/productionText`: the document as production has it.

use serde_json::{Value, json};

use crate::client::Client;
use crate::scene::{PRODUCTION, editor, one, repository, risky, uri};

fn production(client: &mut Client, uri: &str) -> Value {
    let params = json!({"textDocument": {"uri": uri}});
    let answer = client.request("hotfix/productionText", params);
    answer.expect("an answer")
}

#[test]
fn the_text_is_productions_whatever_the_editor_holds() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.rewrite(&uri, 2, "nothing = 0\n");
    let answer = production(&mut client, &uri);
    assert_eq!(answer["text"], PRODUCTION);
    assert_eq!(answer["reference"], "main");
    assert_eq!(answer["commit"], repo.git(&["rev-parse", "main"]));
    assert_eq!(answer["path"], "app.py");
    assert_eq!(answer["reason"], Value::Null);
    client.finish();
}

#[test]
fn it_can_be_asked_for_right_after_opening() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    assert_eq!(production(&mut client, &uri)["text"], PRODUCTION);
    client.finish();
}

#[test]
fn a_renamed_file_has_its_old_path_in_production() {
    let repo = repository();
    repo.git(&["mv", "app.py", "orders.py"]);
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("orders.py"), PRODUCTION);
    let answer = production(&mut client, &uri);
    assert_eq!(answer["path"], "app.py");
    assert_eq!(answer["text"], PRODUCTION);
    client.finish();
}

#[test]
fn a_new_file_and_a_branch_that_is_not_judged_have_a_reason() {
    let repo = repository();
    repo.write("new.py", "started = True\n");
    let mut client = editor(repo.root());
    let new = client.open(&repo.path("new.py"), "started = True\n");
    let answer = production(&mut client, &new);
    assert_eq!(answer["text"], Value::Null);
    assert_eq!(answer["reason"], "production does not have this file");
    client.finish();

    repo.branch("feature/labels");
    let mut client = editor(repo.root());
    let app = client.open(&repo.path("app.py"), &risky());
    let answer = production(&mut client, &app);
    assert_eq!(answer["text"], Value::Null);
    let reason = answer["reason"].as_str().expect("a reason");
    assert!(reason.contains("feature/labels"), "{reason}");
    client.finish();
}

#[test]
fn a_file_that_is_not_open_is_to_be_opened_first() {
    let repo = repository();
    let mut client = editor(repo.root());
    let answer = production(&mut client, &uri(&repo.path("app.py")));
    assert_eq!(answer["reason"], "the file is not open: open it first");
    client.finish();
}
