//! What is seen in the code and in its tests.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::added::Added;
use super::{Fact, Mark, Seen};
use crate::checklist::branch::{Changed, File, Kind};
use crate::checklist::link::Test;
use crate::compare::size::Budget;
use crate::rules::{self, Group};
use crate::syntax::nodes::{Walk, walk};

/// How many names a sentence lists.
const NAMES: usize = 3;

pub(super) fn minimal(seen: Seen<'_>) -> Fact {
    if seen.branch.files.is_empty() {
        return Fact::Unknown("nothing is changed yet".to_owned());
    }
    let says = format!("{} of production code", seen.size.meter());
    let budget = Budget::of(seen.settings, seen.size.commits);
    if budget.two_thirds().holds(seen.size) {
        Fact::Holds(says)
    } else if budget.holds(seen.size) {
        Fact::Unknown(format!(
            "{says} are more than most hotfixes change: look again"
        ))
    } else {
        let says = format!("{says} are too many for a hotfix: leave out what can wait");
        Fact::fails("oversized-change", says)
    }
}

/// The rules about what does not belong into a hotfix.
pub(super) fn scope(seen: Seen<'_>) -> Fact {
    if seen.branch.files.is_empty() {
        return Fact::Unknown("nothing is changed yet".to_owned());
    }
    let found = of_group(seen, Group::Scope);
    match found.first() {
        None => Fact::Holds("the rules about scope find nothing".to_owned()),
        Some((rule, place)) => {
            let says = format!("{} in {place}{}", rule, further(found.len()));
            Fact::Fails(Some(rule), says)
        }
    }
}

pub(super) fn errors(seen: Seen<'_>) -> Fact {
    let mut found = of_group(seen, Group::Errors);
    found.extend(of_group(seen, Group::Pattern));
    if let Some((rule, place)) = found.first() {
        let says = format!("{rule} in {place}{}", further(found.len()));
        return Fact::Fails(Some(rule), says);
    }
    let added = added(seen);
    let parts = [
        (added.guards, "guard"),
        (added.handlers, "handler"),
        (added.raises, "clear error"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| 0 < *number)
        .map(|(number, name)| count(number, name))
        .collect();
    if parts.is_empty() {
        Fact::Unknown("no guard, handler or clear error is new".to_owned())
    } else {
        Fact::Holds(format!("new: {}", parts.join(", ")))
    }
}

pub(super) fn logged(seen: Seen<'_>) -> Fact {
    let silent = seen
        .findings
        .iter()
        .find(|it| it.rule == "unlogged-fallback");
    if let Some(found) = silent {
        let says = format!("unlogged-fallback in {}:{}", found.path, found.line);
        return Fact::fails("unlogged-fallback", says);
    }
    match added(seen).logs {
        0 => Fact::Unknown("no log line is new".to_owned()),
        logs => Fact::Holds(format!("new: {}", count(logs, "log line"))),
    }
}

fn added(seen: Seen<'_>) -> Added {
    let files = seen.branch.of_kind(Kind::Code);
    files.fold(Added::default(), |sum, file| sum.and(Added::new(file, &[])))
}

/// The serious findings of a group: rule and place.
fn of_group(seen: Seen<'_>, group: Group) -> Vec<(&'static str, String)> {
    let found = seen.findings.iter().filter(|it| it.is_serious);
    let of_group = found.filter_map(|it| {
        let meta = rules::find(&it.rule)?.meta();
        (meta.group == group).then(|| (meta.name, format!("{}:{}", it.path, it.line)))
    });
    of_group.collect()
}

pub(super) fn tests(seen: Seen<'_>, marks: &[Mark]) -> Fact {
    let test_files = seen.branch.of_kind(Kind::Test);
    let has_tests = test_files
        .flat_map(|it| &it.changed)
        .any(|it| !it.is_removed);
    let total = seen.branch.definitions().count();
    if total == 0 {
        return Fact::Unknown("no function or class of production code is changed".to_owned());
    }
    let missing: Vec<&str> = of_rule(marks, "missing-test")
        .map(|it| &*it.scope)
        .collect();
    if missing.is_empty() {
        let tests: BTreeSet<&Test> = seen
            .links
            .iter()
            .flatten()
            .filter(|it| it.is_changed)
            .collect();
        let says = tests.first().map_or_else(
            || "every changed definition is excused by a comment".to_owned(),
            |first| format!("{}{}", first.id(), further(tests.len())),
        );
        return Fact::Holds(says);
    }
    let reached = total - missing.len();
    if has_tests && reached == 0 {
        let says = format!("the changed tests do not reach {}", names(&missing));
        return Fact::fails("unlinked-test", says);
    }
    Fact::fails(
        "missing-test",
        format!("no changed test reaches {}", names(&missing)),
    )
}

/// The definitions that no changed test reaches, and those that do not say why they changed.
pub(super) fn marks(seen: Seen<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (index, (file, changed)) in seen.branch.definitions().enumerate() {
        let reached = seen
            .links
            .get(index)
            .is_some_and(|it| it.iter().any(|test| test.is_changed));
        let mark = |rule, message| Mark {
            rule,
            path: file.path.clone(),
            span: changed.name.clone(),
            line: changed.line,
            scope: changed.qualname.clone(),
            message,
        };
        let name = &changed.qualname;
        if !reached && !is_allowed(file, changed, "missing-test") {
            let message =
                format!("No new or changed test reaches {name}: add one that fails on production");
            marks.push(mark("missing-test", message));
        }
        let commented = comment(file, changed, seen.version) == Comment::Good;
        if !commented && !changed.is_new && !is_allowed(file, changed, "missing-hotfix-comment") {
            let version = seen
                .version
                .map_or_else(String::new, |it| format!(" ({it})"));
            let message =
                format!("{name} does not say why it changed: add a comment `Hotfix{version}: …`");
            marks.push(mark("missing-hotfix-comment", message));
        }
    }
    marks
}

fn of_rule<'m>(marks: &'m [Mark], rule: &str) -> impl Iterator<Item = &'m Mark> {
    marks.iter().filter(move |mark| mark.rule == rule)
}

static HOTFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bhot-?fix\b\s*(?:\((?P<version>[^)\n]*)\))?\s*:").expect("a constant")
});

static ALLOW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"#\s*hotfix: allow\((?P<rules>[^)\n]*)\)[ :\-]*(?P<reason>[^\n]*)")
        .expect("a constant")
});

/// Whether a text has the comment of the hotfix of this version, or one that names no version.
#[must_use]
pub fn says_hotfix(text: &str, version: Option<&str>) -> bool {
    let mut comments = HOTFIX.captures_iter(text);
    comments.any(|found| match (found.name("version"), version) {
        (Some(said), Some(version)) => same_version(said.as_str(), version),
        _ => true,
    })
}

/// What a definition's text says of the hotfix.
#[derive(Debug, PartialEq, Eq)]
enum Comment {
    Good,
    None,
    OtherVersion(String),
}

fn comment(file: &File, changed: &Changed, version: Option<&str>) -> Comment {
    let Some(head) = &file.head else {
        return Comment::None;
    };
    let (text, lines) = (head.text(), head.source.lines());
    // A comment may stand right above the definition.
    let first = lines.line_of(changed.range.start).saturating_sub(1);
    let from = lines.start(first);
    let mut other = Comment::None;
    for found in HOTFIX.captures_iter(text.get(from..changed.range.end).unwrap_or_default()) {
        let at = from + found.get(0).map_or(0, |it| it.start());
        let is_new = file.is_new_line(lines.line_of(at));
        match (found.name("version").map(|it| it.as_str()), version) {
            (Some(said), Some(version)) if same_version(said, version) => return Comment::Good,
            (Some(said), Some(_)) if is_new => other = Comment::OtherVersion(said.to_owned()),
            (None, _) | (Some(_), None) if is_new => return Comment::Good,
            _ => {}
        }
    }
    other
}

/// Whether two versions have the same numbers, `v` or not.
pub(super) fn same_version(one: &str, other: &str) -> bool {
    let bare = |version: &str| version.trim().trim_start_matches(['v', 'V']).to_lowercase();
    bare(one) == bare(other)
}

/// Whether `# hotfix: allow(rule) reason` stands in or above the definition.
fn is_allowed(file: &File, changed: &Changed, rule: &str) -> bool {
    let Some(head) = &file.head else {
        return false;
    };
    let lines = head.source.lines();
    let from = lines.start(lines.line_of(changed.range.start).saturating_sub(1));
    let text = head.text().get(from..changed.range.end).unwrap_or_default();
    ALLOW.captures_iter(text).any(|found| {
        let rules = found.name("rules").map_or("", |it| it.as_str());
        let reason = found.name("reason").map_or("", |it| it.as_str());
        rules.split(',').any(|it| it.trim() == rule) && !reason.trim().is_empty()
    })
}

pub(super) fn comments(seen: Seen<'_>, marks: &[Mark]) -> Fact {
    let mut all = seen
        .branch
        .definitions()
        .filter(|(_, one)| !one.is_new)
        .peekable();
    if all.peek().is_none() {
        return Fact::Unknown("no definition of production code is changed".to_owned());
    }
    for (file, changed) in all {
        if let Comment::OtherVersion(said) = comment(file, changed, seen.version) {
            let version = seen.version.unwrap_or_default();
            let says = format!(
                "the comment in {} names {said}, and this hotfix is {version}",
                changed.qualname
            );
            return Fact::fails("wrong-version", says);
        }
    }
    let missing: Vec<&str> = of_rule(marks, "missing-hotfix-comment")
        .map(|it| &*it.scope)
        .collect();
    if missing.is_empty() {
        Fact::Holds("every changed definition has its hotfix comment".to_owned())
    } else {
        let says = format!("no hotfix comment in {}", names(&missing));
        Fact::fails("missing-hotfix-comment", says)
    }
}

/// Which edge cases the changed tests of the fix use.
pub(super) fn edge_cases(seen: Seen<'_>) -> Fact {
    let mut cases = [
        (false, "None"),
        (false, "something empty"),
        (false, "something malformed"),
    ];
    let tests: BTreeSet<&Test> = seen
        .links
        .iter()
        .flatten()
        .filter(|it| it.is_changed)
        .collect();
    if tests.is_empty() {
        return Fact::Unknown("no changed test reaches the fix".to_owned());
    }
    for file in seen.branch.of_kind(Kind::Test) {
        let Some(head) = &file.head else { continue };
        for one in file.changed.iter().filter(|one| !one.is_removed) {
            // Helpers and fixtures of a test stand in the same file.
            if !tests.iter().any(|test| test.path == file.path) {
                continue;
            }
            let Some(node) = head.source.node_at(one.range.clone()) else {
                continue;
            };
            walk(node, &mut |node| {
                let text = head.source.slice(node);
                match node.kind() {
                    "none" => cases[0].0 = true,
                    "dictionary" | "list" | "tuple" if node.named_child_count() == 0 => {
                        cases[1].0 = true;
                    }
                    "string" if matches!(text, "\"\"" | "''" | "b\"\"" | "b''") => {
                        cases[1].0 = true;
                    }
                    "attribute" if is_raises(text) => cases[2].0 = true,
                    _ => {}
                }
                Walk::Into
            });
        }
    }
    let missing: Vec<&str> = cases
        .iter()
        .filter(|case| !case.0)
        .map(|case| case.1)
        .collect();
    if missing.is_empty() {
        Fact::Holds("the tests use None, something empty and something malformed".to_owned())
    } else {
        let says = format!(
            "the tests do not try {}: add it, or tick it when it cannot happen",
            either(&missing)
        );
        Fact::Lacks("missing-edge-case", says)
    }
}

/// `a, b or c`.
fn either(all: &[&str]) -> String {
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => all.concat(),
    }
}

fn is_raises(name: &str) -> bool {
    matches!(
        name,
        "pytest.raises" | "self.assertRaises" | "self.assertRaisesRegex"
    )
}

/// `, and 2 more` for three things of which one is named.
fn further(number: usize) -> String {
    match number {
        0 | 1 => String::new(),
        more => format!(", and {} more", more - 1),
    }
}

/// `1 file`, `2 files`.
#[must_use]
pub fn count(number: usize, name: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {name}{plural}")
}

fn names(all: &[&str]) -> String {
    let first = all
        .iter()
        .take(NAMES)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match all.len().checked_sub(NAMES) {
        Some(more) if 0 < more => format!("{first} and {more} more"),
        _ => first,
    }
}
