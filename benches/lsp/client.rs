//! A language client that does nothing but measure.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::edits::Change;

/// No answer may take longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that says nothing for so long has published all it has to say of a version.
const QUIET: Duration = Duration::from_millis(60);

/// When the diagnostics of the last change came.
pub struct Published {
    /// The first ones for that version. A server may publish older findings, moved, meanwhile.
    pub first: Duration,
    /// The last ones for that version.
    pub last: Duration,
}

/// One server under way.
pub struct Client {
    child: Child,
    stdin: Arc<Mutex<ChildStdin>>,
    messages: Receiver<(Instant, Value)>,
    uri: String,
    version: i64,
    next_id: i64,
    name: String,
}

/// What goes wrong while a server is driven, in one sentence.
pub type Failure = String;

impl Client {
    /// Starts a server in `root` and shakes hands. The time runs from before the process exists to
    /// its answer.
    ///
    /// # Errors
    /// One sentence when the server cannot start or does not answer.
    pub fn start(name: &str, command: &[String], root: &Path) -> Result<(Self, Duration), Failure> {
        let begin = Instant::now();
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{name} cannot start as {}: {error}", command[0]))?;
        let stdin = child.stdin.take().ok_or("no pipe to the server")?;
        let stdout = child.stdout.take().ok_or("no pipe from the server")?;
        let stdin = Arc::new(Mutex::new(stdin));
        let (sender, messages) = channel();
        let replies = Arc::clone(&stdin);
        std::thread::spawn(move || read_all(stdout, &sender, &replies));
        let mut client = Self {
            child,
            stdin,
            messages,
            uri: format!("file://{}", root.join("service.py").display()),
            version: 1,
            next_id: 1,
            name: name.to_owned(),
        };
        let root_uri = format!("file://{}", root.display());
        let answered = client.request(
            "initialize",
            Some(&json!({
                "processId": std::process::id(),
                "clientInfo": {"name": "bench"},
                "rootUri": root_uri,
                "workspaceFolders": [{"uri": root_uri, "name": "bench"}],
                "capabilities": {
                    "general": {"positionEncodings": ["utf-8", "utf-16"]},
                    "workspace": {"configuration": false, "workspaceFolders": true},
                    // No pull diagnostics on offer, so that both servers push.
                    "textDocument": {
                        "synchronization": {"didSave": true},
                        "publishDiagnostics": {"versionSupport": true, "relatedInformation": true},
                        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
                    },
                },
            })),
        )?;
        client.notify("initialized", Some(&json!({})))?;
        Ok((client, answered - begin))
    }

    /// Opens the document; the time runs to the first diagnostics that are not empty.
    ///
    /// # Errors
    /// One sentence when they do not come.
    pub fn open(&mut self, text: &str) -> Result<Duration, Failure> {
        let begin = Instant::now();
        let document = json!({"uri": self.uri, "languageId": "python", "version": 1, "text": text});
        self.notify(
            "textDocument/didOpen",
            Some(&json!({"textDocument": document})),
        )?;
        loop {
            let (at, published) = self.published()?;
            if published["diagnostics"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
            {
                return Ok(at - begin);
            }
        }
    }

    /// Sends changes without waiting between them, and then waits until the server is quiet, as
    /// between two keystrokes of a person. Both times run from before the first change.
    ///
    /// # Errors
    /// One sentence when no diagnostics come for the last change.
    pub fn change(&mut self, changes: &[Change]) -> Result<Published, Failure> {
        let messages = changes.iter().map(|change| {
            self.version += 1;
            let position =
                |(line, character): (usize, usize)| json!({"line": line, "character": character});
            json!({
                "textDocument": {"uri": self.uri, "version": self.version},
                "contentChanges": [{
                    "range": {"start": position(change.start), "end": position(change.end)},
                    "text": change.text,
                }],
            })
        });
        let messages = messages.collect::<Vec<_>>();
        let begin = Instant::now();
        for message in &messages {
            self.notify("textDocument/didChange", Some(message))?;
        }
        loop {
            let (first, published) = self.published()?;
            let version = published["version"]
                .as_i64()
                .ok_or_else(|| format!("{} publishes without a version", self.name))?;
            if version == self.version {
                let mut last = first;
                while let Ok((at, message)) = self.messages.recv_timeout(QUIET) {
                    if message["method"] == "textDocument/publishDiagnostics" {
                        last = at;
                    }
                }
                return Ok(Published {
                    first: first - begin,
                    last: last - begin,
                });
            }
        }
    }

    /// Takes what was published while nobody waited.
    pub fn drain(&mut self) {
        while self
            .messages
            .recv_timeout(Duration::from_millis(50))
            .is_ok()
        {}
    }

    /// Ends the server as the protocol asks.
    ///
    /// # Errors
    /// One sentence when it does not end well.
    pub fn stop(mut self) -> Result<(), Failure> {
        self.request("shutdown", None)?;
        self.notify("exit", None)?;
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Ok(Some(status)) = self.child.try_wait() {
                return if status.success() {
                    Ok(())
                } else {
                    Err(format!("{} ended with {status}", self.name))
                };
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = self.child.kill();
        Err(format!("{} does not end after exit", self.name))
    }

    fn request(&mut self, method: &str, params: Option<&Value>) -> Result<Instant, Failure> {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&with_params(
            json!({"jsonrpc": "2.0", "id": id, "method": method}),
            params,
        ))?;
        loop {
            let (at, message) = self.receive(method)?;
            if message["id"] == id && message.get("method").is_none() {
                return match message.get("error") {
                    Some(error) => Err(format!("{}: {method}: {error}", self.name)),
                    None => Ok(at),
                };
            }
        }
    }

    fn notify(&self, method: &str, params: Option<&Value>) -> Result<(), Failure> {
        self.send(&with_params(
            json!({"jsonrpc": "2.0", "method": method}),
            params,
        ))
    }

    fn send(&self, message: &Value) -> Result<(), Failure> {
        let mut stdin = self.stdin.lock().map_err(|_| "the reader panicked")?;
        write_message(&mut *stdin, message).map_err(|error| format!("{}: {error}", self.name))
    }

    fn receive(&self, what: &str) -> Result<(Instant, Value), Failure> {
        self.messages
            .recv_timeout(PATIENCE)
            .map_err(|error| match error {
                RecvTimeoutError::Timeout => {
                    format!("{} said nothing for {PATIENCE:?} after {what}", self.name)
                }
                RecvTimeoutError::Disconnected => format!("{} ended during {what}", self.name),
            })
    }

    /// The next diagnostics of the document.
    fn published(&self) -> Result<(Instant, Value), Failure> {
        loop {
            let (at, mut message) = self.receive("a change")?;
            if message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == self.uri.as_str()
            {
                return Ok((at, message["params"].take()));
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A method without parameters has no member for them: `null` is not allowed.
fn with_params(mut message: Value, params: Option<&Value>) -> Value {
    if let Some(params) = params {
        message["params"] = params.clone();
    }
    message
}

fn write_message(out: &mut impl Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    let framed = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    out.write_all(framed.as_bytes())?;
    out.flush()
}

/// Reads until the server closes its side. The time is taken before the message is parsed, so that
/// the client's own work does not count.
fn read_all(
    stdout: impl Read,
    sender: &Sender<(Instant, Value)>,
    replies: &Mutex<ChildStdin>,
) -> Option<()> {
    let mut reader = BufReader::new(stdout);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let at = Instant::now();
        let message: Value = serde_json::from_slice(&body).ok()?;
        if message.get("method").is_some() && message.get("id").is_some() {
            // A question of the server's: nothing is configured here.
            let answer = match message["params"]["items"].as_array() {
                Some(items) => json!(vec![Value::Null; items.len()]),
                None => Value::Null,
            };
            let reply = json!({"jsonrpc": "2.0", "id": message["id"], "result": answer});
            write_message(&mut *replies.lock().ok()?, &reply).ok()?;
            continue;
        }
        sender.send((at, message)).ok()?;
    }
}
