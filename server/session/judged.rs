//! The last judgement of a document, for requests.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::base::FileBase;
use super::{Session, Shared};
use crate::analysis::{Report, Snapshot};
use crate::syntax::Cancel;

/// A request waits this long for the worker, then answers that nothing applies.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a waiting request looks whether it was cancelled.
const GLANCE: Duration = Duration::from_millis(25);

/// One document, judged at one version. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The version.
    pub version: i32,
    /// What was judged.
    pub snapshot: Snapshot,
    /// What came out.
    pub report: Arc<Report>,
}

impl Session {
    /// The judgement of the document's present text; waits for the worker if it is under way.
    /// `None` if the document is not judged or equals production. Work on it stops with `cancel`.
    /// Blocks: never call it from an async task.
    #[must_use]
    pub fn judged(&self, key: &str, cancel: &Cancel) -> Option<Judged> {
        let give_up = Instant::now() + PATIENCE;
        let mut state = self.0.lock();
        loop {
            let open = state.documents.get(key)?;
            let version = open.document.version();
            if let FileBase::Silent { .. } = open.base {
                return None;
            }
            if open.settled == Some(version) {
                let mut judged = open.judged.clone()?;
                judged.snapshot.cancel = cancel.clone();
                return Some(judged);
            }
            if cancel.is_cancelled() || state.stopped || give_up < Instant::now() {
                return None;
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

impl Shared {
    /// Waits until every open document is judged as it stands, or until somebody types on and on.
    pub(super) fn wait_for_documents(&self) {
        let give_up = Instant::now() + PATIENCE;
        let mut state = self.lock();
        while !state.stopped && state.is_judging() && Instant::now() < give_up {
            state = self
                .done
                .wait_timeout(state, GLANCE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
