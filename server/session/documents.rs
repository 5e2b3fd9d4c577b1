//! Opening, typing, saving, closing: all of it under the mutex, none of it slow.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::base::FileBase;
use super::event::{Publication, Target};
use super::state::Open;
use super::status::Counts;
use super::{Session, settings, worker};
use crate::syntax::Cancel;
use crate::text::{Document, Position};

/// A burst of edits stops at most this many runs one after the other. The next one may finish,
/// although it is out of date: otherwise somebody who types faster than a slow file is judged
/// would never see anything.
const MOST_STOPPED_RUNS: u32 = 3;

/// One change that the client made.
#[derive(Debug, Clone)]
pub struct ContentEdit {
    /// What was replaced; `None` for everything.
    pub range: Option<Range<Position>>,
    /// What stands there now.
    pub text: String,
}

impl Session {
    /// The client has opened a document. `path` is where it lies on disk, `python` whether the
    /// client says that it is Python.
    pub fn open(
        &self,
        key: &Arc<str>,
        path: Option<PathBuf>,
        python: bool,
        version: i32,
        text: &str,
    ) {
        let mut state = self.0.lock();
        state.incarnations += 1;
        let base = match &path {
            _ if !python => FileBase::silent("this file is not Python"),
            None => FileBase::silent("this text was never saved: save it into a repository"),
            Some(_) => FileBase::Loading,
        };
        let wants_base = matches!(base, FileBase::Loading);
        let open = Open {
            incarnation: state.incarnations,
            path,
            real: None,
            root: None,
            document: Document::new(text, version),
            parsed: None,
            skeleton: None,
            shown: Arc::default(),
            shown_against: None,
            visible: false,
            base,
            judged: None,
            settled: None,
            running: Cancel::default(),
            stopped_runs: 0,
        };
        let file = open.path.clone().map(Target::File);
        let record = open.path.clone().filter(|path| is_markdown(path));
        if let Some(former) = state.documents.insert(Arc::clone(key), open) {
            former.running.cancel();
        }
        drop(state);
        if let Some(file) = file {
            // From now on the buffer counts, not the file.
            self.0.count(file, Counts::default(), None);
        }
        if wants_base {
            self.0.queue.resolve(key);
        }
        if let Some(folder) = record.as_deref().and_then(Path::parent) {
            // A record may be opened before any code of its repository.
            self.0.queue.folders(vec![folder.to_owned()]);
            self.0.board.read(key);
        }
    }

    /// The client has edited a document. Edits apply one after the other.
    pub fn change(&self, key: &Arc<str>, version: i32, edits: &[ContentEdit]) {
        let mut state = self.0.lock();
        let encoding = state.encoding;
        let Some(open) = state.documents.get_mut(key) else {
            tracing::warn!(uri = %key, "an edit of a document that is not open");
            return;
        };
        for edit in edits {
            match &edit.range {
                Some(range) => open.document.replace(range.clone(), &edit.text, encoding),
                None => open.document.replace_all(&edit.text),
            }
        }
        open.document.set_version(version);
        if open.path.as_deref().is_some_and(is_markdown) {
            drop(state);
            self.0.board.read(key);
            return;
        }
        if open.stopped_runs < MOST_STOPPED_RUNS {
            open.running.cancel();
        }
        state.enqueue(key);
        drop(state);
        self.0.work.notify_one();
    }

    /// The client has saved a document.
    pub fn saved(&self, key: &Arc<str>, path: Option<&Path>) {
        // Its first save, or the one after a rename, changes what it is compared with.
        if let Some(open) = self.0.lock().documents.get(key)
            && !open.base.is_final()
        {
            self.0.queue.resolve(key);
        }
        self.file_changed(path);
    }

    /// A file has changed on disk.
    pub fn file_changed(&self, path: Option<&Path>) {
        if path.is_some_and(settings::is_config_file) {
            self.0.queue.settings_changed();
        }
        self.0.queue.files_changed();
    }

    /// The client has closed a document: what it showed goes away, and the file on disk speaks
    /// again if it is changed.
    pub fn close(&self, key: &Arc<str>) {
        let mut state = self.0.lock();
        let Some(open) = state.documents.remove(key) else {
            return;
        };
        open.running.cancel();
        state.waiting.retain(|waiting| waiting != key);
        drop(state);
        if open.visible {
            let clear = Publication {
                target: Target::Open(Arc::clone(key)),
                version: None,
                incarnation: open.incarnation,
                findings: Vec::new(),
            };
            worker::publish(&self.0, clear, None);
        }
        self.0.queue.files_changed();
        self.0.done.notify_all();
    }
}

/// Whether a file may be a record.
fn is_markdown(path: &Path) -> bool {
    path.extension() == Some("md".as_ref())
}
