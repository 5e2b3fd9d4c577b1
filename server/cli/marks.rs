//! What the checklist says of single functions, among the findings of `check`: the same hints that
//! the editor shows once the hotfix has its record.

use std::collections::BTreeMap;

use super::branch::Branch;
use super::judge::{Judged, on_a_large_stack};
use super::render::Results;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::analysis;
use crate::checklist::items::{Evidence, MARKS, Mark};
use crate::checklist::observe::{self, Look};
use crate::checklist::record::{self, DiskError, Record};
use crate::compare::size::Size;
use crate::config::{RuleSetting, Settings};
use crate::syntax::Cancel;
use crate::vcs::{HistoryCache, Scope};

/// Adds the marks to the files of `results`, if a branch was judged as a whole, and it has its
/// record or the settings ask for marks before that. What stands in the way is told.
pub fn add(results: &mut Results, reference: Option<&str>, terminal: &mut Terminal) {
    let Some(file) = results.files.first().filter(|_| results.survey.is_some()) else {
        return;
    };
    let folder = file.target.file.parent().map(std::path::Path::to_owned);
    let Some(branch) = folder.and_then(|it| Branch::at(&it, reference, terminal)) else {
        return;
    };
    let name = branch.base.branch.as_deref();
    let record_path = name.map(|name| record::path(&branch.settings, name));
    let record = record_path
        .as_deref()
        .map(|path| record::load(branch.root(), path));
    // A record that is broken is one as well; `checklist` says what is wrong with it.
    let has_record = record
        .as_ref()
        .is_some_and(|it| !matches!(it, Err(DiskError::Missing)));
    let record = record.and_then(Result::ok);
    if !has_record && !asks(&branch.settings) {
        return;
    }
    match marks(&branch, record_path.as_deref(), record.as_ref()) {
        Ok(marks) => {
            for file in &mut results.files {
                put(file, &marks, has_record);
            }
        }
        Err(message) => terminal.trouble(Trouble::new(message)),
    }
}

/// Whether the settings want to see a mark before there is a record.
fn asks(settings: &Settings) -> bool {
    let set = MARKS.iter().filter_map(|name| settings.rules.get(*name));
    set.into_iter()
        .any(|it| matches!(it, RuleSetting::On | RuleSetting::Severity(_)))
}

fn marks(
    branch: &Branch,
    record_path: Option<&str>,
    record: Option<&Record>,
) -> Result<Vec<Mark>, String> {
    let scope = Scope::Judged(branch.base.clone());
    let look = Look {
        repository: &branch.repository,
        scope: &scope,
        settings: &branch.settings,
        version: branch.version.as_deref(),
        record_path,
        record,
        size: Size::default(),
        findings: &[],
        evidence: &Evidence::default(),
        texts: &BTreeMap::new(),
        history: &HistoryCache::default(),
        cancel: &Cancel::default(),
    };
    let marks = on_a_large_stack(|| Some(observe::marks(look)));
    let marks = marks.unwrap_or_else(|| Ok(Vec::new()));
    marks.map_err(|error| error.to_string())
}

/// Puts the marks of one file among its findings, in the order of the text.
fn put(file: &mut Judged, marks: &[Mark], has_record: bool) {
    let path = &file.target.path;
    let here: Vec<&Mark> = marks.iter().filter(|mark| mark.path == *path).collect();
    for finding in analysis::marked(&file.snapshot, &here, has_record) {
        let fixes = analysis::fixes(&file.snapshot, &finding);
        let start = finding.span.start;
        let findings = &mut file.report.findings;
        let at = findings.partition_point(|it| it.span.start <= start);
        findings.insert(at, finding);
        file.fixes.insert(at, fixes);
    }
}
