//! Code that does not parse, as it is for half of the time that somebody types.

use std::fmt::Write;

use crate::git::TestRepo;
use crate::scene::{PRODUCTION, RISKY, editor, none, one, repository, risky};

/// Production with a second function of the kind that the hotfix breaks.
fn with_tail(text: &str) -> String {
    format!("{text}\n\ndef _last(orders):\n    return orders\n")
}

#[test]
fn an_open_bracket_keeps_the_findings_of_other_lines() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &with_tail(&risky()));
    client.diagnostics(&uri, 1, one);
    // The bracket above swallows everything below it.
    client.edit(&uri, 2, ((1, 0), (1, 0)), "x = foo(\n");
    let found = client.diagnostics(&uri, 2, one);
    assert_eq!(found[0]["range"]["start"]["line"], 8);
    client.edit(&uri, 3, ((1, 8), (1, 8)), ")");
    let found = client.diagnostics(&uri, 3, one);
    assert_eq!(found[0]["range"]["start"]["line"], 8);
    client.finish();
}

#[test]
fn a_line_that_is_typed_on_while_it_is_broken_is_left_alone() {
    let repo = repository();
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &risky());
    client.diagnostics(&uri, 1, one);
    client.edit(&uri, 2, ((7, 30), (7, 30)), " from (");
    client.diagnostics(&uri, 2, none);
    client.finish();
}

#[test]
fn an_open_string_does_not_turn_text_into_findings() {
    // The docstring holds code: when its end goes, that code is parsed as code.
    let documented = PRODUCTION.replace(
        "\"\"\"Orders.\"\"\"\n",
        "\"\"\"Orders.\n\ntry:\n    pass\nexcept KeyError:\n    raise LookupError(1)\n\"\"\"\n",
    );
    let repo = TestRepo::new();
    repo.write("app.py", &documented);
    repo.commit("Production");
    repo.branch("hotfix/v1.2.1");
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &documented);
    client.diagnostics(&uri, 1, none);
    client.edit(&uri, 2, ((6, 0), (6, 3)), "");
    client.diagnostics(&uri, 2, none);
    assert!(!client.has_shown(&uri));
    client.finish();
}

#[test]
fn the_finding_comes_when_the_code_is_whole() {
    let repo = repository();
    let mut client = editor(repo.root());
    let broken = risky().replace("LookupError(key)", "LookupError(key");
    let uri = client.open(&repo.path("app.py"), &broken);
    client.diagnostics(&uri, 1, none);
    client.edit(&uri, 2, ((7, 29), (7, 29)), ")");
    client.diagnostics(&uri, 2, one);
    client.finish();
}

/// A repository whose production has the file with many functions behind it, and that file with
/// the risky edit.
fn large(functions: usize) -> (TestRepo, String) {
    let mut tail = String::new();
    for number in 0..functions {
        let body = "return {'a': a, 'b': [b, (a, b)]}";
        let _ = write!(tail, "\n\ndef f{number}(a, b):\n    {body}\n");
    }
    let repo = TestRepo::new();
    repo.write("app.py", format!("{PRODUCTION}{tail}"));
    repo.commit("Production");
    repo.branch("hotfix/v1.2.1");
    (repo, format!("{}{tail}", risky()))
}

#[test]
fn a_large_broken_file_answers_for_its_latest_text() {
    let (repo, text) = large(3000);
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &text);
    client.diagnostics(&uri, 1, one);
    let mut version = 1;
    for character in ["(", "[", "'", "\"\"\"", "{"] {
        version += 1;
        client.edit(&uri, version, ((12, 0), (12, 0)), character);
    }
    version += 1;
    client.edit(&uri, version, ((12, 0), (12, 7)), "");
    let found = client.diagnostics(&uri, version, one);
    assert_eq!(found[0]["range"]["start"]["line"], 7);
    client.finish();
}

#[test]
fn a_parse_that_takes_long_shows_the_last_findings_meanwhile() {
    let (repo, text) = large(4000);
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &text);
    client.diagnostics(&uri, 1, one);
    // Both ends differ, so nothing of the old tree can be used again: every line counts as typed
    // on, and the last findings that can still be shown are none.
    let both_ends = format!("# Hotfix: changed\n{text}# Hotfix: changed\n");
    client.rewrite(&uri, 2, &both_ends);
    client.diagnostics(&uri, 2, none);
    let found = client.diagnostics(&uri, 2, one);
    assert_eq!(found[0]["range"]["start"]["line"], 8);
    client.finish();
}

#[test]
fn one_function_is_flagged_while_another_one_is_broken() {
    let repo = TestRepo::new();
    repo.write("app.py", with_tail(PRODUCTION));
    repo.commit("Production");
    repo.branch("hotfix/v1.2.1");
    let mut client = editor(repo.root());
    let uri = client.open(&repo.path("app.py"), &with_tail(PRODUCTION));
    client.diagnostics(&uri, 1, none);
    let tail = u32::try_from(with_tail(PRODUCTION).lines().count()).unwrap_or_default() - 1;
    client.edit(&uri, 2, ((tail, 4), (tail, 4)), "x = \"\"\"");
    client.edit(&uri, 3, ((4, 0), (5, 0)), RISKY);
    client.diagnostics(&uri, 3, one);
    client.finish();
}
