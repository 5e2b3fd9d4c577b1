//! What the background thread has to do. Everything that is asked for twice is done once.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::syntax::Cancel;

/// How often repositories are looked at although nobody asked. Editors differ in what they watch,
/// and a branch is switched in a terminal as often as in the editor.
const LOOK_EVERY: Duration = Duration::from_millis(1200);

#[derive(Default)]
pub(super) struct Queue {
    tasks: Mutex<Tasks>,
    wake: Condvar,
}

#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each one is something to do, and doing it twice is never needed"
)]
struct Tasks {
    documents: VecDeque<Arc<str>>,
    folders: Vec<PathBuf>,
    settings: bool,
    look: bool,
    files: bool,
    more_files: bool,
    stopped: bool,
    /// Stops the judging of files that are not open: their list is out of date.
    files_run: Cancel,
    /// Stops the judging of one such file: something more urgent is to do.
    file_run: Cancel,
}

/// The most urgent thing to do.
pub(super) enum Task {
    /// Find out what this document is compared with.
    Resolve(Arc<str>),
    /// Read the configuration again and resolve every document.
    Settings,
    /// Look whether HEAD, production or a configuration file has moved.
    Look,
    /// Get to know the repositories of these folders.
    Folders(Vec<PathBuf>),
    /// List the changed files that are not open; the flag is set when the list is out of date.
    ListFiles(Cancel),
    /// Judge the next one of them, and put it back when it is stopped.
    NextFile(Cancel),
}

impl Tasks {
    fn stop_files(&mut self) {
        self.files_run.cancel();
        self.file_run.cancel();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, add: impl FnOnce(&mut Tasks)) {
        add(&mut self.lock());
        self.wake.notify_one();
    }

    pub fn resolve(&self, key: &Arc<str>) {
        self.add(|tasks| {
            // Somebody waits for this one.
            tasks.file_run.cancel();
            if !tasks.documents.contains(key) {
                tasks.documents.push_back(Arc::clone(key));
            }
        });
    }

    pub fn folders(&self, folders: Vec<PathBuf>) {
        self.add(|tasks| tasks.folders.extend(folders));
    }

    pub fn settings_changed(&self) {
        self.add(|tasks| {
            tasks.settings = true;
            tasks.files = true;
            tasks.stop_files();
        });
    }

    pub fn look_again(&self) {
        self.add(|tasks| tasks.look = true);
    }

    pub fn files_changed(&self) {
        self.add(|tasks| {
            tasks.look = true;
            tasks.files = true;
            tasks.stop_files();
        });
    }

    pub fn stop(&self) {
        self.add(|tasks| {
            tasks.stopped = true;
            tasks.stop_files();
        });
    }

    /// Has the changed files listed and judged.
    pub fn list_files(&self) {
        self.add(|tasks| {
            tasks.files = true;
            tasks.stop_files();
        });
    }

    /// Has the next changed file judged, when nothing else is to do.
    pub fn more_files(&self) {
        self.add(|tasks| tasks.more_files = true);
    }

    /// Waits for something to do. `None` when the session ends.
    pub fn next(&self) -> Option<Task> {
        let mut tasks = self.lock();
        loop {
            if tasks.stopped {
                return None;
            }
            if std::mem::take(&mut tasks.settings) {
                return Some(Task::Settings);
            }
            if let Some(key) = tasks.documents.pop_front() {
                return Some(Task::Resolve(key));
            }
            if std::mem::take(&mut tasks.look) {
                return Some(Task::Look);
            }
            if !tasks.folders.is_empty() {
                return Some(Task::Folders(std::mem::take(&mut tasks.folders)));
            }
            if std::mem::take(&mut tasks.files) {
                tasks.files_run = Cancel::default();
                return Some(Task::ListFiles(tasks.files_run.clone()));
            }
            if std::mem::take(&mut tasks.more_files) {
                tasks.file_run = Cancel::default();
                return Some(Task::NextFile(tasks.file_run.clone()));
            }
            let (woken, timeout) = self
                .wake
                .wait_timeout(tasks, LOOK_EVERY)
                .unwrap_or_else(PoisonError::into_inner);
            tasks = woken;
            tasks.look |= timeout.timed_out();
        }
    }
}
