//! One repository as the background thread knows it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::around;
use super::meter::{Meter, Score};
use super::settings::{Stamp, stamp};
use super::status::{Counts, Mode, Status};
use crate::compare::branch::Branch;
use crate::compare::size::Size;
use crate::config::{Loaded, Settings};
use crate::rules;
use crate::syntax::Cancel;
use crate::vcs::{BaseError, FileChange, RefsFingerprint, Repository, Scope};

/// One repository, what it is judged against, and how that was found.
pub(super) struct Known {
    pub git: Repository,
    pub settings: Arc<Settings>,
    stamp: Stamp,
    fingerprint: Result<RefsFingerprint, BaseError>,
    pub scope: Result<Scope, BaseError>,
    /// The hotfix's version, for the hotfix comment.
    pub version: Option<String>,
    /// What the branch does to all of its files, once the changed files were listed.
    pub branch: Option<Arc<Branch>>,
    /// How large the branch is, once the changed files were listed.
    meter: Option<Meter>,
    /// How little it looks like a fix.
    risk: Option<Score>,
}

impl Known {
    /// Looks at a repository for the first time.
    ///
    /// `load` reads the settings for a root. Their stamp is taken before, so that a change between
    /// the two is noticed.
    pub fn new(git: Repository, load: impl FnOnce(&Path) -> Loaded) -> Self {
        let stamp = stamp(git.root(), git.root());
        let loaded = load(git.root());
        let settings = Arc::new(loaded.settings);
        let fingerprint = git.fingerprint(&settings, None);
        let scope = git.scope(&settings, None);
        let mut known = Self {
            git,
            settings,
            stamp,
            fingerprint,
            scope,
            version: None,
            branch: None,
            meter: None,
            risk: None,
        };
        known.version = known.find_version();
        known
    }

    /// How much production code the branch changes; nothing where nobody has measured it.
    pub fn size(&self) -> Size {
        let meter = self.meter.as_ref();
        meter.map(Meter::size).unwrap_or_default()
    }

    /// Takes new settings and looks again.
    pub fn configure(&mut self, load: impl FnOnce(&Path) -> Loaded) {
        self.stamp = stamp(self.git.root(), self.git.root());
        let loaded = load(self.git.root());
        self.settings = Arc::new(loaded.settings);
        self.fingerprint = self.git.fingerprint(&self.settings, None);
        self.judge_again();
    }

    /// Whether HEAD, production or anything else that decides about the base has moved; the
    /// scope is up to date afterwards. Without a move this reads a handful of refs.
    pub fn refresh(&mut self) -> bool {
        let fingerprint = self.git.fingerprint(&self.settings, None);
        if fingerprint == self.fingerprint {
            return false;
        }
        self.fingerprint = fingerprint;
        self.judge_again();
        true
    }

    /// Whether the configuration files at the root have changed since they were read.
    pub fn has_new_settings(&self) -> bool {
        stamp(self.git.root(), self.git.root()) != self.stamp
    }

    /// The status, without counts.
    pub fn status(&self) -> Status {
        let root = Some(self.git.root().to_owned());
        let branch = self.branch();
        match &self.scope {
            Err(error) => Status {
                branch,
                ..Status::silent(root, Mode::Error, error.to_string())
            },
            Ok(Scope::Inactive(reason)) => Status {
                branch,
                ..Status::silent(root, Mode::Inactive, reason.to_string())
            },
            Ok(Scope::Judged(base)) => Status {
                root,
                state: Mode::Active,
                reason: base.notes.first().map(ToString::to_string),
                branch,
                production: Some(base.reference.clone()),
                base: Some(base.commit.clone()),
                version: self.version.clone(),
                counts: Counts::default(),
                checklist: None,
                looking: false,
                size: self.meter.clone().map(Box::new),
                risk: self.risk.clone().map(Box::new),
            },
        }
    }

    /// The files that rules read and that differ from production, by their absolute paths, those
    /// that are gone among them; none where nothing is judged. Looks at the branch as a whole on
    /// the way, and says whether that has changed.
    ///
    /// # Errors
    /// [`BaseError`] when the changed files cannot be listed.
    pub fn changed_files(&mut self, cancel: &Cancel) -> Result<(Vec<PathBuf>, bool), BaseError> {
        let Ok(scope @ Scope::Judged(base)) = &self.scope else {
            self.meter = None;
            self.risk = None;
            let is_new = self.branch.take().is_some();
            return Ok((Vec::new(), is_new));
        };
        let changed = self.git.changed_files(base)?;
        let survey = around::survey(&self.git, scope, &changed, &self.settings, cancel);
        self.meter = Some(Meter::new(&survey));
        self.risk = Score::new(&survey);
        let branch = survey.branch;
        // A branch that only changes what is in its files is the same as one not looked at yet.
        let branch = (branch != Branch::default()).then(|| Arc::new(branch));
        let is_new = branch != self.branch;
        self.branch = branch;
        let files = changed
            .into_iter()
            .filter(|file| {
                let is_there = file.change != FileChange::Deleted;
                is_python(Path::new(&file.path)) || is_there && rules::read_other(&file.path)
            })
            .map(|file| self.git.root().join(file.path));
        Ok((files.collect(), is_new))
    }

    fn judge_again(&mut self) {
        self.scope = self.git.scope(&self.settings, None);
        self.version = self.find_version();
    }

    fn branch(&self) -> Option<String> {
        let fingerprint = self.fingerprint.as_ref().ok();
        match fingerprint {
            Some(fingerprint) => fingerprint.head.branch.clone(),
            None => self.git.head().ok()?.branch,
        }
    }

    fn find_version(&self) -> Option<String> {
        let Ok(Scope::Judged(base)) = &self.scope else {
            return None;
        };
        self.git.version(base, &self.settings).unwrap_or_default()
    }
}

/// Whether a file is Python by its name.
#[must_use]
pub fn is_python(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "py" || extension == "pyi")
}
