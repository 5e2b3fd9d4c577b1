//! Columns in every unit that clients count in, and every line end.

use serde_json::{Value, json};

use crate::client::Client;
use crate::scene::{PRODUCTION, hello, none, one, repository};

/// A line whose finding stands behind characters of one, two and four bytes.
const EMOJI: &str = "\
    try:
        return orders[key]
    except KeyError as error:
        \"🐍é\"; raise LookupError(\"🔥\")
";

#[track_caller]
fn case(offered: &Value, chosen: &str, start: u64, end: u64) {
    let repo = repository();
    let mut params = hello(&[repo.root()]);
    params["capabilities"]["general"]["positionEncodings"] = offered.clone();
    let (mut client, result) = Client::greeted(params);
    assert_eq!(result["capabilities"]["positionEncoding"], chosen);
    let uri = client.open(&repo.path("app.py"), PRODUCTION);
    client.diagnostics(&uri, 1, none);
    client.edit(&uri, 2, ((4, 0), (5, 0)), EMOJI);
    let found = client.diagnostics(&uri, 2, one);
    assert_eq!(found[0]["range"]["start"]["character"], start);
    assert_eq!(found[0]["range"]["end"]["character"], end);
    // Typing behind the emoji in the client's own unit lands where the client means it.
    let column = u32::try_from(end).unwrap_or_default();
    client.edit(&uri, 3, ((7, column), (7, column)), " from error");
    client.diagnostics(&uri, 3, none);
    client.finish();
}

#[test]
fn utf_8_is_preferred() {
    case(&json!(["utf-16", "utf-8", "utf-32"]), "utf-8", 18, 43);
}

#[test]
fn utf_16_is_the_default() {
    case(&Value::Null, "utf-16", 15, 38);
}

#[test]
fn utf_32_is_taken_where_nothing_else_is_offered() {
    case(&json!(["utf-32"]), "utf-32", 14, 36);
}

#[test]
fn carriage_returns_make_no_difference_and_survive_the_fix() {
    let repo = repository();
    let (mut client, _) = Client::greeted(hello(&[repo.root()]));
    let crlf = PRODUCTION.replace('\n', "\r\n");
    let uri = client.open(&repo.path("app.py"), &crlf);
    client.diagnostics(&uri, 1, none);
    client.edit(
        &uri,
        2,
        ((4, 0), (5, 0)),
        &crate::scene::RISKY.replace('\n', "\r\n"),
    );
    let found = client.diagnostics(&uri, 2, one);
    assert_eq!(
        found[0]["range"]["start"],
        json!({"line": 7, "character": 8})
    );
    client.finish();
}

#[test]
fn a_lone_carriage_return_ends_a_line_for_the_editor() {
    let repo = repository();
    let (mut client, _) = Client::greeted(hello(&[repo.root()]));
    let uri = client.open(&repo.path("app.py"), &crate::scene::risky());
    client.diagnostics(&uri, 1, one);
    client.edit(&uri, 2, ((1, 0), (1, 0)), "# a\r# b\r# c");
    let found = client.diagnostics(&uri, 2, one);
    assert_eq!(
        found[0]["range"]["start"],
        json!({"line": 9, "character": 8})
    );
    client.finish();
}

#[test]
fn a_form_feed_ends_no_line() {
    let repo = repository();
    let (mut client, _) = Client::greeted(hello(&[repo.root()]));
    let uri = client.open(&repo.path("app.py"), &crate::scene::risky());
    client.diagnostics(&uri, 1, one);
    client.edit(&uri, 2, ((1, 0), (1, 0)), "\u{c}");
    let found = client.diagnostics(&uri, 2, one);
    assert_eq!(
        found[0]["range"]["start"],
        json!({"line": 7, "character": 8})
    );
    client.finish();
}
