//! The thread that looks at a branch as a whole for the checklist, and at open records.
//!
//! It is a thread of its own because it reads every test of the repository that may reach the
//! change: that must hold nobody else up.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::event::{Event, RecordReport};
use super::{Session, Shared};
use crate::checklist::items::{Evidence, Found, Mark};
use crate::checklist::observe::{Look, Observed, observe};
use crate::checklist::proof;
use crate::checklist::record::{self, Record};
use crate::checklist::served;
use crate::compare::size::Size;
use crate::config::Settings;
use crate::rules::Severity;
use crate::syntax::Cancel;
use crate::vcs::{HistoryCache, Repository, Scope};

/// What waits for the thread. Everything that is asked for twice is done once.
#[derive(Default)]
pub(super) struct Board {
    waiting: Mutex<Waiting>,
    wake: Condvar,
    history: HistoryCache,
    /// Ends a walk over history when the session ends.
    ended: Cancel,
}

#[derive(Default)]
struct Waiting {
    looks: HashMap<PathBuf, Job>,
    records: Vec<Arc<str>>,
    stopped: bool,
}

/// What is needed to look at one repository.
pub(super) struct Job {
    pub settings: Arc<Settings>,
    pub scope: Scope,
    pub version: Option<String>,
    /// How much production code it changes, as saved.
    pub size: Size,
    /// What the rules found in files that are not open.
    pub findings: Vec<Found>,
}

enum Task {
    Look(PathBuf, Job),
    Record(Arc<str>),
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the repository at `root` looked at.
    pub fn look(&self, root: PathBuf, job: Job) {
        self.lock().looks.insert(root, job);
        self.wake.notify_one();
    }

    /// Has the open record `key` read.
    pub fn read(&self, key: &Arc<str>) {
        let mut waiting = self.lock();
        if !waiting.records.contains(key) {
            waiting.records.push(Arc::clone(key));
        }
        self.wake.notify_one();
    }

    pub fn stop(&self) {
        self.lock().stopped = true;
        self.ended.cancel();
        self.wake.notify_one();
    }

    fn next(&self) -> Option<Task> {
        let mut waiting = self.lock();
        loop {
            if waiting.stopped {
                return None;
            }
            if let Some(key) = waiting.records.pop() {
                return Some(Task::Record(key));
            }
            if let Some(root) = waiting.looks.keys().next().cloned()
                && let Some(job) = waiting.looks.remove(&root)
            {
                return Some(Task::Look(root, job));
            }
            waiting = self
                .wake
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Works until the session ends.
pub(super) fn run(shared: &Shared) {
    while let Some(task) = shared.board.next() {
        let worked = catch_unwind(AssertUnwindSafe(|| match task {
            Task::Look(root, job) => look(shared, &root, &job),
            Task::Record(key) => report(shared, &key),
        }));
        if worked.is_err() {
            tracing::error!("looking at the checklist failed");
        }
    }
}

fn look(shared: &Shared, root: &Path, job: &Job) {
    let Ok(repository) = Repository::discover(root) else {
        return;
    };
    // What nobody has judged yet would count as free of findings.
    shared.wait_for_documents();
    let (texts, mut findings, path) = {
        let state = shared.lock();
        let path = state.records.get(root).cloned();
        let (texts, findings) = open_documents(&state, root);
        (texts, findings, path)
    };
    findings.extend(
        job.findings
            .iter()
            .filter(|it| !texts.contains_key(&it.path))
            .cloned(),
    );
    let record = path.as_deref().and_then(|path| match texts.get(path) {
        Some(text) => Record::parse(&**text).ok(),
        None => record::load(root, path).ok(),
    });
    let observed = observe(Look {
        repository: &repository,
        scope: &job.scope,
        settings: &job.settings,
        version: job.version.as_deref(),
        record_path: path.as_deref(),
        record: record.as_ref(),
        size: job.size,
        findings: &findings,
        evidence: &evidence(&repository, job),
        texts: &texts,
        history: &shared.board.history,
        cancel: &shared.board.ended,
    });
    match observed {
        Ok(observed) => keep(shared, root, observed),
        Err(error) => tracing::warn!(%error, "the branch cannot be looked at"),
    }
}

/// What commands have shown so far; nothing where git cannot tell.
fn evidence(repository: &Repository, job: &Job) -> Evidence {
    let Scope::Judged(base) = &job.scope else {
        return Evidence::default();
    };
    let found = proof::evidence(repository, base, job.version.as_deref(), &job.settings);
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "what was run before is not known");
        Evidence::default()
    })
}

/// The texts of the open documents below `root` by their paths, and what the rules found in them.
fn open_documents(
    state: &super::state::State,
    root: &Path,
) -> (BTreeMap<String, Arc<str>>, Vec<Found>) {
    let mut texts = BTreeMap::new();
    let mut findings = Vec::new();
    for open in state.documents.values() {
        let path = open.real.as_ref().or(open.path.as_ref());
        let relative = path.and_then(|path| path.strip_prefix(root).ok()?.to_str());
        let Some(relative) = relative.map(|path| path.replace('\\', "/")) else {
            continue;
        };
        if let Some(judged) = &open.judged {
            let lines = judged.snapshot.head.lines();
            findings.extend(judged.report.findings.iter().map(|finding| Found {
                rule: finding.rule.to_owned(),
                path: relative.clone(),
                line: lines.line_of(finding.span.start) + 1,
                is_serious: finding.severity != Severity::Hint,
            }));
        }
        texts.insert(relative, open.document.text());
    }
    (texts, findings)
}

/// Keeps what was seen, and tells the client when any item stands otherwise: the status has only
/// the sum, but it is the sign to ask again.
fn keep(shared: &Shared, root: &Path, observed: Observed) {
    let mut state = shared.lock();
    let observed = Arc::new(observed);
    // Documents whose definitions lack something else than before are judged again.
    let mut again = Vec::new();
    let former = state
        .observed
        .insert(root.to_owned(), Arc::clone(&observed));
    let marks = |seen: &Observed, path: &str| -> (bool, Vec<Mark>) {
        let marks = seen.checklist.marks_of(path).cloned().collect();
        (seen.has_record, marks)
    };
    for (key, open) in &mut state.documents {
        let Some(path) = open.judged.as_ref().map(|it| it.snapshot.path.clone()) else {
            continue;
        };
        let old = former
            .as_ref()
            .map(|it| marks(it, &path))
            .unwrap_or_default();
        if open.root.as_deref() == Some(root) && marks(&observed, &path) != old {
            again.push(Arc::clone(key));
        }
    }
    for key in &again {
        state.enqueue(key);
    }
    let is_new = former.is_none_or(|former| former.checklist != observed.checklist);
    let status = state.status_of(root).filter(|_| is_new);
    let records = state.open_records(root);
    drop(state);
    if !again.is_empty() {
        shared.work.notify_one();
    }
    if let Some(status) = status {
        shared.send(Event::Status(status));
    }
    for key in records {
        report(shared, &key);
    }
}

/// Tells the client what is open in the record `key`.
fn report(shared: &Shared, key: &Arc<str>) {
    let Some(view) = shared.record(key) else {
        return;
    };
    let checklist = view.observed.as_ref().map(|it| &it.checklist);
    let problems = served::problems(&view.text, checklist);
    if let Some(open) = shared.lock().documents.get_mut(key) {
        open.visible = true;
    }
    shared.send(Event::Record(RecordReport {
        key: Arc::clone(key),
        version: view.version,
        text: view.text,
        problems,
    }));
}

/// An open record.
#[derive(Debug, Clone)]
pub struct RecordView {
    /// The text as the client has it.
    pub text: Arc<str>,
    /// Its version.
    pub version: i32,
    /// The root of its repository.
    pub root: PathBuf,
    /// What was last seen of the branch.
    pub observed: Option<Arc<Observed>>,
}

impl Session {
    /// The document `key`, if it is the record of the branch that is checked out.
    #[must_use]
    pub fn record(&self, key: &str) -> Option<RecordView> {
        self.0.record(key)
    }

    /// The text of the file at `path` as it is now: of the open document, else on disk.
    #[must_use]
    pub fn text_of(&self, path: &Path) -> Option<Arc<str>> {
        let state = self.0.lock();
        let open = state
            .documents
            .values()
            .find(|open| open.path.as_deref() == Some(path) || open.real.as_deref() == Some(path));
        if let Some(open) = open {
            return Some(open.document.text());
        }
        drop(state);
        let bytes = crate::text::read_regular(path, crate::vcs::LIMIT_BYTES).ok()?;
        String::from_utf8(bytes).ok().map(Arc::from)
    }

    /// What was last seen of the repository that holds `path`, or of the first one; with its root.
    #[must_use]
    pub fn observed(&self, path: Option<&Path>) -> Option<(PathBuf, Arc<Observed>)> {
        let state = self.0.lock();
        let mut roots: Vec<&PathBuf> = state.observed.keys().collect();
        roots.sort();
        let root = match path {
            Some(path) => roots.iter().rev().find(|root| path.starts_with(root)),
            None => roots.first(),
        };
        let root = (*root?).clone();
        let observed = Arc::clone(state.observed.get(&root)?);
        Some((root, observed))
    }

    /// Where the record of the repository at `root` lies, or would lie, relative to it.
    #[must_use]
    pub fn record_path(&self, root: &Path) -> Option<String> {
        self.0.lock().records.get(root).cloned()
    }
}

impl Shared {
    fn record(&self, key: &str) -> Option<RecordView> {
        let state = self.lock();
        let root = state.root_of_record(key)?;
        let open = state.documents.get(key)?;
        Some(RecordView {
            text: open.document.text(),
            version: open.document.version(),
            observed: state.observed.get(&root).cloned(),
            root,
        })
    }
}

impl super::state::State {
    /// The repository whose record the document `key` is.
    pub fn root_of_record(&self, key: &str) -> Option<PathBuf> {
        let open = self.documents.get(key)?;
        let path = open.real.as_ref().or(open.path.as_ref())?;
        let is_record = |(root, record): &(&PathBuf, &String)| {
            let spelled = self.spelled(root);
            *path == root.join(record) || *path == spelled.join(record)
        };
        let (root, _) = self.records.iter().find(is_record)?;
        Some(root.clone())
    }

    /// The open documents that are the record of the repository at `root`.
    fn open_records(&self, root: &Path) -> Vec<Arc<str>> {
        let keys = self.documents.keys();
        let of_root = keys.filter(|key| self.root_of_record(key).as_deref() == Some(root));
        of_root.cloned().collect()
    }
}
