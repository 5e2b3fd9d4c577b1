//! Deliberate exceptions: `# hotfix: allow(rule-name) reason`, and `# noqa` comments that
//! production already has.

use std::ops::Range;

use super::side::Raw;
use super::{Comparison, Snapshot};
use crate::checklist::items::MARKS;
use crate::rules::{self, Confidence, Finding, Severity};
use crate::syntax::{File, Source};
use crate::vcs::Hunk;

const MARK: &str = "hotfix: allow(";

/// One `# hotfix: allow(…)` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// Bytes of the comment.
    pub span: Range<usize>,
    /// The rule names between the parentheses.
    pub rules: Vec<String>,
    /// What stands behind them.
    pub reason: String,
    /// Bytes of head that it covers.
    pub covers: Range<usize>,
}

/// The allow comment at the byte `at`, if there is one.
#[must_use]
pub fn allow_at(source: &Source, at: usize) -> Option<Allow> {
    comments(source)
        .into_iter()
        .find(|allow| allow.span.start <= at && at <= allow.span.end)
}

/// All allow comments of a text.
#[must_use]
pub fn allows(source: &Source) -> Vec<Allow> {
    comments(source)
}

/// Whether one of `allows` excuses `rule` at the byte `at`, with a reason.
pub(super) fn is_allowed(allows: &[Allow], rule: &str, at: usize) -> bool {
    let excuses = |allow: &Allow| {
        let named = allow.rules.iter().any(|name| name == rule);
        named && !allow.reason.is_empty() && allow.covers.start <= at && at <= allow.covers.end
    };
    allows.iter().any(excuses)
}

/// All allow comments. Strings that look like one are not comments.
fn comments(source: &Source) -> Vec<Allow> {
    let text = source.text();
    memchr::memmem::find_iter(text.as_bytes(), MARK.as_bytes())
        .filter_map(|at| {
            let node = source
                .node_at(at..at + 1)
                .filter(|node| node.kind() == "comment")?;
            let inside = &text[at + MARK.len()..node.end_byte()];
            let (names, reason) = inside.split_once(')')?;
            Some(Allow {
                span: node.byte_range(),
                rules: names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect(),
                reason: reason
                    .trim()
                    .trim_start_matches([':', '-'])
                    .trim()
                    .to_owned(),
                covers: covered(source, node.byte_range()),
            })
        })
        .collect()
}

/// A comment behind code covers its line; one on its own line covers the next statement or, above
/// a definition, all of that.
fn covered(source: &Source, comment: Range<usize>) -> Range<usize> {
    let (text, lines) = (source.text(), source.lines());
    let line = lines.line_of(comment.start);
    if !text[lines.start(line)..comment.start].trim().is_empty() {
        return lines.content(line, text);
    }
    let next = (line + 1..lines.count())
        .map(|line| lines.content(line, text))
        .find(|content| {
            let code = text[content.clone()].trim();
            !code.is_empty() && !code.starts_with('#')
        });
    let Some(next) = next else { return comment };
    let first = next.start + (text[next.clone()].len() - text[next.clone()].trim_start().len());
    let statement = source
        .node_at(first..first + 1)
        .map(crate::syntax::nodes::statement_of);
    match statement {
        Some(node) if node.kind().ends_with("definition") => node.byte_range(),
        Some(node) if !matches!(node.kind(), "module" | "block") => {
            next.start..next.end.max(simple_end(node))
        }
        _ => next,
    }
}

/// The end of a statement without the blocks below it: an allow comment above `if …:` speaks of
/// the condition, not of everything inside.
fn simple_end(statement: tree_sitter::Node<'_>) -> usize {
    crate::syntax::nodes::children(statement)
        .find(|child| child.kind() == "block")
        .map_or(statement.end_byte(), |block| block.start_byte())
}

/// Takes the allowed findings out of `findings` and adds one for each comment on changed lines
/// that has no reason, or that allows nothing. Gives the allowed ones.
pub(super) fn apply(
    head: File<'_>,
    findings: &mut Vec<Finding>,
    candidates: &[Raw],
    hunks: &[Hunk],
) -> Vec<Finding> {
    let comments = comments(head.source);
    if comments.is_empty() {
        return Vec::new();
    }
    let covers = |allow: &Allow, rule: &str, at: usize| {
        allow.rules.iter().any(|name| name == rule)
            && allow.covers.start <= at
            && at <= allow.covers.end
    };
    let mut allowed = Vec::new();
    findings.retain(|finding| {
        let hit = comments.iter().any(|allow| {
            !allow.reason.is_empty() && covers(allow, finding.rule, finding.span.start)
        });
        if hit {
            allowed.push(finding.clone());
        }
        !hit
    });
    for allow in &comments {
        let line = u32::try_from(head.source.lines().line_of(allow.span.start)).unwrap_or(u32::MAX);
        if !hunks.iter().any(|hunk| hunk.head.contains(&line)) {
            continue;
        }
        let used = |rule: &String| {
            candidates
                .iter()
                .any(|raw| raw.rule == rule && covers(allow, raw.rule, raw.draft.span.start))
                || allowed
                    .iter()
                    .any(|finding| covers(allow, rule, finding.span.start))
                || findings
                    .iter()
                    .any(|finding| finding.rule == rule && covers(allow, rule, finding.span.start))
        };
        if let Some(problem) = problem(head, allow, &used) {
            findings.push(problem);
        }
    }
    allowed
}

fn problem(head: File<'_>, allow: &Allow, used: &dyn Fn(&String) -> bool) -> Option<Finding> {
    // What the checklist marks is excused there, not here.
    let of_checklist = |name: &str| MARKS.contains(&name);
    let known = || {
        let rules = rules::all(head.settings).map(|rule| rule.meta().name);
        rules.chain(MARKS)
    };
    let (rule, message) = if let Some(unknown) = allow
        .rules
        .iter()
        .find(|name| !known().any(|rule| rule == name.as_str()))
    {
        let hint = crate::config::did_you_mean(unknown, known())
            .map_or_else(String::new, |name| format!(": did you mean {name}?"));
        (
            "unused-allow",
            format!("There is no rule named {unknown}{hint}"),
        )
    } else if allow.reason.is_empty() {
        (
            "unexplained-allow",
            "This exception has no reason: write one behind the parenthesis".to_owned(),
        )
    } else {
        let mut rules = allow.rules.iter();
        let unused = rules.find(|name| !used(name) && !of_checklist(name))?;
        (
            "unused-allow",
            format!("Nothing here breaks {unused}: remove this exception"),
        )
    };
    let meta = rules::meta(rule)?;
    if head.settings.rules.get(rule) == Some(&crate::config::RuleSetting::Off) {
        return None;
    }
    let confidence = if rule == "unexplained-allow" {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    let text = &head.source.text()[allow.span.clone()];
    let scope = head.outline.enclosing(allow.span.start).qualname.clone();
    let hash = crate::compare::normal::stable_hash(&[meta.name, &scope, text]);
    Some(Finding {
        rule: meta.name,
        span: allow.span.clone(),
        anchor: allow.span.clone(),
        message,
        confidence,
        severity: Severity::from(confidence),
        related: Vec::new(),
        scope,
        identity: format!("{hash:016x}"),
    })
}

/// Whether the finding's line carries another linter's suppression of the same problem that
/// production has as well: the hotfix did not add it, so that it still speaks for the team.
pub(super) fn noqa_in_production(snapshot: &Snapshot, finding: &Finding, hunks: &[Hunk]) -> bool {
    let codes = rules::meta(finding.rule).map_or(&[][..], |meta| meta.noqa);
    let Comparison::Production(side) = &snapshot.base else {
        return false;
    };
    let source = &snapshot.head;
    let line = source.lines().line_of(finding.span.start);
    let here = &source.text()[source.lines().content(line, source.text())];
    let Some(code) = codes.iter().find(|code| suppresses(here, code)) else {
        return false;
    };
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    match hunks.iter().find(|hunk| hunk.head.contains(&line)) {
        None => true,
        Some(hunk) => {
            let base = side.source();
            (hunk.base.start..hunk.base.end).any(|line| {
                let content = base.lines().content(line as usize, base.text());
                suppresses(&base.text()[content], code)
            })
        }
    }
}

/// Whether the line has `# noqa: …CODE…` (or pylint's, bandit's counterpart).
fn suppresses(line: &str, code: &str) -> bool {
    let Some((_, comment)) = line.rsplit_once('#') else {
        return false;
    };
    let comment = comment.trim();
    let lists = comment
        .strip_prefix("noqa:")
        .or_else(|| comment.strip_prefix("pylint: disable="))
        .or_else(|| comment.strip_prefix("nosec"));
    lists.is_some_and(|list| {
        list.split([',', ' ', ':'])
            .any(|one| one.trim().eq_ignore_ascii_case(code))
    })
}
