//! What can be written on in a comment: the hotfix's own comment, and the rules that an allow
//! comment may name.

use std::ops::Range;

use super::{Report, Snapshot};
use crate::rules::{self, Rule};

/// Something that can be written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of head that it replaces; they end where the person writes.
    pub range: Range<usize>,
    /// What stands there then.
    pub text: String,
    /// What a list shows.
    pub label: String,
    /// One sentence about it.
    pub about: String,
}

/// What can be written at the byte `at` of head, the likeliest first.
#[must_use]
pub fn completions(snapshot: &Snapshot, report: &Report, at: usize) -> Vec<Completion> {
    let head = &snapshot.head;
    let (text, lines) = (head.text(), head.lines());
    let line = lines.content(lines.line_of(at), text);
    let Some(start) = comment_around(snapshot, at) else {
        return Vec::new();
    };
    let before = &text[start.max(line.start)..at];
    let written = before.trim_start_matches('#').trim_start();
    if let Some(names) = written.strip_prefix("hotfix: allow(") {
        if names.contains(')') {
            return Vec::new();
        }
        let last = names.rsplit(',').next().unwrap_or_default().trim_start();
        let is_closed = text[at..line.end].trim_start().starts_with([')', ',']);
        return rule_names(snapshot, report, at - last.len()..at, names, is_closed);
    }
    if "hotfix".starts_with(&written.to_lowercase()) {
        return openings(snapshot, start..at);
    }
    Vec::new()
}

/// Where the comment begins that `at` lies in or behind.
fn comment_around(snapshot: &Snapshot, at: usize) -> Option<usize> {
    let before = at.checked_sub(1)?;
    let node = snapshot.head.node_at(before..at)?;
    (node.kind() == "comment").then(|| node.start_byte())
}

/// The two comments of a hotfix.
fn openings(snapshot: &Snapshot, range: Range<usize>) -> Vec<Completion> {
    let comment = |text: String, about: &str| Completion {
        range: range.clone(),
        label: text.trim_end().to_owned(),
        text,
        about: about.to_owned(),
    };
    let version = snapshot.version.as_ref();
    let hotfix = version.map(|version| {
        comment(
            format!("# Hotfix ({version}): "),
            "Says what this hotfix changes here, and why",
        )
    });
    let allow = comment(
        "# hotfix: allow(".to_owned(),
        "Keeps a finding as it is: name the rule and the reason",
    );
    hotfix.into_iter().chain([allow]).collect()
}

/// The rules that are not named yet: those that report something nearby come first.
fn rule_names(
    snapshot: &Snapshot,
    report: &Report,
    range: Range<usize>,
    names: &str,
    is_closed: bool,
) -> Vec<Completion> {
    let lines = snapshot.head.lines();
    let here = lines.line_of(range.start);
    let distance = |name: &str| {
        let of_rule = report.findings.iter().filter(|one| one.rule == name);
        of_rule
            .map(|one| lines.line_of(one.span.start).abs_diff(here))
            .min()
    };
    let named: Vec<&str> = names.split(',').map(str::trim).collect();
    let mut found: Vec<(usize, Completion)> = rules::all(&snapshot.settings)
        .map(Rule::meta)
        .filter(|meta| !named.contains(&meta.name))
        .map(|meta| {
            let completion = Completion {
                range: range.clone(),
                text: format!("{}{}", meta.name, if is_closed { "" } else { ") " }),
                label: meta.name.to_owned(),
                about: meta.summary().to_owned(),
            };
            (distance(meta.name).unwrap_or(usize::MAX), completion)
        })
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::completions;
    use crate::analysis::{Comparison, Snapshot, analyse};
    use crate::config::Settings;
    use crate::syntax::{Cancel, Source};

    /// What is offered where `|` stands, as the whole line would read.
    fn offered(text: &str) -> Vec<String> {
        let at = text.find('|').expect("a place");
        let text = text.replacen('|', "", 1);
        let snapshot = Snapshot {
            path: "app.py".to_owned(),
            is_test: false,
            head: Source::parse(text.as_str()),
            base: Comparison::AllNew,
            settings: Arc::new(Settings::default()),
            version: Some("v1.2.1".to_owned()),
            branch: None,
            cancel: Cancel::default(),
        };
        let report = analyse(&snapshot).expect("nobody cancels");
        let lines = completions(&snapshot, &report, at);
        let written = lines.into_iter().map(|one| {
            let mut text = text.clone();
            text.replace_range(one.range, &one.text);
            text.lines().last().expect("a line").to_owned()
        });
        written.collect()
    }

    #[test]
    fn the_hotfix_comment_is_completed_with_its_version() {
        assert_eq!(
            offered("x = 1\n#|"),
            ["# Hotfix (v1.2.1): ", "# hotfix: allow("]
        );
        assert_eq!(offered("x = 1  # ho|")[0], "x = 1  # Hotfix (v1.2.1): ");
    }

    #[test]
    fn the_rule_that_reports_here_is_offered_first() {
        let found = offered("import requests\nrequests.get(url)  # hotfix: allow(|");
        assert_eq!(
            found[0],
            "requests.get(url)  # hotfix: allow(request-without-timeout) "
        );
        assert!(10 < found.len());
    }

    #[test]
    fn a_rule_that_is_named_already_is_not_offered_again_and_the_bracket_stays() {
        let found = offered("x = 1  # hotfix: allow(none-access, mis|)");
        assert!(found.contains(&"x = 1  # hotfix: allow(none-access, missing-key)".to_owned()));
        assert!(
            !found
                .iter()
                .any(|it| it.matches("none-access").count() == 2)
        );
    }

    #[test]
    fn nothing_is_offered_in_code_in_a_string_in_other_comments_or_behind_the_reason() {
        for text in [
            "ho|",
            "x = \"# ho|\"",
            "x = 1  # how it is|",
            "x = 1  # hotfix: allow(none-access) rea|",
        ] {
            assert!(offered(text).is_empty(), "{text}");
        }
    }
}
