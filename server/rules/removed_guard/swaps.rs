//! Protections inside an expression that the hotfix takes out in place: `escape(name)` is `name`
//! now, `d.get("k", 0)` is `d["k"]`, `check=True` is gone. All else of the expression is the same,
//! so nothing has to be guessed.

use std::collections::HashMap;

use tree_sitter::Node;

use super::collect::{names_in, normal};
use super::forms::{Form, forms};
use super::loss::{Loss, Repair};
use super::since::Since;
use crate::compare::normal;
use crate::syntax::Unit;
use crate::syntax::flow::{contains, withs_around};
use crate::syntax::nodes::{Walk, children, field, walk};

/// Statements whose parts are looked at.
const STATEMENTS: &[&str] = &[
    "expression_statement",
    "return_statement",
    "raise_statement",
    "assert_statement",
    "delete_statement",
    "for_statement",
    "while_statement",
    "with_statement",
    "if_statement",
    "elif_clause",
];

/// The expressions that stand in statements, each with its text.
fn tops<'t>(unit: &Unit<'t>) -> Vec<(String, Node<'t>)> {
    let own = unit.own(STATEMENTS).into_iter();
    own.flat_map(|statement| {
        children(statement)
            .filter(|part| !part.kind().ends_with("clause") && part.kind() != "block")
            .map(move |part| (statement.kind(), part))
    })
    .map(|(kind, part)| (format!("{kind} | {}", normal(unit, part)), part))
    .collect()
}

fn count<'t>(all: impl Iterator<Item = &'t (String, Node<'t>)>) -> HashMap<&'t str, usize> {
    let mut counted = HashMap::new();
    for (text, _) in all {
        *counted.entry(text.as_str()).or_default() += 1;
    }
    counted
}

/// The expressions that the other side does not have.
fn changed<'t>(
    here: &[(String, Node<'t>)],
    there: &[(String, Node<'_>)],
) -> Vec<(String, Node<'t>)> {
    let mut known = count(there.iter());
    let mut left = here.to_vec();
    left.retain(|(text, _)| match known.get_mut(text.as_str()) {
        Some(count) if 0 < *count => {
            *count -= 1;
            false
        }
        _ => true,
    });
    left
}

/// A longer part (bytes) is not looked for: what stands in place of a protection is short, and the
/// parts of a chain of thousands of operands are together as long as its square.
const LONGEST: usize = 2_000;

/// All parts of some expressions that are not too long, by their text.
fn parts<'t>(unit: &Unit<'t>, tops: &[(String, Node<'t>)]) -> HashMap<String, Vec<Node<'t>>> {
    let mut found: HashMap<String, Vec<Node<'t>>> = HashMap::new();
    for (text, top) in tops {
        found.entry(text.clone()).or_default().push(*top);
        walk(*top, &mut |node| {
            let is_short = node.byte_range().len() <= LONGEST;
            if is_short && node.is_named() && node.named_child_count() != 0 {
                let text = normal(unit, node);
                let same = found.entry(text).or_default();
                if same
                    .last()
                    .is_none_or(|last| last.byte_range() != node.byte_range())
                {
                    same.push(node);
                }
            }
            Walk::Into
        });
    }
    found
}

/// The protections that are taken out in place.
pub(super) fn losses<'h>(base: &Unit<'_>, head: &Unit<'h>, since: &Since<'_, 'h>) -> Vec<Loss<'h>> {
    let (before, after) = (tops(base), tops(head));
    let (gone, new) = (changed(&before, &after), changed(&after, &before));
    if gone.is_empty() || new.is_empty() {
        return Vec::new();
    }
    let (was, is) = (parts(base, &gone), parts(head, &new));
    let mut found: Vec<Loss<'h>> = Vec::new();
    for (_, top) in &gone {
        for form in forms(base, *top) {
            if let Some(loss) = lost(&form, (base, *top), head, (&was, &is), since)
                && !found.iter().any(|one| one.shown == loss.shown)
            {
                found.push(loss);
            }
        }
    }
    found
}

type Parts<'t> = HashMap<String, Vec<Node<'t>>>;

fn lost<'h>(
    form: &Form<'_>,
    (base, top): (&Unit<'_>, Node<'_>),
    head: &Unit<'h>,
    (was, is): (&Parts<'_>, &Parts<'h>),
    since: &Since<'_, 'h>,
) -> Option<Loss<'h>> {
    let many = |parts: &Parts<'_>, text: &str| parts.get(text).map_or(0, Vec::len);
    let whole = normal(base, form.node);
    // It stands elsewhere now: in a variable, in another expression.
    if many(was, &whole) <= many(is, &whole) {
        return None;
    }
    let mut at = form.node;
    let mut matched = None;
    loop {
        if at != form.node || form.alone || at == top {
            matched = form.weak.iter().find_map(|weak| {
                let mut text = replaced(base, at, form.node, weak);
                if at == top && (!form.alone || at != form.node) {
                    text = format!("{} | {text}", top.parent()?.kind());
                }
                let places = is.get(&text)?;
                // `x and x.name` holds its own weaker form.
                let inside = was.get(&text).map_or(0, |all| {
                    all.iter().filter(|one| contains(form.node, **one)).count()
                });
                (many(was, &text) - inside < places.len()).then(|| places.last().copied())?
            });
        }
        if matched.is_some() || at == top {
            break;
        }
        at = at.parent()?;
    }
    let place = matched?;
    if form.asks && asked_anew(base, head, form, place, since) || is_kept_around(form, head, place)
    {
        return None;
    }
    let text = base.slice(at);
    let known = form.needs.is_none_or(|name| {
        let root = name.split('.').next().unwrap_or(name);
        base.names().expand(root) == head.names().expand(root)
    });
    Some(Loss {
        name: form.name,
        subject: super::collect::shorten(base.slice(form.node)),
        place,
        shown: form.node.byte_range(),
        confidence: form.confidence,
        message: form.message.clone(),
        covers: form.covers,
        repair: if known && !text.contains('\n') {
            Repair::Replace(vec![(place.byte_range(), text.to_owned())])
        } else {
            Repair::None
        },
    })
}

/// The text of an expression with another text in place of one of its parts.
pub(super) fn replaced(unit: &Unit<'_>, whole: Node<'_>, part: Node<'_>, text: &str) -> String {
    let read = |range: std::ops::Range<usize>| {
        if range.is_empty() {
            return String::new();
        }
        normal::values(&normal::tokens(unit.source(), range)).join(" ")
    };
    let before = read(whole.start_byte()..part.start_byte());
    let after = read(part.end_byte()..whole.end_byte());
    [before.as_str(), text, after.as_str()]
        .into_iter()
        .filter(|one| !one.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether the hotfix asks about the value in another way, or catches what comes of it.
fn asked_anew(
    base: &Unit<'_>,
    head: &Unit<'_>,
    form: &Form<'_>,
    place: Node<'_>,
    since: &Since<'_, '_>,
) -> bool {
    let names = names_in(base, form.node);
    let mut roots = names
        .iter()
        .map(|name| name.split('.').next().unwrap_or(name));
    since.tries
        || withs_around(place)
            .iter()
            .any(|item| head.slice(*item).contains("suppress("))
        || names.iter().any(|name| since.asks_beside(name, place))
        || roots.any(|root| {
            !matches!(root, "self" | "cls")
                && (since.asks_about_beside(root, place)
                    || head.bindings(root).len() > base.bindings(root).len())
        })
}

/// Whether what stands around the place does the same: `async with timeout(5):`, or somebody
/// looks at the return code.
fn is_kept_around(form: &Form<'_>, head: &Unit<'_>, place: Node<'_>) -> bool {
    let text = |node: Node<'_>| head.slice(node);
    form.kept.iter().any(|word| {
        withs_around(place)
            .iter()
            .any(|item| text(*item).contains(word))
            || head
                .own(&["attribute"])
                .into_iter()
                .filter_map(|one| field(one, "attribute"))
                .any(|name| text(name) == *word)
    })
}
