//! Whatever was typed on the way, what is shown in the end is what a fresh look at the text shows.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::git::TestRepo;
use crate::scene::editor;

const PRODUCTION: &str = "\
import threading

import requests

LIMIT = 3
lock = threading.Lock()
cache = {}


def fetch(url, payload):
    answer = requests.get(url, timeout=LIMIT)
    answer.raise_for_status()
    return answer.json()


def helper(key):
    if key in cache:
        return cache[key]
    return None


class Store:
    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()

    def read(self, payload):
        with open(self.path) as file:
            return file.read()

    def add(self, key):
        with self.lock:
            cache[key] = helper(key)


def total(orders):
    return sum(orders)


def pick(key):
    return cache[key]


def name(key):
    return pick(key).name
";

/// Lines that are typed below a mark: sound ones, each with something to say or nothing.
const TYPED: [(&str, &str); 9] = [
    // Makes a line of another function risky.
    ("def pick(key):\n", "    if not key:\n        return None\n"),
    (
        "answer.raise_for_status()\n",
        "    name = payload[\"name\"]\n",
    ),
    (
        "    return answer.json()\n",
        "\n\ndef more(url):\n    return requests.get(url).text\n",
    ),
    ("    if key in cache:\n", "        print(key)\n"),
    (
        "def read(self, payload):\n",
        "        raw = open(self.path).read(3)\n",
    ),
    (
        "with self.lock:\n",
        "            found = helper(key).name\n",
    ),
    (
        "def total(orders):\n",
        "    try:\n        orders = list(orders)\n    except Exception:\n        pass\n",
    ),
    ("LIMIT = 3\n", "DEBUG = True\n"),
    ("self.path = path\n", "        self.size = eval(path)\n"),
];

/// Rule and place of what the client shows after the server has answered for the present text.
fn shown(client: &mut Client, uri: &str) -> Vec<(String, Value)> {
    let position = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}});
    // The answer waits for the judgement of this text.
    let _ = client.request("textDocument/hover", position);
    let until = Instant::now() + Duration::from_millis(60);
    while client.pump(until) {}
    let last = client.notifications.iter().rev().find(|message| {
        message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
    });
    let all = last.map(|message| message["params"]["diagnostics"].clone());
    let mut all: Vec<(String, Value)> = all
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|one| (one["code"].to_string(), one["range"].clone()))
        .collect();
    all.sort_by_key(|(code, range)| (code.clone(), range.to_string()));
    all
}

#[test]
fn what_is_shown_after_typing_is_what_a_fresh_look_shows() {
    let repo = TestRepo::new();
    repo.write("app.py", PRODUCTION);
    repo.commit("Production");
    repo.branch("hotfix/v1.2.1");
    let path = repo.path("app.py");
    let mut typing = editor(repo.root());
    let uri = typing.open(&path, PRODUCTION);
    let mut text = PRODUCTION.to_owned();
    let mut version = 1;
    let mut seen = 0;
    for (mark, typed) in TYPED {
        let at = text.find(mark).expect("a mark") + mark.len();
        for (count, letter) in typed.char_indices() {
            let before = &text[..at + count];
            let number = |count: usize| u32::try_from(count).expect("a small file");
            let line = number(before.matches('\n').count());
            let column = number(before.len() - before.rfind('\n').map_or(0, |end| end + 1));
            version += 1;
            typing.edit(
                &uri,
                version,
                ((line, column), (line, column)),
                &letter.to_string(),
            );
            text.insert(at + count, letter);
            // Now and then the server gets as far as the rest of the file, now and then not.
            std::thread::sleep(Duration::from_millis(
                u64::try_from(count % 5).unwrap_or(0) * 6,
            ));
        }
        let now = shown(&mut typing, &uri);
        let mut fresh = editor(repo.root());
        let same = fresh.open(&path, &text);
        assert_eq!(now, shown(&mut fresh, &same), "{text}");
        seen += now.len();
        fresh.finish();
    }
    assert!(15 < seen, "{seen}");
    typing.finish();
}
