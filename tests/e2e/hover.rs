//! Hovers: findings, hunks, allow comments.

use serde_json::Value;

use crate::scene::{PRODUCTION, RULE, editor, none, one, repository, risky};

fn text(hover: &Value) -> &str {
    hover["contents"]["value"].as_str().unwrap_or_default()
}

#[test]
fn a_finding_tells_what_why_and_the_way_out() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let hover = client.hover(&uri, 7, 12);
    let said = text(&hover);
    assert!(said.contains(RULE), "{said}");
    assert!(said.contains("Why it matters in production"), "{said}");
    assert!(said.contains("-        raise LookupError(key)\n"), "{said}");
    assert!(
        said.contains("+        raise LookupError(key) from error\n"),
        "{said}"
    );
    assert!(said.contains("hotfix: allow(raise-without-from)"), "{said}");
    assert_eq!(hover["range"]["start"]["line"], 7);
    client.finish();
}

#[test]
fn a_hunk_shows_what_production_has() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let hover = client.hover(&uri, 4, 5);
    let said = text(&hover);
    assert!(said.contains("against main"), "{said}");
    assert!(said.contains("return orders[key]"), "{said}");
    client.finish();
}

#[test]
fn in_front_of_a_line_its_finding_and_productions_line_are_shown() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    let hover = client.hover(&uri, 7, 0);
    let said = text(&hover);
    assert!(said.contains(&format!("**{RULE}**")), "{said}");
    assert!(said.contains("Changed by this hotfix"), "{said}");
    client.finish();
}

#[test]
fn an_allow_comment_shows_what_it_allows() {
    let repo = repository();
    let mut client = editor(repo.root());
    let allowed = risky().replace(
        "LookupError(key)",
        "LookupError(key)  # hotfix: allow(raise-without-from) the cause is logged above",
    );
    let uri = client.open(&repo.path("app.py"), &allowed);
    client.diagnostics(&uri, 1, none);
    let hover = client.hover(&uri, 7, 50);
    let said = text(&hover);
    assert!(said.contains("Allows **raise-without-from**"), "{said}");
    assert!(said.contains("deliberate exception"), "{said}");
    client.finish();
}

#[test]
fn an_untouched_line_says_nothing() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    assert_eq!(client.hover(&uri, 11, 4), Value::Null);
    client.rewrite(&uri, 2, PRODUCTION);
    client.diagnostics(&uri, 2, none);
    assert_eq!(client.hover(&uri, 4, 4), Value::Null);
    client.finish();
}
