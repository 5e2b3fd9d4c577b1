//! A temporary folder and the processes in it, both gone when we are, however we end.
//!
//! The folder is kept by a second process of this program, the keeper. It alone starts commands
//! there, and it reads from us through a pipe. The pipe ends when we are done, when we are stopped,
//! and when we are killed with a signal that nobody can catch: then the keeper kills what it has
//! started, removes the folder and ends. Should both be killed at once, the next run removes the
//! folder.

mod folder;
mod kill;
mod serve;

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::syntax::Cancel;
use folder::Folder;

pub(super) use folder::remove;
pub use serve::serve;

/// The hidden verb of the command line that runs [`serve`].
pub const VERB: &str = "keep-folder";

/// How often a wait looks at the cancel flag.
const LOOK: Duration = Duration::from_millis(20);

/// How long the keeper may take to clean up before we do it ourselves.
const CLEAN_UP: Duration = Duration::from_secs(10);

/// A command for the keeper.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Where it runs, absolute.
    pub folder: String,
    /// Variables beside those that we have ourselves; none takes one away.
    pub environment: Vec<(String, Option<String>)>,
    /// Where its output goes, absolute.
    pub log: String,
    /// How long it may run.
    pub timeout_seconds: u32,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// With this exit code.
    Code(i32),
    /// By a signal.
    Signal,
    /// It ran too long and was killed.
    TimedOut,
    /// It could not be started.
    NotStarted(String),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// It was cancelled.
    #[error("stopped before the end")]
    Cancelled,
    /// The disk or the system said no.
    #[error("the temporary folder cannot be used ({0}): look at TMPDIR and at the free space")]
    System(#[from] io::Error),
    /// The keeper ended.
    #[error("the process that runs the tests was killed: run it once more")]
    Gone,
}

/// A temporary folder in which commands can be run.
#[derive(Debug)]
pub struct Keeper {
    folder: Folder,
    process: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<Ended>,
}

impl Keeper {
    /// Makes the folder and starts its keeper. Folders that killed runs left behind are removed.
    ///
    /// # Errors
    /// [`KeeperError::System`].
    pub fn start() -> Result<Self, KeeperError> {
        folder::sweep();
        let folder = Folder::make()?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg(VERB)
            .arg(folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        kill::in_own_group(&mut command);
        let mut process = command.spawn()?;
        let requests = process.stdin.take();
        let (send, answers) = channel();
        if let Some(output) = process.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    let Ok(ended) = serde_json::from_str(&line) else {
                        break;
                    };
                    if send.send(ended).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self {
            folder,
            process,
            requests,
            answers,
        })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command to its end. `tick` is called again and again meanwhile.
    ///
    /// # Errors
    /// [`KeeperError`] when it was cancelled, or the keeper is gone.
    pub fn run(
        &mut self,
        request: &Request,
        cancel: &Cancel,
        tick: &mut dyn FnMut(),
    ) -> Result<Ended, KeeperError> {
        let requests = self.requests.as_mut().ok_or(KeeperError::Gone)?;
        let mut line = serde_json::to_string(request).map_err(io::Error::other)?;
        line.push('\n');
        let sent = requests.write_all(line.as_bytes());
        sent.and_then(|()| requests.flush())
            .map_err(|_| KeeperError::Gone)?;
        loop {
            match self.answers.recv_timeout(LOOK) {
                Ok(ended) => return Ok(ended),
                Err(RecvTimeoutError::Disconnected) => return Err(KeeperError::Gone),
                Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                    self.end();
                    return Err(KeeperError::Cancelled);
                }
                Err(RecvTimeoutError::Timeout) => tick(),
            }
        }
    }

    /// Ends every command, and waits until the keeper has cleaned up.
    fn end(&mut self) {
        drop(self.requests.take());
        let begin = Instant::now();
        while begin.elapsed() < CLEAN_UP {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        // It hangs; its folder is removed with this value.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end();
    }
}
