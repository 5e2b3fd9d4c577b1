//! How much is lost where the cause is not named.

use tree_sitter::Node;

use super::kinds::{is_answer, speaks_to_people};
use super::{Handler, carries, exception, holds, names_a_value, raised_name};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::flow::last_part;
use crate::syntax::nodes::{Walk, bare, children, field, is_scope, statement_of, walk};

/// How much is lost, and what to say of it.
pub(super) fn weigh(
    unit: &Unit<'_>,
    handler: &Handler<'_>,
    value: Node<'_>,
) -> (Confidence, &'static str) {
    const HIDES: &str = "hides the exception that caused it";
    const RETELLS: &str = "retells the caught exception in place of naming it as the cause";
    let is_broad = handler
        .kinds
        .iter()
        .any(|kind| matches!(*kind, "Exception" | "BaseException"));
    // Whoever names the exception means to use it.
    if handler
        .name
        .is_some_and(|name| !uses(unit, handler.clause, name))
    {
        return (Confidence::Certain, HIDES);
    }
    let carries = carries(unit, handler, value);
    // The new exception, or the method that makes it, gets the caught one whole: nothing is lost.
    if takes_whole(unit, handler, value) {
        return (Confidence::Possible, RETELLS);
    }
    if is_broad {
        return if carries {
            (Confidence::Likely, RETELLS)
        } else {
            (Confidence::Certain, HIDES)
        };
    }
    // `if error.errno == ENOENT: raise KeyError(key)`: the cause was read before it is replaced.
    let weighed = handler
        .name
        .is_some_and(|name| decides(unit, handler.clause, name));
    let same = |kind: &&str| last_part(raised_name(unit, value)) == *kind;
    let answers = speaks_to_people(last_part(raised_name(unit, value)))
        || is_lone_import(handler)
        || (is_protocol(unit, value) && is_short(unit, handler.tried));
    if weighed || answers || handler.kinds.iter().any(same) {
        return (Confidence::Possible, "does not name its cause");
    }
    let asked = asks(unit, handler, value);
    if carries && asked {
        return (Confidence::Possible, RETELLS);
    }
    let translated = asked
        && is_short(unit, handler.tried)
        && handler.kinds.iter().all(|kind| is_answer(kind))
        && (tells_more(value) || is_protocol(unit, value) || says_no(unit, value));
    if translated {
        (Confidence::Possible, "does not name its cause")
    } else {
        (Confidence::Likely, if carries { RETELLS } else { HIDES })
    }
}

/// Whether the handler reads the name that it gives the caught exception.
fn uses(unit: &Unit<'_>, clause: Node<'_>, name: &str) -> bool {
    let Some(block) = children(clause).find(|child| child.kind() == "block") else {
        return false;
    };
    let mut used = false;
    walk(block, &mut |node| {
        used |= node.kind() == "identifier" && unit.slice(node) == name;
        if used { Walk::Over } else { Walk::Into }
    });
    used
}

/// Whether an `if` or `match` of the handler asks the caught exception what it is.
fn decides(unit: &Unit<'_>, clause: Node<'_>, name: &str) -> bool {
    let mut found = false;
    walk(clause, &mut |node| {
        if matches!(node.kind(), "if_statement" | "match_statement") {
            let asked = field(node, "condition").or_else(|| field(node, "subject"));
            let asked = asked.map_or("", |asked| unit.slice(asked));
            found |= asked.contains(&format!("{name}."));
        }
        if found { Walk::Over } else { Walk::Into }
    });
    found
}

/// Whether the code in the `try` asks somebody: a call, a key, an attribute, an import. Code that
/// raises by itself does not, unless it only joins the "no" that is caught or said here.
fn asks(unit: &Unit<'_>, handler: &Handler<'_>, value: Node<'_>) -> bool {
    let (mut asks, mut raises) = (false, false);
    let said = last_part(raised_name(unit, value));
    walk(handler.tried, &mut |node| {
        match node.kind() {
            "raise_statement" => {
                let own = node
                    .named_child(0)
                    .map(|value| last_part(raised_name(unit, value)));
                raises |= own.is_none_or(|own| own != said && !handler.kinds.contains(&own));
            }
            // A plain call without arguments does its work and asks nothing.
            "call" => {
                let given = field(node, "arguments").is_some_and(|all| 0 < all.named_child_count());
                asks |=
                    given || field(node, "function").is_some_and(|one| one.kind() != "identifier");
            }
            "subscript"
            | "attribute"
            | "import_statement"
            | "import_from_statement"
            | "pattern_list"
            | "tuple_pattern"
            | "list_pattern" => asks = true,
            _ => {}
        }
        if is_scope(node) {
            Walk::Over
        } else {
            Walk::Into
        }
    });
    asks && !raises
}

/// Whether the new exception gets everything that is known of the caught one: what
/// `sys.exc_info()` gives, or the exception itself as an argument of the method that makes the new
/// one (`raise self.retry(exc=error)`). A text made of it is less.
fn takes_whole(unit: &Unit<'_>, handler: &Handler<'_>, value: Node<'_>) -> bool {
    let made = exception(value);
    let (Some(function), Some(list)) = (field(made, "function"), field(made, "arguments")) else {
        return false;
    };
    let by_method =
        function.kind() == "attribute" && names_a_value(last_part(unit.slice(function)));
    children(list).any(|one| {
        let given = bare(field(one, "value").unwrap_or(one));
        let text = unit.slice(given);
        match given.kind() {
            "call" => text.ends_with("exc_info()"),
            "identifier" if by_method && Some(text) == handler.name => true,
            "identifier" => unit
                .bound(text)
                .iter()
                .filter(|binding| holds(handler.clause, binding.name))
                .any(|binding| {
                    unit.slice(statement_of(binding.name))
                        .contains("exc_info()")
                }),
            _ => false,
        }
    })
}

/// `try: import zlib`, and nothing else: the only cause is that the module is missing.
fn is_lone_import(handler: &Handler<'_>) -> bool {
    let mut statements = children(handler.tried);
    statements
        .next()
        .is_some_and(|one| one.kind() == "import_statement")
        && statements.next().is_none()
}

/// One question: two statements on five lines at most.
fn is_short(unit: &Unit<'_>, tried: Node<'_>) -> bool {
    children(tried).count() <= 2 && unit.slice(tried).lines().count() <= 5
}

/// Whether the new exception comes with arguments of its own.
fn tells_more(value: Node<'_>) -> bool {
    field(exception(value), "arguments").is_some_and(|list| 0 < list.named_child_count())
}

/// Whether the new exception's name is the whole answer: `NotFoundErr()`, `Empty`.
fn says_no(unit: &Unit<'_>, value: Node<'_>) -> bool {
    let raised = last_part(raised_name(unit, value));
    [
        "NotFound",
        "DoesNotExist",
        "404",
        "Empty",
        "NoUri",
        "Unknown",
    ]
    .iter()
    .any(|word| raised.contains(word))
}

/// Whether Python itself asks for this exception and drops its cause.
fn is_protocol(unit: &Unit<'_>, value: Node<'_>) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    match last_part(raised_name(unit, value)) {
        "StopIteration" | "StopAsyncIteration" | "SystemExit" | "KeyboardInterrupt" => true,
        "AttributeError" => matches!(own, "__getattr__" | "__getattribute__" | "__get__"),
        "KeyError" | "IndexError" => own.starts_with("__"),
        _ => false,
    }
}
