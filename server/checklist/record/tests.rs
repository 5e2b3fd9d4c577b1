//! What a person wrote stays, whatever is generated.

use proptest::prelude::*;

use super::*;

const RECORD: &str = "\
---
version: v1.2.1  # as the branch says
issue:
'severity': \"high\"
---

# Hotfix v1.2.1

## Report

<!-- hotfix-ls:begin traceback -->
old
<!-- hotfix-ls:end traceback -->

### What goes wrong?

KeyError in `confirm`.

### When does it happen?

<!-- The fewest words that help. -->
TBD

## Root cause

The key is optional.

## Checklist

- [x] It is reproduced <!-- reproduced -->
- [ ] **Integration** tests pass: not applicable: none <!-- integration -->
";

fn record(text: &str) -> Record {
    Record::parse(text).expect("a sound record")
}

#[track_caller]
fn refused(text: &str, message: &str) {
    let error = Record::parse(text).expect_err("it is broken");
    assert_eq!(error.to_string(), message);
}

fn question(name: &str) -> &'static Question {
    let mut all = QUESTIONS.iter();
    all.find(|one| one.name == name).expect("a question")
}

#[test]
fn front_matter_answers_tasks_and_parts_are_found() {
    let record = record(RECORD);
    assert_eq!(record.front("version"), Some("v1.2.1"));
    assert_eq!(record.front("severity"), Some("high"));
    assert_eq!(record.front("issue"), None);
    assert_eq!(record.generated("traceback").as_deref(), Some("old"));
    let answer = |name| record.answer(question(name));
    assert_eq!(answer("error").as_deref(), Some("KeyError in `confirm`."));
    assert_eq!(answer("when"), None);
    assert_eq!(
        answer("root-cause").as_deref(),
        Some("The key is optional.")
    );
    let tasks: Vec<_> = record
        .tasks()
        .iter()
        .map(|it| (it.ticked, it.comment.trim()))
        .collect();
    assert_eq!(tasks, [(true, "reproduced"), (false, "integration")]);
}

#[test]
fn values_of_the_front_matter_are_set_where_they_stand() {
    let mut record = record(RECORD);
    record.set_front("version", "v1.2.2").expect("a value");
    record
        .set_front("issue", "SHOP-7: orders")
        .expect("a value");
    record.set_front("severity", "low").expect("a value");
    record.set_front("base", "1.10").expect("a new value");
    let front = record
        .text()
        .split("\n# ")
        .next()
        .expect("the front matter");
    assert_eq!(
        front,
        "---\nversion: v1.2.2  # as the branch says\nissue: \"SHOP-7: orders\"\n'severity': low\n\
         base: \"1.10\"\n---\n"
    );
    assert_eq!(record.front("issue"), Some("SHOP-7: orders"));
    assert_eq!(record.front("base"), Some("1.10"));
}

#[test]
fn a_missing_part_is_put_into_its_section_before_the_questions() {
    let mut record = record(RECORD);
    let put = record.put_generated(Section::Report, "frames", "| a |\n|---|\n| b |");
    put.expect("a table fits");
    let (before, after) = record
        .text()
        .split_once("<!-- hotfix-ls:begin frames -->")
        .expect("it");
    assert!(before.ends_with("end traceback -->\n\n"), "{before:?}");
    assert!(
        after.contains("end frames -->\n\n### What goes wrong?"),
        "{after:?}"
    );
    let again = record.clone();
    record
        .put_generated(Section::Report, "frames", "| a |\n|---|\n| b |\n")
        .expect("the same");
    assert_eq!(record, again, "written twice it is as written once");
}

#[test]
fn broken_markers_are_refused_with_their_line() {
    let (begin, end) = (markers::begin, markers::end);
    refused(
        &format!("a\n\n{}\nb\n", begin("x")),
        "line 3: `x` begins here and has no end: add `<!-- hotfix-ls:end x -->` below it",
    );
    refused(
        &format!("a\n\n{}\n", end("x")),
        "line 3: `x` ends here and begins nowhere: add `<!-- hotfix-ls:begin x -->` above it",
    );
    refused(
        &[begin("x"), begin("y"), end("y"), end("x")].join("\n"),
        "line 2: `y` begins inside `x`: end `x` above this line",
    );
    refused(
        &[begin("x"), end("x"), begin("x"), end("x")].join("\n"),
        "line 3: `x` stands twice, first in line 1: remove one of them",
    );
    refused(
        &format!("- a\n  {}\n  {}\n", begin("x"), end("x")),
        "line 2: the marker of `x` must stand alone, at the beginning of its line",
    );
    refused(
        "<!-- hotfix-ls:start x -->\n",
        "line 1: this is no marker of hotfix-ls: write `<!-- hotfix-ls:begin NAME -->` or remove it",
    );
}

#[test]
fn a_marker_in_a_block_of_code_is_an_example() {
    let text = format!("```\n{}\n```\n", markers::begin("x"));
    assert_eq!(record(&text).parts(), []);
}

#[test]
fn a_front_matter_that_is_no_flat_table_is_refused() {
    refused(
        "---\nversion: 1\n",
        "line 1: the front matter has no end: write `---` in a line of its own below it",
    );
    let nested = Record::parse("---\na:\n  b: 1\n---\n").expect_err("a table in a table");
    assert_eq!(nested.line(), 3);
    let list = Record::parse("---\na: 1\nb: [1, 2]\n---\n").expect_err("a list");
    assert_eq!(list.line(), 3);
    let twice = Record::parse("---\na: 1\na: 2\n---\n").expect_err("twice");
    assert_eq!(twice.line(), 3);
}

#[test]
fn a_generated_text_that_would_break_the_record_is_refused() {
    let before = record(RECORD);
    for text in [
        "```\nopen",
        "<!-- open",
        &markers::end("traceback"),
        &markers::begin("new"),
    ] {
        let mut record = before.clone();
        let error = record.replace_generated("traceback", text).expect_err(text);
        assert_eq!(
            error,
            RecordError::Unfit {
                name: "traceback".to_owned()
            }
        );
        assert_eq!(record, before, "{text}");
    }
}

/// What a person may have written between generated parts.
fn prose() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        Just("## Report".to_owned()),
        Just("### What goes wrong?".to_owned()),
        Just("- [ ] a task <!-- id -->".to_owned()),
        Just("  indented\ttext ".to_owned()),
        Just("> a quote".to_owned()),
        Just("| a | b |".to_owned()),
        Just("|---|---|".to_owned()),
        Just("<!-- a comment -->".to_owned()),
        Just("<details>".to_owned()),
        Just("```".to_owned()),
        Just("***".to_owned()),
        Just("äöü 😀 \u{2028} \u{c}".to_owned()),
        "[ -~]{0,20}",
    ];
    prop::collection::vec((line, prop::bool::ANY), 0..8).prop_map(|lines| {
        let end = |windows: bool| if windows { "\r\n" } else { "\n" };
        lines
            .into_iter()
            .map(|(line, windows)| line + end(windows))
            .collect()
    })
}

fn outside(record: &Record, name: &str) -> String {
    let part = record.parts().iter().find(|part| part.name == name);
    let inner = part.expect("the part is there").inner.clone();
    [&record.text()[..inner.start], &record.text()[inner.end..]].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_is_generated_a_persons_text_stays_byte_equal(
        before in prose(),
        between in prose(),
        after in prose(),
        generated in prose(),
        windows in prop::bool::ANY,
    ) {
        let end = if windows { "\r\n" } else { "\n" };
        let part = |name| [markers::begin(name), end.into(), "old".into(), end.into(), markers::end(name), end.into()].concat();
        let text = [before, part("one"), between, part("two"), after].concat();
        let Ok(mut record) = Record::parse(text) else {
            return Ok(());
        };
        let former = record.clone();
        for name in ["one", "two"] {
            if record.generated(name).is_none() {
                continue;
            }
            let kept = outside(&record, name);
            match record.replace_generated(name, &generated) {
                Ok(()) => {
                    prop_assert_eq!(outside(&record, name), kept);
                    prop_assert_eq!(record.generated(name), Some(normal(&generated)));
                    let once = record.clone();
                    prop_assert_eq!(record.replace_generated(name, &generated), Ok(()));
                    prop_assert_eq!(&record, &once);
                }
                Err(error) => prop_assert_eq!(error, RecordError::Unfit { name: name.to_owned() }),
            }
        }
        prop_assert_eq!(record.headings.len(), former.headings.len());
    }

    #[test]
    fn a_new_part_leaves_all_other_bytes(text in prose(), generated in prose()) {
        let Ok(mut record) = Record::parse(text.clone()) else {
            return Ok(());
        };
        if record.put_generated(Section::Report, "new", &generated).is_ok() {
            let whole = record.parts().iter().find(|part| part.name == "new");
            let whole = whole.expect("it was put").whole.clone();
            let (before, after) = (&record.text()[..whole.start], &record.text()[whole.end..]);
            let lines = |text: &str| text.split_inclusive('\n').filter(|it| !it.trim().is_empty()).map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!([lines(before), lines(after)].concat(), lines(&text));
        } else {
            prop_assert_eq!(record.text(), text);
        }
    }
}

/// Git writes both sides into the file; whoever merges on, and forgets it, must not lose one.
#[test]
fn the_conflicts_of_a_merge_are_refused() {
    let sides = "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> main\n";
    let text = format!("{RECORD}\n{sides}");
    let line = RECORD.lines().count() + 2;
    let says = format!(
        "line {line}: git's conflict markers stand here: keep what is right and remove their lines"
    );
    let error = Record::parse(text).expect_err("a conflict");
    assert_eq!((error.to_string(), error.line()), (says, line));
    let quoted = format!("{RECORD}\n```\n{sides}```\n\nTitle\n=======\n");
    assert!(Record::parse(quoted).is_ok(), "a quoted conflict is text");
}
