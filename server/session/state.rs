//! The state behind the session's mutex.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::base::{FileBase, Ready};
use super::event::Target;
use super::judged::Judged;
use super::merge::Shown;
use super::status::{Counts, Status};
use crate::analysis::Skeleton;
use crate::checklist::observe::Observed;
use crate::syntax::{Cancel, Parsed};
use crate::text::{Document, Encoding};

/// Everything that the session knows.
#[derive(Default)]
pub(super) struct State {
    pub encoding: Encoding,
    pub folders: Vec<Folder>,
    pub editor_settings: Option<serde_json::Value>,
    pub documents: HashMap<Arc<str>, Open>,
    /// Documents that wait for the worker, each at most once, the most urgent one last.
    pub waiting: Vec<Arc<str>>,
    /// What is shown, by repository.
    pub counts: HashMap<PathBuf, HashMap<Target, Counts>>,
    /// What was last said of each repository, without the counts.
    pub statuses: HashMap<PathBuf, Status>,
    /// Where the record of each repository's branch lies, relative to its root.
    pub records: HashMap<PathBuf, String>,
    /// What was last seen of each branch as a whole.
    pub observed: HashMap<PathBuf, Arc<Observed>>,
    /// Repositories whose changed files were not all judged since their base became known.
    pub unjudged: HashSet<PathBuf>,
    /// Whether nobody knows yet which repositories the folders of the workspace are in.
    pub looks_for_folders: bool,
    /// Reasons that the user has been told.
    pub told: HashSet<String>,
    /// The number of documents opened so far.
    pub incarnations: u64,
    pub stopped: bool,
}

/// A folder of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// As the client spells it.
    pub path: PathBuf,
    /// With links resolved.
    pub real: PathBuf,
}

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        Self { path, real }
    }
}

/// One open document.
pub(super) struct Open {
    pub incarnation: u64,
    /// Where it lies; `None` for one that was never saved.
    pub path: Option<PathBuf>,
    /// The same with links resolved, once the background thread has looked.
    pub real: Option<PathBuf>,
    /// The work tree of its repository, once that is known.
    pub root: Option<PathBuf>,
    pub document: Document,
    /// The last good tree: of the text before `document.changes()`.
    pub parsed: Option<Parsed>,
    /// What is known of the definitions of the same text.
    pub skeleton: Option<Skeleton>,
    /// What was last judged: of the same text as `parsed`.
    pub shown: Arc<Vec<Shown>>,
    /// What `shown` was judged against.
    pub shown_against: Option<Arc<Ready>>,
    /// Whether the client shows something that it must be told to remove.
    pub visible: bool,
    pub base: FileBase,
    /// The last judgement, for requests.
    pub judged: Option<Judged>,
    /// The version that the worker has dealt with, for requests that wait.
    pub settled: Option<i32>,
    /// Stops the run that is under way.
    pub running: Cancel,
    /// How many runs in a row were stopped by a newer edit.
    pub stopped_runs: u32,
}

impl Open {
    /// Whether it was never judged since it was opened or since its base became known.
    pub fn is_new(&self) -> bool {
        self.settled.is_none() && !matches!(self.base, FileBase::Silent { .. })
    }
}

impl State {
    /// Whether something of a repository was never judged, so that "nothing found" is no result.
    pub fn is_looking(&self, root: &Path) -> bool {
        let of_root = |open: &Open| open.root.as_deref() == Some(root);
        let mut documents = self.documents.values();
        self.unjudged.contains(root) || documents.any(|open| open.is_new() && of_root(open))
    }

    /// Whether the worker has not yet dealt with what some document says now.
    pub fn is_judging(&self) -> bool {
        self.documents.values().any(|open| {
            let is_judged = !matches!(open.base, FileBase::Silent { .. });
            is_judged && open.settled != Some(open.document.version())
        })
    }

    /// Puts a document into the worker's queue, as the most urgent one.
    pub fn enqueue(&mut self, key: &Arc<str>) {
        self.waiting.retain(|waiting| waiting != key);
        self.waiting.push(Arc::clone(key));
    }

    /// Whether some document lies at `path`.
    pub fn is_open(&self, path: &Path) -> bool {
        self.documents
            .values()
            .any(|open| open.path.as_deref() == Some(path) || open.real.as_deref() == Some(path))
    }

    /// A real path as the client would spell it: below the folder that it opened.
    pub fn spelled(&self, real: &Path) -> PathBuf {
        self.folders
            .iter()
            .find_map(|folder| Some(folder.path.join(real.strip_prefix(&folder.real).ok()?)))
            .unwrap_or_else(|| real.to_owned())
    }
}
