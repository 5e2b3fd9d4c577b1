//! What a session tells the outside.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Session, Status};
use crate::checklist::served::Problem;
use crate::config::ConfigProblem;
use crate::rules::Finding;
use crate::text::Position;

/// Where events go. Called from the session's threads; must not block.
pub type Sink = Box<dyn Fn(Event) + Send + Sync>;

/// What a session tells the outside.
#[derive(Debug, Clone)]
pub enum Event {
    /// The findings of one document or file, all of them.
    Findings(Publication),
    /// All that is wrong in one configuration file; nothing when it has been mended.
    Config(ConfigReport),
    /// What is open in a record, all of it.
    Record(RecordReport),
    /// A repository's status has changed.
    Status(Status),
    /// The user must know this; sent once for each reason.
    Alert(String),
}

/// What a publication is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// An open document, by the URI that the client uses.
    Open(Arc<str>),
    /// A file that is not open.
    File(PathBuf),
}

/// All findings of one document or file.
#[derive(Debug, Clone)]
pub struct Publication {
    /// What it is about.
    pub target: Target,
    /// The document's version; `None` for a file that is not open.
    pub version: Option<i32>,
    /// Tells two openings of the same document apart.
    pub(super) incarnation: u64,
    /// What is shown.
    pub findings: Vec<Published>,
}

/// A finding with its places as the client counts them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What is underlined.
    pub range: Range<Position>,
    /// The finding; its byte offsets may speak of an earlier version.
    pub finding: Finding,
    /// Places in the same document that explain it, with a sentence each.
    pub related: Vec<(Range<Position>, String)>,
}

/// What is open in one record.
#[derive(Debug, Clone)]
pub struct RecordReport {
    /// The document.
    pub key: Arc<str>,
    /// The version that was read.
    pub version: i32,
    /// Its text.
    pub text: Arc<str>,
    /// In the order of the text.
    pub problems: Vec<Problem>,
}

/// What is wrong in one configuration file.
#[derive(Debug, Clone)]
pub struct ConfigReport {
    /// The file.
    pub file: PathBuf,
    /// Its text when it was read; empty if it could not be read.
    pub text: Arc<str>,
    /// In the order of the file.
    pub problems: Vec<ConfigProblem>,
}

impl Session {
    /// Whether a publication still speaks of what the client has now.
    #[must_use]
    pub fn is_current(&self, publication: &Publication) -> bool {
        let state = self.0.lock();
        match &publication.target {
            Target::Open(key) => match (state.documents.get(key), publication.version) {
                (Some(open), Some(version)) => {
                    open.incarnation == publication.incarnation
                        && open.document.version() == version
                }
                // The message that clears a document on closing it.
                (open, None) => open.is_none(),
                (None, Some(_)) => false,
            },
            Target::File(path) => !state.is_open(path),
        }
    }
}
