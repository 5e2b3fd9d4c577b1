//! The main job: a risky edit is flagged while it is typed, and mended.

use serde_json::json;
use tower_lsp::lsp_types::Url;

use crate::git::TestRepo;
use crate::scene::{PRODUCTION, RISKY, RULE, apply, editor, none, one, repository, risky};

#[test]
fn a_risky_edit_is_flagged_and_its_fix_silences_it() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    client.diagnostics(&uri, 1, none);
    client.edit(&uri, 2, ((4, 0), (5, 0)), RISKY);
    let found = client.diagnostics(&uri, 2, one);
    assert_eq!(found[0]["source"], "hotfix");
    assert_eq!(found[0]["severity"], 2);
    assert_eq!(
        found[0]["range"]["start"],
        json!({"line": 7, "character": 8})
    );
    assert_eq!(
        found[0]["range"]["end"],
        json!({"line": 7, "character": 30})
    );
    let page = found[0]["codeDescription"]["href"]
        .as_str()
        .unwrap_or_default();
    // The address leads to a page, here to that of the sources.
    let page = Url::parse(page)
        .ok()
        .and_then(|page| page.to_file_path().ok());
    let page = page.and_then(|page| std::fs::read_to_string(page).ok());
    let page = page.expect("the page can be read");
    assert!(page.contains("raise"), "{page}");
    assert_eq!(
        found[0]["data"]["identity"].as_str().map(str::len),
        Some(16)
    );

    let context = json!({"diagnostics": found, "only": ["quickfix"]});
    let actions = client.actions(&uri, 7, 10, context);
    let preferred: Vec<_> = actions
        .iter()
        .filter(|action| action["isPreferred"] == true)
        .collect();
    assert_eq!(preferred.len(), 1, "{actions:#?}");
    assert!(preferred[0].get("edit").is_none(), "the edit comes later");
    let action = client
        .request("codeAction/resolve", preferred[0].clone())
        .expect("the action still applies");
    let change = &action["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 2);
    let fixed = apply(&risky(), &change["edits"]);
    assert!(
        fixed.contains("raise LookupError(key) from error\n"),
        "{fixed}"
    );
    client.rewrite(&uri, 3, &fixed);
    client.diagnostics(&uri, 3, none);
    client.finish();
}

#[test]
fn letters_typed_one_by_one_end_in_the_finding() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    client.edit(&uri, 2, ((4, 0), (5, 0)), "");
    let mut version = 2;
    let (mut line, mut column) = (4, 0);
    for letter in RISKY.chars() {
        version += 1;
        client.edit(
            &uri,
            version,
            ((line, column), (line, column)),
            &letter.to_string(),
        );
        if letter == '\n' {
            (line, column) = (line + 1, 0);
        } else {
            column += 1;
        }
    }
    client.diagnostics(&uri, version, one);
    client.finish();
}

#[test]
fn undoing_the_edit_silences_it() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.rewrite(&uri, 2, PRODUCTION);
    client.diagnostics(&uri, 2, none);
    client.finish();
}

#[test]
fn a_finding_moves_with_the_lines_above_it() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.edit(&uri, 2, ((1, 0), (1, 0)), "import sys\n\n");
    let found = client.diagnostics(&uri, 2, one);
    assert_eq!(found[0]["range"]["start"]["line"], 9);
    assert_eq!(found[0]["code"], RULE);
    client.finish();
}

#[test]
fn two_hundred_edits_in_a_burst_keep_their_order() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    let mut asked = Vec::new();
    for version in 2..=201 {
        // Each edit appends its number to a comment: the last text shows the order.
        let column = u32::try_from(4 * (version - 2)).unwrap_or_default();
        client.edit(
            &uri,
            version,
            ((1, column), (1, column)),
            &format!("#{version:03}"),
        );
        if version % 5 == 0 {
            let params = json!({
                "textDocument": {"uri": uri},
                "position": {"line": 7, "character": 10},
            });
            asked.push(client.ask("textDocument/hover", params));
        }
    }
    // The client checks that no older version comes after a newer one.
    let found = client.diagnostics(&uri, 201, one);
    // The comment that grows may be told of as well.
    let risk = found.iter().find(|it| it["code"] == RULE);
    assert_eq!(risk.expect("one")["range"]["start"]["line"], 7);
    for id in asked {
        let hover = client.answer(id).expect("a hover");
        assert!(hover.to_string().contains(RULE), "{hover}");
    }
    // Text that came in another order would leave a gap, and this edit would not end the line.
    client.edit(&uri, 202, ((1, 800), (1, 801)), "\n    broken");
    let params = json!({"textDocument": {"uri": uri}, "position": {"line": 8, "character": 10}});
    client.diagnostics(&uri, 202, |found| !found.is_empty());
    assert!(client.request("textDocument/hover", params).is_ok());
    client.finish();
}

#[test]
fn what_a_keystroke_does_to_another_function_follows_without_another_one() {
    let production = "def load(key):\n    return {\"name\": key}\n\n\ndef show(key):\n    return load(key)[\"name\"]\n";
    let repo = TestRepo::new();
    repo.write("app.py", production);
    repo.commit("Production");
    repo.branch("hotfix/v1.2.1");
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), production);
    client.diagnostics(&uri, 1, none);
    // The line in `show` stays as it is in production, and fails now.
    let guard = "    if not key:\n        return None\n";
    client.edit(&uri, 2, ((1, 0), (1, 0)), guard);
    let found = client.diagnostics(&uri, 2, |all| {
        all.iter().any(|one| one["code"] == "none-access")
    });
    let lines: Vec<_> = found
        .iter()
        .filter(|one| one["code"] == "none-access")
        .map(|one| one["range"]["start"]["line"].clone())
        .collect();
    assert_eq!(lines, [json!(7)], "{found:#?}");
    client.finish();
}
