//! What a repository that means harm can do to an editor that opens it.

use serde_json::json;

use crate::canary::Canary;
use crate::scene::editor;

#[test]
fn opening_and_typing_run_nothing_that_a_repository_brings_along() {
    let canary = Canary::new();
    let repo = &canary.repo;
    let mut client = editor(repo.root());
    let text = std::fs::read_to_string(repo.path("app.py")).expect("the file");
    let uri = client.open(&repo.path("app.py"), &text);
    client.diagnostics(&uri, 1, |found| !found.is_empty());
    client.edit(&uri, 2, ((1, 4), (1, 9)), "breakpoint");
    client.diagnostics(&uri, 2, |found| !found.is_empty());
    assert!(
        !client
            .actions(&uri, 1, 6, json!({"diagnostics": []}))
            .is_empty()
    );
    client.hover(&uri, 1, 6);
    let params = json!({"textDocument": {"uri": uri}});
    let text = client
        .request("hotfix/productionText", params)
        .expect("an answer");
    assert_eq!(text["text"], "def run(event):\n    return 1\n");
    client.save(&uri);
    // The file that is not open is judged as well, after git has listed it.
    client.wait_for("the findings of late.py", |message| {
        message["params"]["uri"]
            .as_str()
            .is_some_and(|uri| uri.ends_with("late.py"))
    });
    client.close(&uri);
    client.finish();
    canary.is_silent();
}
