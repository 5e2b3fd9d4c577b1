//! The live state of one editor: open documents, what each is compared with, and when to think.
//!
//! * One mutex guards the state. It is held for a few microseconds, never while parsing, judging,
//!   reading a disk or asking git.
//! * One thread judges open documents (`worker`): it starts at once if idle; while it runs, a
//!   document waits at most once, and its latest text wins. There are no timers.
//! * One thread asks git and the disk (`background`): which base a document has, whether HEAD or
//!   production moved, and which changed files are not open.
//! * One thread looks at the branch as a whole for the checklist (`board`), when nothing else is to
//!   be judged.
//! * Everything that leaves goes through one [`Sink`] as an [`Event`], stamped with the version
//!   that it speaks of; [`Session::is_current`] says at the last moment whether it still holds.
//!
//! Absent on purpose: the protocol. Nothing here names tower-lsp or JSON-RPC.

pub mod around;
mod background;
mod base;
mod begin;
mod board;
mod documents;
mod event;
mod files;
mod judged;
mod merge;
mod meter;
mod production;
mod queue;
pub mod report;
mod repository;
mod settings;
mod state;
mod status;
mod worker;

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

pub use begin::{Beginning, Begun, Hotfix, NotBegun, begin};
pub use board::RecordView;
pub use documents::ContentEdit;
pub use event::{ConfigReport, Event, Publication, Published, RecordReport, Sink, Target};
pub use judged::Judged;
pub use meter::{Limits, Meter, Score};
pub use production::ProductionText;
pub use repository::is_python;
pub use status::{Counts, Mode, Status, Tally};

use crate::text::Encoding;
use board::Board;
use queue::Queue;
use state::{Folder, State};

/// One editor's session. Cloning shares it.
#[derive(Clone)]
pub struct Session(Arc<Shared>);

/// What the threads of a session share.
struct Shared {
    state: Mutex<State>,
    /// Wakes the worker: a document waits, or the session ends.
    work: Condvar,
    /// Wakes requests: the worker has finished a run.
    done: Condvar,
    /// What the background thread has to do.
    queue: Queue,
    /// What the checklist's thread has to do.
    board: Board,
    sink: Sink,
}

/// What the client said when it connected.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The unit of its columns.
    pub encoding: Encoding,
    /// The folders of its workspace.
    pub folders: Vec<PathBuf>,
    /// Its settings, unread.
    pub settings: Option<serde_json::Value>,
}

impl Session {
    /// A session that reports to `sink`. Its threads end with [`Session::stop`].
    ///
    /// # Errors
    /// The operating system's, when it refuses a thread.
    pub fn start(sink: Sink) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            work: Condvar::new(),
            done: Condvar::new(),
            queue: Queue::default(),
            board: Board::default(),
            sink,
        });
        let for_worker = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("judge".into())
            .stack_size(crate::syntax::STACK_BYTES)
            .spawn(move || worker::run(&for_worker))?;
        let for_background = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("git".into())
            .stack_size(crate::syntax::STACK_BYTES)
            .spawn(move || background::run(&for_background))?;
        let for_board = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("checklist".into())
            .stack_size(crate::syntax::STACK_BYTES)
            .spawn(move || board::run(&for_board))?;
        Ok(Self(shared))
    }

    /// Takes note of what the client said when it connected.
    pub fn set_up(&self, setup: Setup) {
        let folders = setup.folders.into_iter().map(Folder::new).collect();
        let mut state = self.0.lock();
        state.encoding = setup.encoding;
        state.editor_settings = setup.settings;
        state.folders = folders;
    }

    /// Gets to know the workspace. Only now: what is said before the client has heard the answer
    /// to its greeting would be lost.
    pub fn begin(&self) {
        let mut state = self.0.lock();
        let folders: Vec<_> = state.folders.iter().map(|it| it.path.clone()).collect();
        state.looks_for_folders = !folders.is_empty();
        drop(state);
        self.0.queue.folders(folders);
    }

    /// The unit of the client's columns.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.0.lock().encoding
    }

    /// Takes note of folders that were added to the workspace or removed from it.
    pub fn change_folders(&self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        let new: Vec<Folder> = added.iter().cloned().map(Folder::new).collect();
        let mut state = self.0.lock();
        state
            .folders
            .retain(|folder| !removed.contains(&folder.path));
        state.folders.extend(new);
        drop(state);
        self.0.queue.folders(added);
        self.0.queue.look_again();
    }

    /// Takes the client's settings; every open document is judged by them at once.
    pub fn configure(&self, settings: serde_json::Value) {
        self.0.lock().editor_settings = Some(settings);
        self.0.queue.settings_changed();
    }

    /// Something outside may have changed: HEAD, a ref, a file, the configuration.
    /// Cheap enough for every request: without a change it costs a few `stat` calls, elsewhere.
    pub fn look_again(&self) {
        self.0.queue.look_again();
    }

    /// Whether [`Self::stop`] was called: nobody listens any more then.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.0.lock().stopped
    }

    /// Ends the threads after what they are doing right now.
    pub fn stop(&self) {
        let mut state = self.0.lock();
        state.stopped = true;
        for open in state.documents.values() {
            open.running.cancel();
        }
        drop(state);
        self.0.queue.stop();
        self.0.board.stop();
        self.0.work.notify_all();
        self.0.done.notify_all();
    }
}

impl Shared {
    /// The state. A thread that panicked while it held the lock left nothing half-done that
    /// matters: each field is valid by itself.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows a message to the user, once for each reason.
    fn alert(&self, reason: &str) {
        let is_new = self.lock().told.insert(reason.to_owned());
        if is_new {
            self.send(Event::Alert(reason.to_owned()));
        }
    }

    fn send(&self, event: Event) {
        (self.sink)(event);
    }
}
