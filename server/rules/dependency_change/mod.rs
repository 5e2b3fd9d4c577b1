//! `dependency-change`: the hotfix ships other packages than production.

mod automation;
mod conda;
mod faults;
mod locks;
mod poetry;
mod requirements;
mod setup_cfg;
mod setup_py;
mod toml;

use std::ops::Range;

pub use faults::{notation, unreadable};

use super::{Confidence, Draft, FileChange, Group, Meta, Reporter, Rule, Texts, Trial};
use crate::compare::normal::stable_hash;

/// Another set of packages.
pub struct DependencyChange;

static META: Meta = Meta {
    name: "dependency-change",
    group: Group::Scope,
    highest: Confidence::Certain,
    checklist: "Only the fix is changed",
    noqa: &[],
    docs: include_str!("../docs/dependency-change.md"),
    pattern: None,
};

/// What a manifest or lock file says of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dependency {
    /// The normalised name (PEP 503).
    name: String,
    /// The list that it stands in.
    list: List,
    /// Everything that decides which release is installed, in one spelling.
    wanted: String,
    /// Its bytes.
    span: Range<usize>,
}

/// A list of packages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    /// What is installed with the program.
    Shipped,
    /// What is installed on request: `shop[pdf]`.
    Extra(String),
    /// What only developers and CI install.
    Development(String),
    /// What builds the package.
    Build,
    /// What a lock file pins.
    Locked,
}

impl Rule for DependencyChange {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn reads(&self, path: &str) -> bool {
        reader(path).is_some()
    }

    fn compare_texts(&self, texts: &Texts<'_>, reporter: &mut Reporter) {
        let (Some(read), Some(production)) = (reader(texts.path), texts.base) else {
            return;
        };
        // A file that cannot be read names no packages; see `unreadable`.
        let (Some(old), Some(new)) = (read(production), read(texts.head)) else {
            return;
        };
        let changes = changes(&old, &new);
        if locked(&changes) {
            reporter.report_if(of_lock(texts, &changes));
            return;
        }
        for change in changes {
            reporter.report_if(draft(texts, &change));
        }
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        let name = change.path.rsplit('/').next();
        if name != Some("setup.py") || change.head.source.is_broken() {
            return;
        }
        let old = setup_py::read(change.base.source);
        let new = setup_py::read(change.head.source);
        let texts = Texts {
            path: change.path,
            base: Some(change.base.source.text()),
            head: change.head.source.text(),
        };
        for one in changes(&old, &new) {
            reporter.report_if(draft(&texts, &one));
        }
    }
}

/// Gives the packages that a text names; `None` if it is broken.
type Read = fn(&str) -> Option<Vec<Dependency>>;

/// What reads the file at `path`, by its name.
fn reader(path: &str) -> Option<Read> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let text = std::path::Path::new(name)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("txt") || end.eq_ignore_ascii_case("in"));
    let listed = name.contains("requirements")
        || name.contains("constraints")
        // The list of the packages whose copies lie beside it.
        || name == "vendor.txt"
        || folder.rsplit('/').next() == Some("requirements");
    match name {
        "pyproject.toml" => Some(toml::pyproject),
        "Pipfile" => Some(toml::pipfile),
        "setup.cfg" => Some(setup_cfg::read),
        ".pre-commit-config.yaml" => Some(automation::hooks),
        _ if is_workflow(folder, name) => Some(automation::actions),
        "environment.yml" | "environment.yaml" => Some(conda::read),
        "poetry.lock" | "uv.lock" | "pdm.lock" | "pylock.toml" => Some(locks::toml),
        "Pipfile.lock" => Some(locks::pipfile),
        _ if text && listed && is_for_development(name) => Some(requirements::development),
        _ if text && listed => Some(requirements::shipped),
        _ => None,
    }
}

/// Whether the file at `path` (relative to the repository, with `/`) names packages that production
/// installs: the manifests and locks, not what drives CI and the hooks.
#[must_use]
pub fn ships_packages(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    reader(path).is_some() && name != ".pre-commit-config.yaml" && !is_workflow(folder, name)
}

fn is_workflow(folder: &str, name: &str) -> bool {
    let end = std::path::Path::new(name).extension();
    folder == ".github/workflows" && end.is_some_and(|end| end == "yml" || end == "yaml")
}

/// Whether a list of this name is for developers and CI only.
fn is_for_development(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|one: char| !one.is_ascii_alphanumeric());
    words.any(|word| {
        matches!(
            word,
            "dev"
                | "develop"
                | "development"
                | "test"
                | "tests"
                | "testing"
                | "lint"
                | "linting"
                | "docs"
                | "doc"
                | "typing"
                | "mypy"
                | "ci"
                | "format"
                | "quality"
                | "benchmark"
                | "style"
                | "release"
                | "precommit"
        )
    })
}

/// One package on both sides.
struct Change<'d> {
    old: Option<&'d Dependency>,
    new: Option<&'d Dependency>,
}

impl<'d> Change<'d> {
    fn any(&self) -> Option<&'d Dependency> {
        self.new.or(self.old)
    }

    /// `2.0 → 2.1`, without the marker that both have.
    fn steps(&self) -> String {
        let parts = |one: Option<&'d Dependency>| {
            one.map(|one| one.wanted.split_once(';').unwrap_or((&one.wanted, "")))
        };
        let (old, new) = (parts(self.old), parts(self.new));
        let same_marker = old.map(|(_, marker)| marker) == new.map(|(_, marker)| marker);
        let shown = |one: Option<&'d Dependency>, parts: Option<(&'d str, &'d str)>| match parts {
            None => "nothing",
            Some(("", _)) if same_marker => "any release",
            Some((wanted, _)) if same_marker => wanted,
            Some(_) => one.map_or("", |one| &one.wanted),
        };
        format!("{} → {}", shown(self.old, old), shown(self.new, new))
    }
}

/// What differs, in the order of the new file; what is gone comes last. A package may stand in a
/// list several times, for several platforms.
fn changes<'d>(old: &'d [Dependency], new: &'d [Dependency]) -> Vec<Change<'d>> {
    let same =
        |left: &Dependency, right: &Dependency| left.name == right.name && left.list == right.list;
    let mut left: Vec<&Dependency> = old.iter().collect();
    let mut unequal = Vec::new();
    for one in new {
        match left
            .iter()
            .position(|other| same(other, one) && other.wanted == one.wanted)
        {
            Some(at) => {
                left.remove(at);
            }
            None => unequal.push(one),
        }
    }
    let mut changes: Vec<Change<'d>> = Vec::new();
    for one in unequal {
        let before = left.iter().position(|other| same(other, one));
        changes.push(Change {
            old: before.map(|at| left.remove(at)),
            new: Some(one),
        });
    }
    changes.extend(left.into_iter().map(|one| Change {
        old: Some(one),
        new: None,
    }));
    changes
}

fn locked(changes: &[Change<'_>]) -> bool {
    let mut all = changes.iter().filter_map(Change::any);
    all.any(|one| one.list == List::Locked)
}

fn draft(texts: &Texts<'_>, change: &Change<'_>) -> Option<Draft> {
    let one = change.any()?;
    if change
        .new
        .is_some_and(|new| is_for_security(texts.head, &new.span))
    {
        return None;
    }
    let name = &one.name;
    let (confidence, whose) = match &one.list {
        List::Shipped => (Confidence::Certain, String::new()),
        List::Extra(extra) => (Confidence::Certain, format!(" of [{extra}]")),
        List::Build => (Confidence::Likely, " of the build".to_owned()),
        List::Development(list) => (Confidence::Possible, format!(" of {list}")),
        List::Locked => return None,
    };
    let message = match (change.old, change.new) {
        (None, _) => format!("{name} is a new dependency{whose}"),
        (_, None) => format!("{name} is no dependency{whose} any more"),
        _ => format!("The dependency {name}{whose} changes: {}", change.steps()),
    };
    Some(place(texts, change, confidence, message))
}

/// One finding for a whole lock file: its packages change together.
fn of_lock(texts: &Texts<'_>, changes: &[Change<'_>]) -> Option<Draft> {
    const SHOWN: usize = 4;
    let mut named: Vec<String> = changes
        .iter()
        .filter_map(|change| Some(format!("{} {}", change.any()?.name, change.steps())))
        .collect();
    let count = named.len();
    if SHOWN < count {
        named.truncate(SHOWN);
        named.push(format!("and {} more", count - SHOWN));
    }
    let list = named.join(", ");
    let message = match count {
        1 => format!("One locked package changes: {list}"),
        _ => format!("{count} locked packages change: {list}"),
    };
    Some(place(texts, changes.first()?, Confidence::Likely, message))
}

fn place(texts: &Texts<'_>, change: &Change<'_>, confidence: Confidence, message: String) -> Draft {
    let first_line = || 0..texts.head.find('\n').unwrap_or(texts.head.len());
    let span = change.new.map_or_else(first_line, |new| new.span.clone());
    let one = change.any();
    let key = one.map_or_else(String::new, |one| format!("{} {:?}", one.name, one.list));
    let mut draft = Draft::over(span, confidence, message);
    draft.detail = format!("{key} {:x}", stable_hash(&[&change.steps()]));
    match change.old {
        Some(old) => draft.production(old.span.clone(), "production has"),
        None => draft,
    }
}

/// Whether a comment on the line, or on the comment lines above it, names a vulnerability: then the
/// change is the fix.
fn is_for_security(text: &str, span: &Range<usize>) -> bool {
    let start = memchr::memrchr(b'\n', &text.as_bytes()[..span.start]).map_or(0, |end| end + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let above = text[..start].lines().rev();
    above
        .take_while(|line| line.trim_start().starts_with('#'))
        .chain([line])
        .filter_map(|line| line.split_once('#'))
        .any(|(_, comment)| {
            let comment = comment.to_ascii_uppercase();
            ["CVE-", "GHSA-", "PYSEC-"]
                .iter()
                .any(|one| comment.contains(one))
        })
}

/// The name as PEP 503 spells it.
fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for one in name.chars() {
        let one = if matches!(one, '_' | '.') {
            '-'
        } else {
            one.to_ascii_lowercase()
        };
        if one != '-' || !out.ends_with('-') {
            out.push(one);
        }
    }
    out
}
