//! What the paths of a change tell, whatever stands in the files.

use std::collections::BTreeSet;

use super::table::{Counts, Fact};
use crate::vcs::{ChangedFile, FileChange};

/// Folders of Python code that does not run in production.
const BESIDE: [&str; 12] = [
    "docs",
    "doc",
    "examples",
    "example",
    "benchmarks",
    "bench",
    "scripts",
    "tools",
    "demos",
    "samples",
    "newsfragments",
    ".github",
];

/// Folders and beginnings of names that drive a project's automation.
const AUTOMATION: [&str; 12] = [
    ".github",
    ".gitlab",
    ".circleci",
    ".azure-pipelines",
    ".travis",
    ".pre-commit",
    "tox.ini",
    "noxfile",
    "azure-pipelines",
    ".ci",
    "Jenkinsfile",
    "Makefile",
];

/// Files that name what a project depends on.
const MANIFESTS: [&str; 6] = [
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "environment.yml",
    "package.json",
];

/// Endings of files of other languages.
const CODE: [&str; 16] = [
    "c", "h", "cc", "cpp", "hpp", "pyx", "pxd", "pyi", "js", "ts", "tsx", "jsx", "vue", "rs",
    "html", "scss",
];

/// Counts the changed files by what their paths say; `is_test` knows the team's tests.
#[must_use]
pub fn count(changed: &[&ChangedFile], is_test: impl Fn(&str) -> bool) -> Counts {
    let mut counts = Counts::default();
    let mut folders = BTreeSet::new();
    for file in changed {
        let path = file.path.as_str();
        counts.add(Fact::AllFiles, 1);
        let fact = kind(path, &is_test);
        let is_code = fact == Fact::Files;
        if is_code {
            folders.insert(path.rsplit_once('/').map_or("", |(folder, _)| folder));
        }
        match (&file.change, fact) {
            (FileChange::Added, Fact::Files) => {
                counts.add(Fact::FilesAdded, 1);
                if path.contains("migrations/") || path.contains("versions/") {
                    counts.add(Fact::Migrations, 1);
                }
            }
            (FileChange::Deleted, Fact::Files) => counts.add(Fact::FilesDeleted, 1),
            (FileChange::Renamed { .. }, Fact::Files) => counts.add(Fact::FilesRenamed, 1),
            (FileChange::Deleted, Fact::TestFiles) => counts.add(Fact::TestFilesDeleted, 1),
            _ => {}
        }
        counts.add(fact, 1);
    }
    let folders = u32::try_from(folders.len()).unwrap_or(u32::MAX);
    counts.add(Fact::Folders, folders);
    counts
}

/// Whether a Python file stands beside the code that runs in production.
#[must_use]
pub fn is_beside(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').any(|part| BESIDE.contains(&part)) || name == "setup.py"
}

fn kind(path: &str, is_test: &impl Fn(&str) -> bool) -> Fact {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let automation = |part: &str| AUTOMATION.iter().any(|start| part.starts_with(start));
    let requirements = name.contains("requirements")
        || name.contains("constraints")
        || path.contains("requirements/");
    if MANIFESTS.contains(&name) || requirements && matches!(ending, "txt" | "in") {
        return Fact::Manifests;
    }
    if ending == "lock" || name == "package-lock.json" || name == "go.sum" {
        return Fact::Locks;
    }
    if is_test(path) {
        return Fact::TestFiles;
    }
    if path.split('/').any(automation) {
        return Fact::Automation;
    }
    match ending {
        "md" | "rst" | "txt" => Fact::Documents,
        "py" if is_beside(path) => Fact::Examples,
        "py" => Fact::Files,
        _ if CODE.contains(&ending) => Fact::OtherCode,
        _ if path.starts_with("doc") => Fact::Documents,
        _ => Fact::Data,
    }
}
