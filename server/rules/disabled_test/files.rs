//! Whole files of tests that are gone, or that the test runner does not find any more.

use super::collected::is_test;
use crate::rules::knowledge::public::module_name;
use crate::rules::{Confidence, Draft, FileChange, LoneFile, Reporter};
use crate::syntax::{Definition, File, Kind};

/// Production's file of tests is gone, and its tests are nowhere else.
pub(super) fn deleted(deleted: &LoneFile<'_>, reporter: &mut Reporter) {
    if !deleted.file.is_test || !is_collected(deleted.path) {
        return;
    }
    let left: Vec<&Definition> = tests(deleted.file)
        .filter(|one| !lives_elsewhere(deleted, one))
        .collect();
    if left.is_empty() {
        return;
    }
    // With what they test, tests go as well.
    let with_module = deleted.branch.deleted().any(|path| {
        let module = module_name(path);
        path != deleted.path
            && !deleted.file.settings.is_test(path)
            && deleted.file.outline.names.imports_module(&module)
    });
    let confidence = if with_module {
        Confidence::Likely
    } else {
        Confidence::Certain
    };
    let message = match left[..] {
        [one] => format!(
            "{} is gone with its file; production has this test",
            one.name
        ),
        _ => format!(
            "The {} tests of {} are gone; production has them",
            left.len(),
            name(deleted.path)
        ),
    };
    reporter.report(Draft {
        detail: deleted.path.to_owned(),
        ..Draft::over(0..0, confidence, message)
    });
}

/// Production's file of tests has a name now that no test runner looks for.
pub(super) fn renamed(change: &FileChange<'_>, reporter: &mut Reporter) {
    let (old, now) = (change.base_path, change.path);
    if old == now
        || change.head.source.is_broken()
        || !change.head.settings.is_test(old)
        || !is_collected(old)
        || is_collected(now)
    {
        return;
    }
    let count = tests(change.base).count();
    // A file that keeps none of them is a helper, and each test that is gone is told by itself.
    if count == 0 || tests(change.head).count() == 0 {
        return;
    }
    let (lines, text) = (change.head.source.lines(), change.head.source.text());
    let (old, now) = (name(old), name(now));
    let message = format!(
        "{old} is called {now} now, where no test runner looks: {} not run any more",
        if count == 1 {
            "its test does".to_owned()
        } else {
            format!("its {count} tests do")
        }
    );
    reporter.report(Draft {
        anchor: 0..0,
        detail: change.base_path.to_owned(),
        covers: &["api-change", "architecture-change"],
        ..Draft::over(lines.content(0, text), Confidence::Certain, message)
    });
}

fn tests(file: File<'_>) -> impl Iterator<Item = &Definition> {
    let all = file.outline.definitions.iter();
    all.filter(move |one| is_test(file, one))
}

/// Whether the test, or the class around it, stands in another file now.
fn lives_elsewhere(deleted: &LoneFile<'_>, test: &Definition) -> bool {
    let outer = &deleted.file.outline.definitions[test.parent];
    let went = |one: &Definition| deleted.branch.went(deleted.path, &one.qualname).is_some();
    went(test)
        || outer.kind == Kind::Class && went(outer)
        || deleted.branch.has_new_test(&test.name)
}

/// Whether a test runner finds the file by its name, as pytest, unittest and Django look for them.
fn is_collected(path: &str) -> bool {
    let name = name(path);
    name.strip_suffix(".py").is_some_and(|stem| {
        stem.starts_with("test") || stem.ends_with("_test") || stem.ends_with("_tests")
    })
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
