//! The record of the hotfix as the editor shows it: diagnostics, hovers and code actions in
//! Markdown.

use std::collections::HashMap;
use std::path::Path;

use tower_lsp::lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, CreateFile, Diagnostic,
    DocumentChangeOperation, DocumentChanges, Hover, NumberOrString, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp, TextDocumentEdit,
    TextEdit, Url, WorkspaceEdit,
};

use super::backend::Backend;
use super::capabilities::Client;
use super::diagnostic::SOURCE;
use super::{convert, hover};
use crate::checklist::items::Checklist;
use crate::checklist::observe::Observed;
use crate::checklist::record::Record;
use crate::checklist::report::moment;
use crate::checklist::served;
use crate::checklist::template::{self, Ground, Template};
use crate::session::{RecordReport, RecordView, Session};
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
    session: &Session,
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
    let begun = templates(session, view, &bytes);
    let begun = begun.iter().filter_map(|it| begin(&view.root, it, client));
    let ticks = served::actions(&view.text, checklist(view), &bytes).into_iter();
    let found: CodeActionResponse = begun.chain(ticks.map(action)).map(Into::into).collect();
    (!found.is_empty()).then_some(found)
}

/// The texts that can be begun so that the items of these lines may hold.
fn templates(
    session: &Session,
    view: &RecordView,
    bytes: &std::ops::Range<usize>,
) -> Vec<Template> {
    let Some(observed) = &view.observed else {
        return Vec::new();
    };
    let items = served::open_items(&view.text, &observed.checklist, bytes);
    if items.is_empty() {
        return Vec::new();
    }
    let record = Record::parse(&*view.text).ok();
    let offers = |ground: &Ground<'_>| {
        let of_item = items.iter().flat_map(|item| template::offers(ground, item));
        of_item.collect()
    };
    on_ground(session, &view.root, observed, record.as_ref(), offers)
}

/// Asks for texts that can be begun in the repository at `root`.
fn on_ground<T>(
    session: &Session,
    root: &Path,
    observed: &Observed,
    record: Option<&Record>,
    ask: impl FnOnce(&Ground<'_>) -> T,
) -> T {
    let today = moment(convert::now());
    ask(&Ground {
        observed,
        record,
        version: record.and_then(|record| record.front("version")),
        list: &|folder| list(&root.join(folder)),
        read: &|path| session.text_of(&root.join(path)),
        today: today.get(..10).unwrap_or_default(),
    })
}

/// The regression test of the definition `scope` in the file at `path` (relative to its
/// repository: `inside`), begun.
pub(super) fn regression(
    session: &Session,
    path: &Path,
    inside: &str,
    scope: &str,
    client: Client,
) -> Option<CodeAction> {
    let (root, observed) = session.observed(Some(path))?;
    let ask = |ground: &Ground<'_>| template::regression(ground, inside, scope);
    let begun = on_ground(session, &root, &observed, None, ask)?;
    begin(&root, &begun, client)
}

/// The names in a folder, sorted; folders end with `/`.
fn list(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let name = |entry: std::fs::DirEntry| {
        let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
        let name = entry.file_name().into_string().ok()?;
        Some(if is_folder { name + "/" } else { name })
    };
    let mut names: Vec<String> = entries.filter_map(Result::ok).filter_map(name).collect();
    names.sort();
    names
}

/// A text that is begun, as an action; none where the client cannot make a new file.
fn begin(root: &Path, template: &Template, client: Client) -> Option<CodeAction> {
    let uri = convert::uri(&root.join(&template.path))?;
    let old = template.old.clone().unwrap_or_default();
    let source = Source::plain(old);
    let range = convert::source_range(&source, &(template.at..template.at), client);
    let edit = TextEdit::new(range, template.text.clone());
    let is_new = template.old.is_none();
    if is_new && !client.creates_files {
        return None;
    }
    let edit = if client.document_changes {
        let document = OptionalVersionedTextDocumentIdentifier {
            uri: uri.clone(),
            version: None,
        };
        let write = DocumentChangeOperation::Edit(TextDocumentEdit {
            text_document: document,
            edits: vec![OneOf::Left(edit)],
        });
        let create = DocumentChangeOperation::Op(ResourceOp::Create(CreateFile {
            uri,
            options: None,
            annotation_id: None,
        }));
        let operations = is_new.then_some(create).into_iter().chain([write]);
        WorkspaceEdit {
            document_changes: Some(DocumentChanges::Operations(operations.collect())),
            ..WorkspaceEdit::default()
        }
    } else {
        WorkspaceEdit::new(HashMap::from([(uri, vec![edit])]))
    };
    Some(CodeAction {
        title: template.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        edit: Some(edit),
        ..CodeAction::default()
    })
}
