//! Real `initialize` requests of real editors get an answer that fits them.

use serde_json::{Value, json};

use crate::client::Client;
use crate::scene::{apply_counted, none, one, repository, risky, uri};

/// What an editor needs.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each one is a fact about the editor"
)]
struct Editor {
    greeting: &'static str,
    encoding: &'static str,
    resolves: bool,
    document_changes: bool,
    hover: &'static str,
    related: bool,
    watches: bool,
}

#[track_caller]
fn case(editor: &Editor) {
    let repo = repository();
    let mut params: Value = serde_json::from_str(editor.greeting).expect("the fixture is JSON");
    params["rootUri"] = json!(uri(repo.root()));
    params["rootPath"] = json!(repo.root());
    params["workspaceFolders"] = json!([{"uri": uri(repo.root()), "name": "project"}]);
    let (mut client, result) = Client::greeted(params);
    let offers = &result["capabilities"];
    assert_eq!(offers["positionEncoding"], editor.encoding);
    assert_eq!(offers["textDocumentSync"]["change"], 2, "incremental");
    assert_eq!(offers["textDocumentSync"]["save"]["includeText"], false);
    assert_eq!(
        offers["codeActionProvider"]["resolveProvider"],
        editor.resolves
    );
    assert_eq!(result["serverInfo"]["name"], "hotfix-ls");

    // Characters of two and four bytes before the finding: a column in the wrong unit shows.
    let text = risky().replace("raise Look", "\"é😀\"; raise Look");
    let document = client.open(&repo.path("app.py"), &text);
    let found = client.diagnostics(&document, 1, one);
    let units_of: fn(char) -> usize = match editor.encoding {
        "utf-8" => char::len_utf8,
        _ => char::len_utf16,
    };
    let before: usize = "        \"é😀\"; ".chars().map(units_of).sum();
    let place = &found[0]["range"]["start"];
    assert_eq!(place, &json!({"line": 7, "character": before}));
    let column = u32::try_from(before).expect("a short line") + 1;
    assert!(
        found[0].get("codeDescription").is_none(),
        "no editor here shows it"
    );
    assert_eq!(found[0].get("data").is_some(), editor.related);

    let context = json!({"diagnostics": found, "only": ["quickfix"]});
    let mut action = client.actions(&document, 7, column, context)[0].clone();
    assert_eq!(action["isPreferred"], true);
    assert_eq!(action.get("edit").is_none(), editor.resolves);
    if editor.resolves {
        action = client
            .request("codeAction/resolve", action)
            .expect("it applies");
    }
    let edit = &action["edit"];
    assert_eq!(
        edit.get("documentChanges").is_some(),
        editor.document_changes
    );
    assert_eq!(edit.get("changes").is_some(), !editor.document_changes);
    let edits = if editor.document_changes {
        &edit["documentChanges"][0]["edits"]
    } else {
        &edit["changes"][&document]
    };
    let cured = apply_counted(&text, edits, units_of);
    assert_eq!(
        cured,
        text.replace("Error(key)", "Error(key) from error"),
        "{edits:#}"
    );

    let hover = client.hover(&document, 7, column);
    assert_eq!(hover["contents"]["kind"], editor.hover);
    let text = hover["contents"]["value"].as_str().unwrap_or_default();
    assert_eq!(text.contains("```"), editor.hover == "markdown", "{text}");
    client.rewrite(&document, 2, &cured);
    client.diagnostics(&document, 2, none);
    let watched = client
        .questions
        .iter()
        .any(|it| it == "client/registerCapability");
    assert_eq!(watched, editor.watches);
    assert!(
        client
            .questions
            .iter()
            .any(|it| it == "workspace/configuration")
    );
    client.finish();
}

#[test]
fn emacs_28() {
    case(&Editor {
        greeting: include_str!("clients/emacs-28.2-eglot-1.9.json"),
        encoding: "utf-16",
        resolves: false,
        document_changes: true,
        hover: "plaintext",
        related: false,
        watches: true,
    });
}

#[test]
fn emacs_30() {
    case(&Editor {
        greeting: include_str!("clients/emacs-30.2-eglot-1.17.json"),
        encoding: "utf-8",
        resolves: true,
        document_changes: true,
        hover: "plaintext",
        related: false,
        watches: true,
    });
}

#[test]
fn neovim_0_11() {
    case(&Editor {
        greeting: include_str!("clients/nvim-0.11.4.json"),
        encoding: "utf-8",
        resolves: true,
        document_changes: false,
        hover: "markdown",
        related: true,
        watches: false,
    });
}

#[test]
fn neovim_0_12() {
    case(&Editor {
        greeting: include_str!("clients/nvim-0.12.4.json"),
        encoding: "utf-8",
        resolves: true,
        document_changes: false,
        hover: "markdown",
        related: true,
        watches: false,
    });
}
