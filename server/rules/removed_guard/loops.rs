//! Loops and handlers that hold less: a bounded retry that never ends now, a handler for fewer
//! exceptions, a statement that left its `try`.

use std::collections::HashMap;

use tree_sitter::Node;

use super::calls::texts;
use super::collect::{normal, shorten};
use super::handlers::{self, is_named_alike};
use super::loss::{Loss, Repair};
use super::since::Since;
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::flow::{Catches, catches, caught_around, handler_names};
use crate::syntax::nodes::{children, exits, field, statement_of};

/// What loops and handlers lose.
pub(super) fn losses<'h>(base: &Unit<'_>, head: &Unit<'h>, since: &Since<'_, 'h>) -> Vec<Loss<'h>> {
    let mut found: Vec<Loss<'h>> = base
        .own(&["for_statement", "while_statement"])
        .into_iter()
        .filter_map(|one| unbounded(base, head, since, one))
        .collect();
    let tries = |unit: &Unit<'_>| -> Vec<String> {
        let all = unit.own(&["try_statement"]).into_iter();
        all.map(|one| normal(unit, one)).collect()
    };
    let kept = tries(head);
    let mut changed = base.own(&["try_statement"]);
    changed.retain(|one| !kept.contains(&normal(base, *one)));
    if !changed.is_empty() {
        // Each is asked for by its text: reading all of them again for each one would cost the
        // square of a long function.
        let sides = (failing(base), failing(head));
        found.extend(
            changed
                .into_iter()
                .filter_map(|one| less_caught(base, head, one, &sides)),
        );
    }
    found
}

type Failing<'t> = HashMap<String, Vec<Node<'t>>>;

/// What may fail in a unit, by what it is known again.
fn failing<'t>(unit: &Unit<'t>) -> Failing<'t> {
    let mut found: Failing<'t> = HashMap::new();
    for node in unit.own(&["call", "subscript", "binary_operator"]) {
        found.entry(known_by(unit, node)).or_default().push(node);
    }
    found
}

/// `for attempt in range(5): …` and a `raise` behind it, which is `while True: …` now.
fn unbounded<'h>(
    base: &Unit<'_>,
    head: &Unit<'h>,
    since: &Since<'_, 'h>,
    bounded: Node<'_>,
) -> Option<Loss<'h>> {
    let range = match field(bounded, "right") {
        Some(right) => base.slice(right).starts_with("range(").then_some(right)?,
        None => field(bounded, "condition")
            .filter(|condition| condition.kind() == "comparison_operator")?,
    };
    let raises = |node: Node<'_>| {
        node.kind() == "raise_statement"
            || children(node).any(|one| one.kind() == "raise_statement")
    };
    let gives_up = bounded
        .next_named_sibling()
        .is_some_and(|next| next.kind() == "raise_statement")
        || field(bounded, "alternative")
            .is_some_and(|otherwise| field(otherwise, "body").is_some_and(raises));
    if !gives_up || !exits_at_all(base, bounded) {
        return None;
    }
    let before = texts(base, field(bounded, "body")?);
    let endless = head.own(&["while_statement"]).into_iter().find(|one| {
        let always = field(*one, "condition")
            .is_some_and(|condition| matches!(head.slice(condition), "True" | "1"));
        always
            && field(*one, "body")
                .is_some_and(|body| texts(head, body).iter().any(|one| before.contains(one)))
    })?;
    // Whatever is asked anew inside the loop may end it.
    let body = field(endless, "body")?.byte_range();
    let asks = since
        .new_conditions()
        .any(|condition| body.contains(&condition.start_byte()));
    let raises = |unit: &Unit<'_>| unit.own(&["raise_statement"]).len();
    if asks || raises(base) <= raises(head) {
        return None;
    }
    let words = shorten(base.slice(range));
    Some(Loss {
        name: "bounded-loop",
        message: format!(
            "Production gives up after `{words}` and raises; the hotfix tries for ever"
        ),
        subject: words,
        place: field(endless, "condition")?,
        shown: range.byte_range(),
        confidence: Confidence::Certain,
        covers: &[],
        repair: Repair::None,
    })
}

/// Whether the loop can end before its range does.
fn exits_at_all(unit: &Unit<'_>, bounded: Node<'_>) -> bool {
    unit.own(&["return_statement", "break_statement"])
        .into_iter()
        .any(|one| bounded.byte_range().contains(&one.start_byte()))
}

/// A call of production's `try` body that still has a handler, for fewer exceptions, or that
/// stands beside the `try` now.
fn less_caught<'h>(
    base: &Unit<'_>,
    head: &Unit<'h>,
    tried: Node<'_>,
    (before, after): &(Failing<'_>, Failing<'h>),
) -> Option<Loss<'h>> {
    let body = field(tried, "body")?;
    let clauses: Vec<Node<'_>> = children(tried)
        .filter(|part| part.kind() == "except_clause")
        .filter(|clause| !only_raises(*clause))
        .collect();
    let kinds: Vec<&str> = clauses
        .iter()
        .flat_map(|clause| handler_names(*clause, base.source()))
        .collect();
    let is_broad = kinds
        .iter()
        .any(|kind| matches!(*kind, "Exception" | "BaseException"));
    if is_broad || !kinds.iter().all(|kind| handlers::is_class(kind)) {
        return None;
    }
    let inside = |node: &Node<'_>| {
        body.start_byte() <= node.start_byte() && node.end_byte() <= body.end_byte()
    };
    for node in base.own(&["call", "subscript", "binary_operator"]) {
        let raised = may_raise(base, node);
        let is_call = node.kind() == "call" && !is_harmless(base, node);
        if !inside(&node) || raised.is_empty() && !is_call {
            continue;
        }
        let text = known_by(base, node);
        // Only what stands once on each side is known to be the same.
        let (Some([_]), Some([place])) = (
            before.get(&text).map(Vec::as_slice),
            after.get(&text).map(Vec::as_slice),
        ) else {
            continue;
        };
        let place = *place;
        let found = narrowed(base, head, (&clauses, &kinds), place, &raised)
            .or_else(|| left_out(base, head, (tried, &kinds), place, &raised));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// By what an expression is known again: a call by what it calls, whatever it gives to it.
fn known_by(unit: &Unit<'_>, node: Node<'_>) -> String {
    let function = field(node, "function").filter(|_| node.kind() == "call");
    let text = normal(unit, function.unwrap_or(node));
    format!("{} {text}", node.kind())
}

/// Whether a clause does no more than pass the exception on.
fn only_raises(clause: Node<'_>) -> bool {
    children(clause).last().is_some_and(|block| {
        children(block).next().is_some_and(|first| {
            first.kind() == "raise_statement" && first.named_child_count() == 0
        })
    })
}

/// Calls that hardly fail.
fn is_harmless(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let callee = field(call, "function").map_or("", |callee| unit.slice(callee));
    callee.to_lowercase().contains("log")
        || matches!(
            callee,
            "print"
                | "str"
                | "len"
                | "isinstance"
                | "issubclass"
                | "callable"
                | "getattr"
                | "hasattr"
                | "repr"
                | "bool"
                | "type"
                | "super"
                | "list"
                | "dict"
                | "set"
                | "tuple"
        )
        || callee.ends_with(".append")
        || callee.ends_with(".format")
}

/// The built-in exceptions that an expression is known for.
fn may_raise(unit: &Unit<'_>, node: Node<'_>) -> Vec<&'static str> {
    match node.kind() {
        "subscript" => vec!["KeyError", "IndexError"],
        "binary_operator" => {
            let divides =
                field(node, "operator").is_some_and(|one| matches!(one.kind(), "/" | "//" | "%"));
            let text = field(node, "left").is_some_and(|left| left.kind().ends_with("string"));
            if divides && !text {
                vec!["ZeroDivisionError"]
            } else {
                Vec::new()
            }
        }
        _ => {
            let callee = field(node, "function").map_or("", |callee| unit.slice(callee));
            let last = callee.rsplit('.').next().unwrap_or(callee);
            match (callee, last) {
                ("int" | "float", _) => vec!["ValueError", "TypeError"],
                ("next", _) => vec!["StopIteration"],
                ("json.loads" | "json.load", _) | (_, "json") => vec!["JSONDecodeError"],
                ("open" | "os.open" | "os.remove" | "os.unlink" | "os.stat" | "os.listdir", _)
                | (_, "read_text" | "read_bytes" | "unlink") => {
                    vec!["FileNotFoundError", "PermissionError", "OSError"]
                }
                (_, "decode") => vec!["UnicodeDecodeError"],
                (_, "index") => vec!["ValueError"],
                _ => Vec::new(),
            }
        }
    }
}

fn narrowed<'h>(
    base: &Unit<'_>,
    head: &Unit<'h>,
    (clauses, kinds): (&[Node<'_>], &[&str]),
    place: Node<'h>,
    raised: &[&'static str],
) -> Option<Loss<'h>> {
    let around = caught_around(place);
    let now = handlers::handlers(place, head);
    let alike = |kind: &&str| kinds.contains(kind);
    if !now.iter().any(alike) || !now.iter().all(|kind| handlers::is_class(kind)) {
        return None;
    }
    let lacks = |kind: &str| {
        !now.iter().any(|one| is_named_alike(one, kind)) && catches(&now, kind) != Catches::Surely
    };
    let gone: Vec<&str> = kinds.iter().copied().filter(|kind| lacks(kind)).collect();
    let known = gone.iter().copied().find(|kind| {
        raised
            .iter()
            .any(|one| *one == *kind || catches(&[*kind], one) == Catches::Surely)
    });
    let lost = known.or_else(|| gone.first().copied())?;
    // A class that head puts in the place of the one that is gone may be a kind of it.
    if now.iter().any(|one| !kinds.contains(one)) {
        return None;
    }
    let clause = around
        .into_iter()
        .find(|clause| handler_names(*clause, head.source()).iter().any(alike))?;
    let value = children(clause).find(|part| part.kind() != "block")?;
    let was = clauses
        .iter()
        .find(|clause| handler_names(**clause, base.source()).contains(&lost))?;
    let before = children(*was).find(|part| part.kind() != "block")?;
    let shared = handler_names(*was, base.source())
        .iter()
        .any(|one| handler_names(clause, head.source()).contains(one));
    Some(Loss {
        name: "narrowed-handler",
        subject: shorten(base.slice(before)),
        place: value,
        shown: before.byte_range(),
        confidence: if known.is_some() {
            Confidence::Certain
        } else {
            Confidence::Likely
        },
        message: format!("Production catches {lost} here; the hotfix lets it through"),
        covers: &[],
        repair: if shared && (before.kind() == value.kind() || before.kind() == "tuple") {
            Repair::Replace(vec![(value.byte_range(), base.slice(before).to_owned())])
        } else {
            Repair::None
        },
    })
}

fn left_out<'h>(
    base: &Unit<'_>,
    head: &Unit<'h>,
    (tried, kinds): (Node<'_>, &[&str]),
    place: Node<'h>,
    raised: &[&'static str],
) -> Option<Loss<'h>> {
    let now = handlers::handlers(place, head);
    if kinds
        .iter()
        .any(|kind| catches(&now, kind) != Catches::Never)
    {
        return None;
    }
    // The `try` is still there, beside it.
    let statement = statement_of(place);
    let of_part = statement.parent().and_then(|block| block.parent());
    let beside = head.own(&["try_statement"]).into_iter().find(|one| {
        let same = children(*one)
            .filter(|part| part.kind() == "except_clause")
            .flat_map(|clause| handler_names(clause, head.source()))
            .any(|kind| kinds.contains(&kind));
        let near = one.parent() == statement.parent()
            || of_part
                .is_some_and(|part| part.kind() == "else_clause" && part.parent() == Some(*one));
        same && near
    })?;
    let goes_on = children(beside)
        .filter(|part| part.kind() == "except_clause")
        .filter_map(|clause| children(clause).last())
        .any(|block| !exits(block, head.source()));
    let known = kinds.iter().any(|kind| {
        raised
            .iter()
            .any(|one| one == kind || catches(&[*kind], one) == Catches::Surely)
    });
    // A `try` around less is good style where nothing is known to fail outside of it.
    if !known && !goes_on && of_part.is_some_and(|part| part.kind() == "else_clause") {
        return None;
    }
    let names = kinds.join(", ");
    Some(Loss {
        name: "left-try",
        message: format!(
            "Production catches {names} from this; the hotfix runs it outside of the `try`"
        ),
        subject: names,
        place: statement,
        shown: tried.start_byte()
            ..tried.start_byte() + base.slice(tried).lines().next().map_or(3, str::len),
        confidence: if known {
            Confidence::Certain
        } else {
            Confidence::Likely
        },
        covers: &[],
        repair: Repair::None,
    })
}
