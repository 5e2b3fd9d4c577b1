//! `rules`, `explain` and `completions`.

use crate::run;

fn anywhere() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn explain_shows_the_whole_text_without_its_marks() {
    let outcome = run(anywhere().path(), &["explain", "raise-without-from"]);
    outcome.tells(0, "");
    assert!(
        outcome.stdout.starts_with("raise-without-from\n"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stdout
            .contains("    raise OrderMissing(order_id)\n"),
        "{outcome:?}"
    );
    assert!(!outcome.stdout.contains("```"), "{outcome:?}");
}

#[test]
fn explain_knows_what_was_meant() {
    let outcome = run(anywhere().path(), &["explain", "raise-witout-from"]);
    outcome.tells(
        2,
        "error: there is no rule `raise-witout-from`: did you mean `raise-without-from`?\n",
    );
}

#[test]
fn rules_as_json_and_markdown_name_the_same_rules() {
    let folder = anywhere();
    let json = run(folder.path(), &["rules", "--format", "json"]).json();
    let names = json.as_array().expect("a list").iter();
    let names: Vec<&str> = names
        .map(|rule| rule["name"].as_str().expect("a name"))
        .collect();
    assert!(names.contains(&"raise-without-from"));
    let markdown = run(folder.path(), &["rules", "--format", "markdown"]).stdout;
    let rows: Vec<&str> = markdown
        .lines()
        .skip(2)
        .filter_map(|row| row.split('`').nth(1))
        .collect();
    assert_eq!(rows, names);
}

#[test]
fn every_rule_of_the_table_can_be_explained() {
    let folder = anywhere();
    let json = run(folder.path(), &["rules", "--format", "json"]).json();
    for rule in json.as_array().expect("a list") {
        let name = rule["name"].as_str().expect("a name");
        assert_eq!(run(folder.path(), &["explain", name]).code, 0, "{name}");
        let docs = rule["docs"].as_str().expect("its text");
        assert!(docs.starts_with(&format!("# {name}\n")), "{name}");
    }
}

#[test]
fn completions_name_the_verbs() {
    for shell in ["bash", "zsh", "fish"] {
        let outcome = run(anywhere().path(), &["completions", shell]);
        outcome.tells(0, "");
        assert!(outcome.stdout.contains("compare"), "{shell}");
    }
}

#[test]
fn the_version_is_name_and_number() {
    let outcome = run(anywhere().path(), &["--version"]);
    outcome.tells(0, "");
    let expected = concat!("hotfix-ls ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(outcome.stdout, expected);
}

#[test]
fn a_misspelt_verb_is_exit_code_2() {
    let outcome = run(anywhere().path(), &["chek"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("'check'"), "{outcome:?}");
}
