//! Code actions by which a hunk leaves the hotfix, and the command behind them.
//!
//! Nothing that was typed may be lost: the patch is written and tried first, the buffer is edited
//! then, and if the client refuses the edit the patch is removed again.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{MessageType, Url, WorkspaceEdit};

use super::backend::{Backend, CLIENT_PATIENCE};
use super::commands::failed;
use super::convert;
use crate::analysis::{self, Leaving};
use crate::checklist::deferred::{self, About, Change};
use crate::session::Judged;
use crate::vcs::Repository;

/// The name of the command.
pub(super) const COMMAND: &str = "hotfix.defer";

/// The command's only argument: what leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Defer {
    uri: Url,
    /// The version of the document that it was offered for.
    version: i32,
    /// Bytes of that version.
    start: usize,
    end: usize,
    /// The definition of which all changes leave; none for the hunk alone.
    definition: Option<String>,
}

/// A patch that is written, and the edit that is left to make.
struct Written {
    repository: Repository,
    path: String,
    edit: WorkspaceEdit,
}

/// What may leave at `bytes`, with the title of the action.
pub(super) fn offers(judged: &Judged, uri: &Url, bytes: &Range<usize>) -> Vec<(String, Defer)> {
    let offer = |leaving: Leaving| {
        let title = match &leaving.definition {
            Some(name) => format!("Defer all changes in {name} to a feature branch"),
            None => "Defer this hunk to a feature branch".to_owned(),
        };
        let defer = Defer {
            uri: uri.clone(),
            version: judged.version,
            start: bytes.start,
            end: bytes.end,
            definition: leaving.definition,
        };
        (title, defer)
    };
    let leaving = analysis::leaving(&judged.snapshot, bytes.clone());
    leaving.into_iter().map(offer).collect()
}

impl Defer {
    /// Whether all changes of a definition leave.
    pub fn is_definition(&self) -> bool {
        self.definition.is_some()
    }
}

impl Backend {
    /// Runs the command.
    pub(super) async fn defer(&self, defer: Defer) -> Result<Option<serde_json::Value>> {
        let client = self.capabilities();
        let uri = defer.uri.clone();
        let key = convert::key(&uri);
        let written = self
            .think(move |session, cancel| {
                let judged = session.judged(&key, cancel)?;
                Some(write(&judged, &defer, client))
            })
            .await?;
        let written = match written {
            Some(Ok(written)) => written,
            Some(Err(message)) => return Err(failed(&message)),
            None => return Err(changed()),
        };
        let answer = self.client().apply_edit(written.edit);
        let answer = tokio::time::timeout(CLIENT_PATIENCE, answer).await;
        match answer {
            Ok(Ok(answer)) if answer.applied => {}
            Ok(answer) => {
                // What did not leave must not look as if it had.
                let removed = deferred::remove(written.repository.root(), &written.path);
                let reason = answer.ok().and_then(|answer| answer.failure_reason);
                let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
                if let Err(error) = removed {
                    tracing::error!(path = %written.path, %error, "the patch could not be removed");
                }
                return Err(failed(&format!(
                    "the editor did not make the edit{reason}, so nothing left: try again"
                )));
            }
            // It may still come: the patch stays.
            Err(_) => tracing::warn!(path = %written.path, "the editor does not answer"),
        }
        let message = format!(
            "Deferred to {}: `hotfix-ls defer --branch NAME` puts it on a branch",
            written.path
        );
        self.client().show_message(MessageType::INFO, message).await;
        Ok(Some(serde_json::json!({ "path": written.path })))
    }
}

fn changed() -> Error {
    Error {
        message: "the text changed since this was offered: ask again".into(),
        ..Error::new(ErrorCode::ContentModified)
    }
}

fn write(
    judged: &Judged,
    defer: &Defer,
    client: super::capabilities::Client,
) -> std::result::Result<Written, String> {
    let snapshot = &judged.snapshot;
    let stale = || "the text changed since this was offered: ask again".to_owned();
    if judged.version != defer.version || snapshot.head.text().len() < defer.end {
        return Err(stale());
    }
    let leaving = analysis::leaving(snapshot, defer.start..defer.end)
        .into_iter()
        .find(|one| one.definition == defer.definition)
        .ok_or_else(stale)?;
    let production = snapshot.base.production().ok_or_else(stale)?;
    let production = &production.production;
    let file = convert::path(&defer.uri).ok_or_else(|| "it is no file on disk".to_owned())?;
    let repository = Repository::discover(&file).map_err(|error| error.to_string())?;
    let head = repository.head().map_err(|error| error.to_string())?;
    let about = About {
        what: leaving.what(),
        branch: head.branch.unwrap_or_default(),
        base: production.commit.clone(),
        file: snapshot.path.clone(),
        line: leaving
            .hunks
            .first()
            .map_or(1, |hunk| hunk.head.start as usize + 1),
    };
    let change = Change {
        about,
        production,
        head: snapshot.head.text(),
        hunks: &leaving.hunks,
        edits: leaving.edits,
    };
    let (path, edits) = deferred::leave(&repository, change).map_err(|error| error.to_string())?;
    let edit = convert::workspace_edit(&defer.uri, judged.version, &snapshot.head, &edits, client);
    Ok(Written {
        repository,
        path,
        edit,
    })
}
