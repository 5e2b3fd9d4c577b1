//! What the client can do, read once into plain booleans, and what the server offers.

use tower_lsp::lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    CodeLensOptions, CompletionOptions, ExecuteCommandOptions, HoverProviderCapability, MarkupKind,
    OneOf, PositionEncodingKind, ResourceOperationKind, SaveOptions, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use super::commands::COMMANDS;
use super::completion::TRIGGERS;
use crate::text::Encoding;

/// The code action that applies every safe fix.
pub(super) const FIX_ALL: &str = "source.fixAll.hotfix";

/// Restores production's layout wherever the hotfix changes nothing else.
pub(super) const FIX_LAYOUT: &str = "source.fixAll.hotfix.formatting";

/// What the client can do.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each one is a fact about the client that a handler asks for by name"
)]
pub(super) struct Client {
    pub encoding: Encoding,
    /// Shows places beside a diagnostic.
    pub related_information: bool,
    /// Opens a rule's page from a diagnostic's code.
    pub code_description: bool,
    /// Sends a diagnostic's `data` back with code action requests.
    pub diagnostic_data: bool,
    /// Shows unnecessary code faded.
    pub tags: bool,
    /// Takes code actions as objects, not only as commands.
    pub action_literals: bool,
    /// Marks the preferred code action.
    pub preferred: bool,
    /// Asks for a code action's edit later.
    pub resolves_edits: bool,
    /// Keeps a code action's `data` until then.
    pub action_data: bool,
    /// Makes edits that the server asks for.
    pub applies_edits: bool,
    /// Takes edits with versions.
    pub document_changes: bool,
    /// Makes new files as part of an edit.
    pub creates_files: bool,
    /// Renders Markdown in hovers.
    pub markdown_hover: bool,
    /// Answers `workspace/configuration`.
    pub configuration: bool,
    /// Lets the server register for file events.
    pub watches_files: bool,
    /// Opens a document when the server asks for it.
    pub shows_documents: bool,
    /// Shows progress that the server begins.
    pub work_done_progress: bool,
}

impl Client {
    /// Reads the capabilities.
    pub fn new(capabilities: &ClientCapabilities) -> Self {
        let text = capabilities.text_document.as_ref();
        let workspace = capabilities.workspace.as_ref();
        let publish = text.and_then(|text| text.publish_diagnostics.as_ref());
        let action = text.and_then(|text| text.code_action.as_ref());
        let hover = text.and_then(|text| text.hover.as_ref());
        let resolve = action.and_then(|action| action.resolve_support.as_ref());
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let watch = workspace.and_then(|it| it.did_change_watched_files.as_ref());
        let yes = |option: Option<bool>| option.unwrap_or_default();
        Self {
            encoding: encoding(capabilities),
            related_information: yes(publish.and_then(|it| it.related_information)),
            code_description: yes(publish.and_then(|it| it.code_description_support)),
            diagnostic_data: yes(publish.and_then(|it| it.data_support)),
            tags: publish.is_some_and(|it| it.tag_support.is_some()),
            action_literals: action.is_some_and(|it| it.code_action_literal_support.is_some()),
            preferred: yes(action.and_then(|it| it.is_preferred_support)),
            resolves_edits: resolve.is_some_and(|it| it.properties.iter().any(|it| it == "edit")),
            action_data: yes(action.and_then(|it| it.data_support)),
            applies_edits: yes(workspace.and_then(|it| it.apply_edit)),
            document_changes: yes(edit.and_then(|it| it.document_changes)),
            creates_files: edit
                .filter(|it| yes(it.document_changes))
                .and_then(|it| it.resource_operations.as_ref())
                .is_some_and(|it| it.contains(&ResourceOperationKind::Create)),
            markdown_hover: hover
                .and_then(|it| it.content_format.as_ref())
                .is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            configuration: yes(workspace.and_then(|it| it.configuration)),
            watches_files: yes(watch.and_then(|it| it.dynamic_registration)),
            work_done_progress: capabilities
                .window
                .as_ref()
                .and_then(|window| window.work_done_progress)
                .unwrap_or_default(),
            shows_documents: capabilities
                .window
                .as_ref()
                .and_then(|window| window.show_document.as_ref())
                .is_some_and(|it| it.support),
        }
    }

    /// Whether a code action can be sent without its edit.
    pub fn resolves_later(self) -> bool {
        self.resolves_edits && self.action_data
    }
}

/// Bytes if the client can count them, since that costs nothing here; UTF-16 if it names nothing.
fn encoding(capabilities: &ClientCapabilities) -> Encoding {
    let offered = capabilities
        .general
        .as_ref()
        .and_then(|general| general.position_encodings.as_deref())
        .unwrap_or_default();
    let offers = |kind: &PositionEncodingKind| offered.contains(kind);
    if offers(&PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if offered.is_empty() || offers(&PositionEncodingKind::UTF16) {
        Encoding::Utf16
    } else if offers(&PositionEncodingKind::UTF32) {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}

/// What the server offers to this client.
pub(super) fn server(client: Client) -> ServerCapabilities {
    let encoding = match client.encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
        Encoding::Utf32 => PositionEncodingKind::UTF32,
    };
    ServerCapabilities {
        position_encoding: Some(encoding),
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
                    include_text: Some(false),
                })),
                ..TextDocumentSyncOptions::default()
            },
        )),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::REFACTOR_REWRITE,
                CodeActionKind::from(FIX_ALL),
                CodeActionKind::from(FIX_LAYOUT),
            ]),
            resolve_provider: Some(client.resolves_later()),
            ..CodeActionOptions::default()
        })),
        code_lens_provider: Some(CodeLensOptions {
            resolve_provider: Some(false),
        }),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(TRIGGERS.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: COMMANDS.map(str::to_owned).to_vec(),
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}
