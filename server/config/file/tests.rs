use std::fs;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::config::{RuleSetting, Severity};

const RULES: &[&str] = &["missing-key", "none-access"];

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn load_text(text: &str) -> Loaded {
    let folder = folder(&[("hotfix.toml", text)]);
    load(folder.path(), Some(folder.path()), None, RULES)
}

/// The problems as `line:column message`, counted from 1.
fn shown(loaded: &Loaded) -> Vec<String> {
    let show = |problem: &ConfigProblem| {
        format!(
            "{}:{} {}",
            problem.line + 1,
            problem.column + 1,
            problem.message
        )
    };
    loaded.problems.iter().map(show).collect()
}

#[test]
fn every_key_is_read() {
    let text = r#"
branches = ["fix/*"]
production = "origin/live"
version = "v1.2.1"
exclude = ["migrations"]
tests = ["checks/**"]
loggers = ["audit"]
locks = ["gate"]
http-wrappers = ["shop.http.get"]
resource-openers = ["shop.files.open_ledger"]
error-reporters = ["sentry_sdk.capture_exception"]
timeout-seconds = 30
subprocess-timeout = true
record = "hotfixes/{branch}.md"
test-command = "tox -e py"
unit-tests = "make unit"
integration-tests = "make integration"
smoke-tests = "curl --fail http://localhost/health"
command-timeout-seconds = 90
notify = ["oncall"]
watch = ["https://grafana.example.com/d/shop"]
budget-files = 6
budget-lines = 200
budget-definitions = 9
[rules]
missing-key = "off"
none-access = "hint"
"#;
    let loaded = load_text(text);
    assert_eq!(shown(&loaded), Vec::<String>::new());
    let list = |name: &str| vec![name.to_owned()];
    let expected = Settings {
        branches: list("fix/*"),
        production: list("origin/live"),
        rules: [
            ("missing-key".to_owned(), RuleSetting::Off),
            (
                "none-access".to_owned(),
                RuleSetting::Severity(Severity::Hint),
            ),
        ]
        .into(),
        exclude: list("migrations"),
        tests: list("checks/**"),
        loggers: list("audit"),
        locks: list("gate"),
        http_wrappers: list("shop.http.get"),
        resource_openers: list("shop.files.open_ledger"),
        error_reporters: list("sentry_sdk.capture_exception"),
        timeout_seconds: 30,
        subprocess_timeout: true,
        test_command: Some("tox -e py".to_owned()),
        unit_tests: Some("make unit".to_owned()),
        integration_tests: Some("make integration".to_owned()),
        smoke_tests: Some("curl --fail http://localhost/health".to_owned()),
        command_timeout_seconds: 90,
        notify: list("oncall"),
        watch: list("https://grafana.example.com/d/shop"),
        budget_files: 6,
        budget_lines: 200,
        budget_definitions: 9,
        queries: Vec::new(),
        version: Some("v1.2.1".to_owned()),
        record: "hotfixes/{branch}.md".to_owned(),
    };
    assert_eq!(loaded.settings, expected);
}

#[test]
fn all_that_is_wrong_is_reported_at_its_place_and_the_rest_holds() {
    let text = r#"brances = []
production = ["origin/live", 7]
exclude = ["{a", "ok/*"]
loggers = "audit"
locks = ["a b"]
timeout-seconds = 0
subprocess-timeout = "yes"
version = "soon"
[rules]
mising-key = "off"
none-access = "eror"
missing-key = "warning"
"#;
    let loaded = load_text(text);
    let expected = [
        "1:1 unknown key `brances`: did you mean `branches`?",
        "2:30 `production` takes strings, not a whole number",
        "3:12 `exclude`: `{a` is not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        "4:11 `loggers` takes a list of strings, not a string",
        "5:10 `locks`: `a b` is not a Python name such as `package.function`",
        "6:19 `timeout-seconds` takes a number from 1 to 3600",
        "7:22 `subprocess-timeout` takes true or false, not a string",
        "8:11 `version`: `soon` is not a version such as `v1.2.1`",
        "10:1 unknown rule `mising-key`: did you mean `missing-key`?",
        "11:15 `eror` is no setting of a rule: write \"off\", \"on\", \"hint\", \"information\" or \"warning\"",
    ];
    assert_eq!(shown(&loaded), expected);
    assert_eq!(loaded.settings.production, ["origin/live"]);
    assert_eq!(loaded.settings.exclude, ["ok/*"]);
    let rule = loaded.settings.rules.get("missing-key");
    assert_eq!(rule, Some(&RuleSetting::Severity(Severity::Warning)));
}

#[test]
fn broken_toml_is_reported_where_it_breaks() {
    let loaded = load_text("branches = [\"a\"]\nexclude = [\n");
    let problem = loaded.problems.first().expect("a problem");
    assert!(problem.message.starts_with("the file is not valid TOML: "));
    assert_eq!(loaded.problems.len(), 1);
    assert_eq!(loaded.settings, Settings::default());
}

#[test]
fn the_nearest_file_wins_and_nothing_above_the_root_is_read() {
    let tree = folder(&[
        ("hotfix.toml", "timeout-seconds = 1"),
        ("repo/hotfix.toml", "timeout-seconds = 2"),
        ("repo/shop/hotfix.toml", "timeout-seconds = 3"),
        ("bare/a.py", ""),
    ]);
    let seconds = |folder: &str, root: &str| {
        let at = tree.path().join(folder);
        load(&at, Some(&tree.path().join(root)), None, RULES)
            .settings
            .timeout_seconds
    };
    assert_eq!(seconds("repo/shop", "repo"), 3);
    assert_eq!(seconds("repo", "repo"), 2);
    assert_eq!(seconds("bare", "bare"), 10);
}

#[test]
fn a_pyproject_without_the_table_is_passed_over() {
    let tree = folder(&[
        ("hotfix.toml", "timeout-seconds = 2"),
        ("a/pyproject.toml", "[project]\nname = \"hotfix-shop\"\n"),
        (
            "b/pyproject.toml",
            "[tool.hotfix]\ntimeout-seconds = 4\nbranch = 1\n",
        ),
    ]);
    let above = load(&tree.path().join("a"), Some(tree.path()), None, RULES);
    assert_eq!(above.settings.timeout_seconds, 2);
    assert_eq!(above.files.len(), 1);
    let own = load(&tree.path().join("b"), Some(tree.path()), None, RULES);
    assert_eq!(own.settings.timeout_seconds, 4);
    assert_eq!(
        shown(&own),
        ["3:1 unknown key `branch`: did you mean `branches`?"]
    );
}

#[test]
fn every_way_to_write_the_table_counts() {
    for text in [
        "tool = { hotfix = { timeout-seconds = 4 } }",
        "tool.hotfix.timeout-seconds = 4",
        "[tool]\nhotfix = { timeout-seconds = 4 }",
        "[tool.hotfix]\ntimeout-seconds = 4",
    ] {
        let tree = folder(&[("pyproject.toml", text)]);
        let loaded = load(tree.path(), Some(tree.path()), None, RULES);
        assert_eq!(shown(&loaded), Vec::<String>::new(), "{text}");
        assert_eq!(loaded.settings.timeout_seconds, 4, "{text}");
    }
}

#[test]
fn a_table_that_is_none_is_reported() {
    let tree = folder(&[("pyproject.toml", "[tool]\nhotfix = \"on\"\n")]);
    let loaded = load(tree.path(), Some(tree.path()), None, RULES);
    assert_eq!(
        shown(&loaded),
        ["2:10 `tool.hotfix` is a table, not string"]
    );
}

#[test]
fn a_broken_project_file_counts_only_when_it_names_the_tool() {
    let others = folder(&[("pyproject.toml", "[project]\nname = hotfix-shop\n")]);
    let loaded = load(others.path(), Some(others.path()), None, RULES);
    assert_eq!(shown(&loaded), Vec::<String>::new());
    let ours = folder(&[("pyproject.toml", "[tool.hotfix]\nbranches = [\n")]);
    let loaded = load(ours.path(), Some(ours.path()), None, RULES);
    assert_eq!(loaded.problems.len(), 1);
}

#[test]
fn two_configurations_in_one_folder_are_reported() {
    let tree = folder(&[
        ("hotfix.toml", "timeout-seconds = 2"),
        (
            "pyproject.toml",
            "[project]\nname = \"shop\"\n[tool.hotfix]\ntimeout-seconds = 4\n",
        ),
    ]);
    let loaded = load(tree.path(), Some(tree.path()), None, RULES);
    assert_eq!(loaded.settings.timeout_seconds, 2);
    let expected =
        ["3:1 this table is ignored because hotfix.toml lies beside it: keep one of the two"];
    assert_eq!(shown(&loaded), expected);
    let file = loaded.problems[0].file.clone();
    assert_eq!(file, Some(tree.path().join("pyproject.toml")));
}

#[test]
fn the_editor_overrides_key_by_key_and_null_means_not_set() {
    let tree = folder(&[("hotfix.toml", "timeout-seconds = 2\nloggers = [\"audit\"]")]);
    let editor = json!({"hotfix": {"timeout-seconds": 5, "version": null, "locks": 3}});
    let loaded = load(tree.path(), Some(tree.path()), Some(&editor), RULES);
    assert_eq!(loaded.settings.timeout_seconds, 5);
    assert_eq!(loaded.settings.loggers, ["audit"]);
    assert_eq!(loaded.problems.len(), 1);
    assert_eq!(
        loaded.problems[0].to_string(),
        "editor settings: `locks` takes a list of strings, not a whole number"
    );
}

#[test]
fn a_byte_order_mark_does_not_shift_the_column() {
    let loaded = load_text("\u{feff}lock = []\n");
    assert_eq!(
        shown(&loaded),
        ["1:1 unknown key `lock`: did you mean `locks`?"]
    );
}

#[test]
fn a_file_that_is_not_text_is_a_problem_and_not_a_missing_file() {
    let tree = folder(&[]);
    fs::write(tree.path().join("hotfix.toml"), [0xff, 0xfe, 0x00]).expect("a file");
    let loaded = load(tree.path(), Some(tree.path()), None, RULES);
    assert_eq!(
        shown(&loaded),
        ["1:1 the file is not UTF-8 text: save it as UTF-8"]
    );
}

#[test]
fn a_record_stays_in_the_repository_and_is_told_from_others() {
    let text = "record = \"../{branch}.md\"\n";
    let expected = "must lie in the repository: write a path such as `.hotfix/{branch}.md`";
    assert!(shown(&load_text(text)).concat().contains(expected));
    let text = "record = \"HOTFIX.md\"\n";
    let expected = "does not contain `{branch}`: two hotfixes would write one record";
    assert!(shown(&load_text(text)).concat().contains(expected));
}
