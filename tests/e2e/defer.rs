//! Hunks that leave the hotfix by a code action.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::client::Client;
use crate::git::TestRepo;
use crate::scene::{PRODUCTION, apply, hello, none, one, repository, risky};

/// An editor that makes edits for the server, on a file with a risky hunk and another one.
fn changed() -> (TestRepo, Client, String, String) {
    let repo = repository();
    let mut capable = hello(&[repo.root()]);
    capable["capabilities"]["workspace"]["applyEdit"] = json!(true);
    let mut client = Client::greeted(capable).0;
    let text = risky().replace("sum(orders.values())", "sum(orders.values()) + 1");
    let uri = client.open(&repo.path("app.py"), &text);
    client.diagnostics(&uri, 1, one);
    (repo, client, uri, text)
}

fn offered(client: &mut Client, uri: &str, line: u32, kind: &str) -> Vec<Value> {
    let context = json!({"diagnostics": [], "only": [kind]});
    client.actions(uri, line, 8, context)
}

fn run(client: &mut Client, action: &Value) -> Result<Value, Value> {
    let command = action["command"].clone();
    let params = json!({"command": command["command"], "arguments": command["arguments"]});
    client.request("workspace/executeCommand", params)
}

fn patches(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join(".hotfix/deferred"));
    let names = entries.into_iter().flatten().flatten();
    let mut names: Vec<String> = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_action_resolves_to_itself() {
    let (_repo, mut client, uri, _text) = changed();
    let actions = offered(&mut client, &uri, 7, "refactor.rewrite.hotfix.defer");
    let action = actions.first().expect("an action");
    let resolved = client
        .request("codeAction/resolve", action.clone())
        .expect("a command has no edit to fill in");
    assert_eq!(resolved, *action);
    client.finish();
}

#[test]
fn a_hunk_leaves_into_a_patch_and_comes_back() {
    let (repo, mut client, uri, text) = changed();
    let actions = offered(&mut client, &uri, 7, "refactor.rewrite.hotfix.defer");
    let [hunk] = actions.as_slice() else {
        panic!("{actions:#?}");
    };
    assert_eq!(hunk["title"], "Defer this hunk to a feature branch");
    let answer = run(&mut client, hunk).expect("it leaves");
    assert_eq!(answer["path"], ".hotfix/deferred/01-change-in-find.patch");
    let said = client.alert();
    assert!(
        said.starts_with("Deferred to .hotfix/deferred/01-"),
        "{said}"
    );
    let edit = client.edits.pop().expect("an edit");
    let change = &edit["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 1);
    let rest = apply(&text, &change["edits"]);
    assert_eq!(
        rest,
        PRODUCTION.replace("sum(orders.values())", "sum(orders.values()) + 1")
    );
    client.rewrite(&uri, 2, &rest);
    client.diagnostics(&uri, 2, none);
    client.finish();

    repo.write("app.py", &rest);
    let output = Command::new(env!("CARGO_BIN_EXE_hotfix-ls"))
        .args(["defer", "--apply", "1"])
        .current_dir(repo.root())
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        fs::read_to_string(repo.path("app.py")).expect("a file"),
        text
    );
    assert_eq!(patches(repo.root()), Vec::<String>::new());
}

#[test]
fn all_changes_of_a_function_leave_together() {
    let repo = repository();
    let long = "def f(a):\n    one = a\n    two = a\n    three = a\n    four = a\n    return one\n";
    repo.write("long.py", long);
    repo.commit("More of it");
    repo.git(&["branch", "--force", "main", "HEAD"]);
    let mut capable = hello(&[repo.root()]);
    capable["capabilities"]["workspace"]["applyEdit"] = json!(true);
    let mut client = Client::greeted(capable).0;
    let text = long
        .replace("one = a", "one = a + 1")
        .replace("four = a", "four = 4");
    let uri = client.open(&repo.path("long.py"), &text);
    let kind = "refactor.rewrite.hotfix.defer.definition";
    let actions = offered(&mut client, &uri, 1, kind);
    assert_eq!(
        actions[0]["title"],
        "Defer all changes in f to a feature branch"
    );
    run(&mut client, &actions[0]).expect("they leave");
    let said = client.alert();
    assert!(
        said.starts_with("Deferred to .hotfix/deferred/01-"),
        "{said}"
    );
    let edit = client.edits.pop().expect("an edit");
    assert_eq!(apply(&text, &edit["documentChanges"][0]["edits"]), long);
    client.finish();
}

#[test]
fn an_edit_that_the_editor_refuses_leaves_no_patch() {
    let (repo, mut client, uri, _text) = changed();
    client.makes_edits = false;
    let actions = offered(&mut client, &uri, 7, "refactor.rewrite.hotfix.defer.hunk");
    let error = run(&mut client, &actions[0]).expect_err("the editor refuses");
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains("the buffer is read-only"), "{message}");
    assert_eq!(patches(repo.root()), Vec::<String>::new());
    client.finish();
}

#[test]
fn what_was_offered_for_an_older_text_does_not_leave() {
    let (repo, mut client, uri, text) = changed();
    let actions = offered(&mut client, &uri, 7, "refactor.rewrite.hotfix.defer.hunk");
    client.rewrite(&uri, 2, &format!("# more\n{text}"));
    let error = run(&mut client, &actions[0]).expect_err("it is out of date");
    assert!(
        error["message"]
            .as_str()
            .expect("a message")
            .contains("ask again")
    );
    assert_eq!(client.edits, Vec::<Value>::new());
    assert_eq!(patches(repo.root()), Vec::<String>::new());
    client.finish();
}

#[test]
fn an_editor_that_makes_no_edits_is_offered_no_deferral() {
    let repo = repository();
    let mut client = crate::scene::editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let actions = offered(&mut client, &uri, 7, "refactor.rewrite.hotfix.defer");
    assert_eq!(actions, Vec::<Value>::new());
    client.finish();
}

#[test]
fn an_unknown_command_is_named() {
    let (_repo, mut client, _uri, _text) = changed();
    let params = json!({"command": "hotfix-ls.fly", "arguments": []});
    let error = client.request("workspace/executeCommand", params);
    let message = error.expect_err("no such command")["message"].clone();
    assert!(
        message
            .as_str()
            .expect("a message")
            .contains("hotfix-ls.fly")
    );
    client.finish();
}

#[test]
fn a_finding_is_allowed_by_a_comment_that_still_asks_for_its_reason() {
    let (_repo, mut client, uri, text) = changed();
    let actions = offered(&mut client, &uri, 7, "refactor.rewrite.hotfix.allow");
    assert_eq!(
        actions[0]["title"],
        "Allow raise-without-from here, and write the reason"
    );
    let action = client
        .request("codeAction/resolve", actions[0].clone())
        .expect("its edit");
    let allowed = apply(&text, &action["edit"]["documentChanges"][0]["edits"]);
    let comment = "        # hotfix: allow(raise-without-from)\n";
    let expected = text.replace("        raise ", &format!("{comment}        raise "));
    assert_eq!(allowed, expected);
    client.rewrite(&uri, 2, &allowed);
    let rules = |found: &[Value]| -> Vec<String> {
        let codes = found.iter().filter_map(|one| one["code"].as_str());
        codes.map(str::to_owned).collect()
    };
    client.diagnostics(&uri, 2, |found| {
        rules(found).contains(&"unexplained-allow".to_owned())
    });
    client.rewrite(
        &uri,
        3,
        &allowed.replace("from)\n", "from) nobody reads it\n"),
    );
    client.diagnostics(&uri, 3, none);
    client.finish();
}
