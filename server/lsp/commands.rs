//! `workspace/executeCommand`: the verbs that an editor can ask for.

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{ExecuteCommandParams, ShowDocumentParams, Url};

use super::backend::{Backend, CLIENT_PATIENCE};
use super::{convert, defer};
use crate::checklist::show;

/// Begins the record of the hotfix.
pub(super) const START: &str = "hotfix.start";

/// How every item stands.
pub(super) const CHECKLIST: &str = "hotfix.checklist";

/// Runs the changed tests on production and on the hotfix.
pub(super) const PROVE: &str = "hotfix.prove";

/// Runs the configured tests on the hotfix.
pub(super) const VERIFY: &str = "hotfix.verify";

/// How the hotfix is taken back.
pub(super) const ROLLBACK: &str = "hotfix.rollback";

/// What a reviewer has to know.
pub(super) const REPORT: &str = "hotfix.report";

/// Whether other branches have the hotfix.
pub(super) const BACKMERGE: &str = "hotfix.backmerge";

/// All commands.
pub(super) const COMMANDS: [&str; 8] = [
    START,
    CHECKLIST,
    PROVE,
    VERIFY,
    ROLLBACK,
    REPORT,
    BACKMERGE,
    defer::COMMAND,
];

/// What a command is about.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct About {
    /// A document of the repository; the workspace's first repository without one.
    uri: Option<Url>,
    /// A traceback, for the record.
    traceback: Option<String>,
    /// How the report is wanted: `markdown`, `html` or `json`.
    format: Option<String>,
    /// The branches that should have the hotfix; `*` stands for any letters.
    branches: Vec<String>,
}

impl Backend {
    /// Runs one command.
    pub(super) async fn execute(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        if params.command == defer::COMMAND {
            return self.defer(offered(params)?).await;
        }
        let about = match params.arguments.into_iter().next() {
            None | Some(Value::Null) => About::default(),
            Some(argument) => serde_json::from_value(argument)
                .map_err(|error| Error::invalid_params(format!("{}: {error}", params.command)))?,
        };
        let token = params.work_done_progress_params.work_done_token;
        let path = about.uri.as_ref().and_then(convert::path);
        match &*params.command {
            START => self.start_record(path, about.traceback).await.map(Some),
            CHECKLIST => Ok(Some(self.checklist(path).await?)),
            PROVE => self.prove(path, token).await.map(Some),
            VERIFY => self.verify(path, token).await.map(Some),
            ROLLBACK => self.rollback(path).await.map(Some),
            REPORT => self.report(path, about.format).await.map(Some),
            BACKMERGE => self.backmerge(path, about.branches).await.map(Some),
            other => Err(Error::invalid_params(format!(
                "there is no command {other}: see `executeCommandProvider`"
            ))),
        }
    }

    async fn checklist(&self, path: Option<PathBuf>) -> Result<Value> {
        let looked = self
            .think(move |session, _| {
                let (root, observed) = session.observed(path.as_deref())?;
                let checklist = show::Json::from(&observed.checklist);
                let markdown = show::list(&observed.checklist);
                let record = session.record_path(&root);
                Some(json!({
                    "root": root, "checklist": checklist, "markdown": markdown, "record": record
                }))
            })
            .await?;
        looked.ok_or_else(|| failed("nothing was looked at yet: open a hotfix branch"))
    }

    async fn start_record(
        &self,
        path: Option<PathBuf>,
        traceback: Option<String>,
    ) -> Result<Value> {
        let begun = self
            .think(move |session, _| {
                Some(session.start_record(path.as_deref(), traceback.as_deref()))
            })
            .await?;
        let begun = begun.unwrap_or_else(|| Err("the command was cancelled".to_owned()));
        let file = begun.map_err(|message| failed(&message))?;
        let uri = convert::uri(&file);
        if let Some(uri) = uri.clone().filter(|_| self.capabilities().shows_documents) {
            let client = self.client().clone();
            // Never waited for here: the answer would stand behind this one.
            tokio::spawn(async move {
                let shown = client.show_document(ShowDocumentParams {
                    uri,
                    external: None,
                    take_focus: Some(true),
                    selection: None,
                });
                let _ = tokio::time::timeout(CLIENT_PATIENCE, shown).await;
            });
        }
        self.session().file_changed(Some(&file));
        Ok(json!({ "uri": uri }))
    }
}

/// The only argument of a command that a code action offers.
fn offered<T: DeserializeOwned>(params: ExecuteCommandParams) -> Result<T> {
    let mut arguments = params.arguments;
    let argument = arguments.pop().filter(|_| arguments.is_empty());
    let argument = argument.and_then(|argument| serde_json::from_value(argument).ok());
    argument.ok_or_else(|| {
        Error::invalid_params(format!(
            "{} takes the argument that its code action holds: ask for code actions first",
            params.command
        ))
    })
}

/// A command that could not do what it is for, with one sentence why.
pub(super) fn failed(message: &str) -> Error {
    Error {
        message: message.to_owned().into(),
        ..Error::new(ErrorCode::ServerError(-32803))
    }
}
