//! The report of a hotfix, for the command line and for editors.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::begin::Hotfix;
use super::repository::is_python;
use super::{Session, around};
use crate::analysis::{self, Allow, BaseSide, Comparison, Snapshot};
use crate::checklist::items::Found;
use crate::checklist::observe::{Look, observe};
use crate::checklist::proof;
use crate::checklist::record::{self, Record};
use crate::checklist::report::{About, Commit, Parts, Remark, Report};
use crate::checklist::rollback;
use crate::compare::size::{Budget, Size};
use crate::rules::{self, Finding, Severity};
use crate::syntax::Cancel;
use crate::vcs::{Base, BaseCommit, FileChange, HistoryCache, Repository, Scope};

/// What the report says of the hotfix as a whole, and what git could not tell.
#[must_use]
pub fn about(
    repository: &Repository,
    base: &BaseCommit,
    version: Option<&str>,
    settings: &crate::config::Settings,
) -> (About, Option<String>) {
    let plan = rollback::plan(repository, base, version, settings);
    let (plan, trouble) = match plan {
        Ok(plan) => (Some(plan), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let standing = repository.standing(base);
    let commits = standing.map(|it| it.hotfix.commits).unwrap_or_default();
    let mut commits: Vec<Commit> = commits
        .into_iter()
        .map(|commit| Commit {
            id: commit.id,
            subject: commit.subject,
            author: commit.author,
            seconds: commit.seconds,
        })
        .collect();
    commits.sort_by_key(|commit| commit.seconds);
    let about = About {
        branch: base.branch.clone(),
        version: version.map(str::to_owned),
        production: base.reference.clone(),
        base: base.commit.clone(),
        rollback: plan,
        commits,
    };
    (about, trouble)
}

/// What is found in one file, and what is allowed there with its reason.
#[derive(Debug, Default)]
pub struct Remarks {
    /// What the rules still say.
    pub findings: Vec<Remark>,
    /// What is allowed.
    pub exceptions: Vec<Remark>,
}

impl Remarks {
    /// Adds what was judged of one file.
    pub fn add(&mut self, snapshot: &Snapshot, report: &analysis::Report) {
        let lines = snapshot.head.lines();
        let remark = |finding: &Finding, message: String| Remark {
            path: snapshot.path.clone(),
            line: lines.line_of(finding.span.start) + 1,
            rule: finding.rule.to_owned(),
            severity: finding.severity.name().to_owned(),
            message,
        };
        let found = report.findings.iter();
        self.findings
            .extend(found.map(|it| remark(it, it.message.clone())));
        let allows = analysis::allows(&snapshot.head);
        let allowed = report.allowed.iter();
        self.exceptions
            .extend(allowed.map(|it| remark(it, reason(&allows, it))));
    }
}

/// Why a comment allows the finding.
fn reason(allows: &[Allow], finding: &Finding) -> String {
    let covers = |allow: &&Allow| {
        let at = finding.span.start;
        let named = allow.rules.iter().any(|rule| rule == finding.rule);
        named && allow.covers.start <= at && at <= allow.covers.end
    };
    let allow = allows.iter().find(covers);
    allow.map_or_else(|| finding.message.clone(), |allow| allow.reason.clone())
}

impl Session {
    /// The report of the repository that holds `path`, or of the workspace's first one, with what is
    /// open in the editor in place of the files. Reads git and the disk, and judges every changed
    /// file: never call it from an async task.
    ///
    /// # Errors
    /// One sentence that says what to do, without a final dot.
    pub fn report(&self, path: Option<&Path>, cancel: &Cancel) -> Result<Report, String> {
        let hotfix = self.hotfix(path)?;
        let root = hotfix.repository.root();
        let texts = self.texts(root);
        let version = hotfix.version.as_deref();
        let (remarks, found, size) = judge(&hotfix, &texts, cancel)?;
        let branch = hotfix.base.branch.as_deref();
        let record_path = branch.map(|branch| record::path(&hotfix.settings, branch));
        let record = record_path
            .as_deref()
            .and_then(|path| match texts.get(path) {
                Some(text) => Record::parse(&**text).ok(),
                None => record::load(root, path).ok(),
            });
        let base = &hotfix.base;
        let evidence = proof::evidence(&hotfix.repository, base, version, &hotfix.settings);
        let observed = observe(Look {
            repository: &hotfix.repository,
            scope: &Scope::Judged(Arc::clone(base)),
            settings: &hotfix.settings,
            version,
            record_path: record_path.as_deref(),
            record: record.as_ref(),
            size,
            findings: &found,
            evidence: &evidence.unwrap_or_default(),
            texts: &texts,
            history: &HistoryCache::default(),
            cancel,
        })
        .map_err(|error| error.to_string())?;
        let (about, trouble) = about(&hotfix.repository, base, version, &hotfix.settings);
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        Ok(Report::new(
            about,
            Parts {
                branch: &observed.branch,
                links: &observed.links,
                checklist: &observed.checklist,
                size,
                budget: Budget::of(&hotfix.settings, size.commits),
                history: &observed.history,
                record: record.as_ref(),
                findings: remarks.findings,
                exceptions: remarks.exceptions,
            },
        ))
    }

    /// The texts of the open documents below `root`, by their paths.
    fn texts(&self, root: &Path) -> BTreeMap<String, Arc<str>> {
        let state = self.0.lock();
        let documents = state.documents.values().filter_map(|open| {
            let path = open.real.as_ref().or(open.path.as_ref())?;
            let relative = path.strip_prefix(root).ok()?.to_str()?;
            Some((relative.replace('\\', "/"), open.document.text()))
        });
        documents.collect()
    }
}

/// Judges every changed Python file, and measures them all.
fn judge(
    hotfix: &Hotfix,
    texts: &BTreeMap<String, Arc<str>>,
    cancel: &Cancel,
) -> Result<(Remarks, Vec<Found>, Size), String> {
    let (git, settings) = (&hotfix.repository, &hotfix.settings);
    let scope = Scope::Judged(Arc::clone(&hotfix.base));
    let changed = git.changed_files(&hotfix.base);
    let changed = changed.map_err(|error| error.to_string())?;
    let survey = around::survey(git, &scope, &changed, settings, cancel);
    let size = survey.size;
    let branch = Arc::new(survey.branch);
    let (mut remarks, mut found) = (Remarks::default(), Vec::new());
    for file in changed {
        let path = git.root().join(&file.path);
        let is_gone = file.change == FileChange::Deleted;
        let is_read = is_python(&path) || !is_gone && rules::read_other(&file.path);
        if !is_read || settings.is_excluded(&file.path) {
            continue;
        }
        let base = match git.base_for(&scope, &path) {
            Base::Production(production) if is_gone => {
                Comparison::Gone(Arc::new(BaseSide::new(production)))
            }
            Base::Production(production) => {
                Comparison::Production(Arc::new(BaseSide::new(production)))
            }
            Base::Added => Comparison::AllNew,
            Base::NotComparable(_) | Base::Inactive(_) => continue,
        };
        let text = match texts.get(&file.path) {
            _ if is_gone => String::new(),
            Some(text) => text.to_string(),
            None => match super::files::read(&path) {
                Some(text) => text,
                None => continue,
            },
        };
        let snapshot = Snapshot {
            is_test: settings.is_test(&file.path),
            head: analysis::source(&file.path, text),
            path: file.path,
            base,
            settings: Arc::clone(settings),
            version: hotfix.version.clone(),
            branch: Some(Arc::clone(&branch)),
            cancel: cancel.clone(),
        };
        let Ok(report) = analysis::analyse(&snapshot) else {
            return Err("the command was cancelled".to_owned());
        };
        let lines = snapshot.head.lines();
        found.extend(report.findings.iter().map(|finding| Found {
            rule: finding.rule.to_owned(),
            path: snapshot.path.clone(),
            line: lines.line_of(finding.span.start) + 1,
            is_serious: finding.severity != Severity::Hint,
        }));
        remarks.add(&snapshot, &report);
    }
    Ok((remarks, found, size))
}
