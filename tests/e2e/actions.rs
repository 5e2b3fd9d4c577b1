//! Code actions: what is offered, when, and in which form.

use serde_json::{Value, json};

use crate::client::Client;
use crate::git::TestRepo;
use crate::scene::{PRODUCTION, apply, editor, hello, none, one, repository, risky};

fn flagged() -> (TestRepo, Client, String, Vec<Value>) {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    let found = client.diagnostics(&uri, 1, one);
    (repo, client, uri, found)
}

fn kinds(actions: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<_> = actions
        .iter()
        .filter_map(|action| action["kind"].as_str())
        .collect();
    kinds.dedup();
    kinds
}

#[test]
fn a_selection_on_a_finding_offers_its_fix_the_hunk_and_fix_all() {
    let (_repo, mut client, uri, found) = flagged();
    let actions = client.actions(&uri, 7, 10, json!({"diagnostics": found}));
    assert_eq!(
        kinds(&actions),
        [
            "quickfix",
            "refactor.rewrite.hotfix.allow",
            "refactor.rewrite.hotfix.comment",
            "refactor.rewrite.hotfix.docstring",
            "refactor.rewrite.hotfix.restore.hunk",
            "refactor.rewrite.hotfix.restore.definition",
            "source.fixAll.hotfix"
        ]
    );
    client.finish();
}

#[test]
fn imports_that_nothing_needs_are_restored_together() {
    let repo = TestRepo::new();
    repo.write("shop.py", "import os\nimport sys\n\nx = os, sys\n");
    repo.commit("Import");
    repo.branch("hotfix/v1.2.1");
    let mut client = editor(repo.root());
    let uri = client.open(
        &repo.path("shop.py"),
        "import sys\nimport os\n\nx = os, sys\n",
    );
    client.diagnostics(&uri, 1, |_| true);
    let context = json!({"diagnostics": [], "only": ["refactor.rewrite.hotfix.restore.imports"]});
    let actions = client.actions(&uri, 0, 0, context);
    assert_eq!(
        kinds(&actions),
        ["refactor.rewrite.hotfix.restore.imports"],
        "{actions:?}"
    );
    client.finish();
}

#[test]
fn a_wish_for_one_kind_brings_no_other() {
    let (_repo, mut client, uri, _found) = flagged();
    for (only, expected) in [
        ("quickfix", vec!["quickfix"]),
        (
            "refactor",
            vec![
                "refactor.rewrite.hotfix.allow",
                "refactor.rewrite.hotfix.comment",
                "refactor.rewrite.hotfix.docstring",
                "refactor.rewrite.hotfix.restore.hunk",
                "refactor.rewrite.hotfix.restore.definition",
            ],
        ),
        (
            "refactor.rewrite.hotfix.restore.hunk",
            vec!["refactor.rewrite.hotfix.restore.hunk"],
        ),
        (
            "refactor.rewrite.hotfix.restore",
            vec![
                "refactor.rewrite.hotfix.restore.hunk",
                "refactor.rewrite.hotfix.restore.definition",
            ],
        ),
        ("source", vec!["source.fixAll.hotfix"]),
        ("source.fixAll", vec!["source.fixAll.hotfix"]),
        ("source.fixAll.hotfix", vec!["source.fixAll.hotfix"]),
        ("source.fixAll.ruff", vec![]),
        ("source.organizeImports", vec![]),
    ] {
        let context = json!({"diagnostics": [], "only": [only]});
        let actions = client.actions(&uri, 7, 10, context);
        assert_eq!(kinds(&actions), expected, "{only}");
    }
    client.finish();
}

#[test]
fn diagnostics_of_ours_in_the_request_choose_the_findings() {
    let (_repo, mut client, uri, found) = flagged();
    let mut other = found[0].clone();
    other["data"]["identity"] = json!("0000000000000000");
    let only = json!(["quickfix"]);
    let context = json!({"diagnostics": [other], "only": only});
    assert_eq!(client.actions(&uri, 7, 10, context), Vec::<Value>::new());
    let context = json!({"diagnostics": [found[0]], "only": only});
    let actions = client.actions(&uri, 7, 10, context);
    assert_eq!(actions[0]["diagnostics"], json!([found[0]]));
    client.finish();
}

/// Neovim names the diagnostics of the line, wherever in it the cursor stands.
#[test]
fn a_diagnostic_that_the_client_names_is_fixed_from_anywhere_in_its_line() {
    let (_repo, mut client, uri, found) = flagged();
    let context = json!({"diagnostics": found, "only": ["quickfix"]});
    let actions = client.actions(&uri, 7, 0, context.clone());
    assert_eq!(actions[0]["diagnostics"], json!([found[0]]));
    assert_eq!(client.actions(&uri, 3, 0, context), Vec::<Value>::new());
    let context = json!({"diagnostics": [], "only": ["quickfix"]});
    assert_eq!(client.actions(&uri, 7, 0, context), Vec::<Value>::new());
    client.finish();
}

#[test]
fn diagnostics_of_other_tools_do_not_hide_ours() {
    let (_repo, mut client, uri, found) = flagged();
    let mut other = found[0].clone();
    other["source"] = json!("ruff");
    let context = json!({"diagnostics": [other], "only": ["quickfix"]});
    assert!(!client.actions(&uri, 7, 10, context).is_empty());
    client.finish();
}

#[test]
fn nothing_is_offered_where_nothing_applies() {
    let (_repo, mut client, uri, _found) = flagged();
    let context = json!({"diagnostics": []});
    assert_eq!(client.actions(&uri, 11, 4, context), Vec::<Value>::new());
    client.finish();
}

#[test]
fn restoring_the_hunk_gives_production_back() {
    let (_repo, mut client, uri, _found) = flagged();
    let context = json!({"diagnostics": [], "only": ["refactor"]});
    let actions = client.actions(&uri, 5, 8, context);
    let restore = actions
        .iter()
        .find(|action| {
            action["title"]
                .as_str()
                .is_some_and(|it| it.contains("estore"))
        })
        .unwrap_or_else(|| panic!("{actions:#?}"));
    let action = client
        .request("codeAction/resolve", restore.clone())
        .expect("it applies");
    let edits = &action["edit"]["documentChanges"][0]["edits"];
    assert_eq!(apply(&risky(), edits), PRODUCTION);
    client.finish();
}

#[test]
fn fix_all_silences_the_file() {
    let (_repo, mut client, uri, _found) = flagged();
    let context = json!({"diagnostics": [], "only": ["source.fixAll"]});
    let actions = client.actions(&uri, 0, 0, context.clone());
    let action = client
        .request("codeAction/resolve", actions[0].clone())
        .expect("it applies");
    let edits = &action["edit"]["documentChanges"][0]["edits"];
    client.rewrite(&uri, 2, &apply(&risky(), edits));
    client.diagnostics(&uri, 2, none);
    assert_eq!(client.actions(&uri, 0, 0, context), Vec::<Value>::new());
    client.finish();
}

#[test]
fn an_action_of_an_older_version_follows_its_finding() {
    let (_repo, mut client, uri, _found) = flagged();
    let context = json!({"diagnostics": [], "only": ["quickfix"]});
    let actions = client.actions(&uri, 7, 10, context);
    client.edit(&uri, 2, ((1, 0), (1, 0)), "import sys\n\n");
    let action = client
        .request("codeAction/resolve", actions[0].clone())
        .expect("the finding is still there");
    let change = &action["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 2);
    assert_eq!(change["edits"][0]["range"]["start"]["line"], 9);
    client.finish();
}

#[test]
fn an_action_whose_finding_is_gone_says_that_the_content_was_modified() {
    let (_repo, mut client, uri, _found) = flagged();
    let quick = json!({"diagnostics": [], "only": ["quickfix"]});
    let hunk = json!({"diagnostics": [], "only": ["refactor"]});
    let mut actions = client.actions(&uri, 7, 10, quick);
    actions.extend(client.actions(&uri, 7, 10, hunk));
    client.edit(&uri, 2, ((7, 30), (7, 30)), " from error");
    for action in actions {
        let error = client
            .request("codeAction/resolve", action)
            .expect_err("it speaks of another text");
        assert_eq!(error["code"], -32801);
    }
    client.finish();
}

#[test]
fn a_client_that_cannot_resolve_gets_the_edit_at_once() {
    let repo = repository();
    let mut params = hello(&[repo.root()]);
    params["capabilities"]["textDocument"]["codeAction"]["resolveSupport"] = Value::Null;
    let (mut client, result) = Client::greeted(params);
    let offered = &result["capabilities"]["codeActionProvider"]["resolveProvider"];
    assert_eq!(offered, false);
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let context = json!({"diagnostics": [], "only": ["quickfix"]});
    let actions = client.actions(&uri, 7, 10, context);
    let edits = &actions[0]["edit"]["documentChanges"][0]["edits"];
    assert!(apply(&risky(), edits).contains("from error"));
    client.finish();
}

#[test]
fn a_client_without_document_changes_gets_plain_changes() {
    let repo = repository();
    let mut params = hello(&[repo.root()]);
    params["capabilities"]["workspace"]["workspaceEdit"] = json!({});
    let (mut client, _) = Client::greeted(params);
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let context = json!({"diagnostics": [], "only": ["quickfix"]});
    let actions = client.actions(&uri, 7, 10, context);
    let action = client
        .request("codeAction/resolve", actions[0].clone())
        .expect("it applies");
    assert!(action["edit"].get("documentChanges").is_none());
    assert!(apply(&risky(), &action["edit"]["changes"][&uri]).contains("from error"));
    client.finish();
}
