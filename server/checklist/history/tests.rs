use super::*;
use crate::vcs::CommitInfo;

const DAY: i64 = 24 * 60 * 60;

fn changed(by: &str, release: Option<&str>, before: Option<&str>) -> Past {
    Past::Changed {
        commit: CommitInfo {
            id: "0123456789abcdef".to_owned(),
            subject: "Take *money*".to_owned(),
            author: by.to_owned(),
            email: format!("{by}@example.com"),
            seconds: 100 * DAY,
        },
        release: release.map(str::to_owned),
        before: before.map(str::to_owned),
    }
}

fn person(name: &str, commits: usize) -> Person {
    Person {
        name: name.to_owned(),
        email: format!("{name}@example.com"),
        commits,
        seconds: 0,
    }
}

fn pasts(last_change: Past, people: Vec<Person>) -> Pasts {
    let past = FilePast {
        definitions: Vec::new(),
        commits: people.iter().map(|it| it.commits).sum(),
        people,
        is_whole: true,
    };
    Pasts {
        definitions: vec![DefinitionPast {
            path: "shop.py".to_owned(),
            scope: "pay".to_owned(),
            last_change,
        }],
        files: vec![("shop.py".to_owned(), past)],
    }
}

fn author(name: &str) -> Vec<Author> {
    vec![Author {
        name: name.to_owned(),
        email: format!("{name}@EXAMPLE.com"),
    }]
}

#[track_caller]
fn case(days: i64, expected: &str) {
    let past = changed("ada", None, None);
    let expected = format!("last changed {expected} by ada");
    assert_eq!(lens(&past, (100 + days) * DAY), expected);
}

#[test]
fn ages_are_said_in_the_unit_that_fits() {
    case(0, "today");
    case(-3, "today");
    case(1, "yesterday");
    case(13, "13 days ago");
    case(21, "3 weeks ago");
    case(90, "3 months ago");
    case(1100, "3 years ago");
}

#[test]
fn a_lens_names_the_first_release_that_has_the_change() {
    let said = |release, before| lens(&changed("ada", release, before), 101 * DAY);
    assert_eq!(
        said(Some("v1.1.0"), Some("v1.0.0")),
        "last changed yesterday by ada, in v1.1.0"
    );
    assert_eq!(
        said(None, Some("v1.0.0")),
        "last changed yesterday by ada, in no release yet"
    );
}

#[test]
fn a_hover_names_the_last_release_that_worked_and_who_knows_the_file() {
    let people = vec![person("grace", 7), person("renovate[bot]", 90)];
    let history = pasts(changed("ada", Some("v1.1.0"), Some("v1.0.0")), people);
    let history = history.judge(author("ada"));
    let said = about(&history, "shop.py", "pay", 121 * DAY).expect("it is known");
    assert_eq!(
        said,
        "Before this hotfix, `pay` was last changed on 1970-04-11 (3 weeks ago) by ada: \
         Take \\*money\\* (`0123456789`). v1.1.0 has it first. If that change broke it, v1.0.0 is \
         the last release that worked.\n\n\
         ada never changed `shop.py` before (97 commits by others).\n\n\
         Could review it: grace (7 commits).\n"
    );
    assert_eq!(about(&history, "shop.py", "new", 0), None);
}

#[test]
fn who_wrote_the_lines_reviews_before_who_wrote_the_most() {
    let people = vec![person("ada", 50), person("grace", 40), person("alan", 2)];
    let history = pasts(changed("alan", None, None), people).judge(author("ada"));
    let names: Vec<&str> = history.reviewers.iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["alan", "grace"]);
    assert_eq!(history.files[0].own_commits, 50);
}

#[test]
fn the_record_gets_dates_and_no_ages() {
    let people = vec![person("ada", 1), person("grace", 1)];
    let history = pasts(changed("grace", Some("v1.1.0"), None), people).judge(author("ada"));
    assert_eq!(
        markdown(&history),
        "| changed here | last change before | by | first release with it | last release without it |\n\
         |---|---|---|---|---|\n\
         | `pay` (`shop.py`) | 1970-04-11, `0123456789` Take \\*money\\* | grace | v1.1.0 | – |\n\n\
         - ada made 1 of 2 commits to `shop.py`\n\
         - Could review it: grace (last changed 1 of these definitions, 1 commit)\n"
    );
    assert_eq!(markdown(&History::default()), "");
}

#[test]
fn what_a_shallow_clone_cannot_tell_is_said() {
    let mut pasts = pasts(Past::Older, vec![person("grace", 1)]);
    pasts.files[0].1.is_whole = false;
    let history = pasts.judge(author("ada"));
    let said = about(&history, "shop.py", "pay", 0).expect("it is known");
    assert!(said.contains("git fetch --unshallow"), "{said}");
    assert!(
        said.contains("did not change `shop.py` as far as can be seen"),
        "{said}"
    );
}
