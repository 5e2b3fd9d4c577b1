//! Settings: from the greeting, from files, pushed and pulled, right and wrong.

use serde_json::json;

use crate::client::Client;
use crate::scene::{RULE, editor, hello, none, one, repository, risky, uri};

#[test]
fn a_rule_that_the_greeting_switches_off_is_silent() {
    let repo = repository();
    let mut params = hello(&[repo.root()]);
    params["initializationOptions"] = json!({"rules": {RULE: "off"}});
    let (mut client, _) = Client::greeted(params);
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, none);
    assert!(!client.has_shown(&uri));
    client.finish();
}

#[test]
fn pushed_settings_hold_at_once() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let settings = json!({"settings": {"hotfix": {"rules": {RULE: "hint"}}}});
    client.notify("workspace/didChangeConfiguration", settings);
    client.diagnostics(&uri, 1, |found| one(found) && found[0]["severity"] == 4);
    let settings = json!({"settings": {"hotfix": {"rules": {RULE: "off"}}}});
    client.notify("workspace/didChangeConfiguration", settings);
    client.diagnostics(&uri, 1, none);
    client.finish();
}

#[test]
fn settings_that_only_changed_are_asked_for() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.settings = json!({"rules": {RULE: "off"}});
    client.notify(
        "workspace/didChangeConfiguration",
        json!({"settings": null}),
    );
    client.diagnostics(&uri, 1, none);
    client.finish();
}

#[test]
fn a_saved_configuration_file_holds_at_once() {
    let repo = repository();
    let mut client = editor(repo.root());
    let document = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&document, 1, one);
    repo.write("hotfix.toml", format!("[rules]\n{RULE} = \"off\"\n"));
    client.save(&uri(&repo.path("hotfix.toml")));
    client.diagnostics(&document, 1, none);
    client.finish();
}

#[test]
fn a_teams_own_rule_holds_once_it_is_right() {
    let repo = repository();
    let mut client = editor(repo.root());
    let path = ".hotfix/queries/money.scm";
    repo.write(path, "((identifier) @anchor (#eqs? @anchor \"wage\"))\n");
    let text = risky() + "\nwage = 3\n";
    let document = client.open(&repo.path("app.py"), &text);
    let query = uri(&repo.path(path));
    client.save(&query);
    // `#eqs?` is no predicate: the diagnostic stands in the query file itself.
    client.file_diagnostics(&query, |found| {
        found.iter().any(|one| {
            one["message"].to_string().contains("#eqs?") && one["range"]["start"]["line"] == 0
        })
    });
    let right = "((identifier) @anchor (#eq? @anchor \"wage\") \
         (#set! name \"no-wage\") (#set! message \"{anchor} is secret\"))\n";
    repo.write(path, right);
    client.save(&query);
    client.file_diagnostics(&query, none);
    client.diagnostics(&document, 1, |found| {
        found.iter().any(|one| {
            one["code"] == "no-wage" && one["message"].to_string().contains("wage is secret")
        })
    });
    client.finish();
}

#[test]
fn a_configuration_file_that_another_program_wrote_is_noticed() {
    let repo = repository();
    let mut client = editor(repo.root());
    let document = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&document, 1, one);
    repo.write(
        "pyproject.toml",
        format!("[tool.hotfix.rules]\n{RULE} = \"off\"\n"),
    );
    client.diagnostics(&document, 1, none);
    client.finish();
}

#[test]
fn a_mistake_in_a_configuration_file_is_shown_at_its_line_until_it_is_mended() {
    let repo = repository();
    repo.write("hotfix.toml", "# é🐍\ntimeout-seconds = 5\nbranchez = []\n");
    let mut client = editor(repo.root());
    let config = uri(&repo.path("hotfix.toml"));
    let found = client.file_diagnostics(&config, |found| !found.is_empty());
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["severity"], 1);
    assert_eq!(
        found[0]["range"]["start"],
        json!({"line": 2, "character": 0})
    );
    let message = found[0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("branches"), "{message}");
    repo.write("hotfix.toml", "timeout-seconds = 5\n");
    client.save(&config);
    client.file_diagnostics(&config, none);
    client.finish();
}

#[test]
fn a_deleted_configuration_file_takes_its_mistakes_along() {
    let repo = repository();
    repo.write("hotfix.toml", "oops\n");
    let mut client = editor(repo.root());
    let config = uri(&repo.path("hotfix.toml"));
    client.file_diagnostics(&config, |found| !found.is_empty());
    repo.delete("hotfix.toml");
    client.file_diagnostics(&config, none);
    client.finish();
}

#[test]
fn a_mistake_in_the_editors_settings_is_told_once() {
    let repo = repository();
    let mut params = hello(&[repo.root()]);
    params["initializationOptions"] = json!({"branchez": []});
    let (mut client, _) = Client::greeted(params);
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let alert = client.alert();
    assert!(
        alert.contains("branchez") && alert.contains("editor settings"),
        "{alert}"
    );
    // `finish` fails on a second one.
    client.save(&uri);
    client.finish();
}

#[test]
fn each_folder_has_its_own_settings() {
    let repo = repository();
    repo.write("quiet/hotfix.toml", format!("[rules]\n{RULE} = \"off\"\n"));
    let mut client = editor(repo.root());
    let quiet = client.open(&repo.path("quiet/app.py"), &risky());
    let loud = client.open(&repo.path("loud/app.py"), &risky());
    client.diagnostics(&loud, 1, one);
    client.diagnostics(&quiet, 1, |found| found.iter().all(|it| it["code"] != RULE));
    client.finish();
}

#[test]
fn an_excluded_file_is_silent() {
    let repo = repository();
    repo.write("hotfix.toml", "exclude = [\"app.py\"]\n");
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.status(|status| status["state"] == "active");
    assert!(!client.has_shown(&uri));
    client.finish();
}
