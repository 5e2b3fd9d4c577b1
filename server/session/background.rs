//! The thread that asks git and the disk.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Shared;
use super::base::{FileBase, Ready};
use super::board::Job;
use super::event::Event;
use super::files::Files;
use super::queue::Task;
use super::repository::Known;
use super::settings::Reported;
use super::status::{Mode, Status};
use crate::analysis::{BaseSide, Comparison};
use crate::checklist::items::Found;
use crate::checklist::record;
use crate::vcs::{Base, BaseError, Repository, Scope};

/// What the background thread knows. Nobody else touches it, so it needs no lock.
pub(super) struct Background<'a> {
    pub shared: &'a Shared,
    /// By the root of the work tree.
    pub repositories: HashMap<PathBuf, Known>,
    reported: Reported,
    files: Files,
}

/// Works until the session ends.
pub(super) fn run(shared: &Shared) {
    let mut background = Background {
        shared,
        repositories: HashMap::new(),
        reported: Reported::default(),
        files: Files::default(),
    };
    while let Some(task) = shared.queue.next() {
        let worked = catch_unwind(AssertUnwindSafe(|| background.work(task)));
        if worked.is_err() {
            // What was asked for is lost, the session is not.
            tracing::error!("looking at a repository failed");
            shared.done.notify_all();
        }
    }
}

impl Background<'_> {
    fn work(&mut self, task: Task) {
        match task {
            Task::Resolve(key) => self.resolve(&key),
            Task::Look => self.look(),
            Task::Settings => self.read_settings(),
            Task::Folders(folders) => {
                for folder in folders {
                    // A folder in no repository is nothing to complain about.
                    let _ = self.repository(&folder);
                }
                let mut state = self.shared.lock();
                state.looks_for_folders = false;
                let status = state.status_of_nothing();
                drop(state);
                if self.repositories.is_empty() {
                    self.shared.send(Event::Status(status));
                }
            }
            Task::ListFiles(cancel) => {
                let mut files = std::mem::take(&mut self.files);
                files.list(self, cancel);
                self.files = files;
            }
            Task::NextFile(cancel) => {
                let mut files = std::mem::take(&mut self.files);
                files.judge_next(self, &cancel);
                self.files = files;
            }
        }
    }

    /// Finds out what an open document is compared with, and has it judged.
    fn resolve(&mut self, key: &Arc<str>) {
        let path = {
            let state = self.shared.lock();
            let open = state.documents.get(key);
            open.and_then(|open| open.path.clone())
        };
        let Some(path) = path else {
            return;
        };
        let real = real_path(&path);
        let (base, root) = match self.repository(&real) {
            Ok(root) => (self.base_of(&root, &real), Some(root)),
            Err(BaseError::NotARepository { .. }) => (
                FileBase::silent("this file is in no git repository: nothing to compare it with"),
                None,
            ),
            Err(error) => {
                self.shared.alert(&error.to_string());
                (FileBase::failed(error.to_string()), None)
            }
        };
        let mut state = self.shared.lock();
        let Some(open) = state.documents.get_mut(key) else {
            return;
        };
        open.root.clone_from(&root);
        open.real = Some(real);
        if open.base.is_same(&base) {
            return;
        }
        let own = base.status();
        let has_own_reason = open.base.reason() != base.reason() && base.reason().is_some();
        open.running.cancel();
        open.settled = None;
        open.base = base;
        state.enqueue(key);
        // The status of this document is not that of its repository: the client asks again.
        let status = match root {
            Some(root) => state.status_of(&root).filter(|it| it.state == Mode::Active),
            None => own,
        };
        drop(state);
        if let Some(status) = status.filter(|_| has_own_reason) {
            self.shared.send(Event::Status(status));
        }
        self.shared.work.notify_one();
    }

    /// The root of the repository that holds `path`, which is known afterwards. Its changed files
    /// are listed, whether a folder or a document made it known: a document often comes first.
    fn repository(&mut self, path: &Path) -> Result<PathBuf, BaseError> {
        let git = Repository::discover(path)?;
        let root = git.root().to_owned();
        if !self.repositories.contains_key(&root) {
            let known = Known::new(git, |root| self.reported.load(self.shared, root, root));
            self.repositories.insert(root.clone(), known);
            self.announce(&root);
            self.shared.queue.list_files();
        } else if self.refresh(&root) {
            self.reopen_documents(Some(&root));
        }
        Ok(root)
    }

    /// What the file at `path` of a known repository is compared with.
    pub fn base_of(&mut self, root: &Path, path: &Path) -> FileBase {
        let Some(known) = self.repositories.get(root) else {
            return FileBase::Loading;
        };
        let scope = match &known.scope {
            Ok(scope) => scope,
            Err(error) => return FileBase::failed(error.to_string()),
        };
        let comparison = match known.git.base_for(scope, path) {
            Base::Production(production) => {
                Comparison::Production(Arc::new(BaseSide::new(production)))
            }
            Base::Added => Comparison::AllNew,
            Base::Inactive(reason) => return FileBase::silent(reason.to_string()),
            Base::NotComparable(reason) if reason.is_failure() => {
                self.shared.alert(&format!("{}: {reason}", path.display()));
                return FileBase::failed(reason.to_string());
            }
            Base::NotComparable(reason) => return FileBase::silent(reason.to_string()),
        };
        let Ok(relative) = known.git.relative(path) else {
            return FileBase::silent("this file is outside of the repository's work tree");
        };
        let version = known.version.clone();
        let folder = path.parent().unwrap_or(root);
        let settings = if folder == root {
            Arc::clone(&known.settings)
        } else {
            Arc::new(self.reported.load(self.shared, folder, root).settings)
        };
        if settings.is_excluded(&relative) {
            return FileBase::silent("the settings exclude this file (`exclude`)");
        }
        FileBase::Ready(Arc::new(Ready {
            root: root.to_owned(),
            is_test: settings.is_test(&relative),
            path: relative,
            branch: known.branch.clone(),
            comparison,
            settings,
            version,
        }))
    }

    /// Has the branch of every repository looked at as a whole. `found` is what the rules say of
    /// files that are not open, by their repositories.
    pub fn look_at_branches(&self, found: &HashMap<PathBuf, HashMap<PathBuf, Vec<Found>>>) {
        for (root, known) in &self.repositories {
            let Ok(scope @ Scope::Judged(_)) = &known.scope else {
                continue;
            };
            let findings = found.get(root).into_iter().flat_map(HashMap::values);
            let job = Job {
                settings: Arc::clone(&known.settings),
                scope: scope.clone(),
                version: known.version.clone(),
                size: known.size(),
                findings: findings.flatten().cloned().collect(),
            };
            self.shared.board.look(root.clone(), job);
        }
    }

    /// Looks whether anything has moved that decides about bases.
    fn look(&mut self) {
        let roots: Vec<PathBuf> = self.repositories.keys().cloned().collect();
        for root in roots {
            let known = self.repositories.get(&root);
            if known.is_some_and(Known::has_new_settings) {
                self.configure(&root);
            } else if !self.refresh(&root) {
                continue;
            }
            self.reopen_documents(Some(&root));
        }
    }

    /// Reads every configuration again.
    fn read_settings(&mut self) {
        let roots: Vec<PathBuf> = self.repositories.keys().cloned().collect();
        for root in roots {
            self.configure(&root);
        }
        self.reopen_documents(None);
    }

    fn configure(&mut self, root: &Path) {
        if let Some(known) = self.repositories.get_mut(root) {
            known.configure(|root| self.reported.load(self.shared, root, root));
        }
        self.announce(root);
    }

    /// Whether the base of a repository has moved; the client knows it then.
    fn refresh(&mut self, root: &Path) -> bool {
        let Some(known) = self.repositories.get_mut(root) else {
            return false;
        };
        let moved = known.refresh();
        if moved {
            self.announce(root);
        }
        moved
    }

    /// Has every open document (of one repository) compared afresh, and the changed files too.
    fn reopen_documents(&self, root: Option<&Path>) {
        self.resolve_documents(root);
        self.shared.queue.list_files();
    }

    /// Has every open document (of one repository) compared afresh.
    pub fn resolve_documents(&self, root: Option<&Path>) {
        let state = self.shared.lock();
        let keys: Vec<Arc<str>> = state
            .documents
            .iter()
            .filter(|(_, open)| root.is_none() || open.root.as_deref() == root)
            .map(|(key, _)| Arc::clone(key))
            .collect();
        drop(state);
        for key in &keys {
            self.shared.queue.resolve(key);
        }
    }

    /// Tells the client a repository's status if it has changed. An error is also shown.
    pub fn announce(&self, root: &Path) {
        let Some(known) = self.repositories.get(root) else {
            return;
        };
        let status = known.status();
        let mut state = self.shared.lock();
        let former = state.statuses.insert(root.to_owned(), status.clone());
        let branch = status
            .branch
            .as_deref()
            .filter(|_| status.state == Mode::Active);
        let record = branch.map(|branch| record::path(&known.settings, branch));
        let moved = state.records.get(root) != record.as_ref();
        match record {
            Some(record) => state.records.insert(root.to_owned(), record),
            None => state.records.remove(root),
        };
        if moved {
            // What was seen belongs to another branch.
            state.observed.remove(root);
        }
        let documents: Vec<Arc<str>> = state.documents.keys().cloned().collect();
        let records = documents
            .iter()
            .filter(|key| state.root_of_record(key).is_some());
        for key in records.filter(|_| moved) {
            self.shared.board.read(key);
        }
        if former.as_ref() != Some(&status) && status.state == Mode::Active {
            state.unjudged.insert(root.to_owned());
        }
        let with_counts = state.status_of(root);
        drop(state);
        if former.as_ref() != Some(&status)
            && let Some(status) = with_counts
        {
            self.shared.send(Event::Status(status));
        }
        if let Status {
            state: Mode::Error,
            reason: Some(reason),
            ..
        } = &status
        {
            self.shared.alert(reason);
        }
    }
}

/// The path with the links of its folder resolved. The file itself may be missing or a link.
fn real_path(path: &Path) -> PathBuf {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return path.to_owned();
    };
    folder
        .canonicalize()
        .map_or_else(|_| path.to_owned(), |folder| folder.join(name))
}
