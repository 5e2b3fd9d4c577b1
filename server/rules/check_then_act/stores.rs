//! A store that other workers share is asked, then changed: a queue, a table, Redis.

use tree_sitter::Node;

use super::evidence;
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::flow::{caught_around, handler_names, withs_around};
use crate::syntax::nodes::{Walk, bare, exits, field, is_scope, keyword, positional, walk};

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
    /// What it is asked for: a key.
    about: &'a str,
    /// Whether it is there where the condition holds.
    there: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Queue,
    Table,
    Redis,
}

/// All of them in the unit's own code.
pub(super) fn checks<'a>(unit: &Unit<'a>) -> Vec<StoreCheck<'a>> {
    // `while not jobs.empty():` drains a queue, as a rule when nobody else takes from it.
    let statements = unit.own(&["if_statement"]).into_iter();
    statements.filter_map(|one| judge(unit, one)).collect()
}

fn judge<'a>(unit: &Unit<'a>, statement: Node<'a>) -> Option<StoreCheck<'a>> {
    let check = field(statement, "condition")?;
    let asked = question(unit, check, true)?;
    let body = field(statement, "consequence")?;
    let wanted = |node| is_act(unit, node, &asked);
    let inside = (asked.there == (asked.kind == Kind::Queue))
        .then(|| first(body, wanted))
        .flatten();
    let behind = || {
        let leaves = asked.there != (asked.kind == Kind::Queue)
            && exits(body, unit.source())
            && field(statement, "alternative").is_none();
        let mut next = statement.next_named_sibling().filter(|_| leaves);
        while let Some(one) = next {
            if let Some(found) = first(one, wanted) {
                return Some(found);
            }
            next = one.next_named_sibling();
        }
        None
    };
    let call = inside.or_else(behind)?;
    if is_handled(unit, call) {
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
    // One person runs a project's own commands, one at a time.
    let command = unit.source().text().contains("CommandError");
    let shared = match asked.kind {
        Kind::Queue => evidence::runs_threads(unit),
        Kind::Table | Kind::Redis => !command,
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
            let about = arguments.first().map_or("", |one| unit.slice(*one));
            match unit.slice(field(function, "attribute")?) {
                "empty" if arguments.is_empty() && is_queue(unit, store) => Some(Question {
                    kind: Kind::Queue,
                    store,
                    about,
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
                    about,
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
    const QUEUES: [&str; 6] = [
        "Queue(",
        "LifoQueue(",
        "PriorityQueue(",
        "SimpleQueue(",
        "JoinableQueue(",
        "Manager().Queue(",
    ];
    let text = unit.source().text();
    let made = text.lines().filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        let name = name.split(':').next().unwrap_or(name).trim();
        (name == store).then(|| value.trim())
    });
    let shared = |value: &str| {
        let called = value.split('(').next().unwrap_or_default();
        let last = format!("{}(", called.rsplit('.').next().unwrap_or(called));
        !called.starts_with("asyncio.") && QUEUES.contains(&last.as_str())
    };
    let names = unit.names();
    let imported = names.imports_module("queue") || names.imports_module("multiprocessing");
    imported && made.into_iter().any(shared)
}

fn uses_redis(unit: &Unit<'_>) -> bool {
    let names = unit.names();
    ["redis", "redis.asyncio", "aioredis", "django_redis"]
        .iter()
        .any(|module| names.imports_module(module))
}

/// Whether a node is the change that the answer leads to.
fn is_act(unit: &Unit<'_>, node: Node<'_>, asked: &Question<'_>) -> bool {
    let Some(function) = field(node, "function").filter(|_| node.kind() == "call") else {
        return false;
    };
    let (Some(object), Some(name)) = (field(function, "object"), field(function, "attribute"))
    else {
        return false;
    };
    if unit.slice(object) != asked.store {
        return false;
    }
    let name = unit.slice(name);
    match asked.kind {
        Kind::Queue => {
            let waits_a_while = keyword(node, "timeout", unit.source()).is_some();
            name == "get_nowait" || name == "get" && !waits_a_while
        }
        Kind::Table => name == "create",
        Kind::Redis => {
            let same = positional(node)
                .first()
                .is_some_and(|one| unit.slice(*one) == asked.about);
            let is_atomic = keyword(node, "nx", unit.source()).is_some();
            same && !is_atomic && matches!(name, "set" | "setex" | "hset")
        }
    }
}

fn first<'a>(part: Node<'a>, wanted: impl Fn(Node<'a>) -> bool) -> Option<Node<'a>> {
    let mut found = None;
    walk(part, &mut |node| {
        if found.is_some() || is_scope(node) {
            return Walk::Over;
        }
        if wanted(node) {
            found = Some(node);
        }
        Walk::Into
    });
    found
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
        || unit.slice(unit.node).contains("select_for_update")
}
