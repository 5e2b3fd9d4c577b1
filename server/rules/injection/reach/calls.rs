//! Where the result of a call comes from.

use tree_sitter::Node;

use super::{Reach, is_outside, within};
use crate::syntax::Unit;
use crate::syntax::nodes::{field, positional, string_value};

/// Functions whose result cannot carry syntax of another language.
const SAFE: [&str; 26] = [
    "int",
    "float",
    "bool",
    "len",
    "abs",
    "round",
    "hash",
    "id",
    "ord",
    "sum",
    "quote",
    "quote_name",
    "escape",
    "quote_ident",
    "quote_identifier",
    "literal_eval",
    "escape_string",
    "Identifier",
    "Literal",
    "Placeholder",
    "uuid4",
    "secure_filename",
    "join_quoted",
    "mogrify",
    "time",
    "isoformat",
];

/// Methods and functions whose result is made of their argument.
const PASSES: [&str; 35] = [
    "compile",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "replace",
    "encode",
    "decode",
    "format",
    "join",
    "split",
    "rsplit",
    "splitlines",
    "str",
    "repr",
    "bytes",
    "Path",
    "fspath",
    "abspath",
    "normpath",
    "expanduser",
    "basename",
    "dedent",
    "get",
    "pop",
    "copy",
    "list",
    "tuple",
    "sorted",
    "b64decode",
    "unquote",
    "read",
    "partition",
];

/// Where the result of a call comes from.
pub(super) fn of_call<'a>(unit: &Unit<'a>, call: Node<'a>, depth: u8) -> Reach<'a> {
    let Some(function) = field(call, "function") else {
        return Reach::Unknown;
    };
    let name =
        field(function, "attribute").map_or_else(|| unit.slice(function), |last| unit.slice(last));
    if SAFE.contains(&name) || doubles_quotes(unit, call, name) {
        return Reach::Safe;
    }
    let whole = unit.resolve(function).unwrap_or_default();
    if matches!(
        whole.as_str(),
        "input" | "os.getenv" | "os.environ.get" | "getpass.getpass" | "raw_input"
    ) {
        return Reach::Outside(unit.slice(call));
    }
    let object = field(function, "object");
    if object.is_some_and(|object| is_outside(unit, object))
        || (matches!(
            name,
            "get_json" | "get_data" | "body" | "read" | "form" | "json"
        ) && whole.contains("request."))
    {
        return Reach::Outside(unit.slice(call));
    }
    if !PASSES.contains(&name) {
        return Reach::Unknown;
    }
    let mut found = object
        .filter(|object| !unit.names().is_imported(unit.slice(*object)))
        .map_or(Reach::Constant, |object| within(unit, object, depth));
    if !matches!(
        name,
        "get" | "pop" | "encode" | "decode" | "strip" | "split" | "replace"
    ) {
        let generator =
            field(call, "arguments").filter(|list| list.kind() == "generator_expression");
        let arguments = generator.map_or_else(|| positional(call), |one| vec![one]);
        for argument in arguments {
            found = found.or(within(unit, argument, depth));
        }
    }
    match found {
        Reach::Parameter(_) if matches!(name, "get" | "pop") => Reach::Parameter(unit.slice(call)),
        other => other,
    }
}

/// `name.replace("'", "''")`: what would end the text early is taken care of.
fn doubles_quotes(unit: &Unit<'_>, call: Node<'_>, name: &str) -> bool {
    name == "replace"
        && positional(call)
            .first()
            .and_then(|first| string_value(*first, unit.source()))
            .is_some_and(|first| matches!(first, "'" | "\"" | "`" | "\\'" | "\\\""))
}
