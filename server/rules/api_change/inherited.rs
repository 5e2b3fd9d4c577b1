//! What a class gets from its bases, as far as these are known.

use tree_sitter::Node;

use crate::syntax::File;
use crate::syntax::nodes::{children, field};
use crate::syntax::unit::definition_node;

/// Whether the bases of a class give it a name that it lost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inherits {
    /// None of them does.
    Not,
    /// One of them is not known.
    Perhaps,
    /// All of them are known, and the name is one of theirs.
    Surely,
}

/// Whether the class `class` of `file` still gets `name` from a base.
pub(super) fn inherits(file: File<'_>, class: &str, name: &str) -> Inherits {
    let node = file
        .outline
        .find(class)
        .and_then(|one| definition_node(file.source, one));
    let list = node.and_then(|node| field(node, "superclasses"));
    let bases: Vec<_> = list
        .into_iter()
        .flat_map(children)
        .map(|one| file.source.slice(named_base(one)))
        .filter(|one| *one != "object")
        .collect();
    if bases.is_empty() {
        Inherits::Not
    } else if !bases.iter().all(|one| is_bare(one)) {
        Inherits::Perhaps
    } else if is_handed_on(name) {
        Inherits::Surely
    } else {
        Inherits::Not
    }
}

/// Whether a base is known and hands on no name that a class could have lost: those that Python's
/// own classes hand on are found by `is_handed_on`.
fn is_bare(base: &str) -> bool {
    BARE.contains(&base.rsplit('.').next().unwrap_or(base))
}

/// Bases whose names are known: classes of Python itself and pydantic's model.
const BARE: [&str; 12] = [
    "object",
    "dict",
    "Exception",
    "ValueError",
    "RuntimeError",
    "TypeError",
    "ABC",
    "Protocol",
    "Generic",
    "NamedTuple",
    "TypedDict",
    "BaseModel",
];

/// Whether one of the known bases may hand on this name itself.
fn is_handed_on(name: &str) -> bool {
    const HANDED: [&str; 19] = [
        "add_note",
        "args",
        "clear",
        "copy",
        "count",
        "dict",
        "fromkeys",
        "get",
        "index",
        "items",
        "json",
        "keys",
        "pop",
        "popitem",
        "schema",
        "setdefault",
        "update",
        "values",
        "with_traceback",
    ];
    HANDED.contains(&name) || name.starts_with("model_")
}

/// What a base is called: of `Generic[T]` and of `namedtuple("P", "x y")` the part in front, for
/// what stands in the brackets can be written in many ways.
pub(super) fn named_base(base: Node<'_>) -> Node<'_> {
    let front = match base.kind() {
        "subscript" => "value",
        "call" => "function",
        _ => return base,
    };
    field(base, front).unwrap_or(base)
}
