//! What a status bar shows of a repository.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::base::FileBase;
use super::event::{Event, Target};
use super::meter::{Meter, Score};
use super::{Session, Shared};
use crate::checklist::items::{Checklist, Standing, State};
use crate::rules::Severity;

/// Whether a repository is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It is on a hotfix branch and the base is known.
    Active,
    /// Nothing is judged on purpose; the reason says how to change that.
    Inactive,
    /// It should be judged and cannot be; the reason says what to do.
    Error,
}

/// What is shown, by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Findings that fail CI.
    pub warning: usize,
    /// Findings for a look.
    pub information: usize,
    /// Hints.
    pub hint: usize,
}

impl FromIterator<Severity> for Counts {
    fn from_iter<T: IntoIterator<Item = Severity>>(severities: T) -> Self {
        let mut counts = Self::default();
        for severity in severities {
            match severity {
                Severity::Warning => counts.warning += 1,
                Severity::Information => counts.information += 1,
                Severity::Hint => counts.hint += 1,
            }
        }
        counts
    }
}

/// What a status bar shows of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The work tree; absent where there is no repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<PathBuf>,
    /// Whether it is judged.
    pub state: Mode,
    /// Why it is not judged, or what to do.
    pub reason: Option<String>,
    /// The branch that is checked out.
    pub branch: Option<String>,
    /// The production ref.
    pub production: Option<String>,
    /// The base commit's full object id.
    pub base: Option<String>,
    /// The hotfix's version.
    pub version: Option<String>,
    /// What is shown in all of the repository's files.
    pub counts: Counts,
    /// Whether something has not been judged yet, so that the counts are not the last word.
    #[serde(default)]
    pub looking: bool,
    /// How the checklist stands; absent until it was looked at.
    pub checklist: Option<Tally>,
    /// How large the hotfix is; absent until its files were listed, and where nothing is judged.
    pub size: Option<Box<Meter>>,
    /// How little it looks like a fix; absent with the size, and where nothing changes.
    pub risk: Option<Box<Score>>,
}

/// How a checklist stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Items that hold, are attested or do not apply.
    pub done: usize,
    /// Items that were seen not to hold.
    pub failed: usize,
    /// All items.
    pub total: usize,
}

impl Tally {
    /// Counts a checklist.
    #[must_use]
    pub fn of(checklist: &Checklist) -> Self {
        let failed = |it: &&Standing| it.state == State::Failed;
        Self {
            done: checklist.done(),
            failed: checklist.items.iter().filter(failed).count(),
            total: checklist.items.len(),
        }
    }
}

impl Status {
    /// The status of a place that is not judged.
    #[must_use]
    pub fn silent(root: Option<PathBuf>, state: Mode, reason: impl Into<String>) -> Self {
        Self {
            root,
            state,
            reason: Some(reason.into()),
            branch: None,
            production: None,
            base: None,
            version: None,
            counts: Counts::default(),
            checklist: None,
            looking: false,
            size: None,
            risk: None,
        }
    }

    /// The status of a place about which nothing is known yet.
    fn looking() -> Self {
        Self {
            looking: true,
            ..Self::silent(None, Mode::Inactive, "still looking for the repository")
        }
    }
}

impl Session {
    /// The status of a document's repository, or of the first repository that is known.
    #[must_use]
    pub fn status(&self, key: Option<&str>) -> Status {
        let state = self.0.lock();
        let of_record = key.and_then(|key| state.root_of_record(key));
        if let Some(status) = of_record.and_then(|root| state.status_of(&root)) {
            return status;
        }
        if let Some(open) = key.and_then(|key| state.documents.get(key)) {
            // A document that was opened just now does not know its repository yet.
            let path = open.real.as_ref().or(open.path.as_ref());
            let around = || {
                let roots = state.statuses.keys();
                let around = roots.filter(|root| path.is_some_and(|path| path.starts_with(root)));
                around.max_by_key(|root| root.components().count())
            };
            let root = open.root.as_ref().or_else(around);
            let of_root = root.and_then(|root| state.status_of(root));
            return match (&open.base, of_root) {
                // The repository is judged and this file is not: the file's reason counts.
                (FileBase::Silent { mode, reason }, Some(status))
                    if status.state == Mode::Active =>
                {
                    Status {
                        state: *mode,
                        reason: Some(reason.clone()),
                        ..status
                    }
                }
                (FileBase::Silent { mode, reason }, None) => Status::silent(None, *mode, reason),
                (_, Some(status)) => Status {
                    looking: status.looking || open.is_new(),
                    ..status
                },
                (_, None) => Status::looking(),
            };
        }
        let mut roots: Vec<&PathBuf> = state.statuses.keys().collect();
        roots.sort();
        let folder = state.folders.first();
        let of_folder = roots
            .iter()
            .find(|root| folder.is_some_and(|folder| folder.real.starts_with(root)));
        of_folder
            .or(roots.first())
            .and_then(|root| state.status_of(root))
            .unwrap_or_else(|| state.status_of_nothing())
    }
}

impl super::state::State {
    /// The status where no repository is known.
    pub fn status_of_nothing(&self) -> Status {
        if self.looks_for_folders {
            return Status::looking();
        }
        let reason = "no repository is known yet: open a Python file of one";
        Status::silent(None, Mode::Inactive, reason)
    }

    /// The status of a repository with its counts of this moment.
    pub fn status_of(&self, root: &Path) -> Option<Status> {
        let mut status = self.statuses.get(root)?.clone();
        status.looking = status.state == Mode::Active && self.is_looking(root);
        for counts in self
            .counts
            .get(root)
            .into_iter()
            .flat_map(|all| all.values())
        {
            status.counts.warning += counts.warning;
            status.counts.information += counts.information;
            status.counts.hint += counts.hint;
        }
        let observed = self.observed.get(root);
        let observed = observed.filter(|_| status.state == Mode::Active);
        status.checklist = observed.map(|it| Tally::of(&it.checklist));
        Some(status)
    }
}

impl Shared {
    /// Tells the client the status of a repository as it is now.
    pub(super) fn tell_status(&self, root: &Path) {
        let status = self.lock().status_of(root);
        if let Some(status) = status {
            self.send(Event::Status(status));
        }
    }

    /// Notes how much is shown at `target` and tells the client if a repository's sum changed.
    pub(super) fn count(&self, target: Target, counts: Counts, root: Option<&Path>) {
        let mut state = self.lock();
        // A document that was closed meanwhile shows nothing any more.
        let root = root.filter(|_| match &target {
            Target::Open(key) => state.documents.contains_key(key),
            Target::File(path) => !state.is_open(path),
        });
        let mut touched = Vec::new();
        for (other, all) in &mut state.counts {
            if Some(&**other) != root
                && all
                    .remove(&target)
                    .is_some_and(|old| old != Counts::default())
            {
                touched.push(other.clone());
            }
        }
        if let Some(root) = root {
            let all = state.counts.entry(root.to_owned()).or_default();
            let old = if counts == Counts::default() {
                all.remove(&target)
            } else {
                all.insert(target, counts)
            };
            if old.unwrap_or_default() != counts {
                touched.push(root.to_owned());
            }
        }
        let statuses: Vec<_> = touched
            .iter()
            .filter_map(|root| state.status_of(root))
            .collect();
        drop(state);
        for status in statuses {
            self.send(Event::Status(status));
        }
    }
}
