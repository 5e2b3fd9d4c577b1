//! What is wrong in a query file is told with its place.

use std::path::Path;

use super::settings;
use crate::config::Loaded;

fn loaded(files: &[(&str, &str)], toml: &str) -> Loaded {
    let folder = tempfile::tempdir().expect("a folder");
    let queries = folder.path().join(".hotfix/queries");
    std::fs::create_dir_all(&queries).expect("a folder");
    for (name, text) in files {
        std::fs::write(queries.join(name), text).expect("a file");
    }
    std::fs::write(folder.path().join("hotfix.toml"), toml).expect("a file");
    let mut loaded = settings(folder.path(), Some(folder.path()), None);
    for problem in &mut loaded.problems {
        let name = problem.file.as_deref().and_then(Path::file_name);
        problem.file = name.map(|name| Path::new(name).to_owned());
    }
    loaded
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let loaded = loaded(&[("own.scm", text)], "");
    let told: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told, [expected]);
    assert!(loaded.settings.queries.is_empty());
}

#[test]
fn broken_syntax_is_told_with_its_line() {
    refused(
        "; why\n(call",
        "own.scm:2:1: this is no query: look at its brackets and quotes",
    );
}

#[test]
fn an_unknown_node_is_told() {
    refused(
        "((caller) @anchor (#set! message \"no\"))",
        "own.scm:1:1: Python's grammar has no node `caller`: look it up there",
    );
}

#[test]
fn an_unknown_predicate_is_told() {
    refused(
        "((identifier) @anchor (#set! message \"no\"))\n((identifier) @anchor (#eqs? @anchor \"x\"))",
        "own.scm:2:1: #eqs? is not a known predicate: use #eq?, #match? or #any-of?",
    );
}

#[test]
fn an_unknown_setting_is_told() {
    refused(
        "((identifier) @anchor (#set! level \"high\"))",
        "own.scm:1:1: #set! level is not known: use name, message, severity, fix, fix-title, tests",
    );
}

#[test]
fn a_pattern_without_message_is_told() {
    refused(
        "((identifier) @anchor)",
        "own.scm:1:1: this pattern says nothing: add (#set! message \"what is wrong: what to do\")",
    );
}

#[test]
fn a_pattern_without_anchor_is_told() {
    refused(
        "((identifier) @name (#set! message \"no\"))",
        "own.scm:1:1: this pattern captures no @anchor: name what is underlined",
    );
}

#[test]
fn a_severity_that_is_none_is_told() {
    refused(
        "((identifier) @anchor (#set! message \"no\") (#set! severity \"error\"))",
        "own.scm:1:1: `error` is no severity: write \"hint\", \"information\" or \"warning\"",
    );
}

#[test]
fn the_name_of_another_rule_is_told() {
    refused(
        "((identifier) @anchor (#set! message \"no\") (#set! name \"none-access\"))",
        "own.scm:1:1: `none-access` is a rule of hotfix-ls already: choose another name",
    );
}

#[test]
fn a_name_in_another_spelling_is_told() {
    refused(
        "((identifier) @anchor (#set! message \"no\") (#set! name \"Raw Session\"))",
        "own.scm:1:1: `Raw Session` is no name of a rule: write it like `raw-session`",
    );
}

#[test]
fn a_placeholder_without_capture_is_told() {
    refused(
        "((identifier) @anchor (#set! message \"{object} is old\"))",
        "own.scm:1:1: {object} stands in a text but @object is not captured",
    );
}

#[test]
fn one_name_in_two_files_is_told_and_the_first_holds() {
    let text = "((identifier) @anchor (#set! message \"no\") (#set! name \"raw\"))";
    let loaded = loaded(&[("a.scm", text), ("b.scm", text)], "");
    let told: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["b.scm:1:1: another file has a rule `raw` already: choose another name"]
    );
    assert_eq!(loaded.settings.queries.len(), 1);
}

#[test]
fn settings_may_name_an_own_rule() {
    let text = "((identifier) @anchor (#set! message \"no\") (#set! name \"raw-name\"))";
    let told = |toml: &str| loaded(&[("a.scm", text)], toml).problems.len();
    assert_eq!(told("[rules]\nraw-name = \"off\"\n"), 0);
    assert_eq!(told("[rules]\nraw-names = \"off\"\n"), 1);
}

#[test]
fn an_unknown_placeholder_is_told() {
    refused(
        "((identifier) @anchor (#set! message \"{nope} is wrong\"))",
        "own.scm:1:1: {nope} is no capture: known are anchor, arguments, attribute, body, call, \
         condition, function, handler, key, name, object, statement, value",
    );
    refused(
        "((identifier) @anchor (#set! message \"{} is wrong\"))",
        "own.scm:1:1: `{}` stands for nothing: name a capture, like {value}",
    );
}

#[test]
fn a_fix_that_can_never_be_python_is_told() {
    refused(
        "((identifier) @anchor (#set! message \"no\") (#set! fix \"1 +\"))",
        "own.scm:1:1: the fix `1 +` is no Python, whatever is captured",
    );
}

#[test]
fn a_fix_may_be_any_piece_of_python() {
    for fix in [
        "Decimal({anchor})",
        "strict=True",
        "except {anchor}",
        "return {anchor}",
        "@{anchor}",
        "for {anchor} in rows",
        "{}",
        "if {anchor}: pass",
        "with {anchor}",
    ] {
        let text = format!("((identifier) @anchor (#set! message \"no\") (#set! fix \"{fix}\"))");
        let loaded = loaded(&[("own.scm", &text)], "");
        assert!(loaded.problems.is_empty(), "{fix}: {:?}", loaded.problems);
    }
}
