//! Production's text of an open document, for editors that show it beside the user's.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::Session;
use super::base::FileBase;
use crate::analysis::Comparison;
use crate::syntax::Cancel;

/// How long a request waits until it is known what a document is compared with.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it looks whether it was cancelled.
const GLANCE: Duration = Duration::from_millis(25);

/// An open document as production has it: a text, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductionText {
    /// The text, without byte order mark and with `\n` as line ends.
    pub text: Option<String>,
    /// The production ref as a person names it (`origin/main`, `v1.2.0`).
    pub reference: Option<String>,
    /// The base commit's full object id.
    pub commit: Option<String>,
    /// The path in production, relative to the repository, with `/`: the old one after a rename.
    pub path: Option<String>,
    /// One sentence, where there is no text.
    pub reason: Option<String>,
}

impl ProductionText {
    fn none(reason: impl Into<String>) -> Self {
        Self {
            text: None,
            reference: None,
            commit: None,
            path: None,
            reason: Some(reason.into()),
        }
    }
}

impl Session {
    /// Production's text of an open document, from what is in memory already. Waits while it is
    /// still being found out what the document is compared with; stops waiting with `cancel`.
    /// Blocks: never call it from an async task.
    #[must_use]
    pub fn production_text(&self, key: &str, cancel: &Cancel) -> ProductionText {
        let give_up = Instant::now() + PATIENCE;
        let mut state = self.0.lock();
        loop {
            let Some(open) = state.documents.get(key) else {
                return ProductionText::none("the file is not open: open it first");
            };
            if let Some(known) = known(&open.base) {
                return known;
            }
            if cancel.is_cancelled() || state.stopped || give_up < Instant::now() {
                let reason = "production's version is still being looked for: try again";
                return ProductionText::none(reason);
            }
            state = self
                .0
                .done
                .wait_timeout(state, GLANCE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

/// The answer, once it is known what the document is compared with.
fn known(base: &FileBase) -> Option<ProductionText> {
    let ready = match base {
        FileBase::Loading => return None,
        FileBase::Silent { reason, .. } => return Some(ProductionText::none(reason)),
        FileBase::Ready(ready) => ready,
    };
    let Comparison::Production(side) = &ready.comparison else {
        return Some(ProductionText::none("production does not have this file"));
    };
    let production = &side.production;
    Some(ProductionText {
        text: Some(production.text.to_string()),
        reference: Some(production.reference.clone()),
        commit: Some(production.commit.clone()),
        path: Some(production.path.clone()),
        reason: None,
    })
}
