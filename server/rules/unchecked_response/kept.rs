//! Responses that an object keeps: `self.answer = requests.get(url)`.

use tree_sitter::Node;

use super::{BODY, NEUTRAL, with_call};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, field, walk_near};

/// The first place of this scope that takes the body of the response kept in `target`
/// (`self.answer`), if nothing of the class asks whether the request succeeded or hands the response
/// on.
pub(super) fn body_of<'a>(unit: &Unit<'a>, target: Node<'a>) -> Option<Node<'a>> {
    let class = unit.class()?;
    let kept = unit.slice(target);
    let name = unit.slice(field(target, "attribute")?);
    let (mut first, mut checked) = (None, false);
    walk_near(class, unit.source(), name, &mut |node| {
        if node.kind() != "attribute" || unit.slice(node) != kept || node == target {
            return Walk::Into;
        }
        let up = node
            .parent()
            .filter(|up| up.kind() == "attribute" && field(*up, "object") == Some(node));
        match up.and_then(|up| Some((up, unit.slice(field(up, "attribute")?)))) {
            Some((up, part)) if BODY.contains(&part) => {
                let here =
                    target.end_byte() <= up.start_byte() && up.end_byte() <= unit.node.end_byte();
                if here && first.is_none() {
                    first = Some(with_call(up));
                }
            }
            Some((_, part)) if NEUTRAL.contains(&part) => {}
            _ => checked = true,
        }
        Walk::Over
    });
    first.filter(|_| !checked)
}
