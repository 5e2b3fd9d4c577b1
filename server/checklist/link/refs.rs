//! What a piece of code names.

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use crate::syntax::names::dotted;
use crate::syntax::nodes::{Walk, walk};
use crate::syntax::{Names, Source};

/// What a piece of code names.
#[derive(Debug, Default, Clone)]
pub(super) struct Refs {
    /// Bare names: also of fixtures, helpers and module-level values.
    pub names: BTreeSet<String>,
    /// Dotted names, with imports resolved.
    pub dotted: BTreeSet<String>,
    /// Attributes that are read or called on anything.
    pub attributes: BTreeSet<String>,
}

/// What stands in `range`. `names` are the file's imports.
pub(super) fn refs(source: &Source, range: &Range<usize>, names: &Names) -> Refs {
    let mut refs = Refs::default();
    let Some(node) = source.node_at(range.clone()) else {
        return refs;
    };
    let mut names = names.clone();
    let mut imports = Vec::new();
    walk(node, &mut |node: Node<'_>| {
        if matches!(node.kind(), "import_statement" | "import_from_statement") {
            imports.push(node.byte_range());
        }
        Walk::Into
    });
    for import in imports {
        if let Some(node) = source.node_at(import) {
            names.add(node, source);
        }
    }
    walk(node, &mut |node: Node<'_>| {
        if node.end_byte() <= range.start || range.end <= node.start_byte() {
            return Walk::Over;
        }
        match node.kind() {
            "import_statement" | "import_from_statement" => return Walk::Over,
            "identifier" => {
                let name = source.slice(node);
                refs.names.insert(name.to_owned());
                refs.dotted.insert(names.expand(name));
            }
            "attribute" => {
                if let Some(name) = dotted(node, source) {
                    refs.dotted.insert(names.expand(&name));
                }
                if let Some(attribute) = node.child_by_field_name("attribute") {
                    refs.attributes.insert(source.slice(attribute).to_owned());
                }
            }
            _ => {}
        }
        Walk::Into
    });
    refs
}
