//! The JSON that `check` and `compare` print: one object. Lines and columns count from 1,
//! columns in Unicode characters, ends are exclusive.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Results;
use super::listed::{self, Columns, Listed};
use super::summary::Summary;
use crate::cli::trouble::Trouble;
use crate::session::{Meter, Score};

/// The whole object.
#[derive(Debug, Serialize)]
struct Document<'a> {
    /// The version of this format; a change that breaks readers raises it.
    version: u32,
    /// What was compared with.
    base: &'a Base,
    /// The findings, by path and place.
    findings: Vec<Listed<'a>>,
    /// What could not be judged; the exit code is 2 when there is anything.
    problems: &'a [Trouble],
    /// How many of each.
    summary: Summary,
    /// How large the hotfix is; absent where no branch was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<Meter>,
    /// How little it looks like a fix, from 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<Score>,
    /// What describes the change, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<&'static str, u32>,
}

/// What was compared with.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Base {
    /// The commit where the branch left production.
    Production {
        /// The production ref as a person names it.
        reference: String,
        /// The full object id of the merge base.
        commit: String,
    },
    /// Another file or folder.
    Path {
        /// The old file or folder.
        path: String,
    },
    /// Nothing: all was judged as if it were new.
    AllNew,
    /// Nothing was judged, on purpose.
    Inactive {
        /// Why, and how to change that.
        reason: String,
    },
    /// It could not be known; `problems` says why.
    Unknown,
}

/// Any value as JSON, with a final line end.
pub fn object(value: &impl Serialize) -> String {
    // Strings, numbers and lists only: this cannot fail.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The results as JSON, with a final line end.
pub fn render(results: &Results, problems: &[Trouble]) -> String {
    let survey = results.survey.as_ref();
    let facts = survey.into_iter().flat_map(|survey| survey.counts.iter());
    let document = Document {
        version: 1,
        base: &results.base,
        findings: listed::findings(results, Columns::Characters).collect(),
        problems,
        summary: Summary::of(&results.files),
        size: survey.map(Meter::new),
        risk: survey.and_then(Score::new),
        facts: facts.map(|(fact, count)| (fact.name(), count)).collect(),
    };
    object(&document)
}
