//! One scope's own code, walked once: rules ask for its nodes, names and parents many times.

use std::collections::HashMap;
use std::sync::OnceLock;

use tree_sitter::{Language, Node};

use super::Source;
use super::nodes::{self, field, is_group};

/// The nodes of one scope's own code (see [`nodes::walk_own`]), in source order.
///
/// It is built with its unit, not when first asked for: a cell that fills later would tie the
/// unit to one lifetime, and a unit must be able to stand for one that lives shorter.
#[derive(Debug)]
pub(super) struct Own<'a> {
    nodes: Vec<Node<'a>>,
    /// The grammar's number of each node's kind. Comparing names costs ten times as much.
    kinds: Vec<u16>,
    bound: HashMap<&'a str, Vec<Binding<'a>>>,
    names: HashMap<&'a str, Vec<Node<'a>>>,
}

/// One place that binds a plain name.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The identifier.
    pub name: Node<'a>,
    /// What stands right above it: the assignment, or the group of targets in it.
    pub parent: Node<'a>,
}

impl<'a> Binding<'a> {
    /// The value of `name = value` or `name := value`.
    #[must_use]
    pub fn value(&self) -> Option<Node<'a>> {
        value_in(self.parent)
    }

    /// Whether the binding is done when control reaches the byte `at`: in `x = x and y` the second
    /// `x` still has the value from before. Whoever follows values and forgets this runs in
    /// circles.
    #[must_use]
    pub fn is_before(&self, at: usize) -> bool {
        let inside = self
            .value()
            .is_some_and(|value| value.byte_range().contains(&at));
        self.name.end_byte() <= at && !inside
    }
}

/// The value that an assignment gives to the plain name in it.
pub(super) fn value_in(parent: Node<'_>) -> Option<Node<'_>> {
    match parent.kind() {
        "assignment" => field(parent, "right"),
        "named_expression" => field(parent, "value"),
        _ => None,
    }
}

impl<'a> Own<'a> {
    /// Walks the scope once.
    pub fn new(scope: Node<'a>, source: &'a Source) -> Self {
        let mut own = Self {
            nodes: Vec::new(),
            kinds: Vec::new(),
            bound: HashMap::new(),
            names: HashMap::new(),
        };
        let mut bindings = Vec::new();
        nodes::walk_own(scope, &mut |node| {
            bound_by(node, &mut bindings);
            own.nodes.push(node);
            own.kinds.push(node.kind_id());
        });
        bindings.sort_by_key(|one| one.name.start_byte());
        for one in bindings {
            let name = &source.text()[one.name.byte_range()];
            own.bound.entry(name).or_default().push(one);
            own.names.entry(name).or_default().push(one.name);
        }
        own
    }

    /// All nodes of one of the `kinds`.
    pub fn of_kinds(&self, kinds: &[&str]) -> Vec<Node<'a>> {
        let wanted: Vec<u16> = kinds.iter().flat_map(|kind| ids(kind)).copied().collect();
        self.kinds
            .iter()
            .zip(&self.nodes)
            .filter(|(kind, _)| wanted.contains(kind))
            .map(|(_, node)| *node)
            .collect()
    }

    /// All nodes.
    pub fn nodes(&self) -> &[Node<'a>] {
        &self.nodes
    }

    /// What binds a plain name.
    pub fn bindings(&self, name: &str) -> &[Binding<'a>] {
        self.bound.get(name).map_or(&[], Vec::as_slice)
    }

    /// Every place that binds a name, in no order.
    #[cfg(test)]
    pub fn all_bindings(&self) -> impl Iterator<Item = &Binding<'a>> {
        self.bound.values().flatten()
    }

    /// The identifiers of [`Self::bindings`].
    pub fn names(&self, name: &str) -> &[Node<'a>] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The numbers of all kinds of this name: a keyword and a node may share it (`yield`).
fn ids(kind: &str) -> &'static [u16] {
    static IDS: OnceLock<HashMap<&'static str, Vec<u16>>> = OnceLock::new();
    // The names live as long as the language.
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    let ids = IDS.get_or_init(|| {
        let language = LANGUAGE.get_or_init(|| tree_sitter_python::LANGUAGE.into());
        let last = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let mut ids = HashMap::<&str, Vec<u16>>::from([("ERROR", vec![u16::MAX])]);
        for id in 0..last {
            if let Some(name) = language.node_kind_for_id(id) {
                ids.entry(name).or_default().push(id);
            }
        }
        ids
    });
    ids.get(kind).map_or(&[], Vec::as_slice)
}

/// The names that a statement, clause or expression binds itself. Looks down from what binds:
/// asking each name for what stands above it ([`super::unit::binds`]) searches from the root every
/// time.
fn bound_by<'t>(node: Node<'t>, targets: &mut Vec<Binding<'t>>) {
    let mut add = |field_name: &str| {
        for part in nodes::fields(node, field_name) {
            plain_names(part, node, targets);
        }
    };
    match node.kind() {
        "assignment" | "augmented_assignment" | "for_statement" | "for_in_clause" => add("left"),
        "named_expression" => add("name"),
        "aliased_import" => add("alias"),
        "import_statement" | "import_from_statement" => add("name"),
        "as_pattern_target" | "delete_statement" | "global_statement" | "nonlocal_statement"
        | "case_pattern" => {
            for child in nodes::children(node) {
                plain_names(child, node, targets);
            }
        }
        _ => {}
    }
}

/// The identifiers of a target: itself, or those of a tuple or list.
fn plain_names<'t>(target: Node<'t>, parent: Node<'t>, names: &mut Vec<Binding<'t>>) {
    match target.kind() {
        "identifier" => names.push(Binding {
            name: target,
            parent,
        }),
        kind if is_group(kind) || kind == "dotted_name" => {
            for child in nodes::children(target) {
                plain_names(child, target, names);
            }
        }
        _ => {}
    }
}
