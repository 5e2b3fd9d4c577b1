//! What tells that several threads, processes or tasks run the code.

use tree_sitter::Node;

use super::state::{Owner, State, mentions};
use crate::rules::knowledge::held::Held;
use crate::rules::knowledge::locks;
use crate::syntax::nodes::{
    Walk, ancestors, children, decorators_of, field, is_scope, statement_of, walk, walk_near,
};
use crate::syntax::{Unit, flow};

/// Who else may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Threads, or handlers that a server runs in threads.
    Threads,
    /// Workers of a task queue.
    Tasks,
    /// Only processes, which do not share memory.
    Processes,
}

/// What the unit's module shows.
pub(super) fn of_module(unit: &Unit<'_>) -> Option<Evidence> {
    let names = unit.names();
    let text = unit.source().text();
    let threads = [
        "concurrent.futures",
        "_thread",
        "gevent",
        "eventlet",
        "multiprocessing.pool",
        "multiprocessing.dummy",
    ]
    .iter()
    .any(|module| names.imports_module(module))
        || (names.imports_module("threading") && uses_threads(text))
        || [
            "ThreadingMixIn",
            "ThreadingHTTPServer",
            "ThreadingTCPServer",
            ".run_in_executor(",
            "asyncio.to_thread(",
        ]
        .iter()
        .any(|word| text.contains(word));
    if threads {
        return Some(Evidence::Threads);
    }
    handlers(unit).or_else(|| {
        names
            .imports_module("multiprocessing")
            .then_some(Evidence::Processes)
    })
}

/// Whether the module itself starts threads or serves requests in them. One that only imports
/// `threading`, for a lock or for data of its own, may have decided that this state needs none.
pub(super) fn runs_threads(unit: &Unit<'_>) -> bool {
    const STARTS: [&str; 15] = [
        "Thread(",
        "Timer(",
        "Executor(",
        "ThreadPool(",
        "start_new_thread(",
        ".submit(",
        ".run_in_executor(",
        "to_thread(",
        ".spawn(",
        "spawn_n(",
        "GreenPool(",
        "ThreadingMixIn)",
        "ThreadingHTTPServer(",
        "ThreadingTCPServer(",
        "(Thread)",
    ];
    let text = unit.source().text();
    STARTS.iter().any(|word| text.contains(word))
        || text.contains("threading.Thread)")
        || handlers(unit).is_some()
}

/// Whether `threading` serves for more than the thread's own data or name.
fn uses_threads(text: &str) -> bool {
    let own = [
        "local",
        "current_thread",
        "get_ident",
        "currentThread",
        "main_thread",
        "get_native_id",
    ];
    let mut used = false;
    for (at, _) in text.match_indices("threading.") {
        let rest = &text[at + "threading.".len()..];
        let word = rest
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default();
        if !own.contains(&word) {
            return true;
        }
        used = true;
    }
    if let Some(at) = text.find("from threading import") {
        let line = text[at + "from threading import".len()..]
            .lines()
            .next()
            .unwrap_or_default();
        return !line.split(',').all(|word| own.contains(&word.trim()));
    }
    !used
}

/// Whether a function of the file is a view or a task: servers run them in parallel.
fn handlers(unit: &Unit<'_>) -> Option<Evidence> {
    let names = unit.names();
    let imports = |modules: &[&str]| modules.iter().any(|module| names.imports_module(module));
    let web = imports(&[
        "flask",
        "fastapi",
        "starlette",
        "django",
        "rest_framework",
        "bottle",
        "sanic",
        "flask_restful",
        "quart",
    ]);
    let tasks = imports(&["celery", "dramatiq", "huey", "rq"]);
    if !web && !tasks {
        return None;
    }
    let mut found = None;
    unit.source().walk(&mut |node| {
        if found.is_some() {
            return Walk::Over;
        }
        if node.kind() == "function_definition" {
            let is_async = node.child(0).is_some_and(|first| first.kind() == "async");
            found = handler_kind(unit, node, web, tasks).filter(|_| !is_async);
        }
        Walk::Into
    });
    found
}

fn handler_kind(unit: &Unit<'_>, function: Node<'_>, web: bool, tasks: bool) -> Option<Evidence> {
    for decorator in decorators_of(function) {
        let Some(expression) = decorator.named_child(0) else {
            continue;
        };
        let name = unit.slice(field(expression, "function").unwrap_or(expression));
        let last = name.rsplit('.').next().unwrap_or(name);
        if tasks
            && matches!(
                last,
                "task" | "shared_task" | "actor" | "job" | "periodic_task"
            )
        {
            return Some(Evidence::Tasks);
        }
        let routes = [
            "route",
            "get",
            "post",
            "put",
            "patch",
            "delete",
            "api_view",
            "before_request",
            "after_request",
            "websocket",
            "login_required",
            "csrf_exempt",
            "require_POST",
            "require_GET",
            "require_http_methods",
        ];
        if web && routes.contains(&last) {
            return Some(Evidence::Threads);
        }
    }
    let parameters =
        field(function, "parameters").map(|list| children(list).collect::<Vec<_>>())?;
    let request = parameters
        .first()
        .is_some_and(|one| unit.slice(*one).split(':').next() == Some("request"));
    // A helper of a view takes the request as well; a view makes the answer.
    let answers = ["HttpResponse", "JsonResponse", "render(", "redirect("]
        .iter()
        .any(|word| unit.slice(function).contains(word));
    (web && unit.names().imports_module("django") && request && answers)
        .then_some(Evidence::Threads)
}

/// A lock that guards the same state elsewhere in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guarded<'a> {
    /// The `with` item.
    pub lock: Node<'a>,
    /// Whether the state is written there.
    pub written: bool,
    /// Whether it is an `async with`.
    pub asynchronous: bool,
}

/// The lock that guards the state elsewhere, one that guards a write first.
pub(super) fn guarded<'a>(
    unit: &Unit<'a>,
    state: State<'a>,
    here: Node<'a>,
) -> Option<Guarded<'a>> {
    let mut best: Option<Guarded<'a>> = None;
    let text = unit.source().text();
    let words = [
        "lock", "Lock", "LOCK", "utex", "MUTEX", "emaphore", "ondition", "cond", "cv", "sem",
    ];
    if unit.file.settings.locks.is_empty() && !words.iter().any(|word| text.contains(word)) {
        return None;
    }
    let class = unit.class();
    let mut look = |node: Node<'a>| {
        if best.is_some_and(|best| best.written) {
            return Walk::Over;
        }
        if node.kind() != "with_statement" || node.byte_range().contains(&here.start_byte()) {
            return Walk::Into;
        }
        let Some(body) = field(node, "body") else {
            return Walk::Into;
        };
        let same_class = state.owner != Owner::Instance
            || ancestors(node).find(|up| up.kind() == "class_definition") == class;
        if !same_class || !mentions(unit, body, state.text) {
            return Walk::Into;
        }
        if let Some(lock) = flow::with_items(node)
            .into_iter()
            .find(|item| locks::is_lock(unit, *item) && guards_its_owner(unit, *item, state))
        {
            let one = Guarded {
                lock,
                written: writes(unit, body, state.text),
                asynchronous: node.child(0).is_some_and(|first| first.kind() == "async"),
            };
            if best.is_none_or(|best| one.written && !best.written) {
                best = Some(one);
            }
        }
        Walk::Into
    };
    match class.filter(|_| state.owner == Owner::Instance) {
        Some(class) => walk_near(class, unit.source(), state.text, &mut look),
        None => unit.source().walk_near(state.text, &mut look),
    }
    best
}

/// Whether the lock is the module's or belongs to the object that holds the state: what another
/// object locks for itself (`with self.queue.mutex`) says nothing of `self.size`.
fn guards_its_owner(unit: &Unit<'_>, lock: Node<'_>, state: State<'_>) -> bool {
    let owner = |text: &str| text.rsplit_once('.').map(|(owner, _)| owner.to_owned());
    let Some(of_lock) = owner(unit.slice(lock).split('(').next().unwrap_or_default()) else {
        return true;
    };
    if state.owner != Owner::Instance || !of_lock.starts_with("self.") {
        return true;
    }
    owner(state.text)
        .is_some_and(|of_state| of_state == of_lock || of_state.starts_with(&format!("{of_lock}.")))
}

fn writes(unit: &Unit<'_>, body: Node<'_>, text: &str) -> bool {
    let inner = Unit::new(
        unit.file,
        crate::syntax::nodes::scope_of(body),
        String::new(),
    );
    // What is written under a lock is shared by that alone; only the text has to agree.
    super::state::acts(&inner, body)
        .iter()
        .any(|act| act.state.text == text)
}

/// Whether two threads meet in the instance: a method that a thread runs and one that others call
/// are involved, and the one on the other side writes the state.
pub(super) fn instance_shared(unit: &Unit<'_>, state: State<'_>) -> bool {
    let Some(class) = unit.class() else {
        return false;
    };
    let Some(body) = field(class, "body") else {
        return false;
    };
    let methods: Vec<(&str, Node<'_>)> = children(body)
        .map(|one| field(one, "definition").unwrap_or(one))
        .filter(|one| one.kind() == "function_definition")
        .filter_map(|one| Some((unit.slice(field(one, "name")?), one)))
        .collect();
    let starts = started(unit, class);
    let mut threaded: Vec<&str> = starts.iter().map(|(name, _)| *name).collect();
    add_called(unit, &methods, &mut threaded);
    // Methods that run in front while the threads work; `None` if any may.
    let front = starts
        .iter()
        .map(|(_, call)| call.and_then(loop_behind))
        .collect::<Option<Vec<_>>>()
        .map(|loops| {
            let mut called = Vec::new();
            for one in loops {
                called.extend(called_in(unit, &methods, one));
            }
            add_called(unit, &methods, &mut called);
            called
        });
    let own = field(unit.node, "name").map_or("", |name| unit.slice(name));
    let here = threaded.contains(&own);
    let meets = |name: &str| {
        threaded.contains(&name)
            || front
                .as_ref()
                .is_none_or(|called: &Vec<&str>| called.contains(&name))
    };
    if !meets(own) {
        return false;
    }
    // Several threads may run the same method: then it meets itself.
    let pooled = here
        && ["submit(self.", "map(self."]
            .iter()
            .any(|call| unit.slice(class).contains(call));
    !threaded.is_empty()
        && (pooled
            || methods.iter().any(|(name, method)| {
                !name.starts_with("__")
                    && threaded.contains(name) != here
                    && meets(name)
                    && mentions(unit, *method, state.text)
                    && writes_in(unit, *method, state.text)
            }))
}

/// The methods that the part calls on `self`.
fn called_in<'a>(unit: &Unit<'_>, methods: &[(&'a str, Node<'_>)], part: Node<'_>) -> Vec<&'a str> {
    let text = unit.slice(part);
    methods
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| text.contains(&format!("self.{name}(")))
        .collect()
}

/// Adds the methods that those of the list call, and that these call.
fn add_called<'a>(unit: &Unit<'_>, methods: &[(&'a str, Node<'_>)], list: &mut Vec<&'a str>) {
    let mut next = 0;
    while next < list.len() {
        let name = list[next];
        next += 1;
        for (_, method) in methods.iter().filter(|(one, _)| *one == name) {
            for called in called_in(unit, methods, *method) {
                if !list.contains(&called) {
                    list.push(called);
                }
            }
        }
    }
}

/// The endless loop that the same block runs behind the statement that starts a thread.
fn loop_behind(start: Node<'_>) -> Option<Node<'_>> {
    let mut next = statement_of(start).next_named_sibling();
    while let Some(one) = next {
        if one.kind() == "while_statement" {
            return Some(one);
        }
        next = one.next_named_sibling();
    }
    None
}

/// Whether the class says that several threads use one object: it makes a lock for itself, or the
/// module, which runs in threads, makes one object for all.
pub(super) fn instance_known_to_all(unit: &Unit<'_>) -> bool {
    let Some(class) = unit.class() else {
        return false;
    };
    let Some(name) = field(class, "name").map(|name| unit.slice(name)) else {
        return false;
    };
    let mut locked = false;
    walk_near(class, unit.source(), "ock(", &mut |node| {
        locked |= node.kind() == "assignment"
            && field(node, "left").is_some_and(|left| unit.slice(left).starts_with("self."))
            && field(node, "right").is_some_and(|made| {
                locks::makes_lock(made, unit.file)
                    && unit
                        .callee(made)
                        .is_some_and(|name| !name.starts_with("asyncio"))
            });
        Walk::Into
    });
    if locked {
        return true;
    }
    let single = unit.file.outline.assigned.iter().any(|(_, range)| {
        unit.source().text()[range.clone()]
            .split_once('=')
            .and_then(|(_, value)| value.trim_start().strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('('))
    });
    single && of_module(unit).is_some_and(|found| found == Evidence::Threads)
}

/// Whether the method writes the state.
fn writes_in(unit: &Unit<'_>, method: Node<'_>, text: &str) -> bool {
    let inner = Unit::new(unit.file, method, String::new());
    field(method, "body").is_some_and(|body| {
        super::state::acts(&inner, body)
            .iter()
            .any(|act| act.state.text == text)
    })
}

/// The methods of the class that threads start with, and the calls that start them.
fn started<'a>(unit: &Unit<'a>, class: Node<'a>) -> Vec<(&'a str, Option<Node<'a>>)> {
    let mut found = Vec::new();
    let thread = field(class, "superclasses").is_some_and(|list| {
        children(list).any(|base| unit.slice(base).rsplit('.').next() == Some("Thread"))
    });
    if thread {
        found.push(("run", None));
    }
    walk(class, &mut |node| {
        if node.kind() == "call"
            && let (Some(function), Some(list)) =
                (field(node, "function"), field(node, "arguments"))
        {
            let name = unit.slice(function);
            let last = name.rsplit('.').next().unwrap_or(name);
            // Whoever awaits the thread does nothing else with the object meanwhile.
            let awaited = matches!(last, "to_thread" | "run_in_executor")
                && node.parent().is_some_and(|up| up.kind() == "await");
            if !awaited
                && (last != "map" || name.contains('.'))
                && matches!(
                    last,
                    "Thread"
                        | "Timer"
                        | "submit"
                        | "map"
                        | "to_thread"
                        | "run_in_executor"
                        | "start_new_thread"
                        | "apply_async"
                )
            {
                for argument in children(list) {
                    let value = field(argument, "value").unwrap_or(argument);
                    if let Some(method) = unit.slice(value).strip_prefix("self.") {
                        found.push((method, Some(node)));
                    }
                }
            }
        }
        Walk::Into
    });
    found
}

/// Whether control may go to another task between the check and the act.
pub(super) fn awaits_between(check: Node<'_>, act: Node<'_>, from: Node<'_>) -> bool {
    let mut found = false;
    walk(from, &mut |node| {
        if is_scope(node) || act.end_byte() <= node.start_byte() {
            return Walk::Over;
        }
        let waits = node.kind() == "await"
            || (matches!(node.kind(), "with_statement" | "for_statement")
                && node.child(0).is_some_and(|first| first.kind() == "async"));
        if waits && check.end_byte() <= node.start_byte() {
            found = true;
        }
        Walk::Into
    });
    found
}

/// Whether every place of the file that calls the function holds a lock, or runs before anybody
/// else can.
pub(super) fn callers_hold(
    unit: &Unit<'_>,
    function: Node<'_>,
    state: State<'_>,
    left: usize,
) -> bool {
    let Some(name) = field(function, "name").map(|name| unit.slice(name)) else {
        return false;
    };
    if left == 0
        || function
            .parent()
            .is_some_and(|up| up.kind() == "decorated_definition")
    {
        return false;
    }
    let mut calls = Vec::new();
    unit.source().walk_near(name, &mut |node| {
        if node.kind() == "call"
            && let Some(callee) = field(node, "function")
        {
            let text = unit.slice(callee);
            if text == name
                || text.strip_prefix("self.") == Some(name)
                || text.strip_prefix("cls.") == Some(name)
            {
                calls.push(node);
            }
        }
        Walk::Into
    });
    !calls.is_empty()
        && calls.into_iter().all(|call| {
            let caller = ancestors(call).find(|up| up.kind() == "function_definition");
            let Some(caller) = caller else {
                return state.owner == Owner::Module;
            };
            let caller_name = field(caller, "name").map_or("", |name| unit.slice(name));
            caller == function
                || (state.owner == Owner::Instance && is_setup(caller_name))
                || Held::new(&Unit::new(unit.file, caller, String::new())).at(call)
                || callers_hold(unit, caller, state, left - 1)
        })
}

/// Methods that run while only one thread knows the object.
pub(super) fn is_setup(name: &str) -> bool {
    matches!(
        name,
        "__init__"
            | "__new__"
            | "__post_init__"
            | "__del__"
            | "__setstate__"
            | "__init_subclass__"
            | "__set_name__"
    )
}
