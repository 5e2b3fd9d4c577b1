//! HTTP libraries: which calls send a request, with which client, and how each is configured.
//!
//! Facts read in the libraries' sources: requests 2.32 (`api.py`, `sessions.py`: no default
//! timeout anywhere), httpx 0.28 (`_config.py`: five seconds by default), aiohttp 3.11
//! (`client.py`: five minutes in total by default), and the signatures of Python 3.9 to 3.13.

use tree_sitter::Node;

use super::origins::{self, Bound, Origin};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, bare, field, keyword, positional, walk};

/// A library that sends HTTP requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Library {
    /// `requests` and what builds on its `Session`.
    Requests,
    /// `httpx`.
    Httpx,
    /// `aiohttp`.
    Aiohttp,
    /// `urllib.request`.
    Urllib,
}

/// The verbs that all clients share; `stream` is httpx's, `send` takes a prepared request.
const VERBS: &[&str] = &[
    "get", "options", "head", "post", "put", "patch", "delete", "request",
];

/// Classes and functions that make a client.
const CLIENTS: &[(&str, Library)] = &[
    ("requests.Session", Library::Requests),
    ("requests.session", Library::Requests),
    ("requests.sessions.Session", Library::Requests),
    ("requests.sessions.session", Library::Requests),
    ("requests_cache.CachedSession", Library::Requests),
    (
        "requests_futures.sessions.FuturesSession",
        Library::Requests,
    ),
    ("requests_html.HTMLSession", Library::Requests),
    ("requests_oauthlib.OAuth1Session", Library::Requests),
    ("requests_oauthlib.OAuth2Session", Library::Requests),
    (
        "requests_toolbelt.sessions.BaseUrlSession",
        Library::Requests,
    ),
    ("httpx.Client", Library::Httpx),
    ("httpx.AsyncClient", Library::Httpx),
    ("aiohttp.ClientSession", Library::Aiohttp),
    ("aiohttp.client.ClientSession", Library::Aiohttp),
];

/// A client object and what is known of it.
#[derive(Debug, Clone)]
pub struct Client<'a> {
    /// Its library.
    pub library: Library,
    /// The call that makes it, where it is seen.
    pub made: Option<Node<'a>>,
    /// The scope that owns the name, where it has one.
    pub scope: Option<Node<'a>>,
    /// The expression as it is written (`self.session`).
    pub written: &'a str,
}

/// A call that sends a request.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The call.
    pub call: Node<'a>,
    /// The library.
    pub library: Library,
    /// The verb (`get`, `urlopen`).
    pub verb: String,
    /// The client, unless the library's own function is called.
    pub client: Option<Client<'a>>,
}

/// Reads a call that sends a request; `None` for every other call.
#[must_use]
pub fn request<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Request<'a>> {
    let function = field(call, "function")?;
    if !may_send(unit, function) {
        return None;
    }
    if let Some(name) = origins::library(unit, function)
        && let Some((library, verb)) = module_verb(&name)
    {
        return Some(Request {
            call,
            library,
            verb: verb.to_owned(),
            client: None,
        });
    }
    if function.kind() != "attribute" {
        return None;
    }
    let verb = unit.slice(field(function, "attribute")?);
    if !VERBS.contains(&verb) && !matches!(verb, "send" | "stream") {
        return None;
    }
    let client = client(unit, field(function, "object")?)?;
    let known = VERBS.contains(&verb)
        || (verb == "send" && client.library != Library::Aiohttp)
        || (verb == "stream" && client.library == Library::Httpx);
    known.then(|| Request {
        call,
        library: client.library,
        verb: verb.to_owned(),
        client: Some(client),
    })
}

/// The cheap question before names are resolved.
fn may_send(unit: &Unit<'_>, function: Node<'_>) -> bool {
    let written = unit.slice(function);
    match function.kind() {
        "identifier" => unit.names().is_imported(written) || imports_library(unit),
        "attribute" => {
            let last = written.rsplit('.').next().unwrap_or(written);
            VERBS.contains(&last) || matches!(last, "send" | "stream" | "urlopen")
        }
        _ => false,
    }
}

fn imports_library(unit: &Unit<'_>) -> bool {
    let names = unit.names();
    CLIENTS
        .iter()
        .filter_map(|(name, _)| name.split('.').next())
        .chain(["urllib"])
        .any(|module| names.imports_module(module))
}

/// The library and verb of a module's own function.
#[must_use]
pub fn module_verb(name: &str) -> Option<(Library, &str)> {
    let (module, verb) = name.rsplit_once('.')?;
    let library = match module {
        "requests" | "requests.api" => Library::Requests,
        "httpx" => Library::Httpx,
        "aiohttp" => Library::Aiohttp,
        // Python 2's `urllib.urlopen` as well.
        "urllib.request" | "urllib" if verb == "urlopen" => return Some((Library::Urllib, verb)),
        _ => return None,
    };
    let known = match library {
        Library::Aiohttp => verb == "request",
        _ => VERBS.contains(&verb) || (library == Library::Httpx && verb == "stream"),
    };
    known.then_some((library, verb))
}

/// The client that an expression holds, if one is seen.
#[must_use]
pub fn client<'a>(unit: &Unit<'a>, expression: Node<'a>) -> Option<Client<'a>> {
    let expression = bare(expression);
    let written = unit.slice(expression);
    if expression.kind() == "call" {
        let library = constructor(unit, expression)?;
        return Some(Client {
            library,
            made: Some(expression),
            scope: None,
            written,
        });
    }
    if !worth_looking(unit) {
        return None;
    }
    let bound = origins::of(unit, expression)?;
    let (library, made) = held(unit, &bound, 2)?;
    Some(Client {
        library,
        made,
        scope: Some(bound.scope),
        written,
    })
}

/// Whether the file names a client at all: the cheap question before the walk.
fn worth_looking(unit: &Unit<'_>) -> bool {
    imports_library(unit) || {
        // Code without its imports (a pasted example) may still name one in full.
        let text = unit.slice(unit.node);
        text.contains("ession") || text.contains("Client")
    }
}

fn held<'a>(
    unit: &Unit<'a>,
    bound: &Bound<'a>,
    left: usize,
) -> Option<(Library, Option<Node<'a>>)> {
    let mut found = None;
    for origin in &bound.origins {
        let one = match origin {
            Origin::Value(value) | Origin::With(value) => {
                let value = made_value(bare(*value));
                if value.kind() == "none" {
                    continue;
                }
                if value.kind() == "call" {
                    (constructor(unit, value)?, Some(value))
                } else if 0 < left {
                    held(unit, &origins::of(unit, value)?, left - 1)?
                } else {
                    return None;
                }
            }
            Origin::Parameter(Some(annotation)) | Origin::Annotation(annotation) => {
                (annotated_client(unit, *annotation)?, None)
            }
            Origin::Parameter(None) | Origin::Other(_) => return None,
        };
        if found
            .as_ref()
            .is_none_or(|(_, made): &(Library, Option<Node<'_>>)| made.is_none())
        {
            found = Some(one);
        }
    }
    found
}

/// The made object in `given or make()` and `given if given else make()`.
fn made_value(value: Node<'_>) -> Node<'_> {
    match value.kind() {
        "boolean_operator" => field(value, "right").map_or(value, bare),
        "await" => value.named_child(0).map_or(value, bare),
        _ => value,
    }
}

fn constructor(unit: &Unit<'_>, call: Node<'_>) -> Option<Library> {
    let name = origins::imported(unit, field(call, "function")?)?;
    if let Some(library) = library_of(&name) {
        return Some(library);
    }
    // `enter_context(make())` gives back what `make()` made.
    let last = name.rsplit('.').next().unwrap_or(&name);
    if matches!(last, "enter_context" | "enter_async_context") {
        let inner = positional(call).first().copied()?;
        return (inner.kind() == "call")
            .then(|| constructor(unit, inner))
            .flatten();
    }
    own_subclass(unit, &name).or_else(|| annotated_return(unit, &name))
}

fn library_of(name: &str) -> Option<Library> {
    CLIENTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, library)| *library)
}

fn annotated_client(unit: &Unit<'_>, annotation: Node<'_>) -> Option<Library> {
    library_of(&origins::annotated(unit, annotation)?)
}

/// A class of this file below `requests.Session` that does not take the sending over.
fn own_subclass(unit: &Unit<'_>, name: &str) -> Option<Library> {
    let outline = unit.file.outline;
    let index = outline
        .definitions
        .iter()
        .position(|one| one.kind == crate::syntax::Kind::Class && one.qualname == name)?;
    let class = crate::syntax::unit::definition_node(unit.source(), &outline.definitions[index])?;
    let overrides = outline.methods(index).any(|method| {
        matches!(
            method.name.as_str(),
            "request" | "send" | "__init__" | "mount"
        )
    });
    let bases = field(class, "superclasses")?;
    let base = crate::syntax::nodes::children(bases).next()?;
    (!overrides)
        .then(|| library_of(&unit.resolve(base)?))
        .flatten()
}

/// A function of this file that says it returns a client and makes a plain one.
fn annotated_return(unit: &Unit<'_>, name: &str) -> Option<Library> {
    let definition = unit.file.outline.find(name)?;
    let function = crate::syntax::unit::definition_node(unit.source(), definition)?;
    let library = annotated_client(unit, field(function, "return_type")?)?;
    let body = unit.slice(field(function, "body")?);
    (!body.contains("timeout") && !body.contains("mount") && !body.contains("hooks"))
        .then_some(library)
}

/// Whether something sets the client up beyond its constructor: an attribute in `attributes` is
/// assigned, or a method in `methods` is called on it with arguments that `accept` takes.
#[must_use]
pub fn set_up<'a>(
    unit: &Unit<'a>,
    client: &Client<'a>,
    accept: &mut dyn FnMut(Step<'a>) -> bool,
) -> bool {
    let Some(scope) = client.scope else {
        return false;
    };
    // A method may use a session that the module or a base class prepares elsewhere.
    let mut found = false;
    walk(scope, &mut |node| {
        if found {
            return Walk::Over;
        }
        let step = match node.kind() {
            "call" => called(unit, node, client.written),
            "assignment" => assigned(unit, node, client.written),
            _ => None,
        };
        found = step.is_some_and(&mut *accept);
        Walk::Into
    });
    found
}

/// Something that is done to a client.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// `client.method(…)`.
    Method(&'a str, Node<'a>),
    /// `client.attribute = value`, or `client.attribute[…] = value`.
    Attribute(&'a str),
    /// `function(client, …)`.
    Passed(&'a str),
}

fn called<'a>(unit: &Unit<'a>, call: Node<'a>, written: &str) -> Option<Step<'a>> {
    let function = field(call, "function")?;
    if positional(call)
        .first()
        .is_some_and(|first| unit.slice(*first) == written)
    {
        return Some(Step::Passed(unit.slice(function)));
    }
    let mut object = field(function, "object")?;
    let mut name = field(function, "attribute")?;
    // `client.hooks["response"].append(f)` and `client.hooks.update(…)`.
    if object.kind() == "subscript" {
        object = field(object, "value")?;
    }
    if object.kind() == "attribute" && unit.slice(object) != written {
        name = field(object, "attribute")?;
        object = field(object, "object")?;
    }
    (unit.slice(object) == written).then(|| Step::Method(unit.slice(name), call))
}

fn assigned<'a>(unit: &Unit<'a>, assignment: Node<'a>, written: &str) -> Option<Step<'a>> {
    let mut left = field(assignment, "left")?;
    field(assignment, "right")?;
    if left.kind() == "subscript" {
        left = field(left, "value")?;
    }
    if left.kind() != "attribute" || unit.slice(field(left, "object")?) != written {
        return None;
    }
    Some(Step::Attribute(unit.slice(field(left, "attribute")?)))
}

/// Whether HTTP is faked here: a test, or a function that a mocking library covers.
#[must_use]
pub fn faked(unit: &Unit<'_>) -> bool {
    unit.file.is_test || is_test_function(unit) || is_mocked(unit)
}

/// `test_…` beside the code, or in a class of tests; not the method `test_connection` of a hook.
fn is_test_function(unit: &Unit<'_>) -> bool {
    let mut parts = unit.qualname.rsplit('.');
    let own = parts.next().unwrap_or_default();
    own.starts_with("test_") && parts.next().is_none_or(|class| class.contains("Test"))
}

/// Whether a mocking library covers the function.
#[must_use]
pub fn is_mocked(unit: &Unit<'_>) -> bool {
    let mock = |text: &str| {
        let text = text.trim_start_matches('@');
        [
            "responses.",
            "requests_mock.",
            "httpretty.",
            "respx.",
            "aioresponses",
            "vcr.",
            "mock.",
            "unittest.mock.",
            "patch(",
            "patch.object(",
            "patch.dict(",
        ]
        .iter()
        .any(|one| text.starts_with(one))
    };
    origins::decorated(unit, &mock)
        || unit.parameters().iter().any(|one| {
            matches!(
                one.name,
                "requests_mock" | "mocker" | "respx_mock" | "httpx_mock" | "aioresponses"
            )
        })
}

/// Whether the call stands in `with mocking_library…:`.
#[must_use]
pub fn in_mock(unit: &Unit<'_>, call: Node<'_>) -> bool {
    crate::syntax::flow::withs_around(call).iter().any(|item| {
        let text = unit.slice(*item);
        [
            "responses.",
            "requests_mock.",
            "respx.",
            "aioresponses(",
            "patch(",
            "patch.object(",
            "httpretty.",
        ]
        .iter()
        .any(|one| text.contains(one))
    })
}

/// The value of a keyword argument of a client's constructor.
#[must_use]
pub fn made_with<'a>(unit: &Unit<'a>, client: &Client<'a>, name: &str) -> Option<Node<'a>> {
    keyword(client.made?, name, unit.source())
}
