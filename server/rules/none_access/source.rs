//! Expressions that may be None, and why.

use tree_sitter::Node;

use super::answers::of_own_function;
use super::stores::{has_default, is_cache, is_row};
use super::{patterns, trees};
use crate::rules::Confidence;
use crate::rules::knowledge::keys::{Keys, module_value};
use crate::rules::knowledge::outside::{Origin, origin, split_union};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field, has_splat, keyword, positional, string_value};

/// Why a value may be None.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Why<'a> {
    /// Completes "… may be None: ".
    pub reason: String,
    /// How sure that is.
    pub confidence: Confidence,
    /// Where it comes from.
    pub place: Node<'a>,
    /// It is None because it was set to None: on a path that sets it again it is not.
    pub placeholder: bool,
    /// It is a parameter whose default is None although its type is another one.
    pub against_its_type: bool,
    /// What the reason rests on.
    pub ground: Ground,
}

/// What a reason rests on, which decides on the uses that it counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::rules) enum Ground {
    /// The value itself, or a type.
    #[default]
    Value,
    /// The function asks below the use whether it is None: nothing else is known of it.
    AskedBelow,
    /// It was found to be empty or None, and control went on: an empty text or list may be used.
    FoundEmpty,
    /// One of several values that a function answers together.
    PartOfAnswer,
}

impl<'a> Why<'a> {
    pub(super) fn new(place: Node<'a>, confidence: Confidence, reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            confidence,
            place,
            placeholder: false,
            against_its_type: false,
            ground: Ground::Value,
        }
    }

    pub(super) fn on(self, ground: Ground) -> Self {
        Self { ground, ..self }
    }
}

/// Functions that answer None when they find nothing.
const FINDERS: [(&str, &str); 19] = [
    ("re.match", "the pattern may not match"),
    ("re.search", "the pattern may not match"),
    ("re.fullmatch", "the pattern may not match"),
    ("regex.match", "the pattern may not match"),
    ("regex.search", "the pattern may not match"),
    ("regex.fullmatch", "the pattern may not match"),
    ("os.environ.get", "the environment may lack it"),
    ("os.getenv", "the environment may lack it"),
    ("shutil.which", "the program may not be installed"),
    ("inspect.getmodule", "there may be no module"),
    ("inspect.currentframe", "there may be no frame"),
    ("inspect.getdoc", "there may be no docstring"),
    ("ast.get_docstring", "there may be no docstring"),
    ("importlib.util.find_spec", "the module may not exist"),
    ("ctypes.util.find_library", "the library may not exist"),
    ("inspect.getsourcefile", "the source may not be there"),
    ("mimetypes.guess_extension", "the type may be unknown"),
    ("asyncio.current_task", "no task may be running"),
    ("ast.get_source_segment", "the source may not be there"),
];

/// Methods of queries that answer None when there is no row.
const ROW_METHODS: [&str; 4] = ["first", "last", "one_or_none", "scalar_one_or_none"];

/// Objects whose `get` does not look up a key.
const NO_MAPPINGS: [&str; 14] = [
    "requests",
    "httpx",
    "session",
    "client",
    "http",
    "api",
    "queue",
    "objects",
    "app",
    "router",
    "db",
    "browser",
    "driver",
    "test_client",
];

/// Why the expression may be None, if it may.
pub(in crate::rules) fn may_be_none<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    node: Node<'a>,
) -> Option<Why<'a>> {
    let node = bare(node);
    match node.kind() {
        "none" => Some(Why {
            placeholder: true,
            ..Why::new(node, Confidence::Certain, "it is set to None")
        }),
        "await" => {
            let inner = bare(node.named_child(0)?);
            (inner.kind() == "call").then(|| of_call(unit, keys, inner, true))?
        }
        "call" => of_call(unit, keys, node, false),
        "conditional_expression" => {
            let parts: Vec<_> = children(node).collect();
            let none = [parts.first()?, parts.get(2)?]
                .into_iter()
                .any(|arm| bare(*arm).kind() == "none");
            none.then(|| Why::new(node, Confidence::Likely, "one arm of it is None"))
        }
        // `urlparse(url).hostname`
        "attribute"
            if matches!(
                unit.slice(field(node, "attribute")?),
                "hostname" | "username"
            ) =>
        {
            let parsed = bare(field(node, "object")?);
            let value = match parsed.kind() {
                "identifier" => keys.last_value(unit.slice(parsed), parsed.start_byte())?,
                _ => parsed,
            };
            let full = unit.callee(bare(value))?;
            matches!(
                full.as_str(),
                "urllib.parse.urlparse" | "urllib.parse.urlsplit"
            )
            .then(|| Why::new(node, Confidence::Possible, "the address may lack it"))
        }
        "boolean_operator" => {
            let or = field(node, "operator")?.kind() == "or";
            or.then(|| may_be_none(unit, keys, field(node, "right")?))?
        }
        _ => None,
    }
}

fn of_call<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    call: Node<'a>,
    awaited: bool,
) -> Option<Why<'a>> {
    let function = field(call, "function")?;
    let arguments = positional(call);
    if let Some(why) = of_default(unit, call, function, &arguments) {
        return Some(why);
    }
    if let Some(full) = unit.resolve(function)
        && let Some((name, why)) = FINDERS.iter().find(|(name, _)| *name == full)
    {
        let has_default = full.contains("env") && 1 < arguments.len()
            || keyword(call, "default", unit.source()).is_some();
        let is_pattern = name.starts_with("re");
        if is_pattern
            && (arguments
                .first()
                .is_some_and(|one| always_matches(unit, *one))
                || is_all_constant(unit, &arguments))
        {
            return None;
        }
        let doc = name.contains("doc")
            || name.starts_with("inspect")
            || name.contains("find_")
            || name.starts_with("ast.")
            || name.starts_with("asyncio.");
        let confidence = if doc {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        return (!has_default).then(|| Why::new(call, confidence, *why));
    }
    of_method(unit, keys, call, function).or_else(|| of_own_function(unit, call, function, awaited))
}

/// `next(rows, None)`, `getattr(user, "name", None)`: the code itself asks for None.
fn of_default<'a>(
    unit: &Unit<'a>,
    call: Node<'a>,
    function: Node<'a>,
    arguments: &[Node<'a>],
) -> Option<Why<'a>> {
    let (confidence, why) = match (unit.slice(function), arguments) {
        ("max" | "min", [_])
            if keyword(call, "default", unit.source()).is_some_and(|one| one.kind() == "none") =>
        {
            (Confidence::Likely, "there may be nothing to choose from")
        }
        ("next", [_, none]) if none.kind() == "none" => {
            (Confidence::Likely, "there may be nothing left")
        }
        // Whoever asks an object this way seldom knows nothing of it.
        ("getattr", [_, _, none]) if none.kind() == "none" => {
            (Confidence::Possible, "the attribute may be missing")
        }
        _ => return None,
    };
    Some(Why::new(call, confidence, why))
}

fn of_method<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    call: Node<'a>,
    function: Node<'a>,
) -> Option<Why<'a>> {
    let object = bare(field(function, "object")?);
    let name = unit.slice(field(function, "attribute")?);
    let arguments = positional(call);
    match name {
        "match" | "search" | "fullmatch" => {
            let confidence = compiled_pattern(unit, keys, object)?;
            Some(Why::new(call, confidence, "the pattern may not match"))
        }
        "get" if is_row(unit, object, &arguments) => {
            Some(Why::new(call, Confidence::Likely, "there may be no row"))
        }
        "get" if arguments.len() == 1 && !has_default(call) && is_cache(unit, keys, object) => {
            Some(Why::new(call, Confidence::Certain, "the cache may lack it"))
        }
        "get" => of_get(unit, keys, call, object),
        "pop" => {
            let out = arguments.len() == 2
                && arguments[1].kind() == "none"
                && string_value(arguments[0], unit.source()).is_some();
            out.then(|| {
                Why::new(
                    call,
                    Confidence::Possible,
                    "None is what it gives otherwise",
                )
            })
        }
        "find_one" => {
            let why = "there may be no such document";
            Some(Why::new(call, Confidence::Likely, why))
        }
        "sort" | "reverse" if arguments.is_empty() => {
            let is_literal = matches!(object.kind(), "list" | "list_comprehension");
            let is_list = is_literal
                || object.kind() == "identifier"
                    && keys
                        .last_value(unit.slice(object), object.start_byte())
                        .is_some_and(|value| {
                            matches!(value.kind(), "list" | "list_comprehension")
                                || unit.callee(value).is_some_and(|name| name == "list")
                        });
            let why = "the method changes the list and returns nothing";
            is_list.then(|| Why::new(call, Confidence::Certain, why))
        }
        "find" if is_read_as_element(unit, call) => {
            let why = "there may be no such element";
            Some(Why::new(call, Confidence::Likely, why))
        }
        _ if trees::searches(unit, keys, object, name) => {
            let is_default = name == "findtext" && 1 < arguments.len();
            if is_default || keyword(call, "default", unit.source()).is_some() {
                return None;
            }
            let why = "there may be no such element";
            Some(Why::new(call, Confidence::Likely, why))
        }
        // What asyncpg answers.
        "fetchrow" if !counts_rows(unit) => {
            Some(Why::new(call, Confidence::Likely, "there may be no row"))
        }
        "fetchone" if arguments.is_empty() && !counts_rows(unit) => {
            // Settings and sequences always have their row; a condition may find none.
            let chooses = unit.slice(unit.node).to_ascii_lowercase().contains("where");
            let confidence = if chooses {
                Confidence::Likely
            } else {
                Confidence::Possible
            };
            Some(Why::new(call, confidence, "there may be no row"))
        }
        _ if ROW_METHODS.contains(&name) && arguments.is_empty() => {
            let text = unit.slice(object);
            let query = [
                "query", "objects", "filter", "select", "execute", "scalars", "where",
            ]
            .iter()
            .any(|word| text.contains(word));
            if name == "last" && !query {
                return None;
            }
            let confidence = if query || name != "first" {
                Confidence::Certain
            } else {
                Confidence::Likely
            };
            Some(Why::new(call, confidence, "there may be no row"))
        }
        _ => None,
    }
}

/// `root.find("price").text`: what XML and HTML trees find, or do not.
fn is_read_as_element(unit: &Unit<'_>, call: Node<'_>) -> bool {
    const OF_ELEMENTS: [&str; 13] = [
        "text", "attrib", "tail", "tag", "findall", "find_all", "findAll", "get_text", "getText",
        "attrs", "string", "children", "contents",
    ];
    let Some(read) = call.parent().filter(|up| up.kind() == "attribute") else {
        return false;
    };
    let Some(name) = field(read, "attribute").map(|name| unit.slice(name)) else {
        return false;
    };
    // `soup.find("a").get("href")`: the place that a text answers has no `get`.
    let is_get = name == "get"
        && read
            .parent()
            .filter(|up| up.kind() == "call")
            .is_some_and(|call| {
                let given = positional(call);
                given.first().is_some_and(|key| key.kind() == "string")
            });
    is_get || OF_ELEMENTS.contains(&name)
}

/// A query of sums always has its one row.
fn counts_rows(unit: &Unit<'_>) -> bool {
    let text = unit.slice(unit.node).to_ascii_lowercase();
    [
        "count(",
        "max(",
        "min(",
        "sum(",
        "exists(",
        "returning",
        "last_insert",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// A pattern and a text that both stand in the file: whoever wrote them saw that they match.
fn is_all_constant(unit: &Unit<'_>, arguments: &[Node<'_>]) -> bool {
    let [pattern, text, ..] = arguments else {
        return false;
    };
    let is_text = |node: Node<'_>| matches!(node.kind(), "string" | "concatenated_string");
    let known = text.kind() == "identifier"
        && !unit.is_function()
        && module_value(unit, unit.slice(*text)).is_some_and(is_text);
    is_text(*pattern) && known
}

/// Whether a pattern matches every text, because each part of it may be left out: `[ \t]*`, `^(x?)`.
fn always_matches(unit: &Unit<'_>, pattern: Node<'_>) -> bool {
    pattern.kind() == "string" && patterns::matches_all(unit.slice(pattern))
}

/// How sure it is that the object is a compiled pattern.
fn compiled_pattern<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    object: Node<'a>,
) -> Option<Confidence> {
    let compiles = |value: Node<'a>| {
        unit.callee(bare(value))
            .is_some_and(|full| full == "re.compile" || full == "regex.compile")
    };
    let sure = |value: Node<'a>| {
        let pattern = positional(bare(value)).first().copied();
        (!pattern.is_some_and(|one| always_matches(unit, one))).then_some(Confidence::Certain)
    };
    if compiles(object) {
        return sure(object);
    }
    let text = unit.slice(object);
    if object.kind() == "identifier" {
        let value = keys
            .last_value(text, object.start_byte())
            .or_else(|| module_value(unit, text));
        if let Some(value) = value {
            return compiles(value).then(|| sure(value))?;
        }
    }
    // `BasePattern.match(…)` is a class's own method.
    let last = text.rsplit('.').next()?;
    let is_class = last.starts_with(char::is_uppercase) && last.contains(char::is_lowercase);
    if is_class {
        return None;
    }
    let last = last.to_ascii_lowercase();
    (last.ends_with("_re")
        || last.starts_with("re_")
        || last.contains("regex")
        || last.contains("pattern"))
    .then_some(Confidence::Likely)
}

/// `mapping.get(key)` without default.
fn of_get<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    call: Node<'a>,
    object: Node<'a>,
) -> Option<Why<'a>> {
    let arguments = field(call, "arguments")?;
    let all: Vec<_> = children(arguments).collect();
    let (key, default) = match all.as_slice() {
        [key] => (key, None),
        [key, default] => (key, Some(default)),
        _ => return None,
    };
    if default.is_some_and(|default| default.kind() != "none")
        || has_splat(call)
        || matches!(key.kind(), "keyword_argument" | "list_splat")
    {
        return None;
    }
    let constant = string_value(*key, unit.source());
    let text = unit.slice(object);
    let last = text
        .rsplit('.')
        .next()?
        .trim_end_matches("()")
        .to_ascii_lowercase();
    let from = origin(keys, unit, object);
    let known = matches!(
        from,
        Origin::Outside | Origin::PartOfOutside | Origin::Declared
    );
    if !known && (NO_MAPPINGS.contains(&last.as_str()) || last.ends_with("client")) {
        return None;
    }
    let reason = || match constant {
        Some(key) => format!("the key {key:?} may be missing"),
        None => "the key may be missing".to_owned(),
    };
    let literal = module_value(unit, text)
        .or_else(|| keys.last_value(text, object.start_byte()))
        .is_some_and(|value| value.kind() == "dictionary");
    let confidence = match (from, constant) {
        (Origin::Outside | Origin::PartOfOutside | Origin::Declared, Some(_)) => {
            Confidence::Certain
        }
        (Origin::Declared, None) => Confidence::Likely,
        (_, None) if literal => Confidence::Likely,
        (Origin::Other, _) | (_, None) => return None,
        (_, Some(key)) if key.contains(['/', ':', ' ']) => return None,
        // Whoever calls may know that the key is there.
        (Origin::Plain, Some(_)) if !literal && unit.parameter(text).is_some() => {
            Confidence::Possible
        }
        (_, Some(_)) => Confidence::Likely,
    };
    Some(Why::new(call, confidence, reason()))
}

/// Whether a type allows None beside something else.
pub(super) fn annotated_none(annotation: &str) -> bool {
    let text = annotation
        .trim_matches(['"', '\''])
        .replace(char::is_whitespace, "");
    // `typing.Optional[…]`, and as `import typing as t` has it.
    let text = match text.split_once('.') {
        Some((module, rest)) if !module.contains(['[', '|']) && rest.contains('[') => rest,
        _ => &text,
    };
    if text.starts_with("Optional[") {
        return true;
    }
    let members = match text
        .strip_prefix("Union[")
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(inner) => inner.split(',').collect(),
        None => split_union(text),
    };
    1 < members.len() && members.contains(&"None")
}
