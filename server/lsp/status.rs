//! The custom request `hotfix/status`.

use serde::Deserialize;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::TextDocumentIdentifier;

use super::backend::Backend;
use crate::session::Status;

/// Which status is asked for: a document's, or that of the workspace's first repository.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusParams {
    text_document: Option<TextDocumentIdentifier>,
}

impl Backend {
    /// Answers at once with what is known; `hotfix/status` notifications tell the rest.
    pub(super) async fn status(&self, params: Option<StatusParams>) -> Result<Status> {
        self.session().look_again();
        let document = params.unwrap_or_default().text_document;
        let key = document.as_ref().map(|document| document.uri.as_str());
        Ok(self.session().status(key))
    }
}
