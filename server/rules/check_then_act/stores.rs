//! A store that other workers share is asked, then changed: a queue, a table, Redis.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tree_sitter::Node;

use super::evidence;
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::flow::{caught_around, handler_names, withs_around};
use crate::syntax::nodes::{bare, exits, field, keyword, positional};

/// A question to a store, and the change that its answer leads to.
#[derive(Debug, Clone)]
pub(super) struct StoreCheck<'a> {
    /// The condition.
    pub check: Node<'a>,
    pub call: Node<'a>,
    pub message: String,
    pub confidence: Confidence,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
struct Question<'a> {
    kind: Kind,
    /// What is asked: a queue, a manager of a model, a client.
    store: &'a str,
    /// What it is asked for: a key of Redis; empty for the others.
    about: &'a str,
    /// Whether it is there where the condition holds.
    there: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Queue,
    Table,
    Redis,
}

/// All of them in the unit's own code.
pub(super) fn checks<'a>(unit: &Unit<'a>) -> Vec<StoreCheck<'a>> {
    // `while not jobs.empty():` drains a queue, as a rule when nobody else takes from it.
    let statements = unit.own(&["if_statement"]).into_iter();
    let asked: Vec<_> = statements
        .filter_map(|one| Some((one, question(unit, field(one, "condition")?, true)?)))
        .collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let acts = Acts::new(unit);
    let around = Around::new(unit);
    asked
        .into_iter()
        .filter_map(|(statement, asked)| judge(unit, &acts, &around, statement, &asked))
        .collect()
}

fn judge<'a>(
    unit: &Unit<'a>,
    acts: &Acts<'a>,
    around: &Around,
    statement: Node<'a>,
    asked: &Question<'a>,
) -> Option<StoreCheck<'a>> {
    let check = field(statement, "condition")?;
    let body = field(statement, "consequence")?;
    let inside = (asked.there == (asked.kind == Kind::Queue))
        .then(|| acts.first(asked, &body.byte_range()))
        .flatten();
    let behind = || {
        let leaves = asked.there != (asked.kind == Kind::Queue)
            && exits(body, unit.source())
            && field(statement, "alternative").is_none();
        let block = statement.parent().filter(|_| leaves)?;
        acts.first(asked, &(statement.end_byte()..block.end_byte()))
    };
    let call = inside.or_else(behind)?;
    if around.locks_rows || is_handled(unit, call) {
        return None;
    }
    let store = asked.store;
    let message = match asked.kind {
        Kind::Queue => {
            format!(
                "Another thread can take the last item of {store} between this check and the call below"
            )
        }
        Kind::Table => format!(
            "Another request can create the same row of {} between this check and the call below",
            store.strip_suffix(".objects").unwrap_or(store)
        ),
        Kind::Redis => format!(
            "Another process can set {} between this check and the call below",
            asked.about
        ),
    };
    let shared = match asked.kind {
        Kind::Queue => around.runs_threads,
        Kind::Table | Kind::Redis => !around.is_command,
    };
    Some(StoreCheck {
        check,
        call,
        message,
        confidence: if shared {
            Confidence::Likely
        } else {
            Confidence::Possible
        },
    })
}

/// What a unit and its file tell of all its stores.
struct Around {
    runs_threads: bool,
    /// One person runs a project's own commands, one at a time.
    is_command: bool,
    /// The database keeps others out.
    locks_rows: bool,
}

impl Around {
    fn new(unit: &Unit<'_>) -> Self {
        Self {
            runs_threads: evidence::runs_threads(unit),
            is_command: unit.source().text().contains("CommandError"),
            locks_rows: unit.slice(unit.node).contains("select_for_update"),
        }
    }
}

/// What a condition asks; `holds` says whether the branch is taken where it holds.
fn question<'a>(unit: &Unit<'a>, condition: Node<'a>, holds: bool) -> Option<Question<'a>> {
    let condition = bare(condition);
    match condition.kind() {
        "not_operator" => question(unit, field(condition, "argument")?, !holds),
        "call" => {
            let function = field(condition, "function")?;
            let object = field(function, "object")?;
            let store = unit.slice(object);
            let arguments = positional(condition);
            match unit.slice(field(function, "attribute")?) {
                "empty" if arguments.is_empty() && is_queue(unit, store) => Some(Question {
                    kind: Kind::Queue,
                    store,
                    about: "",
                    there: !holds,
                }),
                // `User.objects.filter(email=email).exists()`
                "exists" if arguments.is_empty() => {
                    let filter = field(object, "function").filter(|_| object.kind() == "call")?;
                    let manager = unit.slice(field(filter, "object")?);
                    let is_table = manager.ends_with(".objects")
                        && unit.slice(field(filter, "attribute")?) == "filter";
                    is_table.then_some(Question {
                        kind: Kind::Table,
                        store: manager,
                        about: "",
                        there: holds,
                    })
                }
                "exists" if arguments.len() == 1 && uses_redis(unit) => Some(Question {
                    kind: Kind::Redis,
                    store,
                    about: unit.slice(arguments[0]),
                    there: holds,
                }),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a name is bound to a queue that threads or processes share, somewhere in the file. A
/// queue of asyncio is not: nothing else runs between two of its calls.
fn is_queue(unit: &Unit<'_>, store: &str) -> bool {
    let names = unit.names();
    let imported = names.imports_module("queue") || names.imports_module("multiprocessing");
    imported && unit.file.facts.get(|| Queues::of(unit)).0.contains(store)
}

/// The names of a file (`jobs`, `self.jobs`) that are bound to such a queue.
struct Queues(HashSet<String>);

impl Queues {
    fn of(unit: &Unit<'_>) -> Self {
        const QUEUES: [&str; 5] = [
            "Queue",
            "LifoQueue",
            "PriorityQueue",
            "SimpleQueue",
            "JoinableQueue",
        ];
        let bound = unit.source().text().lines().filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            let name = name.split(':').next().unwrap_or(name).trim();
            let value = value.trim();
            let called = value.split_once('(')?.0;
            let last = called.rsplit('.').next().unwrap_or(called);
            let is_shared = !called.starts_with("asyncio.") && QUEUES.contains(&last)
                || value.contains("Manager().Queue(");
            is_shared.then(|| name.to_owned())
        });
        Self(bound.collect())
    }
}

fn uses_redis(unit: &Unit<'_>) -> bool {
    let names = unit.names();
    ["redis", "redis.asyncio", "aioredis", "django_redis"]
        .iter()
        .any(|module| names.imports_module(module))
}

/// The changes of stores in a unit's own code, in source order: by what kind of store they may be,
/// its name, and what is changed in it.
struct Acts<'a>(HashMap<(Kind, &'a str, &'a str), Vec<Node<'a>>>);

impl<'a> Acts<'a> {
    fn new(unit: &Unit<'a>) -> Self {
        let mut acts: HashMap<_, Vec<Node<'a>>> = HashMap::new();
        for call in unit.own(&["call"]) {
            if let Some(act) = act(unit, call) {
                acts.entry(act).or_default().push(call);
            }
        }
        Self(acts)
    }

    /// The first change in `range` that the answer leads to.
    fn first(&self, asked: &Question<'a>, range: &Range<usize>) -> Option<Node<'a>> {
        let calls = self.0.get(&(asked.kind, asked.store, asked.about))?;
        let first = calls.partition_point(|call| call.start_byte() < range.start);
        let call = calls.get(first)?;
        (call.end_byte() <= range.end).then_some(*call)
    }
}

/// The change that a call may be, if it is one.
fn act<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<(Kind, &'a str, &'a str)> {
    let function = field(call, "function")?;
    let store = unit.slice(field(function, "object")?);
    let has = |name: &str| keyword(call, name, unit.source()).is_some();
    let first = || positional(call).first().map(|one| unit.slice(*one));
    match unit.slice(field(function, "attribute")?) {
        "get_nowait" => Some((Kind::Queue, store, "")),
        "get" if !has("timeout") => Some((Kind::Queue, store, "")),
        "create" => Some((Kind::Table, store, "")),
        "set" | "setex" | "hset" if !has("nx") => Some((Kind::Redis, store, first()?)),
        _ => None,
    }
}

/// Somebody catches what the race raises, or keeps others out.
fn is_handled(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let known = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        matches!(
            last,
            "Empty" | "IntegrityError" | "Exception" | "BaseException" | "DatabaseError"
        )
    };
    let caught = caught_around(call).into_iter();
    let mut names = caught.flat_map(|clause| handler_names(clause, unit.source()));
    names.any(known)
        || withs_around(call).into_iter().any(|item| {
            let text = unit.slice(item).to_lowercase();
            text.contains("suppress(") || text.contains("lock") || text.contains("mutex")
        })
}
