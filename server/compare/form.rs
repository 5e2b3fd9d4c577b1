//! What of a change is only form: layout, comments, another way to write the same, the order of
//! imports. The code does what production's does.

use super::edits::{Edits, Part};
use super::shape::{Counts, Fact};
use super::spelling;
use super::statements::{Statement, one_way_typed};
use crate::syntax::Source;
use crate::syntax::nodes::{children, field, fields};

/// In longer hunks no other way to write the same is looked for.
const MOST_STATEMENTS: usize = 200;

/// From so many places on, a change that is nearly all form counts as one, because nobody finds in it
/// what is not.
const MANY_PLACES: u32 = 20;

/// How a hunk leaves what the code does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The code is the same, in another layout.
    Layout,
    /// The code is the same, and comments stand in it on one side at least.
    Comments,
    /// Each statement is written another way that does the same.
    Way,
    /// The file imports the same in another order.
    Imports,
}

/// The hunks of a file that change only its form.
#[derive(Debug)]
pub struct Form(Vec<Option<Kind>>);

impl Form {
    /// Looks at all hunks of a file. The cost follows the hunks.
    #[must_use]
    pub fn of(edits: &Edits<'_>, hunks: usize) -> Self {
        let mut all: Vec<Option<Kind>> = (0..hunks).map(|hunk| alone(edits, hunk)).collect();
        for hunk in reordered_imports(edits, hunks) {
            if let Some(kind) = all.get_mut(hunk) {
                kind.get_or_insert(Kind::Imports);
            }
        }
        Self(all)
    }

    /// How a hunk changes only the form; `None` where it changes more.
    #[must_use]
    pub fn kind(&self, hunk: usize) -> Option<Kind> {
        self.0.get(hunk).copied().flatten()
    }

    /// How many hunks are of these kinds.
    #[must_use]
    pub fn count(&self, kinds: &[Kind]) -> u32 {
        let found = self.0.iter().flatten().filter(|one| kinds.contains(one));
        u32::try_from(found.count()).unwrap_or(u32::MAX)
    }
}

fn alone(edits: &Edits<'_>, hunk: usize) -> Option<Kind> {
    let (base, head) = (edits.base(hunk), edits.head(hunk));
    if edits.same_code(hunk).is_some() {
        if comments_matter(base, head) {
            return None;
        }
        let comments = base.comments.len() + head.comments.len();
        return Some(if comments == 0 {
            Kind::Layout
        } else {
            Kind::Comments
        });
    }
    one_way(base, head).then_some(Kind::Way)
}

/// The comments of a hunk without their marks and the blanks around.
#[must_use]
pub fn words(part: Part<'_, '_>) -> Vec<String> {
    let comments = part.comments.iter();
    comments
        .map(|one| part.source.slice(*one))
        .map(|text| text.trim_matches(['#', ' ', '\t']).to_owned())
        .collect()
}

/// Whether a comment that only one side has belongs to the hotfix or is read by a tool.
#[must_use]
pub fn comments_matter(base: Part<'_, '_>, head: Part<'_, '_>) -> bool {
    let (old, new) = (words(base), words(head));
    let only = |all: &[String], others: &[String]| {
        all.iter()
            .filter(|one| !others.contains(one))
            .any(|one| means_something(one))
    };
    only(&old, &new) || only(&new, &old)
}

fn means_something(comment: &str) -> bool {
    /// Beginnings of comments that tell a tool what to do.
    const DIRECTIVES: [&str; 14] = [
        "noqa", "type:", "pragma", "pylint:", "nosec", "fmt:", "isort:", "ruff:", "mypy:",
        "pyright:", "yapf:", "flake8:", "!", "-*-",
    ];
    let lower = comment.to_ascii_lowercase();
    // UTF-8 is what Python 3 reads anyway.
    let default = lower.contains("-*-") && lower.contains("coding: utf-8");
    let starts = |start: &&str| lower.starts_with(*start);
    !default && (lower.contains("hotfix") || DIRECTIVES.iter().any(starts))
}

/// Whether both sides say the same, statement by statement, each its own way.
fn one_way(base: Part<'_, '_>, head: Part<'_, '_>) -> bool {
    let (old, new) = (base.statements, head.statements);
    !base.broken
        && !head.broken
        && !old.is_empty()
        && old.len() <= MOST_STATEMENTS
        && old.len() == new.len()
        && old.iter().zip(new).all(|(old, new)| {
            old.depth == new.depth
                && old.node.kind() == new.node.kind()
                && (old.tokens == new.tokens
                    || spelling::plain(&one_way_typed(base.source, old))
                        == spelling::plain(&one_way_typed(head.source, new)))
        })
}

/// The hunks that hold only imports, where the file imports the same in them on both sides.
#[must_use]
pub fn reordered_imports(edits: &Edits<'_>, hunks: usize) -> Vec<usize> {
    let all: Vec<usize> = (0..hunks)
        .filter(|&hunk| {
            edits.same_code(hunk).is_none()
                && only_imports(&edits.base(hunk))
                && only_imports(&edits.head(hunk))
        })
        .collect();
    let names = |side: fn(&Edits<'_>, usize) -> Vec<String>| -> Vec<String> {
        let mut names: Vec<String> = all.iter().flat_map(|&hunk| side(edits, hunk)).collect();
        names.sort();
        names
    };
    let before = names(|edits, hunk| names_in(edits.base(hunk)));
    let now = names(|edits, hunk| names_in(edits.head(hunk)));
    if before == now { all } else { Vec::new() }
}

fn names_in(part: Part<'_, '_>) -> Vec<String> {
    let statements = part.statements.iter();
    statements
        .flat_map(|one| imported(part.source, one))
        .collect()
}

fn only_imports(part: &Part<'_, '_>) -> bool {
    !part.broken
        && part.statements.iter().all(|one| {
            matches!(
                one.node.kind(),
                "import_statement" | "import_from_statement"
            )
        })
}

/// Module, name and alias of everything that a statement imports.
fn imported(source: &Source, statement: &Statement<'_>) -> Vec<String> {
    let node = statement.node;
    let module = field(node, "module_name").map_or("", |one| source.slice(one));
    let star = children(node).any(|one| one.kind() == "wildcard_import");
    let mut found: Vec<String> = fields(node, "name")
        .map(|one| format!("{}:{module}:{}", statement.depth, source.slice(one)))
        .collect();
    if star {
        found.push(format!("{}:{module}:*", statement.depth));
    }
    found
}

/// A branch that changes hardly anything but the form of the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formal {
    /// The file with most of it, which shows the finding.
    pub path: String,
    /// Places where only the form changes.
    pub places: u32,
    /// All changed places.
    pub all: u32,
}

impl Formal {
    /// The branch as one of form, if it is: all of it is form and nothing but Python changes, or
    /// there are so many places that the others drown in them.
    #[must_use]
    pub fn of(counts: &Counts, path: &str) -> Option<Self> {
        let all = counts.get(Fact::Hunks);
        let places = [Fact::LayoutHunks, Fact::FormHunks, Fact::CommentHunks];
        let places = places.iter().map(|&fact| counts.get(fact)).sum();
        let mends = [
            Fact::FilesAdded,
            Fact::FilesDeleted,
            Fact::Manifests,
            Fact::Locks,
            Fact::Automation,
            Fact::OtherCode,
            Fact::Data,
        ];
        let elsewhere = mends.iter().any(|&fact| 0 < counts.get(fact));
        let whole = all <= places && !elsewhere;
        let nearly = MANY_PLACES <= all && u64::from(all) * 9 <= u64::from(places) * 10;
        (0 < places && (whole || nearly)).then(|| Self {
            path: path.to_owned(),
            places,
            all,
        })
    }
}
