//! States of a whole repository.

use super::*;
use crate::vcs::{Note, UnderWay};

#[test]
fn a_folder_without_git_is_an_error_that_names_it() {
    let folder = TestRepo::folder();
    let file = folder.path("app.py");
    let error = scope(&file).expect_err("no repository");
    assert_eq!(error, BaseError::NotARepository { path: file });
}

#[test]
fn a_bare_repository_has_nothing_to_judge() {
    let repo = TestRepo::with_format(&["--bare"]).expect("git init --bare");
    assert!(matches!(scope(repo.root()), Err(BaseError::Bare { .. })));
}

#[test]
fn a_hotfix_branch_without_a_commit_is_an_error() {
    let repo = TestRepo::new();
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/hotfix/x"]);
    let branch = "hotfix/x".to_owned();
    assert_eq!(scope(repo.root()).err(), Some(BaseError::Unborn { branch }));
}

#[test]
fn another_branch_without_a_commit_is_silent() {
    let repo = TestRepo::new();
    assert!(matches!(
        inactive(scope(repo.root())),
        Inactive::NotHotfixBranch { branch, .. } if branch == "main"
    ));
}

#[test]
fn a_detached_head_is_silent_until_a_base_is_named() {
    let repo = hotfix_repo();
    let commit = repo.commit("Fix");
    repo.git(&["switch", "--quiet", "--detach"]);
    let short = commit[..10].to_owned();
    assert_eq!(
        inactive(scope(repo.root())),
        Inactive::DetachedHead { commit: short }
    );
    let forced = open(repo.root()).scope(&Settings::default(), Some("main"));
    assert_eq!(judged(forced).commit, repo.git(&["rev-parse", "main"]));
}

#[test]
fn any_other_branch_is_silent_until_a_base_is_named() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.branch("feature/x");
    let reason = inactive(scope(repo.root())).to_string();
    assert!(
        reason.starts_with("branch feature/x is not a hotfix branch (hotfix/*,"),
        "{reason}"
    );
    let forced = open(repo.root()).scope(&Settings::default(), Some("v1.2.0"));
    assert_eq!(judged(forced).reference, "v1.2.0");
}

#[test]
fn a_shallow_clone_that_ends_too_early_says_how_to_deepen_it() {
    let repo = hotfix_repo();
    repo.commit("Fix");
    repo.switch("main");
    repo.commit("Go on");
    repo.switch("hotfix/v1.2.1");
    let clone = repo.cloned(&["--depth=1", "--no-single-branch"]);
    let error = scope(clone.root()).expect_err("too shallow");
    assert!(matches!(error, BaseError::Shallow { .. }), "{error:?}");
    assert!(error.to_string().contains("git fetch --unshallow"));
    let repository = open(clone.root());
    assert!(repository.scope(&Settings::default(), None).is_err());
    clone.git(&["fetch", "--quiet", "--unshallow"]);
    judged(repository.scope(&Settings::default(), None));
}

#[test]
fn a_shallow_clone_of_the_hotfix_branch_alone_lacks_production() {
    let repo = hotfix_repo();
    repo.commit("Fix");
    let clone = repo.cloned(&["--depth=1", "--no-tags", "--branch=hotfix/v1.2.1"]);
    assert_eq!(
        scope(clone.root()).err(),
        Some(BaseError::ShallowWithoutProduction)
    );
}

#[test]
fn a_partial_clone_says_how_to_fetch_the_missing_blob() {
    let repo = hotfix_repo();
    let blob = repo.git(&["rev-parse", "main:app.py"]);
    repo.write("app.py", "def run():\n    return 2\n");
    repo.commit("Fix");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repo.cloned(&["--filter=blob:none"]);
    let file = clone.path("app.py");
    assert_eq!(
        refused(&file),
        NotComparable::MissingBlob { blob: blob.clone() }
    );
    assert!(refused(&file).is_failure());
    clone.git(&["cat-file", "-p", &blob]);
    assert_eq!(&*production(&file).text, "def run():\n    return 1\n");
}

#[test]
fn a_partial_clone_without_folders_says_how_to_fetch_them() {
    let repo = hotfix_repo();
    let main = repo.git(&["rev-parse", "main"]);
    repo.write("app.py", "def run():\n    return 2\n");
    repo.commit("Fix");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repo.cloned(&["--filter=tree:0"]);
    let file = clone.path("app.py");
    let commit = main.clone();
    assert_eq!(refused(&file), NotComparable::MissingFolder { commit });
    let base = judged(scope(clone.root()));
    let listed = open(clone.root()).changed_files(&base);
    let commit = main.clone();
    assert_eq!(listed.err(), Some(BaseError::MissingHistory { commit }));
    clone.git(&["ls-tree", "-rt", &main]);
    clone.git(&["cat-file", "-p", "origin/main:app.py"]);
    production(&file);
}

#[test]
fn the_mark_that_old_versions_of_git_give_partial_clones_is_understood() {
    let repo = hotfix_repo();
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", "extensions.partialClone", "origin"]);
    production(&repo.path("app.py"));
}

#[test]
fn a_linked_work_tree_has_its_own_head() {
    let repo = hotfix_repo();
    repo.switch("main");
    let linked = TestRepo::folder();
    let path = linked.path("linked");
    repo.git(&["worktree", "add", &path.to_string_lossy(), "hotfix/v1.2.1"]);
    inactive(scope(repo.root()));
    let repository = open(&path.join("app.py"));
    assert_eq!(repository.root(), path);
    assert_ne!(repository.git_dir(), repository.common_dir());
    production(&path.join("app.py"));
}

#[test]
fn a_work_tree_beside_a_bare_repository_is_judged() {
    let repo = hotfix_repo();
    let bare = repo.cloned(&["--bare"]);
    let path = bare.root().with_file_name("linked");
    bare.git(&[
        "worktree",
        "add",
        "--quiet",
        &path.to_string_lossy(),
        "hotfix/v1.2.1",
    ]);
    production(&path.join("app.py"));
    assert!(matches!(scope(bare.root()), Err(BaseError::Bare { .. })));
}

#[test]
fn a_separate_git_folder_is_found() {
    let repo = hotfix_repo();
    let git_dir = repo.root().with_file_name("separate.git");
    repo.git(&[
        "init",
        "--quiet",
        "--separate-git-dir",
        &git_dir.to_string_lossy(),
    ]);
    let repository = open(repo.root());
    assert_eq!(repository.git_dir(), git_dir);
    assert_eq!(repository.root(), repo.root());
    assert_eq!(production(&repo.path("app.py")).path, "app.py");
    repo.write(".gitignore", "ignored.py\n");
    repo.write("ignored.py", "A = 1\n");
    let base = base_of(&repo.path("ignored.py"));
    assert!(
        matches!(base, Base::Inactive(Inactive::Ignored { .. })),
        "{base:?}"
    );
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let inner = hotfix_repo();
    let outer = hotfix_repo();
    let url = inner.root().to_string_lossy().into_owned();
    outer.git(&["submodule", "--quiet", "add", &url, "lib"]);
    outer.commit("Add the library");
    let repository = open(&outer.path("lib/app.py"));
    assert_eq!(repository.root(), outer.path("lib"));
    let own = repository.head().expect("a head").branch;
    assert_eq!(own.as_deref(), Some("hotfix/v1.2.1"));
}

#[test]
fn a_sparse_checkout_is_compared_as_usual() {
    let repo = hotfix_repo();
    repo.write("pkg/a.py", "A = 1\n");
    repo.write("other/b.py", "B = 1\n");
    repo.commit("Add packages");
    repo.git(&["sparse-checkout", "set", "pkg"]);
    assert!(!repo.path("other/b.py").exists());
    production(&repo.path("app.py"));
}

#[test]
fn a_reftable_repository_is_refused_with_the_way_out() {
    let Some(repo) = TestRepo::with_format(&["--ref-format=reftable"]) else {
        return eprintln!("skipped: this git cannot make reftable repositories");
    };
    assert_eq!(scope(repo.root()).err(), Some(BaseError::Reftable));
}

#[test]
fn a_sha256_repository_is_refused() {
    let Some(repo) = TestRepo::with_format(&["--object-format=sha256"]) else {
        return eprintln!("skipped: this git cannot make SHA-256 repositories");
    };
    repo.commit("Start");
    assert_eq!(scope(repo.root()).err(), Some(BaseError::Sha256));
}

#[cfg(unix)]
#[test]
fn a_foreign_repository_is_refused_with_the_advice_of_git() {
    let repo = hotfix_repo();
    // libgit2 reads the configuration of whoever runs the tests, and rightly so.
    let trusted = git2::Config::open_default().and_then(|it| it.get_string("safe.directory"));
    if trusted.is_ok_and(|folder| folder == "*") {
        return eprintln!("skipped: this user trusts every repository (safe.directory is *)");
    }
    if std::os::unix::fs::chown(repo.root(), Some(4711), Some(4711)).is_err() {
        return eprintln!("skipped: only root can give a repository to another user");
    }
    let error = scope(&repo.path("app.py")).expect_err("not ours");
    let path = repo.root().to_path_buf();
    assert_eq!(error, BaseError::ForeignOwner { path });
    let advice = "git config --global --add safe.directory";
    assert!(error.to_string().contains(advice), "{error}");
}

#[test]
fn of_several_merge_bases_the_newest_is_used_and_noted() {
    let repo = hotfix_repo();
    repo.commit("One");
    repo.switch("main");
    let newest = repo.commit("Two");
    repo.git(&["branch", "main-before-merge"]);
    repo.git(&["merge", "--quiet", "--no-edit", "hotfix/v1.2.1"]);
    repo.switch("hotfix/v1.2.1");
    repo.git(&["merge", "--quiet", "--no-edit", "main-before-merge"]);
    let base = judged(scope(repo.root()));
    assert_eq!(base.commit, newest);
    assert!(
        matches!(base.notes[..], [Note::SeveralMergeBases { count: 2, .. }]),
        "{:?}",
        base.notes
    );
}

#[test]
fn a_conflicting_merge_is_judged_by_the_merge_base_of_head() {
    let repo = hotfix_repo();
    repo.write("app.py", "def run():\n    return 2\n");
    repo.commit("Fix");
    repo.switch("main");
    repo.write("app.py", "def run():\n    return 3\n");
    repo.commit("Go on");
    repo.switch("hotfix/v1.2.1");
    assert!(repo.try_git(&["merge", "main"]).is_err());
    let base = judged(scope(repo.root()));
    assert_eq!(base.notes, [Note::UnderWay { operation: "merge" }]);
    assert_eq!(
        &*production(&repo.path("app.py")).text,
        "def run():\n    return 1\n"
    );
}

#[test]
fn a_rebase_keeps_the_name_of_its_branch() {
    let repo = hotfix_repo();
    repo.write("app.py", "def run():\n    return 2\n");
    repo.commit("Fix");
    repo.switch("main");
    repo.write("app.py", "def run():\n    return 3\n");
    repo.commit("Go on");
    repo.switch("hotfix/v1.2.1");
    assert!(repo.try_git(&["rebase", "main"]).is_err());
    let head = open(repo.root()).head().expect("a head");
    assert_eq!(head.branch.as_deref(), Some("hotfix/v1.2.1"));
    assert_eq!(head.state, UnderWay::Rebase);
    judged(scope(repo.root()));
}

#[test]
fn a_repository_is_asked_from_many_threads_at_once() {
    let repo = hotfix_repo();
    let repository = open(repo.root());
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| judged(repository.scope(&Settings::default(), None)));
        }
    });
}
