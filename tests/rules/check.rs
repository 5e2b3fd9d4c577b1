//! Judges one case: the whole set of findings, then every fix.

use std::path::Path;
use std::sync::Arc;

use hotfix_ls::analysis::{BaseSide, Comparison, Report, Snapshot, analyse, fixes, source};
use hotfix_ls::compare::branch::{Branch, Sides};
use hotfix_ls::compare::shape::Counts;
use hotfix_ls::compare::survey::Survey;
use hotfix_ls::config::Settings;
use hotfix_ls::fixes::{Fix, apply};
use hotfix_ls::rules::{self, Confidence, Finding, Group};
use hotfix_ls::syntax::{Cancel, Source};
use hotfix_ls::vcs::Production;

use crate::annotation::{Expected, split};
use crate::case::{Case, Other};
use crate::python::compiles;

/// Judges one case of the rule's file.
pub fn check(rule: &str, case: &Case) -> Result<(), String> {
    let (code, expected) = split(&case.head);
    let settings = settings(case)?;
    if let Some(wanted) = &case.gone {
        return check_gone(rule, case, wanted, &settings);
    }
    let snapshot = snapshot(case, &code, case.base.as_deref(), &settings);
    let report = run(&snapshot)?;
    compare(rule, &report.findings, &snapshot.head, expected.clone())?;
    let own = expected.iter().any(|one| one.rule == rule);
    if own != case.fires {
        return Err(format!(
            "line {}: the heading does not fit the carets",
            case.line
        ));
    }
    unchanged_is_silent(case, &code, &settings)?;
    let own_findings: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|one| one.rule == rule)
        .collect();
    for finding in &own_findings {
        for fix in fixes(&snapshot, finding) {
            check_fix(&snapshot, finding, &fix)?;
        }
    }
    if let Some(wanted) = &case.fixed {
        let first = own_findings
            .first()
            .ok_or("a fixed block, but no finding")?;
        let fix = fixes(&snapshot, first);
        let fix = fix.first().ok_or("a fixed block, but no fix is offered")?;
        let text = apply(snapshot.head.text(), &fix.edits).ok_or("edits do not apply")?;
        if text != *wanted {
            return Err(format!(
                "the fix {:?} gives\n{text}\nnot\n{wanted}",
                fix.title
            ));
        }
    }
    Ok(())
}

/// Judges a file that the hotfix deletes: there is nothing to put carets under.
fn check_gone(
    rule: &str,
    case: &Case,
    wanted: &str,
    settings: &Arc<Settings>,
) -> Result<(), String> {
    let mut snapshot = snapshot(case, "", case.base.as_deref(), settings);
    if let Comparison::Production(side) = snapshot.base {
        snapshot.base = Comparison::Gone(side);
    }
    let found = run(&snapshot)?.findings;
    let said: Vec<String> = found
        .iter()
        .map(|one| format!("{} {:?}: {}", one.rule, one.confidence, one.message).to_lowercase())
        .collect();
    let wanted: Vec<String> = wanted.lines().map(str::to_lowercase).collect();
    let fits = |(said, wanted): (&String, &String)| said.starts_with(wanted.as_str());
    if said.len() != wanted.len() || !said.iter().zip(&wanted).all(fits) {
        return Err(format!("found {said:#?}, not {wanted:#?}"));
    }
    let own = found.iter().any(|one| one.rule == rule);
    if own == case.fires {
        Ok(())
    } else {
        Err("the heading does not fit what is found".to_owned())
    }
}

fn settings(case: &Case) -> Result<Arc<Settings>, String> {
    if case.settings.is_none() && case.query.is_none() {
        return Ok(Arc::new(Settings::default()));
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let write = |name: &str, text: &Option<String>| {
        let path = folder.path().join(name);
        let text = text.as_deref().unwrap_or_default();
        std::fs::create_dir_all(path.parent().unwrap_or(folder.path()))
            .and_then(|()| std::fs::write(path, text))
            .map_err(|error| error.to_string())
    };
    write("hotfix.toml", &case.settings)?;
    write(".hotfix/queries/own.scm", &case.query)?;
    let loaded = hotfix_ls::rules::custom::settings(folder.path(), Some(folder.path()), None);
    match loaded.problems.first() {
        None => Ok(Arc::new(loaded.settings)),
        Some(problem) => Err(format!("settings: {problem:?}")),
    }
}

fn snapshot(case: &Case, head: &str, base: Option<&str>, settings: &Arc<Settings>) -> Snapshot {
    Snapshot {
        path: case.path.clone(),
        is_test: settings.is_test(&case.path),
        head: source(&case.path, head),
        base: base.map_or(Comparison::AllNew, |text| {
            Comparison::Production(Arc::new(BaseSide::new(Arc::new(Production {
                commit: "0".repeat(40),
                reference: "v1.2.0".to_owned(),
                blob: String::new(),
                path: case.base_path.as_ref().unwrap_or(&case.path).clone(),
                text: text.into(),
            }))))
        }),
        settings: Arc::clone(settings),
        version: Some("v1.2.1".to_owned()),
        branch: case
            .branch
            .as_ref()
            .map(|others| Arc::new(branch(case, head, others, settings))),
        cancel: Cancel::default(),
    }
}

fn branch(case: &Case, head: &str, others: &[Other], settings: &Settings) -> Branch {
    let parse = |text: &Option<String>| text.as_deref().map(Source::parse);
    let mut sides: Vec<Sides> = others
        .iter()
        .map(|one| Sides {
            path: one.path.clone(),
            from: None,
            base: parse(&one.base),
            head: parse(&one.head),
        })
        .collect();
    sides.push(Sides {
        path: case.path.clone(),
        from: case.base_path.clone(),
        base: parse(&case.base),
        head: case.gone.is_none().then(|| Source::parse(head)),
    });
    let mut branch = Survey::of(&sides, &Counts::default(), 1, settings).branch;
    for one in others {
        if let Some(text) = &one.head {
            branch.read_user(&one.path, Path::new(&one.path), text);
        }
    }
    branch.settle_users();
    branch.conflicts = case.conflicts.iter().cloned().collect();
    branch
}

fn run(snapshot: &Snapshot) -> Result<Report, String> {
    analyse(snapshot).map_err(|_| "cancelled".to_owned())
}

/// A file that the hotfix does not change, or only indents otherwise, has no findings.
fn unchanged_is_silent(case: &Case, code: &str, settings: &Arc<Settings>) -> Result<(), String> {
    let moved = format!("# A comment above.\n\n{code}");
    let case = &Case {
        base_path: None,
        branch: None,
        ..case.clone()
    };
    for head in [code, &moved] {
        let report = run(&snapshot(case, head, Some(code), settings))?;
        // The comment itself is a change that may be named.
        let mut findings = report.findings.iter();
        if let Some(finding) = findings.find(|one| one.rule != "reformatting") {
            return Err(format!("fires without a change: {}", finding.message));
        }
    }
    Ok(())
}

fn compare(
    rule: &str,
    findings: &[Finding],
    source: &Source,
    expected: Vec<Expected>,
) -> Result<(), String> {
    let mut missing = expected;
    let mut surplus = Vec::new();
    for finding in findings {
        let found = place(finding, source);
        let hit = missing.iter().position(|one| {
            (one.line, &one.columns, &one.rule, &one.confidence)
                == (found.line, &found.columns, &found.rule, &found.confidence)
                && found.message.contains(&one.message)
        });
        match hit {
            Some(index) => drop(missing.remove(index)),
            // Hints of other rules, and how far a change goes, are their own files' business.
            None if finding.rule != rule
                && (is_hint(finding) || (is_scope(finding.rule) && !is_scope(rule))) => {}
            None => surplus.push(found),
        }
    }
    if missing.is_empty() && surplus.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "expected, not found: {missing:#?}\nfound, not expected: {surplus:#?}"
        ))
    }
}

fn is_hint(finding: &Finding) -> bool {
    finding.confidence == Confidence::Possible
}

fn is_scope(rule: &str) -> bool {
    rules::meta(rule).is_some_and(|meta| meta.group == Group::Scope)
}

fn place(finding: &Finding, source: &Source) -> Expected {
    let (text, lines) = (source.text(), source.lines());
    let line = lines.line_of(finding.span.start);
    let content = lines.content(line, text);
    let column = |at: usize| text[content.start..at.min(content.end)].chars().count();
    Expected {
        line,
        columns: column(finding.span.start)..column(finding.span.end),
        rule: finding.rule.to_owned(),
        confidence: format!("{:?}", finding.confidence).to_lowercase(),
        message: finding.message.clone(),
    }
}

/// The result compiles, the finding is gone, and nothing is left to apply a second time.
fn check_fix(snapshot: &Snapshot, finding: &Finding, fix: &Fix) -> Result<(), String> {
    let text = apply(snapshot.head.text(), &fix.edits).ok_or("edits do not apply")?;
    compiles(&text)
        .map_err(|error| format!("{:?} does not compile: {error}\n{text}", fix.title))?;
    let fixed = Snapshot {
        head: Source::parse(text.as_str()),
        ..snapshot.clone()
    };
    let count = |report: &Report| {
        report
            .findings
            .iter()
            .filter(|one| one.rule == finding.rule)
            .count()
    };
    let (before, after) = (run(snapshot)?, run(&fixed)?);
    if count(&before) <= count(&after) {
        return Err(format!("{:?} leaves the finding:\n{text}", fix.title));
    }
    if after
        .findings
        .iter()
        .any(|one| one.identity == finding.identity && count(&after) == count(&before))
    {
        return Err(format!("{:?} can be applied again", fix.title));
    }
    Ok(())
}
