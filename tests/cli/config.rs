//! The configuration file, seen from the command line.

use crate::{hotfix_repo, run};

#[test]
fn all_that_is_wrong_is_told_with_its_place_and_the_rest_holds() {
    let repo = hotfix_repo();
    repo.write(
        "hotfix.toml",
        "brances = []\nexclude = [\"gone\"]\n[rules]\nno-such-rule = \"off\"\n",
    );
    repo.write("gone/a.py", "x = 1\n");
    repo.write("shop.py", "def total(order):\n    return 2\n");
    let outcome = run(repo.root(), &["check", "--format", "json"]);
    outcome.tells(
        2,
        "error: hotfix.toml:1:1: unknown key `brances`: did you mean `branches`?\n\
         error: hotfix.toml:4:1: unknown rule `no-such-rule`: see `hotfix-ls rules`\n",
    );
    assert_eq!(outcome.json()["summary"]["files"], 1);
}

#[test]
fn the_branches_of_the_team_count() {
    let repo = hotfix_repo();
    repo.branch("urgent/1.2.1");
    repo.write(
        "pyproject.toml",
        "[tool.hotfix]\nbranches = [\"urgent/*\"]\n",
    );
    repo.write("shop.py", "def total(order):\n    return 2\n");
    let outcome = run(repo.root(), &["check", "--format", "json", "shop.py"]);
    outcome.tells(0, "");
    assert_eq!(outcome.json()["summary"]["files"], 1);
}

#[test]
fn a_named_file_that_is_excluded_is_told() {
    let repo = hotfix_repo();
    repo.write("hotfix.toml", "exclude = [\"shop.py\"]\n");
    repo.write("shop.py", "def total(order):\n    return 2\n");
    let outcome = run(repo.root(), &["check", "shop.py"]);
    outcome.tells(0, "note: shop.py is not judged: `exclude` matches it\n");
}

/// A clone can bring such links; reading them fills the memory.
#[cfg(unix)]
#[test]
fn a_configuration_that_never_ends_is_told_and_not_read() {
    let repo = hotfix_repo();
    repo.write(".hotfix/queries/rule.scm", "");
    repo.delete(".hotfix/queries/rule.scm");
    for file in ["hotfix.toml", ".hotfix/queries/rule.scm"] {
        std::os::unix::fs::symlink("/dev/zero", repo.path(file)).expect("a link");
    }
    let why = "the file cannot be read: it is a device or a pipe, not a file";
    let outcome = run(repo.root(), &["check", "--format", "concise"]);
    outcome.tells(
        2,
        &format!("error: hotfix.toml:1:1: {why}\nerror: .hotfix/queries/rule.scm:1:1: {why}\n"),
    );
}

#[test]
fn the_schema_knows_each_rule_and_allows_no_other_key() {
    let repo = hotfix_repo();
    let outcome = run(repo.root(), &["schema"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let schema = outcome.json();
    assert_eq!(schema["additionalProperties"], false);
    let rules = &schema["properties"]["rules"]["properties"];
    assert!(rules["none-access"]["description"].is_string(), "{rules}");
    let about = &schema["properties"]["exclude"]["description"];
    assert!(about.is_string(), "{about}");
}

#[test]
fn branches_that_are_all_mistaken_do_not_switch_the_tool_off() {
    let repo = hotfix_repo();
    repo.write("hotfix.toml", "branches = [\"[\"]\n");
    repo.write("shop.py", "def total(order):\n    return 2\n");
    let outcome = run(repo.root(), &["check", "--format", "json"]);
    assert_eq!(outcome.json()["summary"]["files"], 1, "{}", outcome.stdout);
    repo.write("hotfix.toml", "branches = []\n");
    let outcome = run(repo.root(), &["check"]);
    let says = "hotfix/v1.2.1 is not a hotfix branch (the setting `branches` is empty)";
    assert!(outcome.stderr.contains(says), "{}", outcome.stderr);
}
