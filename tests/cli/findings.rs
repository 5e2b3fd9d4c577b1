//! Findings as each format prints them, and when they fail.

use crate::{TestRepo, hotfix_repo, run};

const LOAD: &str = "\
def total(order):
    try:
        return find(order)
    except KeyError as error:
        raise OrderMissing(order)
";

/// A hotfix that converts an exception and loses its cause: one certain finding.
fn repo_with_a_finding() -> TestRepo {
    let repo = hotfix_repo();
    repo.write("shop.py", LOAD);
    repo
}

#[test]
fn a_finding_at_the_threshold_is_exit_code_1_and_one_below_is_not() {
    let repo = repo_with_a_finding();
    let code = |fail_on: &str| run(repo.root(), &["check", "--fail-on", fail_on]).code;
    assert_eq!(code("warning"), 1);
    assert_eq!(code("hint"), 1);
    assert_eq!(code("never"), 0);
    repo.write(
        "hotfix.toml",
        "[rules]\nraise-without-from = \"information\"\n",
    );
    assert_eq!(code("warning"), 0);
    assert_eq!(code("information"), 1);
}

#[test]
fn concise_is_one_line_for_each_finding() {
    let repo = repo_with_a_finding();
    let outcome = run(repo.root(), &["check", "--format", "concise"]);
    let mut lines = outcome.stdout.lines();
    let line = lines.next().expect("a finding");
    assert!(
        line.starts_with("shop.py:5:9: warning[raise-without-from] "),
        "{outcome:?}"
    );
    assert!(line.ends_with(" [fix]"), "{outcome:?}");
    assert_eq!(
        lines.next(),
        Some("1 warning in 1 file; 1 can be fixed by `hotfix-ls fix`")
    );
}

#[test]
fn json_has_the_promised_shape() {
    let repo = repo_with_a_finding();
    let json = run(repo.root(), &["check", "--format", "json"]).json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["base"]["reference"], "main");
    let finding = &json["findings"][0];
    assert_eq!(finding["rule"], "raise-without-from");
    assert_eq!(finding["severity"], "warning");
    assert_eq!(finding["confidence"], "certain");
    assert_eq!(finding["path"], "shop.py");
    let start = serde_json::json!({"line": 5, "column": 9});
    assert_eq!(finding["range"]["start"], start);
    assert_eq!(finding["identity"].as_str().map(str::len), Some(16));
    assert!(finding["related"].is_array());
    let fix = &finding["fixes"][0];
    assert_eq!(fix["applicability"], "safe");
    assert!(fix["title"].is_string());
    assert!(fix["edits"][0]["range"]["end"]["line"].is_u64());
    assert_eq!(json["summary"]["warnings"], 1);
    assert_eq!(json["summary"]["fixable"], 1);
}

#[test]
fn columns_count_characters() {
    let repo = hotfix_repo();
    let text = LOAD.replace("raise Order", "ä = '😀'; raise Order");
    repo.write("shop.py", text);
    let json = run(repo.root(), &["check", "--format", "json"]).json();
    assert_eq!(json["findings"][0]["range"]["start"]["column"], 18);
}

#[test]
fn check_compare_and_all_find_the_same() {
    let repo = repo_with_a_finding();
    repo.write("old.py", "def total(order):\n    return 1\n");
    let identity = |arguments: &[&str]| {
        let json = run(repo.root(), &[arguments, &["--format", "json"]].concat()).json();
        json["findings"][0]["identity"].clone()
    };
    let check = identity(&["check", "shop.py"]);
    assert!(check.is_string());
    assert_eq!(identity(&["compare", "old.py", "shop.py"]), check);
    assert_eq!(identity(&["check", "--all", "shop.py"]), check);
}

#[test]
fn full_shows_the_line_its_carets_and_the_fix() {
    let repo = repo_with_a_finding();
    let outcome = run(repo.root(), &["check"]);
    let shown = &outcome.stdout;
    assert!(
        shown.starts_with("warning[raise-without-from]: "),
        "{shown}"
    );
    assert!(shown.contains(" --> shop.py:5:9\n"), "{shown}");
    assert!(
        shown.contains("5 |         raise OrderMissing(order)\n"),
        "{shown}"
    );
    assert!(shown.contains("  |         ^^^^^"), "{shown}");
    assert!(
        shown.contains("raise OrderMissing(order) from error"),
        "{shown}"
    );
    assert!(!shown.contains('\x1b'), "a pipe gets no colours: {shown:?}");
}

#[test]
fn why_a_rule_matters_is_said_once() {
    let repo = hotfix_repo();
    repo.write("a.py", LOAD);
    repo.write("b.py", LOAD);
    let outcome = run(repo.root(), &["check"]);
    assert_eq!(outcome.stdout.matches("raise-without-from]").count(), 2);
    let why = "= why: During an incident the traceback is the evidence\n";
    assert_eq!(outcome.stdout.matches(why).count(), 1, "{}", outcome.stdout);
}

#[test]
fn why_it_matters_fits_the_finding() {
    let repo = hotfix_repo();
    let text = "def f(row):\n<<<<<<< HEAD\n    return 1\n=======\n    return 2\n>>>>>>> hotfix\n";
    repo.write("a.py", text);
    repo.write("b.py", "def g(row):\n    breakpoint()\n    return row\n");
    repo.write("c.py", "def h(row):\n    return eval(row)\n");
    let shown = run(repo.root(), &["check"]).stdout;
    for why in [
        "= why: Python cannot read the file while the markers of a merge stand in it\n",
        "= why: A breakpoint stops the worker for ever\n",
        "= why: Who writes the text chooses what this process does\n",
    ] {
        assert!(shown.contains(why), "{why} {shown}");
    }
    assert!(!shown.contains("One quote in a name"), "{shown}");
}

#[test]
fn carets_stand_below_the_code_behind_tabs_and_wide_characters() {
    let repo = hotfix_repo();
    let text = LOAD
        .replace("    ", "\t")
        .replace("raise Order", "名 = '注文'; raise Order");
    repo.write("shop.py", text);
    let shown = run(repo.root(), &["check"]).stdout;
    let mut lines = shown.lines().skip_while(|line| !line.starts_with("5 |"));
    let (code, carets) = (lines.next().expect("code"), lines.next().expect("carets"));
    let before = code.split("raise").next().expect("what stands before");
    // Each of these characters is two columns wide.
    let columns: usize = before
        .chars()
        .map(|c| if "名注文".contains(c) { 2 } else { 1 })
        .sum();
    assert_eq!(carets.find('^'), Some(columns), "{shown}");
    assert!(!code.contains('\t'), "{shown}");
}

#[test]
fn a_long_line_is_cut_around_what_matters() {
    let repo = hotfix_repo();
    let text = LOAD.replace(
        "raise Order",
        &format!("x = '{}'; raise Order", "y".repeat(400)),
    );
    repo.write("shop.py", text);
    let shown = run(repo.root(), &["check"]).stdout;
    let code = shown
        .lines()
        .find(|line| line.starts_with("5 |"))
        .expect("code");
    assert!(code.contains("raise OrderMissing"), "{code}");
    assert!(code.contains("..."), "{code}");
    assert!(code.chars().count() < 160, "{code}");
}

#[test]
fn colours_can_be_forced_and_forbidden() {
    let repo = repo_with_a_finding();
    let coloured = |name: &str| {
        let output = crate::command(repo.root())
            .arg("check")
            .env(name, "1")
            .output()
            .expect("the binary runs");
        output.stdout.contains(&0x1b)
    };
    assert!(coloured("CLICOLOR_FORCE"));
    assert!(!coloured("NO_COLOR"));
}

#[test]
fn a_part_that_is_no_python_is_told() {
    let repo = hotfix_repo();
    repo.write("shop.py", "def total(order):\n    return (1\n");
    let outcome = run(repo.root(), &["check"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(outcome.stderr.starts_with("error: shop.py:"), "{outcome:?}");
}
