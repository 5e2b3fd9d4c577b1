//! Calls beside HTTP requests that wait for somebody else, and where their timeout is given.
//!
//! The places of the positional `timeout` are those of Python 3.9 to 3.13's signatures; none of
//! these calls has a limit unless `socket.setdefaulttimeout` sets one.

use tree_sitter::Node;

use super::origins;
use crate::syntax::Unit;
use crate::syntax::nodes::{field, positional};

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// A socket; the timeout may be given by name or as this positional argument (from 0).
    Socket {
        /// The place of `timeout`.
        index: usize,
    },
    /// A child process.
    Process,
    /// A client that has a timeout unless it is switched off.
    HttpxClient,
    /// `httpx.Timeout(…)`.
    HttpxTimeout,
    /// `aiohttp.ClientTimeout(…)`.
    AiohttpTimeout,
}

/// Name, place of `timeout`, and how many positional arguments (or `host=`) make it connect.
const SOCKETS: &[(&str, usize)] = &[
    ("socket.create_connection", 1),
    ("smtplib.SMTP", 3),
    ("smtplib.SMTP_SSL", 5),
    ("smtplib.LMTP", 4),
    ("ftplib.FTP", 4),
    ("ftplib.FTP_TLS", 7),
    ("http.client.HTTPConnection", 2),
    ("http.client.HTTPSConnection", 4),
    ("poplib.POP3", 2),
    ("poplib.POP3_SSL", 4),
    ("imaplib.IMAP4", 2),
    ("imaplib.IMAP4_SSL", 6),
    ("telnetlib.Telnet", 2),
];

const PROCESSES: &[&str] = &[
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
];

/// The cheap question before names are resolved.
fn may_wait(unit: &Unit<'_>, function: Node<'_>) -> bool {
    let written = unit.slice(function);
    let last = written.rsplit('.').next().unwrap_or(written);
    let known = SOCKETS.iter().map(|(known, _)| *known);
    let mut known = known.chain(PROCESSES.iter().copied());
    function.kind() == "identifier" && unit.names().is_imported(written)
        || known.any(|one| one.rsplit('.').next() == Some(last))
        || matches!(last, "Client" | "AsyncClient" | "Timeout" | "ClientTimeout")
}

/// What the call waits for, if it is one of the known ones.
#[must_use]
pub fn of(unit: &Unit<'_>, call: Node<'_>) -> Option<Wait> {
    let function = field(call, "function")?;
    if !may_wait(unit, function) {
        return None;
    }
    let name = origins::library(unit, function)?;
    if let Some((known, index)) = SOCKETS.iter().find(|(known, _)| *known == name) {
        // Without a host nothing is connected yet: `connect` comes later, with its own timeout.
        let later = known.starts_with("ftplib.") || known.starts_with("telnetlib.");
        let host = !positional(call).is_empty()
            || crate::syntax::nodes::keyword(call, "host", unit.source()).is_some();
        return (!later || host).then_some(Wait::Socket { index: *index });
    }
    if PROCESSES.contains(&name.as_str()) {
        return Some(Wait::Process);
    }
    match name.as_str() {
        "httpx.Client" | "httpx.AsyncClient" => Some(Wait::HttpxClient),
        "httpx.Timeout" => Some(Wait::HttpxTimeout),
        "aiohttp.ClientTimeout" => Some(Wait::AiohttpTimeout),
        _ => None,
    }
}
