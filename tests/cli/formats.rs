//! The formats that CI systems and review tools read.

use serde_json::Value;

use crate::{TestRepo, hotfix_repo, run};

const ONE_RULE: &str = "[rules]\narchitecture-change = \"off\"\nnone-access = \"off\"\n";

/// A certain finding behind a wide character, in a file whose name a URI cannot hold as it is.
fn repo() -> TestRepo {
    let repo = hotfix_repo();
    repo.write("hotfix.toml", ONE_RULE);
    repo.write(
        "a shop.py",
        "def total(order):\n    try:\n        return find(order)\n    except KeyError as error:\n        log(\"\u{20ac}\"); raise OrderMissing(order)\n",
    );
    repo
}

fn print(repo: &TestRepo, format: &str) -> String {
    let outcome = run(repo.root(), &["check", "--format", format]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    outcome.stdout
}

fn json(repo: &TestRepo, format: &str) -> Value {
    serde_json::from_str(&print(repo, format)).expect("JSON")
}

#[test]
fn sarif_names_the_rule_the_place_and_the_fix() {
    let run = &json(&repo(), "sarif")["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "raise-without-from");
    assert_eq!(result["level"], "warning");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20shop.py");
    assert_eq!(place["region"]["startColumn"], 19, "columns are characters");
    let edit = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(edit["insertedContent"]["text"], " from error");
    assert_eq!(
        run["tool"]["driver"]["rules"][0]["id"],
        "raise-without-from"
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn sarif_says_what_could_not_be_judged() {
    let repo = repo();
    repo.write("hotfix.toml", "[rules]\nno-such-rule = \"off\"\n");
    let outcome = run_sarif(&repo);
    let run = &outcome["runs"][0]["invocations"][0];
    assert_eq!(run["executionSuccessful"], false);
    let said = run["toolExecutionNotifications"][0]["message"]["text"].to_string();
    assert!(said.contains("no-such-rule"), "{said}");
}

fn run_sarif(repo: &TestRepo) -> Value {
    let outcome = run(repo.root(), &["check", "--format", "sarif"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

#[test]
fn github_gets_an_error_for_what_fails_and_less_for_the_rest() {
    let repo = repo();
    let line = print(&repo, "github");
    assert!(
        line.starts_with(
            "::error file=a shop.py,line=5,endLine=5,col=19,endColumn=44,title=hotfix-ls raise-without-from::"
        ),
        "{line}"
    );
    let outcome = run(
        repo.root(),
        &["check", "--format", "github", "--fail-on", "never"],
    );
    assert!(outcome.stdout.starts_with("::warning "), "{outcome:?}");
}

#[test]
fn gitlab_gets_another_fingerprint_for_each_finding_and_the_same_in_each_run() {
    let repo = repo();
    let twice = "def total(order):\n    try:\n        return find(order)\n    except KeyError as error:\n        raise OrderMissing(order)\n\n\ndef total(order):\n    try:\n        return find(order)\n    except KeyError as error:\n        raise OrderMissing(order)\n";
    repo.write("b.py", twice);
    let prints = |issues: &Value| -> Vec<String> {
        let issues = issues.as_array().expect("a list").iter();
        issues.map(|it| it["fingerprint"].to_string()).collect()
    };
    let first = prints(&json(&repo, "gitlab"));
    let mut sorted = first.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), first.len(), "{first:?}");
    assert!(3 <= first.len(), "{first:?}");
    assert_eq!(prints(&json(&repo, "gitlab")), first);
}

#[test]
fn reviewdog_gets_columns_in_bytes_and_one_whole_suggestion() {
    let diagnostic = &json(&repo(), "rdjson")["diagnostics"][0];
    assert_eq!(diagnostic["location"]["range"]["start"]["column"], 21);
    assert_eq!(diagnostic["code"]["value"], "raise-without-from");
    assert_eq!(diagnostic["suggestions"][0]["text"], " from error");
}

#[test]
fn junit_counts_what_fails_and_shows_a_clean_file_as_passed() {
    let repo = repo();
    repo.write("clean.py", "def total(order):\n    return order.total\n");
    let text = print(&repo, "junit");
    assert!(text.contains("failures=\"1\""), "{text}");
    assert!(
        text.contains("<testcase name=\"no findings\" classname=\"clean.py\"/>")
            || text.contains("<testcase name=\"no findings\" classname=\"clean.py\">"),
        "{text}"
    );
}

#[test]
fn what_could_not_be_judged_stands_at_its_line_and_passes_nowhere() {
    let repo = repo();
    repo.write("broken.py", "def total(order):\n    return (order\n");
    let print = |format: &str| run(repo.root(), &["check", "broken.py", "--format", format]).stdout;
    let github = print("github");
    assert!(
        github.contains("::error file=broken.py,line=1::"),
        "{github}"
    );
    let junit = print("junit");
    assert!(!junit.contains("no findings"), "{junit}");
    assert!(junit.contains("errors=\"1\""), "{junit}");
    let plain = print("concise");
    assert!(!plain.contains("No findings"), "{plain}");
    assert!(!plain.contains("No Python file differs"), "{plain}");
}

#[test]
fn a_file_that_names_its_encoding_is_not_to_be_converted() {
    let repo = repo();
    let text = b"# -*- coding: latin-1 -*-\nname = '\xe9'\n";
    std::fs::write(repo.path("old.py"), text).expect("a file");
    let outcome = run(repo.root(), &["check", "old.py"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(
        outcome.stderr.contains("says that it is latin-1"),
        "{outcome:?}"
    );
}

#[test]
fn markdown_is_a_table_that_a_message_cannot_break() {
    let text = print(&repo(), "markdown");
    assert!(
        text.starts_with("### hotfix-ls\n\n1 warning in 1 file"),
        "{text}"
    );
    let row = text.lines().last().expect("a row");
    assert!(
        row.starts_with("| warning | `a shop.py:5` | `raise-without-from` "),
        "{text}"
    );
    assert_eq!(row.matches(" | ").count(), 3, "{text}");
}
