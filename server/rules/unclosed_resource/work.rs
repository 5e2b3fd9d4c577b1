//! What may go wrong while a resource is open, and what hardly ever does.

use crate::syntax::flow::{Flat, Place, last_part};

/// Calls that take a text or a list apart, or only look: a failure of these is no accident of
/// production.
const LIGHT: &str = "
    strip lstrip rstrip split rsplit splitlines partition rpartition join format replace
    lower upper title startswith endswith encode decode append extend insert add update
    setdefault get items keys values pop copy sort reverse count find rfind group groups
    groupdict match search sub findall finditer compile read readline readlines write
    writelines seek tell flush close fileno isatty truncate open exists isfile isdir dirname
    basename abspath normpath splitext expanduser hexdigest digest enumerate zip map filter
    sorted reversed range xrange min max sum any all iter bytes bytearray frozenset time
    strftime now isoformat ljust rjust zfill md5 sha1 sha256 new _ u b to_bytes to_text
    to_native ensure_str ensure_text ensure_binary perf_counter sleep
";

/// Whether a call is one of those, or takes nothing that could be wrong.
#[must_use]
pub fn is_light(flat: &Flat<'_>, call: Place) -> bool {
    let takes_something = flat
        .field(call, "arguments")
        .is_some_and(|all| flat.children(all).next().is_some());
    let name = flat
        .field(call, "function")
        .map_or("", |function| last_part(flat.slice(function)));
    // `raise Broken(path)` only makes what it raises.
    let raises = flat
        .ancestors(call)
        .any(|up| flat.kind(up) == "raise_statement");
    raises || !takes_something || name.is_empty() || LIGHT.split_whitespace().any(|one| one == name)
}

/// `iter(lambda: file.read(size), b"")` calls the function while it is read.
#[must_use]
pub fn is_run_at_once(flat: &Flat<'_>, made: Place) -> bool {
    let call = flat
        .parent(made)
        .filter(|_| flat.kind(made) == "lambda")
        .and_then(|list| flat.parent(list))
        .filter(|call| flat.kind(*call) == "call");
    let runs = |call: Place| {
        flat.field(call, "function").is_some_and(|function| {
            matches!(
                flat.slice(function),
                "iter" | "sorted" | "min" | "max" | "reduce" | "functools.reduce"
            )
        })
    };
    call.is_some_and(runs)
}
