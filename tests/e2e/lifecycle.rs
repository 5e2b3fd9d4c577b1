//! How a conversation begins and ends.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::scene::{PRODUCTION, editor, hello, none, one, repository, risky};

/// Eglot kills the server 100 ms after `exit`. The rest is for a busy machine.
const QUICK: Duration = Duration::from_secs(1);

#[test]
fn exit_ends_the_server_while_its_input_stays_open() {
    let repo = repository();
    let mut client = editor(repo.root());
    client.request("shutdown", Value::Null).expect("an answer");
    let asked = Instant::now();
    client.notify("exit", Value::Null);
    let status = client.wait_for_exit(QUICK).expect("the server has ended");
    assert_eq!(status.code(), Some(0));
    assert!(asked.elapsed() < QUICK);
}

#[test]
fn shutdown_is_answered_although_exit_follows_at_once() {
    let repo = repository();
    let mut client = editor(repo.root());
    let id = client.ask("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.answer(id), Ok(Value::Null));
    let status = client.wait_for_exit(QUICK).expect("the server has ended");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn exit_without_shutdown_is_an_error() {
    let repo = repository();
    let mut client = editor(repo.root());
    client.notify("exit", Value::Null);
    let status = client.wait_for_exit(QUICK).expect("the server has ended");
    assert_eq!(status.code(), Some(1));
}

#[test]
fn an_editor_that_dies_takes_the_server_with_it() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    client.diagnostics(&uri, 1, none);
    client.hang_up();
    assert!(client.wait_for_exit(QUICK).is_some());
}

#[test]
fn shutdown_may_carry_null_as_parameters() {
    let repo = repository();
    let mut client = editor(repo.root());
    client.send_raw(b"Content-Length: 58\r\n\r\n");
    client.send_raw(b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"shutdown\",\"params\":null}");
    client.notify("exit", Value::Null);
    let status = client.wait_for_exit(QUICK).expect("the server has ended");
    assert_eq!(status.code(), Some(0));
    client.expect_answer(0);
    assert_eq!(client.answer(0), Ok(Value::Null));
}

#[test]
fn a_request_before_initialize_is_refused() {
    let mut client = Client::start();
    let error = client
        .request("textDocument/hover", json!({"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": 0}}))
        .expect_err("nothing is known yet");
    assert_eq!(error["code"], -32002);
    client
        .request("initialize", hello(&[]))
        .expect("a greeting");
    client.finish();
}

#[test]
fn what_is_no_message_is_answered_and_the_server_goes_on() {
    let repo = repository();
    let mut client = editor(repo.root());
    client.send_raw(b"Content-Length: 5\r\n\r\n{oops");
    client.send_raw(b"Content-Length: 2\r\n\r\n[]");
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let told = std::mem::take(&mut client.misunderstood);
    let mut codes: Vec<_> = told.iter().map(|it| &it["code"]).collect();
    codes.sort_by_key(|code| code.as_i64());
    assert_eq!(codes, [-32700, -32600]);
    client.finish();
}

#[test]
fn half_of_an_emoji_does_not_end_the_server() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    let body = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":{{"uri":"{uri}","version":2}},"contentChanges":[{{"text":"x = '\ud83d'\n"}}]}}}}"#
    );
    client.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    client.rewrite(&uri, 3, &risky());
    client.diagnostics(&uri, 3, one);
    client.finish();
}

#[test]
fn wrong_parameters_are_an_error_of_that_request_alone() {
    let repo = repository();
    let mut client = editor(repo.root());
    let error = client
        .request("textDocument/hover", json!({"textDocument": 7}))
        .expect_err("these are no parameters");
    assert_eq!(error["code"], -32602);
    let error = client
        .request("codeAction/resolve", json!({"title": "not ours"}))
        .expect_err("nobody offered this");
    assert_eq!(error["code"], -32602);
    client.finish();
}

#[test]
fn a_cancelled_request_is_answered_as_cancelled() {
    let repo = repository();
    let mut client = editor(repo.root());
    // A document that waits for its base keeps its requests waiting, too.
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    let mut answers = Vec::new();
    for _ in 0..20 {
        let params = json!({"textDocument": {"uri": uri}, "position": {"line": 4, "character": 4}});
        let id = client.ask("textDocument/hover", params);
        client.notify("$/cancelRequest", json!({"id": id}));
        answers.push(client.answer(id));
    }
    for answer in answers {
        match answer {
            Ok(_) => {}
            Err(error) => assert_eq!(error["code"], -32800),
        }
    }
    client.diagnostics(&uri, 1, none);
    client.finish();
}

#[test]
fn a_request_that_nobody_knows_is_answered_whatever_its_name() {
    let repo = repository();
    let mut client = editor(repo.root());
    for method in ["odd/request", "$/odd", "textDocument/definition"] {
        let error = client
            .request(method, json!({}))
            .expect_err("nobody knows this");
        assert!(
            [-32601, -32602].contains(&error["code"].as_i64().unwrap_or_default()),
            "{method}: {error}"
        );
    }
    // Such a notification is nothing to answer.
    client.notify("$/odd", json!({}));
    client.notify("odd/notification", json!({}));
    client.finish();
}
