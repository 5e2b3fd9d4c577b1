//! Changed files of real repositories, by git and by libgit2.

use super::*;
use crate::config::Settings;
use crate::vcs::tests::git::TestRepo;
use crate::vcs::{Base, Scope};

fn start() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("app.py", "def run():\n    return 1\n");
    repo.write("pkg/old.py", body("old"));
    repo.write("pkg/kept.py", "KEPT = 1\n");
    repo.write(".gitignore", "ignored.py\n");
    repo.commit("Start");
    repo.branch("hotfix/x");
    repo
}

/// A body that is long enough to be recognised under another name.
fn body(name: &str) -> String {
    let lines: Vec<String> = (0..20)
        .map(|line| format!("{name}_{line} = {line}\n"))
        .collect();
    lines.concat()
}

fn judged(repo: &TestRepo) -> (Repository, Arc<BaseCommit>) {
    let repository = Repository::discover(repo.root()).expect("a repository");
    match repository.scope(&Settings::default(), None) {
        Ok(Scope::Judged(base)) => (repository, base),
        other => panic!("not judged: {other:?}"),
    }
}

/// The changes as `path letter` or `path <- old path`, after checking that git and libgit2 agree
/// wherever a path really differs.
fn changes(repo: &TestRepo) -> Vec<String> {
    let (repository, base) = judged(repo);
    let by_git = command::candidates(repo.root(), base.id, Untracked::Listed).expect("git works");
    repository
        .with(|git| {
            let by_library = library::candidates(git, base.id, Untracked::Listed)?;
            for path in by_git.union(&by_library) {
                if judge(git, repo.root(), base.id, path)?.0.is_some() {
                    assert!(by_git.contains(path), "git does not list {path}");
                    assert!(by_library.contains(path), "libgit2 does not list {path}");
                }
            }
            Ok(())
        })
        .expect("libgit2 works");
    let changed = repository.changed_files(&base).expect("changed files");
    changed.iter().map(short).collect()
}

fn short(changed: &ChangedFile) -> String {
    let path = &changed.path;
    match &changed.change {
        FileChange::Added => format!("{path} A"),
        FileChange::Modified => format!("{path} M"),
        FileChange::Deleted => format!("{path} D"),
        FileChange::TypeChange => format!("{path} T"),
        FileChange::Renamed { from } => format!("{path} <- {from}"),
    }
}

#[test]
fn commits_index_work_tree_and_new_files_count_together() {
    let repo = start();
    repo.write("committed.py", "A = 1\n");
    repo.commit("Add");
    repo.write("staged.py", "B = 1\n");
    repo.git(&["add", "staged.py"]);
    repo.write("deep/er/untracked é.py", "C = 1\n");
    repo.write("ignored.py", "D = 1\n");
    repo.write("app.py", "def run():\n    return 2\n");
    repo.delete("pkg/kept.py");
    assert_eq!(
        changes(&repo),
        [
            "app.py M",
            "committed.py A",
            "deep/er/untracked é.py A",
            "pkg/kept.py D",
            "staged.py A",
        ]
    );
}

#[test]
fn nothing_is_changed_by_touching_a_file_or_by_its_line_ends() {
    let repo = start();
    repo.write("app.py", "def run():\r\n    return 1\r\n");
    repo.write("pkg/kept.py", "KEPT = 1\n");
    assert!(changes(&repo).is_empty());
}

#[test]
fn a_change_that_was_taken_back_in_the_work_tree_is_none() {
    let repo = start();
    repo.write("app.py", "def run():\n    return 2\n");
    repo.commit("Fix");
    repo.write("app.py", "def run():\n    return 1\n");
    assert!(changes(&repo).is_empty());
}

#[test]
fn a_file_that_is_only_out_of_the_index_is_still_there() {
    let repo = start();
    repo.git(&["rm", "--quiet", "--cached", "app.py"]);
    assert!(changes(&repo).is_empty());
}

#[test]
fn files_of_a_conflicting_merge_are_listed() {
    let repo = start();
    repo.write("app.py", "def run():\n    return 2\n");
    repo.commit("Fix");
    repo.switch("main");
    repo.write("app.py", "def run():\n    return 3\n");
    repo.commit("Go on");
    repo.switch("hotfix/x");
    assert!(repo.try_git(&["merge", "main"]).is_err());
    assert_eq!(changes(&repo), ["app.py M"]);
}

#[test]
fn files_that_a_sparse_checkout_leaves_out_are_not_deleted() {
    let repo = start();
    repo.git(&["sparse-checkout", "set", "--no-cone", "/app.py"]);
    assert!(!repo.path("pkg/kept.py").exists());
    assert!(changes(&repo).is_empty());
}

#[test]
fn submodules_and_repositories_inside_are_left_out() {
    let repo = start();
    let other = start();
    let url = other.root().to_string_lossy().into_owned();
    repo.git(&["submodule", "--quiet", "add", &url, "lib"]);
    repo.git(&["clone", "--quiet", &url, "nested"]);
    assert_eq!(changes(&repo), [".gitmodules A"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_became_a_link_changed_its_type() {
    let repo = start();
    repo.delete("app.py");
    std::os::unix::fs::symlink("pkg/kept.py", repo.path("app.py")).expect("a link");
    assert_eq!(changes(&repo), ["app.py T"]);
}

#[test]
fn a_moved_file_is_renamed_however_it_was_moved() {
    let plain = start();
    plain.write("pkg/new.py", body("old"));
    plain.delete("pkg/old.py");
    assert_eq!(changes(&plain), ["pkg/new.py <- pkg/old.py"]);
    let staged = start();
    staged.git(&["mv", "pkg/old.py", "lib.py"]);
    assert_eq!(changes(&staged), ["lib.py <- pkg/old.py"]);
    staged.commit("Move");
    assert_eq!(changes(&staged), ["lib.py <- pkg/old.py"]);
}

#[test]
fn a_renamed_file_is_compared_with_its_old_version() {
    let repo = start();
    repo.git(&["mv", "pkg/old.py", "pkg/new.py"]);
    repo.write("pkg/new.py", body("old") + "added = 1\n");
    let (repository, base) = judged(&repo);
    let scope = Scope::Judged(base);
    match repository.base_for(&scope, &repo.path("pkg/new.py")) {
        Base::Production(production) => {
            assert_eq!(production.path, "pkg/old.py");
            assert_eq!(*production.text, body("old"));
        }
        other => panic!("not production: {other:?}"),
    }
}

#[test]
fn a_file_renamed_right_after_the_files_were_listed_is_found() {
    // An editor lists the changed files when it starts, and a person renames one a moment later.
    let repo = start();
    let (repository, base) = judged(&repo);
    repository.changed_files(&base).expect("changed files");
    repo.git(&["mv", "pkg/old.py", "pkg/new.py"]);
    match repository.base_for(&Scope::Judged(base), &repo.path("pkg/new.py")) {
        Base::Production(production) => assert_eq!(production.path, "pkg/old.py"),
        other => panic!("not production: {other:?}"),
    }
}

#[test]
fn a_new_file_with_little_in_common_is_added() {
    let repo = start();
    repo.delete("pkg/old.py");
    repo.write("pkg/new.py", body("entirely"));
    assert_eq!(changes(&repo), ["pkg/new.py A", "pkg/old.py D"]);
    let (repository, base) = judged(&repo);
    let base = repository.base_for(&Scope::Judged(base), &repo.path("pkg/new.py"));
    assert!(matches!(base, Base::Added), "{base:?}");
}

#[test]
fn a_copy_is_added_while_the_original_stays() {
    let repo = start();
    repo.write("pkg/copy.py", body("old"));
    assert_eq!(changes(&repo), ["pkg/copy.py A"]);
}

#[test]
fn another_extension_is_no_rename() {
    let repo = start();
    repo.delete("pkg/old.py");
    repo.write("pkg/old.txt", body("old"));
    assert_eq!(changes(&repo), ["pkg/old.py D", "pkg/old.txt A"]);
}

#[cfg(unix)]
#[test]
fn nothing_that_the_repository_configures_is_executed() {
    use std::os::unix::fs::PermissionsExt;
    let repo = start();
    let script = repo.path(".git/run.sh");
    let ran = repo.path(".git/ran");
    let text = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", ran.display());
    std::fs::write(&script, text).expect("a script");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let program = format!("'{}'", script.display());
    for key in [
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.odd.textconv",
        "diff.odd.command",
        "filter.odd.clean",
        "filter.odd.smudge",
        "filter.odd.process",
    ] {
        repo.git(&["config", key, &program]);
    }
    std::fs::write(
        repo.path(".git/info/attributes"),
        "*.py diff=odd filter=odd\n",
    )
    .expect("attributes");
    std::fs::copy(&script, repo.path(".git/hooks/post-index-change")).expect("a hook");
    // Same size and another content, so that only reading the file tells.
    repo.write("app.py", "def run():\n    return 2\n");
    // The script works: git itself runs it.
    let _ = repo.try_git(&["diff"]);
    assert!(ran.exists(), "the script is not set up well");
    std::fs::remove_file(&ran).expect("the script ran");
    assert_eq!(changes(&repo), ["app.py M"]);
    let (repository, base) = judged(&repo);
    let _ = repository.base_for(&Scope::Judged(base), &repo.path("new.py"));
    let words = std::fs::read_to_string(&ran).unwrap_or_default();
    assert_eq!(words, "", "something was executed");
}

#[test]
fn variables_of_a_hook_that_starts_us_do_not_lead_elsewhere() {
    let repo = start();
    let (_, base) = judged(&repo);
    let other = start();
    repo.write("app.py", "def run():\n    return 2\n");
    // The variables are set for a child of the test, because other tests run in this process.
    let exe = std::env::current_exe().expect("the test program");
    let name = "vcs::changed::tests::helper_lists_changes";
    let output = std::process::Command::new(exe)
        .args(["--exact", name, "--nocapture"])
        .env("GIT_DIR", other.path(".git"))
        .env("GIT_INDEX_FILE", other.path(".git/index"))
        .env("HOTFIX_TEST_ROOT", repo.root())
        .env("HOTFIX_TEST_BASE", &base.commit)
        .output()
        .expect("the test program runs");
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(words.contains("listed: {\"app.py\"}"), "{words}");
}

/// The other half of the test above; on its own it has nothing to look at.
#[test]
fn helper_lists_changes() {
    let (Ok(root), Ok(base)) = (
        std::env::var("HOTFIX_TEST_ROOT"),
        std::env::var("HOTFIX_TEST_BASE"),
    ) else {
        return;
    };
    let base = base.parse().expect("an object id");
    let paths = command::candidates(Path::new(&root), base, Untracked::Listed);
    println!("listed: {:?}", paths.expect("git works"));
}
