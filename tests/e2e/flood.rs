//! Floods in both directions: nothing may wait for something that waits behind it.

use serde_json::json;

use crate::client::Client;
use crate::scene::{editor, hello, none, one, repository, risky};

/// tower-lsp queues 100 messages; a handler that waits for the client's answer hangs for ever
/// when that answer stands behind them.
const FLOOD: usize = 150;

#[test]
fn questions_to_the_client_do_not_block_the_handlers_that_ask_them() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    for _ in 0..FLOOD {
        client.notify(
            "workspace/didChangeConfiguration",
            json!({"settings": null}),
        );
    }
    let params = json!({"textDocument": {"uri": uri}, "position": {"line": 7, "character": 10}});
    client
        .request("textDocument/hover", params)
        .expect("an answer");
    let pulled = |client: &Client| {
        let questions = client.questions.iter();
        questions
            .filter(|it| *it == "workspace/configuration")
            .count()
    };
    while pulled(&client) < FLOOD {
        client
            .request("hotfix/status", json!({}))
            .expect("an answer");
    }
    client.finish();
}

#[test]
fn a_client_that_never_answers_is_served_all_the_same() {
    let repo = repository();
    let mut client = Client::start();
    client.is_rude = true;
    client
        .request("initialize", hello(&[repo.root()]))
        .expect("a greeting");
    client.notify("initialized", json!({}));
    for _ in 0..FLOOD {
        client.notify(
            "workspace/didChangeConfiguration",
            json!({"settings": null}),
        );
    }
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.rewrite(&uri, 2, crate::scene::PRODUCTION);
    client.diagnostics(&uri, 2, none);
    client.finish();
}

#[test]
fn many_requests_at_once_are_all_answered() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    let ids: Vec<i64> = (0..FLOOD)
        .map(|_| {
            let params = json!({
                "textDocument": {"uri": uri},
                "range": crate::scene::span(((7, 10), (7, 10))),
                "context": {"diagnostics": []},
            });
            client.ask("textDocument/codeAction", params)
        })
        .collect();
    client.edit(&uri, 2, ((1, 0), (1, 0)), "\n");
    for id in ids {
        client.answer(id).expect("an answer");
    }
    client.diagnostics(&uri, 2, one);
    client.finish();
}
