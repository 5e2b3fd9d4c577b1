//! The language server: the only code that names tower-lsp and the protocol's types.
//!
//! * A handler changes state before its first `await`: tower-lsp runs handlers concurrently, and
//!   two edits would otherwise change places.
//! * A handler never waits for the client: enough of them would fill the queue behind which the
//!   client's answer stands. Such requests are spawned, with a timeout.
//! * Thinking happens in `spawn_blocking` under a flag that `$/cancelRequest` sets.
//! * Diagnostics leave through one task (`publish`), in order, checked once more before they go.

mod actions;
mod backend;
mod capabilities;
mod code_action;
mod commands;
mod completion;
mod configuration;
mod convert;
mod defer;
mod diagnostic;
mod frames;
mod hover;
mod lens;
mod log;
mod past;
mod plain;
mod production;
mod publish;
mod record;
mod resolve;
mod rule_page;
mod runs;
mod service;
mod status;
mod stdin;
mod sync;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tower_lsp::{LspService, Server};

use backend::Backend;
use frames::Frames;
pub use log::LogLevel;
use service::{Guarded, Lifecycle};
use stdin::UntilExit;

/// What the server still may do after `exit` or the end of its input: Eglot kills it after 100 ms.
const LAST_WORDS: Duration = Duration::from_millis(60);

/// Handlers that may be under way at once. Each one either ends at once or waits in
/// `spawn_blocking`, so that a few slow requests must not hold back the edits behind them.
const HANDLERS: usize = 64;

/// Serves one client over standard input and output until it says `exit` or hangs up.
/// The exit code is 0 if the client asked for the shutdown before.
#[must_use]
pub fn serve(level: Option<LogLevel>) -> ExitCode {
    log::start(level);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(crate::syntax::STACK_BYTES)
        .worker_threads(2)
        .enable_time()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "the server cannot start");
            return ExitCode::from(2);
        }
    };
    let code = runtime.block_on(serve_stdio());
    // The thread that reads standard input may be blocked in it for ever.
    runtime.shutdown_background();
    code
}

async fn serve_stdio() -> ExitCode {
    let (events, from_session) = tokio::sync::mpsc::unbounded_channel();
    let session = crate::session::Session::start(Box::new(move |event| {
        // Nobody listens any more while the server shuts down.
        let _ = events.send(event);
    }));
    let session = match session {
        Ok(session) => session,
        Err(error) => {
            tracing::error!(%error, "the server cannot start its threads");
            return ExitCode::from(2);
        }
    };
    let (service, socket) = LspService::build(|client| {
        let backend = Backend::new(client, session.clone());
        backend.spawn_publisher(from_session);
        backend
    })
    .custom_method(status::METHOD, Backend::status)
    .custom_method(runs::CANCEL, Backend::cancel_progress)
    .custom_method(production::METHOD, Backend::production_text)
    .finish();
    let lifecycle = Arc::new(Lifecycle::default());
    let input = Frames::new(UntilExit::new(tokio::io::stdin(), Arc::clone(&lifecycle)));
    let serving = Server::new(input, tokio::io::stdout(), socket)
        .concurrency_level(HANDLERS)
        .serve(Guarded::new(service, Arc::clone(&lifecycle)));
    tokio::select! {
        () = serving => {}
        () = async {
            lifecycle.ended().await;
            tokio::time::sleep(LAST_WORDS).await;
        } => {}
    }
    session.stop();
    lifecycle.exit_code()
}
