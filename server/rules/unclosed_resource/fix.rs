//! Puts a resource into a context manager around exactly the statements that use it.

use tree_sitter::Node;

use super::super::knowledge::openers::{self, Kind, With};
use super::super::knowledge::{order, origins, uses};
use super::holds::{self, Life, What};
use super::lazy::{self, Start};
use super::{Finding, FixContext, Place, place};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, statement_of};

const WHY: &str = "is closed on every way";

/// The context manager, if it can be done cleanly.
pub(super) fn fix(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let call = origins::calls(unit)
        .into_iter()
        .find(|call| call.byte_range() == finding.span)?;
    let kind = openers::opens(unit, call)?;
    match place(unit, call, kind)? {
        Place::Named(binding) => named(context, call, binding, kind),
        Place::Nameless(_) => nameless(context, call, kind),
    }
}

/// `with open(…)`, or `with contextlib.closing(…)` around it.
fn manager(
    unit: &Unit<'_>,
    call: Node<'_>,
    kind: Kind,
    builder: &mut Builder<'_>,
) -> Option<String> {
    let text = unit.slice(call);
    match kind.with {
        With::Itself => Some(format!("with {text}")),
        With::Async => unit.is_async().then(|| format!("async with {text}")),
        With::Closing => {
            let contextlib = builder.import("contextlib")?;
            Some(format!("with {contextlib}.closing({text})"))
        }
        With::Never => None,
    }
}

fn named(context: &FixContext<'_>, call: Node<'_>, binding: Node<'_>, kind: Kind) -> Option<Fix> {
    let unit = context.unit;
    let name = unit.slice(binding);
    let statement = statement_of(binding);
    let plain = statement.kind() == "expression_statement"
        && statement.named_child(0).is_some_and(|assignment| {
            assignment.kind() == "assignment"
                && field(assignment, "left") == Some(binding)
                && field(assignment, "right").map(bare) == Some(call)
        });
    if !plain || unit.bindings(name).len() != 1 {
        return None;
    }
    let opened = [(binding, binding, What::Opened(kind))];
    let life = holds::lives(unit, &opened).pop()??;
    // Another owner needs it open.
    if life.given_away {
        return None;
    }
    let needed = lazy::needed(unit, kind, Start::Name(binding))?;
    let region = Region::find(statement, &life, &needed.places)?;
    let mut builder = Builder::new(unit.file);
    let manager = manager(unit, call, kind, &mut builder)?;
    builder.note(statement, context.version, &format!("{name} {WHY}"));
    let mut header = format!("{manager} as {name}:");
    for close in &region.closes {
        let comment = builder.remove_with_comment(*close)?;
        let Some(comment) = comment else { continue };
        // What was said of the close is said of the block that closes now.
        match builder.comment_behind(statement) {
            Some(there) => {
                builder.insert(there.end, format!("; {}", comment.trim_matches(['#', ' '])));
            }
            None => header = format!("{header}  {comment}"),
        }
    }
    builder.replace(statement, header);
    if let (Some(first), Some(last)) = (region.first, region.last) {
        builder.wrap(first, last, &[] as &[&str])?;
    } else {
        builder.lines_after(statement, &["\tpass"])?;
    }
    let safe = kind.safe && !life.lent && !needed.lent;
    Some(builder.finish(
        format!("Close {name} on every way: use it inside `with`"),
        applicability(safe),
    ))
}

fn applicability(safe: bool) -> Applicability {
    if safe {
        Applicability::Safe
    } else {
        Applicability::NeedsReview
    }
}

/// The statements that go into the `with` body, and the closes that are not needed any more.
struct Region<'a> {
    first: Option<Node<'a>>,
    last: Option<Node<'a>>,
    closes: Vec<Node<'a>>,
}

impl<'a> Region<'a> {
    /// `needed`: the uses of what is made from it.
    fn find(opening: Node<'a>, life: &Life<'a>, needed: &[Node<'a>]) -> Option<Self> {
        let block = opening.parent()?;
        let places = || life.places.iter().chain(needed);
        if places().any(|place| !uses::contains(block, *place)) {
            return None;
        }
        let mut cursor = block.walk();
        // Comments between the statements move with them; one on the opening's own line does not.
        let following: Vec<Node<'a>> = block
            .named_children(&mut cursor)
            .filter(|one| opening.end_byte() <= one.start_byte())
            .filter(|one| {
                one.kind() != "comment" || one.start_position().row != opening.end_position().row
            })
            .collect();
        let is_close = |one: &Node<'a>| {
            one.kind() == "expression_statement"
                && one.named_child(0).is_some_and(|call| {
                    call.kind() == "call"
                        && field(call, "arguments")
                            .is_some_and(|list| list.named_child_count() == 0)
                        && life.closes.iter().any(|close| {
                            field(call, "function").and_then(|f| field(f, "object")) == Some(*close)
                        })
                })
        };
        let last = following
            .iter()
            .filter(|one| !is_close(one))
            .rfind(|one| places().any(|place| uses::contains(**one, *place)))
            .copied();
        let closes = following
            .iter()
            .filter(|one| is_close(one))
            .filter(|one| last.is_none_or(|last| last.end_byte() <= one.start_byte()))
            .copied()
            .collect();
        let first = last.and(following.first().copied());
        Some(Self {
            first,
            last,
            closes,
        })
    }
}

/// `return json.load(open(path))`: the statement moves below `with open(path) as file:`, and so do
/// those that read what it makes from the file.
fn nameless(context: &FixContext<'_>, call: Node<'_>, kind: Kind) -> Option<Fix> {
    let unit = context.unit;
    let statement = statement_of(call);
    let mut builder = Builder::new(unit.file);
    let manager = manager(unit, call, kind, &mut builder)?;
    let needed = lazy::needed(unit, kind, Start::Value(call))?;
    let last = last_needed(statement, &needed.places)?;
    let alone =
        statement.kind() == "expression_statement" && statement.named_child(0) == Some(call);
    let why = format!("what {} opens {WHY}", unit.slice(field(call, "function")?));
    builder.note(statement, context.version, &why);
    if alone {
        builder.replace(statement, format!("{manager}:"));
        builder.lines_after(statement, &["\tpass"])?;
    } else {
        if !order::runs_first(unit, call, statement) {
            return None;
        }
        let name = free_name(unit, kind)?;
        builder.lines_before(statement, &[format!("{manager} as {name}:")])?;
        builder.replace(call, name);
        builder.wrap(statement, last, &[] as &[&str])?;
    }
    let sender = unit.slice(field(call, "function")?);
    Some(builder.finish(
        format!("Close what {sender} opens: use it inside `with`"),
        applicability(kind.safe && !needed.lent),
    ))
}

/// The last statement beside `first` that holds one of the places; `None` where one stands
/// elsewhere.
fn last_needed<'a>(first: Node<'a>, places: &[Node<'a>]) -> Option<Node<'a>> {
    let mut last = first;
    let end = places.iter().map(Node::end_byte).max().unwrap_or(0);
    while last.end_byte() < end {
        last = last.next_named_sibling()?;
    }
    let inside = |place: &Node<'a>| {
        first.start_byte() <= place.start_byte() && place.end_byte() <= last.end_byte()
    };
    places.iter().all(inside).then_some(last)
}

fn free_name(unit: &Unit<'_>, kind: Kind) -> Option<&'static str> {
    let mut taken = Vec::new();
    crate::syntax::nodes::walk(unit.node, &mut |node| {
        if node.kind() == "identifier" {
            taken.push(unit.slice(node));
        }
        crate::syntax::nodes::Walk::Into
    });
    [kind.name, "opened", "resource", "handle"]
        .into_iter()
        .find(|name| !taken.contains(name))
}
