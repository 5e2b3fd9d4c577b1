//! The changelog's entry and the document's section, begun.

use super::{Ground, Template, appended};
use crate::checklist::branch::{Kind, kind_of};
use crate::checklist::record::QUESTIONS;
use crate::checklist::report::sentences;

/// Folders of news fragments, with the ending of theirs.
const FRAGMENTS: [(&str, &str); 3] = [
    ("newsfragments", "bugfix.rst"),
    ("news", "bugfix.rst"),
    ("changelog.d", "md"),
];

/// What is mended, in one line: the record's word, else what the code shows.
fn what(ground: &Ground<'_>) -> String {
    let question = QUESTIONS.iter().find(|one| one.name == "error");
    let answer = question.and_then(|one| ground.record?.answer(one));
    if let Some(line) = answer.as_deref().and_then(|it| it.lines().next()) {
        return format!("Mend: {}", line.trim().trim_end_matches('.'));
    }
    let first = ground.observed.branch.definitions().next();
    first.map_or_else(
        || "Mend what was broken".to_owned(),
        |(file, one)| format!("`{}` {}", one.qualname, sentences(file, one).join("; ")),
    )
}

fn number(ground: &Ground<'_>) -> String {
    let version = ground.version.unwrap_or("Unreleased");
    version.trim_start_matches('v').to_owned()
}

/// A new fragment, or an entry below "Fixed" of the right section.
pub(super) fn changelog(ground: &Ground<'_>) -> Option<Template> {
    for (folder, ending) in FRAGMENTS {
        if (ground.list)(folder).is_empty() {
            continue;
        }
        let issue = ground.record.and_then(|record| record.front("issue"));
        let plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        let name: String = issue.map_or_else(
            || format!("hotfix-{}", number(ground)),
            |issue| issue.chars().filter(|c| plain(*c)).collect(),
        );
        let path = format!("{folder}/{name}.{ending}");
        let title = format!("Write the news fragment {path}");
        let text = format!("{}\n", what(ground));
        return (ground.read)(&path)
            .is_none()
            .then(|| appended(ground, title, path, &text));
    }
    let names = (ground.list)("");
    let is_markdown = |name: &&String| {
        kind_of(name, false) == Kind::Changelog && name.to_lowercase().ends_with(".md")
    };
    let path = names.iter().find(is_markdown)?.clone();
    let old = (ground.read)(&path)?;
    let (at, text) = entry(&old, &number(ground), &what(ground), ground.today);
    let end = if old.contains("\r\n") { "\r\n" } else { "\n" };
    Some(Template {
        title: format!("Add an entry to {path}"),
        path,
        at,
        text: text.replace('\n', end),
        old: Some(old),
    })
}

/// Where the entry goes in a changelog, and with which headings.
fn entry(old: &str, version: &str, what: &str, today: &str) -> (usize, String) {
    let item = format!("- {what}\n");
    let mut at = 0;
    let mut section = None;
    let mut first_section = None;
    for line in old.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let is_section = line.starts_with("## ");
        if is_section && section.is_some() {
            break;
        }
        if is_section {
            first_section.get_or_insert(start);
            let lower = line.to_lowercase();
            let is_ours = lower.contains("unreleased") || mentions(line, version);
            section = is_ours.then_some(at);
        }
        if section.is_some() && line.trim_end() == "### Fixed" {
            // Items follow right below the heading, or after an empty line.
            let rest = &old[at..];
            let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
            return (at + blank, item);
        }
    }
    if let Some(section) = section {
        return (section, format!("\n### Fixed\n\n{item}"));
    }
    let place = first_section.unwrap_or(old.len());
    let gap = if old[..place].ends_with("\n\n") || place == 0 {
        ""
    } else {
        "\n"
    };
    let tail = if place < old.len() { "\n" } else { "" };
    let heading = format!("## [{version}] - {today}\n\n### Fixed\n\n");
    (place, format!("{gap}{heading}{item}{tail}"))
}

fn mentions(line: &str, version: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.';
    line.split(|c: char| !is_part(c))
        .any(|word| word.trim_start_matches('v') == version)
}

/// A section about the fault for those who run into it, in SKILL.md or in the README.
pub(super) fn troubleshooting(ground: &Ground<'_>) -> Option<Template> {
    let names = (ground.list)("");
    let path = ["SKILL.md", "README.md"]
        .into_iter()
        .find(|name| names.iter().any(|it| it == name))?
        .to_owned();
    let old = (ground.read)(&path)?;
    let heading = if old.contains("\n## Troubleshooting") {
        ""
    } else {
        "## Troubleshooting\n\n"
    };
    let answer = |name: &str| {
        let question = QUESTIONS.iter().find(|one| one.name == name)?;
        ground.record?.answer(question)
    };
    let cause = answer("root-cause").unwrap_or_else(|| "Say here why it happened.".to_owned());
    let fix = answer("fix").unwrap_or_else(|| "Say here what is different now.".to_owned());
    let version = ground
        .version
        .map_or_else(String::new, |it| format!(" in {it}"));
    let text = format!(
        "{heading}### {}\n\nMended{version}.\n\n**Why:** {cause}\n\n**What is different:** {fix}\n\n\
         **What to do when updating:** nothing.\n",
        what(ground).trim_start_matches("Mend: ")
    );
    let title = format!("Write a troubleshooting section into {path}");
    let mut template = appended(ground, title, path, &text);
    // Sections of Markdown are parted by one empty line.
    if let Some(rest) = template.text.strip_prefix("\n\n") {
        template.text = format!("\n{rest}");
    }
    Some(template)
}
