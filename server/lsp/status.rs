//! The custom request `hotfix/status`.

use serde::Deserialize;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::TextDocumentIdentifier;

use super::backend::Backend;
use crate::session::Status;

/// The name of the request, and of the notification that tells of changes.
pub(super) const METHOD: &str = "hotfix/status";

/// Which status is asked for: a document's, or that of the workspace's first repository.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusParams {
    text_document: Option<TextDocumentIdentifier>,
}

impl Backend {
    /// Answers at once with what is known; `hotfix/status` notifications tell the rest.
    #[expect(clippy::unused_async, reason = "tower-lsp takes async methods only")]
    pub(super) async fn status(&self, params: StatusParams) -> Result<Status> {
        self.session().look_again();
        let document = params.text_document;
        let key = document.as_ref().map(|document| document.uri.as_str());
        Ok(self.session().status(key))
    }
}
