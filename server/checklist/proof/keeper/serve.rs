//! The keeper's side.

use std::fs::OpenOptions;
use std::io::{self, BufRead as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::{Ended, Request, folder, kill};

/// How often a running command is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// Runs the commands that come on stdin, and tells on stdout how each ended. When stdin ends, it
/// kills what still runs and removes `folder`.
pub fn serve(folder: &Path) {
    kill::adopt_orphans();
    let (send, requests) = channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            let Ok(request) = serde_json::from_str::<Request>(&line) else {
                break;
            };
            if send.send(request).is_err() {
                break;
            }
        }
    });
    while let Ok(request) = requests.recv() {
        let Some(ended) = run(&request, &requests) else {
            break;
        };
        let Ok(line) = serde_json::to_string(&ended) else {
            break;
        };
        let mut out = io::stdout().lock();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            break;
        }
    }
    folder::remove(folder);
}

/// Runs one command; none when nobody waits for it any more.
fn run(request: &Request, requests: &Receiver<Request>) -> Option<Ended> {
    let mut child = match start(request) {
        Ok(child) => child,
        Err(error) => return Some(Ended::NotStarted(error.to_string())),
    };
    let begin = Instant::now();
    let timeout = Duration::from_secs(u64::from(request.timeout_seconds));
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status.code().map_or(Ended::Signal, Ended::Code)),
            Ok(None) => {}
            Err(error) => break Some(Ended::NotStarted(error.to_string())),
        }
        if timeout < begin.elapsed() {
            kill::ask(&mut child);
            break Some(Ended::TimedOut);
        }
        if let Err(RecvTimeoutError::Disconnected) = requests.recv_timeout(LOOK) {
            kill::ask(&mut child);
            break None;
        }
    };
    kill::all(&mut child);
    ended
}

fn start(request: &Request) -> io::Result<std::process::Child> {
    let (program, arguments) = request
        .command
        .split_first()
        .ok_or_else(|| io::Error::other("the command is empty"))?;
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&request.log)?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(&request.folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    for (name, value) in &request.environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    kill::in_own_group(&mut command);
    command.spawn()
}
