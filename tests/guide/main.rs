//! The hotfix guide's examples in one list: each "before" is found at its line with a fix, each
//! "after" is silent. The shapes are the guide's, the names are not.

use std::sync::Arc;

use hotfix_ls::analysis::{Comparison, Snapshot, analyse, fixes};
use hotfix_ls::config::Settings;
use hotfix_ls::syntax::{Cancel, Source};

fn judged(code: &str) -> (Snapshot, Vec<hotfix_ls::rules::Finding>) {
    let snapshot = Snapshot {
        path: "shop/service.py".to_owned(),
        is_test: false,
        head: Source::parse(code),
        base: Comparison::AllNew,
        settings: Arc::new(Settings::default()),
        version: Some("v1.2.1".to_owned()),
        branch: None,
        cancel: Cancel::default(),
    };
    let findings = analyse(&snapshot).expect("nobody cancels").findings;
    (snapshot, findings)
}

/// The rule finds the line that ends with `# HERE`, and offers a fix.
#[track_caller]
fn before(rule: &str, code: &str) {
    let (snapshot, findings) = judged(code);
    let here = code[..code.find("# HERE").expect("a marked line")]
        .matches('\n')
        .count();
    let found = findings
        .iter()
        .find(|one| one.rule == rule && snapshot.head.lines().line_of(one.span.start) == here);
    let Some(found) = found else {
        panic!("{rule} is silent; found: {findings:#?}");
    };
    assert!(!fixes(&snapshot, found).is_empty(), "{rule} offers no fix");
}

/// Nothing is found.
#[track_caller]
fn after(code: &str) {
    let (_, findings) = judged(code);
    assert!(findings.is_empty(), "{findings:#?}");
}

const HEADER: &str = "import json\nimport logging\nimport threading\n\nimport requests\n\nlogger = logging.getLogger(__name__)\n\n\n";

fn with_header(code: &str) -> String {
    format!("{HEADER}{code}")
}

#[test]
fn hotfix_pattern_missing_field() {
    before(
        "missing-key",
        "def convert(row: dict) -> dict:\n    amount = row['amount']  # HERE\n    return {\"amount\": amount}\n",
    );
    after(&with_header(
        "def convert(row: dict) -> dict:\n    amount = row.get('amount')\n    if amount is None:\n        logger.warning(\"row has no amount\")\n        amount = \"\"\n    return {\"amount\": amount}\n",
    ));
}

#[test]
fn hotfix_pattern_commented_version() {
    after(
        "def convert(row: dict) -> dict:\n    \"\"\"Convert a row.\n\n    Hotfix (v1.0.1): rows without amount no longer raise.\n    \"\"\"\n    if not isinstance(row, dict):\n        raise ValueError(\"row must be a dictionary\")\n\n    # Hotfix: the amount is optional\n    amount = row.get('amount', '')\n    return {\"amount\": amount}\n",
    );
}

#[test]
fn error_handling_after() {
    after(&with_header(
        "def load(order_id: str) -> dict:\n    try:\n        order = call_backend(order_id)\n        if not order:\n            raise ValueError(f\"no order {order_id}\")\n        return order\n    except Exception as error:\n        logger.error(\"order %s failed: %s\", order_id, error)\n        raise\n",
    ));
}

#[test]
fn validation_after() {
    after(&with_header(
        "def dial(url: str) -> Link:\n    if not url or not url.startswith(('http://', 'https://')):\n        raise ValueError(f\"bad url: {url}\")\n    logger.info(\"dialling %s\", url)\n    return Link(url)\n",
    ));
}

#[test]
fn pattern_1_none() {
    before(
        "none-access",
        "def shout(word):\n    return word.upper()  # HERE\n",
    );
    after(&with_header(
        "def shout(word):\n    if word is None:\n        logger.warning(\"no word\")\n        return \"\"\n    return word.upper()\n",
    ));
}

#[test]
fn pattern_2_keys() {
    before(
        "missing-key",
        "def name_of(user: dict) -> str:\n    return user['name']  # HERE\n",
    );
    after(&with_header(
        "def name_of(user: dict) -> str:\n    name = user.get('name')\n    if name is None:\n        logger.warning(\"user %s has no name\", user.get('id'))\n        return \"unknown\"\n    return name\n",
    ));
}

#[test]
fn pattern_3_types() {
    before(
        "unchecked-type",
        "def double(count: int) -> int:\n    return count * 2  # HERE\n",
    );
    after(
        "def double(count: int) -> int:\n    if not isinstance(count, int):\n        raise TypeError(f\"count must be int, got {type(count).__name__}\")\n    return count * 2\n",
    );
}

#[test]
fn pattern_4_http() {
    let code = with_header(
        "def fetch(url: str) -> dict:\n    answer = requests.get(url)  # HERE\n    return answer.json()\n",
    );
    before("request-without-timeout", &code);
    before(
        "unchecked-response",
        &code
            .replace("  # HERE", "")
            .replace("answer.json()", "answer.json()  # HERE"),
    );
    after(&with_header(
        "def fetch(url: str) -> dict:\n    try:\n        answer = requests.get(url, timeout=10)\n        answer.raise_for_status()\n        return answer.json()\n    except requests.RequestException as error:\n        logger.error(\"request to %s failed: %s\", url, error)\n        raise ValueError(f\"no data from {url}\") from error\n",
    ));
}

#[test]
fn pattern_5_races() {
    before(
        "check-then-act",
        "def count_up():\n    if total < 10:  # HERE\n        total += 1\n",
    );
    after(
        "import threading\n\ntotal = 0\ntotal_lock = threading.Lock()\n\n\ndef count_up():\n    global total\n    with total_lock:\n        if total < 10:\n            total += 1\n",
    );
}

#[test]
fn pattern_6_leaks() {
    before(
        "unclosed-resource",
        "import json\n\n\ndef settings(path: str) -> dict:\n    handle = open(path, 'r')  # HERE\n    return json.load(handle)\n",
    );
    after(
        "import json\n\n\ndef settings(path: str) -> dict:\n    with open(path, 'r') as handle:\n        return json.load(handle)\n",
    );
}

#[test]
fn example_hotfix() {
    before(
        "missing-key",
        "def handle(event: dict) -> str:\n    number = event['id']  # HERE\n    return f\"handled {number}\"\n",
    );
    after(&with_header(
        "def handle(event: dict) -> str:\n    # Hotfix (v1.2.1): events without id are refused\n    if 'id' not in event:\n        logger.error(\"event has no id\")\n        raise ValueError(\"event must have an id\")\n\n    number = event['id']\n    return f\"handled {number}\"\n",
    ));
}
