//! What a formatter does to real files is `reformatting` in every hunk and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use hotfix_ls::analysis::{BaseSide, Comparison, Snapshot, analyse};
use hotfix_ls::config::Settings;
use hotfix_ls::syntax::{Cancel, Source};
use hotfix_ls::vcs::Production;

/// Files of the standard library that no formatter ever saw.
const FILES: [&str; 14] = [
    "argparse.py",
    "calendar.py",
    "configparser.py",
    "difflib.py",
    "gettext.py",
    "inspect.py",
    "json/encoder.py",
    "mailbox.py",
    "pdb.py",
    "shutil.py",
    "smtplib.py",
    "tokenize.py",
    "uuid.py",
    "zipfile.py",
];

fn library(python: &Path) -> PathBuf {
    let output = Command::new(python)
        .args(["-c", "import os; print(os.path.dirname(os.__file__))"])
        .output()
        .expect("Python runs");
    PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
}

/// The text as `ruff format` writes it.
fn formatted(ruff: &Path, text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file.py");
    fs::write(&file, text).expect("the file is written");
    let done = Command::new(ruff)
        .args(["format", "--isolated", "--no-cache"])
        .arg(&file)
        .output()
        .expect("ruff runs");
    assert!(done.status.success(), "{done:?}");
    fs::read_to_string(&file).expect("the file is text")
}

pub fn a_reformat_is_reformatting_in_every_hunk(python: &Path) {
    let ruff = python.with_file_name("ruff");
    assert!(ruff.exists(), "ruff is missing beside {}", python.display());
    let library = library(python);
    let mut wrong = Vec::new();
    let mut hunks = 0;
    for name in FILES {
        let text = fs::read_to_string(library.join(name)).expect("a file of the library");
        let production = Production {
            commit: String::new(),
            reference: "production".to_owned(),
            blob: String::new(),
            path: name.to_owned(),
            text: text.as_str().into(),
        };
        let snapshot = Snapshot {
            path: name.to_owned(),
            is_test: false,
            head: Source::parse(formatted(&ruff, &text)),
            base: Comparison::Production(Arc::new(BaseSide::new(Arc::new(production)))),
            settings: Arc::new(Settings::default()),
            version: None,
            branch: None,
            cancel: Cancel::default(),
        };
        let report = analyse(&snapshot).expect("nobody cancels");
        let lines = snapshot.head.lines();
        let line = |at| u32::try_from(lines.line_of(at)).expect("a small number");
        let (ours, others): (Vec<_>, Vec<_>) = report
            .findings
            .iter()
            .partition(|one| one.rule == "reformatting");
        for one in others {
            wrong.push(format!(
                "{name}:{}: {}",
                line(one.span.start) + 1,
                one.message
            ));
        }
        for hunk in &report.hunks {
            hunks += 1;
            let shown = hunk.shown_in_head();
            let last = line(snapshot.head.text().len());
            let told = ours.iter().filter(|one| {
                let at = line(one.span.start);
                shown.contains(&at) || (last <= shown.start && last <= at + 1)
            });
            if told.count() != 1 {
                wrong.push(format!("{name}: nothing on {hunk:?}"));
            }
        }
    }
    assert!(1000 < hunks, "only {hunks} hunks: the test says nothing");
    assert!(
        wrong.is_empty(),
        "{} of {hunks}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
