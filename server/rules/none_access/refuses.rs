//! Functions that raise when they are given None.

use crate::rules::knowledge::keys::module_value;
use crate::syntax::Unit;
use crate::syntax::flow::{Flat, Place, last_part};

/// Built-in functions that raise `TypeError` when their only argument is None.
const ALONE: [&str; 20] = [
    "len",
    "iter",
    "next",
    "sum",
    "sorted",
    "list",
    "tuple",
    "set",
    "frozenset",
    "enumerate",
    "reversed",
    "min",
    "max",
    "any",
    "all",
    "int",
    "float",
    "abs",
    "round",
    "ord",
];

/// Functions that raise when the first argument is None, whatever else they get. `os.path.join`
/// refuses it anywhere.
const FIRST: [&str; 44] = [
    "open",
    "io.open",
    "pathlib.Path",
    "pathlib.PurePath",
    "pathlib.PosixPath",
    "os.path.abspath",
    "os.path.basename",
    "os.path.dirname",
    "os.path.exists",
    "os.path.expanduser",
    "os.path.expandvars",
    "os.path.getmtime",
    "os.path.getsize",
    "os.path.isabs",
    "os.path.isdir",
    "os.path.isfile",
    "os.path.join",
    "os.path.normpath",
    "os.path.realpath",
    "os.path.split",
    "os.path.splitext",
    "os.makedirs",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.stat",
    "os.unlink",
    "shutil.copy",
    "shutil.copyfile",
    "shutil.move",
    "shutil.rmtree",
    "json.loads",
    "base64.b64decode",
    "base64.b64encode",
    "datetime.datetime.fromisoformat",
    "datetime.datetime.fromtimestamp",
    "datetime.datetime.strptime",
    "datetime.date.fromisoformat",
    "decimal.Decimal",
    "importlib.import_module",
    "ipaddress.ip_address",
    "ipaddress.ip_network",
    "shlex.quote",
    "urllib.parse.quote",
];

/// The arguments of a call that must not be None, and those that it spreads (`print(*rows)`).
pub(super) fn refused(unit: &Unit<'_>, flat: &Flat<'_>, call: Place) -> Vec<Place> {
    let Some(list) = flat.field(call, "arguments") else {
        return Vec::new();
    };
    let mut all: Vec<Place> = flat
        .children(list)
        .filter(|one| matches!(flat.kind(*one), "list_splat" | "dictionary_splat"))
        .filter_map(|splat| flat.children(splat).next())
        .collect();
    all.extend(of_call(unit, flat, call, list));
    all
}

fn of_call(unit: &Unit<'_>, flat: &Flat<'_>, call: Place, list: Place) -> Vec<Place> {
    let mut all = Vec::new();
    let given: Vec<Place> = flat
        .children(list)
        .take_while(|one| !matches!(flat.kind(*one), "keyword_argument" | "dictionary_splat"))
        .filter(|one| flat.kind(*one) != "comment")
        .collect();
    let Some(first) = given.first().filter(|one| flat.kind(**one) != "list_splat") else {
        return all;
    };
    let Some(function) = flat.field(call, "function") else {
        return all;
    };
    let text = flat.slice(function);
    let is_plain = flat.kind(function) == "identifier";
    if is_plain && given.len() == 1 && ALONE.contains(&text) && is_builtin(unit, text) {
        all.push(*first);
        return all;
    }
    // Most calls end here, before a name is looked up.
    let last = last_part(text);
    // `name.startswith(prefix)`: texts take nothing but texts.
    if flat.kind(function) == "attribute" && matches!(last, "startswith" | "endswith") {
        all.push(*first);
        return all;
    }
    let may_be = FIRST.iter().any(|name| last_part(name) == last)
        || is_plain && unit.names().is_imported(text);
    if !may_be {
        return all;
    }
    let full = unit.callee(flat.node(call)).unwrap_or_default();
    if full == "os.path.join" {
        all.extend(given.iter().filter(|one| flat.kind(**one) != "list_splat"));
    } else if FIRST.contains(&full.as_str()) && (full != "open" || is_builtin(unit, "open")) {
        all.push(*first);
    }
    all
}

/// Whether nothing in the file gives the name of the built-in function to something else.
fn is_builtin(unit: &Unit<'_>, name: &str) -> bool {
    !unit.names().is_imported(name)
        && unit.bindings(name).is_empty()
        && unit.parameter(name).is_none()
        && unit.file.outline.find(name).is_none()
        && module_value(unit, name).is_none()
}
