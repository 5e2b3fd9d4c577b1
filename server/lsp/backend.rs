//! The server as tower-lsp sees it: each handler is one line into the file of its purpose.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{
    CodeAction, CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CompletionParams,
    CompletionResponse, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, ExecuteCommandParams, Hover, HoverParams,
    InitializeParams, InitializeResult, InitializedParams, ServerInfo, TraceValue, WorkspaceFolder,
};
use tower_lsp::{Client, LanguageServer};

use super::capabilities::{self, Client as Capabilities};
use super::runs::Runs;
use super::{configuration, convert, log};
use crate::session::{Session, Setup};
use crate::syntax::Cancel;

/// How long the server waits for a client's answer. Nothing depends on getting one.
pub(super) const CLIENT_PATIENCE: Duration = Duration::from_secs(10);

/// How many requests may think at once. Some of them wait for a base that git is looking for, so
/// it is more than there are processors to spare.
const TURNS: usize = 4;

/// The server. Cloning shares it.
#[derive(Clone)]
pub(super) struct Backend {
    client: Client,
    session: Session,
    capabilities: Arc<OnceLock<Capabilities>>,
    /// A burst of requests takes turns instead of a thread each.
    turns: Arc<Semaphore>,
    /// The tests that run.
    runs: Arc<Runs>,
}

impl Backend {
    pub fn new(client: Client, session: Session) -> Self {
        Self {
            client,
            session,
            capabilities: Arc::default(),
            turns: Arc::new(Semaphore::new(TURNS)),
            runs: Arc::default(),
        }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What the client can do; nothing before it has said so.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities.get().copied().unwrap_or_default()
    }

    /// Runs `work` where it may block. When the client cancels the request, tower-lsp drops this
    /// future, and that sets the flag.
    pub async fn think<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Session, &Cancel) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        struct CancelOnDrop(Cancel);
        impl Drop for CancelOnDrop {
            fn drop(&mut self) {
                self.0.cancel();
            }
        }
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else {
            return Ok(None);
        };
        let guard = CancelOnDrop(Cancel::default());
        let cancel = guard.0.clone();
        let session = self.session.clone();
        let thought = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&session, &cancel)
        })
        .await;
        drop(guard);
        thought.map_err(|error| {
            tracing::error!(%error, "a request failed");
            Error::internal_error()
        })
    }

    fn start(&self, params: InitializeParams) -> InitializeResult {
        if let Some(trace) = params.trace {
            log::follow(match trace {
                TraceValue::Off => "off",
                TraceValue::Messages => "messages",
                TraceValue::Verbose => "verbose",
            });
        }
        let capabilities = Capabilities::new(&params.capabilities);
        let capabilities = *self.capabilities.get_or_init(|| capabilities);
        // Eglot 1.9 sends only the root, no folders.
        let root = params.root_uri.as_ref().and_then(convert::path);
        let folders = match params.workspace_folders {
            Some(folders) if !folders.is_empty() => paths(&folders),
            _ => root.into_iter().collect(),
        };
        self.session.set_up(Setup {
            encoding: capabilities.encoding,
            folders,
            settings: configuration::initial(params.initialization_options),
        });
        InitializeResult {
            capabilities: capabilities::server(capabilities),
            server_info: Some(ServerInfo {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        }
    }
}

fn paths(folders: &[WorkspaceFolder]) -> Vec<std::path::PathBuf> {
    folders
        .iter()
        .filter_map(|folder| convert::path(&folder.uri))
        .collect()
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        Ok(self.start(params))
    }

    async fn initialized(&self, _: InitializedParams) {
        self.session.begin();
        self.register_watchers();
        self.pull_settings();
    }

    async fn shutdown(&self) -> Result<()> {
        self.session.stop();
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.opened(&params);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.edited(params);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.saved(&params);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.closed(&params);
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.watched_files_changed(&params);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.settings_changed(&params.settings);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.session
            .change_folders(paths(&params.event.added), &paths(&params.event.removed));
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.offer(params).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        self.complete(action).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        self.suggest(params).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.lenses(params).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        self.execute(params).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.explain(params).await
    }
}
