//! Calls beside HTTP requests that wait for somebody else, and where their timeout is given.
//!
//! The places of the positional `timeout` are those of Python 3.9 to 3.13's signatures; none of
//! these calls has a limit unless `socket.setdefaulttimeout` sets one.

use tree_sitter::Node;

use super::origins::{self, Origin};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, has_splat, keyword, positional};

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
    /// `urllib.request.urlretrieve(…)`, which takes no timeout at all.
    Download,
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
    ("httplib2.Http", 1),
    ("websocket.create_connection", 1),
    ("urllib3.request", BY_NAME),
];

/// No positional argument is the timeout.
const BY_NAME: usize = usize::MAX;

/// Objects that are made first and connect by a method: the class, the place of its `timeout`, the
/// methods, and the place of theirs.
const LATER: &[(&str, usize, &[&str], usize)] = &[
    ("ftplib.FTP", 4, &["connect"], 2),
    ("ftplib.FTP_TLS", 7, &["connect"], 2),
    ("telnetlib.Telnet", 2, &["open"], 2),
    ("urllib3.PoolManager", BY_NAME, POOLED, BY_NAME),
    ("urllib3.ProxyManager", BY_NAME, POOLED, BY_NAME),
    ("urllib3.HTTPConnectionPool", 2, POOLED, BY_NAME),
    ("urllib3.HTTPSConnectionPool", 2, POOLED, BY_NAME),
    ("urllib3.poolmanager.PoolManager", BY_NAME, POOLED, BY_NAME),
];

const POOLED: &[&str] = &["request", "request_encode_url", "request_encode_body"];

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
        || matches!(
            last,
            "Client" | "AsyncClient" | "Timeout" | "ClientTimeout" | "urlretrieve"
        )
}

/// A method that connects what was made before without a limit.
fn later(unit: &Unit<'_>, function: Node<'_>) -> Option<Wait> {
    let written = unit.slice(field(function, "attribute")?);
    let mut known = LATER
        .iter()
        .filter(|(_, _, methods, _)| methods.contains(&written))
        .peekable();
    known.peek()?;
    let object = bare(field(function, "object")?);
    let calls = if object.kind() == "call" {
        vec![object]
    } else {
        let bound = origins::of(unit, object)?;
        let made = bound.origins.into_iter().map(|origin| match origin {
            Origin::Value(value) | Origin::With(value) => Some(bare(value)),
            _ => None,
        });
        // `self.connection = None` until it is needed.
        made.filter(|one| one.is_none_or(|value| value.kind() != "none"))
            .collect::<Option<Vec<_>>>()?
    };
    let mut place = None;
    for call in calls {
        let name = origins::library(unit, field(call, "function")?)?;
        let (_, limit, _, index) = known.clone().find(|(class, ..)| *class == name)?;
        let limited = has_splat(call)
            || keyword(call, "timeout", unit.source()).is_some()
            || positional(call).len() > *limit;
        if limited {
            return None;
        }
        place = Some(*index);
    }
    place.map(|index| Wait::Socket { index })
}

/// What the call waits for, if it is one of the known ones.
#[must_use]
pub fn of(unit: &Unit<'_>, call: Node<'_>) -> Option<Wait> {
    let function = field(call, "function")?;
    if let Some(wait) = later(unit, function) {
        return Some(wait);
    }
    if !may_wait(unit, function) {
        return None;
    }
    let name = origins::library(unit, function)?;
    if let Some((known, index)) = SOCKETS.iter().find(|(known, _)| *known == name) {
        // Without a host nothing is connected yet: `connect` comes later, with its own timeout.
        let later = known.starts_with("ftplib.") || known.starts_with("telnetlib.");
        let host = !positional(call).is_empty() || keyword(call, "host", unit.source()).is_some();
        return (!later || host).then_some(Wait::Socket { index: *index });
    }
    if PROCESSES.contains(&name.as_str()) {
        return Some(Wait::Process);
    }
    match name.as_str() {
        "urllib.request.urlretrieve" | "urllib.urlretrieve" => Some(Wait::Download),
        "httpx.Client" | "httpx.AsyncClient" => Some(Wait::HttpxClient),
        "httpx.Timeout" => Some(Wait::HttpxTimeout),
        "aiohttp.ClientTimeout" => Some(Wait::AiohttpTimeout),
        _ => None,
    }
}
