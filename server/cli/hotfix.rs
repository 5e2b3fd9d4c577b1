//! Judging what a hotfix branch changes, by git.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::configs::Configs;
use super::files::{self, Selected, Target};
use super::input::{self, Input};
use super::judge::{self, Prepared};
use super::place;
use super::render::{Results, json};
use super::scope::read;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::analysis::{BaseSide, Comparison};
use crate::compare::notes;
use crate::rules;
use crate::session::around;
use crate::syntax::Cancel;
use crate::vcs::{Base, ChangedFile, FileChange, Inactive, Repository, Scope};

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
        survey: None,
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
    let changed = match stdin {
        Some(_) => Ok(Vec::new()),
        None => place.repository.changed_files(&base),
    };
    let changed = match changed {
        Ok(changed) => changed,
        Err(error) => {
            results.base = json::Base::Unknown;
            terminal.trouble(Trouble::new(error.to_string()));
            return results;
        }
    };
    place.tell_unnameable(terminal);
    let selected = place.select(&changed, stdin);
    place.tell_inactive(&scope, terminal);
    let targets = selected.targets(place.repository.root(), &mut configs, terminal);
    let version = match place.repository.version(&base, &config.settings) {
        Ok(version) => version,
        Err(error) => {
            terminal.trouble(Trouble::new(error.to_string()));
            None
        }
    };
    // With stdin in place of a file, what the disk says of the others is not looked at.
    results.survey = stdin.is_none().then(|| {
        let (git, settings) = (&place.repository, &config.settings);
        around::survey(git, &scope, &changed, settings, &Cancel::default())
    });
    let branch = results.survey.as_ref();
    let branch = branch.map(|survey| Arc::new(survey.branch.clone()));
    let prepare = |target: &Target| {
        let prepared = prepare(&place.repository, &scope, stdin, target)?;
        Ok(prepared.map(|(input, base)| Prepared {
            input,
            base,
            version: version.clone(),
            branch: branch.clone(),
        }))
    };
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
    fn select(&self, changed: &[ChangedFile], stdin: Option<&Path>) -> Selected {
        let mut selected = Selected::default();
        if stdin.is_some() {
            self.paths
                .iter()
                .for_each(|file| selected.named(file.clone()));
        }
        for changed in changed {
            let file = self.repository.root().join(&changed.path);
            if self.paths.contains(&file) {
                selected.named(file);
            } else if is_read(&file, changed) && self.means(&file) {
                selected.found(file);
            }
        }
        selected
    }

    /// Tells which Python files are not judged because no text can hold their names.
    fn tell_unnameable(&self, terminal: &mut Terminal) {
        let means = |file: &Path| {
            let shown = |path: &Path| path.to_string_lossy().into_owned();
            let paths = self.paths.iter().map(|path| shown(path));
            self.paths.is_empty() || paths.into_iter().any(|path| shown(file).starts_with(&path))
        };
        for path in self.repository.unnameable() {
            let file = self.repository.root().join(path);
            if files::is_python(&file) && means(&file) {
                let message = "its name is not UTF-8, so it was not judged: rename it";
                let shown = place::shown(&terminal.folder, &file);
                terminal.trouble(Trouble::at(shown, message));
            }
        }
    }

    fn means(&self, file: &Path) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|path| file.starts_with(path))
    }

    /// Tells which named files are not judged on purpose.
    fn tell_inactive(&self, scope: &Scope, terminal: &Terminal) {
        for file in self.paths.iter().filter(|path| !path.is_dir()) {
            match self.repository.base_for(scope, file) {
                Base::Inactive(reason) => {
                    terminal.note(format!("nothing was judged: {reason}"));
                }
                Base::NotComparable(reason) if !reason.is_failure() => {
                    let shown = place::shown(&terminal.folder, file);
                    terminal.note(format!("{shown} is not judged: {reason}"));
                }
                _ => {}
            }
        }
    }
}

/// Whether a changed file is judged without being named: Python, and what some rule reads.
pub(super) fn is_read(file: &Path, changed: &ChangedFile) -> bool {
    let is_there = changed.change != FileChange::Deleted;
    files::is_python(file) || (is_there && rules::read_other(&changed.path))
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
pub(super) fn real(path: &Path) -> PathBuf {
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
    stdin: Option<&Path>,
    target: &Target,
) -> Result<Option<(Input, Comparison)>, Trouble> {
    unless_noted(target, read_both(repository, scope, stdin, target))
}

/// Release notes that cannot be read are left out without a word: nobody asked for them, and the
/// code is judged all the same.
pub(super) fn unless_noted(
    target: &Target,
    read: Result<Option<(Input, Comparison)>, Trouble>,
) -> Result<Option<(Input, Comparison)>, Trouble> {
    match read {
        Err(_) if notes::reads(&target.shown) => Ok(None),
        read => read,
    }
}

fn read_both(
    repository: &Repository,
    scope: &Scope,
    stdin: Option<&Path>,
    target: &Target,
) -> Result<Option<(Input, Comparison)>, Trouble> {
    let is_gone = || {
        let about = std::fs::symlink_metadata(&target.file);
        stdin.is_none() && about.is_err_and(|error| error.kind() == ErrorKind::NotFound)
    };
    let base = repository.base_for(scope, &target.file);
    match comparison(base, &target.shown)? {
        None => Ok(None),
        Some(Comparison::Production(side)) if is_gone() => {
            Ok(Some((Input::default(), Comparison::Gone(side))))
        }
        Some(comparison) => Ok(unless_same(
            read(target, stdin, input::read_file)?,
            comparison,
            &target.path,
        )),
    }
}

/// What a file is compared with; `None` when it is not judged on purpose.
pub(super) fn comparison(base: Base, shown: &str) -> Result<Option<Comparison>, Trouble> {
    Ok(Some(match base {
        Base::Production(production) => Comparison::Production(Arc::new(BaseSide::new(production))),
        Base::Added => Comparison::AllNew,
        Base::NotComparable(reason) if reason.is_failure() => {
            return Err(Trouble::at(shown, reason.to_string()));
        }
        Base::NotComparable(_) | Base::Inactive(Inactive::Ignored { .. }) => return Ok(None),
        Base::Inactive(reason) => return Err(Trouble::at(shown, reason.to_string())),
    }))
}

/// The text with what it is compared with; `None` when both are the same and lie at the same
/// `path`: who imports a file, and what collects it, goes by its name.
pub(super) fn unless_same(
    input: Input,
    base: Comparison,
    path: &str,
) -> Option<(Input, Comparison)> {
    if let Comparison::Production(side) = &base
        && !side.is_elsewhere(path)
        && input.text.replace("\r\n", "\n") == *side.production.text
    {
        return None;
    }
    Some((input, base))
}
