//! `textDocument/completion`: inside comments, and in the front matter of the record.

use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CompletionItem, CompletionItemKind, CompletionParams, CompletionResponse, CompletionTextEdit,
    Documentation, Range, TextEdit,
};

use super::backend::Backend;
use super::convert;
use crate::analysis::{self, Completion};
use crate::checklist::served;
use crate::syntax::Source;

/// What opens the list by itself: the bracket of an allow comment, a further rule, a value of the
/// record. A comment sign does not: with a list open, Return would take the first entry instead of
/// ending the line.
pub(super) const TRIGGERS: [&str; 3] = ["(", ",", ":"];

fn value(value: served::Value) -> Completion {
    Completion {
        range: value.range,
        text: value.text,
        label: value.name.to_owned(),
        about: value.about.to_owned(),
    }
}

impl Backend {
    /// What can be written at a place.
    pub(super) async fn suggest(
        &self,
        params: CompletionParams,
    ) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        let client = self.capabilities();
        self.think(move |session, cancel| {
            let key = convert::key(&at.text_document.uri);
            let place = Range::new(at.position, at.position);
            let item = |source: &Source, nth: usize, one: Completion| CompletionItem {
                label: one.label,
                kind: Some(CompletionItemKind::TEXT),
                documentation: Some(Documentation::String(one.about)),
                sort_text: Some(format!("{nth:03}")),
                filter_text: Some(one.text.trim_end_matches([' ', ')']).to_owned()),
                text_edit: Some(CompletionTextEdit::Edit(TextEdit {
                    range: convert::source_range(source, &one.range, client),
                    new_text: one.text,
                })),
                ..CompletionItem::default()
            };
            let (source, found) = if let Some(view) = session.record(&key) {
                let source = Source::plain(view.text.clone());
                let byte = convert::source_bytes(&source, place, client).start;
                let found = served::values(&view.text, byte).into_iter().map(value);
                let found = found.collect();
                (source, found)
            } else {
                let judged = session.judged(&key, cancel)?;
                let head = judged.snapshot.head.clone();
                let byte = convert::source_bytes(&head, place, client).start;
                let found = analysis::completions(&judged.snapshot, &judged.report, byte);
                (head, found)
            };
            let items: Vec<CompletionItem> = found
                .into_iter()
                .enumerate()
                .map(|(nth, one)| item(&source, nth, one))
                .collect();
            (!items.is_empty()).then_some(CompletionResponse::Array(items))
        })
        .await
    }
}
