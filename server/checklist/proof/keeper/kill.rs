//! Ending processes with all that they have started.

#[cfg(unix)]
mod unix {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command};
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid};

    /// How long a command may take to end by itself when it is asked to.
    const GRACE: Duration = Duration::from_millis(500);

    /// Lets the command lead a group of its own: a key that interrupts us does not reach it, and it
    /// can be ended with its children.
    pub fn in_own_group(command: &mut Command) {
        command.process_group(0);
    }

    /// Lets the processes that a command leaves behind become our children, so that they are found.
    pub fn adopt_orphans() {
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    }

    /// Asks the command and its group to end.
    pub fn ask(child: &mut Child) {
        let group = Pid::from_child(child);
        if kill_process_group(group, Signal::TERM).is_err() {
            return;
        }
        let begin = Instant::now();
        while begin.elapsed() < GRACE && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Kills the command, its group and everything that they left behind.
    pub fn all(child: &mut Child) {
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        let _ = child.wait();
        orphans();
    }

    /// Kills our other children, again and again until there are none: each may have started more.
    fn orphans() {
        const ROUNDS: usize = 200;
        for _ in 0..ROUNDS {
            for child in children() {
                let _ = kill_process(child, Signal::KILL);
            }
            loop {
                match waitpid(None, WaitOptions::NOHANG) {
                    Ok(Some(_)) => {}
                    // Still dying.
                    Ok(None) => break,
                    Err(_) => return,
                }
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[cfg(target_os = "linux")]
    fn children() -> Vec<Pid> {
        let own = rustix::process::getpid().as_raw_nonzero().get();
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        ids.filter(|id| parent(*id) == Some(own))
            .filter_map(Pid::from_raw)
            .collect()
    }

    /// The parent of a process: the second field behind its name, which stands in brackets.
    #[cfg(target_os = "linux")]
    fn parent(id: i32) -> Option<i32> {
        let status = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let (_, rest) = status.rsplit_once(')')?;
        rest.split_whitespace().nth(1)?.parse().ok()
    }

    #[cfg(not(target_os = "linux"))]
    fn children() -> Vec<Pid> {
        Vec::new()
    }
}

#[cfg(unix)]
pub(super) use unix::{adopt_orphans, all, ask, in_own_group};

#[cfg(not(unix))]
mod elsewhere {
    use std::process::{Child, Command};

    pub fn in_own_group(_command: &mut Command) {}

    pub fn adopt_orphans() {}

    pub fn ask(_child: &mut Child) {}

    pub fn all(child: &mut Child) {
        let _ = child.kill();
        let _ = child.wait();
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::{adopt_orphans, all, ask, in_own_group};
