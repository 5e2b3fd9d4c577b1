//! A client that behaves: it reads every message, answers every question, checks what a client
//! may rely on, and shuts down properly.
#![expect(
    clippy::needless_pass_by_value,
    reason = "messages are written where they are sent"
)]

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long a test waits for anything. Long, because machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// The client.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    incoming: Receiver<Value>,
    last_id: i64,
    /// Notifications that no test has asked for yet.
    pub notifications: VecDeque<Value>,
    responses: HashMap<i64, Value>,
    asked: Vec<i64>,
    /// Errors about messages that the server could not read.
    pub misunderstood: Vec<Value>,
    /// What `workspace/configuration` answers.
    pub settings: Value,
    /// Questions of the server, by method.
    pub questions: Vec<String>,
    /// The highest version sent, by URI.
    versions: HashMap<String, i64>,
    /// The highest version published, by URI.
    published: HashMap<String, i64>,
    /// Whether questions of the server are left without an answer.
    pub is_rude: bool,
    /// The edits that the server asked for.
    pub edits: Vec<Value>,
    /// Whether they are made.
    pub makes_edits: bool,
}

impl Client {
    /// Starts the server; nothing has been said yet.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts the server with more variables in its environment.
    pub fn start_with(variables: &[(&str, &std::path::Path)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hotfix-ls"))
            .arg("server")
            .envs(variables.iter().copied())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the server starts");
        let input = child.stdin.take();
        let output = child.stdout.take().expect("the output is piped");
        let (sender, incoming) = channel();
        std::thread::spawn(move || read_messages(BufReader::new(output), &sender));
        Self {
            child,
            input,
            incoming,
            last_id: 0,
            notifications: VecDeque::new(),
            responses: HashMap::new(),
            asked: Vec::new(),
            misunderstood: Vec::new(),
            settings: Value::Null,
            questions: Vec::new(),
            versions: HashMap::new(),
            published: HashMap::new(),
            is_rude: false,
            edits: Vec::new(),
            makes_edits: true,
        }
    }

    /// Starts the server and says hello with these `initialize` parameters.
    pub fn greeted(params: Value) -> (Self, Value) {
        Self::greeted_with(params, &[])
    }

    /// As [`Self::greeted`], with more variables in the server's environment.
    pub fn greeted_with(params: Value, variables: &[(&str, &std::path::Path)]) -> (Self, Value) {
        let mut client = Self::start_with(variables);
        let result = client.request("initialize", params).expect("a greeting");
        client.notify("initialized", json!({}));
        (client, result)
    }

    /// Sends a request and waits for its answer: the result, or the error.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// Sends a request without waiting.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        self.asked.push(self.last_id);
        let mut message = json!({"jsonrpc": "2.0", "id": self.last_id, "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        self.last_id
    }

    /// Waits for the answer to a request: the result, or the error.
    pub fn answer(&mut self, id: i64) -> Result<Value, Value> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            if let Some(response) = self.responses.remove(&id) {
                return match response.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(response["result"].clone()),
                };
            }
            assert!(self.pump(give_up), "no answer to request {id}");
        }
    }

    /// Expects an answer to a request that was sent as bytes.
    pub fn expect_answer(&mut self, id: i64) {
        self.asked.push(id);
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.note_version(method, &params);
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Waits for the notification that `wanted` picks, and takes it out of the queue.
    #[track_caller]
    pub fn wait_for(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let give_up = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.notifications.iter().position(&wanted) {
                return self.notifications.remove(at).expect("it is there");
            }
            assert!(
                self.pump(give_up),
                "{what} did not come; there were {:#?}",
                self.notifications
            );
        }
    }

    /// Waits for the diagnostics of one version that fulfil `wanted`.
    #[track_caller]
    pub fn diagnostics(
        &mut self,
        uri: &str,
        version: i64,
        wanted: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        let message = self.wait_for(&format!("version {version} of {uri}"), |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
                && wanted(found(message))
        });
        found(&message).to_vec()
    }

    /// Waits for the diagnostics of a file that is not open, or was closed.
    #[track_caller]
    pub fn file_diagnostics(&mut self, uri: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let message = self.wait_for(&format!("diagnostics of the file {uri}"), |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"].get("version").is_none_or(Value::is_null)
                && wanted(found(message))
        });
        found(&message).to_vec()
    }

    /// Waits for a status that fulfils `wanted`.
    #[track_caller]
    pub fn status(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let message = self.wait_for("a status", |message| {
            message["method"] == "hotfix/status" && wanted(&message["params"])
        });
        message["params"].clone()
    }

    /// Waits for a message to the user and gives its text.
    #[track_caller]
    pub fn alert(&mut self) -> String {
        let message = self.wait_for("a message to the user", |message| {
            message["method"] == "window/showMessage"
        });
        message["params"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Reads what comes within a moment, then tells whether this document has shown findings.
    pub fn has_shown(&mut self, uri: &str) -> bool {
        let until = Instant::now() + Duration::from_millis(400);
        while self.pump(until) {}
        self.notifications.iter().any(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && !found(message).is_empty()
        })
    }

    /// Says goodbye as the protocol wants it and checks how the server leaves.
    #[track_caller]
    pub fn finish(mut self) {
        let result = self.request("shutdown", Value::Null);
        assert_eq!(result, Ok(Value::Null));
        self.notify("exit", Value::Null);
        let status = self.wait_for_exit(Duration::from_secs(5));
        assert_eq!(status.and_then(|status| status.code()), Some(0));
        self.read_the_rest();
        let unread: Vec<_> = self
            .notifications
            .iter()
            .filter(|message| message["method"] == "window/showMessage")
            .collect();
        assert!(unread.is_empty(), "surplus messages: {unread:#?}");
        assert!(self.responses.is_empty(), "surplus answers");
        assert!(self.misunderstood.is_empty(), "{:#?}", self.misunderstood);
    }

    /// Waits for the process to end by itself.
    pub fn wait_for_exit(&mut self, patience: Duration) -> Option<ExitStatus> {
        let give_up = Instant::now() + patience;
        while Instant::now() < give_up {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        None
    }

    /// Closes the server's standard input.
    pub fn hang_up(&mut self) {
        self.input = None;
    }

    /// Sends bytes that need not be a message.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(bytes).expect("the server reads");
        input.flush().expect("the server reads");
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let text = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.send_raw(text.as_bytes());
    }

    /// Reads until the server is gone.
    pub fn read_the_rest(&mut self) {
        let until = Instant::now() + Duration::from_secs(2);
        while self.pump(until) {}
    }

    /// Takes one message. `false` when none came in time or the server is gone.
    pub fn pump(&mut self, give_up: Instant) -> bool {
        let left = give_up.saturating_duration_since(Instant::now());
        match self.incoming.recv_timeout(left) {
            Ok(message) => {
                self.take(message);
                true
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }

    fn take(&mut self, message: Value) {
        let method = message["method"].as_str().map(str::to_owned);
        match (method, message.get("id").cloned()) {
            (Some(method), Some(id)) => self.answer_question(&method, &id, &message["params"]),
            (Some(method), None) => {
                match &*method {
                    "textDocument/publishDiagnostics" => self.check_version(&message["params"]),
                    "hotfix/status" | "window/showMessage" | "$/progress" => {}
                    _ => panic!("an unexpected notification: {message:#}"),
                }
                self.notifications.push_back(message);
            }
            // What the server could not read has no id that it could answer to.
            (None, Some(Value::Null)) => self.misunderstood.push(message["error"].clone()),
            (None, Some(id)) => {
                let id = id.as_i64().unwrap_or_default();
                let at = self.asked.iter().position(|&asked| asked == id);
                let at = at.unwrap_or_else(|| panic!("an answer to no question: {message:#}"));
                self.asked.swap_remove(at);
                self.responses.insert(id, message);
            }
            (None, None) => panic!("not a message: {message:#}"),
        }
    }

    fn answer_question(&mut self, method: &str, id: &Value, params: &Value) {
        self.questions.push(method.to_owned());
        let result = match method {
            "workspace/configuration" => {
                let items = params["items"].as_array().map_or(0, Vec::len);
                Value::Array(vec![self.settings.clone(); items])
            }
            "workspace/applyEdit" => {
                self.edits.push(params["edit"].clone());
                json!({"applied": self.makes_edits, "failureReason": "the buffer is read-only"})
            }
            "client/registerCapability" | "window/workDoneProgress/create" => Value::Null,
            _ => panic!("an unexpected question: {method} {params:#}"),
        };
        // A question that came before the server ended is read after it: nobody waits for the
        // answer then, as an editor would find out.
        let is_gone = matches!(self.child.try_wait(), Ok(Some(_)));
        if !self.is_rude && !is_gone {
            self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
        }
    }

    /// An editor shows the wrong thing when diagnostics of an older version come after newer ones,
    /// or speak of a version that it never sent.
    fn check_version(&mut self, params: &Value) {
        let uri = params["uri"].as_str().unwrap_or_default().to_owned();
        let Some(version) = params["version"].as_i64() else {
            return;
        };
        let sent = self.versions.get(&uri).copied();
        assert!(
            sent.is_some_and(|sent| version <= sent),
            "{uri}: version {version}"
        );
        let last = self.published.entry(uri.clone()).or_insert(version);
        assert!(*last <= version, "{uri}: {version} came after {last}");
        *last = version;
    }

    fn note_version(&mut self, method: &str, params: &Value) {
        let document = &params["textDocument"];
        let uri = document["uri"].as_str().unwrap_or_default().to_owned();
        match (method, document["version"].as_i64()) {
            ("textDocument/didOpen", Some(version)) => {
                self.published.remove(&uri);
                self.versions.insert(uri, version);
            }
            ("textDocument/didChange", Some(version)) => {
                self.versions.insert(uri, version);
            }
            _ => {}
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Only after a failed test: a finished one has ended the process.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The diagnostics of a `publishDiagnostics` message.
fn found(message: &Value) -> &[Value] {
    message["params"]["diagnostics"]
        .as_array()
        .map_or(&[], Vec::as_slice)
}

fn read_messages(mut output: impl BufRead, sender: &Sender<Value>) {
    loop {
        let mut length = None;
        loop {
            let mut line = String::new();
            match output.read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.parse().ok();
            }
        }
        let mut body = vec![0; length.expect("each message tells its length")];
        if output.read_exact(&mut body).is_err() {
            return;
        }
        let message = serde_json::from_slice(&body).expect("each message is JSON");
        if sender.send(message).is_err() {
            return;
        }
    }
}
