//! The shapes in which people paste tracebacks.

use super::*;

/// Asserts what is read: one line for each exception, `name: message` and its places.
#[track_caller]
fn case(text: &str, expected: &[&str]) {
    let found: Vec<String> = read(text).raised.iter().map(shown).collect();
    assert_eq!(found, expected);
}

fn shown(raised: &Raised) -> String {
    let frame = |one: &Frame| {
        let code = one.code.as_deref().unwrap_or("?");
        format!(" < {}:{} {} [{code}]", one.file, one.line, one.function)
    };
    let frames: String = raised.frames.iter().map(frame).collect();
    raised.sentence() + &frames
}

#[test]
fn a_plain_traceback_with_carets_is_read() {
    case(
        "Traceback (most recent call last):
  File \"/srv/shop/app.py\", line 7, in <module>
    main()
    ~~~~^^
  File \"/srv/shop/orders.py\", line 12, in confirm
    value = data['id']
            ~~~~^^^^^^
KeyError: 'id'
",
        &["KeyError: 'id' < /srv/shop/app.py:7 <module> [main()] \
           < /srv/shop/orders.py:12 confirm [value = data['id']]"],
    );
}

#[test]
fn causes_come_first_in_a_chain() {
    case(
        "Traceback (most recent call last):
  File \"a.py\", line 1, in f
    x()
KeyError: 'id'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File \"b.py\", line 2, in g
    f()
shop.errors.Rejected: no id
The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"c.py\", line 3, in h
RuntimeError
",
        &[
            "KeyError: 'id' < a.py:1 f [x()]",
            "shop.errors.Rejected: no id < b.py:2 g [f()]",
            "RuntimeError < c.py:3 h [?]",
        ],
    );
}

#[test]
fn each_exception_of_a_group_is_read() {
    case(
        "  + Exception Group Traceback (most recent call last):
  |   File \"app.py\", line 5, in main
  |     raise ExceptionGroup(\"two\", errors)
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File \"app.py\", line 9, in work
    |     data['id']
    | KeyError: 'id'
    +---------------- 2 ----------------
    | ValueError: bad
    +------------------------------------
",
        &[
            "ExceptionGroup: two (2 sub-exceptions) < app.py:5 main [raise ExceptionGroup(\"two\", errors)]",
            "KeyError: 'id' < app.py:9 work [data['id']]",
        ],
    );
}

#[test]
fn what_a_log_writes_before_each_line_is_left_out() {
    case(
        "web-1  | Traceback (most recent call last):
web-1  |   File \"/app/shop/orders.py\", line 12, in confirm
web-1  |     value = data['id']
web-1  | shop.errors.Rejected: no id
",
        &["shop.errors.Rejected: no id < /app/shop/orders.py:12 confirm [value = data['id']]"],
    );
    case(
        "2026-01-30 10:00:01,123 ERROR shop: Traceback (most recent call last):
2026-01-30 10:00:01,124 ERROR shop:   File \"/app/shop/orders.py\", line 12, in confirm
2026-01-30 10:00:01,125 ERROR shop:     value = data['id']
2026-01-30 10:00:01,126 ERROR shop: KeyError: 'id'
",
        &["KeyError: 'id' < /app/shop/orders.py:12 confirm [value = data['id']]"],
    );
}

#[test]
fn a_traceback_in_a_json_log_is_read() {
    case(
        r#"{"level":"error","exc":"Traceback (most recent call last):\n  File \"/app/shop/orders.py\", line 12, in confirm\n    value = data['id']\nKeyError: 'id'\n"}"#,
        &["KeyError: 'id' < /app/shop/orders.py:12 confirm [value = data['id']]"],
    );
}

#[test]
fn pytest_prints_the_place_last() {
    case(
        "    def test_confirm():
>       assert confirm({}) == 1

tests/test_orders.py:5:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _
event = {}

    def confirm(event):
>       return event['id']
E       KeyError: 'id'

shop/orders.py:2: KeyError
",
        &[
            "KeyError: 'id' < tests/test_orders.py:5  [assert confirm({}) == 1] \
           < shop/orders.py:2  [return event['id']]",
        ],
    );
    case(
        "shop/orders.py:2: in confirm\n    return event['id']\nE   KeyError: 'id'\n",
        &["KeyError: 'id' < shop/orders.py:2 confirm [return event['id']]"],
    );
}

#[test]
fn error_trackers_name_the_exception_first() {
    case(
        "KeyError: 'id'\n  File \"shop/orders.py\", line 12, in confirm\n    value = data['id']\n",
        &["KeyError: 'id' < shop/orders.py:12 confirm [value = data['id']]"],
    );
    case(
        "KeyError: 'id'\nshop/orders.py in confirm at line 12\n",
        &["KeyError: 'id' < shop/orders.py:12 confirm [?]"],
    );
}

#[test]
fn colours_windows_paths_and_notebooks_are_read() {
    case(
        "\u{1b}[31mTraceback (most recent call last):\u{1b}[0m
  File \"C:\\work\\shop\\orders.py\", line 12, in confirm
    value = data['id']
\u{1b}[1;31mKeyError\u{1b}[0m: 'id'
",
        &["KeyError: 'id' < C:\\work\\shop\\orders.py:12 confirm [value = data['id']]"],
    );
    case(
        "File ~/shop/orders.py:12, in confirm(data)\n     11 def confirm(data):\nKeyError: 'id'\n",
        &["KeyError: 'id' < ~/shop/orders.py:12 confirm [11 def confirm(data):]"],
    );
}

#[test]
fn prose_is_no_traceback() {
    case("Users cannot order any more.\nSince: yesterday\n", &[]);
    case("", &[]);
}

#[test]
fn the_exception_suggests_where_to_look() {
    let suggests = |name: &str, message: &str| {
        let raised = Raised {
            name: name.to_owned(),
            message: message.to_owned(),
            frames: Vec::new(),
        };
        raised.suggests()
    };
    assert_eq!(suggests("KeyError", "'id'"), Some("missing-key"));
    let message = "'NoneType' object has no attribute 'upper'";
    assert_eq!(suggests("AttributeError", message), Some("none-access"));
    assert_eq!(suggests("AttributeError", "module 'x' has no"), None);
    let name = "requests.exceptions.ReadTimeout";
    assert_eq!(suggests(name, ""), Some("request-without-timeout"));
    let message = "[Errno 24] Too many open files";
    assert_eq!(suggests("OSError", message), Some("unclosed-resource"));
    assert_eq!(suggests("shop.errors.Rejected", ""), None);
}

#[test]
fn a_json_log_ends_the_sentence_where_its_string_ends() {
    let text = r#"{"exc":"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    x[\"id\"]\nKeyError: 'id'"}"#;
    case(text, &["KeyError: 'id' < a.py:1 f [x[\"id\"]]"]);
    let text = r#"{"exc":"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nShopError: no \"id\"\n","level":"error"}"#;
    case(text, &["ShopError: no \"id\" < a.py:1 f [?]"]);
}

#[test]
fn frames_are_found_where_the_project_lies_here() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    std::fs::create_dir_all(root.join("src/shop")).expect("a folder");
    std::fs::write(
        root.join("src/shop/orders.py"),
        "import os\n\n\ndef f(a):\n    return a['id']\n",
    )
    .expect("a file");
    let place = |file: &str, line: usize, code: &str| {
        let text = format!("  File \"{file}\", line {line}, in f\n    {code}\nKeyError: 'id'\n");
        let located = locate(root, &read(&text));
        located[0]
            .iter()
            .map(|it| (it.path.clone(), it.line, it.differs))
            .collect::<Vec<_>>()
    };
    let here = |line, differs| vec![("src/shop/orders.py".to_owned(), line, differs)];
    assert_eq!(
        place("/srv/app/src/shop/orders.py", 5, "return a['id']"),
        here(5, Differs::No)
    );
    let installed = "/usr/lib/python3.12/site-packages/shop/orders.py";
    assert_eq!(
        place(installed, 3, "return a['id']"),
        here(5, Differs::Line(3))
    );
    assert_eq!(place("/usr/lib/python3.12/json/decoder.py", 3, "x"), []);
    assert_eq!(place("/srv/other/orders.py", 3, "x"), []);
    assert_eq!(place("../../shop/orders.py", 3, "x"), []);
}
