//! Beginning the record of a hotfix, for the command line and for editors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Session;
use crate::analysis::{self, Comparison, Snapshot};
use crate::checklist::record::{self, DiskError, Record};
use crate::checklist::start::{self, Failure, FoundThere, Known};
use crate::checklist::traceback::{self, Located};
use crate::config::Settings;
use crate::rules;
use crate::syntax::Cancel;
use crate::text::read_regular;
use crate::vcs::{BaseCommit, LIMIT_BYTES, Repository, Scope};

/// The hotfix whose record begins.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// What the branch is compared with.
    pub base: &'a BaseCommit,
    /// The settings of the repository's root.
    pub settings: &'a Arc<Settings>,
    /// The version that it will ship as.
    pub version: Option<&'a str>,
}

/// What was done with the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is new.
    Created,
    /// The traceback was written into one that was there.
    Added,
    /// It holds the same traceback already.
    Same,
}

/// Why no record was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotBegun {
    /// The record, relative to the root, where the trouble is with it.
    pub path: Option<String>,
    /// One sentence that says what to do, without a final dot.
    pub message: String,
}

impl NotBegun {
    fn new(message: &impl ToString) -> Self {
        Self {
            path: None,
            message: message.to_string(),
        }
    }

    fn at(path: &str, message: &impl ToString) -> Self {
        Self {
            path: Some(path.to_owned()),
            message: message.to_string(),
        }
    }
}

/// Creates the record; its path relative to the root. One that exists is never overwritten: with a
/// traceback, only the part about that is written anew. Reads git and the disk; call it where deep
/// code cannot end the process.
///
/// # Errors
/// [`NotBegun`] when there is a record and no traceback, when the text holds no traceback, or when
/// the record cannot be read or written.
pub fn begin(what: Beginning<'_>, traceback: Option<&str>) -> Result<(String, Begun), NotBegun> {
    let Some(branch) = &what.base.branch else {
        let message = "HEAD is on no branch, so it has no record: switch to the hotfix branch";
        return Err(NotBegun::new(&message));
    };
    let path = record::path(what.settings, branch);
    let root = what.repository.root();
    let old = match record::load(root, &path) {
        Ok(old) => Some(old),
        Err(DiskError::Missing) => None,
        Err(error) => return Err(NotBegun::at(&path, &error)),
    };
    let failure = traceback.map(|text| failure(what, text)).transpose()?;
    let begun = match (&old, failure) {
        (Some(_), None) => {
            let message = "there is a record already, so nothing was written: go on in it, or add \
                           a traceback with `hotfix-ls start --traceback FILE`";
            return Err(NotBegun::at(&path, &message));
        }
        (Some(old), Some(failure)) => add(root, &path, old, &failure),
        (None, failure) => create(what, branch, &path, failure),
    };
    let begun = begun.map_err(|message| NotBegun::at(&path, &message))?;
    Ok((path, begun))
}

fn create(
    what: Beginning<'_>,
    branch: &str,
    path: &str,
    failure: Option<Failure>,
) -> Result<Begun, String> {
    let base_tag = what.repository.base_tag(what.base);
    let known = Known {
        branch: branch.to_owned(),
        version: what.version.map(str::to_owned),
        base: what.base.commit.clone(),
        base_tag: base_tag.map_err(|error| error.to_string())?,
        production: what.base.reference.clone(),
        owner: what.repository.owner(),
        failure,
    };
    let record = start::record(&known).map_err(|error| error.to_string())?;
    let root = what.repository.root();
    record::create(root, path, &record).map_err(|error| error.to_string())?;
    Ok(Begun::Created)
}

fn add(root: &Path, path: &str, old: &Record, failure: &Failure) -> Result<Begun, String> {
    let mut new = old.clone();
    start::tell(&mut new, failure).map_err(|error| error.to_string())?;
    if new == *old {
        return Ok(Begun::Same);
    }
    record::save(root, path, old, &new).map_err(|error| error.to_string())?;
    Ok(Begun::Added)
}

/// What failed by a pasted text.
fn failure(what: Beginning<'_>, text: &str) -> Result<Failure, NotBegun> {
    let traceback = traceback::read(text);
    let mut raised = traceback.raised.iter();
    if raised.all(|raised| raised.frames.is_empty()) {
        let message = "no traceback was found in it: paste all lines from `Traceback` to the name \
                       of the exception";
        return Err(NotBegun::new(&message));
    }
    let located = traceback::locate(what.repository.root(), &traceback);
    Ok(Failure {
        findings: findings(what, &located),
        located,
        traceback,
    })
}

/// What the rules say of the lines that failed, as if they were new.
fn findings(what: Beginning<'_>, located: &[Vec<Located>]) -> Vec<FoundThere> {
    let mut lines: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for place in located.iter().flatten() {
        lines.entry(&place.path).or_default().push(place.line);
    }
    let of_file = |(path, lines): (&&str, &Vec<usize>)| judge(what, path, lines);
    lines.iter().flat_map(of_file).collect()
}

fn judge(what: Beginning<'_>, path: &str, lines: &[usize]) -> Vec<FoundThere> {
    let bytes = read_regular(&what.repository.root().join(path), LIMIT_BYTES);
    let Some(text) = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Vec::new();
    };
    let snapshot = Snapshot {
        path: path.to_owned(),
        is_test: what.settings.is_test(path),
        head: analysis::source(path, text),
        base: Comparison::AllNew,
        settings: Arc::clone(what.settings),
        version: what.version.map(str::to_owned),
        branch: None,
        cancel: Cancel::default(),
    };
    let report = analysis::analyse(&snapshot).unwrap_or_default();
    let found = report.findings.iter().filter_map(|finding| {
        let touched = snapshot.head.lines().touched(finding.span.clone());
        let meant = lines.iter().any(|line| touched.contains(&(line - 1)));
        meant.then(|| FoundThere {
            path: path.to_owned(),
            line: touched.start + 1,
            rule: finding.rule.to_owned(),
            message: finding.message.clone(),
        })
    });
    found.collect()
}

/// A hotfix branch that is checked out.
#[derive(Debug)]
pub struct Hotfix {
    /// The repository.
    pub repository: Repository,
    /// What the branch is compared with.
    pub base: Arc<BaseCommit>,
    /// The settings of the repository's root.
    pub settings: Arc<Settings>,
    /// The version that it will ship as.
    pub version: Option<String>,
}

impl Session {
    /// The hotfix of the repository that holds `path`, or of the workspace's first one. Reads git
    /// and the disk: never call it from an async task.
    ///
    /// # Errors
    /// One sentence that says what to do, without a final dot.
    pub fn hotfix(&self, path: Option<&Path>) -> Result<Hotfix, String> {
        let (folder, editor) = {
            let state = self.0.lock();
            let first = state.folders.first().map(|folder| folder.real.clone());
            let folder = path.map(Path::to_owned).or(first);
            (folder, state.editor_settings.clone())
        };
        let folder = folder.ok_or("no folder is open: name a document of the repository")?;
        let text = |error: crate::vcs::BaseError| error.to_string();
        let repository = Repository::discover(&folder).map_err(text)?;
        let root = repository.root().to_owned();
        let loaded = rules::custom::settings(&root, Some(&root), editor.as_ref());
        let settings = Arc::new(loaded.settings);
        let base = match repository.scope(&settings, None).map_err(text)? {
            Scope::Judged(base) => base,
            Scope::Inactive(reason) => return Err(reason.to_string()),
        };
        let version = repository.version(&base, &settings).map_err(text)?;
        Ok(Hotfix {
            repository,
            base,
            settings,
            version,
        })
    }

    /// Looks again at the record that was written at `path` below `root`, and at the checklist.
    pub fn changed_record(&self, root: &Path, path: Option<&str>) {
        let file = path.map(|path| root.join(path));
        self.file_changed(file.as_deref());
        self.look_again();
    }

    /// Begins the record of the repository that holds `path`, or of the workspace's first one; its
    /// file. Reads git and the disk: never call it from an async task.
    ///
    /// # Errors
    /// One sentence that says what to do, without a final dot.
    pub fn start_record(
        &self,
        path: Option<&Path>,
        traceback: Option<&str>,
    ) -> Result<PathBuf, String> {
        let hotfix = self.hotfix(path)?;
        let beginning = Beginning {
            repository: &hotfix.repository,
            base: &hotfix.base,
            settings: &hotfix.settings,
            version: hotfix.version.as_deref(),
        };
        match begin(beginning, traceback) {
            Ok((record, _)) => Ok(hotfix.repository.root().join(record)),
            Err(NotBegun {
                path: None,
                message,
            }) => Err(message),
            Err(NotBegun {
                path: Some(path),
                message,
            }) => Err(format!("{path}: {message}")),
        }
    }
}
