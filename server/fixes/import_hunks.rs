//! Production's imports in place of the hotfix's, apart from those that the hotfix needs.

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use super::hunk::{Target, production_lines};
use super::{Applicability, Edit, Fix};
use crate::syntax::nodes::{Walk, children};
use crate::syntax::{Names, Source};
use crate::vcs::Hunk;

/// Production's text of all imports at the top level that the hotfix changes and does not need:
/// other orders, other layouts, names that nothing uses. `None` where there are none.
#[must_use]
pub fn restore(base: &Source, head: &Source, hunks: &[Hunk]) -> Option<Fix> {
    let sides = Sides::of(base, head);
    let unneeded = hunks.iter().filter(|hunk| sides.are_unneeded(hunk));
    fix(unneeded
        .map(|hunk| production_lines(base, head, hunk))
        .collect())
}

/// The same where the pointed-at hunk is one of several such: for one alone, restoring the hunk is
/// the same.
#[must_use]
pub fn restore_here(target: &Target<'_>, hunks: &[Hunk]) -> Option<Fix> {
    let (base, _) = target.production?;
    let head = target.head.source;
    let sides = Sides::of(base, head);
    // Editors ask at every move of the cursor: the other hunks count only where this one does.
    if !sides.are_unneeded(target.hunk) {
        return None;
    }
    let unneeded = hunks.iter().filter(|hunk| sides.are_unneeded(hunk));
    let edits: Vec<Edit> = unneeded
        .map(|hunk| production_lines(base, head, hunk))
        .collect();
    if edits.len() < 2 {
        return None;
    }
    fix(edits)
}

fn fix(edits: Vec<Edit>) -> Option<Fix> {
    (!edits.is_empty()).then(|| Fix {
        title: "Restore production's imports".to_owned(),
        edits,
        applicability: Applicability::Restores,
        preferred: false,
    })
}

/// The imports of production and of the hotfix.
struct Sides<'a> {
    base: &'a Source,
    head: &'a Source,
    before: Imports<'a>,
    now: Imports<'a>,
}

impl<'a> Sides<'a> {
    fn of(base: &'a Source, head: &'a Source) -> Self {
        Self {
            base,
            head,
            before: Imports::of(base),
            now: Imports::of(head),
        }
    }

    /// Whether the hunk changes nothing but imports, and the hotfix needs none of them.
    fn are_unneeded(&self, hunk: &Hunk) -> bool {
        let (before, now) = (&self.before, &self.now);
        let is_needed = |name: &String| {
            !before.binds(self.base, name) && (name == "*" || is_used(self.head, name))
        };
        before.fill(self.base, &hunk.base)
            && now.fill(self.head, &hunk.head)
            && (before.in_any(&hunk.base) || now.in_any(&hunk.head))
            && !now.names_in(self.head, &hunk.head).iter().any(is_needed)
    }
}

/// The import statements at a file's top level, with their lines.
struct Imports<'a>(Vec<(Node<'a>, Range<usize>)>);

impl<'a> Imports<'a> {
    fn of(source: &'a Source) -> Self {
        let imports = children(source.root()).filter(|node| is_import(*node));
        let lines = |node: Node<'_>| source.lines().touched(node.byte_range());
        Self(imports.map(|node| (node, lines(node))).collect())
    }

    /// Whether nothing but imports and blank lines stands on these lines.
    fn fill(&self, source: &Source, lines: &Range<u32>) -> bool {
        (lines.start as usize..lines.end as usize).all(|line| {
            let content = source.lines().content(line, source.text());
            let text = &source.text()[content.clone()];
            // In `import os; os.chdir(HOME)` more than an import stands.
            let is_whole = |node: Node<'_>| {
                let end = node.end_byte().clamp(content.start, content.end);
                let behind = source.text()[end..content.end].trim_start();
                let start = content.start + (text.len() - text.trim_start().len());
                node.start_byte() <= start && (behind.is_empty() || behind.starts_with('#'))
            };
            text.trim().is_empty() || self.at(line).is_some_and(is_whole)
        })
    }

    fn in_any(&self, lines: &Range<u32>) -> bool {
        (lines.start as usize..lines.end as usize).any(|line| self.at(line).is_some())
    }

    fn at(&self, line: usize) -> Option<Node<'a>> {
        let found = self.0.iter().find(|(_, lines)| lines.contains(&line));
        found.map(|(node, _)| *node)
    }

    /// What the imports that touch these lines bind; `*` for all of a module.
    fn names_in(&self, source: &Source, lines: &Range<u32>) -> BTreeSet<String> {
        let wanted = lines.start as usize..lines.end as usize;
        let touched = self
            .0
            .iter()
            .filter(|(_, own)| own.start < wanted.end && wanted.start < own.end);
        touched.flat_map(|(node, _)| bound(*node, source)).collect()
    }

    fn binds(&self, source: &Source, name: &str) -> bool {
        let all = self.0.iter();
        all.flat_map(|(node, _)| bound(*node, source))
            .any(|one| one == name)
    }
}

/// Whether code outside of imports says this name, in strings of annotations and `__all__` too.
fn is_used(source: &Source, name: &str) -> bool {
    let mut used = false;
    source.walk_near(name, &mut |node| {
        if used || is_import(node) {
            return Walk::Over;
        }
        let text = || source.slice(node);
        used = match node.kind() {
            "identifier" => text() == name,
            "string_content" => text()
                .split(|one: char| !one.is_alphanumeric() && one != '_')
                .any(|one| one == name),
            _ => false,
        };
        Walk::Into
    });
    used
}

fn is_import(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "import_statement" | "import_from_statement" | "future_import_statement"
    )
}

fn bound(statement: Node<'_>, source: &Source) -> Vec<String> {
    if children(statement).any(|child| child.kind() == "wildcard_import") {
        return vec!["*".to_owned()];
    }
    let mut names = Names::default();
    names.add(statement, source);
    names.locals().map(str::to_owned).collect()
}
