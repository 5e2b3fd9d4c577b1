//! The rollback plan: its commands are really run in clones, and production's files must come back.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::git;
use crate::{TestRepo, run};

const SHOP: &str = "def total(order):\n    return 1\n\n\ndef tax(order):\n    return 0\n";

/// A remote with production and a clone on a hotfix branch with two commits, which is pushed.
pub(crate) fn shop() -> (TestRepo, TestRepo) {
    let remote = TestRepo::new();
    remote.write("shop.py", SHOP);
    remote.write("other.py", "x = 1\n");
    remote.commit("Ship the shop");
    remote.git(&["tag", "v1.2.0"]);
    let clone = remote.cloned(&[]);
    clone.branch("hotfix/v1.2.1");
    clone.write("shop.py", SHOP.replace("return 1", "return order.sum"));
    clone.commit("Add the order's sum");
    clone.write("shop.py", SHOP.replace("return 1", "return order.sum or 0"));
    clone.write("test_shop.py", "def test_total():\n    assert True\n");
    clone.commit("Count an empty order as nothing");
    clone.git(&["push", "--quiet", "origin", "hotfix/v1.2.1"]);
    (remote, clone)
}

/// The plan as JSON. No plan may hold a command that loses work.
#[track_caller]
fn plan(folder: &Path, code: i32, arguments: &[&str]) -> Value {
    let outcome = run(
        folder,
        &[&["rollback", "--format", "json"], arguments].concat(),
    );
    assert_eq!(outcome.code, code, "{outcome:?}");
    for forbidden in ["reset", "--hard", "--force", "-f "] {
        assert!(!outcome.stdout.contains(forbidden), "{outcome:?}");
    }
    outcome.json()
}

fn commands(plan: &Value, kind: &str) -> Vec<String> {
    let steps = plan["steps"].as_array().expect("a list of steps");
    let of_kind = steps.iter().filter(|step| step["kind"] == kind);
    let commands = of_kind.flat_map(|step| step["commands"].as_array().expect("a list"));
    commands
        .map(|command| command.as_str().expect("a command").to_owned())
        .collect()
}

/// Runs the commands in a shell as a person would paste them; the words on failure.
pub(crate) fn paste(folder: &Path, commands: &[String]) -> Result<(), String> {
    assert!(!commands.is_empty(), "there is nothing to paste");
    let git = git::command(folder);
    let mut shell = Command::new("sh");
    for (name, value) in git.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell
        .current_dir(folder)
        .args(["-e", "-c", &commands.join("\n")])
        .output()
        .expect("a shell");
    let words = [output.stdout, output.stderr].concat();
    let words = String::from_utf8_lossy(&words).into_owned();
    if output.status.success() {
        Ok(())
    } else {
        Err(words)
    }
}

pub(crate) fn tree(repo: &TestRepo, commit: &str) -> String {
    repo.git(&["rev-parse", &format!("{commit}^{{tree}}")])
}

fn assert_tried(plan: &Value, clean: bool, exact: bool) {
    let tried = (&plan["rehearsal"]["clean"], &plan["rehearsal"]["exact"]);
    assert_eq!(tried, (&Value::from(clean), &Value::from(exact)), "{plan}");
}

/// The plan of an unmerged branch is what the record holds: it must work whatever way it is merged.
#[test]
fn the_plan_from_before_the_merge_works_after_every_kind_of_merge() {
    for merge in [
        &["merge", "--quiet", "--no-ff", "hotfix/v1.2.1"][..],
        &["merge", "--quiet", "--ff-only", "hotfix/v1.2.1"],
        &["merge", "--quiet", "--squash", "hotfix/v1.2.1"],
    ] {
        let (remote, clone) = shop();
        let before = tree(&clone, "origin/main");
        let plan = plan(clone.root(), 0, &[]);
        assert_eq!(plan["state"], "absent");
        assert_tried(&plan, true, true);
        remote.git(merge);
        remote.commit("Merge the hotfix");
        assert_ne!(tree(&remote, "main"), before, "{merge:?}");
        paste(clone.root(), &commands(&plan, "code")).unwrap_or_else(|words| panic!("{words}"));
        assert_eq!(tree(&clone, "HEAD"), before, "{merge:?}");
        assert_eq!(tree(&remote, "rollback/v1.2.1"), before, "{merge:?}");
    }
}

/// What production got meanwhile must stay, so the files cannot be those from before the hotfix.
#[test]
fn a_merge_is_reverted_by_its_first_parent() {
    let (remote, clone) = shop();
    remote.git(&["merge", "--quiet", "--no-ff", "hotfix/v1.2.1"]);
    let merge = remote.git(&["rev-parse", "HEAD"]);
    remote.write("other.py", "x = 2\n");
    remote.commit("Raise x");
    clone.git(&["fetch", "--quiet"]);
    let plan = plan(clone.root(), 0, &[]);
    assert_eq!(plan["state"], "merged");
    assert_tried(&plan, true, false);
    let revert = format!("git revert --no-edit -m 1 {merge}");
    let commands = commands(&plan, "code");
    assert!(commands.contains(&revert), "{commands:?}");
    paste(clone.root(), &commands).unwrap_or_else(|words| panic!("{words}"));
    let changed = clone.git(&["diff", "--name-only", "v1.2.0", "HEAD"]);
    assert_eq!(changed, "other.py");
}

#[test]
fn a_squash_is_found_by_what_it_changes() {
    let (remote, clone) = shop();
    remote.git(&["merge", "--quiet", "--squash", "hotfix/v1.2.1"]);
    let squash = remote.commit("Hotfix 1.2.1 (#12)");
    clone.git(&["fetch", "--quiet"]);
    let plan = plan(clone.root(), 0, &[]);
    assert_eq!(plan["state"], "squashed");
    assert_tried(&plan, true, true);
    let commands = commands(&plan, "code");
    let reverts: Vec<_> = commands
        .iter()
        .filter(|command| command.contains("revert"))
        .collect();
    assert_eq!(reverts, [&format!("git revert --no-edit {squash}")]);
    paste(clone.root(), &commands).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(tree(&clone, "HEAD"), tree(&clone, "v1.2.0"));
}

#[test]
fn rebased_commits_are_reverted_by_their_new_ids() {
    let (remote, clone) = shop();
    remote.write("other.py", "x = 2\n");
    remote.commit("Raise x");
    remote.git(&["cherry-pick", "hotfix/v1.2.1~1", "hotfix/v1.2.1"]);
    let new = remote.git(&["log", "--format=%H", "-2"]);
    clone.git(&["fetch", "--quiet"]);
    let plan = plan(clone.root(), 0, &[]);
    assert_eq!(plan["state"], "copied");
    assert_tried(&plan, true, true);
    let commands = commands(&plan, "code");
    let reverts: Vec<_> = commands
        .iter()
        .filter_map(|command| command.strip_prefix("git revert --no-edit "))
        .collect();
    assert_eq!(reverts, new.lines().collect::<Vec<_>>());
    paste(clone.root(), &commands).unwrap_or_else(|words| panic!("{words}"));
    let changed = clone.git(&["diff", "--name-only", "v1.2.0", "HEAD"]);
    assert_eq!(changed, "other.py");
}

/// Where production was moved onto the branch, only the branch's own log knows where it began.
#[test]
fn a_branch_that_was_only_begun_takes_nothing_back() {
    let remote = TestRepo::new();
    remote.write("shop.py", SHOP);
    remote.commit("Ship the shop");
    remote.git(&["tag", "v1.2.0"]);
    remote.write("other.py", "x = 1\n");
    remote.commit("Somebody else's work");
    let clone = remote.cloned(&[]);
    clone.branch("hotfix/v1.2.1");
    clone.write("shop.py", SHOP.replace("return 1", "return order.sum"));
    let plan = plan(clone.root(), 0, &[]);
    let summary = plan["summary"].to_string();
    assert!(summary.contains("no commit of its own yet"), "{plan:#}");
    assert!(commands(&plan, "code").is_empty(), "{plan:#}");
}

#[test]
fn a_fast_forward_is_reverted_from_where_the_branch_began() {
    let (remote, clone) = shop();
    remote.git(&["merge", "--quiet", "--ff-only", "hotfix/v1.2.1"]);
    clone.git(&["fetch", "--quiet"]);
    let plan = plan(clone.root(), 0, &[]);
    assert_eq!(plan["state"], "fast-forwarded");
    assert_tried(&plan, true, true);
    assert_eq!(plan["warnings"], serde_json::json!([]));
    paste(clone.root(), &commands(&plan, "code")).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(tree(&clone, "HEAD"), tree(&clone, "v1.2.0"));
}

/// A second clone has no log of the branch; the release tag stands in, and that is said.
#[test]
fn a_start_that_is_guessed_is_told() {
    let (remote, _) = shop();
    remote.git(&["merge", "--quiet", "--ff-only", "hotfix/v1.2.1"]);
    let other = remote.cloned(&[]);
    let plan = plan(other.root(), 0, &["hotfix/v1.2.1"]);
    assert_eq!(plan["state"], "fast-forwarded");
    let warning = plan["warnings"][0].as_str().unwrap_or_default();
    assert!(
        warning.contains("the newest release tag (2 commits)"),
        "{plan}"
    );
    paste(other.root(), &commands(&plan, "code")).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(tree(&other, "HEAD"), tree(&other, "v1.2.0"));
}

/// After a revert the branch counts as merged for git: merging it once more would bring nothing.
#[test]
fn a_rollback_is_seen_and_so_is_its_own_revert() {
    let (remote, clone) = shop();
    remote.git(&["merge", "--quiet", "--no-ff", "hotfix/v1.2.1"]);
    remote.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    clone.git(&["fetch", "--quiet"]);
    let taken = plan(clone.root(), 0, &[]);
    assert_eq!(taken["state"], "rolled-back");
    assert_eq!(commands(&taken, "code"), Vec::<String>::new());
    let again = commands(&taken, "return");
    remote.git(&["switch", "--quiet", "main"]);
    paste(remote.root(), &again).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(tree(&remote, "main"), tree(&remote, "hotfix/v1.2.1"));

    clone.git(&["fetch", "--quiet"]);
    let twice = plan(clone.root(), 0, &[]);
    assert_eq!(twice["state"], "merged");
    let warnings = twice["warnings"].to_string();
    assert!(warnings.contains("taken back and brought again"), "{twice}");
    paste(clone.root(), &commands(&twice, "code")).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(tree(&clone, "HEAD"), tree(&clone, "v1.2.0"));
}

/// Without a merge commit each commit is taken back for itself.
#[test]
fn commits_that_were_taken_back_one_by_one_are_seen() {
    let (remote, clone) = shop();
    remote.git(&["merge", "--quiet", "--ff-only", "hotfix/v1.2.1"]);
    remote.git(&["revert", "--no-edit", "HEAD"]);
    clone.git(&["fetch", "--quiet"]);
    let part = plan(clone.root(), 0, &[]);
    let warnings = part["warnings"].to_string();
    assert!(warnings.contains("was taken back by"), "{part}");
    let rest = commands(&part, "code");
    assert_eq!(rest.iter().filter(|it| it.contains("revert")).count(), 1);

    remote.git(&["revert", "--no-edit", "HEAD~2"]);
    clone.git(&["fetch", "--quiet"]);
    let all = plan(clone.root(), 0, &[]);
    assert_eq!(all["state"], "rolled-back");
    assert_eq!(commands(&all, "code"), Vec::<String>::new());
    paste(remote.root(), &commands(&all, "return")).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(tree(&remote, "main"), tree(&remote, "hotfix/v1.2.1"));
}

/// The conflict must come now and not in the night of the rollback; and it must be git's own.
#[test]
fn a_conflict_is_foretold_with_its_files() {
    let (remote, clone) = shop();
    remote.git(&["merge", "--quiet", "--no-ff", "hotfix/v1.2.1"]);
    remote.write(
        "shop.py",
        SHOP.replace("return 1", "return order.sum or order.guess"),
    );
    remote.commit("Guess the sum");
    clone.git(&["fetch", "--quiet"]);
    let plan = plan(clone.root(), 1, &[]);
    assert_tried(&plan, false, false);
    assert_eq!(
        plan["rehearsal"]["conflicts"],
        serde_json::json!(["shop.py"])
    );
    let words = paste(clone.root(), &commands(&plan, "code")).expect_err("git conflicts as well");
    assert!(words.contains("CONFLICT"), "{words}");
    let unmerged = clone.git(&["diff", "--name-only", "--diff-filter=U"]);
    assert_eq!(unmerged, "shop.py");
}

/// A plan is asked for in the user's own clone, perhaps in the middle of something else.
#[test]
fn planning_changes_nothing() {
    let (remote, clone) = shop();
    remote.git(&["merge", "--quiet", "--no-ff", "hotfix/v1.2.1"]);
    remote.write("other.py", "x = 2\n");
    remote.commit("Raise x");
    clone.git(&["fetch", "--quiet"]);
    let state = || {
        [
            clone.git(&["count-objects", "--verbose"]),
            clone.git(&["for-each-ref"]),
            clone.git(&["status", "--porcelain"]),
            clone.git(&["rev-parse", "HEAD"]),
        ]
    };
    let before = state();
    plan(clone.root(), 0, &[]);
    assert_eq!(state(), before);
}

#[test]
fn a_hotfix_that_is_a_revert_itself_is_told() {
    let (remote, clone) = shop();
    remote.write("shop.py", SHOP.replace("return 0", "return 19"));
    let bad = remote.commit("Raise the tax");
    clone.git(&["fetch", "--quiet"]);
    clone.git(&["switch", "--quiet", "--create", "hotfix/tax", "origin/main"]);
    clone.git(&["revert", "--no-edit", &bad]);
    let plan = plan(clone.root(), 0, &[]);
    let warnings = plan["warnings"].to_string();
    let short = &bad[..10];
    assert!(
        warnings.contains(&format!("brings {short} to production again")),
        "{plan}"
    );
}

#[test]
fn uncommitted_changes_are_told() {
    let (_remote, clone) = shop();
    clone.write("shop.py", SHOP);
    let plan = plan(clone.root(), 0, &[]);
    let warnings = plan["warnings"].to_string();
    assert!(warnings.contains("1 file changed"), "{plan}");
}

#[test]
fn migrations_and_packages_go_back_as_well() {
    let (_remote, clone) = shop();
    let migration = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '0003_price')]\n";
    clone.write("manage.py", "");
    clone.write("shop/migrations/0004_tax.py", migration);
    clone.write("requirements.txt", "django==5.1\n");
    clone.write("CHANGELOG.md", "# Fixed\n\n- The tax is stored.\n");
    clone.write("Dockerfile", "FROM python:3.12\n");
    clone.commit("Store the tax");
    let plan = plan(clone.root(), 0, &[]);
    assert_eq!(
        commands(&plan, "database"),
        ["python manage.py migrate shop 0003_price"]
    );
    assert_eq!(
        commands(&plan, "packages"),
        ["python -m pip install --requirement requirements.txt"]
    );
    let all = plan["steps"].to_string();
    assert!(!all.contains("CHANGELOG.md comes back"), "{plan}");
    assert!(!all.contains("Dockerfile comes back"), "{plan}");
    let kinds: Vec<_> = plan["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|step| step["kind"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(
        kinds,
        ["database", "code", "packages", "verify", "notify", "watch"]
    );
}

#[test]
fn the_team_is_told_as_configured() {
    let (_remote, clone) = shop();
    clone.write(
        "hotfix.toml",
        "notify = [\"#shop-oncall\"]\nwatch = [\"https://grafana.example.com/d/shop\"]\nsmoke-tests = \"curl --fail http://localhost/health\"\n",
    );
    let outcome = run(clone.root(), &["rollback"]);
    for expected in [
        "   - #shop-oncall\n",
        "   - https://grafana.example.com/d/shop\n",
        "     curl --fail http://localhost/health\n",
        "Tried out on origin/main",
    ] {
        assert!(outcome.stdout.contains(expected), "{outcome:?}");
    }
}

/// What nobody has configured stands in the record.
#[test]
fn who_is_told_and_what_is_watched_comes_from_the_record_as_well() {
    let repo = crate::hotfix_repo();
    repo.write("shop.py", "def total(order):\n    return 2\n");
    repo.commit("Count twice");
    let silent = "nothing is said of it: answer it in the record, or set `watch` in hotfix.toml";
    let before = run(repo.root(), &["rollback"]).stdout;
    assert!(before.contains(silent), "{before}");
    run(repo.root(), &["start"]);
    let path = repo.path(".hotfix/hotfix/v1.2.1.md");
    let text = std::fs::read_to_string(&path).expect("the record");
    let people = "<!-- Who rolls it back, and who is told. -->";
    let watched = "### What is watched after the release?\n";
    let text = text
        .replace(
            people,
            &format!("{people}\n\n- Ada does it\n- the shop's owner is told\n"),
        )
        .replace(watched, &format!("{watched}\nThe rate of 500s\n"));
    std::fs::write(&path, text).expect("written");
    repo.write("hotfix.toml", "notify = [\"#shop-oncall\"]\n");
    let after = run(repo.root(), &["rollback"]).stdout;
    for expected in [
        "   - #shop-oncall\n   - Ada does it\n   - the shop's owner is told\n",
        "   - The rate of 500s\n",
    ] {
        assert!(after.contains(expected), "{after}");
    }
}

/// Without a remote the reverts go onto the local branch, and nothing is pushed.
#[test]
fn a_repository_without_a_remote_gets_no_push() {
    let repo = crate::hotfix_repo();
    repo.write("shop.py", "def total(order):\n    return 2\n");
    repo.commit("Count twice");
    let plan = plan(repo.root(), 0, &[]);
    repo.switch("main");
    repo.git(&["merge", "--quiet", "--no-ff", "hotfix/v1.2.1"]);
    let commands = commands(&plan, "code");
    assert!(
        !commands.iter().any(|command| command.contains("push")),
        "{plan}"
    );
    paste(repo.root(), &commands).unwrap_or_else(|words| panic!("{words}"));
    assert_eq!(tree(&repo, "HEAD"), tree(&repo, "v1.2.0"));
}

#[test]
fn where_no_hotfix_is_checked_out_it_has_to_be_named() {
    let (_remote, clone) = shop();
    clone.switch("main");
    let outcome = run(clone.root(), &["rollback"]);
    outcome.tells(
        2,
        "error: branch main is not a hotfix branch: name the hotfix with `hotfix-ls rollback BRANCH`\n",
    );
    let named = plan(clone.root(), 0, &["hotfix/v1.2.1"]);
    assert_eq!(named["hotfix"], "hotfix/v1.2.1");
}
