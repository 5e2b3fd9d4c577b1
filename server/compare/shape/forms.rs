//! A statement in ever coarser forms: without types, without texts and numbers, without names.

use std::hash::Hasher;

use tree_sitter::Node;

use crate::compare::statements::Statement;
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, walk};

/// The hashes of a statement's forms, each coarser than the one before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forms {
    /// As the comparison of code sees it.
    pub exact: u64,
    /// Without types.
    pub untyped: u64,
    /// Without types, texts and numbers.
    pub unvalued: u64,
    /// Only its structure.
    pub bare: u64,
}

impl Forms {
    pub(super) fn of(source: &Source, statement: &Statement<'_>) -> Self {
        let mut exact = fnv::FnvHasher::default();
        exact.write(statement.node.kind().as_bytes());
        for token in &statement.tokens {
            exact.write(token.text.as_bytes());
            exact.write_u8(0);
        }
        let mut hashers: [fnv::FnvHasher; 3] = Default::default();
        let end = statement.span.end;
        walk(statement.node, &mut |node| {
            if end <= node.start_byte() || node.kind() == "comment" || is_type(node) {
                return Walk::Over;
            }
            let value = matches!(node.kind(), "string" | "integer" | "float");
            if node.child_count() != 0 && !value {
                return Walk::Into;
            }
            let text = source.slice(node);
            let name = node.kind() == "identifier";
            let forms = [
                text,
                if value { "·" } else { text },
                if value || name { "·" } else { text },
            ];
            for (hasher, form) in hashers.iter_mut().zip(forms) {
                hasher.write(form.as_bytes());
                hasher.write_u8(0);
            }
            Walk::Over
        });
        let [untyped, unvalued, bare] = hashers.map(|hasher| hasher.finish());
        Self {
            exact: exact.finish(),
            untyped,
            unvalued,
            bare,
        }
    }
}

/// Whether the node is an annotation or the mark before one.
fn is_type(node: Node<'_>) -> bool {
    let before_type = || {
        node.next_sibling()
            .is_some_and(|next| next.kind() == "type")
    };
    node.kind() == "type" || matches!(node.kind(), ":" | "->") && before_type()
}
