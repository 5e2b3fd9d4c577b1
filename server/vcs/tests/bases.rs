//! What one file is compared with.

use super::*;

#[test]
fn production_is_the_file_at_the_merge_base() {
    let repo = hotfix_repo();
    repo.write("app.py", "def run():\n    return 2\n");
    let production = production(&repo.path("app.py"));
    assert_eq!(&*production.text, "def run():\n    return 1\n");
    assert_eq!(production.path, "app.py");
    assert_eq!(production.reference, "main");
    assert_eq!(production.commit, repo.git(&["rev-parse", "main"]));
    assert_eq!(production.blob, repo.git(&["rev-parse", "main:app.py"]));
}

#[test]
fn a_new_file_is_all_new_also_before_it_is_saved() {
    let repo = hotfix_repo();
    repo.write("pkg/new.py", "A = 1\n");
    assert!(matches!(base_of(&repo.path("pkg/new.py")), Base::Added));
    assert!(matches!(base_of(&repo.path("a/b/unsaved.py")), Base::Added));
}

#[test]
fn an_ignored_file_is_silent() {
    let repo = hotfix_repo();
    repo.write(".gitignore", ".venv/\n");
    repo.write(".venv/lib/x.py", "A = 1\n");
    assert!(matches!(
        base_of(&repo.path(".venv/lib/x.py")),
        Base::Inactive(Inactive::Ignored { path }) if path == ".venv/lib/x.py"
    ));
}

#[test]
fn a_file_that_is_tracked_all_the_same_is_not_ignored() {
    let repo = hotfix_repo();
    repo.write(".gitignore", "generated.py\n");
    repo.write("generated.py", "A = 1\n");
    repo.git(&["add", "--force", "generated.py"]);
    assert!(matches!(base_of(&repo.path("generated.py")), Base::Added));
}

#[test]
fn windows_line_ends_and_a_mark_in_production_are_no_difference() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write("win.py", "\u{feff}a = 1\r\nb = 2\r\n");
    repo.commit("From Windows");
    repo.branch("hotfix/win");
    assert_eq!(&*production(&repo.path("win.py")).text, "a = 1\nb = 2\n");
}

#[test]
fn each_file_that_is_no_text_has_its_reason() {
    let repo = TestRepo::new();
    repo.write("latin.py", b"# coding: latin-1\nx = '\xe9'\n");
    repo.write("binary.py", b"a\0b");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    repo.write("lfs.py", pointer);
    repo.commit("Odd files");
    repo.branch("hotfix/x");
    assert_eq!(refused(&repo.path("latin.py")), NotComparable::NotUtf8);
    assert_eq!(refused(&repo.path("binary.py")), NotComparable::Binary);
    assert_eq!(refused(&repo.path("lfs.py")), NotComparable::LfsPointer);
}

#[cfg(unix)]
#[test]
fn a_link_is_judged_where_it_points_to() {
    use std::os::unix::fs::symlink;
    let repo = hotfix_repo();
    repo.switch("main");
    symlink("app.py", repo.path("old.py")).expect("a link");
    symlink("app.py", repo.path("kept.py")).expect("a link");
    repo.commit("Links");
    repo.branch("hotfix/links");
    repo.delete("old.py");
    repo.write("old.py", "A = 1\n");
    assert_eq!(refused(&repo.path("old.py")), NotComparable::Symlink);
    assert_eq!(refused(&repo.path("kept.py")), NotComparable::Symlink);
}

#[cfg(unix)]
#[test]
fn a_path_through_linked_folders_finds_the_real_file() {
    use std::os::unix::fs::symlink;
    let repo = hotfix_repo();
    let elsewhere = TestRepo::folder();
    symlink(repo.root(), elsewhere.path("shortcut")).expect("a link");
    let file = elsewhere.path("shortcut/app.py");
    assert_eq!(production(&file).path, "app.py");
}

#[test]
fn a_file_of_a_submodule_is_refused_by_the_outer_repository() {
    let inner = hotfix_repo();
    let outer = hotfix_repo();
    outer.switch("main");
    let url = inner.root().to_string_lossy().into_owned();
    outer.git(&["submodule", "--quiet", "add", &url, "lib"]);
    outer.commit("Add the library");
    outer.branch("hotfix/lib");
    let repository = open(outer.root());
    let scope = repository
        .scope(&Settings::default(), None)
        .expect("a scope");
    let path = "lib".to_owned();
    assert!(matches!(
        repository.base_for(&scope, &outer.path("lib/app.py")),
        Base::NotComparable(NotComparable::Submodule { path: it }) if it == path
    ));
}

#[test]
fn a_file_elsewhere_or_in_the_folder_of_git_is_outside() {
    let repo = hotfix_repo();
    let other = TestRepo::folder();
    let repository = open(repo.root());
    let outside = |file: &Path| {
        matches!(
            repository.relative(file),
            Err(NotComparable::Outside { .. })
        )
    };
    assert!(outside(&other.path("app.py")));
    assert!(outside(&repo.path(".git/hooks/x.py")));
    assert_eq!(
        repository.relative(&repo.path("a/../b/c.py")).as_deref(),
        Ok("b/c.py")
    );
}

#[test]
fn on_a_case_insensitive_disk_another_spelling_is_the_same_file() {
    let repo = hotfix_repo();
    repo.git(&["config", "core.ignoreCase", "true"]);
    assert_eq!(production(&repo.path("App.py")).path, "app.py");
    repo.git(&["config", "core.ignoreCase", "false"]);
    assert!(matches!(base_of(&repo.path("App.py")), Base::Added));
}

#[test]
fn a_file_where_production_has_a_folder_is_refused() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write("thing.py/x.txt", "x");
    repo.commit("A strange folder");
    repo.branch("hotfix/x");
    repo.delete("thing.py/x.txt");
    std::fs::remove_dir(repo.path("thing.py")).expect("an empty folder");
    repo.write("thing.py", "A = 1\n");
    assert!(matches!(
        refused(&repo.path("thing.py")),
        NotComparable::Folder { .. }
    ));
}
