//! Expressions that may be None, and why.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tree_sitter::Node;

use crate::rules::Confidence;
use crate::rules::knowledge::keys::{Keys, module_value};
use crate::rules::knowledge::outside::{Origin, origin, split_union};
use crate::syntax::flow::never_returns;
use crate::syntax::nodes::{
    bare, children, exits, field, has_splat, keyword, own, positional, string_value,
};
use crate::syntax::unit::definition_node;
use crate::syntax::{Definition, Kind, Unit};

/// Why a value may be None.
#[derive(Debug, Clone)]
pub(super) struct Why<'a> {
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
}

impl<'a> Why<'a> {
    pub(super) fn new(place: Node<'a>, confidence: Confidence, reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            confidence,
            place,
            placeholder: false,
            against_its_type: false,
        }
    }
}

/// Functions that answer None when they find nothing.
const FINDERS: [(&str, &str); 14] = [
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
    ("inspect.getdoc", "there may be no docstring"),
    ("ast.get_docstring", "there may be no docstring"),
    ("importlib.util.find_spec", "the module may not exist"),
    ("ctypes.util.find_library", "the library may not exist"),
];

/// Methods of queries that answer None when there is no row.
const ROW_METHODS: [&str; 3] = ["first", "one_or_none", "scalar_one_or_none"];

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
pub(super) fn may_be_none<'a>(
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
    if let Some(full) = unit.resolve(function)
        && let Some((name, why)) = FINDERS.iter().find(|(name, _)| *name == full)
    {
        let has_default = full.contains("env") && 1 < arguments.len()
            || keyword(call, "default", unit.source()).is_some();
        let is_pattern = name.starts_with("re");
        if is_pattern
            && arguments
                .first()
                .is_some_and(|one| always_matches(unit, *one))
        {
            return None;
        }
        let doc = name.contains("doc") || name.starts_with("inspect") || name.contains("find_");
        let confidence = if doc {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        return (!has_default).then(|| Why::new(call, confidence, *why));
    }
    of_method(unit, keys, call, function).or_else(|| of_own_function(unit, call, function, awaited))
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
        "get" => of_get(unit, keys, call, object),
        "find" if is_read_as_element(unit, call) => {
            let why = "there may be no such element";
            Some(Why::new(call, Confidence::Likely, why))
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
    const OF_ELEMENTS: [&str; 9] = [
        "text", "attrib", "tail", "tag", "findall", "find_all", "get_text", "attrs", "string",
    ];
    call.parent()
        .filter(|up| up.kind() == "attribute")
        .and_then(|up| field(up, "attribute"))
        .is_some_and(|name| OF_ELEMENTS.contains(&unit.slice(name)))
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

/// Whether a pattern matches every text, because each part of it may be left out: `[ \t]*`, `^(x?)`.
fn always_matches(unit: &Unit<'_>, pattern: Node<'_>) -> bool {
    if pattern.kind() != "string" {
        return false;
    }
    let text = unit
        .slice(pattern)
        .trim_start_matches(['r', 'R', 'b', 'B', 'u', 'U']);
    let text = text.trim_matches(['"', '\'']);
    let text = text.strip_prefix('^').unwrap_or(text);
    let mut rest = text.trim_start_matches('(').trim_end_matches(')');
    while !rest.is_empty() {
        let part = match rest.as_bytes()[0] {
            b'[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            b'\\' => 2,
            first if first.is_ascii_alphanumeric() || b" ._-".contains(&first) => 1,
            _ => return false,
        };
        match rest.get(part..).and_then(|behind| behind.chars().next()) {
            Some('*' | '?') => rest = &rest[part + 1..],
            _ => return false,
        }
    }
    !text.is_empty()
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
    let last = text.rsplit('.').next()?.to_ascii_lowercase();
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
    let [key] = all.as_slice() else { return None };
    if has_splat(call) || matches!(key.kind(), "keyword_argument" | "list_splat") {
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
        (_, Some(_)) => Confidence::Likely,
    };
    Some(Why::new(call, confidence, reason()))
}

/// A function of the same file, or a method of the same class.
fn of_own_function<'a>(
    unit: &Unit<'a>,
    call: Node<'a>,
    function: Node<'a>,
    awaited: bool,
) -> Option<Why<'a>> {
    let text = unit.slice(function);
    let qualname = if let Some(method) = text
        .strip_prefix("self.")
        .or_else(|| text.strip_prefix("cls."))
    {
        let (class, _) = unit.qualname.rsplit_once('.')?;
        format!("{class}.{method}")
    } else {
        text.to_owned()
    };
    if function.kind() == "identifier"
        && (unit.names().is_imported(text) || !unit.bindings(text).is_empty())
    {
        return None;
    }
    let definition = unit
        .file
        .outline
        .find(&qualname)
        .filter(|one| one.kind == Kind::Function)?;
    if unit.file.outline.find(&format!("{qualname}#2")).is_some() {
        return None;
    }
    let known = unit.file.facts.get(Answers::default);
    let mut known = known.0.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = known
        .entry(definition.core.start)
        .or_insert_with(|| Answer::of(unit, definition));
    if answer.is_async != awaited {
        return None;
    }
    let (confidence, how) = answer.none?;
    Some(Why::new(
        call,
        confidence,
        format!("{} {how}", definition.name),
    ))
}

/// What the functions of a file answer, by the first byte of each. A function may be called a
/// thousand times.
#[derive(Default)]
struct Answers(Mutex<HashMap<usize, Answer>>);

/// What one function answers.
#[derive(Clone, Copy, Default)]
struct Answer {
    is_async: bool,
    /// How it comes to answer None.
    none: Option<(Confidence, &'static str)>,
}

impl Answer {
    fn of(unit: &Unit<'_>, definition: &Definition) -> Self {
        let Some(node) = definition_node(unit.source(), definition) else {
            return Self::default();
        };
        let decorated = definition.range != definition.core;
        let plain = !decorated && own(node, &["yield"]).is_empty();
        Self {
            is_async: node.child(0).is_some_and(|first| first.kind() == "async"),
            none: if plain {
                none_of(unit, definition, node)
            } else {
                None
            },
        }
    }
}

fn none_of(
    unit: &Unit<'_>,
    definition: &Definition,
    node: Node<'_>,
) -> Option<(Confidence, &'static str)> {
    // A method may be overridden by one that does return something.
    let is_final = definition.parent == 0;
    if let Some(annotation) = field(node, "return_type") {
        if unit.slice(annotation) == "None" && is_final {
            return Some((Confidence::Certain, "is declared to return nothing"));
        }
        return annotated_none(unit.slice(annotation))
            .then_some((Confidence::Certain, "is declared to return None at times"));
    }
    if is_final && is_procedure(node) {
        return Some((Confidence::Likely, "returns nothing"));
    }
    Some((Confidence::Likely, returns_none(unit, node)?))
}

/// Whether a type allows None beside something else.
pub(super) fn annotated_none(annotation: &str) -> bool {
    let text = annotation
        .trim_matches(['"', '\''])
        .replace(char::is_whitespace, "");
    let text = text.strip_prefix("typing.").unwrap_or(&text);
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

/// How an unannotated function that returns values comes to return None as well.
pub(in crate::rules) fn returns_none(unit: &Unit<'_>, function: Node<'_>) -> Option<&'static str> {
    let mut values = 0;
    let mut nones = 0;
    for one in own(function, &["return_statement"]) {
        match one.named_child(0) {
            Some(value) if bare(value).kind() != "none" => values += 1,
            _ => nones += 1,
        }
    }
    if values == 0 {
        return None;
    }
    if 0 < nones {
        return Some("returns None in one case");
    }
    let body = field(function, "body")?;
    let last = children(body).last()?;
    let open = match last.kind() {
        "match_statement" => false,
        "while_statement" => {
            field(last, "condition").is_some_and(|one| !matches!(unit.slice(one), "True" | "1"))
        }
        _ => !exits(body, unit.source()) && !ends_in_call(unit, last),
    };
    open.then_some("can reach its end without a return")
}

/// A function that works and never returns a value; not a stub that somebody fills in later.
fn is_procedure(function: Node<'_>) -> bool {
    let works = field(function, "body").is_some_and(|body| {
        children(body).any(|one| {
            !matches!(one.kind(), "pass_statement" | "raise_statement" | "comment")
                && one
                    .named_child(0)
                    .is_none_or(|inner| !matches!(inner.kind(), "string" | "ellipsis"))
        })
    });
    let returns = own(function, &["return_statement"]);
    works
        && own(function, &["raise_statement"]).is_empty()
        && returns.iter().all(|one| one.named_child(0).is_none())
}

/// The last statement may be a call that never comes back.
fn ends_in_call(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    let last = match statement.kind() {
        "with_statement" | "if_statement" | "try_statement" => {
            return statement.kind() == "with_statement";
        }
        _ => statement,
    };
    last.named_child(0).is_some_and(|call| {
        call.kind() == "call" && {
            let name = field(call, "function").map_or("", |function| unit.slice(function));
            never_returns(name)
        }
    })
}
