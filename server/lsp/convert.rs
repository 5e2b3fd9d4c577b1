//! Between the protocol's types and ours.

use std::collections::HashMap;
use std::ops::Range as Bytes;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tower_lsp::lsp_types::{
    DiagnosticSeverity, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position,
    Range, TextDocumentEdit, TextEdit, Url, WorkspaceEdit,
};

use super::capabilities::Client;
use crate::fixes::Edit;
use crate::rules::Severity;
use crate::syntax::Source;
use crate::text;
use crate::text::position;

/// The name of a document in the session: the URI as the client writes it.
pub(super) fn key(uri: &Url) -> Arc<str> {
    Arc::from(uri.as_str())
}

/// Where a document lies on disk.
pub(super) fn path(uri: &Url) -> Option<PathBuf> {
    (uri.scheme() == "file")
        .then(|| uri.to_file_path().ok())
        .flatten()
}

/// The time, in seconds since 1970.
pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or_default())
}

/// The URI of a file.
pub(super) fn uri(path: &Path) -> Option<Url> {
    Url::from_file_path(path).ok()
}

pub(super) fn to_position(position: text::Position) -> Position {
    Position::new(position.line, position.column)
}

pub(super) fn to_range(range: &Bytes<text::Position>) -> Range {
    Range::new(to_position(range.start), to_position(range.end))
}

pub(super) fn from_position(position: Position) -> text::Position {
    text::Position {
        line: position.line,
        column: position.character,
    }
}

pub(super) fn from_range(range: Range) -> Bytes<text::Position> {
    from_position(range.start)..from_position(range.end)
}

pub(super) fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Hint => DiagnosticSeverity::HINT,
        Severity::Information => DiagnosticSeverity::INFORMATION,
        Severity::Warning => DiagnosticSeverity::WARNING,
    }
}

/// Bytes of a source as the client counts them.
pub(super) fn source_range(source: &Source, bytes: &Bytes<usize>, client: Client) -> Range {
    let place = |at| {
        to_position(position::position(
            source.text(),
            source.lines(),
            at,
            client.encoding,
        ))
    };
    Range::new(place(bytes.start), place(bytes.end))
}

/// A range of the client as bytes of a source.
pub(super) fn source_bytes(source: &Source, range: Range, client: Client) -> Bytes<usize> {
    position::range(
        source.text(),
        source.lines(),
        from_range(range),
        client.encoding,
    )
}

/// A fix as an edit of one document at one version.
pub(super) fn workspace_edit(
    uri: &Url,
    version: i32,
    source: &Source,
    edits: &[Edit],
    client: Client,
) -> WorkspaceEdit {
    let edits = edits
        .iter()
        .map(|edit| TextEdit::new(source_range(source, &edit.range, client), edit.text.clone()));
    if client.document_changes {
        let edit = TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier {
                uri: uri.clone(),
                version: Some(version),
            },
            edits: edits.map(OneOf::Left).collect(),
        };
        return WorkspaceEdit {
            document_changes: Some(DocumentChanges::Edits(vec![edit])),
            ..WorkspaceEdit::default()
        };
    }
    WorkspaceEdit::new(HashMap::from([(uri.clone(), edits.collect())]))
}
