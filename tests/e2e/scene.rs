//! What most tests begin with: a repository with production and a hotfix, and an editor on it.
#![expect(
    clippy::needless_pass_by_value,
    reason = "messages are written where they are sent"
)]

use std::path::Path;

use serde_json::{Value, json};
use tower_lsp::lsp_types::Url;

use crate::client::Client;
use crate::git::TestRepo;

/// The file as production has it.
pub const PRODUCTION: &str = "\
\"\"\"Orders.\"\"\"


def find(orders, key):
    return orders[key]


def total(orders):
    return sum(orders.values())
";

/// The lines that replace `return orders[key]`, with one finding in them.
pub const RISKY: &str = "    try:
        return orders[key]
    except KeyError as error:
        raise LookupError(key)
";

/// The rule of that finding.
pub const RULE: &str = "raise-without-from";

/// The file with the risky edit.
pub fn risky() -> String {
    PRODUCTION.replace("    return orders[key]\n", RISKY)
}

/// A repository whose production has `app.py`, with the hotfix branch checked out.
pub fn repository() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("app.py", PRODUCTION);
    repo.commit("Production");
    repo.branch("hotfix/v1.2.1");
    repo
}

/// The URI of a file.
pub fn uri(path: &Path) -> String {
    Url::from_file_path(path).expect("an absolute path").into()
}

/// `initialize` parameters of a client that can do everything, with UTF-16.
pub fn hello(folders: &[&Path]) -> Value {
    let folders: Vec<Value> = folders
        .iter()
        .map(|folder| json!({"uri": uri(folder), "name": "folder"}))
        .collect();
    json!({
        "processId": null,
        "rootUri": folders.first().map(|folder| folder["uri"].clone()),
        "workspaceFolders": folders,
        "capabilities": {
            "general": {"positionEncodings": ["utf-16"]},
            "textDocument": {
                "publishDiagnostics": {
                    "relatedInformation": true,
                    "codeDescriptionSupport": true,
                    "dataSupport": true,
                    "tagSupport": {"valueSet": [1, 2]},
                },
                "codeAction": {
                    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
                    "isPreferredSupport": true,
                    "dataSupport": true,
                    "resolveSupport": {"properties": ["edit"]},
                },
                "hover": {"contentFormat": ["markdown", "plaintext"]},
            },
            "workspace": {
                "configuration": true,
                "workspaceEdit": {"documentChanges": true},
                "didChangeWatchedFiles": {"dynamicRegistration": true},
            },
        },
    })
}

/// An editor on a folder.
pub fn editor(folder: &Path) -> Client {
    Client::greeted(hello(&[folder])).0
}

impl Client {
    /// Opens a document as version 1 and gives its URI.
    pub fn open(&mut self, path: &Path, text: &str) -> String {
        let uri = uri(path);
        self.open_uri(&uri, text);
        uri
    }

    pub fn open_uri(&mut self, uri: &str, text: &str) {
        self.notify(
            "textDocument/didOpen",
            json!({"textDocument": {
                "uri": uri, "languageId": "python", "version": 1, "text": text,
            }}),
        );
    }

    /// Replaces everything.
    pub fn rewrite(&mut self, uri: &str, version: i64, text: &str) {
        self.notify(
            "textDocument/didChange",
            json!({
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"text": text}],
            }),
        );
    }

    /// Replaces from (line, column) to (line, column).
    pub fn edit(&mut self, uri: &str, version: i64, range: ((u32, u32), (u32, u32)), text: &str) {
        self.notify(
            "textDocument/didChange",
            json!({
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"range": span(range), "text": text}],
            }),
        );
    }

    pub fn save(&mut self, uri: &str) {
        let params = json!({"textDocument": {"uri": uri}});
        self.notify("textDocument/didSave", params);
    }

    pub fn close(&mut self, uri: &str) {
        let params = json!({"textDocument": {"uri": uri}});
        self.notify("textDocument/didClose", params);
    }

    /// The code actions at a place.
    pub fn actions(&mut self, uri: &str, line: u32, column: u32, context: Value) -> Vec<Value> {
        let params = json!({
            "textDocument": {"uri": uri},
            "range": span(((line, column), (line, column))),
            "context": context,
        });
        match self.request("textDocument/codeAction", params) {
            Ok(Value::Array(actions)) => actions,
            Ok(_) => Vec::new(),
            Err(error) => panic!("no code actions: {error:#}"),
        }
    }

    /// The hover at a place.
    pub fn hover(&mut self, uri: &str, line: u32, column: u32) -> Value {
        let params = json!({
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": column},
        });
        self.request("textDocument/hover", params)
            .expect("an answer")
    }
}

/// A range from (line, column) to (line, column).
pub fn span(range: ((u32, u32), (u32, u32))) -> Value {
    let place = |(line, column): (u32, u32)| json!({"line": line, "character": column});
    json!({"start": place(range.0), "end": place(range.1)})
}

/// Whether exactly one of the diagnostics is of the rule. Where all of a file is new, other rules
/// have their say as well.
pub fn one(diagnostics: &[Value]) -> bool {
    let of_rule = diagnostics.iter().filter(|it| it["code"] == RULE);
    of_rule.count() == 1
}

/// Whether there are no diagnostics.
pub fn none(diagnostics: &[Value]) -> bool {
    diagnostics.is_empty()
}

/// The text after the edits of one document, whose columns count UTF-16 units.
pub fn apply(text: &str, edits: &Value) -> String {
    apply_counted(text, edits, char::len_utf16)
}

/// The text after the edits of one document, whose columns count as many units for each character
/// as `units_of` says.
pub fn apply_counted(text: &str, edits: &Value, units_of: fn(char) -> usize) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let offset = |place: &Value| {
        let line = usize::try_from(place["line"].as_u64().expect("a line")).expect("small");
        let column = place["character"].as_u64().expect("a column");
        let start: usize = lines[..line].iter().map(|line| line.len()).sum();
        let mut units = 0;
        let rest = lines.get(line).copied().unwrap_or_default();
        let bytes = rest
            .char_indices()
            .find(|(_, c)| {
                let here = units;
                units += units_of(*c) as u64;
                column <= here
            })
            .map_or(rest.len(), |(at, _)| at);
        start + bytes
    };
    let mut edits: Vec<(usize, usize, String)> = edits
        .as_array()
        .expect("edits")
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            let new = edit["newText"].as_str().expect("a text").to_owned();
            (offset(&range["start"]), offset(&range["end"]), new)
        })
        .collect();
    edits.sort();
    let mut out = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        out.replace_range(start..end, &new);
    }
    out
}
