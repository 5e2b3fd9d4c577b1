//! Judging what a hotfix branch changes, by git.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::configs::Configs;
use super::files::{self, Selected, Target};
use super::input;
use super::judge::{self, Prepared};
use super::place;
use super::render::{Results, json};
use super::scope::read;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::analysis::{BaseSide, Comparison};
use crate::rules;
use crate::vcs::{
    Base, BaseCommit, BaseError, ChangedFile, FileChange, Inactive, Repository, Scope,
};

/// Judges the changed files at and below `paths`, or of the whole repository without paths.
pub fn judge(
    paths: &[PathBuf],
    reference: Option<&str>,
    stdin: Option<&Path>,
    terminal: &mut Terminal,
) -> Results {
    let mut results = Results {
        base: json::Base::Unknown,
        files: Vec::new(),
    };
    let Some(place) = Place::find(paths, stdin, terminal) else {
        return results;
    };
    let mut configs = Configs::new(Some(place.repository.root().to_owned()));
    let config = configs.of(&place.folder, terminal);
    let scope = match place.repository.scope(&config.settings, reference) {
        Ok(scope) => scope,
        Err(error) => {
            terminal.trouble(Trouble::new(error.to_string()));
            return results;
        }
    };
    let base = match &scope {
        Scope::Judged(base) => Arc::clone(base),
        Scope::Inactive(reason) => {
            terminal.note(format!("nothing was judged: {reason}"));
            let reason = reason.to_string();
            results.base = json::Base::Inactive { reason };
            return results;
        }
    };
    for note in &base.notes {
        terminal.note(note);
    }
    results.base = json::Base::Production {
        reference: base.reference.clone(),
        commit: base.commit.clone(),
    };
    let selected = match place.changed(&base, stdin) {
        Ok(selected) => selected,
        Err(error) => {
            results.base = json::Base::Unknown;
            terminal.trouble(Trouble::new(error.to_string()));
            return results;
        }
    };
    place.tell_inactive(&scope, terminal);
    let targets = selected.targets(place.repository.root(), &mut configs, terminal);
    let version = match place.repository.version(&base, &config.settings) {
        Ok(version) => version,
        Err(error) => {
            terminal.trouble(Trouble::new(error.to_string()));
            None
        }
    };
    let prepare =
        |target: &Target| prepare(&place.repository, &scope, version.as_deref(), stdin, target);
    results.files = judge::judge_all(&targets, prepare, terminal);
    results
}

/// The repository that is judged, and where in it.
struct Place {
    repository: Repository,
    /// The folder whose settings say what a hotfix branch and production are.
    folder: PathBuf,
    /// What the user named, absolute, links in folders resolved; empty for the whole repository.
    paths: Vec<PathBuf>,
}

impl Place {
    fn find(paths: &[PathBuf], stdin: Option<&Path>, terminal: &mut Terminal) -> Option<Self> {
        let mut named = match stdin {
            Some(file) => vec![real(file)],
            None => existing(paths, terminal),
        };
        let whole = paths.is_empty() && stdin.is_none();
        let first = if whole {
            Some(&terminal.folder)
        } else {
            named.first()
        };
        let first = first?.clone();
        let repository = match Repository::discover(&first) {
            Ok(repository) => repository,
            Err(error) => {
                terminal.trouble(Trouble::new(error.to_string()));
                return None;
            }
        };
        let folder = if whole {
            repository.root().to_owned()
        } else if first.is_dir() {
            first
        } else {
            first.parent().unwrap_or(&first).to_owned()
        };
        named.retain(|path| {
            let inside = path.starts_with(repository.root());
            if !inside {
                let shown = place::shown(&terminal.folder, path);
                let root = place::shown(&terminal.folder, repository.root());
                let message =
                    format!("this is not in the repository {root}: check it in a run of its own");
                terminal.trouble(Trouble::at(shown, message));
            }
            inside
        });
        Some(Self {
            repository,
            folder,
            paths: named,
        })
    }

    /// The changed Python files that the user means, and whatever else he names.
    fn changed(&self, base: &BaseCommit, stdin: Option<&Path>) -> Result<Selected, BaseError> {
        let mut selected = Selected::default();
        if stdin.is_some() {
            self.paths
                .iter()
                .for_each(|file| selected.named(file.clone()));
            return Ok(selected);
        }
        for changed in self.repository.changed_files(base)? {
            let file = self.repository.root().join(&changed.path);
            if changed.change == FileChange::Deleted {
                continue;
            }
            if self.paths.contains(&file) {
                selected.named(file);
            } else if is_read(&file, &changed) && self.means(&file) {
                selected.found(file);
            }
        }
        Ok(selected)
    }

    fn means(&self, file: &Path) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|path| file.starts_with(path))
    }

    /// Tells which named files are not judged on purpose.
    fn tell_inactive(&self, scope: &Scope, terminal: &Terminal) {
        for file in self.paths.iter().filter(|path| path.is_file()) {
            if let Base::Inactive(reason) = self.repository.base_for(scope, file) {
                terminal.note(format!("nothing was judged: {reason}"));
            }
        }
    }
}

/// Whether a changed file is judged without being named. A manifest says something only beside
/// production's.
fn is_read(file: &Path, changed: &ChangedFile) -> bool {
    let new = changed.change == FileChange::Added;
    files::is_python(file) || (!new && rules::read_other(&changed.path))
}

/// The paths that exist, absolute; the others are told.
fn existing(paths: &[PathBuf], terminal: &mut Terminal) -> Vec<PathBuf> {
    let mut named = Vec::new();
    for path in paths {
        let path = place::absolute(&terminal.folder, path);
        if let Err(error) = std::fs::symlink_metadata(&path) {
            let shown = place::shown(&terminal.folder, &path);
            terminal.trouble(input::unreadable(&shown, &error));
            continue;
        }
        named.push(real(&path));
    }
    named
}

/// The path with links in its folder resolved; a link itself stays.
fn real(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.canonicalize().unwrap_or_else(|_| path.to_owned());
    }
    match (path.parent().map(Path::canonicalize), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

fn prepare(
    repository: &Repository,
    scope: &Scope,
    version: Option<&str>,
    stdin: Option<&Path>,
    target: &Target,
) -> Result<Option<Prepared>, Trouble> {
    let comparison = match repository.base_for(scope, &target.file) {
        Base::Production(production) => Comparison::Production(Arc::new(BaseSide::new(production))),
        Base::Added => Comparison::AllNew,
        Base::NotComparable(reason) if reason.is_failure() => {
            return Err(Trouble::at(&*target.shown, reason.to_string()));
        }
        Base::NotComparable(_) | Base::Inactive(Inactive::Ignored { .. }) => return Ok(None),
        Base::Inactive(reason) => return Err(Trouble::at(&*target.shown, reason.to_string())),
    };
    let input = read(target, stdin)?;
    if let Comparison::Production(side) = &comparison
        && input.text.replace("\r\n", "\n") == *side.production.text
    {
        return Ok(None);
    }
    Ok(Some(Prepared {
        input,
        base: comparison,
        version: version.map(str::to_owned),
    }))
}
