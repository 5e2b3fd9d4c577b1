//! Ways that are not new, and ways that somebody sees without a log line.

use tree_sitter::Node;

use super::Way;
use crate::syntax::Unit;
use crate::syntax::flow::{handler_names, last_part};
use crate::syntax::nodes::{
    Walk, ancestors, bare, children, field, fields, is_scope, keyword, walk,
};

/// What the conditions and handlers of production ask, however it is turned round.
pub(super) struct Asked {
    questions: Vec<String>,
    handlers: Vec<String>,
    /// The values that production returns, as they are written.
    answers: Vec<String>,
}

/// Handlers that catch what a condition can ask before, with a piece of that condition.
const SAME: [(&[&str], &[&str]); 6] = [
    (&["KeyError", "LookupError"], &["in "]),
    (&["IndexError", "LookupError"], &["empty ", "len("]),
    (&["AttributeError"], &["hasattr(", "none "]),
    (&["TypeError"], &["none ", "isinstance("]),
    (
        &["FileNotFoundError", "OSError", "IOError"],
        &["exists(", "is_file(", "isfile(", "is_dir(", "isdir("],
    ),
    (&["ValueError"], &["isdigit(", "isdecimal(", "isnumeric("]),
];

impl Asked {
    pub(super) fn of(base: &Unit<'_>) -> Self {
        let mut questions = Vec::new();
        for node in base.own(&[
            "if_statement",
            "elif_clause",
            "while_statement",
            "conditional_expression",
            "if_clause",
            "assert_statement",
        ]) {
            let condition = match node.kind() {
                "conditional_expression" => node.named_child(1),
                "if_clause" | "assert_statement" => node.named_child(0),
                _ => field(node, "condition"),
            };
            if let Some(condition) = condition {
                atoms(base, condition, &mut questions);
            }
        }
        let handlers = base.own(&["except_clause"]).into_iter();
        let answers = base.own(&["return_statement"]).into_iter();
        Self {
            questions,
            handlers: handlers
                .flat_map(|one| handler_names(one, base.source()))
                .map(str::to_owned)
                .collect(),
            answers: answers
                .filter_map(|one| children(one).next())
                .map(|value| base.slice(value).to_owned())
                .collect(),
        }
    }

    /// Whether production goes this way as well: the condition is turned round, put another way, or
    /// asked before what fails now.
    pub(super) fn knows(&self, head: &Unit<'_>, way: &Way<'_>) -> bool {
        if way.is_handler {
            let names = handler_names(way.asked, head.source());
            return !names.is_empty()
                && names.iter().all(|name| {
                    SAME.iter().any(|(kinds, pieces)| {
                        kinds.contains(&last_part(name))
                            && self.questions.iter().any(|one| has(one, pieces))
                    })
                });
        }
        let mut asked = Vec::new();
        atoms(head, way.asked, &mut asked);
        !asked.is_empty()
            && asked.iter().all(|one| {
                self.questions.contains(one)
                    || SAME.iter().any(|(kinds, pieces)| {
                        has(one, pieces)
                            && self
                                .handlers
                                .iter()
                                .any(|it| kinds.contains(&last_part(it)))
                    })
            })
    }

    /// Whether the branch gives a value that production gives as well, and that says something.
    pub(super) fn gives(&self, head: &Unit<'_>, way: &Way<'_>) -> bool {
        returned(way).is_some_and(|value| {
            value.kind() != "none" && self.answers.iter().any(|one| one == head.slice(value))
        })
    }
}

fn has(question: &str, pieces: &[&str]) -> bool {
    pieces.iter().any(|piece| {
        if piece.ends_with(' ') {
            question.starts_with(piece)
        } else {
            question.contains(piece)
        }
    })
}

/// The questions of a condition, without the answer that is hoped for.
fn atoms(unit: &Unit<'_>, condition: Node<'_>, into: &mut Vec<String>) {
    let condition = bare(condition);
    match condition.kind() {
        "boolean_operator" => {
            for side in ["left", "right"] {
                if let Some(inner) = field(condition, side) {
                    atoms(unit, inner, into);
                }
            }
        }
        "not_operator" => {
            if let Some(inner) = field(condition, "argument") {
                atoms(unit, inner, into);
            }
        }
        "named_expression" => {
            if let Some(name) = field(condition, "name") {
                into.push(format!("empty {}", tight(unit.slice(name))));
            }
        }
        "comparison_operator" => into.push(compared(unit, condition)),
        "call" if is_len(unit, condition) => {
            into.push(format!("empty {}", measured(unit, condition)));
        }
        "identifier" | "attribute" | "subscript" => {
            into.push(format!("empty {}", tight(unit.slice(condition))));
        }
        _ => into.push(tight(unit.slice(condition))),
    }
}

/// `x is None`, `x is not None`, `k in d`, `k not in d`, `len(x) == 0` without their answer.
fn compared(unit: &Unit<'_>, comparison: Node<'_>) -> String {
    let parts: Vec<_> = children(comparison).map(bare).collect();
    let operator: String = fields(comparison, "operators")
        .flat_map(|one| unit.slice(one).split_whitespace())
        .collect();
    let [left, right] = parts.as_slice() else {
        return tight(unit.slice(comparison));
    };
    let (here, there) = (tight(unit.slice(*left)), tight(unit.slice(*right)));
    match (operator.as_str(), there.as_str()) {
        ("is" | "isnot" | "==" | "!=", "None") => format!("none {here}"),
        ("in" | "notin", _) => format!("in {here} {there}"),
        ("==" | "!=" | ">" | "<" | ">=" | "<=", "0" | "1") if is_len(unit, *left) => {
            format!("empty {}", measured(unit, *left))
        }
        ("==" | "!=", "[]" | "{}" | "()" | "\"\"" | "''") => format!("empty {here}"),
        ("==" | "!=", _) => format!("same {here} {there}"),
        ("<" | ">=", _) => format!("less {here} {there}"),
        (">" | "<=", _) => format!("more {here} {there}"),
        _ => tight(unit.slice(comparison)),
    }
}

fn is_len(unit: &Unit<'_>, call: Node<'_>) -> bool {
    call.kind() == "call" && field(call, "function").is_some_and(|one| unit.slice(one) == "len")
}

fn measured(unit: &Unit<'_>, call: Node<'_>) -> String {
    let given = field(call, "arguments").and_then(|list| children(list).next());
    given.map_or_else(String::new, |one| tight(unit.slice(one)))
}

fn tight(text: &str) -> String {
    text.split_whitespace().collect()
}

fn returned<'a>(way: &Way<'a>) -> Option<Node<'a>> {
    let last = children(way.block).last()?;
    (last.kind() == "return_statement")
        .then(|| children(last).next())
        .flatten()
}

/// Whether whoever asked sees the way in its answer: an error response, a redirect, the yes or no
/// of a function that answers nothing else.
pub(super) fn is_answer(head: &Unit<'_>, way: &Way<'_>) -> bool {
    let Some(value) = returned(way).map(bare) else {
        return false;
    };
    let yes_or_no = |node: Node<'_>| matches!(node.kind(), "true" | "false");
    if yes_or_no(value) {
        let all = head.own(&["return_statement"]);
        return all.iter().all(|one| {
            children(*one)
                .next()
                .is_some_and(|given| yes_or_no(bare(given)))
        });
    }
    answers(head, value)
}

/// Calls that make an answer for a client, by their last names.
const RESPONSES: [&str; 12] = [
    "redirect",
    "render",
    "render_template",
    "render_to_response",
    "jsonify",
    "make_response",
    "json_response",
    "bad_request",
    "not_found",
    "unauthorized",
    "forbidden",
    "abort",
];

fn answers(unit: &Unit<'_>, value: Node<'_>) -> bool {
    match value.kind() {
        // `return jsonify(…), 400`
        "expression_list" | "tuple" => {
            let parts: Vec<_> = children(value).collect();
            parts.iter().any(|one| answers(unit, *one))
                || parts.last().is_some_and(|one| is_status(unit, *one))
        }
        "await" => children(value).next().is_some_and(|one| answers(unit, one)),
        "call" => {
            let name = field(value, "function").map_or("", |one| last_part(unit.slice(one)));
            let status = ["status", "status_code"]
                .iter()
                .filter_map(|one| keyword(value, one, unit.source()))
                .any(|one| is_status(unit, one));
            status
                || RESPONSES.contains(&name)
                || name.ends_with("Response")
                || name.starts_with("HttpResponse")
                || name.starts_with("HTTP")
        }
        "dictionary" => children(value).any(|pair| {
            let key = field(pair, "key").map_or("", |one| unit.slice(one));
            let key = key.trim_matches(['"', '\'']);
            matches!(key, "error" | "errors")
                || key == "statusCode" && field(pair, "value").is_some_and(|it| is_status(unit, it))
        }),
        _ => false,
    }
}

/// `400`, `HTTPStatus.BAD_REQUEST`, `status.HTTP_404_NOT_FOUND`.
fn is_status(unit: &Unit<'_>, node: Node<'_>) -> bool {
    let text = unit.slice(node);
    let number = text
        .parse::<u16>()
        .is_ok_and(|code| (300..600).contains(&code));
    number || text.contains("HTTP_") || text.contains("HTTPStatus.")
}

/// Whether a handler belongs to a loop that asks again and again: nothing came in this round.
pub(super) fn is_next_round(unit: &Unit<'_>, way: &Way<'_>) -> bool {
    let waits = |name: &&str| {
        matches!(
            last_part(name),
            "Empty" | "Full" | "TimeoutError" | "timeout" | "BlockingIOError" | "InterruptedError"
        )
    };
    let names = handler_names(way.asked, unit.source());
    let goes_on = children(way.block)
        .all(|one| matches!(one.kind(), "continue_statement" | "pass_statement"));
    let in_loop = ancestors(way.asked)
        .take_while(|up| !is_scope(*up))
        .any(|up| up.kind() == "while_statement");
    way.is_handler && !names.is_empty() && names.iter().all(waits) && goes_on && in_loop
}

/// Whether a function that ends or begins something is asked a second time: `stop()` of what does
/// not run is no failure.
pub(super) fn is_second_time(unit: &Unit<'_>, way: &Way<'_>) -> bool {
    const TWICE: [&str; 20] = [
        "stop",
        "close",
        "shutdown",
        "disconnect",
        "cancel",
        "cleanup",
        "teardown",
        "terminate",
        "release",
        "dispose",
        "aclose",
        "start",
        "connect",
        "open",
        "setup",
        "init",
        "flush",
        "join",
        "unsubscribe",
        "destroy",
    ];
    let name = unit.qualname.rsplit('.').next().unwrap_or_default();
    let name = name.trim_matches('_');
    let verb = name.split('_').next().unwrap_or(name);
    let bare_return = children(way.block).count() == 1
        && children(way.block).all(|one| one.kind() == "return_statement")
        && returned(way).is_none_or(|value| value.kind() == "none");
    let asked = unit.slice(way.asked);
    !way.is_handler
        && bare_return
        && (TWICE.contains(&name) || TWICE.contains(&verb))
        && (asked.contains("self.") || unit.own(&["global_statement"]).len() == 1)
}

/// Whether the guard asks for what may well be missing: a row that a query may not have, a part of
/// a text that was split, a flag that callers set.
pub(super) fn is_usual(unit: &Unit<'_>, way: &Way<'_>) -> bool {
    if way.is_handler {
        return false;
    }
    let asked = bare(way.asked);
    let mut names = Vec::new();
    walk(asked, &mut |node| {
        if node.kind() == "identifier" {
            names.push(unit.slice(node));
        }
        Walk::Into
    });
    // `if raw or not created`: a flag says what to do.
    let by_flag = asked.kind() == "boolean_operator"
        && ["left", "right"].iter().any(|side| {
            field(asked, side).map(bare).is_some_and(|one| {
                one.kind() == "identifier" && unit.parameter(unit.slice(one)).is_some()
            })
        });
    let one = match names.as_slice() {
        [one] => *one,
        _ => return by_flag,
    };
    by_flag || may_be_missing(unit, one) || is_many(unit, one)
}

/// `row = query.first()`, `host, found, port = text.partition(":")`.
fn may_be_missing(unit: &Unit<'_>, name: &str) -> bool {
    const ASKS: [&str; 8] = [
        "first",
        "one_or_none",
        "scalar_one_or_none",
        "scalar",
        "fetchone",
        "find_one",
        "partition",
        "rpartition",
    ];
    unit.bindings(name).iter().any(|one| {
        let assignment = ancestors(*one).find(|up| up.kind() == "assignment");
        let value = assignment.and_then(|it| field(it, "right")).map(bare);
        let value = value.map(|it| match it.kind() {
            "await" => it.named_child(0).unwrap_or(it),
            _ => it,
        });
        value
            .filter(|it| it.kind() == "call")
            .and_then(|it| field(it, "function"))
            .is_some_and(|it| it.kind() == "attribute" && ASKS.contains(&last_part(unit.slice(it))))
    })
}

/// Whether the function goes through it or measures it: an empty one is no failure.
fn is_many(unit: &Unit<'_>, name: &str) -> bool {
    let goes_through = unit
        .own(&["for_statement", "for_in_clause"])
        .into_iter()
        .any(|one| field(one, "right").is_some_and(|it| unit.slice(it) == name));
    let measures = unit.own(&["call"]).into_iter().any(|call| {
        let function = field(call, "function").map_or("", |it| unit.slice(it));
        let given = field(call, "arguments").and_then(|list| children(list).next());
        matches!(
            function,
            "len" | "sum" | "sorted" | "max" | "min" | "enumerate"
        ) && given.is_some_and(|it| unit.slice(it) == name)
    });
    goes_through || measures
}
