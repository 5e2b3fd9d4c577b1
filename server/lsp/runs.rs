//! The commands that run the project's tests: long, with progress, one at a time, and ended by
//! `$/cancelRequest`, by `window/workDoneProgress/cancel`, and with the server.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::notification::Progress as ProgressNotification;
use tower_lsp::lsp_types::request::WorkDoneProgressCreate;
use tower_lsp::lsp_types::{
    NumberOrString, ProgressParams, ProgressParamsValue, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCancelParams, WorkDoneProgressCreateParams, WorkDoneProgressEnd,
    WorkDoneProgressReport,
};

use super::backend::{Backend, CLIENT_PATIENCE};
use super::commands::failed;
use crate::checklist::proof::{self, Progress, SUITES, Task};
use crate::checklist::{backmerge, report, rollback};
use crate::session::Session;
use crate::syntax::Cancel;

/// The client's wish to end what a progress is about.
pub(super) const CANCEL: &str = "window/workDoneProgress/cancel";

/// What runs now. Two runs at once would only disturb each other.
#[derive(Debug)]
pub(super) struct Runs {
    turn: Arc<Semaphore>,
    running: Mutex<HashMap<NumberOrString, Cancel>>,
    count: std::sync::atomic::AtomicU32,
}

impl Default for Runs {
    fn default() -> Self {
        Self {
            turn: Arc::new(Semaphore::new(1)),
            running: Mutex::default(),
            count: std::sync::atomic::AtomicU32::default(),
        }
    }
}

impl Runs {
    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<NumberOrString, Cancel>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the run when the request is dropped, which is how tower-lsp cancels it.
struct EndOnDrop<'a> {
    runs: &'a Runs,
    token: Option<NumberOrString>,
    cancel: Cancel,
}

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.cancel.cancel();
        if let Some(token) = &self.token {
            self.runs.running().remove(token);
        }
    }
}

type Tell<'a> = &'a mut dyn FnMut(&Progress);

impl Backend {
    /// `hotfix.prove`
    pub(super) async fn prove(
        &self,
        path: Option<PathBuf>,
        token: Option<NumberOrString>,
    ) -> Result<Value> {
        self.run("Proving the hotfix", token, move |session, cancel, tell| {
            let hotfix = session.hotfix(path.as_deref())?;
            let task = Task {
                repository: &hotfix.repository,
                base: &hotfix.base,
                settings: &hotfix.settings,
                runs: 2,
                cancel,
            };
            let proof = proof::prove(task, tell).map_err(|error| error.to_string())?;
            let record = proof::keep_proof(task, &proof)?;
            session.changed_record(hotfix.repository.root(), record.as_deref());
            Ok(json!({"proof": proof, "markdown": proof::markdown(&proof), "record": record}))
        })
        .await
    }

    /// `hotfix.verify`
    pub(super) async fn verify(
        &self,
        path: Option<PathBuf>,
        token: Option<NumberOrString>,
    ) -> Result<Value> {
        self.run(
            "Verifying the hotfix",
            token,
            move |session, cancel, tell| {
                let hotfix = session.hotfix(path.as_deref())?;
                let task = Task {
                    repository: &hotfix.repository,
                    base: &hotfix.base,
                    settings: &hotfix.settings,
                    runs: 1,
                    cancel,
                };
                let result =
                    proof::verify(task, &SUITES, tell).map_err(|error| error.to_string())?;
                let answer = json!({"suites": result.suites, "markdown": result.markdown()});
                let record = proof::keep_verification(task, result)?;
                session.changed_record(hotfix.repository.root(), record.as_deref());
                Ok(answer)
            },
        )
        .await
    }

    /// `hotfix.rollback`
    pub(super) async fn rollback(&self, path: Option<PathBuf>) -> Result<Value> {
        self.told(move |session, _| {
            let plan = || -> std::result::Result<Value, String> {
                let hotfix = session.hotfix(path.as_deref())?;
                let plan = rollback::plan(
                    &hotfix.repository,
                    &hotfix.base,
                    hotfix.version.as_deref(),
                    &hotfix.settings,
                );
                let plan = plan.map_err(|error| error.to_string())?;
                Ok(json!({"plan": plan, "markdown": rollback::markdown(&plan)}))
            };
            plan()
        })
        .await
    }

    /// `hotfix.report`
    pub(super) async fn report(
        &self,
        path: Option<PathBuf>,
        format: Option<String>,
    ) -> Result<Value> {
        self.told(move |session, cancel| {
            let format = format.as_deref().unwrap_or("markdown");
            if !["markdown", "html", "json"].contains(&format) {
                return Err(format!(
                    "there is no format {format}: use markdown, html or json"
                ));
            }
            let report = session.report(path.as_deref(), cancel)?;
            Ok(match format {
                "html" => json!({"html": report::page(&report)}),
                "json" => json!({"report": report}),
                _ => json!({"markdown": report::markdown(&report)}),
            })
        })
        .await
    }

    /// `hotfix.backmerge`
    pub(super) async fn backmerge(
        &self,
        path: Option<PathBuf>,
        branches: Vec<String>,
    ) -> Result<Value> {
        self.told(move |session, _| {
            if branches.is_empty() {
                return Err("name the branches that should have the hotfix".to_owned());
            }
            let hotfix = session.hotfix(path.as_deref())?;
            let checked = backmerge::branches(&hotfix.repository, &branches)
                .and_then(|names| backmerge::check(&hotfix.repository, &hotfix.base, &names));
            let checked = checked.map_err(|error| error.to_string())?;
            let complete = checked.is_complete();
            let markdown = checked.markdown();
            Ok(json!({"backmerge": checked, "complete": complete, "markdown": markdown}))
        })
        .await
    }

    /// Answers with what `ask` finds out where it may block.
    async fn told(
        &self,
        ask: impl FnOnce(&Session, &Cancel) -> std::result::Result<Value, String> + Send + 'static,
    ) -> Result<Value> {
        let told = self.think(move |session, cancel| Some(ask(session, cancel)));
        let told = told.await?.unwrap_or_else(|| Err(CANCELLED.to_owned()));
        told.map_err(|message| failed(&message))
    }

    #[expect(
        clippy::unused_async,
        reason = "tower-lsp wants a future of every handler"
    )]
    /// The client's user wants a run to end.
    pub(super) async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        if let Some(cancel) = self.runs().running().get(&params.token) {
            cancel.cancel();
        }
    }

    /// Runs `work` where it may block, with progress.
    async fn run(
        &self,
        title: &str,
        token: Option<NumberOrString>,
        work: impl FnOnce(&Session, &Cancel, Tell<'_>) -> std::result::Result<Value, String>
        + Send
        + 'static,
    ) -> Result<Value> {
        let Ok(turn) = Arc::clone(&self.runs().turn).try_acquire_owned() else {
            return Err(failed(
                "tests are running already: wait for them or cancel them",
            ));
        };
        let is_asked = token.is_some();
        let token = token.or_else(|| self.capabilities().work_done_progress.then(|| self.token()));
        let guard = EndOnDrop {
            runs: self.runs(),
            token: token.clone(),
            cancel: Cancel::default(),
        };
        let cancel = guard.cancel.clone();
        if let Some(token) = &token {
            self.runs().running().insert(token.clone(), cancel.clone());
        }
        let (send, progress) = unbounded_channel();
        if let Some(token) = token {
            let client = self.client().clone();
            // Never waited for here: the client's answer would stand behind this one.
            tokio::spawn(show(client, token, is_asked, title.to_owned(), progress));
        }
        let session = self.session().clone();
        let ran = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&session, &cancel, &mut |progress| {
                // Nobody listens where the client shows no progress.
                let _ = send.send(progress.clone());
            })
        });
        let ran = ran.await.map_err(|error| {
            tracing::error!(%error, "a run failed");
            Error::internal_error()
        })?;
        drop(guard);
        ran.map_err(|message| failed(&message))
    }

    fn token(&self) -> NumberOrString {
        let number = &self.runs().count;
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        NumberOrString::String(format!("hotfix/run/{number}"))
    }
}

const CANCELLED: &str = "the command was cancelled";

/// Shows the progress until the run ends, which closes the channel.
async fn show(
    client: Client,
    token: NumberOrString,
    is_known: bool,
    title: String,
    mut progress: UnboundedReceiver<Progress>,
) {
    if !is_known {
        let params = WorkDoneProgressCreateParams {
            token: token.clone(),
        };
        let created = client.send_request::<WorkDoneProgressCreate>(params);
        let created = tokio::time::timeout(CLIENT_PATIENCE, created).await;
        if !matches!(created, Ok(Ok(()))) {
            return;
        }
    }
    let tell = |value: WorkDoneProgress| {
        client.send_notification::<ProgressNotification>(ProgressParams {
            token: token.clone(),
            value: ProgressParamsValue::WorkDone(value),
        })
    };
    tell(WorkDoneProgress::Begin(WorkDoneProgressBegin {
        title,
        cancellable: Some(true),
        message: None,
        percentage: Some(0),
    }))
    .await;
    while let Some(progress) = progress.recv().await {
        let (step, steps) = progress.step;
        tell(WorkDoneProgress::Report(WorkDoneProgressReport {
            cancellable: Some(true),
            message: Some(progress.what),
            // What is under way is not done yet.
            percentage: Some(100 * step.saturating_sub(1) / steps.max(1)),
        }))
        .await;
    }
    tell(WorkDoneProgress::End(WorkDoneProgressEnd { message: None })).await;
}
