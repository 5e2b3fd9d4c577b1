//! The record of the hotfix as the editor shows it: diagnostics, hovers and code actions in
//! Markdown.

use tower_lsp::lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, Diagnostic, Hover,
    NumberOrString, Position, Range, Url,
};

use super::backend::Backend;
use super::capabilities::Client;
use super::diagnostic::SOURCE;
use super::{convert, hover};
use crate::checklist::items::Checklist;
use crate::checklist::served;
use crate::session::{RecordReport, RecordView};
use crate::syntax::Source;

impl Backend {
    /// Shows what is open in a record, unless the client has typed meanwhile.
    pub(super) async fn publish_record(&self, report: &RecordReport) {
        let current = self.session().record(&report.key);
        let is_current = current.is_some_and(|view| view.version == report.version);
        let Ok(uri) = Url::parse(&report.key) else {
            return;
        };
        if !is_current {
            return;
        }
        let client = self.capabilities();
        let source = Source::plain(report.text.clone());
        let diagnostics = report.problems.iter().map(|problem| Diagnostic {
            range: convert::source_range(&source, &problem.span, client),
            severity: Some(convert::severity(problem.severity)),
            code: Some(NumberOrString::String(problem.code.to_owned())),
            source: Some(SOURCE.to_owned()),
            message: problem.message.clone(),
            ..Diagnostic::default()
        });
        self.client()
            .publish_diagnostics(uri, diagnostics.collect(), Some(report.version))
            .await;
    }
}

fn checklist(view: &RecordView) -> Option<&Checklist> {
    view.observed.as_ref().map(|observed| &observed.checklist)
}

/// What an item or a question is about.
pub(super) fn hover(view: &RecordView, at: Position, client: Client) -> Option<Hover> {
    let source = Source::plain(view.text.clone());
    let byte = convert::source_bytes(&source, Range::new(at, at), client).start;
    let (bytes, markdown) = served::about(&view.text, checklist(view), byte)?;
    Some(Hover {
        contents: hover::contents(markdown, client),
        range: Some(convert::source_range(&source, &bytes, client)),
    })
}

/// What can be done with the selected lines.
pub(super) fn actions(
    view: &RecordView,
    params: &CodeActionParams,
    client: Client,
) -> Option<CodeActionResponse> {
    let wanted = CodeActionKind::QUICKFIX;
    let only = params.context.only.as_ref();
    if only.is_some_and(|only| !only.contains(&wanted) && !only.contains(&CodeActionKind::EMPTY)) {
        return None;
    }
    let source = Source::plain(view.text.clone());
    let bytes = convert::source_bytes(&source, params.range, client);
    let uri = &params.text_document.uri;
    let action = |action: served::Action| CodeAction {
        title: action.title,
        kind: Some(CodeActionKind::QUICKFIX),
        is_preferred: (client.preferred && action.is_preferred).then_some(true),
        edit: Some(convert::workspace_edit(
            uri,
            view.version,
            &source,
            &action.edits,
            client,
        )),
        ..CodeAction::default()
    };
    let found: CodeActionResponse = served::actions(&view.text, checklist(view), &bytes)
        .into_iter()
        .map(|it| action(it).into())
        .collect();
    (!found.is_empty()).then_some(found)
}
