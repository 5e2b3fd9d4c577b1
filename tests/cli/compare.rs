//! `compare OLD NEW`: no git.

use std::fs;
use std::path::Path;

use crate::run;

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}

#[test]
fn two_folders_are_matched_by_path_and_equal_files_are_left_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "old/shop/a.py", "x = 1\n");
    write(folder.path(), "new/shop/a.py", "x = 1\n");
    write(folder.path(), "old/b.py", "x = 1\n");
    write(folder.path(), "new/b.py", "x = 2\n");
    write(folder.path(), "new/c.py", "x = 2\n");
    let outcome = run(
        folder.path(),
        &["compare", "old", "new", "--format", "json"],
    );
    outcome.tells(0, "");
    assert_eq!(outcome.json()["base"]["kind"], "path");
    assert_eq!(outcome.json()["base"]["path"], "old");
    assert_eq!(outcome.json()["summary"]["files"], 2);
}

#[test]
fn two_files_need_not_have_the_same_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "before.py", "x = 1\n");
    write(folder.path(), "after.py", "x = 2\n");
    let outcome = run(
        folder.path(),
        &["compare", "before.py", "after.py", "--format", "json"],
    );
    outcome.tells(0, "");
    assert_eq!(outcome.json()["summary"]["files"], 1);
}

#[test]
fn a_file_and_a_folder_do_not_go_together() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "old/a.py", "x = 1\n");
    write(folder.path(), "a.py", "x = 1\n");
    let outcome = run(folder.path(), &["compare", "old", "a.py"]);
    outcome.tells(
        2,
        "error: a file and a folder cannot be compared: name two files or two folders\n",
    );
    assert_eq!(outcome.stdout, "");
}

#[test]
fn every_path_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = run(folder.path(), &["compare", "old", "new"]);
    outcome.tells(
        2,
        "error: old: no such file or folder: check the spelling\n\
         error: new: no such file or folder: check the spelling\n",
    );
}
