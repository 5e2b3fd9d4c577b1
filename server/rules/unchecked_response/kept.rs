//! Responses that an object keeps: `self.answer = requests.get(url)`.

use tree_sitter::Node;

use super::{BODY, NEUTRAL, with_call};
use crate::syntax::nodes::{Walk, field, walk_near_within};
use crate::syntax::{Place, Unit};

/// The first place of this scope that takes the body of the response kept in `target`
/// (`self.answer`), if nothing of the class asks whether the request succeeded or hands the response
/// on.
pub(super) fn body_of<'a>(unit: &Unit<'a>, target: Node<'a>) -> Option<Node<'a>> {
    let class = unit.class()?;
    let kept = unit.slice(target);
    let name = unit.slice(field(target, "attribute")?);
    let place = (class.start_byte(), kept.to_owned());
    let uses = unit
        .file
        .facts
        .about(place, || Uses::of(unit, class, kept, name));
    let checked = uses
        .others
        .iter()
        .any(|other| *other != target.start_byte());
    let first = uses
        .bodies
        .partition_point(|body| body.start() < target.end_byte());
    let body = uses.bodies.get(first).filter(|_| !checked)?;
    let is_here = body.end() <= unit.node.end_byte();
    is_here.then(|| body.node(unit.source()))?
}

/// What a class does with a response that its objects keep.
struct Uses {
    /// What takes a body, call and all, in source order.
    bodies: Vec<Place>,
    /// The first bytes of the uses that may check the response or hand it on, and of those that put
    /// it there.
    others: Vec<usize>,
}

impl Uses {
    fn of<'a>(unit: &Unit<'a>, class: Node<'a>, kept: &str, name: &str) -> Self {
        let (mut bodies, mut others) = (Vec::new(), Vec::new());
        walk_near_within(class, unit.source(), name, &mut |node, above| {
            if node.kind() != "attribute" || unit.slice(node) != kept {
                return Walk::Into;
            }
            let up = above
                .last()
                .filter(|up| up.kind() == "attribute" && field(**up, "object") == Some(node));
            match up.and_then(|up| Some((up, unit.slice(field(*up, "attribute")?)))) {
                Some((up, part)) if BODY.contains(&part) => {
                    bodies.push(Place::of(with_call(*up)));
                }
                Some((_, part)) if NEUTRAL.contains(&part) => {}
                _ => others.push(node.start_byte()),
            }
            Walk::Over
        });
        Self { bodies, others }
    }
}
