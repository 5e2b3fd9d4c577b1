//! What makes an item hold, fail, or wait for a person.

use super::*;
use crate::checklist::branch::{File, Kind, Side};
use crate::checklist::link::{Target, TestFile, reaching};

const BASE: &str = "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef confirm(event):\n    return event['id']\n";
const HEAD: &str = "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef confirm(event):\n    \
                    # Hotfix (v1.2.1): the key is optional.\n    if 'id' not in event:\n        \
                    logger.error('no id')\n        raise ValueError('no id')\n    return event['id']\n";
const TEST: &str = "import pytest\nfrom shop import confirm\n\n\ndef test_confirm():\n    \
                    with pytest.raises(ValueError):\n        confirm({})\n";
const LOG: &str = "# Changelog\n\n## [1.2.0]\n\n- Old\n";

const SIZE: Size = Size {
    files: 1,
    lines: 4,
    definitions: 1,
    commits: 1,
};

fn file(path: &str, base: Option<&str>, head: &str) -> File {
    let kind = crate::checklist::branch::kind_of(path, path.starts_with("tests/"));
    File::new(
        path.to_owned(),
        kind,
        base.map(Into::into),
        Some(head.into()),
    )
}

/// How the item `name` stands with these files, `path base head`, and this record.
fn state(name: &str, files: Vec<File>, record: Option<&str>) -> (State, String) {
    let found = standing(name, files, record);
    (found.state, found.says)
}

/// The name of what the item `name` lacks.
fn lacks(name: &str, files: Vec<File>) -> Option<&'static str> {
    standing(name, files, None).rule
}

fn standing(name: &str, files: Vec<File>, record: Option<&str>) -> Standing {
    let branch = Branch { files };
    let tests: Vec<TestFile> = branch
        .of_kind(Kind::Test)
        .filter_map(|file| {
            let changed = file
                .changed
                .iter()
                .map(|one| one.qualname.clone())
                .collect();
            let side = Side::new(&file.path, file.head.as_ref()?.text().into());
            Some(TestFile {
                path: file.path.clone(),
                side: side.into(),
                changed,
            })
        })
        .collect();
    let targets: Vec<Target<'_>> = branch
        .definitions()
        .filter_map(|(file, one)| {
            Some(Target {
                path: &file.path,
                qualname: &one.qualname,
                is_class: false,
                side: file.head.as_ref()?,
            })
        })
        .collect();
    let links = reaching(&targets, &tests);
    let record = record.map(|text| Record::parse(text).expect("a sound record"));
    let checklist = judge(Seen {
        branch: &branch,
        links: &links,
        size: SIZE,
        findings: &[],
        evidence: &Evidence::default(),
        version: Some("v1.2.1"),
        record: record.as_ref(),
        has_changelog: true,
        settings: &Settings::default(),
    });
    assert_eq!(checklist.items.len(), 14);
    let found = checklist.items.into_iter().find(|it| it.item.name == name);
    found.expect("the item")
}

#[track_caller]
fn case(name: &str, files: Vec<File>, record: Option<&str>, state_wanted: State, says: &str) {
    assert_eq!(state(name, files, record), (state_wanted, says.to_owned()));
}

fn fix() -> File {
    file("shop.py", Some(BASE), HEAD)
}

fn test() -> File {
    file("tests/test_shop.py", None, TEST)
}

#[test]
fn a_test_counts_when_it_reaches_the_fix() {
    case(
        "tests-added",
        vec![fix(), test()],
        None,
        State::Passed,
        "tests/test_shop.py::test_confirm",
    );
    let says = "no changed test reaches confirm";
    case("tests-added", vec![fix()], None, State::Failed, says);
    let other = file("tests/test_x.py", None, "def test_x():\n    assert True\n");
    let says = "the changed tests do not reach confirm";
    case("tests-added", vec![fix(), other], None, State::Failed, says);
}

#[test]
fn log_lines_guards_and_comments_are_seen() {
    case(
        "logged",
        vec![fix()],
        None,
        State::Passed,
        "new: 1 log line",
    );
    case(
        "errors",
        vec![fix()],
        None,
        State::Passed,
        "new: 1 guard, 1 clear error",
    );
    let says = "every changed definition has its hotfix comment";
    case("commented", vec![fix()], None, State::Passed, says);
    let other = HEAD.replace("v1.2.1", "v1.1.0");
    let says = "the comment in confirm names v1.1.0, and this hotfix is v1.2.1";
    case(
        "commented",
        vec![file("shop.py", Some(BASE), &other)],
        None,
        State::Failed,
        says,
    );
    let none = HEAD.replace("Hotfix (v1.2.1): the", "The");
    let says = "no hotfix comment in confirm";
    case(
        "commented",
        vec![file("shop.py", Some(BASE), &none)],
        None,
        State::Failed,
        says,
    );
    let allowed = none.replace(
        "def confirm",
        "# hotfix: allow(missing-hotfix-comment) it is plain\ndef confirm",
    );
    let says = "every changed definition has its hotfix comment";
    case(
        "commented",
        vec![file("shop.py", Some(BASE), &allowed)],
        None,
        State::Passed,
        says,
    );
}

#[test]
fn a_changelog_counts_with_the_right_version() {
    let entry = |head: &str| vec![fix(), file("CHANGELOG.md", Some(LOG), head)];
    let good = LOG.replace(
        "## [1.2.0]",
        "## [1.2.1]\n\n### Fixed\n- Crash\n\n## [1.2.0]",
    );
    let says = "CHANGELOG.md has a new entry";
    case("changelog", entry(&good), None, State::Passed, says);
    let unreleased = good.replace("[1.2.1]", "[Unreleased]");
    case("changelog", entry(&unreleased), None, State::Passed, says);
    let wrong = format!("{LOG}- Crash\n");
    let says = "the entry in CHANGELOG.md stands below 1.2.0, and this hotfix is v1.2.1";
    case("changelog", entry(&wrong), None, State::Failed, says);
    let says = "no entry and no news fragment is new";
    case("changelog", vec![fix()], None, State::Failed, says);
    let fragment = file("newsfragments/7.bugfix.rst", None, "Mend the crash.\n");
    let says = "newsfragments/7.bugfix.rst has a new entry";
    case(
        "changelog",
        vec![fix(), fragment],
        None,
        State::Passed,
        says,
    );
    let version = file(
        "pyproject.toml",
        Some("[project]\nversion = \"1.2.0\"\n"),
        "[project]\nversion = \"1.3.0\"\n",
    );
    let says = "pyproject.toml:2 says 1.3.0, and this hotfix is v1.2.1";
    case("changelog", vec![fix(), version], None, State::Failed, says);
}

#[test]
fn edge_cases_are_looked_for_in_the_tests_of_the_fix() {
    let says = "the tests do not try None: add it, or tick it when it cannot happen";
    case("edge-cases", vec![fix(), test()], None, State::Open, says);
    assert_eq!(
        lacks("edge-cases", vec![fix(), test()]),
        Some("missing-edge-case")
    );
    let all = file(
        "tests/test_shop.py",
        None,
        &format!("{TEST}    confirm(None)\n"),
    );
    let says = "the tests use None, something empty and something malformed";
    case("edge-cases", vec![fix(), all], None, State::Passed, says);
    // The cases of a parametrised test count like those in its body.
    let parametrised = TEST
        .replace(
            "def test",
            "@pytest.mark.parametrize(\"event\", [{}, None])\ndef test",
        )
        .replace("_confirm()", "_confirm(event)")
        .replace("confirm({})", "confirm(event)");
    let tests = file("tests/test_shop.py", None, &parametrised);
    case("edge-cases", vec![fix(), tests], None, State::Passed, says);
}

#[test]
fn a_fact_counts_before_a_tick_and_a_reason_before_a_fact() {
    let ticked = "## Checklist\n\n- [x] A test covers the fix <!-- tests-added -->\n- [x] x <!-- smoke -->\n";
    let says = "ticked by hand, but no changed test reaches confirm";
    case(
        "tests-added",
        vec![fix()],
        Some(ticked),
        State::Failed,
        says,
    );
    case(
        "smoke",
        vec![fix()],
        Some(ticked),
        State::Attested,
        "ticked by hand",
    );
    let reason = "- [ ] A test covers the fix: not applicable: needs the real printer. <!-- tests-added -->\n";
    let says = "needs the real printer";
    case(
        "tests-added",
        vec![fix()],
        Some(reason),
        State::NotApplicable,
        says,
    );
    let none = "- [ ] The smoke tests pass: Not applicable: <!-- smoke -->\n";
    let says = "say after `not applicable:` why it does not apply";
    case("smoke", vec![fix()], Some(none), State::Open, says);
}

#[test]
fn the_record_holds_the_rollback_plan() {
    let says = "there is no record: run `hotfix-ls start`";
    case("rollback", vec![fix()], None, State::Failed, says);
    let record = "## Rollback\n\n### When is it rolled back?\n\nAbove 1 % errors\n\n### Who has to know?\n\n";
    let says = "the record does not answer: Who has to know?";
    case("rollback", vec![fix()], Some(record), State::Failed, says);
    let record = format!("{record}On-call\n");
    let says = "the record says when and who";
    case("rollback", vec![fix()], Some(&record), State::Passed, says);
}

#[test]
fn a_branch_within_two_thirds_of_its_budget_is_small() {
    let says = "1 file, 4 lines, 1 function of production code";
    case("minimal", vec![fix(), test()], None, State::Passed, says);
    case(
        "minimal",
        Vec::new(),
        None,
        State::Open,
        "nothing is changed yet",
    );
}
