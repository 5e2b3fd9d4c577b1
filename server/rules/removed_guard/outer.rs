//! Protection that stands outside of the code: base classes and class attributes that ask who may.
//! `fields` and `routes` know more of it.

use tree_sitter::Node;

use super::collect::{normal, shorten};
use super::fields::{limits, validators};
use super::loss::{Loss, Repair};
use super::routes::{dependencies, endless_retry, rates, tasks};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{children, decorators_of, field};

/// What the head of a function or a class body loses.
pub(super) fn losses<'h>(base: &Unit<'_>, head: &Unit<'h>) -> Vec<Loss<'h>> {
    let mut found = Vec::new();
    match (base.node.kind(), head.node.kind()) {
        ("class_definition", "class_definition") => {
            found.extend(bases(base, head));
            attributes(base, head, &mut found);
            validators(base, head, &mut found);
            limits(base, head, &mut found);
        }
        ("function_definition", "function_definition") => {
            dependencies(base, head, &mut found);
            rates(base, head, &mut found);
            tasks(base, head, &mut found);
            permissions_of_function(base, head, &mut found);
            found.extend(endless_retry(base, head));
        }
        _ => {}
    }
    found
}

pub(super) fn loss<'h>(
    name: &'static str,
    (base, was): (&Unit<'_>, Node<'_>),
    place: Node<'h>,
    confidence: Confidence,
    message: String,
) -> Loss<'h> {
    Loss {
        name,
        subject: shorten(base.slice(was)),
        place,
        shown: was.byte_range(),
        confidence,
        message,
        covers: &["api-change", "refactoring"],
        repair: Repair::None,
    }
}

pub(super) fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

pub(super) fn name_of<'u>(unit: &Unit<'u>) -> Option<Node<'u>> {
    field(unit.node, "name")
}

/// `LoginRequiredMixin` and its like.
fn asks_who(class: &str) -> bool {
    let name = last(class);
    let asks = [
        "LoginRequired",
        "PermissionRequired",
        "UserPassesTest",
        "AccessMixin",
        "StaffRequired",
        "AdminRequired",
        "SuperuserRequired",
        "RequiresLogin",
        "AuthRequired",
        "AuthenticationRequired",
    ];
    asks.iter().any(|word| name.contains(word))
}

fn bases<'h>(base: &Unit<'_>, head: &Unit<'h>) -> Option<Loss<'h>> {
    let list = |unit: &Unit<'_>| -> Vec<String> {
        let all = field(unit.node, "superclasses")
            .into_iter()
            .flat_map(children);
        all.map(|one| normal(unit, one)).collect()
    };
    let now = list(head);
    let gone = field(base.node, "superclasses")
        .into_iter()
        .flat_map(children)
        .find(|one| asks_who(base.slice(*one)) && !now.contains(&normal(base, *one)))?;
    // Another base or decorator that production does not have may do the same.
    let before = list(base);
    let anew = now.iter().any(|one| !before.contains(one)) || decorated_anew(base, head);
    if anew {
        return None;
    }
    let words = base.slice(gone);
    let mut found = loss(
        "base-class",
        (base, gone),
        name_of(head)?,
        Confidence::Certain,
        format!("Production protects this class by {words}; the hotfix drops it"),
    );
    let known = base.names().expand(words) == head.names().expand(words);
    if let Some(list) = field(head.node, "superclasses").filter(|_| known) {
        let first = children(list).next();
        let text = if first.is_some() {
            format!("{words}, ")
        } else {
            words.to_owned()
        };
        let at = first.map_or(list.start_byte() + 1, |first| first.start_byte());
        found.repair = Repair::Replace(vec![(at..at, text)]);
    }
    Some(found)
}

fn decorated_anew(base: &Unit<'_>, head: &Unit<'_>) -> bool {
    let before: Vec<String> = decorators_of(base.node)
        .into_iter()
        .map(|one| normal(base, one))
        .collect();
    decorators_of(head.node)
        .into_iter()
        .any(|one| !before.contains(&normal(head, one)))
}

/// The assignments of a class body: name, value, statement.
pub(super) fn assigned<'u>(unit: &Unit<'u>) -> Vec<(&'u str, Node<'u>)> {
    let body = field(unit.node, "body").into_iter().flat_map(children);
    body.filter_map(|one| {
        one.named_child(0)
            .filter(|_| one.kind() == "expression_statement")
    })
    .filter(|one| one.kind() == "assignment")
    .filter_map(|one| Some((unit.slice(field(one, "left")?), one)))
    .collect()
}

/// The elements of a literal list or tuple; `None` for anything else.
fn elements<'u>(unit: &Unit<'u>, value: Node<'u>) -> Option<Vec<(&'u str, String)>> {
    matches!(value.kind(), "list" | "tuple" | "set").then(|| {
        children(value)
            .map(|one| (last(unit.slice(one)), normal(unit, one)))
            .collect()
    })
}

/// The permission classes that everybody knows, the loosest first.
const LADDER: [&str; 4] = [
    "AllowAny",
    "IsAuthenticatedOrReadOnly",
    "IsAuthenticated",
    "IsAdminUser",
];

/// What of a list of permissions is lost.
fn loosened(was: &[(&str, String)], is: &[(&str, String)]) -> bool {
    let missing = was
        .iter()
        .filter(|(name, text)| *name != "AllowAny" && !is.iter().any(|(_, one)| one == text));
    let anew: Vec<&str> = is
        .iter()
        .filter(|(_, text)| !was.iter().any(|(_, one)| one == text))
        .map(|(name, _)| *name)
        .collect();
    let rank = |name: &str| LADDER.iter().position(|one| *one == name);
    let mut missing = missing.peekable();
    missing.peek().is_some()
        && missing.all(|(name, _)| {
            anew.iter().all(|other| match (rank(name), rank(other)) {
                (Some(before), Some(now)) => now < before,
                (None, Some(now)) => now == 0,
                _ => false,
            })
        })
}

fn attributes<'h>(base: &Unit<'_>, head: &Unit<'h>, found: &mut Vec<Loss<'h>>) {
    let now = assigned(head);
    for (name, assignment) in assigned(base) {
        let asks = matches!(
            name,
            "permission_classes" | "throttle_classes" | "authentication_classes"
        );
        if !asks {
            continue;
        }
        let Some(value) = field(assignment, "right") else {
            continue;
        };
        let Some(was) =
            elements(base, value).filter(|was| was.iter().any(|(one, _)| *one != "AllowAny"))
        else {
            continue;
        };
        let words = shorten(base.slice(assignment));
        let there = now.iter().find(|(one, _)| *one == name);
        let (place, sure) = match there {
            None => {
                // A new base class may bring it.
                let supers =
                    |unit: &Unit<'_>| field(unit.node, "superclasses").map(|one| normal(unit, one));
                let Some(place) = name_of(head).filter(|_| supers(base) == supers(head)) else {
                    continue;
                };
                (place, false)
            }
            Some((_, other)) => {
                let Some(value) = field(*other, "right") else {
                    continue;
                };
                let Some(is) = elements(head, value) else {
                    continue;
                };
                let lost = if name == "permission_classes" {
                    loosened(&was, &is)
                } else {
                    is.is_empty()
                };
                if !lost {
                    continue;
                }
                (value, true)
            }
        };
        let sure = sure || name == "permission_classes";
        let mut one = loss(
            "class-attribute",
            (base, assignment),
            place,
            if sure {
                Confidence::Certain
            } else {
                Confidence::Likely
            },
            if there.is_some() {
                format!("Production protects this class by `{words}`; the hotfix lets more in")
            } else {
                format!("Production protects this class by `{words}`; the hotfix drops it")
            },
        );
        let text = base.slice(value);
        let known = children(value).all(|one| {
            let dotted = base.slice(one);
            base.names().expand(dotted) == head.names().expand(dotted)
        });
        if there.is_some() && !text.contains('\n') && known {
            one.repair = Repair::Replace(vec![(place.byte_range(), text.to_owned())]);
        }
        found.push(one);
    }
}

/// `@permission_classes([…])` above a function.
fn permissions_of_function<'h>(base: &Unit<'_>, head: &Unit<'h>, found: &mut Vec<Loss<'h>>) {
    let list = |unit: &Unit<'_>| {
        decorators_of(unit.node).into_iter().find_map(|one| {
            let call = one.named_child(0).filter(|call| call.kind() == "call")?;
            let callee = last(unit.slice(field(call, "function")?));
            (callee == "permission_classes").then_some(())?;
            crate::syntax::nodes::positional(call)
                .first()
                .map(Node::byte_range)
        })
    };
    let (Some(before), Some(after)) = (list(base), list(head)) else {
        return;
    };
    let (Some(was_at), Some(is_at)) = (base.source().node_at(before), head.source().node_at(after))
    else {
        return;
    };
    let (Some(was), Some(is)) = (elements(base, was_at), elements(head, is_at)) else {
        return;
    };
    if loosened(&was, &is) {
        let words = shorten(base.slice(was_at));
        found.push(loss(
            "class-attribute",
            (base, was_at),
            is_at,
            Confidence::Certain,
            format!("Production lets in only `{words}`; the hotfix lets more in"),
        ));
    }
}
