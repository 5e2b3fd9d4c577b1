//! What searches in trees of HTML and XML answer: an element, or None.

use tree_sitter::Node;

use crate::rules::knowledge::keys::Keys;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, positional};

/// How far values are followed.
const STEPS: u8 = 4;

/// Methods that only elements have, and that answer None where there is no such element.
const SEARCHES: [&str; 9] = [
    "find_next",
    "find_next_sibling",
    "find_parent",
    "find_previous",
    "find_previous_sibling",
    "findNext",
    "findNextSibling",
    "findParent",
    "select_one",
];

/// What makes a tree, or gives its first element.
const MAKERS: [&str; 13] = [
    "bs4.BeautifulSoup",
    "xml.etree.ElementTree.parse",
    "xml.etree.ElementTree.fromstring",
    "xml.etree.ElementTree.XML",
    "defusedxml.ElementTree.parse",
    "defusedxml.ElementTree.fromstring",
    "lxml.etree.parse",
    "lxml.etree.fromstring",
    "lxml.etree.XML",
    "lxml.etree.HTML",
    "lxml.html.parse",
    "lxml.html.fromstring",
    "lxml.html.document_fromstring",
];

/// Methods of trees that give all elements of a kind.
const LISTS: [&str; 8] = [
    "find_all",
    "findAll",
    "findall",
    "iter",
    "iterfind",
    "select",
    "children",
    "getchildren",
];

/// Whether a call `object.name(…)` searches a tree for one element.
pub(super) fn searches<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    object: Node<'a>,
    name: &str,
) -> bool {
    SEARCHES.contains(&name)
        || matches!(name, "find" | "findtext") && is_tree(unit, keys, object, STEPS)
}

/// Whether the expression is a tree or an element of one, as far as the function shows it.
fn is_tree<'a>(unit: &Unit<'a>, keys: &Keys<'_, 'a>, node: Node<'a>, left: u8) -> bool {
    let Some(left) = left.checked_sub(1) else {
        return false;
    };
    let node = bare(node);
    match node.kind() {
        "identifier" => {
            let name = unit.slice(node);
            match keys.last_value(name, node.start_byte()) {
                Some(value) => is_tree(unit, keys, value, left),
                None => gone_through(keys, name, node)
                    .is_some_and(|list| lists_elements(unit, keys, list, left)),
            }
        }
        "subscript" => {
            field(node, "value").is_some_and(|list| lists_elements(unit, keys, list, left))
        }
        "call" => {
            if unit
                .callee(node)
                .is_some_and(|full| MAKERS.contains(&full.as_str()))
            {
                return true;
            }
            let Some(function) = field(node, "function") else {
                return false;
            };
            let (Some(object), Some(name)) =
                (field(function, "object"), field(function, "attribute"))
            else {
                return false;
            };
            let name = unit.slice(name);
            SEARCHES.contains(&name)
                || matches!(name, "find" | "getroot") && is_tree(unit, keys, object, left)
        }
        _ => false,
    }
}

/// `soup.find_all("tr")`, `root.iter("item")`, `root` itself.
fn lists_elements<'a>(unit: &Unit<'a>, keys: &Keys<'_, 'a>, list: Node<'a>, left: u8) -> bool {
    let list = bare(list);
    if list.kind() == "identifier"
        && let Some(value) = keys.last_value(unit.slice(list), list.start_byte())
    {
        return lists_elements(unit, keys, value, left.saturating_sub(1)) && 0 < left;
    }
    let function = field(list, "function").filter(|_| list.kind() == "call");
    let Some((object, name)) = function
        .and_then(|one| Some((field(one, "object")?, unit.slice(field(one, "attribute")?))))
    else {
        return is_tree(unit, keys, list, left);
    };
    LISTS.contains(&name) && is_tree(unit, keys, object, left)
        || matches!(name, "find_all" | "findAll") && !positional(list).is_empty()
        || matches!(name, "find" | "getroot") && is_tree(unit, keys, list, left)
}

/// What a loop around the place goes through, if the name is that loop's.
fn gone_through<'a>(keys: &Keys<'_, 'a>, name: &str, at: Node<'a>) -> Option<Node<'a>> {
    let binding = keys.bindings(name).iter().rfind(|one| {
        one.parent().is_some_and(|up| {
            matches!(up.kind(), "for_statement" | "for_in_clause")
                && field(up, "left") == Some(**one)
                && up.parent().is_some_and(|outer| {
                    outer.start_byte() <= at.start_byte() && at.end_byte() <= outer.end_byte()
                })
        })
    })?;
    field(binding.parent()?, "right")
}
