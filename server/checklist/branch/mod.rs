//! What a hotfix branch changes, read once for the checklist: files, definitions, tests.

mod definitions;
mod kind;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

pub use definitions::Changed;
pub use kind::{Kind, kind_of};

use crate::compare::matching::Matching;
use crate::config::{PathGlobs, Settings};
use crate::syntax::{Outline, Source};
use crate::text::{self, Lines};
use crate::vcs::{Base, BaseError, FileChange, Hunk, LIMIT_BYTES, Repository, Scope, hunks};

/// What a branch changes.
#[derive(Debug, Default)]
pub struct Branch {
    /// Every changed file, sorted by path. The record and excluded files are left out.
    pub files: Vec<File>,
}

/// One changed file.
#[derive(Debug)]
pub struct File {
    /// Its path relative to the repository, with `/`; of a deleted file the path it had.
    pub path: String,
    /// The path that production has it under; another one after a rename, none when it is new.
    pub base_path: Option<String>,
    /// What it is for.
    pub kind: Kind,
    /// As production has it; none when production lacks it or it is no text.
    pub base: Option<Side>,
    /// As it is now; none when it is gone or no text.
    pub head: Option<Side>,
    /// What differs.
    pub hunks: Vec<Hunk>,
    /// The definitions that differ, outermost function or class; of Python only.
    pub changed: Vec<Changed>,
}

/// One side of a file.
#[derive(Debug)]
pub struct Side {
    /// The text; parsed where it is Python, else with an empty tree.
    pub source: Source,
    /// The skeleton; empty where it is no Python.
    pub outline: Outline,
}

impl Side {
    /// Reads one side of the file at `path`.
    #[must_use]
    pub fn new(path: &str, text: Arc<str>) -> Self {
        if is_python(path) {
            let source = Source::parse(text);
            let outline = Outline::new(&source);
            return Self { source, outline };
        }
        Self {
            source: Source::plain(text),
            outline: Outline::default(),
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text()
    }
}

impl Branch {
    /// Reads what the work tree changes. `record` (relative) is left out, for it is about the
    /// change. `texts` count in place of files. Reads git and the disk, so call it from a worker thread with a large stack.
    ///
    /// # Errors
    /// [`BaseError`] when git cannot tell what changed.
    pub fn read(
        repository: &Repository,
        scope: &Scope,
        settings: &Settings,
        record: Option<&str>,
        texts: &BTreeMap<String, Arc<str>>,
    ) -> Result<Self, BaseError> {
        let Scope::Judged(base) = scope else {
            return Ok(Self::default());
        };
        let excluded = PathGlobs::new(&settings.exclude);
        let tests = PathGlobs::new(&settings.tests);
        let mut files = Vec::new();
        for changed in repository.changed_files(base)? {
            let path = changed.path;
            if excluded.matches(&path) || Some(&*path) == record {
                continue;
            }
            let file = repository.root().join(&path);
            let production = match repository.base_for(scope, &file) {
                Base::Production(production) => Some(production),
                _ => None,
            };
            let head = match changed.change {
                FileChange::Deleted | FileChange::TypeChange => None,
                _ => match texts.get(&path) {
                    Some(text) => Some(text.replace("\r\n", "\n").into()),
                    None => read_text(&file),
                },
            };
            let kind = kind_of(&path, tests.matches(&path));
            let base = production.as_ref().map(|it| Arc::clone(&it.text));
            files.push(File {
                base_path: production.map(|it| it.path.clone()),
                ..File::new(path, kind, base, head)
            });
        }
        Ok(Self { files })
    }

    /// The changed files of this kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| file.kind == kind)
    }

    /// The changed definitions of production code that are still there, with their files.
    pub fn definitions(&self) -> impl Iterator<Item = (&File, &Changed)> {
        self.of_kind(Kind::Code).flat_map(|file| {
            let there = file.changed.iter().filter(|one| !one.is_removed);
            there.map(move |one| (file, one))
        })
    }
}

impl File {
    /// Compares the two texts of one file.
    #[must_use]
    pub fn new(path: String, kind: Kind, base: Option<Arc<str>>, head: Option<Arc<str>>) -> Self {
        let base = base.map(|text| Side::new(&path, text));
        let head = head.map(|text| Side::new(&path, text));
        let text = |side: &Option<Side>| side.as_ref().map_or("", Side::text).to_owned();
        let hunks = hunks::diff(&text(&base), &text(&head));
        let mut file = Self {
            base_path: base.is_some().then(|| path.clone()),
            path,
            kind,
            base,
            head,
            hunks,
            changed: Vec::new(),
        };
        if is_python(&file.path) {
            file.changed = definitions::changed(&file);
        }
        file
    }

    /// The lines that the hotfix writes, with their numbers from 0.
    pub fn added_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.head.iter().flat_map(|side| {
            let (text, lines) = (side.text(), side.source.lines());
            let of_hunk = |range: Range<u32>| range.start as usize..range.end as usize;
            let numbers = self
                .hunks
                .iter()
                .flat_map(move |it| of_hunk(it.head.clone()));
            numbers.map(move |line| (line, &text[lines.content(line, text)]))
        })
    }

    /// Whether head's line is one that the hotfix writes.
    #[must_use]
    pub fn is_new_line(&self, line: usize) -> bool {
        let contains = |hunk: &Hunk| {
            let range = hunk.head.start as usize..hunk.head.end as usize;
            range.contains(&line)
        };
        self.hunks.iter().any(contains)
    }

    /// How many lines the hotfix adds and removes.
    #[must_use]
    pub fn line_counts(&self) -> (usize, usize) {
        self.hunks.iter().fold((0, 0), |(added, removed), hunk| {
            (added + hunk.head.len(), removed + hunk.base.len())
        })
    }

    /// The module-level names whose statements the hotfix writes or changes.
    #[must_use]
    pub fn changed_values(&self) -> Vec<String> {
        let Some(head) = &self.head else {
            return Vec::new();
        };
        let lines = head.source.lines();
        let assigned = head.outline.assigned.iter();
        let changed = assigned.filter(|(_, range)| {
            let touched = lines.touched(range.clone());
            let range = u32::try_from(touched.start).unwrap_or(u32::MAX)
                ..u32::try_from(touched.end).unwrap_or(u32::MAX);
            self.hunks.iter().any(|hunk| hunk.touches_head(&range))
        });
        changed.map(|(name, _)| name.clone()).collect()
    }

    /// Which definition of head is which of production.
    #[must_use]
    pub fn matching(&self) -> Option<Matching> {
        let (base, head) = (self.base.as_ref()?, self.head.as_ref()?);
        Some(Matching::new(
            &base.outline,
            &head.outline,
            &base.source,
            &head.source,
        ))
    }
}

/// Whether a path names Python source.
#[must_use]
pub fn is_python(path: &str) -> bool {
    std::path::Path::new(path).extension() == Some("py".as_ref())
}

/// The comparable text of a file; none when it is no text.
#[must_use]
pub fn read_text(file: &std::path::Path) -> Option<Arc<str>> {
    let bytes = text::read_regular(file, LIMIT_BYTES).ok()?;
    crate::vcs::comparable(&bytes).ok().map(Arc::from)
}

/// The line of a byte, counted from 1.
pub(super) fn line_of(lines: &Lines, at: usize) -> usize {
    lines.line_of(at) + 1
}
