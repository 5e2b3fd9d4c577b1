//! What a report says of a change, and that nothing of it becomes markup.

use super::*;
use crate::checklist::branch::{File, kind_of};
use crate::config::Settings;

fn says(base: &str, head: &str) -> Vec<String> {
    let file = File::new(
        "shop.py".to_owned(),
        Kind::Code,
        Some(base.into()),
        Some(head.into()),
    );
    let all = file.changed.iter().flat_map(|one| sentences(&file, one));
    all.collect()
}

const BASE: &str = "def confirm(event):\n    key = event[\"id\"]\n    return key\n";

#[test]
fn a_guard_tells_what_callers_see_now() {
    let head = BASE.replace(
        "    key",
        "    if 'id' not in event:\n        raise ValueError('no id')\n    key",
    );
    assert_eq!(
        says(BASE, &head),
        ["now raises `ValueError` when `'id' not in event`, where `KeyError` escaped"]
    );
    let head = BASE.replacen(
        "    key =",
        "    if event is None:\n        return \"\"\n    key =",
        1,
    );
    assert_eq!(
        says(BASE, &head),
        ["now returns `\"\"` when `event is None`"]
    );
}

#[test]
fn handlers_timeouts_and_locks_are_told() {
    let head = "def confirm(event):\n    try:\n        key = event[\"id\"]\n    except KeyError as error:\n        \
                raise LookupError(1) from error\n    return key\n";
    assert_eq!(
        says(BASE, head),
        ["now raises `LookupError` where `KeyError` escaped"]
    );
    let base = "def get(url):\n    return requests.get(url)\n";
    let head = base.replace("(url)\n", "(url, timeout=10)\n");
    assert_eq!(
        says(base, &head),
        ["waits at most `10` seconds for `requests.get`"]
    );
    let base = "def up(self):\n    self.n += 1\n";
    let head = "def up(self):\n    with self._lock:\n        self.n += 1\n";
    assert_eq!(says(base, head), ["holds `self._lock` meanwhile"]);
}

#[test]
fn what_is_not_understood_is_counted() {
    assert_eq!(
        says(BASE, &BASE.replace("return key", "return key + 1")),
        ["now returns `key + 1`"]
    );
    let head = BASE.replace(
        "key = event",
        "one, two = event, event\n    key = one or two",
    );
    let base = BASE.replace("    return", "    log(key)\n    return");
    assert_eq!(says(&base, &head), ["2 lines changed inside"]);
}

#[test]
fn another_statement_or_condition_is_shown_on_both_sides() {
    let head = BASE.replace("event[\"id\"]", "event[\"key\"]  # as the partner says");
    assert_eq!(
        says(BASE, &head),
        ["`key = event[\"id\"]` is now `key = event[\"key\"] # as the partner says`"]
    );
    let base = "def up(self):\n    if self.n > 3:\n        self.n = 0\n    return self.n\n";
    let head =
        "def up(self):\n    n = self.n\n    if n >= 3:\n        self.n = 0\n    return self.n\n";
    assert_eq!(
        says(base, head),
        ["asks `n >= 3` where it asked `self.n > 3`"]
    );
    let head = base.replace("> 3", ">= 3");
    assert_eq!(
        says(base, &head),
        ["asks `self.n >= 3` where it asked `self.n > 3`"]
    );
}

#[test]
fn other_parameters_and_errors_that_no_longer_come_are_told() {
    let base =
        "def get(url):\n    if not url:\n        raise shop.NoUrl(url)\n    return load(url)\n";
    let head = "def get(\n    url,\n    retries=3,\n):\n    return load(url)\n";
    assert_eq!(
        says(base, head),
        [
            "takes `(url, retries=3)` where it took `(url)`",
            "no longer raises `shop.NoUrl`"
        ]
    );
    let head = base.replace("    return load", "    assert url.ok\n    return load");
    assert_eq!(says(base, &head), ["now asserts `url.ok`"]);
}

fn report() -> Report {
    let head = format!("x = '<script>alert(1)</script>'\n{BASE}");
    let file = |path: &str, base: Option<&str>, head: &str| {
        let kind = kind_of(path, false);
        File::new(
            path.to_owned(),
            kind,
            base.map(Into::into),
            Some(head.into()),
        )
    };
    let branch = Branch {
        files: vec![file("shop.py", Some(BASE), &head)],
    };
    let record = Record::parse(
        "---\nseverity: high\nissue: \"<b>\"\n---\n## Root cause\n\nThe <i>key</i> is `optional`.\n",
    );
    let record = record.expect("a sound record");
    let remark = |message: &str| Remark {
        path: "shop.py".to_owned(),
        line: 1,
        rule: "debug-leftover".to_owned(),
        severity: "warning".to_owned(),
        message: message.to_owned(),
    };
    let about = About {
        branch: Some("hotfix/v1.2.1".to_owned()),
        version: Some("v1.2.1".to_owned()),
        production: "main".to_owned(),
        base: "0123456789abcdef".to_owned(),
        rollback: None,
        commits: vec![Commit {
            id: "89abcdef89abcdef".to_owned(),
            subject: "Mend <it>".to_owned(),
            author: "Ada".to_owned(),
            seconds: 0,
        }],
    };
    Report::new(
        about,
        Parts {
            size: Size::default(),
            budget: Budget::of(&Settings::default(), 1),
            history: &History::default(),
            branch: &branch,
            links: &[],
            checklist: &Checklist::default(),
            record: Some(&record),
            findings: vec![remark("a <finding>")],
            exceptions: vec![remark("a | reason")],
        },
    )
}

#[test]
fn nothing_of_the_change_becomes_markup_of_the_page() {
    let page = page(&report());
    for tag in ["<script", "<i>key", "<b></", "<finding>", "<it>"] {
        assert!(!page.contains(tag), "{tag}");
    }
    for part in [
        "<title>Hotfix v1.2.1</title>",
        "severity high · issue &lt;b&gt;",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<b>debug-leftover</b> a &lt;finding&gt;",
        "The &lt;i&gt;key&lt;/i&gt; is <code>optional</code>.",
        "Mend &lt;it&gt; <span class=\"dim\">1970-01-01 00:00 UTC",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(
            !page.contains(outside),
            "the page needs nothing else: {outside}"
        );
    }
}

#[test]
fn the_text_of_the_pull_request_holds_what_a_reviewer_needs() {
    let text = markdown(&report());
    for part in [
        "# Hotfix v1.2.1\n\nseverity high · issue &lt;b> · branch `hotfix/v1.2.1` · from `main` at `0123456789`\n",
        "## What changes\n\nNo function or class of production code changes.\n",
        "## Root cause\n\nThe <i>key</i> is `optional`.\n",
        "## What the rules still say\n\n- `shop.py:1` `debug-leftover`: a &lt;finding>\n",
        "## Deliberate exceptions\n\n- `shop.py:1` `debug-leftover`: a \\| reason\n",
        "- `shop.py` +1 −0\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
