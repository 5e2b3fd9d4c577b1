//! A program that is under way, with a time limit.

use std::io::{self, ErrorKind, Read};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A program that was started. It is stopped when this value goes away before it has ended, so that
/// an error between two calls leaves nothing behind.
pub(super) struct Running {
    child: Option<Child>,
    stdout: Receiver<io::Result<Vec<u8>>>,
    stderr: Receiver<io::Result<Vec<u8>>>,
    give_up: Instant,
}

impl Running {
    /// Starts the program, which may take as long as `patience`.
    pub fn start(mut command: Command, patience: Duration) -> io::Result<Self> {
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut running = Self {
            child: Some(child),
            stdout: channel().1,
            stderr: channel().1,
            give_up: Instant::now() + patience,
        };
        if let Some(child) = &mut running.child {
            running.stdout = read(child.stdout.take())?;
            running.stderr = read(child.stderr.take())?;
        }
        Ok(running)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// [`ErrorKind::TimedOut`] when it takes too long, and what the system says.
    pub fn output(mut self) -> io::Result<Output> {
        let stdout = self.take(&self.stdout)?;
        let stderr = self.take(&self.stderr)?;
        let status = match self.child.take() {
            // Both of its outputs are closed: it is about to end.
            Some(mut child) => child.wait()?,
            None => return Err(ErrorKind::NotFound.into()),
        };
        Ok(Output {
            status,
            stdout,
            stderr,
        })
    }

    fn take(&self, output: &Receiver<io::Result<Vec<u8>>>) -> io::Result<Vec<u8>> {
        let left = self.give_up.saturating_duration_since(Instant::now());
        output
            .recv_timeout(left)
            .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let _ = child.kill();
        // Somebody must take note of its end. Not this thread: on a dead network disk a program
        // ends only when the disk comes back.
        let _ = thread::Builder::new().spawn(move || child.wait());
    }
}

/// Reads all of an output on a thread of its own, because both must be read at once.
fn read(output: Option<impl Read + Send + 'static>) -> io::Result<Receiver<io::Result<Vec<u8>>>> {
    let (sender, receiver) = channel();
    thread::Builder::new().spawn(move || {
        let mut bytes = Vec::new();
        let read = output.map_or(Ok(0), |mut output| output.read_to_end(&mut bytes));
        // Nobody waits any more after the time limit.
        let _ = sender.send(read.map(|_| bytes));
    })?;
    Ok(receiver)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        shell
    }

    #[test]
    fn both_outputs_are_read_however_much_they_hold() {
        let script = "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; exit 3";
        let running = Running::start(shell(script), Duration::from_secs(60)).expect("a shell");
        let output = running.output().expect("it ends");
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(
            (output.stdout.len(), output.stderr.len()),
            (300_000, 300_000)
        );
    }

    #[test]
    fn what_takes_too_long_is_stopped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let alive = folder.path().join("alive");
        let script = format!(
            "while :; do date +%N > '{}'; sleep 0.01; done",
            alive.display()
        );
        let patience = Duration::from_millis(300);
        let running = Running::start(shell(&script), patience).expect("a shell");
        let began = Instant::now();
        let error = running.output().expect_err("it never ends");
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(began.elapsed() < Duration::from_secs(30));
        // It writes no more: nothing is left of it.
        thread::sleep(Duration::from_millis(300));
        let last = std::fs::read(&alive).expect("it was alive");
        thread::sleep(Duration::from_millis(300));
        assert_eq!(std::fs::read(&alive).expect("it was alive"), last);
    }
}
