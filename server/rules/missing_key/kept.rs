//! Mappings that an object keeps: `self.items = {}` in a class that never puts the key there.

use tree_sitter::Node;

use crate::rules::knowledge::keys::{is_harmless, literal_lacks};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, bare, children, field, walk_near};

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
    let (mut values, mut other) = (Vec::new(), false);
    // Whoever holds the object may fill what it keeps: all of the file is looked at.
    let root = unit.source().root();
    walk_near(root, unit.source(), name, &mut |node| {
        let within = class.start_byte() <= node.start_byte() && node.end_byte() <= class.end_byte();
        let is_attribute = node.kind() == "attribute"
            && field(node, "attribute").is_some_and(|one| unit.slice(one) == name);
        let is_of_class = node.kind() == "identifier"
            && unit.slice(node) == name
            && within
            && node.parent().is_some_and(|up| up.kind() == "assignment");
        if is_attribute || is_of_class {
            match assigned(node) {
                Some(value) if within => values.push(value),
                Some(_) => other = true,
                None => other |= leaves(node) || !is_harmless(unit, node, key),
            }
        }
        Walk::Into
    });
    let names_it = |word: &str| unit.slice(class).contains(word);
    let by_name = ["setattr(", "__dict__", "vars(self"]
        .iter()
        .any(|one| names_it(one));
    match values.as_slice() {
        [one] if !other && !by_name => literal_lacks(unit, *one, key),
        _ => false,
    }
}

/// `return self.items`: whoever gets it may fill it.
fn leaves(node: Node<'_>) -> bool {
    node.parent()
        .is_some_and(|up| matches!(up.kind(), "return_statement" | "yield"))
}

/// The value of an assignment to this very node.
fn assigned(node: Node<'_>) -> Option<Node<'_>> {
    let up = node.parent().filter(|up| up.kind() == "assignment")?;
    (field(up, "left") == Some(node)).then(|| field(up, "right"))?
}
