//! The commands that run tests: progress, cancellation, and nothing left behind.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::git::TestRepo;
use crate::scene::hello;

const SHOP: &str = "def total(order):\n    return order[\"sum\"]\n";

/// A hotfix with one new test, whose body is given.
fn shop(body: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("shop.py", SHOP);
    repo.commit("Ship the shop");
    repo.branch("hotfix/v1.2.1");
    repo.write("shop.py", SHOP.replace("[\"sum\"]", ".get(\"sum\", 0)"));
    let test = format!(
        "import time\nimport unittest\n\nimport shop\n\n\nclass TestShop(unittest.TestCase):\n    def test_empty(self):\n        {body}\n"
    );
    repo.write("test_shop.py", test);
    repo
}

/// An editor that shows progress, on a server with a temporary folder of its own.
fn editor(repo: &TestRepo, temporary: &Path) -> Client {
    let mut params = hello(&[repo.root()]);
    params["capabilities"]["window"]["workDoneProgress"] = json!(true);
    // Without an environment of the tester's own the server takes `python3`.
    let none = Path::new("");
    let variables = [("TMPDIR", temporary), ("VIRTUAL_ENV", none)];
    Client::greeted_with(params, &variables).0
}

fn ask(client: &mut Client, command: &str, token: Option<&str>) -> i64 {
    let mut params = json!({"command": command});
    if let Some(token) = token {
        params["workDoneToken"] = json!(token);
    }
    client.ask("workspace/executeCommand", params)
}

#[track_caller]
fn progress(client: &mut Client, token: &str, kind: &str) -> Value {
    let message = client.wait_for(&format!("{kind} of {token}"), |message| {
        message["method"] == "$/progress"
            && message["params"]["token"] == token
            && message["params"]["value"]["kind"] == kind
    });
    message["params"]["value"].clone()
}

#[track_caller]
fn assert_clean(temporary: &Path) {
    let begin = Instant::now();
    while std::fs::read_dir(temporary).expect("a folder").count() != 0 {
        let left: Vec<_> = std::fs::read_dir(temporary).into_iter().flatten().collect();
        assert!(begin.elapsed() < Duration::from_secs(20), "{left:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_proof_shows_its_progress_and_answers_with_the_result() {
    let repo = shop("self.assertEqual(shop.total({}), 0)");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let mut client = editor(&repo, temporary.path());
    let id = ask(&mut client, "hotfix.prove", Some("mine"));
    let begin = progress(&mut client, "mine", "begin");
    assert_eq!(begin["title"], "Proving the hotfix");
    assert_eq!(begin["cancellable"], true);
    let report = progress(&mut client, "mine", "report");
    assert_eq!(report["message"], "copying main");
    progress(&mut client, "mine", "end");
    let answer = client.answer(id).expect("a proof");
    assert_eq!(answer["proof"]["verdict"], "proven", "{answer:#}");
    let markdown = answer["markdown"].as_str().unwrap_or_default();
    assert!(markdown.starts_with("Proven: 1 test is red on main"));
    assert_clean(temporary.path());
    client.finish();
}

#[test]
fn a_server_begins_a_progress_of_its_own_and_the_user_can_end_it() {
    let repo = shop("time.sleep(600)");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let mut client = editor(&repo, temporary.path());
    let id = ask(&mut client, "hotfix.prove", None);
    let token = "hotfix/run/0";
    client.wait_for("the first run", |message| {
        message["method"] == "$/progress"
            && message["params"]["value"]["message"] == "running the changed tests on main"
    });
    let second = ask(&mut client, "hotfix.verify", None);
    let refused = client.answer(second).expect_err("one at a time");
    assert!(refused["message"].to_string().contains("running already"));
    client.notify("window/workDoneProgress/cancel", json!({"token": token}));
    let error = client.answer(id).expect_err("it was cancelled");
    assert_eq!(error["message"], "stopped before the end");
    progress(&mut client, token, "end");
    assert_clean(temporary.path());
    client.finish();
}

#[test]
fn a_cancelled_request_ends_the_tests() {
    let repo = shop("time.sleep(600)");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let mut client = editor(&repo, temporary.path());
    let id = ask(&mut client, "hotfix.prove", Some("mine"));
    client.wait_for("the first run", |message| {
        message["method"] == "$/progress"
            && message["params"]["value"]["message"] == "running the changed tests on main"
    });
    client.notify("$/cancelRequest", json!({"id": id}));
    client.answer(id).expect_err("it was cancelled");
    progress(&mut client, "mine", "end");
    assert_clean(temporary.path());
    client.finish();
}

/// An editor that is closed in the middle must not leave the tests running.
#[test]
fn the_end_of_the_server_is_the_end_of_the_tests() {
    let repo = shop("time.sleep(600)");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let mut client = editor(&repo, temporary.path());
    ask(&mut client, "hotfix.prove", Some("mine"));
    client.wait_for("the first run", |message| {
        message["method"] == "$/progress"
            && message["params"]["value"]["message"] == "running the changed tests on main"
    });
    client.hang_up();
    client
        .wait_for_exit(Duration::from_secs(20))
        .expect("it ends");
    assert_clean(temporary.path());
}

#[test]
fn a_rollback_is_planned_in_the_editor() {
    let repo = shop("self.assertEqual(shop.total({}), 0)");
    repo.commit("Take an empty order for nothing");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let mut client = editor(&repo, temporary.path());
    let id = ask(&mut client, "hotfix.rollback", None);
    let answer = client.answer(id).expect("a plan");
    assert_eq!(answer["plan"]["state"], "absent");
    assert_eq!(answer["plan"]["rehearsal"]["exact"], true);
    let markdown = answer["markdown"].as_str().unwrap_or_default();
    assert!(markdown.contains("git revert --no-edit"), "{markdown}");
    client.finish();
}
