//! The server's log, on standard error, which editors keep.

use std::sync::OnceLock;

use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What failed.
    Error,
    /// What went wrong and was survived: the default.
    Warn,
    /// What the server does.
    Info,
    /// Each run with its time.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    fn filter(self) -> EnvFilter {
        EnvFilter::new(match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        })
    }
}

/// What the log is set to, and how to set it.
struct Log {
    handle: reload::Handle<EnvFilter, Registry>,
    level: Option<LogLevel>,
}

static LOG: OnceLock<Log> = OnceLock::new();

/// Starts the log. Without a level `HOTFIX_LOG` sets it, which also takes the filters of `tracing`.
pub(super) fn start(level: Option<LogLevel>) {
    let (filter, handle) = reload::Layer::new(at_start(level));
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE);
    // Fails only if a test in this process has set one up before.
    let started = tracing_subscriber::registry().with(filter).with(lines);
    if started.try_init().is_ok() {
        let _ = LOG.set(Log { handle, level });
    }
}

/// Follows `$/setTrace`, or `trace` in the client's greeting: "messages" and "verbose" log more,
/// "off" goes back to how the server was started.
pub(super) fn follow(trace: &str) {
    let Some(log) = LOG.get() else {
        return;
    };
    let filter = match trace {
        "messages" => LogLevel::Debug.filter(),
        "verbose" => LogLevel::Trace.filter(),
        _ => at_start(log.level),
    };
    // Fails only when the log is gone, and then nobody reads it.
    let _ = log.handle.reload(filter);
}

fn at_start(level: Option<LogLevel>) -> EnvFilter {
    match level {
        Some(level) => level.filter(),
        None => EnvFilter::try_from_env("HOTFIX_LOG").unwrap_or_else(|_| LogLevel::Warn.filter()),
    }
}
