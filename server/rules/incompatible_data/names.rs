//! Names in code under which something is kept or sent.

use std::ops::Range;

use tree_sitter::Node;

use crate::compare::statements::Statement;
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, children, field, keyword, positional, walk};

/// What kind of name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A variable of the environment.
    Environment,
    /// An address that is answered.
    Address,
    /// A queue, topic, subject or task.
    Message,
    /// A key of a cache or a session.
    Cache,
    /// A metric.
    Metric,
    /// A table, a column or a field as others see it.
    Stored,
}

/// A name in production's or the hotfix's code.
#[derive(Debug)]
pub(super) struct Name<'s> {
    pub kind: Kind,
    /// What stands between the quotes.
    pub text: &'s str,
    pub span: Range<usize>,
}

impl Name<'_> {
    /// Whether a file has it between quotes somewhere.
    pub fn is_in(&self, text: &str) -> bool {
        let mut quotes = ['"', '\''].iter();
        quotes.any(|quote| text.contains(&format!("{quote}{}{quote}", self.text)))
    }
}

/// Calls that map an address to code.
const MAPS: [&str; 6] = [
    "path",
    "re_path",
    "url",
    "add_url_rule",
    "add_route",
    "add_api_route",
];

/// Decorators that do.
const ROUTES: [&str; 8] = [
    "route",
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "websocket",
    "api_route",
];

/// Calls that send, receive or declare a way for messages.
const SENDS: [&str; 15] = [
    "publish",
    "subscribe",
    "psubscribe",
    "send_task",
    "basic_publish",
    "basic_consume",
    "queue_declare",
    "queue_bind",
    "declare_queue",
    "exchange_declare",
    "xadd",
    "lpush",
    "rpush",
    "send_and_wait",
    "Queue",
];

/// Calls that send a task on its way, which they can name.
const ASKS: [&str; 3] = ["apply_async", "signature", "subtask"];

/// Decorators that make a task of a function.
pub(super) const TASKS: [&str; 4] = ["task", "shared_task", "periodic_task", "actor"];

/// Arguments that name a way for messages.
const WAYS: [&str; 8] = [
    "subject",
    "topic",
    "queue",
    "queue_name",
    "routing_key",
    "channel",
    "exchange",
    "stream",
];

/// Calls on a cache by a key.
const STORES: [&str; 12] = [
    "get",
    "set",
    "delete",
    "add",
    "incr",
    "decr",
    "get_or_set",
    "setex",
    "setnx",
    "hset",
    "hget",
    "touch",
];

/// Last names of caches.
const CACHES: [&str; 7] = [
    "cache",
    "redis",
    "redis_client",
    "memcache",
    "memcached",
    "redis_conn",
    "cache_client",
];

/// Classes of metrics: a name, and a text that explains it.
const METRICS: [&str; 5] = ["Counter", "Gauge", "Histogram", "Summary", "Info"];

/// Calls that count.
const COUNTS: [&str; 8] = [
    "incr",
    "increment",
    "gauge",
    "timing",
    "histogram",
    "count",
    "decr",
    "distribution",
];

/// Arguments under which a field is stored or sent.
const ALIASES: [&str; 6] = [
    "db_table",
    "db_column",
    "alias",
    "serialization_alias",
    "validation_alias",
    "data_key",
];

/// All names in a statement or in the header of one.
pub(super) fn in_statement<'s>(source: &'s Source, statement: &Statement<'s>) -> Vec<Name<'s>> {
    let mut found = Vec::new();
    walk(statement.node, &mut |node| {
        if statement.span.end <= node.start_byte() {
            return Walk::Over;
        }
        match node.kind() {
            "call" => of_call(source, node, &mut found),
            "subscript" => of_subscript(source, node, &mut found),
            "assignment" => of_assignment(source, node, &mut found),
            _ => {}
        }
        Walk::Into
    });
    found
}

fn of_call<'s>(source: &'s Source, call: Node<'s>, found: &mut Vec<Name<'s>>) {
    let Some(function) = field(call, "function") else {
        return;
    };
    let called = source.slice(function);
    let (owner, last) = called.rsplit_once('.').unwrap_or(("", called));
    let owner = owner.rsplit('.').next().unwrap_or(owner);
    let given = positional(call);
    let first = given.first().copied();
    let explained = given.get(1).is_some_and(|one| one.kind() == "string");
    let decorates = call.parent().is_some_and(|one| one.kind() == "decorator");
    let kind = if matches!(
        called,
        "os.environ.get" | "os.getenv" | "environ.get" | "getenv"
    ) {
        Some(Kind::Environment)
    } else if decorates && ROUTES.contains(&last) || MAPS.contains(&last) && 1 < given.len() {
        Some(Kind::Address)
    } else if SENDS.contains(&last) {
        Some(Kind::Message)
    } else if STORES.contains(&last) && CACHES.contains(&owner) {
        Some(Kind::Cache)
    } else if METRICS.contains(&last) && explained
        || COUNTS.contains(&last) && matches!(owner, "statsd" | "metrics" | "stats")
    {
        Some(Kind::Metric)
    } else if matches!(last, "Column" | "mapped_column") {
        Some(Kind::Stored)
    } else {
        None
    };
    if let (Some(kind), Some(first)) = (kind, first) {
        push(source, kind, first, found);
    }
    if SENDS.contains(&last) || ASKS.contains(&last) || decorates && TASKS.contains(&last) {
        let ways = WAYS.iter().filter_map(|way| keyword(call, way, source));
        ways.for_each(|way| push(source, Kind::Message, way, found));
    }
    if decorates
        && TASKS.contains(&last)
        && let Some(name) = keyword(call, "name", source)
    {
        push(source, Kind::Message, name, found);
    }
    if last.ends_with("Field") || matches!(last, "field" | "Schema") {
        let names = ALIASES
            .iter()
            .filter_map(|name| keyword(call, name, source));
        names.for_each(|name| push(source, Kind::Stored, name, found));
    }
}

fn of_subscript<'s>(source: &'s Source, subscript: Node<'s>, found: &mut Vec<Name<'s>>) {
    let (Some(value), Some(key)) = (field(subscript, "value"), field(subscript, "subscript"))
    else {
        return;
    };
    let held = source.slice(value);
    match held.rsplit('.').next() {
        Some("environ") => push(source, Kind::Environment, key, found),
        Some("session") => push(source, Kind::Cache, key, found),
        _ => {}
    }
}

/// `__tablename__ = "orders"`, `ORDERS_QUEUE = "orders"`.
fn of_assignment<'s>(source: &'s Source, assignment: Node<'s>, found: &mut Vec<Name<'s>>) {
    let (Some(left), Some(right)) = (field(assignment, "left"), field(assignment, "right")) else {
        return;
    };
    let name = source.slice(left).to_ascii_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    if matches!(name.as_str(), "__tablename__" | "db_table" | "table_name") {
        push(source, Kind::Stored, right, found);
    } else if left.kind() == "identifier"
        && ends(&["queue", "queue_name", "topic", "subject", "routing_key"])
    {
        push(source, Kind::Message, right, found);
    } else if left.kind() == "identifier" && ends(&["cache_key", "session_key"]) {
        push(source, Kind::Cache, right, found);
    }
}

fn push<'s>(source: &'s Source, kind: Kind, string: Node<'s>, found: &mut Vec<Name<'s>>) {
    if string.kind() != "string" {
        return;
    }
    let all: Vec<_> = children(string).collect();
    let (Some(first), Some(last)) = (all.first(), all.last()) else {
        return;
    };
    let text = source.text().get(first.end_byte()..last.start_byte());
    // A sentence is no name.
    if let Some(text) = text.filter(|one| !one.is_empty() && !one.contains(char::is_whitespace)) {
        found.push(Name {
            kind,
            text,
            span: string.byte_range(),
        });
    }
}
