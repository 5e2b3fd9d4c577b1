//! Documents that are opened, edited, saved and closed. Nothing here waits.

use tower_lsp::lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams,
};

use super::backend::Backend;
use super::convert;
use crate::session::{self, ContentEdit};

impl Backend {
    pub(super) fn opened(&self, params: &DidOpenTextDocumentParams) {
        let document = &params.text_document;
        let path = convert::path(&document.uri);
        let is_python_name = path.as_deref().is_some_and(session::is_python);
        self.session().open(
            &convert::key(&document.uri),
            path,
            document.language_id == "python" || is_python_name,
            document.version,
            &document.text,
        );
    }

    pub(super) fn edited(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        let edits: Vec<ContentEdit> = params
            .content_changes
            .into_iter()
            .map(|change| ContentEdit {
                range: change.range.map(convert::from_range),
                text: change.text,
            })
            .collect();
        self.session()
            .change(&convert::key(&document.uri), document.version, &edits);
    }

    pub(super) fn saved(&self, params: &DidSaveTextDocumentParams) {
        let uri = &params.text_document.uri;
        self.session()
            .saved(&convert::key(uri), convert::path(uri).as_deref());
    }

    pub(super) fn closed(&self, params: &DidCloseTextDocumentParams) {
        self.session()
            .close(&convert::key(&params.text_document.uri));
    }
}
