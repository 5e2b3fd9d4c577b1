//! The rollback plan: the exact commands that take this hotfix back, tried out before they are
//! needed.
//!
//! The plan never rewrites history: production's branch is shared, and a commit that takes another
//! one back is all that a rollback needs.

mod code;
mod migrations;
mod packages;
mod text;
mod warnings;

use serde::Serialize;

use super::record::{self, QUESTIONS, Record};
use crate::config::Settings;
use crate::vcs::{BaseCommit, BaseError, Landing, RefKind, Repository, Standing};

pub use code::Rehearsed;
pub use text::{markdown, plain};

/// What has to be done to take a hotfix back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What is taken back: the branch, else the commit.
    pub hotfix: String,
    /// The production ref.
    pub production: String,
    /// The full object id of production's commit that the plan was tried on.
    pub production_commit: String,
    /// How the hotfix stands in production: `absent`, `merged`, `fast-forwarded`, `squashed`,
    /// `copied`, `content`, or `rolled-back`.
    pub state: &'static str,
    /// The state in one sentence.
    pub summary: String,
    /// What to do, in this order.
    pub steps: Vec<Step>,
    /// What happened when the commands were tried out in memory; none where there are none.
    pub rehearsal: Option<Rehearsed>,
    /// What a person must know before.
    pub warnings: Vec<String>,
}

/// One step of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it is about.
    pub kind: Kind,
    /// What it does.
    pub title: String,
    /// The commands, for a POSIX shell in the root of the repository.
    pub commands: Vec<String>,
    /// What a person must know of it, a sentence each.
    pub notes: Vec<String>,
}

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The database goes back first: its code must still be there.
    Database,
    /// The code.
    Code,
    /// What is installed.
    Packages,
    /// Does it work again?
    Verify,
    /// Who is told.
    Notify,
    /// What is watched.
    Watch,
    /// How the fix comes back later.
    Return,
}

/// Makes the plan for the hotfix of `base`, and tries it out in memory.
///
/// # Errors
/// [`BaseError`] when git cannot be read.
pub fn plan(
    repository: &Repository,
    base: &BaseCommit,
    version: Option<&str>,
    settings: &Settings,
) -> Result<Plan, BaseError> {
    let standing = repository.standing(base)?;
    let about = About {
        repository,
        base,
        version,
        target: repository.kind_of(&base.reference)?,
        standing: &standing,
    };
    let code = code::plan(&about)?;
    let mut steps = Vec::new();
    let mut warnings = warnings::of(&about)?;
    if !code.commands.is_empty() {
        let changes = repository.tree_changes(&standing.hotfix.start, &base.head)?;
        steps.extend(migrations::step(&about, &changes, &mut warnings));
        steps.push(Step {
            kind: Kind::Code,
            title: code.title,
            commands: code.commands,
            notes: code.notes,
        });
        steps.extend(packages::step(&about, &changes));
        steps.extend(after(settings, said(repository, base, settings).as_ref()));
        steps.extend(code.back);
    } else if let Some(back) = code.back {
        steps.push(back);
    }
    Ok(Plan {
        hotfix: about.name(),
        production: base.reference.clone(),
        production_commit: base.tip.clone(),
        state: state(&standing),
        summary: code.summary,
        steps,
        rehearsal: code.rehearsal,
        warnings,
    })
}

/// What the parts of a plan are made of.
struct About<'a> {
    repository: &'a Repository,
    base: &'a BaseCommit,
    version: Option<&'a str>,
    /// What production's ref is.
    target: RefKind,
    standing: &'a Standing,
}

impl About<'_> {
    /// The hotfix's name for people.
    fn name(&self) -> String {
        let branch = self.base.branch.clone();
        branch.unwrap_or_else(|| short(&self.base.head).to_owned())
    }

    /// Whether what brought the hotfix was taken back and not brought again.
    fn is_rolled_back(&self) -> bool {
        self.standing.is_taken_back()
    }
}

fn state(standing: &Standing) -> &'static str {
    if standing.is_taken_back() {
        return "rolled-back";
    }
    match standing.landing {
        Landing::Absent => "absent",
        Landing::Merged { .. } => "merged",
        Landing::FastForwarded => "fast-forwarded",
        Landing::Squashed { .. } => "squashed",
        Landing::Copied { .. } => "copied",
        Landing::Content => "content",
    }
}

/// The record of the hotfix, where it can be read.
fn said(repository: &Repository, base: &BaseCommit, settings: &Settings) -> Option<Record> {
    let path = record::path(settings, base.branch.as_deref()?);
    record::load(repository.root(), &path).ok()
}

/// What a person answered in the record, line by line, without the marks of lists.
fn answered(record: Option<&Record>, name: &str) -> Vec<String> {
    /// More is read in the record itself.
    const MOST: usize = 6;
    let question = QUESTIONS.iter().find(|one| one.name == name);
    let answer = question.and_then(|question| record?.answer(question));
    let answer = answer.unwrap_or_default();
    let lines = answer
        .lines()
        .map(|line| line.trim().trim_start_matches(['-', '*', ' ']));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("```"));
    lines.take(MOST).map(str::to_owned).collect()
}

/// What comes after the code: as the team has configured it, else as the record says.
fn after(settings: &Settings, record: Option<&Record>) -> Vec<Step> {
    let mut verify = Step {
        kind: Kind::Verify,
        title: "See that production works again".to_owned(),
        commands: settings.smoke_tests.iter().cloned().collect(),
        notes: Vec::new(),
    };
    if verify.commands.is_empty() {
        let note = "no smoke tests are configured: set `smoke-tests` in hotfix.toml";
        verify.notes.push(note.to_owned());
    }
    let people = |kind, title: &str, who: &[String], key: &str, question: &str| {
        let mut notes = answered(record, question);
        notes.retain(|note| !who.contains(note));
        notes.splice(0..0, who.iter().cloned());
        if notes.is_empty() {
            notes.push(format!(
                "nothing is said of it: answer it in the record, or set `{key}` in hotfix.toml"
            ));
        }
        Step {
            kind,
            title: title.to_owned(),
            commands: Vec::new(),
            notes,
        }
    };
    let tell = people(
        Kind::Notify,
        "Tell them that the hotfix is taken back",
        &settings.notify,
        "notify",
        "rollback-people",
    );
    let watch = people(
        Kind::Watch,
        "Watch until it is calm",
        &settings.watch,
        "watch",
        "watch",
    );
    vec![verify, tell, watch]
}

/// The first ten digits of an id.
fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// `text` as one word of a POSIX shell.
pub(super) fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// `1 commit`, `2 commits`.
pub(super) fn count(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}
