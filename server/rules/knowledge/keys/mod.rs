//! Which keys a mapping certainly has at a place: tests, stores, literals, handlers, validation.

mod closed;
mod has;
mod proof;
mod shapes;

pub use closed::{Writes, Written, literal_lacks, module_lacks, written};
pub use has::Presence;
use shapes::membership;
pub use shapes::{module_value, operator};

use std::cell::RefCell;
use std::collections::HashMap;

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::flow::ran_before;
use crate::syntax::nodes::{
    Walk, bare, children, field, fields, is_group, positional, string_value, walk,
};

/// An expression that can be followed, as normalised text: names, attributes, constant subscripts
/// and calls without arguments (`event`, `self.config`, `event["body"]`, `response.json()`).
#[must_use]
pub fn path(unit: &Unit<'_>, node: Node<'_>) -> Option<String> {
    let node = bare(node);
    match node.kind() {
        "identifier" => Some(unit.slice(node).to_owned()),
        "attribute" => {
            let object = path(unit, field(node, "object")?)?;
            Some(format!(
                "{object}.{}",
                unit.slice(field(node, "attribute")?)
            ))
        }
        "subscript" => {
            let (object, key) = constant_subscript(unit, node)?;
            Some(format!("{}[{key:?}]", path(unit, object)?))
        }
        "call" => {
            let arguments = field(node, "arguments")?;
            (arguments.kind() == "argument_list" && arguments.named_child_count() == 0)
                .then(|| Some(format!("{}()", path(unit, field(node, "function")?)?)))?
        }
        "await" => path(unit, node.named_child(0)?),
        _ => None,
    }
}

/// The object and key of `object["key"]`.
#[must_use]
pub fn constant_subscript<'a>(unit: &Unit<'a>, node: Node<'a>) -> Option<(Node<'a>, &'a str)> {
    let mut keys = fields(node, "subscript");
    let (key, more) = (keys.next()?, keys.next());
    if more.is_some() {
        return None;
    }
    Some((field(node, "value")?, string_value(key, unit.source())?))
}

/// Whether a subscript is read: not stored to, deleted or annotated.
#[must_use]
pub fn is_load(node: Node<'_>) -> bool {
    let mut at = node;
    while let Some(parent) = at.parent() {
        match parent.kind() {
            "assignment" | "for_statement" | "for_in_clause" => {
                return field(parent, "left") != Some(at) && field(parent, "type") != Some(at);
            }
            "delete_statement" | "as_pattern_target" | "type" | "type_alias_statement" => {
                return false;
            }
            kind if is_group(kind) => at = parent,
            _ => return true,
        }
    }
    true
}

/// Whether the node is what a `del` takes out, which fails as a read does.
#[must_use]
pub fn is_taken_out(node: Node<'_>) -> bool {
    let mut at = node;
    while let Some(parent) = at.parent() {
        match parent.kind() {
            "delete_statement" => return true,
            kind if is_group(kind) => at = parent,
            _ => return false,
        }
    }
    false
}

/// The first name of a path.
#[must_use]
pub fn root(path: &str) -> &str {
    path.split(['.', '[', '(']).next().unwrap_or(path)
}

/// What the code does with one mapping.
#[derive(Debug, Clone, Copy)]
enum Use<'a> {
    /// `m["k"]` read.
    Read(&'a str),
    /// `m.get("k")`, `"k" in m`, `m.pop("k", …)`.
    Ask(&'a str),
}

/// What one scope does with its mappings; collected once for a scope.
#[derive(Debug)]
pub struct Keys<'u, 'a> {
    unit: &'u Unit<'a>,
    uses: HashMap<String, Vec<(Node<'a>, Use<'a>)>>,
    stored: Vec<(String, Node<'a>)>,
    /// The loops that refuse a mapping without its keys: where each and the block around it end.
    refusing: RefCell<HashMap<String, Vec<(usize, usize)>>>,
}

impl<'u, 'a> Keys<'u, 'a> {
    /// Reads the unit's own code.
    #[must_use]
    pub fn new(unit: &'u Unit<'a>) -> Self {
        let mut keys = Self {
            unit,
            uses: HashMap::new(),
            stored: Vec::new(),
            refusing: RefCell::default(),
        };
        unit.each_own(|node| keys.see(node));
        keys
    }

    fn see(&mut self, node: Node<'a>) {
        match node.kind() {
            "assignment" | "augmented_assignment" => {
                if let Some(left) = field(node, "left")
                    && left.kind() == "attribute"
                    && let Some(path) = path(self.unit, left)
                {
                    self.stored.push((path, node));
                }
            }
            "subscript" => {
                if let Some((object, key)) = constant_subscript(self.unit, node) {
                    self.add(object, node, Use::Read(key));
                }
            }
            "comparison_operator" => {
                if let Some((key, object, _)) = membership(self.unit, node) {
                    self.add(object, node, Use::Ask(key));
                }
            }
            "call" => self.see_call(node),
            _ => {}
        }
    }

    fn add(&mut self, object: Node<'a>, node: Node<'a>, what: Use<'a>) {
        if let Some(path) = path(self.unit, object) {
            self.uses.entry(path).or_default().push((node, what));
        }
    }

    fn see_call(&mut self, call: Node<'a>) {
        let Some(function) = field(call, "function") else {
            return;
        };
        let arguments = positional(call);
        let (Some(object), Some(attribute)) =
            (field(function, "object"), field(function, "attribute"))
        else {
            return;
        };
        let key = arguments
            .first()
            .and_then(|first| string_value(*first, self.unit.source()));
        if let ("get" | "pop", Some(key)) = (self.unit.slice(attribute), key) {
            self.add(object, call, Use::Ask(key));
        }
    }

    fn uses_of(&self, mapping: &str) -> &[(Node<'a>, Use<'a>)] {
        self.uses.get(mapping).map_or(&[], Vec::as_slice)
    }

    /// Whether what `mapping` stands for may have changed between two bytes.
    #[must_use]
    pub fn changed_between(&self, mapping: &str, from: usize, to: usize) -> bool {
        let within = |node: &Node<'_>| from <= node.start_byte() && node.start_byte() < to;
        self.unit.rebound_between(root(mapping), from, to)
            || self
                .stored
                .iter()
                .any(|(path, node)| within(node) && mapping.starts_with(path.as_str()))
    }

    /// The last value bound to a plain name before the byte `at`. Inside `x = not x` the right `x`
    /// is the one before: so following names from value to value always comes to an end.
    #[must_use]
    pub fn last_value(&self, name: &str, at: usize) -> Option<Node<'a>> {
        let places = self.unit.bound(name);
        let before = places.partition_point(|one| one.name.end_byte() <= at);
        let last = places[..before]
            .iter()
            .rfind(|one| one.value().is_none_or(|value| value.end_byte() <= at))?;
        last.value()
    }

    /// The places in this scope that bind a plain name.
    #[must_use]
    pub fn bindings(&self, name: &str) -> &'u [Node<'a>] {
        self.unit.bindings(name)
    }

    /// Another place of this scope that asks the mapping whether it has the key.
    #[must_use]
    pub fn asked(&self, mapping: &str, key: &str) -> Option<Node<'a>> {
        self.uses_of(mapping)
            .iter()
            .find(|(_, what)| matches!(what, Use::Ask(asked) if *asked == key))
            .map(|(node, _)| *node)
    }

    /// Whether the mapping is asked for any key: so it is a mapping, and its keys may lack.
    #[must_use]
    pub fn is_asked(&self, mapping: &str) -> bool {
        self.uses_of(mapping)
            .iter()
            .any(|(_, what)| matches!(what, Use::Ask(_)))
    }

    /// The reads of the key that come certainly after `read` while the mapping is the same.
    #[must_use]
    pub fn reads_after(&self, read: Node<'a>, mapping: &str, key: &str) -> Vec<Node<'a>> {
        self.uses_of(mapping)
            .iter()
            .filter(|(node, what)| {
                matches!(what, Use::Read(other) if *other == key) && is_load(*node)
            })
            .map(|(node, _)| *node)
            .filter(|node| ran_before(read, *node))
            .filter(|node| !self.changed_between(mapping, read.end_byte(), node.start_byte()))
            .collect()
    }
}
