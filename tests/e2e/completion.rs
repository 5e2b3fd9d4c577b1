//! Completion inside comments.

use serde_json::{Value, json};

use crate::client::Client;
use crate::scene::{editor, one, repository, risky};

fn complete(client: &mut Client, uri: &str, line: u32, column: u32) -> Value {
    let params = json!({
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": column},
    });
    let answer = client.request("textDocument/completion", params);
    answer.expect("an answer")
}

#[test]
fn a_typed_comment_sign_offers_the_hotfix_comment_and_a_bracket_the_rule_that_reports_here() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let end = risky().lines().nth(7).map_or(0, str::len);
    let end = u32::try_from(end).expect("a short line");
    client.edit(&uri, 2, ((7, end), (7, end)), "  #");
    let items = complete(&mut client, &uri, 7, end + 3);
    let first = &items[0]["textEdit"];
    assert_eq!(first["newText"], "# Hotfix (v1.2.1): ");
    assert_eq!(first["range"]["start"]["character"], end + 2);
    assert_eq!(first["range"]["end"]["character"], end + 3);
    let opened = " hotfix: allow(";
    client.edit(&uri, 3, ((7, end + 3), (7, end + 3)), opened);
    let items = complete(&mut client, &uri, 7, end + 3 + 15);
    assert_eq!(items[0]["textEdit"]["newText"], "raise-without-from) ");
    assert_eq!(complete(&mut client, &uri, 7, 8), Value::Null);
    client.finish();
}

#[test]
fn nothing_is_offered_off_a_hotfix_branch() {
    let repo = repository();
    repo.switch("main");
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), "#");
    assert_eq!(complete(&mut client, &uri, 0, 1), Value::Null);
    client.finish();
}
