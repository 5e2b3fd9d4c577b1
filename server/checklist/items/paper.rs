//! What is seen on paper: the changelog, documents, the record, and what commands have shown.

use std::sync::LazyLock;

use regex::Regex;

use super::facts::same_version;
use super::{Fact, Outcome, Seen};
use crate::checklist::branch::{File, Kind};
use crate::checklist::record::{QUESTIONS, Question, Record};

/// Files that say the project's version.
static VERSION_LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"^\s*(?:__version__|version|VERSION)\s*(?::\s*\w+\s*)?=\s*["'](?P<version>\d[^"']*)["']"#,
    )
    .expect("a constant")
});

static VERSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bv?(?P<version>\d+\.\d+(?:\.\d+)*\w*)").expect("a constant"));

pub(super) fn reproduced(seen: Seen<'_>) -> Fact {
    let cause = seen.record.and_then(|record| answer(record, "root-cause"));
    match (&seen.evidence.proof, cause) {
        (Some(proof), _) if !proof.is_good && !proof.is_stale => {
            Fact::fails("unproven-test", &*proof.says)
        }
        (Some(proof), Some(_)) if !proof.is_stale => Fact::Holds(proof.says.clone()),
        (Some(proof), None) if !proof.is_stale => Fact::fails(
            "incomplete-record",
            "the record does not say the root cause",
        ),
        (Some(_), _) => {
            Fact::Unknown("the proof is out of date: run `hotfix-ls prove` again".to_owned())
        }
        (None, Some(_)) => {
            Fact::Unknown("no test was seen red on production: run `hotfix-ls prove`".to_owned())
        }
        (None, None) => Fact::Unknown(
            "the record does not say the root cause, and no test was seen red on production"
                .to_owned(),
        ),
    }
}

/// What a command has shown.
pub(super) fn run(outcome: Option<&Outcome>) -> Fact {
    match outcome {
        None => Fact::Unknown("not seen here: run `hotfix-ls verify`, or tick it".to_owned()),
        Some(outcome) if outcome.is_stale => {
            Fact::Unknown("the code changed since: run `hotfix-ls verify` again".to_owned())
        }
        Some(outcome) if outcome.is_good => Fact::Holds(outcome.says.clone()),
        Some(outcome) => Fact::Fails(None, outcome.says.clone()),
    }
}

pub(super) fn documented(seen: Seen<'_>) -> Fact {
    let mut documents = seen.branch.of_kind(Kind::Document);
    if let Some(document) = documents.find(|it| it.head.is_some()) {
        return Fact::Holds(format!("{} changed as well", document.path));
    }
    let api = seen
        .findings
        .iter()
        .find(|it| it.rule == "api-change" && it.is_serious);
    match api {
        Some(found) => {
            let says = format!(
                "callers see another behaviour ({}:{}), and no document changed",
                found.path, found.line
            );
            Fact::fails("missing-docs", says)
        }
        None => {
            Fact::Unknown("no document changed: tick it when behaviour did not change".to_owned())
        }
    }
}

pub(super) fn changelog(seen: Seen<'_>) -> Fact {
    if let Some(fact) = versions(seen) {
        return fact;
    }
    let entries = seen.branch.of_kind(Kind::Changelog);
    let entries =
        entries.filter(|file| file.added_lines().any(|(_, line)| !line.trim().is_empty()));
    let Some(file) = entries.max_by_key(|file| is_fragment(file)) else {
        return if seen.has_changelog {
            Fact::fails("missing-changelog", "no entry and no news fragment is new")
        } else {
            Fact::Unknown(
                "the project has no changelog: start one, or mark it as not applicable".to_owned(),
            )
        };
    };
    let section = section_of_entry(file);
    match (section, seen.version) {
        (Some(said), Some(version)) if !same_version(&said, version) => {
            let says = format!(
                "the entry in {} stands below {said}, and this hotfix is {version}",
                file.path
            );
            Fact::fails("wrong-version", says)
        }
        _ => Fact::Holds(format!("{} has a new entry", file.path)),
    }
}

/// One file for each entry has no section.
fn is_fragment(file: &File) -> bool {
    file.base.is_none()
}

/// The version above the first new line of a changelog; none below "Unreleased".
fn section_of_entry(file: &File) -> Option<String> {
    if is_fragment(file) {
        return None;
    }
    let text = file.head.as_ref()?.text();
    let lines: Vec<&str> = text.lines().collect();
    let (first, _) = file.added_lines().find(|(_, line)| {
        let line = line.trim();
        !line.is_empty() && !is_heading_line(line)
    })?;
    let is_heading = |at: &usize| {
        let below = lines.get(at + 1).map_or("", |line| line.trim());
        let underlined = 2 < below.len() && below.chars().all(|c| "=-~^".contains(c));
        is_heading_line(lines[*at].trim()) || underlined
    };
    for at in (0..=first.min(lines.len().saturating_sub(1)))
        .rev()
        .filter(is_heading)
    {
        if lines[at].to_lowercase().contains("unreleased") {
            return None;
        }
        if let Some(found) = VERSION.captures(lines[at]) {
            return Some(found["version"].to_owned());
        }
    }
    None
}

fn is_heading_line(line: &str) -> bool {
    line.starts_with('#')
}

/// What the hotfix writes into files that say the version, where that is another one.
fn versions(seen: Seen<'_>) -> Option<Fact> {
    let version = seen.version?;
    for file in &seen.branch.files {
        let is_one = file.path.ends_with("pyproject.toml")
            || file.path.ends_with("setup.cfg")
            || file.kind == Kind::Code;
        for (line, text) in file.added_lines().filter(|_| is_one) {
            let Some(found) = VERSION_LINE.captures(text) else {
                continue;
            };
            let said = &found["version"];
            if !same_version(said, version) {
                let says = format!(
                    "{}:{} says {said}, and this hotfix is {version}",
                    file.path,
                    line + 1
                );
                return Some(Fact::fails("wrong-version", says));
            }
        }
    }
    None
}

pub(super) fn rollback(seen: Seen<'_>) -> Fact {
    if let Some(tried) = seen
        .evidence
        .rollback
        .as_ref()
        .filter(|it| !it.is_good && !it.is_stale)
    {
        return Fact::fails("revert-conflict", &*tried.says);
    }
    let Some(record) = seen.record else {
        return Fact::fails(
            "incomplete-record",
            "there is no record: run `hotfix-ls start`",
        );
    };
    let missing: Vec<&str> = ["rollback-trigger", "rollback-people"]
        .into_iter()
        .filter(|name| answer(record, name).is_none())
        .filter_map(|name| QUESTIONS.iter().find(|one| one.name == name))
        .map(Question::title)
        .collect();
    if missing.is_empty() {
        let tried = seen.evidence.rollback.as_ref().filter(|it| !it.is_stale);
        Fact::Holds(tried.map_or_else(
            || "the record says when and who".to_owned(),
            |it| it.says.clone(),
        ))
    } else {
        let says = format!("the record does not answer: {}", missing.join(" "));
        Fact::fails("incomplete-record", says)
    }
}

fn answer(record: &Record, name: &str) -> Option<String> {
    let question = QUESTIONS.iter().find(|one| one.name == name)?;
    record.answer(question)
}
