//! What README shows is what the program says: its tables are generated, its promises kept.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes the tables anew.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// With `UPDATE_DOCS` one test writes the file that the others read.
static README: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    README.lock().unwrap_or_else(PoisonError::into_inner)
}

fn readme() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// What the binary prints.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_hotfix-ls"))
        .args(arguments)
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("the binary runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Asserts that README holds `wanted` between the markers of `name`, or writes it there.
#[track_caller]
fn block(name: &str, wanted: &str) {
    let text = fs::read_to_string(readme()).expect("README.md is there");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&begin).expect("the first marker is there") + begin.len();
    let stop = text.find(&end).expect("the second marker is there");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let new = [&text[..start], wanted, &text[stop..]].concat();
        fs::write(readme(), new).expect("README.md can be written");
        return;
    }
    assert_eq!(
        &text[start..stop],
        wanted,
        "the table {name} of README is stale: run UPDATE_DOCS=1 cargo test --test docs"
    );
}

#[test]
fn the_tables_of_readme_are_generated() {
    let _alone = alone();
    // One test, because both tables are written into one file.
    block("rules", &printed(&["rules", "--format", "markdown"]));
    block("settings", &hotfix_ls::config::keys::markdown());
}

#[test]
fn the_verbs_of_readme_are_all_verbs() {
    let _alone = alone();
    let help = printed(&["--help"]);
    let commands = help
        .split("Commands:\n")
        .nth(1)
        .expect("a list of commands");
    let verbs = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help");
    let text = fs::read_to_string(readme()).expect("README.md is there");
    for verb in verbs {
        assert!(
            text.contains(&format!("`{verb}")),
            "README does not name `{verb}`"
        );
    }
}

#[test]
fn the_example_settings_of_readme_have_no_mistake() {
    let _alone = alone();
    let text = fs::read_to_string(readme()).expect("README.md is there");
    let example = text.split("```toml\n").nth(1).expect("an example");
    let example = example.split("```").next().expect("its end");
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("hotfix.toml"), example).expect("a file");
    let rules: Vec<&str> = hotfix_ls::rules::RULES
        .iter()
        .map(|rule| rule.meta().name)
        .collect();
    let loaded = hotfix_ls::config::load(folder.path(), Some(folder.path()), None, &rules);
    assert_eq!(loaded.problems, []);
}

/// The settings of the server in the manifest of the VS Code extension: from the brace behind
/// this to the one that closes it.
const MANIFEST_SETTINGS: &str = "\"title\": \"What is judged\",\n        \"properties\": ";

#[test]
fn the_settings_of_the_vscode_extension_are_generated() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("editors/vscode/package.json");
    let text = fs::read_to_string(&path).expect("the manifest is there");
    let rules: Vec<(&str, &str)> = hotfix_ls::rules::RULES
        .iter()
        .map(|rule| (rule.meta().name, rule.meta().summary()))
        .chain(hotfix_ls::checklist::items::summaries())
        .collect();
    let wanted: serde_json::Map<String, Value> = hotfix_ls::config::schema::properties(&rules)
        .into_iter()
        .map(|(name, schema)| (format!("hotfix.{name}"), schema))
        .collect();
    let start = text
        .find(MANIFEST_SETTINGS)
        .expect("the settings stand there");
    let start = start + MANIFEST_SETTINGS.len();
    let mut reader = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
    let found = reader.next().expect("an object").expect("valid JSON");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let stop = start + reader.byte_offset();
        let new = serde_json::to_string_pretty(&wanted).expect("JSON");
        let new = new.replace('\n', "\n        ");
        fs::write(path, [&text[..start], &new, &text[stop..]].concat()).expect("it is written");
        return;
    }
    assert_eq!(
        found,
        Value::Object(wanted),
        "the extension's settings are stale: run UPDATE_DOCS=1 cargo test --test docs"
    );
}
