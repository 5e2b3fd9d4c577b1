//! The log on standard error.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::scene::{hello, repository, risky, uri};

/// The server's next message.
fn receive(output: &mut impl BufRead) -> Value {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(output.read_line(&mut head).expect("a head"), 0, "it ended");
    }
    let length = head.trim().rsplit(' ').next().expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    output.read_exact(&mut body).expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}

/// What the server logs while a file is opened and judged.
fn logged(arguments: &[&str], trace: Option<&str>) -> String {
    let repo = repository();
    let mut server = Command::new(env!("CARGO_BIN_EXE_hotfix-ls"))
        .args(arguments)
        .env_remove("HOTFIX_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut input = server.stdin.take().expect("a pipe");
    let mut send = |message: Value| {
        let body = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("it reads");
    };
    let mut output = BufReader::new(server.stdout.take().expect("a pipe"));
    let mut wait_for = |id: u32| while receive(&mut output)["id"] != id {};
    let uri = uri(&repo.path("app.py"));
    let note =
        |method: &str, params: Value| json!({"jsonrpc": "2.0", "method": method, "params": params});
    let ask = |id: u32, method: &str, params: Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    send(ask(1, "initialize", hello(&[repo.root()])));
    wait_for(1);
    send(note("initialized", json!({})));
    if let Some(trace) = trace {
        send(note("$/setTrace", json!({"value": trace})));
    }
    let document = json!({"uri": uri, "languageId": "python", "version": 1, "text": risky()});
    send(note(
        "textDocument/didOpen",
        json!({"textDocument": document}),
    ));
    let place = json!({"textDocument": {"uri": uri}, "position": {"line": 7, "character": 10}});
    send(ask(2, "textDocument/hover", place));
    wait_for(2);
    send(ask(3, "shutdown", Value::Null));
    wait_for(3);
    send(note("exit", Value::Null));
    let output = server.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_log_is_silent_until_somebody_asks_for_it() {
    assert_eq!(logged(&["server"], None), "");
    assert_eq!(logged(&["server"], Some("off")), "");
}

#[test]
fn an_argument_sets_its_level() {
    for arguments in [
        ["server", "--log-level", "debug"],
        ["--stdio", "--log-level", "debug"],
    ] {
        let log = logged(&arguments, None);
        assert!(log.contains("judge{version=1}"), "{arguments:?}: {log}");
    }
}

#[test]
fn the_editors_trace_adds_to_it_and_goes_back() {
    let log = logged(&["server"], Some("verbose"));
    assert!(log.contains("judge{version=1}"), "{log}");
    let log = logged(&["server", "--log-level", "debug"], Some("off"));
    assert!(log.contains("judge{version=1}"), "{log}");
}
