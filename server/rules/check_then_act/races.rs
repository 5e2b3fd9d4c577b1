//! The checks whose act follows without a lock.

use tree_sitter::Node;

use super::evidence::{self, Evidence, Guarded};
use super::harm::is_harmless_twice;
use super::state::{Act, How, Owner, acts, declared_global, is_safe, mention, mentions};
use crate::rules::Confidence;
use crate::rules::knowledge::held::Held;
use crate::rules::knowledge::{locks, origins};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, children, exits, field, fields, is_scope, statement_of, walk};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `if …:` and then a change.
    Check,
    /// `counter += 1`.
    Update,
    /// The lock is taken after the check, and the check is not repeated.
    LateLock,
}

/// Why it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Threads, tasks or processes.
    Module(Evidence),
    /// An `await` lies between check and act.
    Await,
    /// A lock guards the same state elsewhere.
    Lock,
    /// Nothing but the shape.
    Nothing,
}

/// A check, or an update, that another thread can get between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Race<'a> {
    pub shape: Shape,
    pub reason: Reason,
    pub confidence: Confidence,
    /// What is underlined.
    pub check: Node<'a>,
    /// The first and last statement that must not be interrupted, neighbours in one block.
    pub region: (Node<'a>, Node<'a>),
    pub act: Act<'a>,
    pub guarded: Option<Guarded<'a>>,
}

/// All races on state in memory in the unit's own code.
pub(super) fn races<'a>(unit: &Unit<'a>) -> Vec<Race<'a>> {
    if !unit.is_function() || unit.node.has_error() {
        return Vec::new();
    }
    let all = field(unit.node, "body").map_or_else(Vec::new, |body| acts(unit, body));
    if all.is_empty() || is_protected(unit) {
        return Vec::new();
    }
    let held = Held::new(unit);
    let mut found: Vec<Race<'a>> = Vec::new();
    for statement in unit.own(&["if_statement", "while_statement"]) {
        if !covered(&found, statement) {
            found.extend(
                checked(unit, &held, statement, &all).map(|race| with_followers(race, &all)),
            );
        }
    }
    for act in all {
        if covered(&found, act.node) {
            continue;
        }
        match act.how {
            How::Update => found.extend(updated(unit, &held, act)),
            How::Set => found.extend(taken_and_put_back(unit, &held, act)),
            How::Content => {}
        }
    }
    found
}

/// The same with the statements right behind that change the same state: one lock holds them all.
fn with_followers<'a>(mut race: Race<'a>, all: &[Act<'a>]) -> Race<'a> {
    while let Some(next) = race.region.1.next_named_sibling()
        && all
            .iter()
            .any(|act| act.state.text == race.act.state.text && statement_of(act.node) == next)
    {
        race.region.1 = next;
    }
    race
}

/// Whether a race was found already whose region holds the node.
fn covered(found: &[Race<'_>], node: Node<'_>) -> bool {
    found.iter().any(|one| {
        one.region.0.start_byte() <= node.start_byte() && node.end_byte() <= one.region.1.end_byte()
    })
}

/// Whether the whole function runs with a lock held, or before anybody else can see the state.
fn is_protected(unit: &Unit<'_>) -> bool {
    let name = field(unit.node, "name").map_or("", |name| unit.slice(name));
    let words = |text: &str| {
        let text = text.to_lowercase();
        [
            "synchronized",
            "lock",
            "mutex",
            "atomic",
            "serialize",
            "exclusive",
        ]
        .iter()
        .any(|word| text.contains(word))
    };
    // What `__new__` makes nobody else has; what it keeps in the class everybody has.
    (evidence::is_setup(name) && name != "__new__")
        || name.to_lowercase().contains("lock")
        || origins::decorated(unit, &words)
        || says_locked(unit)
}

/// Whether the text knows of the race and takes it: "a race here is harmless".
fn accepts_races(text: &str) -> bool {
    let words = || text.split(|c: char| !c.is_alphanumeric());
    words().any(|word| {
        matches!(
            word,
            "race" | "races" | "racy" | "concurrent" | "concurrently"
        )
    }) && words().any(|word| {
        matches!(
            word,
            "accepted" | "acceptable" | "harmless" | "benign" | "idempotent" | "tolerated"
        )
    })
}

/// A docstring or comment says that the caller holds the lock, or that a race does no harm.
fn says_locked(unit: &Unit<'_>) -> bool {
    let mut said = false;
    let mut comments = String::new();
    walk(unit.node, &mut |node| {
        if matches!(node.kind(), "comment" | "string") {
            let text = unit.slice(node).to_lowercase();
            let holds = ["hold", "held", "acquired", "caller", "under ", "within "];
            said |= ["lock", "mutex", "thread-safe", "threadsafe", "gil"]
                .iter()
                .any(|word| {
                    text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
                        .any(|one| one.trim_start_matches('_') == *word)
                })
                && (holds.iter().any(|word| text.contains(word))
                    || text.contains("gil")
                    || text.contains("safe"));
            comments += &text;
        }
        Walk::Into
    });
    said || accepts_races(&comments)
}

/// Judges one `if` or `while`.
fn checked<'a>(
    unit: &Unit<'a>,
    held: &Held,
    statement: Node<'a>,
    all: &[Act<'a>],
) -> Option<Race<'a>> {
    let mut conditions: Vec<Node<'a>> = field(statement, "condition").into_iter().collect();
    conditions.extend(fields(statement, "alternative").filter_map(|one| field(one, "condition")));
    for condition in conditions {
        let start = condition.end_byte();
        let race = all
            .iter()
            .filter(|act| {
                start <= act.node.start_byte() && act.node.end_byte() <= statement.end_byte()
            })
            .find_map(|act| judge(unit, held, condition, (statement, statement), *act));
        if race.is_some() {
            return race;
        }
        if let Some(race) = after_exit(unit, held, statement, condition, all) {
            return Some(race);
        }
    }
    None
}

/// `if counter >= 10: return`, and the change behind it.
fn after_exit<'a>(
    unit: &Unit<'a>,
    held: &Held,
    statement: Node<'a>,
    condition: Node<'a>,
    all: &[Act<'a>],
) -> Option<Race<'a>> {
    let leaves = statement.kind() == "if_statement"
        && fields(statement, "alternative").next().is_none()
        && field(statement, "consequence").is_some_and(|body| exits(body, unit.source()));
    if !leaves {
        return None;
    }
    let values = local_values(unit, condition);
    let mut later = None;
    for act in all
        .iter()
        .filter(|act| statement.end_byte() <= act.node.start_byte())
    {
        let text = act.state.text;
        let read = mentions(unit, condition, text)
            || values.iter().any(|value| mentions(unit, *value, text));
        if !read {
            continue;
        }
        let siblings: &Vec<Node<'a>> = later.get_or_insert_with(|| {
            statement
                .parent()
                .map_or_else(Vec::new, |block| children(block).collect())
        });
        let last = siblings
            .iter()
            .find(|one| one.byte_range().contains(&act.node.start_byte()) && !is_scope(**one));
        if let Some(last) = last
            && let Some(race) = judge(unit, held, condition, (statement, *last), *act)
        {
            return Some(race);
        }
    }
    None
}

fn judge<'a>(
    unit: &Unit<'a>,
    held: &Held,
    condition: Node<'a>,
    region: (Node<'a>, Node<'a>),
    act: Act<'a>,
) -> Option<Race<'a>> {
    let text = act.state.text;
    let (seen, first) = match mention(unit, condition, text) {
        Some(seen) => (seen, region.0),
        None => through_local(unit, held, condition, region.0, text)?,
    };
    if is_safe(unit, text) || held.at(condition) {
        return None;
    }
    let mut race = Race {
        shape: Shape::Check,
        reason: Reason::Nothing,
        confidence: Confidence::Possible,
        check: condition,
        region: (first, region.1),
        act,
        guarded: evidence::guarded(unit, act.state, condition),
    };
    if let Some(lock) = locks::held_by_with(unit, act.node) {
        return late_lock(unit, lock, race);
    }
    if held.at(act.node) {
        return None;
    }
    weigh(unit, seen, &mut race)?;
    Some(race)
}

/// `value = cache.get(key)` and then `if value is None`: the place that reads the state, and the
/// statement that must be inside the lock as well.
fn through_local<'a>(
    unit: &Unit<'a>,
    held: &Held,
    condition: Node<'a>,
    statement: Node<'a>,
    text: &str,
) -> Option<(Node<'a>, Node<'a>)> {
    local_values(unit, condition).into_iter().find_map(|value| {
        let seen = mention(unit, value, text)?;
        let bound = statement_of(value);
        (bound.parent() == statement.parent() && !held.at(value)).then_some((seen, bound))
    })
}

/// The values of the local names that a condition reads.
fn local_values<'a>(unit: &Unit<'a>, condition: Node<'a>) -> Vec<Node<'a>> {
    let mut found = Vec::new();
    walk(condition, &mut |node| {
        if node.kind() == "identifier"
            && let Some(value) = unit.last_value(unit.slice(node), condition.start_byte())
            && value.end_byte() <= condition.start_byte()
        {
            found.push(value);
        }
        Walk::Into
    });
    found
}

/// The act is under a lock, the check is not: fine if the check is repeated there.
fn late_lock<'a>(unit: &Unit<'a>, lock: Node<'a>, mut race: Race<'a>) -> Option<Race<'a>> {
    let mut with = lock;
    while with.kind() != "with_statement" {
        with = with.parent()?;
    }
    let body = field(with, "body")?;
    let inside_check = race.region.0.start_byte() <= with.start_byte();
    let mut repeated = false;
    let act = race.act;
    walk(body, &mut |node| {
        let condition = match node.kind() {
            "if_statement" | "while_statement" | "elif_clause" => field(node, "condition"),
            "conditional_expression" => children(node).nth(1),
            "try_statement" | "for_statement" => Some(node),
            _ => None,
        };
        // The state is read again under the lock: through a name, too.
        repeated |= condition.is_some() && node.start_byte() <= act.node.start_byte();
        Walk::Into
    });
    // What throws the whole thing away does no harm when it happens twice.
    let sets = act.how == How::Set;
    if repeated || !inside_check || !sets || unit.is_async() {
        return None;
    }
    let value = field(act.node, "right")?;
    if !matches!(value.kind(), "call" | "await") {
        return None;
    }
    race.shape = Shape::LateLock;
    race.reason = Reason::Lock;
    race.confidence = Confidence::Likely;
    Some(race)
}

/// Judges `counter += 1`.
fn updated<'a>(unit: &Unit<'a>, held: &Held, act: Act<'a>) -> Option<Race<'a>> {
    let statement = statement_of(act.node);
    if statement.start_byte() != act.node.start_byte() {
        return None;
    }
    let text = act.state.text;
    let undeclared = act.target.kind() == "identifier" && !declared_global(unit, text);
    if undeclared || is_safe(unit, text) || held.at(act.node) {
        return None;
    }
    let mut race = Race {
        shape: Shape::Update,
        reason: Reason::Nothing,
        confidence: Confidence::Possible,
        check: act.node,
        region: (statement, statement),
        act,
        guarded: evidence::guarded(unit, act.state, act.node),
    };
    weigh(unit, act.target, &mut race)?;
    (race.reason != Reason::Nothing).then_some(race)
}

/// `value = self.count`, and then `self.count = value + 1`: an update in two statements.
fn taken_and_put_back<'a>(unit: &Unit<'a>, held: &Held, act: Act<'a>) -> Option<Race<'a>> {
    let right = field(act.node, "right").filter(|one| one.kind() == "binary_operator")?;
    let text = act.state.text;
    let (seen, first) = local_values(unit, right).into_iter().find_map(|value| {
        let whole = unit.slice(value) == text && !held.at(value);
        whole.then(|| (value, statement_of(value)))
    })?;
    let last = statement_of(act.node);
    let undeclared = act.target.kind() == "identifier" && !declared_global(unit, text);
    if undeclared || first.parent() != last.parent() || is_safe(unit, text) || held.at(act.node) {
        return None;
    }
    let mut race = Race {
        shape: Shape::Update,
        reason: Reason::Nothing,
        confidence: Confidence::Possible,
        check: act.node,
        region: (first, last),
        act,
        guarded: evidence::guarded(unit, act.state, act.node),
    };
    weigh(unit, seen, &mut race)?;
    (race.reason != Reason::Nothing).then_some(race)
}

/// Gives the race its reason and confidence; `None` if it is none.
fn weigh<'a>(unit: &Unit<'a>, seen: Node<'a>, race: &mut Race<'a>) -> Option<()> {
    let state = race.act.state;
    // Python itself calls `__new__`, whoever else does.
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    if own != "__new__" && evidence::callers_hold(unit, unit.node, state, 3) {
        return None;
    }
    if unit.is_async() {
        let from = race.region.0.parent()?;
        if !evidence::awaits_between(seen, race.act.node, from) || waits_only_aside(seen, race) {
            return None;
        }
        if acted_at_once(unit, seen, race.act, from) {
            return None;
        }
        race.reason = Reason::Await;
        race.confidence = if state.owner == Owner::Instance && has_one_user(unit) {
            Confidence::Possible
        } else {
            Confidence::Likely
        };
        if race
            .guarded
            .is_some_and(|one| one.written && one.asynchronous)
        {
            (race.reason, race.confidence) = (Reason::Lock, Confidence::Certain);
        }
        return Some(());
    }
    if let Some(guarded) = race.guarded.filter(|one| !one.asynchronous) {
        race.reason = Reason::Lock;
        race.confidence = if guarded.written {
            Confidence::Certain
        } else {
            Confidence::Possible
        };
        return Some(());
    }
    if state.owner == Owner::Instance {
        let meets = evidence::instance_shared(unit, state);
        if !meets && (race.shape == Shape::Update || !evidence::instance_known_to_all(unit)) {
            return None;
        }
        race.reason = Reason::Module(Evidence::Threads);
        race.confidence = if is_harmless_twice(unit, race) {
            Confidence::Possible
        } else {
            Confidence::Likely
        };
        return Some(());
    }
    if let Some(found) = evidence::of_module(unit) {
        race.reason = Reason::Module(found);
        // What is made on demand where nothing here runs in threads may be made twice: a choice.
        let far = found == Evidence::Threads
            && race.act.how != How::Update
            && !evidence::runs_threads(unit);
        let weak = found == Evidence::Processes || far || is_harmless_twice(unit, race);
        race.confidence = if weak {
            Confidence::Possible
        } else {
            Confidence::Likely
        };
        Some(())
    } else {
        let counter = state.owner == Owner::Module
            && race.act.how == How::Update
            && race.act.target.kind() == "identifier"
            && mentions(unit, race.check, state.text);
        counter.then_some(())
    }
}

/// `if key in waiting: …; await …; return`: that branch leaves, and on the way to the change
/// behind it nothing waits.
fn waits_only_aside(seen: Node<'_>, race: &Race<'_>) -> bool {
    let (first, last) = race.region;
    if first == last || first.kind() != "if_statement" {
        return false;
    }
    let Some(body) =
        field(first, "consequence").filter(|_| first.start_byte() <= seen.start_byte())
    else {
        return false;
    };
    let Some(from) = first.parent() else {
        return false;
    };
    seen.end_byte() <= body.start_byte()
        && !evidence::awaits_between(first, race.act.node, from)
        && !evidence::awaits_between(seen, race.check, race.check)
}

/// Whether the class stands for one connection or one message, which one task reads or writes.
fn has_one_user(unit: &Unit<'_>) -> bool {
    let class = unit.qualname.rsplit('.').nth(1).unwrap_or_default();
    [
        "Reader", "Writer", "Stream", "Parser", "Payload", "Part", "Request", "Response",
        "Protocol", "Body", "Cursor",
    ]
    .iter()
    .any(|word| class.contains(word))
        // What a web framework keeps for one visitor; a client's session is shared.
        || (class.starts_with("Session") && !class.contains("Pool") && !class.contains("Manager"))
}

/// An earlier act on the same state tells the other tasks before control is given away; or the
/// act takes out only what this task put in.
fn acted_at_once(unit: &Unit<'_>, seen: Node<'_>, act: Act<'_>, from: Node<'_>) -> bool {
    let takes_own = field(act.node, "function")
        .and_then(|function| field(function, "attribute"))
        .is_some_and(|verb| matches!(unit.slice(verb), "remove" | "discard"));
    takes_own
        || acts(unit, from).into_iter().any(|one| {
            one.state.text == act.state.text
                && seen.end_byte() <= one.node.start_byte()
                && one.node.end_byte() <= act.node.start_byte()
                && !evidence::awaits_between(seen, one.node, from)
        })
}
