//! Production's version of a file, parsed when first needed and kept while the base stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::side::{self, Raw};
use crate::config::Settings;
use crate::syntax::{Facts, File, Outline, Source};
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
