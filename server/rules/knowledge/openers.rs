//! What opens a resource that must be closed, and what closes it.
//!
//! Facts read in the documentation of Python 3.9 to 3.13: which objects are context managers,
//! and for which of them leaving `with` closes. `sqlite3` and `psycopg2` connections only commit
//! there, `http.client` connections and most cursors know no `with`, a `TemporaryDirectory` gives
//! its name instead of itself.

use tree_sitter::Node;

use super::{handed, origins};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, keyword, positional, string_value};

/// How `with` closes a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// `with open(…) as name`.
    Itself,
    /// `with contextlib.closing(…) as name`.
    Closing,
    /// `async with aiohttp.ClientSession() as name`, in a coroutine only.
    Async,
    /// Not by a small change.
    Never,
}

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The name that a fix gives it.
    pub name: &'static str,
    /// Methods that close it, or after which nothing is left to close.
    pub close: &'static [&'static str],
    /// How `with` closes it.
    pub with: With,
    /// How sure a leak is a fault.
    pub confidence: Confidence,
    /// Whether closing it at the end of its use changes nothing else.
    pub safe: bool,
}

impl Kind {
    /// Whether a function that returns one hands a duty to close it to its caller.
    #[must_use]
    pub fn followed(self) -> bool {
        self == FILE || self == ARCHIVE || self == SOCKET || self == ANSWER || self == DATABASE
    }

    /// Whether a loop over it to its end closes it.
    #[must_use]
    pub fn ends_with_its_loop(self) -> bool {
        self == LINES
    }

    /// Whether it is a file of the file system.
    #[must_use]
    pub fn is_file(self) -> bool {
        self == FILE
    }

    /// Whether it is a socket.
    #[must_use]
    pub fn is_socket(self) -> bool {
        self == SOCKET
    }

    /// Whether it is a bare number of an open file.
    #[must_use]
    pub fn is_descriptor(self) -> bool {
        self == DESCRIPTOR
    }

    /// Whether an item of it (`shelf["key"]`, `mapped[0:4]`) needs it no more.
    #[must_use]
    pub fn gives_plain_items(self) -> bool {
        self == FILE
    }

    /// Whether it is a process, which is waited for.
    #[must_use]
    pub fn is_process(self) -> bool {
        self == PROCESS
    }

    /// Whether its file is gone once it is closed.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        self == TEMPORARY
    }

    /// Whether its `open` gives a member that keeps it alive: `ZipFile(…).open(…)`.
    #[must_use]
    pub fn is_archive(self) -> bool {
        self == ARCHIVE
    }
}

const CLOSE: &[&str] = &["close", "__exit__", "detach"];

const fn kind(
    name: &'static str,
    close: &'static [&'static str],
    with: With,
    confidence: Confidence,
    safe: bool,
) -> Kind {
    Kind {
        name,
        close,
        with,
        confidence,
        safe,
    }
}

use Confidence::{Certain, Likely, Possible};

const FILE: Kind = kind("file", CLOSE, With::Itself, Certain, true);
/// Files that close themselves at the end of the loop.
const LINES: Kind = kind("lines", CLOSE, With::Itself, Certain, true);
const ARCHIVE: Kind = kind("archive", CLOSE, With::Itself, Certain, true);
const TEMPORARY: Kind = kind("file", CLOSE, With::Itself, Likely, false);
const FOLDER: Kind = kind(
    "folder",
    &["cleanup", "__exit__"],
    With::Never,
    Likely,
    false,
);
const SOCKET: Kind = kind("connection", CLOSE, With::Itself, Certain, false);
const ANSWER: Kind = kind("answer", CLOSE, With::Itself, Certain, true);
const HTTP: Kind = kind("connection", CLOSE, With::Closing, Likely, false);
const MAIL: Kind = kind(
    "connection",
    &["close", "quit", "logout", "shutdown", "__exit__"],
    With::Itself,
    Likely,
    false,
);
const PROCESS: Kind = kind(
    "process",
    &[
        "wait",
        "communicate",
        "kill",
        "terminate",
        "poll",
        "send_signal",
        "__exit__",
    ],
    With::Itself,
    Possible,
    false,
);
const POOL: Kind = kind(
    "pool",
    &["close", "terminate", "join", "shutdown", "__exit__"],
    With::Itself,
    Likely,
    false,
);
const DATABASE: Kind = kind("connection", &["close"], With::Closing, Certain, false);
/// A number that stands for an open file: `open` and `os.fdopen` take it over.
const DESCRIPTOR: Kind = kind("descriptor", &[], With::Never, Likely, false);
const CLIENT: Kind = kind(
    "client",
    &["close", "aclose", "__exit__", "__aexit__"],
    With::Async,
    Likely,
    false,
);
const HTTPX: Kind = kind(
    "client",
    &["close", "__exit__"],
    With::Itself,
    Likely,
    false,
);
const CURSOR: Kind = kind("cursor", &["close"], With::Closing, Possible, false);

const OPENERS: &[(&str, Kind)] = &[
    ("open", FILE),
    ("io.open", FILE),
    ("io.open_code", FILE),
    ("io.FileIO", FILE),
    ("builtins.open", FILE),
    ("codecs.open", FILE),
    ("gzip.open", FILE),
    ("gzip.GzipFile", FILE),
    ("bz2.open", FILE),
    ("bz2.BZ2File", FILE),
    ("lzma.open", FILE),
    ("lzma.LZMAFile", FILE),
    ("tokenize.open", FILE),
    ("os.fdopen", FILE),
    ("os.popen", FILE),
    ("fileinput.input", LINES),
    ("fileinput.FileInput", LINES),
    ("shelve.open", FILE),
    ("dbm.open", FILE),
    ("dbm.gnu.open", FILE),
    ("dbm.ndbm.open", FILE),
    ("dbm.dumb.open", FILE),
    ("dbm.sqlite3.open", FILE),
    ("sunau.open", FILE),
    ("aifc.open", FILE),
    ("wave.open", FILE),
    ("mmap.mmap", FILE),
    (
        "os.scandir",
        kind("entries", CLOSE, With::Itself, Possible, true),
    ),
    ("tarfile.open", ARCHIVE),
    ("tarfile.TarFile", ARCHIVE),
    ("tarfile.TarFile.open", ARCHIVE),
    ("tarfile.TarFile.taropen", ARCHIVE),
    ("tarfile.TarFile.gzopen", ARCHIVE),
    ("tarfile.TarFile.bz2open", ARCHIVE),
    ("tarfile.TarFile.xzopen", ARCHIVE),
    ("zipfile.ZipFile", ARCHIVE),
    ("zipfile.PyZipFile", ARCHIVE),
    ("tempfile.NamedTemporaryFile", TEMPORARY),
    ("tempfile.TemporaryFile", TEMPORARY),
    ("tempfile.SpooledTemporaryFile", TEMPORARY),
    ("tempfile.TemporaryDirectory", FOLDER),
    ("tempfile.mkstemp", DESCRIPTOR),
    ("os.open", DESCRIPTOR),
    ("socket.socket", SOCKET),
    ("socket.create_connection", SOCKET),
    ("socket.create_server", SOCKET),
    ("urllib.request.urlopen", ANSWER),
    ("urllib.urlopen", ANSWER),
    ("http.client.HTTPConnection", HTTP),
    ("http.client.HTTPSConnection", HTTP),
    ("smtplib.SMTP", MAIL),
    ("smtplib.SMTP_SSL", MAIL),
    ("ftplib.FTP", MAIL),
    ("ftplib.FTP_TLS", MAIL),
    ("imaplib.IMAP4", MAIL),
    ("imaplib.IMAP4_SSL", MAIL),
    ("telnetlib.Telnet", MAIL),
    ("subprocess.Popen", PROCESS),
    ("multiprocessing.Pool", POOL),
    ("multiprocessing.pool.Pool", POOL),
    ("multiprocessing.pool.ThreadPool", POOL),
    ("multiprocessing.dummy.Pool", POOL),
    ("concurrent.futures.ThreadPoolExecutor", POOL),
    ("concurrent.futures.ProcessPoolExecutor", POOL),
    ("aiohttp.ClientSession", CLIENT),
    ("httpx.AsyncClient", CLIENT),
    ("httpx.Client", HTTPX),
    ("sqlite3.connect", DATABASE),
    ("psycopg2.connect", DATABASE),
    ("psycopg.connect", DATABASE),
    ("psycopg.Connection.connect", DATABASE),
    ("pymysql.connect", DATABASE),
    ("MySQLdb.connect", DATABASE),
    ("mysql.connector.connect", DATABASE),
    ("cx_Oracle.connect", DATABASE),
    ("oracledb.connect", DATABASE),
    ("pyodbc.connect", DATABASE),
];

/// The kind of resource that a call opens.
#[must_use]
pub fn opens(unit: &Unit<'_>, call: Node<'_>) -> Option<Kind> {
    let function = field(call, "function")?;
    let written = unit.slice(function);
    if function.kind() == "attribute"
        && written.rsplit('.').next() == Some("open")
        && of_archive(unit, bare(field(function, "object")?))
    {
        return Some(ARCHIVE);
    }
    if function.kind() == "attribute"
        && written.rsplit('.').next() == Some("open")
        && names_archive(unit, bare(field(function, "object")?))
    {
        return Some(Kind {
            confidence: Possible,
            ..FILE
        });
    }
    if written.ends_with(".cursor") && function.kind() == "attribute" {
        return cursor(unit, field(function, "object")?);
    }
    by_library(unit, call)
        .or_else(|| like_path(unit, call))
        .or_else(|| {
            let name = origins::library(unit, function).filter(|_| may_open(unit, written))?;
            let configured = &unit.file.settings.resource_openers;
            (configured.contains(&name) || configured.iter().any(|one| one == written))
                .then_some(FILE)
        })
        .or_else(|| {
            handed::by(unit, function).map(|kind| Kind {
                confidence: kind.confidence.min(Likely),
                safe: false,
                ..kind
            })
        })
}

/// `target.open("rb")` of something whose type nobody says: only a file's `open` takes a mode first,
/// and only a file's answer is read at once.
fn like_path(unit: &Unit<'_>, call: Node<'_>) -> Option<Kind> {
    const READS: [&str; 4] = ["read", "readlines", "readline", "write"];
    let function = field(call, "function").filter(|one| one.kind() == "attribute")?;
    let (object, name) = (field(function, "object")?, field(function, "attribute")?);
    let first = unit
        .slice(object)
        .split(['.', '('])
        .next()
        .unwrap_or_default();
    let is_own = matches!(unit.slice(object), "self" | "cls");
    // `photo.open("rb")` alone opens what the object keeps.
    let is_kept = call
        .parent()
        .is_some_and(|up| up.kind() == "expression_statement");
    if unit.slice(name) != "open" || is_own || is_kept || unit.names().is_imported(first) {
        return None;
    }
    let arguments = positional(call);
    let is_mode = |text: &str| {
        !text.is_empty() && text.len() <= 3 && text.chars().all(|one| "rwaxbt+U".contains(one))
    };
    let mode = arguments
        .first()
        .copied()
        .or_else(|| keyword(call, "mode", unit.source()));
    let is_read = || {
        let up = call.parent()?;
        // `for line in target.open():`
        if up.kind() == "for_statement" && field(up, "right") == Some(call) {
            let named = unit.slice(object).to_ascii_lowercase();
            let is_file = named.ends_with("path") || named.ends_with("file");
            return (arguments.is_empty() && is_file).then_some(());
        }
        let part = call.parent().filter(|up| up.kind() == "attribute")?;
        let name = unit.slice(field(part, "attribute")?);
        (arguments.is_empty() && READS.contains(&name)).then_some(())
    };
    let opens_file = match mode {
        Some(mode) => string_value(mode, unit.source()).is_some_and(is_mode),
        None => is_read().is_some(),
    };
    opens_file.then_some(Kind {
        confidence: Likely,
        safe: false,
        ..FILE
    })
}

/// `ZipFile(…)`, whose members are opened with `open` as well.
fn of_archive(unit: &Unit<'_>, object: Node<'_>) -> bool {
    object.kind() == "call" && by_library(unit, object).is_some_and(Kind::is_archive)
}

/// A name that only archives are bound to in this scope.
fn names_archive(unit: &Unit<'_>, object: Node<'_>) -> bool {
    object.kind() == "identifier"
        && origins::of(unit, object).is_some_and(|bound| {
            bound.origins.iter().all(|origin| match origin {
                origins::Origin::Value(value) | origins::Origin::With(value) => {
                    of_archive(unit, bare(*value))
                }
                _ => false,
            })
        })
}

/// The same, as the text of the file tells, without settings and other functions.
#[must_use]
pub fn by_library(unit: &Unit<'_>, call: Node<'_>) -> Option<Kind> {
    let function = field(call, "function")?;
    let written = unit.slice(function);
    if let Some(last) = written.rsplit('.').next()
        && last == "open"
        && function.kind() == "attribute"
        && is_path(unit, bare(field(function, "object")?), 2)
    {
        return Some(FILE);
    }
    if !may_open(unit, written) {
        return None;
    }
    let name = origins::library(unit, function)?;
    let found = OPENERS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, kind)| *kind)?;
    let detached = keyword(call, "start_new_session", unit.source()).is_some()
        || keyword(call, "creationflags", unit.source()).is_some();
    (!detached).then_some(found)
}

/// The cheap question before names are resolved: an imported or aliased name may be anything,
/// but it must be an imported name or end like one of the table.
fn may_open(unit: &Unit<'_>, written: &str) -> bool {
    let first = written.split('.').next().unwrap_or(written);
    let last = written.rsplit('.').next().unwrap_or(written);
    OPENERS
        .iter()
        .any(|(known, _)| known.rsplit('.').next() == Some(last))
        || (!written.contains('.') && unit.names().is_imported(first))
        || unit
            .file
            .settings
            .resource_openers
            .iter()
            .any(|one| one.ends_with(last))
}

/// `conn.cursor()` of a connection that this scope opens itself.
fn cursor(unit: &Unit<'_>, connection: Node<'_>) -> Option<Kind> {
    let bound = origins::of(unit, connection)?;
    let opened = bound.origins.iter().any(|origin| match origin {
        origins::Origin::Value(value) | origins::Origin::With(value) => {
            value.kind() == "call"
                && field(*value, "function")
                    .and_then(|function| origins::imported(unit, function))
                    .is_some_and(|name| {
                        OPENERS
                            .iter()
                            .any(|(known, kind)| *known == name && *kind == DATABASE)
                    })
        }
        _ => false,
    });
    opened.then_some(CURSOR)
}

/// Whether the expression is a `pathlib.Path`.
fn is_path(unit: &Unit<'_>, expression: Node<'_>, left: usize) -> bool {
    let is_class = |name: &str| {
        matches!(
            name,
            "pathlib.Path" | "pathlib.PosixPath" | "pathlib.WindowsPath" | "Path"
        )
    };
    match expression.kind() {
        "call" => field(expression, "function").is_some_and(|function| {
            let text = unit.slice(function);
            let keeps = [
                ".resolve",
                ".absolute",
                ".expanduser",
                ".joinpath",
                ".with_suffix",
                ".with_name",
                "Path.home",
                "Path.cwd",
            ]
            .iter()
            .any(|one| text.ends_with(one));
            unit.resolve(function).is_some_and(|name| is_class(&name))
                || (keeps
                    && field(function, "object").is_some_and(|object| {
                        is_path(unit, bare(object), left)
                            || unit.resolve(object).is_some_and(|name| is_class(&name))
                    }))
        }),
        "binary_operator" => {
            field(expression, "left").is_some_and(|side| is_path(unit, bare(side), left))
        }
        "attribute" if unit.slice(expression).ends_with(".parent") => {
            field(expression, "object").is_some_and(|object| is_path(unit, bare(object), left))
        }
        "identifier" | "attribute" if 0 < left => {
            origins::of(unit, expression).is_some_and(|bound| {
                bound.origins.iter().all(|origin| match origin {
                    origins::Origin::Value(value) => is_path(unit, bare(*value), left - 1),
                    origins::Origin::Parameter(Some(annotation))
                    | origins::Origin::Annotation(annotation) => {
                        origins::annotated(unit, *annotation).is_some_and(|name| is_class(&name))
                    }
                    _ => false,
                })
            })
        }
        _ => false,
    }
}
