//! What `check` sees of the branch as a whole: files that come, go and are moved.

use serde_json::Value;

use crate::{TestRepo, run};

const TOTAL: &str = "def total(order):\n    return sum(line.cents for line in order.lines)\n";

fn production(files: &[(&str, &str)]) -> TestRepo {
    let repo = TestRepo::new();
    for (path, text) in files {
        repo.write(path, text);
    }
    repo.commit("Ship the shop");
    repo.branch("hotfix/v1.2.1");
    repo
}

/// `rule path severity` of every finding but hints, sorted.
fn found(repo: &TestRepo, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["check", "--format", "json"], arguments].concat();
    let json = run(repo.root(), &arguments).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found: Vec<String> = json["findings"]
        .as_array()
        .expect("a list of findings")
        .iter()
        .filter(|one| one["severity"] != "hint")
        .map(|one| {
            format!(
                "{} {} {}",
                text(&one["rule"]),
                text(&one["path"]),
                text(&one["severity"])
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_function_that_moves_and_is_imported_again_is_one_refactoring() {
    let base = format!("LIMIT = 1\n\n\n{TOTAL}");
    let repo = production(&[("shop/orders.py", &base), ("shop/sums.py", "RATE = 2\n")]);
    repo.write(
        "shop/orders.py",
        "from shop.sums import total\n\nLIMIT = 1\n",
    );
    repo.write("shop/sums.py", format!("RATE = 2\n\n\n{TOTAL}"));
    assert_eq!(found(&repo, &[]), ["refactoring shop/sums.py information"]);
    // The other file is known even where only one is asked for.
    assert_eq!(
        found(&repo, &["shop/sums.py"]),
        ["refactoring shop/sums.py information"]
    );
}

#[test]
fn a_function_that_moves_away_for_good_breaks_its_callers() {
    let base = format!("LIMIT = 1\n\n\n{TOTAL}");
    let repo = production(&[("shop/orders.py", &base), ("shop/sums.py", "RATE = 2\n")]);
    repo.write("shop/orders.py", "LIMIT = 1\n");
    repo.write("shop/sums.py", format!("RATE = 2\n\n\n{TOTAL}"));
    assert_eq!(
        found(&repo, &[]),
        [
            "api-change shop/orders.py warning",
            "refactoring shop/sums.py information"
        ]
    );
}

#[test]
fn a_deleted_module_is_named_at_its_old_path() {
    let repo = production(&[("shop/orders.py", TOTAL), ("shop/sums.py", "RATE = 2\n")]);
    std::fs::remove_file(repo.path("shop/orders.py")).expect("the file is there");
    assert_eq!(found(&repo, &[]), ["api-change shop/orders.py warning"]);
    let shown = run(repo.root(), &["check"]);
    assert_eq!(shown.code, 1);
    assert!(
        shown.stdout.contains("shop/orders.py:1:1"),
        "{}",
        shown.stdout
    );
    // Nothing can be written where nothing is.
    run(repo.root(), &["fix"]).tells(
        0,
        "Nothing to fix; 1 left for a person: see `hotfix-ls check`\n",
    );
    assert!(!repo.path("shop/orders.py").exists());
}

#[test]
fn a_renamed_module_is_told_once_for_its_importers_and_nothing_in_it_is_new() {
    let repo = production(&[("shop/orders.py", TOTAL), ("shop/sums.py", "RATE = 2\n")]);
    repo.git(&["mv", "shop/orders.py", "shop/bills.py"]);
    repo.write("shop/bills.py", format!("\"\"\"Bills.\"\"\"\n\n\n{TOTAL}"));
    assert_eq!(found(&repo, &[]), ["api-change shop/bills.py warning"]);
}

#[test]
fn a_new_module_is_told_once() {
    let repo = production(&[("shop/orders.py", TOTAL)]);
    repo.write("shop/export.py", "def export(path):\n    return path\n");
    assert_eq!(
        found(&repo, &[]),
        ["architecture-change shop/export.py information"]
    );
    // Where all code counts as new, nothing is known of production.
    assert_eq!(found(&repo, &["--all"]), Vec::<String>::new());
}

#[test]
fn a_deleted_test_file_and_an_excluded_one_are_left_alone() {
    let repo = production(&[("tests/helpers.py", TOTAL), ("old/sums.py", TOTAL)]);
    repo.write("hotfix.toml", "exclude = [\"old/**\"]\n");
    for path in ["tests/helpers.py", "old/sums.py"] {
        std::fs::remove_file(repo.path(path)).expect("the file is there");
    }
    assert_eq!(found(&repo, &[]), Vec::<String>::new());
}

#[test]
fn what_moves_as_it_is_brings_no_finding_along() {
    let risky = "import requests\n\n\ndef load(url):\n    return requests.get(url).json()\n";
    let repo = production(&[("shop/orders.py", risky), ("shop/web.py", "RATE = 2\n")]);
    repo.write("shop/orders.py", "from shop.web import load\n");
    let head = |body: &str| format!("import requests\n\nRATE = 2\n\n\ndef load(url):\n{body}");
    repo.write("shop/web.py", head("    return requests.get(url).json()\n"));
    let moved = "refactoring shop/web.py information";
    assert_eq!(found(&repo, &[]), [moved]);
    repo.write(
        "shop/web.py",
        head("    return requests.get(url, stream=True).json()\n"),
    );
    assert!(1 < found(&repo, &[]).len(), "it is judged where it changes");
}

#[test]
fn who_uses_a_broken_function_is_told_with_the_line() {
    let web = "from shop.orders import total\n\n\ndef page(order):\n    return total(order)\n";
    let other = "def total(order):\n    return order\n\n\nprint(total(1))\n";
    let repo = production(&[
        ("shop/orders.py", TOTAL),
        ("shop/web.py", web),
        ("bank/sums.py", other),
    ]);
    repo.write("shop/orders.py", TOTAL.replace("(order)", "(order, rate)"));
    let json = run(repo.root(), &["check", "--format", "json"]).json();
    let related = json["findings"][0]["related"]
        .as_array()
        .expect("related places");
    let users: Vec<String> = related
        .iter()
        .filter(|one| one["side"] == "head")
        .map(|one| {
            format!(
                "{} {}",
                one["path"].as_str().unwrap_or_default(),
                one["range"]["start"]
            )
        })
        .collect();
    assert_eq!(
        users,
        [
            r#"shop/web.py {"column":25,"line":1}"#,
            r#"shop/web.py {"column":12,"line":5}"#
        ]
    );
    let full = run(repo.root(), &["check"]).stdout;
    assert!(
        full.contains("used in: shop/web.py:5: return total(order)"),
        "{full}"
    );
    // The commit alone tells the same, whatever is checked out.
    repo.commit("Add a rate");
    repo.switch("main");
    repo.delete("shop/web.py");
    let head = run(repo.root(), &["check", "--head", "hotfix/v1.2.1"]).stdout;
    assert!(
        head.contains("used in: shop/web.py:5: return total(order)"),
        "{head}"
    );
}
