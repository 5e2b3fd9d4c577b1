//! Whether the hotfix still has a guard that does the same, and what stands unprotected if not.
//! In doubt the answer is "it has": a false alarm here costs more than a miss.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::collect::{Guard, Kind, atoms, classify, error_path, guards, names_in};
use super::conditions;
use super::decorators::undecorated;
use super::handlers::{self, caught};
use super::since::{Since, is_check};
use super::withs::{is_deadline, is_own_lock};
use crate::compare::normal::text;
use crate::rules::Pair;
use crate::rules::knowledge::locks::is_lock;
use crate::rules::none_access::answers::returns_none;
use crate::syntax::flow::{handler_names, withs_around};
use crate::syntax::names::dotted;
use crate::syntax::nodes::{children, decorators_of, field, keyword};
use crate::syntax::unit::binds;
use crate::syntax::{File, Unit};

/// The place of head that production's guard protected and that nothing protects now.
pub(super) fn exposed<'h>(
    guard: &Guard<'_>,
    base: &Unit<'_>,
    head: &Unit<'h>,
    since: &Since<'_, 'h>,
) -> Option<Node<'h>> {
    match guard.kind {
        Kind::NoneCheck | Kind::TypeCheck => unchecked_use(guard, base, head)
            .or_else(|| no_longer_raised(guard, (base, head), since)),
        Kind::KeyCheck => {
            unchecked_key(guard, head).or_else(|| no_longer_raised(guard, (base, head), since))
        }
        Kind::Validation => unvalidated(guard, base, head, since)
            .or_else(|| conditions::unprotected(guard, (base, head), since, true)),
        Kind::Condition => conditions::unprotected(guard, (base, head), since, false),
        Kind::Handler => handlers::uncaught(guard, base, head),
        Kind::Lock | Kind::Transaction | Kind::Deadline => outside_with(guard, base, head),
        Kind::Timeout => unlimited(guard, base, head),
        Kind::Status => unchecked_body(guard, head),
        Kind::Decorator => undecorated(guard, base, head),
        Kind::ErrorLog => unlogged(guard, head),
    }
}

/// What production refused to do by raising, whatever else asks about the value. Only the use of
/// what was asked about counts.
fn no_longer_raised<'h>(
    guard: &Guard<'_>,
    sides: (&Unit<'_>, &Unit<'h>),
    since: &Since<'_, 'h>,
) -> Option<Node<'h>> {
    if !guard.raises || since.still_asks(&guard.asked) {
        return None;
    }
    // What refuses None now may be a function of the file that gives the value.
    let head = sides.1;
    let root = guard.subject.split('.').next().unwrap_or(&guard.subject);
    let refused = head.bound(root).iter().any(|one| {
        one.value()
            .and_then(|value| field(value, "function"))
            .is_some_and(|callee| never_none(head, head.slice(callee)))
    });
    if refused {
        return None;
    }
    conditions::unprotected(guard, sides, since, false)
}

/// Whether the guard only went elsewhere in the file: as many of its kind and subject as before.
pub(super) fn moved(guard: &Guard<'_>, pair: &Pair<'_>) -> bool {
    // `except:` names no class.
    let is_bare = guard.kind == Kind::Handler && guard.subject == "BaseException";
    let needle = if is_bare { "except" } else { &guard.subject };
    // What is set when the object is made is asked about there by the parameter's name.
    let (subject, asked) = (
        guard.subject.replace("self.", ""),
        guard.asked.replace("self . ", ""),
    );
    let makes = |unit: &Unit<'_>| {
        ["__init__", "__post_init__", "__new__"]
            .iter()
            .any(|name| unit.qualname.ends_with(name))
    };
    let is_about = |unit: &Unit<'_>, one: &Guard<'_>| {
        let same = one.subject == guard.subject
            // Conditions about the same thing may ask quite different questions.
            && (guard.kind != Kind::Condition || one.asked == guard.asked);
        same || guard.kind.asks()
            && makes(unit)
            && one.subject.replace("self.", "") == subject
            && one.asked.replace("self . ", "") == asked
    };
    let needle = if guard.kind.asks() {
        needle.strip_prefix("self.").unwrap_or(needle)
    } else {
        needle
    };
    let count = |file: File<'_>, other: File<'_>| -> usize {
        mentioning(file, other, needle)
            .into_iter()
            .flat_map(|index| Unit::of_definition(file, &file.outline.definitions[index]))
            .map(|unit| {
                guards(&unit)
                    .iter()
                    .filter(|one| one.kind == guard.kind && is_about(&unit, one))
                    .count()
            })
            .sum()
    };
    let (base, head) = (pair.base_file, pair.head_file);
    // Timeouts are counted by `unlimited` itself: another call's timeout is no replacement.
    guard.kind != Kind::Timeout && count(base, head) <= count(head, base)
}

/// The definitions (by index) in which the first name of the subject stands and that the other
/// side has otherwise. What is the same on both sides weighs nothing, and reading the guards of a
/// whole file for each one that is gone would cost the file's size at every keystroke.
fn mentioning(file: File<'_>, other: File<'_>, subject: &str) -> BTreeSet<usize> {
    let name = subject.split([' ', '[', '(']).next().unwrap_or(subject);
    let text = file.source.text();
    let changed = |index: &usize| {
        let here = &file.outline.definitions[*index];
        let there = other.outline.find(&here.qualname);
        *index == 0
            || there.is_none_or(|there| {
                other.source.text()[there.range.clone()] != text[here.range.clone()]
            })
    };
    let places = memchr::memmem::find_iter(text.as_bytes(), name.as_bytes());
    let all: BTreeSet<usize> = places.map(|at| file.outline.index_at(at)).collect();
    all.into_iter().filter(changed).collect()
}

/// The places where head reads the subject (`item`, `self.cache`), bindings left out.
pub(super) fn reads<'h>(head: &Unit<'h>, subject: &str) -> Vec<Node<'h>> {
    head.own(&["identifier", "attribute"])
        .into_iter()
        .filter(|node| {
            let part_of_more = node.parent().is_some_and(|parent| {
                parent.kind() == "attribute" && field(parent, "attribute") == Some(*node)
                    || parent.kind() == "keyword_argument" && field(parent, "name") == Some(*node)
                    || matches!(
                        parent.kind(),
                        "parameters"
                            | "typed_parameter"
                            | "default_parameter"
                            | "typed_default_parameter"
                    )
            });
            !part_of_more
                && !binds(*node)
                && dotted(*node, head.source()).as_deref() == Some(subject)
        })
        .collect()
}

/// Everything in a unit that decides about something, with the condition that decides.
pub(super) fn conditions<'u>(unit: &Unit<'u>) -> impl Iterator<Item = (Node<'u>, Node<'u>)> {
    let deciding = unit.own(&[
        "if_statement",
        "elif_clause",
        "while_statement",
        "assert_statement",
        "conditional_expression",
        "if_clause",
        "boolean_operator",
        "match_statement",
        "not_operator",
        "comparison_operator",
    ]);
    deciding.into_iter().filter_map(|node| {
        let condition = match node.kind() {
            "conditional_expression" => children(node).nth(1),
            "if_clause" | "assert_statement" => node.named_child(0),
            "match_statement" => field(node, "subject"),
            "boolean_operator" => field(node, "left"),
            "not_operator" | "comparison_operator" => Some(node),
            _ => field(node, "condition"),
        };
        Some((node, condition?))
    })
}

/// Whether head tests the subject at all: in a condition, by `or`, by a handler around its use,
/// by `getattr` with a default, or in a `match`.
pub(super) fn tested(head: &Unit<'_>, subject: &str) -> bool {
    let in_condition = conditions(head).any(|(node, condition)| {
        atoms(condition)
            .into_iter()
            .any(|atom| classify(head, atom).is_some_and(|(_, name)| name == subject))
            || (node.kind() != "boolean_operator"
                && names_in(head, condition).iter().any(|name| name == subject))
    });
    let by_call = head.own(&["call"]).into_iter().any(|call| {
        let callee = field(call, "function").map_or("", |function| head.slice(function));
        is_check(callee)
            && field(call, "arguments")
                .is_some_and(|all| names_in(head, all).iter().any(|name| name == subject))
    });
    in_condition || by_call
}

/// The first place where head takes an attribute, item or call of the subject, or passes it on,
/// if nothing tests it.
fn unchecked_use<'h>(guard: &Guard<'_>, base: &Unit<'_>, head: &Unit<'h>) -> Option<Node<'h>> {
    let root = guard.subject.split('.').next().unwrap_or(&guard.subject);
    if tested(head, &guard.subject) || asks_another_type(guard, head) {
        return None;
    }
    // A new binding may have made the value certain.
    let certain = |node: Node<'_>| {
        head.last_value(root, node.start_byte())
            .is_some_and(|value| !may_be_none(head, value))
    };
    reads(head, &guard.subject)
        .into_iter()
        .filter(|node| {
            node.parent().is_some_and(|parent| match parent.kind() {
                "attribute" => field(parent, "object") == Some(*node),
                "subscript" => field(parent, "value") == Some(*node),
                "call" => field(parent, "function") == Some(*node),
                "argument_list"
                | "binary_operator"
                | "for_statement"
                | "keyword_argument"
                | "interpolation"
                | "augmented_assignment"
                | "return_statement" => true,
                _ => guard.kind == Kind::TypeCheck,
            })
        })
        .filter(|node| !certain(*node) && !is_made_fit(guard, (base, head), *node))
        .find(|node| !caught(*node, head, &["AttributeError", "TypeError"]))
}

/// Whether the value goes through what production's check put it through:
/// `if not isinstance(x, Array): x = array(x)` and now `array(x).sum()`.
fn is_made_fit(guard: &Guard<'_>, (base, head): (&Unit<'_>, &Unit<'_>), node: Node<'_>) -> bool {
    let called = |node: Node<'_>| {
        let call = node.parent().filter(|up| up.kind() == "argument_list")?;
        field(call.parent()?, "function").map(|callee| head.slice(callee))
    };
    let (Some(callee), Some(body)) = (called(node), field(guard.node, "consequence")) else {
        return false;
    };
    let value = children(body)
        .filter_map(|one| one.named_child(0))
        .filter(|one| one.kind() == "assignment")
        .find_map(|one| field(one, "right").filter(|value| value.kind() == "call"));
    let function = value.and_then(|value| field(value, "function"));
    function.is_some_and(|function| base.slice(function) == callee)
}

/// Whether another part of the same thing is asked for its type.
pub(super) fn asks_another_type(guard: &Guard<'_>, head: &Unit<'_>) -> bool {
    let root = |subject: &str| subject.split('.').next().map(str::to_owned);
    guard.kind == Kind::TypeCheck
        && guards(head).iter().any(|one| {
            one.kind == Kind::TypeCheck
                && one.subject != guard.subject
                && root(&one.subject) == root(&guard.subject)
        })
}

/// Whether a function of the file refuses None instead of giving it: it raises, and every answer is a
/// value.
fn never_none(unit: &Unit<'_>, callee: &str) -> bool {
    let file = unit.file;
    let Some(definition) = file.outline.find(callee) else {
        return false;
    };
    Unit::of_definition(file, definition)
        .into_iter()
        .find(Unit::is_function)
        .is_some_and(|one| {
            let checks = guards(&one)
                .iter()
                .any(|guard| guard.kind == Kind::NoneCheck && guard.raises);
            checks && returns_none(&one, one.node).is_none()
        })
}

/// Literals and constructor calls are never None.
fn may_be_none(unit: &Unit<'_>, value: Node<'_>) -> bool {
    match value.kind() {
        "string"
        | "integer"
        | "float"
        | "list"
        | "dictionary"
        | "tuple"
        | "set"
        | "true"
        | "false"
        | "list_comprehension"
        | "dictionary_comprehension"
        | "binary_operator" => false,
        "call" => {
            let callee = field(value, "function").map_or("", |function| unit.slice(function));
            let last = callee.rsplit('.').next().unwrap_or(callee);
            !never_none(unit, callee)
                && !last.starts_with(char::is_uppercase)
                && !matches!(
                    last,
                    "str" | "int" | "float" | "list" | "dict" | "set" | "tuple" | "bool"
                )
        }
        "boolean_operator" => field(value, "right").is_none_or(|right| may_be_none(unit, right)),
        _ => true,
    }
}

fn unchecked_key<'h>(guard: &Guard<'_>, head: &Unit<'h>) -> Option<Node<'h>> {
    if guards(head)
        .iter()
        .any(|other| other.kind == Kind::KeyCheck && other.subject == guard.subject)
    {
        return None;
    }
    head.own(&["subscript"]).into_iter().find(|node| {
        let read = node.parent().is_none_or(|parent| {
            parent.kind() != "delete_statement"
                && !(parent.kind() == "assignment" && field(parent, "left") == Some(*node))
        });
        let same = field(*node, "value")
            .and_then(|value| dotted(value, head.source()))
            .zip(field(*node, "subscript"))
            .is_some_and(|(mapping, key)| {
                format!("{mapping}[{}]", head.slice(key)) == guard.subject
            });
        read && same && !caught(*node, head, &["KeyError", "LookupError"])
    })
}

/// The first statement that uses all names of the condition which production validated.
fn unvalidated<'h>(
    guard: &Guard<'_>,
    base: &Unit<'_>,
    head: &Unit<'h>,
    since: &Since<'_, 'h>,
) -> Option<Node<'h>> {
    let names: Vec<&str> = guard.subject.split(' ').collect();
    if names.iter().any(|name| since.asks(name)) {
        return None;
    }
    if !conditions::arrive_alike(base, head, &names) {
        return None;
    }
    names.iter().find_map(|name| {
        let root = name.split('.').next().unwrap_or(name);
        let parameter =
            head.parameter(root).is_some() || !head.bindings(root).is_empty() || root == "self";
        parameter
            .then(|| reads(head, name).into_iter().next())
            .flatten()
    })
}

/// A statement of production's `with` body that head has outside of any such `with`.
fn outside_with<'h>(guard: &Guard<'_>, base: &Unit<'_>, head: &Unit<'h>) -> Option<Node<'h>> {
    let body = field(guard.node, "body")?;
    let simple = |unit: &Unit<'_>, node: Node<'_>| text(unit.source(), node.byte_range());
    let inside: Vec<String> = base
        .own(STATEMENTS)
        .into_iter()
        .filter(|node| body.start_byte() <= node.start_byte() && node.end_byte() <= body.end_byte())
        .filter(|node| acts(*node))
        .map(|node| simple(base, node))
        .collect();
    head.own(STATEMENTS)
        .into_iter()
        .filter(|node| acts(*node) && inside.contains(&simple(head, *node)))
        .find(|node| {
            let around = withs_around(*node);
            let guarded = around.iter().any(|item| match guard.kind {
                Kind::Lock => {
                    (is_lock(head, *item) || head.slice(*item) == guard.subject)
                        && !is_own_lock(head, *item)
                }
                Kind::Deadline => head.slice(*item).contains("timeout") || is_deadline(head, *item),
                _ => !around.is_empty(),
            });
            let decorated = decorators_of(head.node).iter().any(|decorator| {
                let name = head.slice(*decorator).to_lowercase();
                ["synchronized", "lock", "atomic", "transaction"]
                    .iter()
                    .any(|part| name.contains(part))
            });
            let by_hand = guard.kind == Kind::Lock && head.slice(head.node).contains(".acquire(");
            !guarded && !decorated && !by_hand
        })
}

const STATEMENTS: &[&str] = &[
    "expression_statement",
    "return_statement",
    "delete_statement",
];

/// Whether a statement does something that a lock or transaction protects.
fn acts(statement: Node<'_>) -> bool {
    statement.kind() != "return_statement" || statement.named_child_count() > 0
}

/// A call of the same function without the limit, when head has fewer limited ones.
fn unlimited<'h>(guard: &Guard<'_>, base: &Unit<'_>, head: &Unit<'h>) -> Option<Node<'h>> {
    let limited = |unit: &Unit<'_>| {
        guards(unit)
            .iter()
            .filter(|other| other.kind == Kind::Timeout && other.subject == guard.subject)
            .count()
    };
    if limited(base) <= limited(head) {
        return None;
    }
    head.own(&["call"]).into_iter().find(|call| {
        let same = field(*call, "function").is_some_and(|at| head.slice(at) == guard.subject);
        let free =
            keyword(*call, "timeout", head.source()).is_none_or(|value| value.kind() == "none");
        same && free && !crate::syntax::nodes::has_splat(*call)
    })
}

/// A use of the response's body, when nothing looks at its status.
fn unchecked_body<'h>(guard: &Guard<'_>, head: &Unit<'h>) -> Option<Node<'h>> {
    let subject = &guard.subject;
    let attributes: Vec<Node<'h>> = head
        .own(&["attribute"])
        .into_iter()
        .filter(|node| {
            field(*node, "object")
                .and_then(|object| dotted(object, head.source()))
                .is_some_and(|object| object == *subject)
        })
        .collect();
    let name = |node: &Node<'h>| field(*node, "attribute").map_or("", |name| head.slice(name));
    let looks = |node: &Node<'h>| {
        matches!(
            name(node),
            "ok" | "status_code" | "status" | "is_success" | "is_error" | "raise_for_status"
        )
    };
    if attributes.iter().any(looks) {
        return None;
    }
    attributes.into_iter().find(|node| {
        matches!(
            name(node),
            "json" | "text" | "content" | "read" | "iter_lines" | "iter_content"
        )
    })
}

/// A handler for the same exceptions that logs nothing and does not pass the exception on.
fn unlogged<'h>(guard: &Guard<'_>, head: &Unit<'h>) -> Option<Node<'h>> {
    let own: Vec<Guard<'h>> = guards(head);
    head.own(&["except_clause"]).into_iter().find(|clause| {
        let same = handler_names(*clause, head.source()).join(" ") == guard.subject;
        let logged = own
            .iter()
            .any(|other| other.kind == Kind::ErrorLog && error_path(other.node) == Some(*clause));
        let says = head.slice(*clause);
        let told = [
            "raise",
            "log",
            "print(",
            "capture",
            "report",
            "traceback",
            "warn",
        ]
        .iter()
        .any(|word| says.contains(word));
        same && !logged && !told
    })
}
