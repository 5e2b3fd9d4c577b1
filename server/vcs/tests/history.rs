//! The past of a file, in repositories made with the real git.

use super::git::{TestRepo, git};
use super::{judged, open, scope};
use crate::vcs::{FilePast, FileQuestion, HistoryCache, Past};

const PAY: &str = "def pay(order):\n    return order[\"sum\"]\n";
const SHIP: &str = "def ship(order):\n    return order[\"to\"]\n";

/// What is known of `pieces` of `path`, each a definition of one piece.
#[track_caller]
fn past(repo: &TestRepo, path: &str, pieces: &[&str]) -> FilePast {
    let definitions: Vec<Vec<&str>> = pieces.iter().map(|piece| vec![*piece]).collect();
    let question = FileQuestion {
        path,
        definitions: &definitions,
    };
    let base = judged(scope(repo.root()));
    let cache = HistoryCache::default();
    let repository = open(repo.root());
    let ask = || {
        let past = repository.past(&base, question, &cache, &|| false);
        past.expect("git can be read").expect("nobody stopped it")
    };
    let first = ask();
    assert_eq!(ask(), first, "what is kept is what was found");
    first
}

/// Subject, first release, last release before.
fn said(past: &FilePast) -> Vec<(&str, Option<&str>, Option<&str>)> {
    past.definitions.iter().map(said_of).collect()
}

fn said_of(past: &Past) -> (&str, Option<&str>, Option<&str>) {
    match past {
        Past::Changed {
            commit,
            release,
            before,
        } => (&commit.subject, release.as_deref(), before.as_deref()),
        Past::Older => ("older", None, None),
    }
}

fn shop(pay: &str, ship: &str) -> String {
    format!("import log\n\n\n{pay}\n\n{ship}")
}

/// Two releases: the second one changed `pay`.
fn two_releases() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("shop.py", shop("def pay(order):\n    return 0\n", SHIP));
    repo.commit("Open the shop");
    repo.git(&["tag", "v1.0.0"]);
    repo.write("other.py", "x = 1\n");
    repo.commit("Something else");
    repo.write("shop.py", shop(PAY, SHIP));
    repo.commit("Take money");
    repo.write("other.py", "x = 2\n");
    repo.commit("Something else again");
    repo.git(&["tag", "-a", "v1.1.0", "-m", "the second release"]);
    repo
}

#[test]
fn each_definition_has_its_last_change_and_the_release_that_had_it_first() {
    let repo = two_releases();
    repo.branch("hotfix/v1.1.1");
    let past = past(&repo, "shop.py", &[PAY, SHIP]);
    assert_eq!(
        said(&past),
        [
            ("Take money", Some("v1.1.0"), Some("v1.0.0")),
            ("Open the shop", Some("v1.0.0"), None),
        ]
    );
    assert_eq!((past.commits, past.is_whole), (2, true));
}

#[test]
fn the_hotfix_itself_is_no_past() {
    let repo = two_releases();
    repo.branch("hotfix/v1.1.1");
    repo.write("shop.py", shop("def pay(order):\n    return 2\n", SHIP));
    repo.commit("Mend it");
    repo.git(&["tag", "v1.1.1"]);
    let past = past(&repo, "shop.py", &[PAY]);
    assert_eq!(
        said(&past),
        [("Take money", Some("v1.1.0"), Some("v1.0.0"))]
    );
}

#[test]
fn without_tags_the_change_is_known_and_the_release_is_not() {
    let repo = TestRepo::new();
    repo.write("shop.py", PAY);
    repo.commit("Open the shop");
    repo.branch("hotfix/login");
    assert_eq!(
        said(&past(&repo, "shop.py", &[PAY])),
        [("Open the shop", None, None)]
    );
}

#[test]
fn the_root_commit_counts_as_the_change_that_brought_everything() {
    let repo = TestRepo::new();
    repo.write("shop.py", shop(PAY, SHIP));
    repo.commit("Open the shop");
    repo.git(&["tag", "v1.0.0"]);
    repo.branch("hotfix/v1.0.1");
    let past = past(&repo, "shop.py", &[PAY, SHIP]);
    assert_eq!(said(&past), [("Open the shop", Some("v1.0.0"), None); 2]);
}

#[test]
fn a_file_that_was_added_later_begins_there() {
    let repo = TestRepo::new();
    repo.write("other.py", SHIP);
    repo.commit("Begin");
    repo.git(&["tag", "v1.0.0"]);
    repo.write("shop.py", PAY);
    repo.commit("Add the shop");
    repo.branch("hotfix/v1.0.1");
    let past = past(&repo, "shop.py", &[PAY]);
    assert_eq!(said(&past), [("Add the shop", None, Some("v1.0.0"))]);
    assert!(past.is_whole);
}

#[test]
fn a_file_is_followed_through_its_renames() {
    let repo = TestRepo::new();
    repo.write("old/till.py", shop(PAY, SHIP));
    repo.commit("Open the shop");
    repo.git(&["tag", "v1.0.0"]);
    repo.delete("old/till.py");
    repo.write("new/shop.py", shop(PAY, SHIP));
    repo.commit("Move the shop");
    repo.delete("new/shop.py");
    let ship = "def ship(order, fast=False):\n    return order[\"to\"]\n";
    repo.write("shop.py", shop(PAY, ship));
    repo.commit("Move it again and ship faster");
    repo.branch("hotfix/v1.0.1");
    let past = past(&repo, "shop.py", &[PAY, ship]);
    assert_eq!(
        said(&past),
        [
            ("Open the shop", Some("v1.0.0"), None),
            ("Move it again and ship faster", None, Some("v1.0.0")),
        ]
    );
    assert_eq!(past.commits, 3);
}

#[test]
fn a_merge_changes_only_what_none_of_its_parents_has() {
    let repo = TestRepo::new();
    repo.write("shop.py", shop("def pay(order):\n    return 0\n", SHIP));
    repo.commit("Open the shop");
    repo.branch("feature");
    repo.write("shop.py", shop(PAY, SHIP));
    repo.commit("Take money on a branch");
    repo.switch("main");
    let ship = SHIP.replace("to", "street");
    repo.write("shop.py", shop("def pay(order):\n    return 0\n", &ship));
    repo.commit("Ship to the street");
    repo.git(&["merge", "--quiet", "--no-ff", "--no-commit", "feature"]);
    let both = shop(PAY, &ship).replace("import log", "import log, money");
    repo.write("shop.py", both);
    repo.commit("Merge the feature");
    repo.branch("hotfix/v1");
    let past = past(&repo, "shop.py", &[PAY, &ship, "import log, money\n"]);
    let subjects: Vec<&str> = said(&past).iter().map(|it| it.0).collect();
    assert_eq!(
        subjects,
        [
            "Take money on a branch",
            "Ship to the street",
            "Merge the feature"
        ]
    );
    assert_eq!(past.commits, 4);
}

#[test]
fn a_clean_merge_is_no_change_of_the_file() {
    let repo = TestRepo::new();
    repo.write("shop.py", PAY);
    repo.commit("Open the shop");
    repo.branch("feature");
    repo.write("other.py", "x = 1\n");
    repo.commit("Something else");
    repo.switch("main");
    repo.write("third.py", "x = 1\n");
    repo.commit("A third thing");
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge", "feature"]);
    repo.branch("hotfix/v1");
    let past = past(&repo, "shop.py", &[PAY]);
    assert_eq!(said(&past), [("Open the shop", None, None)]);
    assert_eq!(past.commits, 1);
}

#[test]
fn a_change_that_was_taken_back_is_the_last_change() {
    let repo = TestRepo::new();
    repo.write("shop.py", PAY);
    repo.commit("Open the shop");
    repo.write("shop.py", "def pay(order):\n    return 0\n");
    repo.commit("Give it away");
    repo.write("shop.py", PAY);
    repo.commit("Revert \"Give it away\"");
    repo.branch("hotfix/v1");
    let past = past(&repo, "shop.py", &[PAY]);
    assert_eq!(said(&past), [("Revert \"Give it away\"", None, None)]);
}

#[test]
fn the_same_lines_twice_are_told_apart_by_their_place() {
    let repo = TestRepo::new();
    let name = "    def name(self):\n        return self._name\n";
    repo.write("shop.py", format!("class Cat:\n{name}"));
    repo.commit("Name the cat");
    repo.write(
        "shop.py",
        format!("class Cat:\n{name}\n\nclass Dog:\n{name}"),
    );
    repo.commit("Name the dog");
    repo.branch("hotfix/v1");
    let dog = format!("class Dog:\n{name}");
    let question = [
        vec!["class Cat:\n", name],
        vec!["class Dog:\n", name],
        vec![&*dog],
    ];
    let question = FileQuestion {
        path: "shop.py",
        definitions: &question,
    };
    let base = judged(scope(repo.root()));
    let past = open(repo.root()).past(&base, question, &HistoryCache::default(), &|| false);
    let past = past.expect("git can be read").expect("nobody stopped it");
    let subjects: Vec<&str> = said(&past).iter().map(|it| it.0).collect();
    assert_eq!(subjects, ["Name the cat", "Name the dog", "Name the dog"]);
}

#[test]
fn a_shallow_clone_does_not_take_its_border_for_the_change() {
    let repo = two_releases();
    let clone = repo.cloned(&["--depth", "2", "--no-single-branch"]);
    clone.branch("hotfix/v1.1.1");
    let past = past(&clone, "shop.py", &[PAY, SHIP]);
    assert_eq!(said(&past), [("older", None, None); 2]);
    assert!(!past.is_whole);
    // With one commit more, the change is seen, and what was there before it is not.
    git(clone.root(), &["fetch", "--quiet", "--depth", "4"]);
    let past = self::past(&clone, "shop.py", &[PAY, SHIP]);
    let subjects: Vec<&str> = said(&past).iter().map(|it| it.0).collect();
    assert_eq!(subjects[0], "Take money");
}

#[test]
fn other_line_ends_are_no_change() {
    let repo = TestRepo::new();
    repo.write("shop.py", shop(PAY, SHIP));
    repo.commit("Open the shop");
    repo.write("shop.py", shop(PAY, SHIP).replace('\n', "\r\n"));
    repo.commit("Other line ends");
    repo.branch("hotfix/v1");
    assert_eq!(
        said(&past(&repo, "shop.py", &[PAY])),
        [("Open the shop", None, None)]
    );
}

#[test]
fn people_are_named_as_the_mailmap_has_them() {
    let repo = TestRepo::new();
    let by = |author: &str, text: &str| {
        repo.write("shop.py", text);
        repo.git(&["add", "--all"]);
        repo.git(&[
            "commit",
            "--quiet",
            "--author",
            author,
            "-m",
            "Change the shop",
        ]);
    };
    by("Grace <grace@example.com>", "x = 1\n");
    by("gh <grace@old.example.com>", "x = 2\n");
    by("Ada <ada@example.com>", "x = 3\n");
    by("gh <grace@old.example.com>", PAY);
    repo.write(
        ".mailmap",
        "Grace Hopper <grace@example.com>\nGrace Hopper <grace@example.com> <grace@old.example.com>\n",
    );
    repo.commit("Add the mailmap");
    repo.branch("hotfix/v1");
    let past = past(&repo, "shop.py", &[PAY]);
    let people: Vec<_> = past
        .people
        .iter()
        .map(|it| (&*it.name, it.commits))
        .collect();
    assert_eq!(people, [("Grace Hopper", 3), ("Ada", 1)]);
    let Past::Changed { commit, .. } = &past.definitions[0] else {
        panic!("{past:?}");
    };
    assert_eq!(
        (&*commit.author, &*commit.email),
        ("Grace Hopper", "grace@example.com")
    );
}

#[test]
fn the_hotfix_is_by_who_commits_it_else_by_who_works_here() {
    let repo = two_releases();
    repo.git(&["config", "user.name", "Grace"]);
    repo.git(&["config", "user.email", "grace@example.com"]);
    repo.branch("hotfix/v1.1.1");
    let names = || {
        let base = judged(scope(repo.root()));
        let authors = open(repo.root()).hotfix_authors(&base);
        let authors = authors.expect("git can be read").into_iter();
        authors.map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(names(), ["Grace"]);
    repo.write("shop.py", "x = 1\n");
    repo.commit("Mend it");
    assert_eq!(names(), ["Ada"]);
}

#[test]
fn a_walk_can_be_stopped() {
    let repo = two_releases();
    repo.branch("hotfix/v1.1.1");
    let definitions = [vec![PAY]];
    let question = FileQuestion {
        path: "shop.py",
        definitions: &definitions,
    };
    let base = judged(scope(repo.root()));
    let cache = HistoryCache::default();
    let past = open(repo.root()).past(&base, question, &cache, &|| true);
    assert_eq!(past.expect("git can be read"), None);
    let past = open(repo.root()).past(&base, question, &cache, &|| false);
    assert!(
        past.expect("git can be read").is_some(),
        "nothing half-done is kept"
    );
}
