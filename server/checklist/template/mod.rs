//! Texts that somebody has to write in any case, begun: the regression test, integration and smoke
//! tests, the changelog's entry, the document's section.

mod paper;
mod style;
#[cfg(test)]
mod tests;
mod unit;

use std::sync::Arc;

use super::items::Item;
use super::observe::Observed;
use super::record::Record;

/// What is needed to begin a text.
pub struct Ground<'a> {
    /// What was seen of the branch.
    pub observed: &'a Observed,
    /// The record.
    pub record: Option<&'a Record>,
    /// The hotfix's version.
    pub version: Option<&'a str>,
    /// The files of the folder, sorted, folders with a `/` at their end; empty where there is none.
    pub list: &'a dyn Fn(&str) -> Vec<String>,
    /// The text of a file as it is now; none where there is none.
    pub read: &'a dyn Fn(&str) -> Option<Arc<str>>,
    /// Today, as `2026-01-30`.
    pub today: &'a str,
}

/// A text that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What it does.
    pub title: String,
    /// The file, relative to the repository.
    pub path: String,
    /// The file's text as it is now; none when the file is new.
    pub old: Option<Arc<str>>,
    /// Where in it the text goes, in bytes.
    pub at: usize,
    /// The text.
    pub text: String,
}

impl Template {
    /// The file's text afterwards.
    #[must_use]
    pub fn applied(&self) -> String {
        let old = self.old.as_deref().unwrap_or_default();
        let (before, after) = old.split_at_checked(self.at).unwrap_or((old, ""));
        [before, &self.text, after].concat()
    }
}

/// The regression test of one definition that no changed test reaches.
#[must_use]
pub fn regression(ground: &Ground<'_>, path: &str, scope: &str) -> Option<Template> {
    unit::regression_of(ground, path, scope)
}

/// What can be written so that `item` may hold.
#[must_use]
pub fn offers(ground: &Ground<'_>, item: &Item) -> Vec<Template> {
    match item.name {
        "tests-added" => unit::regression(ground),
        "integration" => unit::integration(ground).into_iter().collect(),
        "smoke" => unit::smoke(ground).into_iter().collect(),
        "changelog" => paper::changelog(ground).into_iter().collect(),
        "documented" => paper::troubleshooting(ground).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// `text` behind all that the file at `path` holds, or as a new file.
fn appended(ground: &Ground<'_>, title: String, path: String, text: &str) -> Template {
    let old = (ground.read)(&path);
    let before = old.as_deref().unwrap_or_default();
    let gap = match before {
        "" => "",
        _ if before.ends_with("\n\n\n") => "",
        _ if before.ends_with("\n\n") => "\n",
        _ if before.ends_with('\n') => "\n\n",
        _ => "\n\n\n",
    };
    let end = if before.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    Template {
        title,
        at: before.len(),
        text: format!("{gap}{text}").replace('\n', end),
        old,
        path,
    }
}
