//! The record as an editor shows it: what is open, what a line means, what can be done there.

use std::fmt::Write as _;
use std::ops::Range;

use super::items::{
    Checklist, Item, NOT_APPLICABLE, Standing, State, about_step, explanation, item_of, step_of,
    task_of,
};
use super::record::{QUESTIONS, Question, Record, RecordError, Task};
use crate::config::Severity;
use crate::fixes::Edit;
use crate::text::Lines;

/// Something in the record that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the record.
    pub span: Range<usize>,
    /// How loud it is.
    pub severity: Severity,
    /// Its name: of a rule, else `record`.
    pub code: &'static str,
    /// One sentence without a final dot.
    pub message: String,
}

/// Something that can be done in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// The edits, disjoint.
    pub edits: Vec<Edit>,
    /// Whether it is the first choice.
    pub is_preferred: bool,
}

/// What the front matter may say of the severity, the least first.
const SEVERITIES: [(&str, &str); 4] = [
    ("low", "It disturbs, and can wait for the next release"),
    (
        "medium",
        "Some users cannot do what they came for, and have a way around",
    ),
    ("high", "Many users cannot do what they came for"),
    ("critical", "Production is down, or loses data"),
];

/// A value that can be written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The bytes that it replaces.
    pub range: Range<usize>,
    /// What stands there then.
    pub text: String,
    /// The value itself.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
}

/// What can be written at the byte `at` of the record: values of the front matter.
#[must_use]
pub fn values(text: &str, at: usize) -> Vec<Value> {
    let Ok(record) = Record::parse(text) else {
        return Vec::new();
    };
    let lines = Lines::new(text);
    let line = lines.line_of(at);
    let entry = record.entries().iter().find(|entry| {
        entry.key == "severity"
            && lines.line_of(entry.span.start) == line
            && entry.span.start <= at
            && at <= entry.span.end.max(entry.span.start + 1)
    });
    let Some(entry) = entry else {
        return Vec::new();
    };
    let is_tight = text[..entry.span.start].ends_with(':');
    let offered = SEVERITIES.iter().map(|&(name, about)| Value {
        range: entry.span.start..entry.span.end.max(at),
        text: format!("{}{name}", if is_tight { " " } else { "" }),
        name,
        about,
    });
    offered.collect()
}

/// What is open in the record `text`. Without a checklist only questions are looked at.
#[must_use]
pub fn problems(text: &str, checklist: Option<&Checklist>) -> Vec<Problem> {
    let record = match Record::parse(text) {
        Ok(record) => record,
        Err(error) => return vec![broken(text, &error)],
    };
    let mut found = Vec::new();
    for question in QUESTIONS {
        if let Some(heading) = record.heading_of(question)
            && record.answer(question).is_none()
        {
            found.push(Problem {
                span: trimmed(text, &heading.range),
                severity: Severity::Hint,
                code: "incomplete-record",
                message: format!(
                    "Nobody has answered this yet: {}",
                    decapitalised(question.help)
                ),
            });
        }
    }
    for standing in checklist.iter().flat_map(|it| &it.items) {
        let Some(task) = task_of(&record, standing.item) else {
            continue;
        };
        let severity = match standing.state {
            State::Failed => Severity::Information,
            State::Open => Severity::Hint,
            State::Passed | State::Attested | State::NotApplicable => continue,
        };
        found.push(Problem {
            span: first_line(text, task),
            severity,
            code: standing.rule.unwrap_or("incomplete-record"),
            message: capitalised(&standing.says),
        });
    }
    found.sort_by_key(|problem| problem.span.start);
    found
}

fn broken(text: &str, error: &RecordError) -> Problem {
    let lines = Lines::new(text);
    let message = error.to_string();
    let line = error.line().saturating_sub(1);
    let prefix = format!("line {}: ", error.line());
    Problem {
        span: lines.content(line, text),
        severity: Severity::Warning,
        code: "record",
        message: capitalised(message.strip_prefix(&prefix).unwrap_or(&message)),
    }
}

/// What there is to say about the byte `at`.
#[must_use]
pub fn about(
    text: &str,
    checklist: Option<&Checklist>,
    at: usize,
) -> Option<(Range<usize>, String)> {
    let record = Record::parse(text).ok()?;
    let on = |range: &Range<usize>| range.start <= at && at <= range.end;
    if let Some(task) = record
        .tasks()
        .iter()
        .find(|task| on(&first_line(text, task)))
    {
        if let Some(step) = step_of(&record, task) {
            return Some((first_line(text, task), about_step(step)));
        }
        let item = item_of(&record, task)?;
        let standing = checklist.and_then(|it| it.items.iter().find(|it| it.item == item));
        return Some((first_line(text, task), about_item(item, standing)));
    }
    let asked = |question: &&Question| {
        let heading = record.heading_of(question);
        heading.is_some_and(|heading| on(&trimmed(text, &heading.range)))
    };
    let question = QUESTIONS.iter().find(asked)?;
    let heading = record.heading_of(question)?;
    let said = format!("**{}**\n\n{}\n", question.title(), question.help);
    Some((trimmed(text, &heading.range), said))
}

/// What an item is about, and how it stands.
fn about_item(item: &Item, standing: Option<&Standing>) -> String {
    let mut said = format!("**{}**\n\n{}\n", item.title, item.help);
    if let Some(standing) = standing {
        let _ = write!(
            said,
            "\nNow: {}, {}\n",
            standing.state.words(),
            standing.says
        );
        if let Some(rule) = standing.rule {
            let _ = write!(said, "\nMissing: `{rule}`\n");
            if let Some(docs) = explanation(rule) {
                let what = docs.split("\n\n").nth(1).unwrap_or_default();
                let _ = write!(said, "\n{what}\n");
            }
        }
    }
    let _ = write!(
        said,
        "\nWhere it does not apply, write behind it: `{NOT_APPLICABLE} the reason`\n"
    );
    said
}

/// What can be done with the lines that `bytes` touch.
#[must_use]
pub fn actions(text: &str, checklist: Option<&Checklist>, bytes: &Range<usize>) -> Vec<Action> {
    let Ok(record) = Record::parse(text) else {
        return Vec::new();
    };
    let touches = |range: &Range<usize>| range.start <= bytes.end && bytes.start <= range.end;
    let mut found = Vec::new();
    for task in record.tasks() {
        if !touches(&first_line(text, task)) {
            continue;
        }
        if let Some(item) = item_of(&record, task) {
            let standing = checklist.and_then(|it| it.items.iter().find(|it| it.item == item));
            let state = standing.map(|it| it.state);
            of_task(text, task, item.title, state, &mut found);
        } else if let Some(step) = step_of(&record, task) {
            of_task(text, task, step.title, None, &mut found);
        }
    }
    found
}

/// The items that are not done and whose lines `bytes` touch.
#[must_use]
pub fn open_items(text: &str, checklist: &Checklist, bytes: &Range<usize>) -> Vec<&'static Item> {
    let Ok(record) = Record::parse(text) else {
        return Vec::new();
    };
    let open = checklist.items.iter().filter(|it| !it.state.is_done());
    open.map(|it| it.item)
        .filter(|item| {
            let task = task_of(&record, item).map(|task| first_line(text, task));
            task.is_some_and(|line| line.start <= bytes.end && bytes.start <= line.end)
        })
        .collect()
}

fn of_task(text: &str, task: &Task, title: &str, state: Option<State>, into: &mut Vec<Action>) {
    let replace = |range: Range<usize>, text: &str| Edit {
        range,
        text: text.to_owned(),
    };
    // A tick is a person's word. Where something was seen, it would say nothing.
    let is_seen = matches!(state, Some(State::Passed | State::Failed));
    if task.ticked {
        into.push(Action {
            title: format!("Take the tick away: {title}"),
            edits: vec![replace(task.mark.clone(), "[ ]")],
            is_preferred: false,
        });
    } else if !is_seen {
        into.push(Action {
            title: format!("Tick by hand: {title}"),
            edits: vec![replace(task.mark.clone(), "[x]")],
            is_preferred: true,
        });
    }
    if !task.text.to_ascii_lowercase().contains(NOT_APPLICABLE) {
        let line = first_line(text, task);
        // The reason stands before the comment that names the item.
        let said = &text[line.clone()];
        let end = said.find("<!--").unwrap_or(said.len());
        let end = line.start + said[..end].trim_end().len();
        into.push(Action {
            title: format!("Mark as not applicable, and say why: {title}"),
            edits: vec![replace(end..end, &format!(": {NOT_APPLICABLE} "))],
            is_preferred: false,
        });
    }
}

/// The first line of a task, without its line end.
fn first_line(text: &str, task: &Task) -> Range<usize> {
    let said = &text[task.range.clone()];
    let length = said.find(['\n', '\r']).unwrap_or(said.len());
    task.range.start..task.range.start + length
}

fn trimmed(text: &str, range: &Range<usize>) -> Range<usize> {
    range.start..range.start + text[range.clone()].trim_end().len()
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// A help text as the end of a sentence.
fn decapitalised(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().collect::<String>() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::items::ITEMS;

    const RECORD: &str = "---\nversion: v1.2.1\n---\n\n## Report\n\n### What goes wrong?\n\nIt crashes\n\n\
                          ### When does it happen?\n\n## Checklist\n\n\
                          - [ ] The smoke tests pass <!-- smoke -->\n\
                          - [x] A test covers the fix <!-- tests-added -->\n";

    #[test]
    fn the_severity_is_offered_behind_its_key_and_nowhere_else() {
        let written = |text: &str| -> Vec<String> {
            let at = text.find('|').expect("a place");
            let text = text.replacen('|', "", 1);
            let offered = values(&text, at).into_iter().map(|value| {
                let mut text = text.clone();
                text.replace_range(value.range, &value.text);
                text.lines().nth(1).expect("a line").to_owned()
            });
            offered.collect()
        };
        let bare = written("---\nseverity:| # how bad\n---\n");
        assert_eq!(bare[2], "severity: high # how bad");
        let spaced = written("---\nseverity: |\nissue: 7\n---\n");
        assert_eq!(spaced[3], "severity: critical");
        let begun = written("---\nseverity: cr|\n---\n");
        assert_eq!(begun[3], "severity: critical");
        assert!(written("---\nissue:|\n---\n").is_empty());
        assert!(written("---\nseverity: low\n---\nseverity:|\n").is_empty());
    }

    fn checklist() -> Checklist {
        let items = ITEMS.iter().map(|item| Standing {
            item,
            state: match item.name {
                "smoke" => State::Open,
                "tests-added" => State::Failed,
                _ => State::Passed,
            },
            says: "seen".to_owned(),
            rule: (item.name == "tests-added").then_some("missing-test"),
        });
        Checklist {
            items: items.collect(),
            ..Checklist::default()
        }
    }

    #[test]
    fn open_questions_and_items_are_shown_at_their_lines() {
        let found = problems(RECORD, Some(&checklist()));
        let shown: Vec<_> = found
            .iter()
            .map(|it| (&RECORD[it.span.clone()], it.severity, it.code))
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "### When does it happen?",
                    Severity::Hint,
                    "incomplete-record"
                ),
                (
                    "- [ ] The smoke tests pass <!-- smoke -->",
                    Severity::Hint,
                    "incomplete-record"
                ),
                (
                    "- [x] A test covers the fix <!-- tests-added -->",
                    Severity::Information,
                    "missing-test"
                ),
            ]
        );
    }

    #[test]
    fn a_broken_record_is_one_warning_at_its_line() {
        let text = format!("{RECORD}<!-- hotfix-ls:begin x -->\n");
        let found = problems(&text, None);
        assert_eq!(found.len(), 1);
        assert_eq!(&text[found[0].span.clone()], "<!-- hotfix-ls:begin x -->");
        assert!(found[0].message.starts_with("`x` begins here"), "{found:?}");
    }

    #[test]
    fn a_tick_is_offered_where_nothing_was_seen() {
        let apply = |line: &str, nth: usize| {
            let at = RECORD.find(line).expect("the line");
            let found = actions(RECORD, Some(&checklist()), &(at..at));
            let text = crate::fixes::apply(RECORD, &found[nth].edits).expect("sound edits");
            (found.len(), text)
        };
        let (count, ticked) = apply("- [ ] The smoke", 0);
        assert_eq!(count, 2);
        assert!(ticked.contains("- [x] The smoke tests pass <!-- smoke -->"));
        let (_, reason) = apply("- [ ] The smoke", 1);
        assert!(reason.contains("- [ ] The smoke tests pass: not applicable:  <!-- smoke -->"));
        let (count, open) = apply("- [x] A test", 0);
        assert_eq!(count, 2);
        assert!(open.contains("- [ ] A test covers the fix"));
    }

    #[test]
    fn a_step_around_the_merge_is_ticked_and_explained_and_never_a_problem() {
        let text = "## Verification\n\n- [ ] It was tried in staging <!-- staging -->\n";
        let at = text.find("It was").expect("the step");
        let ticks = actions(text, Some(&checklist()), &(at..at));
        assert_eq!(ticks[0].title, "Tick by hand: It was tried in staging");
        let ticked = crate::fixes::apply(text, &ticks[0].edits).expect("sound edits");
        assert!(ticked.contains("- [x] It was tried"), "{ticked}");
        let (_, said) = about(text, None, at).expect("a hover");
        assert!(said.contains("the steps that show the bug"), "{said}");
        assert_eq!(problems(text, Some(&checklist())), []);
    }

    #[test]
    fn questions_and_items_are_explained() {
        let about = |part: &str| {
            let at = RECORD.find(part).expect("the part");
            about(RECORD, Some(&checklist()), at).map(|it| it.1)
        };
        assert!(about("When does").is_some_and(|it| it.contains("Since when")));
        let item = about("A test covers").expect("a hover");
        assert!(item.contains("Now: does not hold, seen"), "{item}");
        assert_eq!(about("It crashes"), None);
    }
}
