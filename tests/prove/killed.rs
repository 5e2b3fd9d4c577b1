//! However `prove` ends, neither folder nor process stays behind, and the work tree is as it was.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::{Hotfix, exists};

/// A hotfix whose test starts a process that leaves its group and session, and then waits.
fn slow() -> Hotfix {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix.test(
        "test_slow",
        "import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\ntime.sleep(1)\nself.assertEqual(shop.total({}), 0)",
    );
    hotfix
}

/// The processes that have our temporary folder in their environment, except `but`.
#[cfg(target_os = "linux")]
fn processes(hotfix: &Hotfix) -> Vec<i32> {
    let mark = format!("TMPDIR={}", hotfix.temporary.path().display());
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter(|id| {
        let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let is_dead = status
            .rsplit(')')
            .next()
            .is_some_and(|it| it.trim().starts_with('Z'));
        let mut variables = environment.split(|byte| *byte == 0);
        !is_dead && variables.any(|variable| variable == mark.as_bytes())
    })
    .collect()
}

#[cfg(not(target_os = "linux"))]
fn processes(_hotfix: &Hotfix) -> Vec<i32> {
    Vec::new()
}

fn start(hotfix: &Hotfix) -> Child {
    hotfix
        .command(&["prove"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

/// Waits until nothing is left. The keeper needs a moment to end what it has started.
#[track_caller]
fn assert_gone(hotfix: &Hotfix, when: &str) {
    const PATIENCE: Duration = Duration::from_secs(20);
    let begin = Instant::now();
    loop {
        let left: Vec<PathBuf> = std::fs::read_dir(hotfix.temporary.path())
            .expect("the temporary folder")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        let running = processes(hotfix);
        if left.is_empty() && running.is_empty() {
            return;
        }
        assert!(
            begin.elapsed() < PATIENCE,
            "{when}: {left:?} and the processes {running:?} are left"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// No handler can catch SIGKILL, so what cleans up must be somebody else.
#[test]
fn killed_at_any_moment_nothing_is_left_and_the_work_tree_is_as_it_was() {
    let hotfix = slow();
    let before = hotfix.snapshot();
    let begin = Instant::now();
    let whole = {
        let mut child = start(&hotfix);
        assert!(child.wait().expect("it ends").success());
        begin.elapsed()
    };
    assert_gone(&hotfix, "at the end");
    // Moments all over the run, and each run other ones.
    let odd = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |now| now.subsec_nanos());
    for number in 0..10u32 {
        let part = f64::from(number) + f64::from(odd % 1000) / 1000.0;
        let moment = whole.mul_f64(part / 10.0);
        let mut child = start(&hotfix);
        std::thread::sleep(moment);
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        assert_gone(&hotfix, &format!("killed after {moment:?}"));
        assert!(hotfix.snapshot() == before, "killed after {moment:?}");
    }
}

/// Ctrl-C and a closed terminal.
#[test]
fn interrupted_nothing_is_left() {
    for signal in ["INT", "TERM", "HUP"] {
        let hotfix = slow();
        let mut child = start(&hotfix);
        wait_for_test(&hotfix);
        let id = child.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", signal, &id])
            .status();
        assert!(sent.expect("kill runs").success());
        child.wait().expect("it ends");
        assert_gone(&hotfix, signal);
    }
}

/// Waits until a copy is there, so that the signal comes in the middle.
fn wait_for_test(hotfix: &Hotfix) {
    let begin = Instant::now();
    loop {
        let runs = folders(hotfix.temporary.path());
        let running = runs.iter().any(|run| exists(&run.join("log-3")));
        if running {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "no run began");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Both processes killed at once leave a folder; the next run finds it. One that is in use stays.
#[test]
fn what_a_killed_keeper_left_is_removed_by_the_next_run() {
    let hotfix = slow();
    let folder = |name: &str| {
        let path = hotfix.temporary.path().join(name);
        std::fs::create_dir(&path).expect("a folder");
        let lock = std::fs::File::create(path.join("lock")).expect("a file");
        std::fs::create_dir(path.join("production")).expect("a folder");
        lock
    };
    drop(folder("hotfix-ls-prove-left"));
    let used = folder("hotfix-ls-prove-used");
    used.lock().expect("a lock");
    drop(folder("somebody-else"));
    let old = std::time::SystemTime::now() - Duration::from_secs(3600);
    for name in ["hotfix-ls-prove-left", "hotfix-ls-prove-used"] {
        let path = hotfix.temporary.path().join(name);
        let folder = std::fs::File::open(path).expect("the folder");
        folder.set_modified(old).expect("its time can be set");
    }
    assert!(start(&hotfix).wait().expect("it ends").success());
    let mut left: Vec<String> = folders(hotfix.temporary.path())
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    left.sort();
    assert_eq!(left, ["hotfix-ls-prove-used", "somebody-else"]);
}

/// A test that takes the right to delete away must not make its folder stay.
#[test]
fn a_folder_without_rights_goes_as_well() {
    let hotfix = Hotfix::new();
    hotfix.fix();
    hotfix.test(
        "test_empty",
        "import os\nos.makedirs('locked/inside')\nos.chmod('locked', 0o500)\nself.assertEqual(shop.total({}), 0)",
    );
    hotfix.prove(0);
    hotfix.assert_clean();
}
