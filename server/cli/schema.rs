//! `schema`: the settings as a JSON schema.

use serde_json::{Value, json};

use super::catalog::Catalog;
use super::render::json::object;
use super::terminal::Terminal;
use super::trouble::Exit;
use crate::checklist::items::summaries;
use crate::config::schema::properties;

/// Prints the schema of `hotfix.toml`, with the rules that hold in this folder.
pub fn run(terminal: &mut Terminal) -> Exit {
    let catalog = Catalog::here(terminal);
    let rules: Vec<(&str, &str)> = catalog
        .metas()
        .map(|meta| (meta.name, meta.summary()))
        .chain(summaries())
        .collect();
    let mut properties = properties(&rules);
    for schema in properties.values_mut() {
        // Editors of TOML show this one; the other is VS Code's own.
        if let Some(Value::String(summary)) = schema.as_object_mut().and_then(described) {
            schema["description"] = json!(summary);
        }
    }
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of hotfix-ls",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    terminal.print_exactly(&object(&schema));
    Exit::Clean
}

fn described(schema: &mut serde_json::Map<String, Value>) -> Option<Value> {
    schema.remove("markdownDescription")
}
