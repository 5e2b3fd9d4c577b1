//! Looking at a branch as a whole: what it changes, which tests reach that, and how every item
//! stands.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::branch::{Branch, Kind, kind_of};
use super::history::{self, History};
use super::items::{self, Checklist, Evidence, Found, Mark, Seen};
use super::link::{self, Target, Test};
use super::record::Record;
use crate::compare::size::Size;
use crate::config::Settings;
use crate::syntax::{Cancel, Kind as Definition};
use crate::vcs::{BaseError, HistoryCache, Repository, Scope};

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// Against what.
    pub scope: &'a Scope,
    /// The settings of its root.
    pub settings: &'a Settings,
    /// The hotfix's version.
    pub version: Option<&'a str>,
    /// Where the record lies, relative to the root.
    pub record_path: Option<&'a str>,
    /// The record.
    pub record: Option<&'a Record>,
    /// How much production code it changes, by the survey of the branch.
    pub size: Size,
    /// What the rules found.
    pub findings: &'a [Found],
    /// What commands have shown.
    pub evidence: &'a Evidence,
    /// Texts that count in place of the files of these paths: what is open in an editor.
    pub texts: &'a BTreeMap<String, Arc<str>>,
    /// The histories that were walked before.
    pub history: &'a HistoryCache,
    /// Ends the walk over history.
    pub cancel: &'a Cancel,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Observed {
    /// What the branch changes.
    pub branch: Branch,
    /// How much production code it changes.
    pub size: Size,
    /// The tests that reach each of [`Branch::definitions`], in their order.
    pub links: Vec<Vec<Test>>,
    /// How every item stands.
    pub checklist: Checklist,
    /// Whether the hotfix has its record.
    pub has_record: bool,
    /// The past of what is changed; empty where git cannot tell.
    pub history: History,
}

/// Looks at everything once. Reads git and the disk; call it where deep code cannot end the
/// process.
///
/// # Errors
/// [`BaseError`] when git cannot tell what changed.
pub fn observe(look: Look<'_>) -> Result<Observed, BaseError> {
    let root = look.repository.root();
    let branch = Branch::read(
        look.repository,
        look.scope,
        look.settings,
        look.record_path,
        look.texts,
    )?;
    let links = links(root, look.settings, &branch);
    let checklist = items::judge(seen(look, &branch, &links));
    let history = past(look, &branch);
    Ok(Observed {
        branch,
        size: look.size,
        links,
        checklist,
        has_record: look.record.is_some(),
        history,
    })
}

/// Only what single definitions lack: what [`observe`] finds, without the past, in the order of
/// the branch.
///
/// # Errors
/// [`BaseError`] when git cannot tell what changed.
pub fn marks(look: Look<'_>) -> Result<Vec<Mark>, BaseError> {
    let (root, settings) = (look.repository.root(), look.settings);
    let branch = Branch::read(
        look.repository,
        look.scope,
        settings,
        look.record_path,
        look.texts,
    )?;
    let links = links(root, settings, &branch);
    let checklist = items::judge(seen(look, &branch, &links));
    Ok(checklist.marks)
}

/// What items are judged by.
fn seen<'a>(look: Look<'a>, branch: &'a Branch, links: &'a [Vec<Test>]) -> Seen<'a> {
    Seen {
        branch,
        links,
        size: look.size,
        findings: look.findings,
        evidence: look.evidence,
        version: look.version,
        record: look.record,
        has_changelog: has_changelog(look.repository.root()),
        settings: look.settings,
    }
}

/// The past of what is changed. Nothing hangs on it, so an error does not stop the rest.
fn past(look: Look<'_>, branch: &Branch) -> History {
    let Scope::Judged(base) = look.scope else {
        return History::default();
    };
    let found = history::history(look.repository, base, branch, look.history, look.cancel);
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "the history of what is changed is not known");
        History::default()
    })
}

/// The tests that reach each changed definition.
fn links(root: &Path, settings: &Settings, branch: &Branch) -> Vec<Vec<Test>> {
    let targets: Vec<Target<'_>> = branch
        .definitions()
        .filter_map(|(file, one)| {
            Some(Target {
                path: &file.path,
                qualname: &one.qualname,
                is_class: one.kind == Definition::Class,
                side: file.head.as_ref()?,
            })
        })
        .collect();
    if targets.is_empty() {
        return Vec::new();
    }
    // A test that reaches a definition names its module, or something that its module defines.
    let mut names: Vec<&str> = targets
        .iter()
        .flat_map(|target| module_names(target.path))
        .collect();
    names.sort_unstable();
    names.dedup();
    let files = link::test_files(root, settings, branch, &names);
    link::reaching(&targets, &files)
}

/// The name of a module, and of the package that may pass its names on.
fn module_names(path: &str) -> impl Iterator<Item = &str> {
    let module = path.strip_suffix(".py").unwrap_or(path);
    let parts = module.rsplit('/').filter(|part| *part != "__init__");
    parts.take(2)
}

/// Whether the project keeps a changelog or folders of news fragments.
fn has_changelog(root: &Path) -> bool {
    let folders = [root.to_owned(), root.join("docs")];
    let entries = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok());
    let names = entries
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.into_iter().any(|name| {
        let fragments = ["newsfragments", "changelog.d", "changelogs"];
        fragments.contains(&&*name) || kind_of(&name, false) == Kind::Changelog
    })
}
