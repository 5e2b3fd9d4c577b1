//! Mappings that an object keeps: `self.items = {}` in a class that never puts the key there.

use tree_sitter::Node;

use crate::rules::knowledge::keys::{Writes, Written, literal_lacks};
use crate::syntax::nodes::{Walk, bare, children, field};
use crate::syntax::{Place, Unit};

/// Whether the class makes the mapping `object` (`self.items`) as a literal without the key, only
/// once, and nothing in the file puts it there.
pub(super) fn never_has(unit: &Unit<'_>, object: Node<'_>, key: &str) -> bool {
    let object = bare(object);
    let (Some(class), Some(name)) = (unit.class(), field(object, "attribute")) else {
        return false;
    };
    let is_own = field(object, "object").is_some_and(|one| unit.slice(one) == "self");
    let alone = field(class, "superclasses")
        .is_none_or(|bases| children(bases).all(|base| unit.slice(base) == "object"));
    if !is_own || !alone || children(class).any(|one| one.kind() == "decorator") {
        return false;
    }
    let name = unit.slice(name);
    let place = (class.start_byte(), name.to_owned());
    let kept = unit.file.facts.about(place, || Kept::of(unit, class, name));
    let Some(value) = kept.made.as_ref().and_then(|made| made.node(unit.source())) else {
        return false;
    };
    literal_lacks(unit, value, key) && kept.writes.of(key) == Written::Never
}

/// What a file does with an attribute of a class.
struct Kept {
    /// The only value that it gets, in the class itself.
    made: Option<Place>,
    writes: Writes,
}

impl Kept {
    fn of<'a>(unit: &Unit<'a>, class: Node<'a>, name: &str) -> Self {
        let (mut values, mut writes) = (Vec::new(), Writes::default());
        // Whoever holds the object may fill what it keeps: all of the file is looked at.
        unit.source().walk_near_within(name, &mut |node, above| {
            let within =
                class.start_byte() <= node.start_byte() && node.end_byte() <= class.end_byte();
            let up = above.last().copied();
            let is_attribute = node.kind() == "attribute"
                && field(node, "attribute").is_some_and(|one| unit.slice(one) == name);
            let is_of_class = node.kind() == "identifier"
                && unit.slice(node) == name
                && within
                && up.is_some_and(|up| up.kind() == "assignment");
            if is_attribute || is_of_class {
                match up.and_then(|up| assigned(node, up)) {
                    Some(value) if within => values.push(Place::of(value)),
                    Some(_) => writes.leave_open(),
                    // `return self.items`: whoever gets it may fill it.
                    None if up
                        .is_some_and(|up| matches!(up.kind(), "return_statement" | "yield")) =>
                    {
                        writes.leave_open();
                    }
                    None => writes.add(unit, node, above),
                }
            }
            Walk::Into
        });
        let text = unit.slice(class);
        let by_name = ["setattr(", "__dict__", "vars(self"];
        if by_name.iter().any(|one| text.contains(one)) {
            writes.leave_open();
        }
        let made = if values.len() == 1 {
            values.pop()
        } else {
            None
        };
        Self { made, writes }
    }
}

/// The value of an assignment to this very node.
fn assigned<'t>(node: Node<'t>, up: Node<'t>) -> Option<Node<'t>> {
    let is_target = up.kind() == "assignment" && field(up, "left") == Some(node);
    field(up, "right").filter(|_| is_target)
}
