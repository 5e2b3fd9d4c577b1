//! Finding and reading the configuration file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml_edit::{Document, Item};

use super::apply::Reader;
use super::value::{self, Value};
use super::{ConfigProblem, Settings};
use crate::text::read_regular;

/// How large a configuration file may be.
const LIMIT_BYTES: u64 = 4 * 1024 * 1024;

const OWN_FILE: &str = "hotfix.toml";
const PROJECT_FILE: &str = "pyproject.toml";

/// A configuration file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it held when it was read.
    pub text: Arc<str>,
}

/// Settings, the files they come from, and all that is wrong in them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// What holds: defaults, then the file, then the editor.
    pub settings: Settings,
    /// The file in force, then one that it hides; empty when there is none.
    pub files: Vec<ConfigFile>,
    /// Everything that is wrong, in the order of the files.
    pub problems: Vec<ConfigProblem>,
}

/// Loads the settings for the files of `folder`: the nearest `hotfix.toml`, or `pyproject.toml`
/// with a `[tool.hotfix]` table, from `folder` up to `root` (up to the top without one). What
/// `editor` says overrides the file, key by key. `rules` are the names of all rules.
#[must_use]
pub fn load(
    folder: &Path,
    root: Option<&Path>,
    editor: Option<&serde_json::Value>,
    rules: &[&str],
) -> Loaded {
    let mut loaded = Loaded::default();
    for folder in folder.ancestors() {
        if read_folder(folder, rules, &mut loaded) || root == Some(folder) {
            break;
        }
    }
    if let Some(json) = editor {
        read_editor(json, rules, &mut loaded);
    }
    loaded
}

/// Whether the folder holds a configuration, which has been read then.
fn read_folder(folder: &Path, rules: &[&str], loaded: &mut Loaded) -> bool {
    let own = read_file(&folder.join(OWN_FILE), loaded);
    if let Some(file) = &own {
        parse(file, rules, loaded, |root| Some(root));
    }
    let Some(project) = read_file(&folder.join(PROJECT_FILE), loaded) else {
        return own.is_some();
    };
    // A `pyproject.toml` that never names the tool is none of our business, broken or not.
    if !project.text.contains("hotfix") {
        loaded.files.retain(|file| file.path != project.path);
        return own.is_some();
    }
    if let Some(own) = own {
        hidden_table(&project, &own, loaded);
        return true;
    }
    let found = parse(&project, rules, loaded, tool_table);
    if !found {
        loaded.files.retain(|file| file.path != project.path);
    }
    found
}

/// What stands under `tool.hotfix`, as a table, an inline table or by dotted keys.
fn tool_table(root: &Item) -> Option<&Item> {
    root.get("tool")?.get("hotfix")
}

fn is_project(file: &ConfigFile) -> bool {
    file.path.ends_with(PROJECT_FILE)
}

/// Reads a file if there is one. A file that cannot be read is a problem, not a missing file.
pub(super) fn read_file(path: &Path, loaded: &mut Loaded) -> Option<ConfigFile> {
    let message = match read_regular(path, LIMIT_BYTES) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => {
                let file = ConfigFile {
                    path: path.to_owned(),
                    text: text.into(),
                };
                loaded.files.push(file.clone());
                return Some(file);
            }
            Err(_) => "the file is not UTF-8 text: save it as UTF-8".to_owned(),
        },
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return None;
        }
        Err(error) => format!("the file cannot be read: {error}"),
    };
    let problem = ConfigProblem::new("", 0..0, message);
    loaded.problems.push(ConfigProblem {
        file: Some(path.to_owned()),
        ..problem
    });
    None
}

/// Reads the table that `choose` picks. `false` if the document parses and has no such table.
fn parse(
    file: &ConfigFile,
    rules: &[&str],
    loaded: &mut Loaded,
    choose: fn(&Item) -> Option<&Item>,
) -> bool {
    let mut reader = Reader {
        text: &file.text,
        rules,
        problems: Vec::new(),
    };
    match Document::parse(&*file.text) {
        Ok(document) => {
            let Some(item) = choose(document.as_item()) else {
                return false;
            };
            match item.as_table_like() {
                Some(table) => reader.table(&value::entries(table), &mut loaded.settings),
                None => reader.report(
                    &item.span().unwrap_or_default(),
                    format!("`tool.hotfix` is a table, not {}", item.type_name()),
                ),
            }
        }
        // Somebody else's broken file is somebody else's problem.
        Err(_) if is_project(file) && !file.text.contains("tool.hotfix") => return false,
        Err(error) => {
            let first_line = error.message().lines().next().unwrap_or("syntax error");
            let span = error.span().unwrap_or_default();
            reader.report(&span, format!("the file is not valid TOML: {first_line}"));
        }
    }
    let problems = reader.problems.into_iter().map(|problem| ConfigProblem {
        file: Some(file.path.clone()),
        ..problem
    });
    loaded.problems.extend(problems);
    true
}

fn hidden_table(project: &ConfigFile, own: &ConfigFile, loaded: &mut Loaded) {
    let document = Document::parse(&*project.text);
    let root = document.as_ref().ok().map(Document::as_item);
    let Some(table) = root.and_then(tool_table) else {
        loaded.files.retain(|file| file.path != project.path);
        return;
    };
    let span = table.span().unwrap_or_default();
    let name = own
        .path
        .file_name()
        .unwrap_or_default()
        .display()
        .to_string();
    let message =
        format!("this table is ignored because {name} lies beside it: keep one of the two");
    let problem = ConfigProblem::new(&project.text, span, message);
    loaded.problems.push(ConfigProblem {
        file: Some(project.path.clone()),
        ..problem
    });
}

fn read_editor(json: &serde_json::Value, rules: &[&str], loaded: &mut Loaded) {
    // Editors send either the section itself or an object that holds it.
    let json = json.get("hotfix").unwrap_or(json);
    let mut reader = Reader {
        text: "",
        rules,
        problems: Vec::new(),
    };
    match value::from_json(json).value {
        Value::Table(entries) => reader.table(&entries, &mut loaded.settings),
        Value::Other("null") => {}
        other => reader.report(
            &(0..0),
            format!("the settings are {}: write an object of keys", other.kind()),
        ),
    }
    loaded.problems.append(&mut reader.problems);
}

#[cfg(test)]
mod tests;
