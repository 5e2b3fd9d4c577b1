//! Judging a commit without checking it out: `check --head REV`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::configs::Configs;
use super::files::{Selected, Target};
use super::hotfix;
use super::input::Input;
use super::judge::{self, Prepared};
use super::place;
use super::render::{Results, json};
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::analysis::Comparison;
use crate::session::around;
use crate::vcs::{Base, BaseCommit, BaseError, ChangedFile, FileChange, Repository};

/// Judges what the commit `revision` changes at and below `paths`, or everywhere without paths.
/// The settings are those of the work tree.
pub fn judge(
    paths: &[PathBuf],
    reference: Option<&str>,
    revision: &str,
    terminal: &mut Terminal,
) -> Results {
    let mut results = Results {
        base: json::Base::Unknown,
        files: Vec::new(),
        survey: None,
    };
    if let Err(error) = judge_into(&mut results, paths, reference, revision, terminal) {
        results.base = json::Base::Unknown;
        terminal.trouble(Trouble::new(error.to_string()));
    }
    results
}

fn judge_into(
    results: &mut Results,
    paths: &[PathBuf],
    reference: Option<&str>,
    revision: &str,
    terminal: &mut Terminal,
) -> Result<(), BaseError> {
    let repository = Repository::discover(&terminal.folder)?;
    let root = repository.root().to_owned();
    let mut configs = Configs::new(Some(root.clone()));
    let settings = configs.of(&root, terminal).settings;
    let base = repository.scope_of(&settings, reference, revision)?;
    for note in &base.notes {
        terminal.note(note);
    }
    let all = repository.changed_in_head(&base)?;
    let read = |file: &ChangedFile| texts(&repository, &base, file);
    let survey = around::survey_of(&repository, &base, &all, &settings, read);
    let branch = Arc::new(survey.branch.clone());
    results.survey = Some(survey);
    let changed = select(&repository, all, paths, terminal);
    let mut selected = Selected::default();
    for file in changed.keys() {
        selected.found(file.clone());
    }
    let targets = selected.targets(&root, &mut configs, terminal);
    let prepare = |target: &Target| {
        let Some(changed) = changed.get(&target.file) else {
            return Ok(None);
        };
        let prepared = prepare(&repository, &base, changed, target);
        let prepared = hotfix::unless_noted(target, prepared)?;
        Ok(prepared.map(|(input, base)| Prepared {
            input,
            base,
            version: settings.version.clone(),
            branch: Some(Arc::clone(&branch)),
        }))
    };
    results.files = judge::judge_all(&targets, prepare, terminal);
    results.base = json::Base::Production {
        reference: base.reference.clone(),
        commit: base.commit.clone(),
    };
    Ok(())
}

/// The changed files that the user means, by where they would lie.
fn select(
    repository: &Repository,
    all: Vec<ChangedFile>,
    paths: &[PathBuf],
    terminal: &Terminal,
) -> BTreeMap<PathBuf, ChangedFile> {
    let named: Vec<PathBuf> = paths
        .iter()
        .map(|path| hotfix::real(&place::absolute(&terminal.folder, path)))
        .collect();
    let means = |file: &Path| named.is_empty() || named.iter().any(|path| file.starts_with(path));
    all.into_iter()
        .map(|changed| (repository.root().join(&changed.path), changed))
        .filter(|(file, changed)| {
            means(file) && (named.contains(file) || hotfix::is_read(file, changed))
        })
        .collect()
}

/// Production's text and the commit's, as far as they can be read.
fn texts(
    repository: &Repository,
    base: &BaseCommit,
    file: &ChangedFile,
) -> (Option<String>, Option<String>) {
    let before = match repository.base_of_change(base, file) {
        Base::Production(production) => Some(production.text.to_string()),
        _ => None,
    };
    let bytes = repository.head_bytes(base, &file.path).ok().flatten();
    (
        before,
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()),
    )
}

fn prepare(
    repository: &Repository,
    base: &BaseCommit,
    changed: &ChangedFile,
    target: &Target,
) -> Result<Option<(Input, Comparison)>, Trouble> {
    let before = repository.base_of_change(base, changed);
    let comparison = match (hotfix::comparison(before, &target.shown)?, &changed.change) {
        (None, _) => return Ok(None),
        (Some(Comparison::Production(side)), FileChange::Deleted) => {
            return Ok(Some((Input::default(), Comparison::Gone(side))));
        }
        (Some(comparison), _) => comparison,
    };
    let bytes = repository.head_bytes(base, &changed.path);
    let bytes = bytes.map_err(|error| Trouble::at(&*target.shown, error.to_string()))?;
    // A link: what it leads to is judged where it lies.
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    let input = Input::from_bytes(bytes, &target.shown)?;
    Ok(hotfix::unless_same(input, comparison, &target.path))
}
