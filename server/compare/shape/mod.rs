//! The shape of a change: how much of what it adds, removes, moves and renames, as numbers.
//!
//! One file's part is read from both sides ([`Shape::of_file`]); the parts are put together for the
//! whole branch, so that what goes from one file to another is seen. Words of people (commit
//! messages, branch names, comments) are not read.

mod definitions;
mod edited;
mod forms;
pub mod paths;
mod pieces;
mod table;

use super::branch::Branch;
use super::edits::Edits;
use super::form::{Form, Kind};
use super::matching::Matching;
use super::statements::{Statement, in_stretches};
use crate::syntax::{Outline, Source};
use crate::vcs::Hunk;
use pieces::Piece;

pub use table::{Counts, Fact};

/// More statements than this on one side say no more about the change.
const MOST_PIECES: usize = 20_000;

/// The part of a change that lies in one file, or in several after [`Shape::join`].
#[derive(Debug, Clone, Default)]
pub struct Shape {
    counts: Counts,
    gone: Vec<Piece>,
    come: Vec<Piece>,
}

/// One side of a file.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its text and tree.
    pub source: &'a Source,
    /// Its definitions.
    pub outline: &'a Outline,
}

/// One changed Python file with the sides that it has.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'a> {
    /// Its path relative to the repository, with `/`.
    pub path: &'a str,
    /// Whether it holds tests.
    pub is_test: bool,
    /// Production's file.
    pub base: Option<Side<'a>>,
    /// The hotfix's file.
    pub head: Option<Side<'a>>,
    /// What changes, by lines.
    pub hunks: &'a [Hunk],
    /// Which definition is which, where both sides are there.
    pub matching: Option<&'a Matching>,
    /// What the branch does to all files.
    pub branch: &'a Branch,
}

impl Shape {
    /// Reads the change of one file. The cost follows the hunks and the number of definitions.
    #[must_use]
    pub fn of_file(changed: &Changed<'_>) -> Self {
        let mut shape = Self::default();
        if paths::is_beside(changed.path) {
            return shape;
        }
        let lines = |side: fn(&Hunk) -> &std::ops::Range<u32>| {
            let all = changed.hunks.iter().map(side);
            all.map(|lines| lines.end - lines.start).sum::<u32>()
        };
        let (removed, added) = (lines(|hunk| &hunk.base), lines(|hunk| &hunk.head));
        let edits = match (changed.base, changed.head) {
            (Some(base), Some(head)) => Some(Edits::new(base.source, head.source, changed.hunks)),
            _ => None,
        };
        shape.read_statements(changed, edits.as_ref());
        if changed.is_test {
            shape.counts.add(Fact::TestLines, removed + added);
            shape.read_tests();
            definitions::read_tests(changed, &mut shape.counts);
            return shape;
        }
        shape.counts.add(Fact::LinesAdded, added);
        shape.counts.add(Fact::LinesRemoved, removed);
        let hunks = u32::try_from(changed.hunks.len()).unwrap_or(u32::MAX);
        shape.counts.add(Fact::Hunks, hunks);
        if let Some(edits) = &edits {
            let form = Form::of(edits, changed.hunks.len());
            for (fact, kinds) in [
                (Fact::LayoutHunks, &[Kind::Layout][..]),
                (Fact::CommentHunks, &[Kind::Comments]),
                (Fact::FormHunks, &[Kind::Way, Kind::Imports]),
            ] {
                shape.counts.add(fact, form.count(kinds));
            }
        }
        definitions::read(changed, &mut shape.counts);
        shape
    }

    /// Puts the parts of two files together.
    pub fn join(&mut self, other: &Self) {
        self.counts.join(&other.counts);
        self.gone.extend_from_slice(&other.gone);
        self.come.extend_from_slice(&other.come);
    }

    /// Changed lines of production code, added and removed together.
    #[must_use]
    pub fn lines(&self) -> u32 {
        let count = |fact| self.counts.get(fact);
        count(Fact::LinesAdded).saturating_add(count(Fact::LinesRemoved))
    }

    /// Places of production code where only the form changes.
    #[must_use]
    pub fn form(&self) -> u32 {
        let all = [Fact::LayoutHunks, Fact::FormHunks, Fact::CommentHunks];
        all.iter().map(|&fact| self.counts.get(fact)).sum()
    }

    /// Adds what the paths alone tell.
    pub fn add_paths(&mut self, counts: &Counts) {
        self.counts.join(counts);
    }

    /// Counts more of a fact of the branch as a whole.
    pub fn add(&mut self, fact: Fact, more: usize) {
        self.counts
            .add(fact, u32::try_from(more).unwrap_or(u32::MAX));
    }

    /// All numbers, after what only moved was set against each other.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = self.counts.clone();
        pieces::compare(&self.gone, &self.come, &mut counts);
        let same = counts.get(Fact::LayoutHunks) + counts.get(Fact::CommentHunks);
        let hunks = counts.get(Fact::Hunks);
        counts.add(Fact::OnlyLayout, u32::from(0 < hunks && hunks <= same));
        let form = counts.get(Fact::FormHunks);
        let only_form = 0 < hunks && hunks <= same + form;
        counts.add(Fact::OnlyForm, u32::from(only_form));
        let elsewhere = counts.get(Fact::Files) == 0 && 0 < counts.get(Fact::AllFiles);
        counts.add(Fact::NoProduction, u32::from(elsewhere));
        counts
    }

    fn read_statements(&mut self, changed: &Changed<'_>, edits: Option<&Edits<'_>>) {
        if let Some(edits) = edits {
            for hunk in 0..changed.hunks.len() {
                let (base, head) = (edits.base(hunk), edits.head(hunk));
                read(&mut self.gone, base.source, base.statements);
                read(&mut self.come, head.source, head.statements);
                if !changed.is_test && !base.broken && !head.broken {
                    edited::read(base.statements, head.statements, &mut self.counts);
                }
            }
            return;
        }
        let whole = |source: &Source, pieces: &mut Vec<Piece>| {
            let all = [source.root().byte_range()];
            let found = in_stretches(source, &all);
            read(pieces, source, &found.statements);
        };
        if let Some(base) = changed.base {
            whole(base.source, &mut self.gone);
        }
        if let Some(head) = changed.head {
            whole(head.source, &mut self.come);
        }
    }

    /// Of tests only the assertions count.
    fn read_tests(&mut self) {
        let proves = |pieces: &[Piece]| {
            let mut known: Vec<u64> = pieces
                .iter()
                .filter(|one| one.proves())
                .map(|one| one.exact)
                .collect();
            known.sort_unstable();
            known
        };
        let (gone, mut come) = (proves(&self.gone), proves(&self.come));
        let mut removed = 0;
        for one in gone {
            match come.binary_search(&one) {
                Ok(at) => drop(come.remove(at)),
                Err(_) => removed += 1,
            }
        }
        let added = u32::try_from(come.len()).unwrap_or(u32::MAX);
        self.counts.add(Fact::AssertionsRemoved, removed);
        self.counts.add(Fact::AssertionsAdded, added);
        self.gone.clear();
        self.come.clear();
    }
}

fn read(into: &mut Vec<Piece>, source: &Source, statements: &[Statement<'_>]) {
    let room = MOST_PIECES.saturating_sub(into.len());
    let pieces = statements.iter().take(room);
    into.extend(pieces.map(|one| Piece::of(source, one)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcs::hunks;

    /// The facts of one changed file, as `name count`.
    #[track_caller]
    fn case(path: &str, base: &str, head: &str, expected: &[&str]) {
        let (base, head) = (Source::parse(base), Source::parse(head));
        let (old, new) = (Outline::new(&base), Outline::new(&head));
        let matching = Matching::new(&old, &new, &base, &head);
        let hunks = hunks::diff(base.text(), head.text());
        let shape = Shape::of_file(&Changed {
            path,
            is_test: path.starts_with("tests/"),
            base: Some(Side {
                source: &base,
                outline: &old,
            }),
            head: Some(Side {
                source: &head,
                outline: &new,
            }),
            hunks: &hunks,
            matching: Some(&matching),
            branch: &Branch::default(),
        });
        let counts = shape.counts();
        let facts = counts
            .iter()
            .filter(|(fact, _)| !matches!(fact, Fact::LinesAdded | Fact::LinesRemoved));
        let found: Vec<String> = facts
            .map(|(fact, count)| format!("{} {count}", fact.name()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_new_guard_is_a_condition_and_a_way_out() {
        case(
            "app.py",
            "def run(x):\n    return x.y\n",
            "def run(x):\n    if x is None:\n        return 0\n    return x.y\n",
            &[
                "hunks 1",
                "definitions 1",
                "statements-added 2",
                "none-checks 1",
                "conditions-added 1",
                "guards-added 1",
                "returns-added 1",
            ],
        );
    }

    #[test]
    fn what_moves_is_neither_new_nor_removed() {
        case(
            "app.py",
            "import a\nimport b\nimport c\n",
            "import c\nimport a\nimport b\n",
            &[
                "hunks 2",
                "form-hunks 2",
                "statements-moved 1",
                "only-form 1",
            ],
        );
    }

    #[test]
    fn types_texts_and_names_are_told_apart() {
        case(
            "app.py",
            "def run(x):\n    a = x\n    log('one')\n    go(a, x)\n",
            "def run(x: int) -> str:\n    a: int = x\n    log('two')\n    go(b, x)\n",
            &[
                "hunks 1",
                "definitions 1",
                "signatures-typed 1",
                "statements-typed 2",
                "statements-valued 1",
                "statements-renamed 1",
                "edits 4",
                "insertions 2",
                "swaps 2",
            ],
        );
    }

    #[test]
    fn new_and_removed_names_for_others_are_counted() {
        case(
            "app.py",
            "def one(a, b):\n    return a\n\ndef _two():\n    pass\n",
            "def one(a, *, c=1):\n    return a\n\nclass Three:\n    def four(self):\n        pass\n",
            &[
                "hunks 2",
                "definitions 1",
                "public-classes 1",
                "private-removed 1",
                "parameters-added 1",
                "parameters-removed 1",
                "statements-added 3",
                "statements-removed 2",
                "statements-moved 1",
                "edits 2",
            ],
        );
    }

    #[test]
    fn of_tests_the_assertions_and_the_tests_count() {
        case(
            "tests/test_app.py",
            "def test_a():\n    assert run() == 1\n    assert run()\n",
            "def test_b():\n    assert run() == 1\n    self.assertTrue(run())\n",
            &[
                "test-lines 4",
                "tests-added 1",
                "tests-removed 1",
                "assertions-added 1",
                "assertions-removed 1",
            ],
        );
    }

    #[test]
    fn code_beside_production_does_not_count() {
        case("docs/conf.py", "a = 1\n", "a = 2\n", &[]);
    }
}
