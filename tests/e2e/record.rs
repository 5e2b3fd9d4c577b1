//! The checklist in the editor: its count in the status, the record's Markdown, lenses, commands.

use serde_json::{Value, json};

use crate::client::Client;
use crate::git::TestRepo;
use crate::scene::{editor, hello, one, repository, risky, uri};

const RECORD: &str = ".hotfix/hotfix/v1.2.1.md";

const TEXT: &str = "\
---
version: v1.2.1
---

# Hotfix v1.2.1

## Report

### What goes wrong?

It crashes.

### When does it happen?

## Checklist

- [ ] A test covers the fix <!-- tests-added -->
- [ ] The smoke tests pass <!-- smoke -->
";

impl Client {
    fn open_markdown(&mut self, uri: &str, text: &str) {
        self.notify(
            "textDocument/didOpen",
            json!({"textDocument": {
                "uri": uri, "languageId": "markdown", "version": 1, "text": text,
            }}),
        );
    }

    fn actions_at(&mut self, uri: &str, line: u32) -> Vec<Value> {
        let at = json!({"line": line, "character": 3});
        let params = json!({
            "textDocument": {"uri": uri},
            "range": {"start": at, "end": at},
            "context": {"diagnostics": []},
        });
        let answer = self.request("textDocument/codeAction", params);
        let answer = answer.expect("an answer");
        answer.as_array().cloned().unwrap_or_default()
    }

    fn command(&mut self, command: &str, argument: &Value) -> Result<Value, Value> {
        let params = json!({"command": command, "arguments": [argument]});
        self.request("workspace/executeCommand", params)
    }
}

fn messages(diagnostics: &[Value]) -> Vec<(u64, &str)> {
    let one = |it: &'_ Value| it["range"]["start"]["line"].as_u64().unwrap_or_default();
    let message = diagnostics
        .iter()
        .map(|it| (one(it), it["message"].as_str().unwrap_or_default()));
    message.collect()
}

#[test]
fn the_status_counts_the_checklist_once_the_branch_was_looked_at() {
    let repo = repository();
    repo.write("app.py", risky());
    let mut client = editor(repo.root());
    let status = client.status(|status| status["checklist"]["total"] == 14);
    assert_eq!(status["checklist"]["done"], 2, "{status:#}");
    repo.write(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n- Mend it\n",
    );
    let changed = json!({"changes": [{"uri": uri(&repo.path("CHANGELOG.md")), "type": 1}]});
    client.notify("workspace/didChangeWatchedFiles", changed);
    client.status(|status| status["checklist"]["done"] == 3);
    client.finish();
}

#[test]
fn open_questions_and_items_are_diagnostics_in_the_record_alone() {
    let repo = repository();
    repo.write("app.py", risky());
    repo.write(RECORD, TEXT);
    let mut client = editor(repo.root());
    client.status(|status| status["checklist"]["total"] == 14);
    let record = uri(&repo.path(RECORD));
    client.open_markdown(&record, TEXT);
    let found = client.diagnostics(&record, 1, |found| found.len() == 3);
    let shown = messages(&found);
    assert_eq!(shown[0].0, 12);
    assert!(
        shown[0]
            .1
            .starts_with("Nobody has answered this yet: since when"),
        "{shown:?}"
    );
    assert_eq!(shown[1], (16, "No changed test reaches find"));
    assert_eq!(found[1]["code"], "missing-test");
    assert_eq!(found[1]["severity"], 3, "an information");
    assert_eq!(found[0]["severity"], 4, "a hint");

    let answered = TEXT.replace("happen?\n", "happen?\n\nSince noon.\n");
    client.rewrite(&record, 2, &answered);
    client.diagnostics(&record, 2, |found| found.len() == 2);
    client.rewrite(&record, 3, &format!("{TEXT}<!-- hotfix-ls:end proof -->\n"));
    let broken = client.diagnostics(&record, 3, |found| found.len() == 1);
    assert_eq!(broken[0]["severity"], 2, "a warning");
    assert_eq!(messages(&broken)[0].0, 18);

    let other = uri(&repo.path("README.md"));
    client.open_markdown(&other, TEXT);
    assert!(!client.has_shown(&other));
    client.finish();
}

#[test]
fn an_item_is_explained_ticked_and_marked_as_not_applicable() {
    let repo = repository();
    repo.write("app.py", risky());
    repo.write(RECORD, TEXT);
    let mut client = editor(repo.root());
    client.status(|status| status["checklist"]["total"] == 14);
    let record = uri(&repo.path(RECORD));
    client.open_markdown(&record, TEXT);
    client.diagnostics(&record, 1, |found| found.len() == 3);
    let hover = client.hover(&record, 17, 8);
    let said = hover["contents"]["value"].as_str().unwrap_or_default();
    assert!(said.contains("Now: open, not seen here"), "{said}");

    let actions = client.actions_at(&record, 17);
    let titles: Vec<&str> = actions
        .iter()
        .filter_map(|it| it["title"].as_str())
        .collect();
    assert_eq!(
        titles,
        [
            "Tick by hand: The smoke tests pass",
            "Mark as not applicable, and say why: The smoke tests pass"
        ]
    );
    let edit = &actions[0]["edit"]["documentChanges"][0];
    assert_eq!(edit["textDocument"]["version"], 1);
    assert_eq!(edit["edits"][0]["newText"], "[x]");
    assert_eq!(
        edit["edits"][0]["range"]["start"],
        json!({"line": 17, "character": 2})
    );
    // What was seen to fail cannot be ticked away; this client makes no new files.
    let failed = client.actions_at(&record, 16);
    assert_eq!(failed.len(), 1, "{failed:#?}");
    client.finish();
}

#[test]
fn the_regression_test_and_the_changelog_are_begun_from_their_items() {
    let repo = repository();
    repo.write("app.py", risky());
    repo.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n");
    let text = TEXT.replace("<!-- smoke -->", "<!-- changelog -->");
    repo.write(RECORD, &text);
    repo.commit("Begin");
    let mut params = hello(&[repo.root()]);
    params["capabilities"]["workspace"]["workspaceEdit"]["resourceOperations"] = json!(["create"]);
    let (mut client, _) = Client::greeted(params);
    client.status(|status| status["checklist"]["total"] == 14);
    let record = uri(&repo.path(RECORD));
    client.open_markdown(&record, &text);
    client.diagnostics(&record, 1, |found| !found.is_empty());
    let actions = client.actions_at(&record, 16);
    assert_eq!(
        actions[0]["title"],
        "Write the regression test of find in tests/test_app.py"
    );
    let changes = &actions[0]["edit"]["documentChanges"];
    assert_eq!(changes[0]["kind"], "create");
    assert_eq!(changes[0]["uri"], uri(&repo.path("tests/test_app.py")));
    let written = changes[1]["edits"][0]["newText"]
        .as_str()
        .unwrap_or_default();
    assert!(written.contains("from app import find\n"), "{written}");
    client.finish();
}

#[test]
fn a_lens_above_a_changed_function_tells_its_tests_and_its_last_change() {
    let repo = repository();
    repo.git(&["tag", "v1.2.0"]);
    repo.write("app.py", risky());
    repo.write(
        "tests/test_app.py",
        "import app\n\n\ndef test_find():\n    app.find({}, 1)\n",
    );
    let mut client = editor(repo.root());
    client.status(|status| status["checklist"]["total"] == 14);
    let app = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&app, 1, one);
    let params = json!({"textDocument": {"uri": app}});
    let lenses = client
        .request("textDocument/codeLens", params)
        .expect("lenses");
    let titles: Vec<(u64, &str)> = lenses
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| {
            let line = it["range"]["start"]["line"].as_u64().unwrap_or_default();
            (line, it["command"]["title"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(titles[0].1.starts_with("Hotfix checklist: "), "{titles:?}");
    let (line, title) = titles[1];
    assert_eq!(line, 3);
    let start = "4 lines changed · 1 test of this hotfix reaches it · last changed ";
    assert!(title.starts_with(start), "{title}");
    assert!(title.ends_with(" ago by Ada, in v1.2.0"), "{title}");
    client.finish();
}

#[test]
fn a_hover_tells_the_past_of_a_changed_function() {
    let repo = repository();
    repo.git(&["tag", "v1.2.0"]);
    repo.git(&["config", "user.name", "Ada"]);
    repo.git(&["config", "user.email", "ada@example.com"]);
    repo.write("app.py", risky());
    let mut client = editor(repo.root());
    client.status(|status| status["checklist"]["total"] == 14);
    let app = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&app, 1, one);
    let hover = |client: &mut Client, line: u32, character: u32| {
        let position = json!({"line": line, "character": character});
        let params = json!({"textDocument": {"uri": app}, "position": position});
        let answer = client
            .request("textDocument/hover", params)
            .expect("an answer");
        answer["contents"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let on_name = hover(&mut client, 3, 6);
    assert!(
        on_name.starts_with("Before this hotfix, `find` was last changed on 20"),
        "{on_name}"
    );
    assert!(on_name.contains(" v1.2.0 has it first."), "{on_name}");
    assert!(
        on_name.contains("Ada made 1 of 1 commit to `app.py`"),
        "{on_name}"
    );
    client.finish();
}

#[test]
fn the_record_is_begun_and_the_checklist_told_by_commands() {
    let repo = repository();
    repo.write("app.py", risky());
    let mut params = hello(&[repo.root()]);
    params["capabilities"]["window"] = Value::Null;
    let (mut client, greeting) = Client::greeted(params);
    let commands = &greeting["capabilities"]["executeCommandProvider"]["commands"];
    assert_eq!(
        *commands,
        json!([
            "hotfix.start",
            "hotfix.checklist",
            "hotfix.prove",
            "hotfix.verify",
            "hotfix.rollback",
            "hotfix.report",
            "hotfix.backmerge",
            "hotfix.defer"
        ])
    );
    client.status(|status| status["checklist"]["total"] == 14);
    let traceback = format!(
        "Traceback (most recent call last):\n  File \"{}\", line 5, in find\n    return orders[key]\nKeyError: 1\n",
        repo.path("app.py").display()
    );
    let begun = client.command("hotfix.start", &json!({"traceback": traceback}));
    assert_eq!(begun.expect("a record")["uri"], uri(&repo.path(RECORD)));
    let text = std::fs::read_to_string(repo.path(RECORD)).expect("the record");
    assert!(text.contains("`KeyError: 1` in `app.py:6`"), "{text}");
    let again = client
        .command("hotfix.start", &Value::Null)
        .expect_err("it exists");
    let message = again["message"].as_str().unwrap_or_default();
    assert!(message.starts_with(".hotfix/hotfix/v1.2.1.md: there is a record already"));

    let told = client
        .command("hotfix.checklist", &Value::Null)
        .expect("a checklist");
    assert_eq!(told["checklist"]["total"], 14);
    assert_eq!(told["record"], RECORD);
    assert!(
        told["markdown"]
            .as_str()
            .is_some_and(|it| it.starts_with("- [ ] The bug"))
    );
    let strange = client.command("hotfix.nonsense", &Value::Null);
    assert!(strange.is_err());
    client.finish();
}

/// `app.py` with a changed function that no test reaches and no comment explains, and its record.
fn marked(settings: &Value) -> (TestRepo, Client, String) {
    let repo = repository();
    repo.write("app.py", risky());
    repo.write(RECORD, TEXT);
    repo.commit("Begin");
    let mut params = hello(&[repo.root()]);
    params["initializationOptions"] = json!({"rules": settings});
    params["capabilities"]["workspace"]["workspaceEdit"]["resourceOperations"] = json!(["create"]);
    let (mut client, _) = Client::greeted(params);
    client.status(|status| status["checklist"]["total"] == 14);
    let app = client.open(&repo.path("app.py"), &risky());
    (repo, client, app)
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    let codes = diagnostics.iter().map(|it| it["code"].as_str());
    codes.map(Option::unwrap_or_default).collect()
}

#[test]
fn once_there_is_a_record_a_changed_function_is_marked_with_what_it_lacks() {
    let (_repo, mut client, app) = marked(&json!({}));
    let found = client.diagnostics(&app, 1, |found| found.len() == 3);
    assert_eq!(
        codes(&found)[..2],
        ["missing-test", "missing-hotfix-comment"]
    );
    let mark = &found[0];
    assert_eq!(mark["severity"], 4, "{mark}");
    assert_eq!(mark["range"]["start"], json!({"line": 3, "character": 4}));
    assert_eq!(mark["range"]["end"], json!({"line": 3, "character": 8}));

    let params = json!({
        "textDocument": {"uri": app},
        "range": mark["range"],
        "context": {"diagnostics": [found[0], found[1]], "only": ["quickfix"]},
    });
    let actions = client
        .request("textDocument/codeAction", params)
        .expect("an answer");
    let actions = actions.as_array().cloned().unwrap_or_default();
    let titles: Vec<&str> = actions
        .iter()
        .map(|it| it["title"].as_str().unwrap_or_default())
        .collect();
    assert!(
        titles[0].starts_with("Add the comment # Hotfix (v1.2.1)"),
        "{titles:?}"
    );
    assert_eq!(
        titles.last(),
        Some(&"Write the regression test of find in tests/test_app.py")
    );
    assert_eq!(
        actions.last().expect("one")["edit"]["documentChanges"][0]["kind"],
        "create"
    );

    // The comment cures its mark at once, and a reason the other one.
    let commented = risky().replace(
        "def find",
        "# hotfix: allow(missing-test) needs the real service\n# Hotfix (v1.2.1): why\ndef find",
    );
    client.rewrite(&app, 2, &commented);
    client.diagnostics(&app, 2, one);
    client.finish();
}

#[test]
fn the_report_and_the_other_branches_are_told_by_commands() {
    let repo = repository();
    repo.git(&["branch", "develop", "main"]);
    repo.write("app.py", risky());
    repo.commit("Refuse unknown keys");
    let mut client = editor(repo.root());
    let app = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&app, 1, one);

    let report = client
        .command("hotfix.report", &json!({"uri": app}))
        .expect("a report");
    let text = report["markdown"].as_str().expect("Markdown");
    assert!(text.starts_with("# Hotfix v1.2.1\n"), "{text}");
    assert!(text.contains("`app.py:8` `raise-without-from`: "), "{text}");
    assert!(text.contains("## How to take it back\n"), "{text}");
    let page = client
        .command("hotfix.report", &json!({"format": "html"}))
        .expect("a page");
    let page = page["html"].as_str().expect("a page");
    assert!(page.starts_with("<!doctype html>"), "{page}");
    // What is typed and not saved counts.
    let mended = risky().replace("LookupError(key)", "LookupError(key) from error");
    client.rewrite(&app, 2, &mended);
    let report = client
        .command("hotfix.report", &json!({"format": "json"}))
        .expect("a report");
    assert_eq!(report["report"]["findings"], json!([]), "{report:#}");
    let wrong = client.command("hotfix.report", &json!({"format": "pdf"}));
    assert_eq!(
        wrong.expect_err("no such format")["message"],
        "there is no format pdf: use markdown, html or json"
    );

    let asked = json!({"branches": ["dev*"]});
    let answer = client
        .command("hotfix.backmerge", &asked)
        .expect("an answer");
    assert_eq!(answer["complete"], false);
    assert_eq!(answer["backmerge"]["branches"][0]["name"], "develop");
    let missing = answer["markdown"].as_str().expect("Markdown");
    assert!(missing.contains("Refuse unknown keys"), "{missing}");
    let nothing = client.command("hotfix.backmerge", &json!({}));
    assert_eq!(
        nothing.expect_err("no branches")["message"],
        "name the branches that should have the hotfix"
    );
    client.finish();
}

#[test]
fn marks_are_set_like_rules() {
    let (_repo, mut client, app) =
        marked(&json!({"missing-test": "warning", "missing-hotfix-comment": "off"}));
    let found = client.diagnostics(&app, 1, |found| found.len() == 2);
    assert_eq!(codes(&found)[0], "missing-test");
    assert_eq!(found[0]["severity"], 2);
    let checklist = client
        .command("hotfix.checklist", &json!({}))
        .expect("the checklist");
    let items = checklist["checklist"]["items"].as_array().expect("a list");
    let commented = items
        .iter()
        .find(|it| it["name"] == "commented")
        .expect("the item");
    assert_eq!(commented["state"], "not-applicable", "{commented}");
    assert_eq!(
        commented["says"],
        "the settings switch `missing-hotfix-comment` off"
    );
    client.finish();
}

/// A click on an item goes to the record, so the editor must know where the team keeps it.
#[test]
fn the_checklist_names_the_place_of_the_record_that_the_settings_choose() {
    let repo = repository();
    repo.write("app.py", risky());
    repo.write("hotfix.toml", "record = \"docs/{branch}.md\"\n");
    let mut client = editor(repo.root());
    client.status(|status| status["checklist"]["total"] == 14);
    let told = client.command("hotfix.checklist", &Value::Null);
    let told = told.expect("a checklist");
    assert_eq!(told["record"], "docs/hotfix/v1.2.1.md");
    client.finish();
}
