//! The custom request `hotfix/productionText`.

use serde::Deserialize;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::TextDocumentIdentifier;

use super::backend::Backend;
use super::convert;
use crate::session::ProductionText;

/// The name of the request.
pub(super) const METHOD: &str = "hotfix/productionText";

/// Which document is asked for. It must be open.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductionTextParams {
    text_document: TextDocumentIdentifier,
}

impl Backend {
    /// The document as production has it, or the reason why there is no such text.
    pub(super) async fn production_text(
        &self,
        params: ProductionTextParams,
    ) -> Result<Option<ProductionText>> {
        let key = convert::key(&params.text_document.uri);
        self.think(move |session, cancel| Some(session.production_text(&key, cancel)))
            .await
    }
}
