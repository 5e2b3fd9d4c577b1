//! What the name of an exception says of it.

/// Exceptions that are the answer "no" to a question, and say nothing beyond it: those of Python's
/// protocols and those of a parser, but none that tells of the world outside the process.
pub(super) fn is_answer(kind: &str) -> bool {
    let words = [
        "Parse",
        "Decode",
        "Syntax",
        "Value",
        "Invalid",
        "Validation",
        "Format",
        "Address",
        "IDNA",
        "Decimal",
        "Ambigu",
        "Lookup",
        "Missing",
        "Unsupported",
        "Exist",
        "Conversion",
        "Resolver",
        "Attribute",
        "Unknown",
        "Empty",
        "Page",
        "Eof",
        "EOF",
        "Exhausted",
        "NotRelation",
    ];
    let is_own = words.iter().any(|word| kind.contains(word));
    is_lookup(kind) || is_own
}

/// Exceptions of Python itself that answer a lookup or a conversion.
fn is_lookup(kind: &str) -> bool {
    matches!(
        kind,
        "KeyError"
            | "IndexError"
            | "LookupError"
            | "AttributeError"
            | "NameError"
            | "ValueError"
            | "TypeError"
            | "OverflowError"
            | "StopIteration"
            | "StopAsyncIteration"
            | "NotImplementedError"
            | "ZeroDivisionError"
            | "RecursionError"
            | "AssertionError"
            | "KeyboardInterrupt"
            | "ImportError"
            | "ModuleNotFoundError"
            | "FileNotFoundError"
            | "UnicodeError"
            | "UnicodeDecodeError"
            | "UnicodeEncodeError"
    ) || kind.ends_with("DoesNotExist")
        || kind.ends_with("NotFound")
}

/// An exception whose message is for a person, and which a framework turns into an answer without
/// a traceback: a page, an error of a form, a line of the command line.
pub(super) fn speaks_to_people(raised: &str) -> bool {
    matches!(
        raised,
        "Http404"
            | "PermissionDenied"
            | "ValidationError"
            | "CommandError"
            | "UsageError"
            | "ClickException"
            | "BadParameter"
            | "ArgumentError"
            | "ArgumentTypeError"
            | "SystemExit"
            | "KeyboardInterrupt"
    )
}
