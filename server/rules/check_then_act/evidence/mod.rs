//! What tells that several threads, processes or tasks run the code.

mod instances;
mod locked;

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, children, decorators_of, field, is_scope, walk};
pub(super) use instances::{instance_known_to_all, instance_shared};
pub(super) use locked::{Guarded, callers_hold, guarded};

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
