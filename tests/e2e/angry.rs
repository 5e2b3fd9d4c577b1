//! A client that does what no editor should.

use serde_json::{Value, json};

use crate::scene::{PRODUCTION, editor, none, one, repository, risky, uri};

#[test]
fn positions_beyond_the_text_mean_its_end() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    let far = u32::MAX;
    client.edit(
        &uri,
        2,
        ((far, far), (far, far)),
        "\n\ndef late():\n    breakpoint()\n",
    );
    let found = client.diagnostics(&uri, 2, |found| !found.is_empty());
    let line = u64::try_from(PRODUCTION.lines().count()).expect("small") + 3;
    let at_end = found.iter().any(|it| it["range"]["start"]["line"] == line);
    assert!(at_end, "{found:#?}");
    // The end before the beginning.
    client.edit(&uri, 3, ((far, far), (0, 0)), &risky());
    client.diagnostics(&uri, 3, one);
    client.hover(&uri, far, far);
    assert!(
        client
            .actions(&uri, far, far, json!({"diagnostics": []}))
            .is_empty()
    );
    client.finish();
}

#[test]
fn what_is_said_of_a_document_that_is_not_open_changes_nothing() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = uri(&repo.path("app.py"));
    client.close(&uri);
    client.save(&uri);
    client.rewrite(&uri, 7, &risky());
    client.open_uri(&uri, PRODUCTION);
    client.diagnostics(&uri, 1, none);
    // Opened again without being closed: the last text counts.
    client.open_uri(&uri, &risky());
    client.diagnostics(&uri, 1, one);
    client.close(&uri);
    client.close(&uri);
    client.finish();
}

#[test]
fn a_thousand_documents_hold_up_nobody() {
    let repo = repository();
    let mut client = editor(repo.root());
    let first = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&first, 1, one);
    let opened: Vec<String> = (0..1000)
        .map(|number| client.open(&repo.path(&format!("pkg/m{number}.py")), "x = 1\n"))
        .collect();
    let hover = client.hover(&first, 7, 10);
    assert!(hover.is_object(), "{hover}");
    for uri in &opened {
        client.close(uri);
    }
    client.rewrite(&first, 2, PRODUCTION);
    client.diagnostics(&first, 2, none);
    client.finish();
}

#[test]
fn after_shutdown_every_request_is_refused_and_every_notification_ignored() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.request("shutdown", Value::Null).expect("an answer");
    let params = json!({"textDocument": {"uri": uri}, "position": {"line": 7, "character": 10}});
    for method in ["textDocument/hover", "shutdown", "hotfix/status"] {
        let error = client
            .request(method, params.clone())
            .expect_err("the server has said goodbye");
        assert_eq!(error["code"], -32600, "{method}");
    }
    client.rewrite(&uri, 2, PRODUCTION);
    client.notify("exit", Value::Null);
    let status = client.wait_for_exit(std::time::Duration::from_secs(5));
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}
