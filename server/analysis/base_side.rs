//! Production's version of a file, parsed when first needed and kept while the base stays.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::side::{self, Raw};
use tree_sitter::Tree;

use crate::config::Settings;
use crate::syntax::{Facts, File, Outline, Source};
use crate::text::Lines;
use crate::vcs::hunks::BaseLines;
use crate::vcs::{Hunk, Production};

/// Production's version of one file. What is computed from it is kept, since it cannot change.
#[derive(Debug)]
pub struct BaseSide {
    /// The file as production has it.
    pub production: Arc<Production>,
    source: OnceLock<Source>,
    outline: OnceLock<Outline>,
    lines: OnceLock<BaseLines>,
    facts: Facts,
    raw: Mutex<Judged>,
}

#[derive(Debug, Default)]
struct Judged {
    settings: Option<Arc<Settings>>,
    of_definition: HashMap<usize, Arc<Vec<Raw>>>,
}

impl BaseSide {
    /// Wraps a production version; parsing waits until somebody asks.
    #[must_use]
    pub fn new(production: Arc<Production>) -> Self {
        Self {
            production,
            source: OnceLock::new(),
            outline: OnceLock::new(),
            lines: OnceLock::new(),
            facts: Facts::default(),
            raw: Mutex::default(),
        }
    }

    /// Whether production has the file at another path than `path`.
    #[must_use]
    pub fn is_elsewhere(&self, path: &str) -> bool {
        !self.production.path.is_empty() && *self.production.path != *path
    }

    /// The parsed text.
    #[must_use]
    pub fn source(&self) -> &Source {
        self.source
            .get_or_init(|| Source::parse(Arc::clone(&self.production.text)))
    }

    /// Its skeleton.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        self.outline.get_or_init(|| Outline::new(self.source()))
    }

    /// The file as rules see it.
    #[must_use]
    pub fn file<'a>(&'a self, settings: &'a Settings, is_test: bool) -> File<'a> {
        File {
            source: self.source(),
            outline: self.outline(),
            settings,
            is_test,
            facts: &self.facts,
        }
    }

    /// What changed between production and `head`.
    #[must_use]
    pub fn hunks(&self, head: &str) -> Vec<Hunk> {
        self.lines
            .get_or_init(|| BaseLines::new(Arc::clone(&self.production.text)))
            .diff(head)
    }

    /// Parses the hotfix's text from production's tree, which costs what the hotfix changes. `None`
    /// if the text must be parsed from nothing: production's line ends may be others, and broken
    /// code is repaired in more than one way.
    #[must_use]
    pub fn parse_head(&self, head: &str) -> Option<Tree> {
        let (base, lines) = (self.source(), Lines::new(head));
        let edits: Vec<(Range<usize>, &str)> = self
            .hunks(head)
            .iter()
            .map(|hunk| {
                let old = base.lines().start(hunk.base.start as usize)
                    ..base.lines().start(hunk.base.end as usize);
                let new =
                    lines.start(hunk.head.start as usize)..lines.start(hunk.head.end as usize);
                (old, &head[new])
            })
            .collect();
        let mut rest = base.text();
        let mut at = 0;
        let mut edited = String::with_capacity(head.len());
        for (old, new) in &edits {
            edited.push_str(rest.get(..old.start.checked_sub(at)?)?);
            edited.push_str(new);
            rest = base.text().get(old.end..)?;
            at = old.end;
        }
        edited.push_str(rest);
        if edited != head {
            return None;
        }
        let tree = base.edited(edited, &edits).tree().clone();
        (!tree.root_node().has_error()).then_some(tree)
    }

    /// What the rules say of one of production's definitions, judged once per settings.
    pub(super) fn judged(
        &self,
        definition: usize,
        settings: &Arc<Settings>,
        is_test: bool,
    ) -> Arc<Vec<Raw>> {
        let mut kept = self.raw.lock().unwrap_or_else(PoisonError::into_inner);
        let same = kept
            .settings
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, settings) || known == settings);
        if !same {
            kept.settings = Some(Arc::clone(settings));
            kept.of_definition.clear();
        }
        let entry = kept.of_definition.entry(definition).or_insert_with(|| {
            let file = self.file(settings, is_test);
            Arc::new(side::one_side(
                file,
                &self.outline().definitions[definition],
            ))
        });
        Arc::clone(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(text: &str) -> BaseSide {
        BaseSide::new(Arc::new(Production {
            commit: String::new(),
            reference: String::new(),
            blob: String::new(),
            path: String::new(),
            text: text.into(),
        }))
    }

    #[test]
    fn head_is_parsed_from_productions_tree() {
        let base = side("import os\n\n\ndef f(a):\n    return a\n\n\ndef g(b):\n    return b\n");
        let head = "import os\nimport re\n\n\ndef f(a):\n    if a:\n        return a\n\n\ndef h():\n    pass\n";
        let tree = base.parse_head(head).expect("sound code");
        let fresh = Source::parse(head);
        assert_eq!(tree.root_node().to_sexp(), fresh.root().to_sexp());
        assert_eq!(tree.root_node().byte_range(), fresh.root().byte_range());
    }

    #[test]
    fn the_first_statement_of_a_function_may_change() {
        let production =
            "\"\"\"O.\"\"\"\n\n\ndef find(a, k):\n    return a[k]\n\n\ndef t(a):\n    return a\n";
        let new = "    try:\n        return a[k]\n    except KeyError as error:\n        raise LookupError(k)\n";
        let head = production.replace("    return a[k]\n", new);
        let tree = side(production).parse_head(&head);
        let fresh = Source::parse(head.as_str());
        let tree = tree.map(|tree| tree.root_node().to_sexp());
        assert_eq!(tree, Some(fresh.root().to_sexp()));
    }

    #[test]
    fn other_line_ends_and_broken_code_are_parsed_from_nothing() {
        let base = side("def f(a):\n    return a\n");
        assert!(base.parse_head("def f(a):\r\n    return b\r\n").is_none());
        assert!(base.parse_head("def f(a:\n    return a\n").is_none());
    }
}
